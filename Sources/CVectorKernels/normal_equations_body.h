// The body of normal_equations.c for one instruction set, see variants.h.

static inline float VARIANT(dot)(const float *restrict left, const float *restrict right, size_t columns) {
    lanes sums = {0};
    size_t j = 0;
    for (; j + LANES <= columns; j += LANES) sums += VARIANT(load)(left + j) * VARIANT(load)(right + j);
    float total = VARIANT(sum)(sums);
    for (; j < columns; j++) total += left[j] * right[j];
    return total;
}

/// target += Σ_r weights[r] · rows[r], for four rows.
static inline void VARIANT(add_four)(
    float *restrict target, size_t columns, const float *const rows[4], const float weights[4]) {
    const float *row0 = rows[0], *row1 = rows[1], *row2 = rows[2], *row3 = rows[3];
    const float w0 = weights[0], w1 = weights[1], w2 = weights[2], w3 = weights[3];
    size_t j = 0;
    for (; j + LANES <= columns; j += LANES) {
        lanes sums = VARIANT(load)(target + j);
        sums += w0 * VARIANT(load)(row0 + j);
        sums += w1 * VARIANT(load)(row1 + j);
        sums += w2 * VARIANT(load)(row2 + j);
        sums += w3 * VARIANT(load)(row3 + j);
        VARIANT(store)(target + j, sums);
    }
    for (; j < columns; j++) target[j] += w0 * row0[j] + w1 * row1[j] + w2 * row2[j] + w3 * row3[j];
}

static inline void VARIANT(add_one)(float *restrict target, size_t columns, const float *restrict row, float weight) {
    size_t j = 0;
    for (; j + LANES <= columns; j += LANES) {
        VARIANT(store)(target + j, VARIANT(load)(target + j) + weight * VARIANT(load)(row + j));
    }
    for (; j < columns; j++) target[j] += weight * row[j];
}

/// target += Σ_k (constant + factor · vₖ·x) vₖ: every row is read once, while it is in the first-level cache.
static inline void VARIANT(add_projections)(
    float *restrict target, const float *restrict matrix, size_t columns, const uint32_t *restrict rows, size_t count,
    const float *restrict x, float constant, float factor) {
    enum { AHEAD = 12 };
    size_t k = 0;
    for (; k + 4 <= count; k += 4) {
        const float *four[4];
        float weights[4];
        for (size_t r = 0; r < 4; r++) {
            four[r] = matrix + (size_t)rows[k + r] * columns;
            if (k + r + AHEAD < count) {
                const float *ahead = matrix + (size_t)rows[k + r + AHEAD] * columns;
                for (size_t j = 0; j < columns; j += LANES) __builtin_prefetch(ahead + j);
            }
        }
        lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};
        size_t j = 0;
        for (; j + LANES <= columns; j += LANES) {
            const lanes part = VARIANT(load)(x + j);
            sum0 += VARIANT(load)(four[0] + j) * part;
            sum1 += VARIANT(load)(four[1] + j) * part;
            sum2 += VARIANT(load)(four[2] + j) * part;
            sum3 += VARIANT(load)(four[3] + j) * part;
        }
        weights[0] = VARIANT(sum)(sum0);
        weights[1] = VARIANT(sum)(sum1);
        weights[2] = VARIANT(sum)(sum2);
        weights[3] = VARIANT(sum)(sum3);
        for (; j < columns; j++) {
            for (size_t r = 0; r < 4; r++) weights[r] += four[r][j] * x[j];
        }
        for (size_t r = 0; r < 4; r++) weights[r] = constant + factor * weights[r];
        VARIANT(add_four)(target, columns, four, weights);
    }
    for (; k < count; k++) {
        const float *row = matrix + (size_t)rows[k] * columns;
        VARIANT(add_one)(target, columns, row, constant + factor * VARIANT(dot)(row, x, columns));
    }
}

/// target = factor · (G + ρI) x, for a symmetric G.
static inline void VARIANT(multiply)(
    float *restrict target, const float *restrict gram, size_t columns, float ridge, const float *restrict x,
    float factor) {
    for (size_t j = 0; j < columns; j++) target[j] = factor * ridge * x[j];
    size_t k = 0;
    for (; k + 4 <= columns; k += 4) {
        const float *four[4];
        float weights[4];
        for (size_t r = 0; r < 4; r++) {
            four[r] = gram + (k + r) * columns;
            weights[r] = factor * x[k + r];
        }
        VARIANT(add_four)(target, columns, four, weights);
    }
    for (; k < columns; k++) VARIANT(add_one)(target, columns, gram + k * columns, factor * x[k]);
}

static void VARIANT(solve)(
    const float *restrict matrix, size_t columns, const uint32_t *restrict rows, size_t count,
    const float *restrict gram, float ridge, size_t steps, float *restrict solution, float *restrict workspace) {
    float *restrict residual = workspace;
    float *restrict direction = workspace + columns;
    float *restrict image = workspace + 2 * columns;
    // Σ vₖ - (G + ρI + Σ vₖvₖᵀ) x in one pass.
    VARIANT(multiply)(residual, gram, columns, ridge, solution, -1);
    VARIANT(add_projections)(residual, matrix, columns, rows, count, solution, 1, -1);
    for (size_t j = 0; j < columns; j++) direction[j] = residual[j];
    float norm = VARIANT(dot)(residual, residual, columns);
    for (size_t step = 0; step < steps && norm > 1e-12f; step++) {
        VARIANT(multiply)(image, gram, columns, ridge, direction, 1);
        VARIANT(add_projections)(image, matrix, columns, rows, count, direction, 0, 1);
        const float curvature = VARIANT(dot)(direction, image, columns);
        if (!(curvature > 0)) break;
        const float length = norm / curvature;
        VARIANT(add_one)(solution, columns, direction, length);
        VARIANT(add_one)(residual, columns, image, -length);
        const float next = VARIANT(dot)(residual, residual, columns);
        const float ratio = next / norm;
        for (size_t j = 0; j < columns; j++) direction[j] = residual[j] + ratio * direction[j];
        norm = next;
    }
}
