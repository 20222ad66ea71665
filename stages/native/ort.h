/* ONNX Runtime's C interface, as far as operators need it.
 *
 * Its packages come without the header, and the header is thousands of lines of which a dozen matter here. What is
 * below is the binary interface, which ONNX Runtime never changes: OrtApi and OrtCustomOp only ever grow at their ends,
 * and the numbers are positions in OrtApi that its own source asserts (onnxruntime_c_api.cc, "Size of version N API
 * cannot change"). Names are theirs.
 */
#ifndef UTTERD_ORT_H
#define UTTERD_ORT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum { ORT_VERSION_NEEDED = 17 }; /* ONNX Runtime 1.17: the first with KernelContext_ParallelFor */
enum { ORT_FAIL = 1, ORT_INVALID_ARGUMENT = 2 };
enum { ORT_FLOAT = 1, ORT_UINT8 = 2 };
enum { ORT_REQUIRED = 0, ORT_OPTIONAL = 1 };

typedef struct OrtStatus OrtStatus; /* NULL is success */
typedef struct OrtValue OrtValue;
typedef struct OrtKernelInfo OrtKernelInfo;
typedef struct OrtKernelContext OrtKernelContext;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtCustomOpDomain OrtCustomOpDomain;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtCustomOp OrtCustomOp;

typedef void (*Unused)(void);

typedef struct OrtApi {
    OrtStatus *(*CreateStatus)(int code, const char *message);
    Unused unused_1[25];
    OrtStatus *(*CreateCustomOpDomain)(const char *name, OrtCustomOpDomain **domain);
    OrtStatus *(*CustomOpDomain_Add)(OrtCustomOpDomain *domain, const OrtCustomOp *op);
    OrtStatus *(*AddCustomOpDomain)(OrtSessionOptions *options, OrtCustomOpDomain *domain);
    Unused unused_29[22];
    OrtStatus *(*GetTensorMutableData)(OrtValue *value, void **data);
    Unused unused_52[9];
    OrtStatus *(*GetDimensionsCount)(const OrtTensorTypeAndShapeInfo *info, size_t *count);
    OrtStatus *(*GetDimensions)(const OrtTensorTypeAndShapeInfo *info, int64_t *dimensions, size_t count);
    Unused unused_63[2];
    OrtStatus *(*GetTensorTypeAndShape)(const OrtValue *value, OrtTensorTypeAndShapeInfo **info);
    Unused unused_66[19];
    OrtStatus *(*KernelInfoGetAttribute_float)(const OrtKernelInfo *info, const char *name, float *value);
    OrtStatus *(*KernelInfoGetAttribute_int64)(const OrtKernelInfo *info, const char *name, int64_t *value);
    Unused unused_87[1];
    OrtStatus *(*KernelContext_GetInputCount)(const OrtKernelContext *context, size_t *count);
    OrtStatus *(*KernelContext_GetOutputCount)(const OrtKernelContext *context, size_t *count);
    OrtStatus *(*KernelContext_GetInput)(const OrtKernelContext *context, size_t index, const OrtValue **value);
    OrtStatus *(*KernelContext_GetOutput)(
        OrtKernelContext *context, size_t index, const int64_t *shape, size_t rank, OrtValue **value);
    Unused unused_92[7];
    void (*ReleaseTensorTypeAndShapeInfo)(OrtTensorTypeAndShapeInfo *info);
    Unused unused_100[174];
    OrtStatus *(*KernelContext_ParallelFor)(
        const OrtKernelContext *context, void (*work)(void *, size_t), size_t total, size_t batches, void *argument);
} OrtApi;

#define POSITION(function) (offsetof(OrtApi, function) / sizeof(Unused))
static_assert(POSITION(CreateCustomOpDomain) == 26, "a position in OrtApi");
static_assert(POSITION(GetTensorMutableData) == 51, "a position in OrtApi");
static_assert(POSITION(GetDimensionsCount) == 61, "a position in OrtApi");
static_assert(POSITION(GetTensorTypeAndShape) == 65, "a position in OrtApi");
static_assert(POSITION(KernelInfoGetAttribute_float) == 85, "a position in OrtApi");
static_assert(POSITION(KernelContext_GetInputCount) == 88, "a position in OrtApi");
static_assert(POSITION(ReleaseTensorTypeAndShapeInfo) == 99, "a position in OrtApi");
static_assert(POSITION(KernelContext_ParallelFor) == 274, "a position in OrtApi");

typedef struct OrtApiBase {
    const OrtApi *(*GetApi)(uint32_t version);
    const char *(*GetVersionString)(void);
} OrtApiBase;

struct OrtCustomOp {
    uint32_t version;
    void *(*CreateKernel)(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info);
    const char *(*GetName)(const OrtCustomOp *op);
    const char *(*GetExecutionProviderType)(const OrtCustomOp *op);
    int (*GetInputType)(const OrtCustomOp *op, size_t index);
    size_t (*GetInputTypeCount)(const OrtCustomOp *op);
    int (*GetOutputType)(const OrtCustomOp *op, size_t index);
    size_t (*GetOutputTypeCount)(const OrtCustomOp *op);
    void (*KernelCompute)(void *kernel, OrtKernelContext *context);
    void (*KernelDestroy)(void *kernel);
    int (*GetInputCharacteristic)(const OrtCustomOp *op, size_t index);
    int (*GetOutputCharacteristic)(const OrtCustomOp *op, size_t index);
    int (*GetInputMemoryType)(const OrtCustomOp *op, size_t index);
    Unused of_variadic_operators[4];
    OrtStatus *(*CreateKernelV2)(
        const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **kernel);
    OrtStatus *(*KernelComputeV2)(void *kernel, OrtKernelContext *context);
    Unused of_shapes_and_versions[3];
};

#endif
