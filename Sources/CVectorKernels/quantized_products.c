#include "CVectorKernels.h"

// The sums are of whole numbers, so every variant gives the same products.

static void products_portable(
    const int8_t *restrict codes, size_t rows, size_t width, const int16_t *restrict query, const float *restrict scales,
    float factor, float *restrict products) {
    for (size_t row = 0; row < rows; row++) {
        const int8_t *restrict code = codes + row * width;
        int32_t sum = 0;
        for (size_t j = 0; j < width; j++) sum += (int32_t)code[j] * (int32_t)query[j];
        products[row] = (float)sum * (scales[row] * factor);
    }
}

#if defined(__x86_64__) && !defined(PALATE_PORTABLE_KERNELS)
#include <immintrin.h>

__attribute__((target("avx2"))) static inline __m256i partial_sums(
    const int8_t *restrict code, const int16_t *restrict query, size_t width) {
    __m256i sums = _mm256_setzero_si256();
    for (size_t j = 0; j < width; j += 16) {
        const __m256i wide = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(code + j)));
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(wide, _mm256_loadu_si256((const __m256i *)(query + j))));
    }
    return sums;
}

// Four rows at a time share the work of adding up lanes.
__attribute__((target("avx2"))) static void products_avx2(
    const int8_t *restrict codes, size_t rows, size_t width, const int16_t *restrict query, const float *restrict scales,
    float factor, float *restrict products) {
    size_t row = 0;
    for (; row + 4 <= rows; row += 4) {
        const int8_t *restrict code = codes + row * width;
        const __m256i first = _mm256_hadd_epi32(
            partial_sums(code, query, width), partial_sums(code + width, query, width));
        const __m256i second = _mm256_hadd_epi32(
            partial_sums(code + 2 * width, query, width), partial_sums(code + 3 * width, query, width));
        const __m256i both = _mm256_hadd_epi32(first, second);
        const __m128i sums = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
        const __m128 scale = _mm_mul_ps(_mm_loadu_ps(scales + row), _mm_set1_ps(factor));
        _mm_storeu_ps(products + row, _mm_mul_ps(_mm_cvtepi32_ps(sums), scale));
    }
    products_portable(codes + row * width, rows - row, width, query, scales + row, factor, products + row);
}
#define HAS_AVX2 1
#endif

void palate_quantized_products(
    const int8_t *restrict codes, size_t rows, size_t width, const int16_t *restrict query, const float *restrict scales,
    float factor, float *restrict products) {
#ifdef HAS_AVX2
    if (width % 16 == 0 && __builtin_cpu_supports("avx2")) {
        products_avx2(codes, rows, width, query, scales, factor, products);
        return;
    }
#endif
    products_portable(codes, rows, width, query, scales, factor, products);
}
