#include "CVectorKernels.h"

#include <string.h>

// The sums are of whole numbers, so every variant gives the same products. Rows lie in blocks of as many as a register has
// lanes, two columns of all of them side by side, so that no sum is ever over lanes.

enum { BLOCK = PALATE_QUANTIZED_BLOCK };

static void products_portable(
    const int8_t *restrict codes, size_t blocks, size_t width, const int16_t *restrict query, const float *restrict scales,
    float factor, float *restrict products) {
    for (size_t block = 0; block < blocks; block++) {
        const int8_t *restrict code = codes + block * BLOCK * width;
        int32_t sums[BLOCK] = {0};
        for (size_t j = 0; j < width; j += 2) {
            for (size_t row = 0; row < BLOCK; row++) {
                const int8_t *restrict pair = code + j * BLOCK + 2 * row;
                sums[row] += (int32_t)pair[0] * (int32_t)query[j] + (int32_t)pair[1] * (int32_t)query[j + 1];
            }
        }
        for (size_t row = 0; row < BLOCK; row++) {
            products[block * BLOCK + row] = (float)sums[row] * (scales[block * BLOCK + row] * factor);
        }
    }
}

#if defined(__x86_64__) && !defined(PALATE_PORTABLE_KERNELS)
#include <immintrin.h>

static inline int32_t two_columns(const int16_t *query) {
    int32_t pair;
    memcpy(&pair, query, sizeof pair);
    return pair;
}

__attribute__((target("avx2"))) static inline void store_eight(
    __m256i sums, const float *restrict scales, __m256 factor, float *restrict products) {
    _mm256_storeu_ps(products, _mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_mul_ps(_mm256_loadu_ps(scales), factor)));
}

__attribute__((target("avx2"))) static inline __m256i eight_products(const int8_t *code, int32_t pair) {
    return _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)code)), _mm256_set1_epi32(pair));
}

__attribute__((target("avx2"))) static void products_avx2(
    const int8_t *restrict codes, size_t blocks, size_t width, const int16_t *restrict query, const float *restrict scales,
    float factor, float *restrict products) {
    const __m256 all = _mm256_set1_ps(factor);
    for (size_t block = 0; block < blocks; block++) {
        const int8_t *restrict code = codes + block * BLOCK * width;
        __m256i low = _mm256_setzero_si256(), high = _mm256_setzero_si256();
        for (size_t j = 0; j < width; j += 2) {
            const int32_t pair = two_columns(query + j);
            low = _mm256_add_epi32(low, eight_products(code + j * BLOCK, pair));
            high = _mm256_add_epi32(high, eight_products(code + j * BLOCK + BLOCK, pair));
        }
        store_eight(low, scales + block * BLOCK, all, products + block * BLOCK);
        store_eight(high, scales + block * BLOCK + 8, all, products + block * BLOCK + 8);
    }
}

__attribute__((target("avx512f,avx512bw"))) static inline __m512i sixteen_products(const int8_t *code, int32_t pair) {
    return _mm512_madd_epi16(_mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)code)), _mm512_set1_epi32(pair));
}

__attribute__((target("avx512f,avx512bw"))) static void products_avx512(
    const int8_t *restrict codes, size_t blocks, size_t width, const int16_t *restrict query, const float *restrict scales,
    float factor, float *restrict products) {
    const __m512 all = _mm512_set1_ps(factor);
    for (size_t block = 0; block < blocks; block++) {
        const int8_t *restrict code = codes + block * BLOCK * width;
        __m512i even = _mm512_setzero_si512(), odd = _mm512_setzero_si512();
        for (size_t j = 0; j < width; j += 4) {
            even = _mm512_add_epi32(even, sixteen_products(code + j * BLOCK, two_columns(query + j)));
            odd = _mm512_add_epi32(odd, sixteen_products(code + (j + 2) * BLOCK, two_columns(query + j + 2)));
        }
        const __m512 sums = _mm512_cvtepi32_ps(_mm512_add_epi32(even, odd));
        const __m512 scale = _mm512_mul_ps(_mm512_loadu_ps(scales + block * BLOCK), all);
        _mm512_storeu_ps(products + block * BLOCK, _mm512_mul_ps(sums, scale));
    }
}
#define HAS_VECTORS 1
#endif

void palate_quantized_products(
    const int8_t *restrict codes, size_t blocks, size_t width, const int16_t *restrict query, const float *restrict scales,
    float factor, float *restrict products) {
#ifdef HAS_VECTORS
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")) {
        products_avx512(codes, blocks, width, query, scales, factor, products);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        products_avx2(codes, blocks, width, query, scales, factor, products);
        return;
    }
#endif
    products_portable(codes, blocks, width, query, scales, factor, products);
}
