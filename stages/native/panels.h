/* Products with a large matrix that is constant: laid out for the purpose, and fetched while it is multiplied. */
#ifndef UTTERD_PANELS_H
#define UTTERD_PANELS_H

#include <stddef.h>

enum { PANEL = 32 };

/* A matrix (depth, columns) in panels of PANEL columns; the last one is filled up. */
typedef struct {
    const float *values; /* (count, depth, PANEL) */
    size_t count, depth;
} Panels;

/* sums (rows, PANEL) = a (rows, depth) times panel `index`. A's rows begin `stride` values apart, and may overlap. The
 * panel behind this one is on its way into the cache when that is done. */
void multiply_panel(const float *a, size_t stride, size_t rows, const Panels *panels, size_t index, float *sums);

#endif
