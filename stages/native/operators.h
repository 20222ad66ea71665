/* What each operator computes; library.c says what they take and give. */
#ifndef UTTERD_OPERATORS_H
#define UTTERD_OPERATORS_H

#include "operator.h"

OrtStatus *affine_snake(Call *call);
OrtStatus *norm_snake(Call *call);
OrtStatus *snake_quantize(Call *call);
OrtStatus *dequantize_snake_quantize(Call *call);
OrtStatus *residual_snake_quantize(Call *call);
OrtStatus *dequantize_add(Call *call);
OrtStatus *leaky_relu_quantize(Call *call);
OrtStatus *packed_matmul(Call *call);
OrtStatus *packed_conv(Call *call);

#endif
