/* Products and convolutions with constant weights, laid out in panels (panels.h) when the graph was made. */
#include "operators.h"
#include "panels.h"

#include <stdlib.h>
#include <string.h>

/* Taken through all panels together: their sums stay in the nearest cache, what they are made of in the next. */
enum { ROWS_AT_ONCE = 120, BLOCK = 16 };

typedef struct {
    const float *a;
    size_t rows, stride;
    Panels panels;
    const float *bias; /* (columns,), or NULL */
    float *y;          /* (rows, columns); by_column: (columns, rows) */
    size_t columns, pieces;
    int by_column;
} Job;

static void hand_over(const Job *job, const float *sums, size_t first_row, size_t rows, size_t first_column)
{
    const size_t left = job->columns - first_column, columns = left < PANEL ? left : PANEL;
    float bias[PANEL] = {0};
    if (job->bias != NULL) memcpy(bias, job->bias + first_column, columns * sizeof *bias);
    if (job->by_column) {
        for (size_t c = 0; c < columns; c++) {
            float *y = job->y + (first_column + c) * job->rows + first_row;
            for (size_t r = 0; r < rows; r++) y[r] = sums[r * PANEL + c] + bias[c];
        }
    } else {
        for (size_t r = 0; r < rows; r++) {
            float *y = job->y + (first_row + r) * job->columns + first_column;
            for (size_t c = 0; c < columns; c++) y[c] = sums[r * PANEL + c] + bias[c];
        }
    }
}

static void run_piece(void *job_, size_t piece)
{
    const Job *job = job_;
    const size_t count = job->panels.count;
    const size_t first = count * piece / job->pieces, end = count * (piece + 1) / job->pieces;
    float sums[ROWS_AT_ONCE * PANEL];
    for (size_t row = 0; row < job->rows; row += ROWS_AT_ONCE) {
        const size_t left = job->rows - row, rows = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
        for (size_t panel = first; panel < end; panel++) {
            multiply_panel(job->a + row * job->stride, job->stride, rows, &job->panels, panel, sums);
            hand_over(job, sums, row, rows, panel * PANEL);
        }
    }
}

/* The weights and the bias, inputs 1 and 2, as far as they fit together. */
static OrtStatus *read_weights(const Call *call, Job *job)
{
    const Tensor *panels = &call->inputs[1], *bias = &call->inputs[2];
    job->columns = call->attributes->columns;
    if (panels->rank != 3 || panels->shape[2] != PANEL || panels->shape[1] < 1)
        return refuse(call, "utterd's operators take packed weights of shape (panels, depth, 32)");
    if (job->columns == 0 || (job->columns + PANEL - 1) / PANEL != (size_t)panels->shape[0])
        return refuse(call, "utterd's packed weights have another number of panels than their columns take");
    if (bias->data != NULL && bias->count != job->columns)
        return refuse(call, "utterd's packed weights have another number of columns than their bias");
    job->panels = (Panels){panels->data, (size_t)panels->shape[0], (size_t)panels->shape[1]};
    job->bias = bias->data;
    return NULL;
}

static OrtStatus *multiply(const Call *call, Job *job)
{
    job->y = call->outputs[0].data;
    job->pieces = count_pieces(job->panels.count, job->rows * job->panels.depth);
    return in_parallel(call, run_piece, job->pieces, job);
}

OrtStatus *packed_matmul(Call *call)
{
    const Tensor *x = &call->inputs[0];
    Job job = {.by_column = 0};
    TRY(read_weights(call, &job));
    if (x->rank < 1 || (size_t)x->shape[x->rank - 1] != job.panels.depth)
        return refuse(call, "utterd's PackedMatMul takes x of shape (..., depth), with the depth of its weights");
    int64_t shape[MOST_DIMENSIONS];
    memcpy(shape, x->shape, sizeof shape);
    shape[x->rank - 1] = (int64_t)job.columns;
    TRY(give(call, 0, shape, x->rank));
    job.a = x->data;
    job.stride = job.panels.depth;
    job.rows = x->count / job.stride;
    return multiply(call, &job);
}

/* to (frames, channels) = x (channels, frames), square by square: neither side is read or written across all memory. */
static void transpose(const float *x, size_t channels, size_t frames, float *to)
{
    for (size_t t = 0; t < frames; t += BLOCK)
        for (size_t c = 0; c < channels; c += BLOCK)
            for (size_t i = t; i < frames && i < t + BLOCK; i++)
                for (size_t j = c; j < channels && j < c + BLOCK; j++) to[i * channels + j] = x[j * frames + i];
}

/* Frames behind each other and zeros around them, so that the frames under the kernel are one row: of the depth of the
 * weights, and a frame's channels behind the row before. */
static OrtStatus *convolve(const Call *call, Job *job, const Tensor *x)
{
    const size_t channels = (size_t)x->shape[1], frames = (size_t)x->shape[2];
    const size_t padding = call->attributes->padding, edge = padding * channels;
    float *rows = calloc((frames + 2 * padding) * channels + 1, sizeof *rows);
    if (rows == NULL) return call->api->CreateStatus(ORT_FAIL, "there is no memory left");
    transpose(x->data, channels, frames, rows + edge);
    job->a = rows;
    job->stride = channels;
    OrtStatus *status = multiply(call, job);
    free(rows);
    return status;
}

OrtStatus *packed_conv(Call *call)
{
    const Tensor *x = &call->inputs[0];
    Job job = {.by_column = 1};
    TRY(read_weights(call, &job));
    const size_t channels = x->rank == 3 ? (size_t)x->shape[1] : 0;
    if (channels == 0 || x->shape[0] != 1 || job.panels.depth % channels != 0)
        return refuse(call, "utterd's PackedConv takes x of shape (1, channels, frames), channels as its weights have");
    const size_t padded = (size_t)x->shape[2] + 2 * call->attributes->padding, kernel = job.panels.depth / channels;
    if (padded + 1 < kernel) return refuse(call, "utterd's PackedConv takes no fewer frames than its kernel has");
    job.rows = padded + 1 - kernel;
    const int64_t shape[] = {1, (int64_t)job.columns, (int64_t)job.rows};
    TRY(give(call, 0, shape, 3));
    return convolve(call, &job, x);
}
