// The body of row_accumulation.c for one instruction set, see variants.h.

/// Four rows at a time: the processor prefetches that many streams well, and the destination is loaded and stored once for
/// them. Blocks of columns keep the destination in the first-level cache.
static void VARIANT(accumulate_rows)(
    float *restrict destination, size_t columns, const float *restrict matrix, size_t stride,
    const uint32_t *restrict rows, const float *restrict weights, size_t count) {
    enum { BLOCK = 4096 };
    for (size_t start = 0; start < columns; start += BLOCK) {
        const size_t width = columns - start < BLOCK ? columns - start : BLOCK;
        float *restrict sums = destination + start;
        size_t k = 0;
        for (; k + 4 <= count; k += 4) {
            const float *row0 = matrix + (size_t)rows[k] * stride + start;
            const float *row1 = matrix + (size_t)rows[k + 1] * stride + start;
            const float *row2 = matrix + (size_t)rows[k + 2] * stride + start;
            const float *row3 = matrix + (size_t)rows[k + 3] * stride + start;
            const float w0 = weights[k], w1 = weights[k + 1], w2 = weights[k + 2], w3 = weights[k + 3];
            for (size_t j = 0; j < width; j++) {
                float sum = w0 * row0[j] + sums[j];
                sum = w1 * row1[j] + sum;
                sum = w2 * row2[j] + sum;
                sums[j] = w3 * row3[j] + sum;
            }
        }
        for (; k < count; k++) {
            const float *row = matrix + (size_t)rows[k] * stride + start;
            const float weight = weights[k];
            for (size_t j = 0; j < width; j++) sums[j] = weight * row[j] + sums[j];
        }
    }
}
