/* The operators of domain "utterd", version 1, and the function by which ONNX Runtime gets them. */
#include "operators.h"

#include <stdatomic.h>
#include <stdlib.h>

static const Signature SIGNATURES[] = {
    /* On (1, channels, ...). scale, shift, gain, offset, mean and mean square: (channels,), of x.
     * x, scale, shift -> snake(x * scale + shift), mean, mean square */
    {"AffineSnake", "fff", "fFF", NO_ATTRIBUTES, affine_snake},
    /* x, gain, offset -> snake(normalised x * gain + offset), mean, mean square */
    {"NormSnake", "fff", "fFF", EPSILON, norm_snake},

    /* On (..., channels), y = uint8 of scales y_scale (channels,) and one zero.
     * x, scale, shift, y_scale -> y of snake(x * scale + shift), mean, mean square */
    {"SnakeQuantize", "ffff", "uFF", Y_ZERO, snake_quantize},
    /* q, q_scale, scale, shift, y_scale -> y of snake(q * scale + shift), mean, mean square: of q */
    {"DequantizeSnakeQuantize", "uffff", "uFF", Q_ZERO | Y_ZERO, dequantize_snake_quantize},
    /* x, q, q_scale, scale, shift, y_scale -> x + q, y of snake(that * scale + shift), mean, mean square: of that */
    {"ResidualSnakeQuantize", "fuffff", "fuFF", Q_ZERO | Y_ZERO, residual_snake_quantize},
    /* x, q, q_scale, more x, more q, its scale -> their sum */
    {"DequantizeAdd", "fufFUF", "f", Q_ZERO, dequantize_add},
    /* x, y_scale -> y of leaky_relu(x) */
    {"LeakyReluQuantize", "ff", "u", SLOPE | Y_ZERO, leaky_relu_quantize},

    /* Weights (panels, depth, 32): a matrix (depth, columns) in panels of 32 columns, the last one filled up.
     * x (..., depth), weights, bias (columns,) -> (..., columns) */
    {"PackedMatMul", "ffF", "f", COLUMNS, packed_matmul},
    /* x (1, channels, frames), weights, bias (columns,) -> (1, columns, frames + 2 padding + 1 - kernel); depth is
     * (kernel, channels) */
    {"PackedConv", "ffF", "f", COLUMNS | PADDING, packed_conv},
};

enum { COUNT = sizeof SIGNATURES / sizeof *SIGNATURES };

static OrtStatus *make_domain(const OrtApi *api, OrtCustomOpDomain **domain)
{
    TRY(api->CreateCustomOpDomain("utterd", domain));
    Operator *operators = calloc(COUNT, sizeof *operators);
    if (operators == NULL) return api->CreateStatus(ORT_FAIL, "there is no memory left");
    for (int i = 0; i < COUNT; i++) {
        make_operator(&operators[i], &SIGNATURES[i]);
        TRY(api->CustomOpDomain_Add(*domain, &operators[i].op));
    }
    return NULL;
}

__attribute__((visibility("default"))) OrtStatus *RegisterCustomOps(OrtSessionOptions *options, const OrtApiBase *base)
{
    /* Never given back: nobody tells when the last session that points to it is gone. */
    static _Atomic(OrtCustomOpDomain *) shared;
    const OrtApi *api = base->GetApi(ORT_VERSION_NEEDED);
    if (api == NULL) return base->GetApi(1)->CreateStatus(ORT_FAIL, "utterd's operators need ONNX Runtime 1.17");
    OrtCustomOpDomain *domain = atomic_load(&shared);
    if (domain == NULL) {
        TRY(make_domain(api, &domain));
        atomic_store(&shared, domain); /* should two threads come here at once, each has one, and one is kept */
    }
    return api->AddCustomOpDomain(options, domain);
}
