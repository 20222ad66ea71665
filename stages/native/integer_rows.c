/* The loops of integer_rows.h. */
#include "integer_rows.h"

#include "snake.h"

#include <string.h>

INLINE float value_of(uint8_t q, float zero, float scale) { return ((float)q - zero) * scale; }

INLINE uint8_t quantised(float v, float step, float zero)
{
    float q = rintf(v * step) + zero;
    q = q > 0.0f ? q : 0.0f; /* this way round for NaN */
    q = q < 255.0f ? q : 255.0f;
    return (uint8_t)(int)q;
}

EACH_PROCESSOR void dequantise(
    const uint8_t *restrict q, const float *restrict scale, float zero, float *restrict to, size_t frames,
    size_t channels)
{
    for (size_t t = 0; t < frames; t++, q += channels, to += channels)
        for (size_t c = 0; c < channels; c++) to[c] = value_of(q[c], zero, scale[c]);
}

EACH_PROCESSOR void sum_dequantised(
    const float *restrict x, const uint8_t *restrict q, const float *restrict scale, float zero, float *restrict to,
    size_t frames, size_t channels)
{
    for (size_t t = 0; t < frames; t++, x += channels, q += channels, to += channels)
        for (size_t c = 0; c < channels; c++) to[c] = x[c] + value_of(q[c], zero, scale[c]);
}

EACH_PROCESSOR void add_dequantised(
    const uint8_t *restrict q, const float *restrict scale, float zero, float *restrict to, size_t frames,
    size_t channels)
{
    for (size_t t = 0; t < frames; t++, q += channels, to += channels)
        for (size_t c = 0; c < channels; c++) to[c] += value_of(q[c], zero, scale[c]);
}

EACH_PROCESSOR void add(const float *restrict x, float *restrict to, size_t count)
{
    for (size_t i = 0; i < count; i++) to[i] += x[i];
}

EACH_PROCESSOR void snake_quantised(
    const float *restrict x, const float *restrict scale, const float *restrict shift, Grid grid, uint8_t *restrict y,
    size_t frames, size_t channels)
{
    const float *restrict steps = grid.steps;
    const float zero = grid.zero;
    for (size_t t = 0; t < frames; t++, x += channels, y += channels)
        for (size_t c = 0; c < channels; c++)
            y[c] = quantised(snake(x[c] * scale[c] + shift[c]), steps[c], zero);
}

EACH_PROCESSOR void leaky_relu_quantised(
    const float *restrict x, float slope, Grid grid, uint8_t *restrict y, size_t frames, size_t channels)
{
    const float *restrict steps = grid.steps;
    const float zero = grid.zero;
    for (size_t t = 0; t < frames; t++, x += channels, y += channels)
        for (size_t c = 0; c < channels; c++) y[c] = quantised(x[c] < 0 ? x[c] * slope : x[c], steps[c], zero);
}

EACH_PROCESSOR void tally(
    const float *restrict x, size_t frames, size_t channels, float *restrict scratch, double *restrict tallies)
{
    float *restrict sums = scratch, *restrict squares = scratch + channels;
    memset(scratch, 0, 2 * channels * sizeof *scratch);
    for (size_t t = 0; t < frames; t++, x += channels)
        for (size_t c = 0; c < channels; c++) {
            sums[c] += x[c];
            squares[c] += x[c] * x[c];
        }
    for (size_t i = 0; i < 2 * channels; i++) tallies[i] += scratch[i];
}
