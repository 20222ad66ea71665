/* What stands between int8 convolutions, on (..., frames, channels): from uint8 to float32, sums, Snake, and back.
 *
 * Frames are taken a few at a time through all of that, so that float32 in between stays in the nearest cache.
 */
#include "integer_rows.h"
#include "operators.h"

#include <stdlib.h>

enum { FRAMES = 32 };

/* Which input and output is what, counted from 1; 0 for what an operator does not have. */
typedef struct {
    size_t x, q, q_scale, more_x, more_q, more_q_scale, scale, shift, y_scale;
    size_t sum, y, mean, mean_square; /* outputs */
} Roles;

/* One evaluation; a pointer is NULL where there is no such thing. All by frames and channels, or by channels. */
typedef struct {
    const Attributes *attributes;
    size_t frames, channels, pieces;
    const float *x, *more_x, *q_scale, *more_q_scale, *scale, *shift;
    const uint8_t *q, *more_q;
    float *sum;
    uint8_t *y;
    Grid grid;
    double *tallies; /* (pieces, 2, channels) */
    float *scratch;  /* (pieces, FRAMES + 2, channels) */
} Job;

static void *at(const Tensor *tensors, size_t role) { return role ? tensors[role - 1].data : NULL; }

/* x + q + more_x + more_q, as far as there is more than x. */
static const float *sum_of_block(const Job *job, size_t first, size_t frames, float *scratch)
{
    const size_t channels = job->channels, offset = first * channels;
    const float zero = job->attributes->q_zero;
    float *sum = job->sum ? job->sum + offset : scratch;
    if (!job->q) return job->x + offset;
    if (job->x) sum_dequantised(job->x + offset, job->q + offset, job->q_scale, zero, sum, frames, channels);
    else dequantise(job->q + offset, job->q_scale, zero, sum, frames, channels);
    if (job->more_x) add(job->more_x + offset, sum, frames * channels);
    if (job->more_q) add_dequantised(job->more_q + offset, job->more_q_scale, zero, sum, frames, channels);
    return sum;
}

static void run_piece(void *job_, size_t piece)
{
    const Job *job = job_;
    const size_t channels = job->channels, end = job->frames * (piece + 1) / job->pieces;
    float *scratch = job->scratch + piece * (FRAMES + 2) * channels;
    for (size_t first = job->frames * piece / job->pieces; first < end; first += FRAMES) {
        const size_t frames = end - first < FRAMES ? end - first : FRAMES;
        const float *x = sum_of_block(job, first, frames, scratch);
        uint8_t *y = job->y ? job->y + first * channels : NULL;
        if (job->tallies)
            tally(x, frames, channels, scratch + FRAMES * channels, job->tallies + piece * 2 * channels);
        if (job->scale) snake_quantised(x, job->scale, job->shift, job->grid, y, frames, channels);
        else if (y) leaky_relu_quantised(x, job->attributes->slope, job->grid, y, frames, channels);
    }
}

/* The mean over all frames of what pieces have tallied; 0 if there are none. */
static void average(const Job *job, size_t kind, float *to)
{
    for (size_t c = 0; to != NULL && c < job->channels; c++) {
        double sum = 0;
        for (size_t piece = 0; piece < job->pieces; piece++)
            sum += job->tallies[(2 * piece + kind) * job->channels + c];
        to[c] = job->frames ? (float)(sum / (double)job->frames) : 0;
    }
}

static OrtStatus *run_with_memory(Call *call, Job *job, const float *y_scale, float *mean, float *mean_square)
{
    const size_t channels = job->channels;
    const int measuring = mean != NULL || mean_square != NULL;
    float *floats = malloc((channels + job->pieces * (FRAMES + 2) * channels) * sizeof *floats);
    double *tallies = measuring ? calloc(job->pieces * 2 * channels, sizeof *tallies) : NULL;
    OrtStatus *status;
    if (floats == NULL || (measuring && tallies == NULL)) {
        status = call->api->CreateStatus(ORT_FAIL, "there is no memory left");
    } else {
        for (size_t c = 0; y_scale != NULL && c < channels; c++) floats[c] = 1 / y_scale[c];
        job->grid = (Grid){.steps = floats, .zero = job->attributes->y_zero};
        job->scratch = floats + channels;
        job->tallies = tallies;
        status = in_parallel(call, run_piece, job->pieces, job);
        if (status == NULL && measuring) {
            average(job, 0, mean);
            average(job, 1, mean_square);
        }
    }
    free(tallies);
    free(floats);
    return status;
}

