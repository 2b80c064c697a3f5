#include "TransformerKernels.h"

#define BODY "transformer_body.h"
#include "variants.h"

float palate_softmax_cross_entropy(
    float *restrict logits, size_t columns, const float *restrict bias, size_t target, float weight,
    const uint32_t *restrict excluded, size_t excluded_count, float *restrict bias_gradient) {
    return DISPATCH(softmax_cross_entropy, logits, columns, bias, target, weight, excluded, excluded_count,
        bias_gradient);
}

void palate_softmax_row(float *restrict row, size_t count, float scale, const float *restrict bias) {
    DISPATCH(softmax_row, row, count, scale, bias);
}

void palate_causal_softmax(
    float *restrict scores, size_t length, size_t stride, float scale, const float *restrict reversed_bias) {
    DISPATCH(causal_softmax, scores, length, stride, scale, reversed_bias);
}

void palate_causal_softmax_gradient(
    const float *restrict probabilities, float *restrict gradient, size_t length, size_t stride, float scale,
    float *restrict reversed_bias_gradient) {
    DISPATCH(causal_softmax_gradient, probabilities, gradient, length, stride, scale, reversed_bias_gradient);
}

void palate_rms_norm(
    const float *restrict input, size_t rows, size_t columns, const float *restrict gain, float *restrict output,
    float *restrict inverse) {
    DISPATCH(rms_norm, input, rows, columns, gain, output, inverse);
}

void palate_rms_norm_gradient(
    const float *restrict output_gradient, const float *restrict input, const float *restrict inverse, size_t rows,
    size_t columns, const float *restrict gain, float *restrict input_gradient, float *restrict gain_gradient) {
    DISPATCH(rms_norm_gradient, output_gradient, input, inverse, rows, columns, gain, input_gradient, gain_gradient);
}

void palate_gated_silu(const float *restrict input, size_t rows, size_t columns, float *restrict output) {
    DISPATCH(gated_silu, input, rows, columns, output);
}

void palate_gated_silu_gradient(
    const float *restrict output_gradient, const float *restrict input, size_t rows, size_t columns,
    float *restrict input_gradient) {
    DISPATCH(gated_silu_gradient, output_gradient, input, rows, columns, input_gradient);
}

void palate_dropout(float *values, size_t count, float rate, uint32_t seed) {
    DISPATCH(dropout, values, count, rate, seed);
}

void palate_adamw(
    float *restrict parameters, const float *restrict gradient, float *restrict first, float *restrict second,
    size_t count, float learning_rate, float beta1, float beta2, float decay, float first_correction,
    float second_correction) {
    DISPATCH(adamw, parameters, gradient, first, second, count, learning_rate, beta1, beta2, decay,
        first_correction, second_correction);
}

void palate_add(float *restrict target, const float *restrict source, size_t count) {
    DISPATCH(add, target, source, count);
}
