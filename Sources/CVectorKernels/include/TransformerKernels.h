#pragma once
#include <stddef.h>
#include <stdint.h>

// The loops of a transformer that BLAS lacks. Matrices are row by row. Sums go by sixteen lanes whatever the width of the
// registers, so that results depend only on whether the processor has a fused multiply-add.

#ifdef __cplusplus
extern "C" {
#endif

/// Turns logits zⱼ + biasⱼ into weight · (softmax(z + bias) - e_target), in place, and adds that to `bias_gradient`.
/// The entries `excluded` take no part: their gradient is 0.
///
/// Returns weight · -log softmax(z + bias)_target.
float palate_softmax_cross_entropy(
    float *restrict logits, size_t columns, const float *restrict bias, size_t target, float weight,
    const uint32_t *restrict excluded, size_t excluded_count, float *restrict bias_gradient);

/// A row becomes softmax(scale · row + bias).
void palate_softmax_row(float *restrict row, size_t count, float scale, const float *restrict bias);

/// Rows of scale · scores + bias become softmax over columns 0...row, and 0 after. The bias of column s in row t is
/// reversed_bias[length - 1 - t + s].
void palate_causal_softmax(
    float *restrict scores, size_t length, size_t stride, float scale, const float *restrict reversed_bias);

/// The gradient of palate_causal_softmax: `gradient`, of its result, becomes that of `scores`; the gradient of the bias
/// is added to `reversed_bias_gradient`.
void palate_causal_softmax_gradient(
    const float *restrict probabilities, float *restrict gradient, size_t length, size_t stride, float scale,
    float *restrict reversed_bias_gradient);

/// output = gain ∘ input · inverse, with inverse = 1/√(mean of squares + 1e-6) of each row, which is kept.
void palate_rms_norm(
    const float *restrict input, size_t rows, size_t columns, const float *restrict gain, float *restrict output,
    float *restrict inverse);

/// Adds the gradient of palate_rms_norm to `input_gradient` and `gain_gradient`.
void palate_rms_norm_gradient(
    const float *restrict output_gradient, const float *restrict input, const float *restrict inverse, size_t rows,
    size_t columns, const float *restrict gain, float *restrict input_gradient, float *restrict gain_gradient);

/// output = silu(gate) ∘ up; a row of `input` is `columns` gates and as many ups.
void palate_gated_silu(const float *restrict input, size_t rows, size_t columns, float *restrict output);

void palate_gated_silu_gradient(
    const float *restrict output_gradient, const float *restrict input, size_t rows, size_t columns,
    float *restrict input_gradient);

/// Sets each value to 0 with probability rate, and multiplies the others by 1/(1 - rate). Which ones depends on `seed`
/// and the place alone, so that the same call on a gradient drops the same values.
void palate_dropout(float *values, size_t count, float rate, uint32_t seed);

/// One step of AdamW. `first_correction` and `second_correction` are 1/(1 - βᵗ).
void palate_adamw(
    float *restrict parameters, const float *restrict gradient, float *restrict first, float *restrict second,
    size_t count, float learning_rate, float beta1, float beta2, float decay, float first_correction,
    float second_correction);

/// target += source.
void palate_add(float *restrict target, const float *restrict source, size_t count);

#ifdef __cplusplus
}
#endif
