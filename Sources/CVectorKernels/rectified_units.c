#include "CVectorKernels.h"

// Compiled once for each instruction set, as normal_equations.c is.
typedef float lanes __attribute__((vector_size(64), aligned(4)));
typedef int32_t mask_lanes __attribute__((vector_size(64), aligned(4)));
#define LANES 16

#if defined(__x86_64__) && !defined(PALATE_PORTABLE_KERNELS)
#define HAS_VARIANTS 1

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx2,fma"))), apply_to = function)
#define VARIANT(name) name##_avx512
#include "rectified_units_body.h"
#undef VARIANT
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VARIANT(name) name##_avx2
#include "rectified_units_body.h"
#undef VARIANT
#pragma clang attribute pop
#endif

#define VARIANT(name) name##_portable
#include "rectified_units_body.h"
#undef VARIANT

#ifdef HAS_VARIANTS
#define DISPATCH(name, ...)                                                                        \
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {                 \
        name##_avx512(__VA_ARGS__);                                                                \
    } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {                  \
        name##_avx2(__VA_ARGS__);                                                                  \
    } else {                                                                                       \
        name##_portable(__VA_ARGS__);                                                              \
    }
#else
#define DISPATCH(name, ...) name##_portable(__VA_ARGS__);
#endif

void palate_add_rectified(
    float *restrict scores, size_t items, const float *restrict item_units, const float *restrict user,
    const float *restrict weights, size_t units) {
    DISPATCH(add_rectified, scores, items, item_units, user, weights, units)
}

void palate_rectified_gradients(
    const float *restrict derivatives, size_t users, size_t items, const float *restrict user_unit,
    const float *restrict item_unit, float weight, float *restrict user_gradient, float *restrict item_gradient,
    float *restrict weight_gradient) {
    DISPATCH(
        rectified_gradients, derivatives, users, items, user_unit, item_unit, weight, user_gradient, item_gradient,
        weight_gradient)
}