/* Each of these inputs, if there, has `count` values, and as many channels on its last axis. */
static int have(const Call *call, const size_t *roles, size_t role_count, size_t count, int64_t channels)
{
    for (size_t i = 0; i < role_count; i++) {
        if (at(call->inputs, roles[i]) == NULL) continue;
        const Tensor *tensor = &call->inputs[roles[i] - 1];
        if (tensor->rank == 0 || tensor->count != count || tensor->shape[tensor->rank - 1] != channels) return 0;
    }
    return 1;
}

static int fits(const Call *call, const Roles *roles)
{
    const Tensor *like = &call->inputs[0];
    const int64_t channels = like->rank < 2 ? 0 : like->shape[like->rank - 1];
    if (channels == 0) return 0;
    const size_t by_frame[] = {roles->x, roles->q, roles->more_x, roles->more_q};
    const size_t by_channel[] = {roles->q_scale, roles->more_q_scale, roles->scale, roles->shift, roles->y_scale};
    const int has_more_q = at(call->inputs, roles->more_q) != NULL;
    return have(call, by_frame, sizeof by_frame / sizeof *by_frame, like->count, channels) &&
           have(call, by_channel, sizeof by_channel / sizeof *by_channel, (size_t)channels, channels) &&
           (!has_more_q || at(call->inputs, roles->more_q_scale) != NULL);
}

static OrtStatus *give_all(Call *call, const Roles *roles, const Tensor *like)
{
    const int64_t *channels = &like->shape[like->rank - 1];
    if (roles->sum) TRY(give(call, roles->sum - 1, like->shape, like->rank));
    if (roles->y) TRY(give(call, roles->y - 1, like->shape, like->rank));
    if (roles->mean) TRY(give(call, roles->mean - 1, channels, 1));
    if (roles->mean_square) TRY(give(call, roles->mean_square - 1, channels, 1));
    return NULL;
}

static OrtStatus *run(Call *call, Roles roles)
{
    const Tensor *in = call->inputs, *like = &in[0];
    if (!fits(call, &roles))
        return refuse(call, "the inputs of one of utterd's operators differ in frames or channels");
    TRY(give_all(call, &roles, like));
    const size_t channels = (size_t)like->shape[like->rank - 1];
    Job job = {
        .attributes = call->attributes,
        .channels = channels,
        .frames = like->count / channels,
        .x = at(in, roles.x),
        .q = at(in, roles.q),
        .q_scale = at(in, roles.q_scale),
        .more_x = at(in, roles.more_x),
        .more_q = at(in, roles.more_q),
        .more_q_scale = at(in, roles.more_q_scale),
        .scale = at(in, roles.scale),
        .shift = at(in, roles.shift),
        .sum = at(call->outputs, roles.sum),
        .y = at(call->outputs, roles.y),
    };
    job.pieces = count_pieces(job.frames, job.channels);
    float *mean = at(call->outputs, roles.mean), *mean_square = at(call->outputs, roles.mean_square);
    return run_with_memory(call, &job, at(in, roles.y_scale), mean, mean_square);
}

OrtStatus *snake_quantize(Call *call)
{
    return run(call, (Roles){.x = 1, .scale = 2, .shift = 3, .y_scale = 4, .y = 1, .mean = 2, .mean_square = 3});
}

OrtStatus *dequantize_snake_quantize(Call *call)
{
    return run(
        call,
        (Roles){.q = 1, .q_scale = 2, .scale = 3, .shift = 4, .y_scale = 5, .y = 1, .mean = 2, .mean_square = 3});
}

OrtStatus *residual_snake_quantize(Call *call)
{
    return run(
        call, (Roles){
                  .x = 1, .q = 2, .q_scale = 3, .scale = 4, .shift = 5, .y_scale = 6, /* inputs */
                  .sum = 1, .y = 2, .mean = 3, .mean_square = 4});
}

OrtStatus *dequantize_add(Call *call)
{
    return run(call, (Roles){.x = 1, .q = 2, .q_scale = 3, .more_x = 4, .more_q = 5, .more_q_scale = 6, .sum = 1});
}

OrtStatus *leaky_relu_quantize(Call *call)
{
    return run(call, (Roles){.x = 1, .y_scale = 2, .y = 1});
}
