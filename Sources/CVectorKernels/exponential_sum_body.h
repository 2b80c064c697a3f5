// The body of exponential_sum.c for one instruction set, see variants.h.

/// e^x for x from -87 to 0 to a relative error below 3e-7: 2^n · e^r with |r| <= ln2 / 2 (Cephes, expf).
static inline float VARIANT(exponential)(float x) {
    const int32_t n = (int32_t)(x * 1.44269504088896341f - 0.5f);
    const float r = x - (float)n * 0.693359375f - (float)n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    union {
        int32_t bits;
        float value;
    } power = {.bits = (n + 127) << 23};
    return p * power.value;
}

static double VARIANT(exponential_sum)(const float *restrict values, size_t count, float maximum) {
    enum { BLOCK = 512 };
    double total = 0;
    for (size_t start = 0; start < count; start += BLOCK) {
        const size_t length = count - start < BLOCK ? count - start : BLOCK;
        const float *restrict block = values + start;
        float powers[BLOCK];
        for (size_t i = 0; i < length; i++) {
            const float below = block[i] - maximum;
            // Not a number is not above it either.
            powers[i] = VARIANT(exponential)(below >= -87.0f ? below : -87.0f);
        }
        float sums[LANES] = {0};
        size_t i = 0;
        for (; i + LANES <= length; i += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) sums[lane] += powers[i + lane];
        }
        for (; i < length; i++) sums[0] += powers[i];
        float sum = 0;
        for (size_t lane = 0; lane < LANES; lane++) sum += sums[lane];
        total += sum;
    }
    return total;
}
