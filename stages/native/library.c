/* The operators of domain "utterd", version 1, and the function by which ONNX Runtime gets them. */
#include "operators.h"

static const Signature SIGNATURES[] = {
    /* On (1, channels, ...). scale, shift, gain, offset, mean and mean square: (channels,), of x.
     * x, scale, shift -> snake(x * scale + shift), mean, mean square */
    {"AffineSnake", "fff", "fFF", "", affine_snake},
    /* x, gain, offset -> snake(normalised x * gain + offset), mean, mean square */
    {"NormSnake", "fff", "fFF", "epsilon ", norm_snake},

    /* On (..., channels), y = uint8 of scales y_scale (channels,) and one zero.
     * x, scale, shift, y_scale -> y of snake(x * scale + shift), mean, mean square */
    {"SnakeQuantize", "ffff", "uFF", "y_zero ", snake_quantize},
    /* q, q_scale, scale, shift, y_scale -> y of snake(q * scale + shift), mean, mean square: of q */
    {"DequantizeSnakeQuantize", "uffff", "uFF", "q_zero y_zero ", dequantize_snake_quantize},
    /* x, q, q_scale, scale, shift, y_scale -> x + q, y of snake((x + q) * scale + shift), mean, mean square: of x + q */
    {"ResidualSnakeQuantize", "fuffff", "fuFF", "q_zero y_zero ", residual_snake_quantize},
    /* x, q, q_scale, more x, more q, its scale -> their sum */
    {"DequantizeAdd", "fufFUF", "f", "q_zero ", dequantize_add},
    /* x, y_scale -> y of leaky_relu(x) */
    {"LeakyReluQuantize", "ff", "u", "slope y_zero ", leaky_relu_quantize},
};

enum { COUNT = sizeof SIGNATURES / sizeof *SIGNATURES };

__attribute__((visibility("default"))) OrtStatus *RegisterCustomOps(OrtSessionOptions *options, const OrtApiBase *base)
{
    static Operator operators[COUNT]; /* sessions point to these */
    static OrtCustomOpDomain *domain;
    const OrtApi *api = base->GetApi(ORT_VERSION_NEEDED);
    if (api == NULL) return base->GetApi(1)->CreateStatus(ORT_FAIL, "utterd's operators need ONNX Runtime 1.17");
    if (domain == NULL) {
        OrtCustomOpDomain *made = NULL;
        TRY(api->CreateCustomOpDomain("utterd", &made));
        for (int i = 0; i < COUNT; i++) {
            make_operator(&operators[i], &SIGNATURES[i]);
            TRY(api->CustomOpDomain_Add(made, &operators[i].op));
        }
        domain = made;
    }
    return api->AddCustomOpDomain(options, domain);
}
