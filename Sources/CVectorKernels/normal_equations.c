#include "CVectorKernels.h"

// The body is compiled once for each instruction set. Sums go by sixteen lanes whatever the width of the registers, so
// that variants differ only in whether they have a fused multiply-add.
typedef float lanes __attribute__((vector_size(64), aligned(4)));
typedef float half_lanes __attribute__((vector_size(32)));
typedef float quarter_lanes __attribute__((vector_size(16)));
#define LANES 16

#if defined(__x86_64__) && !defined(PALATE_PORTABLE_KERNELS)
#define HAS_VARIANTS 1

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx2,fma"))), apply_to = function)
#define VARIANT(name) name##_avx512
#include "normal_equations_body.h"
#undef VARIANT
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VARIANT(name) name##_avx2
#include "normal_equations_body.h"
#undef VARIANT
#pragma clang attribute pop
#endif

#define VARIANT(name) name##_portable
#include "normal_equations_body.h"
#undef VARIANT

void palate_solve_normal_equations(
    const float *restrict matrix, size_t columns, const uint32_t *restrict rows, size_t count,
    const float *restrict gram, float ridge, size_t steps, float *restrict solution, float *restrict workspace) {
#ifdef HAS_VARIANTS
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
        solve_avx512(matrix, columns, rows, count, gram, ridge, steps, solution, workspace);
        return;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        solve_avx2(matrix, columns, rows, count, gram, ridge, steps, solution, workspace);
        return;
    }
#endif
    solve_portable(matrix, columns, rows, count, gram, ridge, steps, solution, workspace);
}
