#include "CVectorKernels.h"

// Four rows at a time: the processor prefetches that many streams well, and the destination is loaded and stored once for
// them. Blocks of columns keep the destination in the first-level cache.
#define BLOCK 4096

#define ACCUMULATE_ROWS_BODY                                                                        \
    for (size_t start = 0; start < columns; start += BLOCK) {                                       \
        const size_t width = columns - start < BLOCK ? columns - start : BLOCK;                     \
        float *restrict sums = destination + start;                                                 \
        size_t k = 0;                                                                               \
        for (; k + 4 <= count; k += 4) {                                                            \
            const float *row0 = matrix + (size_t)rows[k] * stride + start;                          \
            const float *row1 = matrix + (size_t)rows[k + 1] * stride + start;                      \
            const float *row2 = matrix + (size_t)rows[k + 2] * stride + start;                      \
            const float *row3 = matrix + (size_t)rows[k + 3] * stride + start;                      \
            const float w0 = weights[k], w1 = weights[k + 1], w2 = weights[k + 2], w3 = weights[k + 3]; \
            for (size_t j = 0; j < width; j++) {                                                    \
                float sum = MULTIPLY_ADD(w0, row0[j], sums[j]);                                     \
                sum = MULTIPLY_ADD(w1, row1[j], sum);                                               \
                sum = MULTIPLY_ADD(w2, row2[j], sum);                                               \
                sums[j] = MULTIPLY_ADD(w3, row3[j], sum);                                           \
            }                                                                                       \
        }                                                                                           \
        for (; k < count; k++) {                                                                    \
            const float *row = matrix + (size_t)rows[k] * stride + start;                           \
            const float weight = weights[k];                                                        \
            for (size_t j = 0; j < width; j++) sums[j] = MULTIPLY_ADD(weight, row[j], sums[j]);     \
        }                                                                                           \
    }

// PALATE_PORTABLE_KERNELS leaves the dispatch out, to measure and test the plain variant.
#if defined(__x86_64__) && !defined(PALATE_PORTABLE_KERNELS)

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
