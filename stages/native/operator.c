/* What all operators share: reading what they are given, making room for what they give, work in pieces. */
#include "operator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_PIECE = 16384, MOST_PIECES = 16 };
enum { MOST_COLUMNS = 1 << 24, MOST_PADDING = 1 << 16 }; /* far beyond any model's: sizes cannot overflow */

typedef struct {
    const OrtApi *api;
    const Operator *operator;
    Attributes attributes;
} Kernel;

static const Operator *operator_of(const OrtCustomOp *op) { return (const Operator *)op; }

static const char *get_name(const OrtCustomOp *op) { return operator_of(op)->signature.name; }
static const char *get_provider(const OrtCustomOp *op) { return (void)op, NULL; /* the CPU */ }
static size_t count_inputs(const OrtCustomOp *op) { return strlen(operator_of(op)->signature.inputs); }
static size_t count_outputs(const OrtCustomOp *op) { return strlen(operator_of(op)->signature.outputs); }
static int type_of(char letter) { return letter == 'u' || letter == 'U' ? ORT_UINT8 : ORT_FLOAT; }
static int need_of(char letter) { return letter < 'a' ? ORT_OPTIONAL : ORT_REQUIRED; }
static int input_type(const OrtCustomOp *op, size_t i) { return type_of(operator_of(op)->signature.inputs[i]); }
static int output_type(const OrtCustomOp *op, size_t i) { return type_of(operator_of(op)->signature.outputs[i]); }
static int input_need(const OrtCustomOp *op, size_t i) { return need_of(operator_of(op)->signature.inputs[i]); }
static int output_need(const OrtCustomOp *op, size_t i) { return need_of(operator_of(op)->signature.outputs[i]); }
static int input_memory(const OrtCustomOp *op, size_t i) { return (void)op, (void)i, 0; /* the provider's own */ }

static OrtStatus *read_whole(const OrtApi *api, const OrtKernelInfo *info, const char *name, int most, size_t *into)
{
    int64_t value = 0;
    TRY(api->KernelInfoGetAttribute_int64(info, name, &value));
    if (value < 0 || value > most) {
        char reason[64];
        snprintf(reason, sizeof reason, "utterd's operators take %s from 0 to %d", name, most);
        return api->CreateStatus(ORT_INVALID_ARGUMENT, reason);
    }
    *into = (size_t)value;
    return NULL;
}

static OrtStatus *read_zero(const OrtApi *api, const OrtKernelInfo *info, const char *name, float *zero)
{
    size_t value = 0;
    TRY(read_whole(api, info, name, UINT8_MAX, &value));
    *zero = (float)value;
    return NULL;
}

static OrtStatus *read_attributes(Kernel *kernel, const OrtKernelInfo *info)
{
    const OrtApi *api = kernel->api;
    const unsigned has = kernel->operator->signature.attributes;
    Attributes *into = &kernel->attributes;
    if (has & EPSILON) TRY(api->KernelInfoGetAttribute_float(info, "epsilon", &into->epsilon));
    if (has & SLOPE) TRY(api->KernelInfoGetAttribute_float(info, "slope", &into->slope));
    if (has & Q_ZERO) TRY(read_zero(api, info, "q_zero", &into->q_zero));
    if (has & Y_ZERO) TRY(read_zero(api, info, "y_zero", &into->y_zero));
    if (has & COLUMNS) TRY(read_whole(api, info, "columns", MOST_COLUMNS, &into->columns));
    if (has & PADDING) TRY(read_whole(api, info, "padding", MOST_PADDING, &into->padding));
    return NULL;
}

static OrtStatus *create_kernel(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **kernel)
{
    Kernel *made = calloc(1, sizeof *made);
    if (made == NULL) return api->CreateStatus(ORT_FAIL, "there is no memory left");
    made->api = api;
    made->operator = operator_of(op);
    OrtStatus *status = read_attributes(made, info);
    if (status != NULL) {
        free(made);
        return status;
    }
    *kernel = made;
    return NULL;
}

static OrtStatus *describe(const OrtApi *api, const OrtValue *value, Tensor *tensor)
{
    static double no_values; /* ONNX Runtime's allocator gives NULL for these */
    OrtTensorTypeAndShapeInfo *info = NULL;
    TRY(api->GetTensorTypeAndShape(value, &info));
    OrtStatus *status = api->GetDimensionsCount(info, &tensor->rank);
    if (status == NULL && tensor->rank > MOST_DIMENSIONS)
        status = api->CreateStatus(ORT_INVALID_ARGUMENT, "a tensor has more dimensions than utterd's operators know");
    if (status == NULL) status = api->GetDimensions(info, tensor->shape, tensor->rank);
    api->ReleaseTensorTypeAndShapeInfo(info);
    TRY(status);
    tensor->count = 1;
    for (size_t i = 0; i < tensor->rank; i++) tensor->count *= (size_t)tensor->shape[i];
    TRY(api->GetTensorMutableData((OrtValue *)value, &tensor->data));
    if (tensor->data == NULL) tensor->data = &no_values;
    return NULL;
}

static OrtStatus *compute(void *kernel_, OrtKernelContext *context)
{
    const Kernel *kernel = kernel_;
    const OrtApi *api = kernel->api;
    Call call = {.api = api, .context = context, .attributes = &kernel->attributes};
    TRY(api->KernelContext_GetInputCount(context, &call.input_count));
    TRY(api->KernelContext_GetOutputCount(context, &call.output_count));
    for (size_t i = 0; i < call.input_count && i < MOST_INPUTS; i++) {
        const OrtValue *value = NULL;
        TRY(api->KernelContext_GetInput(context, i, &value));
        if (value != NULL) TRY(describe(api, value, &call.inputs[i]));
    }
    return kernel->operator->signature.compute(&call);
}

void make_operator(Operator *operator, const Signature *signature)
{
    operator->signature = *signature;
    operator->op = (OrtCustomOp){
        .version = ORT_VERSION_NEEDED,
        .GetName = get_name,
        .GetExecutionProviderType = get_provider,
        .GetInputType = input_type,
        .GetInputTypeCount = count_inputs,
        .GetOutputType = output_type,
        .GetOutputTypeCount = count_outputs,
        .KernelDestroy = free,
        .GetInputCharacteristic = input_need,
        .GetOutputCharacteristic = output_need,
        .GetInputMemoryType = input_memory,
        .CreateKernelV2 = create_kernel,
        .KernelComputeV2 = compute,
    };
}

OrtStatus *refuse(const Call *call, const char *reason)
{
    return call->api->CreateStatus(ORT_INVALID_ARGUMENT, reason);
}

OrtStatus *give(Call *call, size_t index, const int64_t *shape, size_t rank)
{
    if (index >= call->output_count) return NULL;
    OrtValue *value = NULL;
    TRY(call->api->KernelContext_GetOutput(call->context, index, shape, rank, &value));
    return value == NULL ? NULL : call->api->GetTensorMutableData(value, &call->outputs[index].data);
}

OrtStatus *in_parallel(const Call *call, void (*work)(void *, size_t), size_t total, void *argument)
{
    if (total == 1) return work(argument, 0), (OrtStatus *)NULL;
    return call->api->KernelContext_ParallelFor(call->context, work, total, 0, argument);
}

size_t count_pieces(size_t units, size_t size)
{
    size_t pieces = units * size / SMALLEST_PIECE;
    if (pieces > MOST_PIECES) pieces = MOST_PIECES;
    if (pieces > units) pieces = units;
    return pieces ? pieces : 1;
}
