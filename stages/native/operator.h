/* An operator as a line of a table: what it takes, what it gives, what it does. */
#ifndef UTTERD_OPERATOR_H
#define UTTERD_OPERATOR_H

#include "ort.h"

enum { MOST_INPUTS = 6, MOST_OUTPUTS = 4, MOST_DIMENSIONS = 6 };

/* What an operator may have, all required: a sum of these. */
enum { NO_ATTRIBUTES = 0, EPSILON = 1, SLOPE = 2, Q_ZERO = 4, Y_ZERO = 8, COLUMNS = 16, PADDING = 32 };

typedef struct {
    float epsilon, slope;
    float q_zero, y_zero;    /* of uint8 inputs and outputs: whole, 0 to 255 */
    size_t columns, padding; /* of packed weights; frames of zeros at either end */
} Attributes;

typedef struct {
    void *data; /* NULL if left out, and then alone: a tensor of no values has an address as well */
    size_t rank, count;
    int64_t shape[MOST_DIMENSIONS];
} Tensor;

/* One evaluation of one node. */
typedef struct {
    const OrtApi *api;
    OrtKernelContext *context;
    const Attributes *attributes;
    size_t input_count, output_count;
    Tensor inputs[MOST_INPUTS];
    Tensor outputs[MOST_OUTPUTS];
} Call;

typedef struct {
    const char *name;
    const char *inputs;  /* a letter each: f float32, u uint8; capital if it may be left out */
    const char *outputs;
    unsigned attributes;
    OrtStatus *(*compute)(Call *call);
} Signature;

typedef struct {
    OrtCustomOp op; /* first: ONNX Runtime hands this back to us */
    Signature signature;
} Operator;

/* Fill in what ONNX Runtime calls. */
void make_operator(Operator *operator, const Signature *signature);

OrtStatus *refuse(const Call *call, const char *reason);

/* Make output `index` of that shape, its values still anything; nothing if the graph leaves it out. */
OrtStatus *give(Call *call, size_t index, const int64_t *shape, size_t rank);

/* Call work(argument, i) for every i below `total`, on the session's threads, and wait for all. */
OrtStatus *in_parallel(const Call *call, void (*work)(void *, size_t), size_t total, void *argument);

/* Pieces to cut `units` of `size` values each into: enough for any threads, none too small to be worth it. However many
 * threads there are, so that sums over pieces are added up in one order and results are the same to the last bit. */
size_t count_pieces(size_t units, size_t size);

#define TRY(call_)                                \
    do {                                          \
        OrtStatus *status_ = (call_);             \
        if (status_ != NULL) return status_;      \
    } while (0)

#endif
