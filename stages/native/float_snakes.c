/* Normalisation, affine and Snake of float32 in ONNX's layout (1, channels, ...), in one pass over memory or two. */
#include "operators.h"
#include "snake.h"

#include <math.h>

enum { LANES = 16, BLOCK = 4096 };

typedef struct {
    double mean, variance;
} Moments;

typedef struct {
    Call *call;
    size_t channels, frames, pieces;
    int normalise, measure;
} Job;

EACH_PROCESSOR static void snake_row(const float *x, float *y, size_t count, float factor, float addend)
{
    for (size_t i = 0; i < count; i++) y[i] = snake(x[i] * factor + addend);
}

/* Sums of x - origin and its square; lanes of their own let the compiler use vectors without reordering sums. */
EACH_PROCESSOR static void sums_of_block(const float *x, size_t count, float origin, double *sum, double *square)
{
    float sums[LANES] = {0}, squares[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            const float d = x[i + lane] - origin;
            sums[lane] += d;
            squares[lane] += d * d;
        }
    for (; i < count; i++) {
        const float d = x[i] - origin;
        sums[0] += d;
        squares[0] += d * d;
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        *sum += sums[lane];
        *square += squares[lane];
    }
}

/* Measured from the row's first value, so that a large mean does not drown the variance. 0 of no values. */
static Moments moments_of(const float *x, size_t count)
{
    if (count == 0) return (Moments){0, 0};
    double sum = 0, square = 0;
    for (size_t at = 0; at < count; at += BLOCK)
        sums_of_block(x + at, count - at < BLOCK ? count - at : BLOCK, x[0], &sum, &square);
    const double shift = sum / (double)count, variance = square / (double)count - shift * shift;
    /* Written so that NaN stays NaN. */
    return (Moments){x[0] + shift, variance < 0 ? 0 : variance};
}

static void run_piece(void *job_, size_t piece)
{
    const Job *job = job_;
    const Call *call = job->call;
    const float *factors = call->inputs[1].data, *addends = call->inputs[2].data;
    float *means = call->outputs[1].data, *mean_squares = call->outputs[2].data;
    const size_t first = job->channels * piece / job->pieces, end = job->channels * (piece + 1) / job->pieces;
    for (size_t c = first; c < end; c++) {
        const float *x = (const float *)call->inputs[0].data + c * job->frames;
        float *y = (float *)call->outputs[0].data + c * job->frames;
        float factor = factors[c], addend = addends[c];
        if (job->normalise || job->measure) {
            const Moments moments = moments_of(x, job->frames);
            if (job->normalise) {
                factor = (float)(factor / sqrt(moments.variance + call->attributes->epsilon));
                addend = (float)(addend - moments.mean * factor);
            }
            if (means != NULL) means[c] = (float)moments.mean;
            if (mean_squares != NULL)
                mean_squares[c] = (float)(moments.variance + moments.mean * moments.mean);
        }
        snake_row(x, y, job->frames, factor, addend);
    }
}

static OrtStatus *run(Call *call, int normalise)
{
    const Tensor *x = &call->inputs[0];
    if (x->rank < 3 || x->shape[0] != 1) return refuse(call, "utterd's Snake takes x of shape (1, channels, ...)");
    const size_t channels = (size_t)x->shape[1];
    if (call->inputs[1].count != channels || call->inputs[2].count != channels)
        return refuse(call, "utterd's Snake takes as many factors and addends as x has channels");
    const int64_t per_channel[] = {x->shape[1]};
    TRY(give(call, 0, x->shape, x->rank));
    TRY(give(call, 1, per_channel, 1));
    TRY(give(call, 2, per_channel, 1));
    Job job = {.call = call, .channels = channels, .normalise = normalise};
    job.frames = channels ? x->count / channels : 0;
    job.measure = call->outputs[1].data != NULL || call->outputs[2].data != NULL;
    job.pieces = count_pieces(channels, job.frames);
    return in_parallel(call, run_piece, job.pieces, &job);
}

OrtStatus *affine_snake(Call *call) { return run(call, 0); }

OrtStatus *norm_snake(Call *call) { return run(call, 1); }
