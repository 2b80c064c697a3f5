#include "CVectorKernels.h"

#define BODY "rectified_units_body.h"
#include "variants.h"

void palate_add_rectified(
    float *restrict scores, size_t items, const float *restrict item_units, const float *restrict user,
    const float *restrict weights, size_t units) {
    DISPATCH(add_rectified, scores, items, item_units, user, weights, units);
}

void palate_rectified_gradients(
    const float *restrict derivatives, size_t users, size_t items, const float *restrict user_unit,
    const float *restrict item_unit, float weight, float *restrict user_gradient, float *restrict item_gradient,
    float *restrict weight_gradient) {
    DISPATCH(
        rectified_gradients, derivatives, users, items, user_unit, item_unit, weight, user_gradient, item_gradient,
        weight_gradient);
}
