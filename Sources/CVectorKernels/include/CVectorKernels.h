#pragma once
#include <stddef.h>
#include <stdint.h>

#include "TransformerKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/// destination[j] += Σ_k weights[k] · matrix[rows[k] · stride + j], for j in 0..<columns.
///
/// Four rows pass at once, so that the destination is loaded and stored a quarter as often as by a loop of saxpy calls.
/// The order of the additions does not depend on the instruction set's width, so the result depends only on whether the
/// processor has a fused multiply-add.
void palate_accumulate_rows(
    float *restrict destination, size_t columns, const float *restrict matrix, size_t stride,
    const uint32_t *restrict rows, const float *restrict weights, size_t count);

/// Moves `solution` towards the x with (G + ρI + Σₖ vₖvₖᵀ) x = Σₖ vₖ by steps of conjugate gradients, vₖ being the row
/// rows[k] of `matrix` and G = `gram`, symmetric, columns by columns.
///
/// A step reads every vₖ once. `workspace` has room for 3 · columns floats; nothing overlaps.
void palate_solve_normal_equations(
    const float *restrict matrix, size_t columns, const uint32_t *restrict rows, size_t count,
    const float *restrict gram, float ridge, size_t steps, float *restrict solution, float *restrict workspace);

/// scores[j] += Σ_h weights[h] · max(0, user[h] + item_units[h · items + j]), for j in 0..<items and h in 0..<units.
void palate_add_rectified(
    float *restrict scores, size_t items, const float *restrict item_units, const float *restrict user,
    const float *restrict weights, size_t units);

/// For one unit of `palate_add_rectified` and all users, adds to derivatives by its inputs and its weight, given those by the
/// scores, users by items.
void palate_rectified_gradients(
    const float *restrict derivatives, size_t users, size_t items, const float *restrict user_unit,
    const float *restrict item_unit, float weight, float *restrict user_gradient, float *restrict item_gradient,
    float *restrict weight_gradient);

/// Rows of a block of `palate_quantized_products`.
#define PALATE_QUANTIZED_BLOCK 16

/// products[i] = factor · scales[i] · Σ_j code(i, j) · query[j], for the rows of some blocks.
///
/// In a block the codes of columns 0 and 1 come first, row by row, then those of columns 2 and 3; `width`, the number of
/// columns, is a multiple of 4. The sums are of whole numbers and must fit 32 bits: |query[j]| <= 2^31 / (128 · width).
void palate_quantized_products(
    const int8_t *restrict codes, size_t blocks, size_t width, const int16_t *restrict query, const float *restrict scales,
    float factor, float *restrict products);

/// The greatest of some values; -∞ for none.
float palate_maximum(const float *restrict values, size_t count);

/// Writes the places of the values that are at least `least`, in ascending order, and returns how many there are.
size_t palate_places_at_least(const float *restrict values, size_t count, float least, uint32_t *restrict places);

/// products[k] = Σ_j matrix[rows[k] · columns + j] · query[j], for k in 0..<count.
void palate_row_products(
    const float *restrict matrix, size_t columns, const uint32_t *restrict rows, size_t count,
    const float *restrict query, float *restrict products);

/// vectorᵀ · matrix · vector, for a matrix of order · order numbers.
double palate_quadratic_form(const float *restrict matrix, size_t order, const float *restrict vector);

/// Σ_i e^(values[i] - maximum), for values that are not above the maximum; -∞ counts as e^-87.
double palate_exponential_sum(const float *restrict values, size_t count, float maximum);

/// The name that OpenBLAS has for the kernels it runs, such as "SkylakeX"; "unknown" where it does not say.
const char *palate_openblas_kernels(void);

#ifdef __cplusplus
}
#endif
