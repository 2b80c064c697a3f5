#include "CVectorKernels.h"

// Columns whose sums are kept in registers at once: 64 floats are eight AVX2 registers or sixteen NEON ones.
#define BLOCK 64

#define ACCUMULATE_ROWS_BODY                                                                        \
    size_t column = 0;                                                                              \
    for (; column + BLOCK <= columns; column += BLOCK) {                                            \
        float sums[BLOCK];                                                                          \
        for (int j = 0; j < BLOCK; j++) sums[j] = destination[column + j];                          \
        for (size_t k = 0; k < count; k++) {                                                        \
            const float *row = matrix + (size_t)rows[k] * stride + column;                          \
            const float weight = weights[k];                                                        \
            for (int j = 0; j < BLOCK; j++) sums[j] = MULTIPLY_ADD(weight, row[j], sums[j]);        \
        }                                                                                           \
        for (int j = 0; j < BLOCK; j++) destination[column + j] = sums[j];                          \
    }                                                                                               \
    for (size_t k = 0; k < count && column < columns; k++) {                                        \
        const float *row = matrix + (size_t)rows[k] * stride;                                       \
        const float weight = weights[k];                                                            \
        for (size_t j = column; j < columns; j++)                                                   \
            destination[j] = MULTIPLY_ADD(weight, row[j], destination[j]);                          \
    }

#if defined(__x86_64__) || defined(__i386__)

#define MULTIPLY_ADD(a, b, c) __builtin_fmaf(a, b, c)
__attribute__((target("avx2,fma"))) static void accumulate_rows_avx2(
    float *restrict destination, size_t columns, const float *restrict matrix, size_t stride,
    const uint32_t *restrict rows, const float *restrict weights, size_t count) {
    ACCUMULATE_ROWS_BODY
}
#undef MULTIPLY_ADD

#define HAS_AVX2 (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#endif

#if defined(__aarch64__)
#define MULTIPLY_ADD(a, b, c) __builtin_fmaf(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif
static void accumulate_rows_portable(
    float *restrict destination, size_t columns, const float *restrict matrix, size_t stride,
    const uint32_t *restrict rows, const float *restrict weights, size_t count) {
    ACCUMULATE_ROWS_BODY
}
#undef MULTIPLY_ADD

void palate_accumulate_rows(
    float *restrict destination, size_t columns, const float *restrict matrix, size_t stride,
    const uint32_t *restrict rows, const float *restrict weights, size_t count) {
#ifdef HAS_AVX2
    if (HAS_AVX2) {
        accumulate_rows_avx2(destination, columns, matrix, stride, rows, weights, count);
        return;
    }
#endif
    accumulate_rows_portable(destination, columns, matrix, stride, rows, weights, count);
}

const char *palate_vector_kernels_variant(void) {
#ifdef HAS_AVX2
    if (HAS_AVX2) return "avx2";
#endif
    return "portable";
}
