/* Loops over (frames, channels), channels beside each other. A value is (q - zero) * scale: zeros are one a tensor,
 * scales one a channel. NaN becomes the least uint8. */
#ifndef UTTERD_INTEGER_ROWS_H
#define UTTERD_INTEGER_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* to = q */
void dequantise(const uint8_t *q, const float *scale, float zero, float *to, size_t frames, size_t channels);

/* to = x + q */
void sum_dequantised(
    const float *x, const uint8_t *q, const float *scale, float zero, float *to, size_t frames, size_t channels);

/* to = to + q */
void add_dequantised(const uint8_t *q, const float *scale, float zero, float *to, size_t frames, size_t channels);

/* to = to + x */
void add(const float *x, float *to, size_t count);

/* What quantising multiplies by: 1 / scale (channels,), and what it adds. */
typedef struct {
    const float *steps;
    float zero;
} Grid;

/* y = snake(x * scale + shift) */
void snake_quantised(
    const float *x, const float *scale, const float *shift, Grid grid, uint8_t *y, size_t frames, size_t channels);

/* y = x, or x * slope if it is negative */
void leaky_relu_quantised(const float *x, float slope, Grid grid, uint8_t *y, size_t frames, size_t channels);

/* Add x's sum over frames to tallies[0], and its square's to tallies[1]. scratch: (2, channels). */
void tally(const float *x, size_t frames, size_t channels, float *scratch, double *tallies);

#endif
