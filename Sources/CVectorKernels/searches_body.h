// The body of searches.c for one instruction set, see variants.h.

static float VARIANT(maximum)(const float *restrict values, size_t count) {
    float greatest = -INFINITY;
    size_t i = 0;
    if (count >= LANES) {
        lanes all = VARIANT(load)(values);
        for (i = LANES; i + LANES <= count; i += LANES) all = __builtin_elementwise_max(all, VARIANT(load)(values + i));
        for (size_t lane = 0; lane < LANES; lane++) greatest = all[lane] > greatest ? all[lane] : greatest;
    }
    for (; i < count; i++) greatest = values[i] > greatest ? values[i] : greatest;
    return greatest;
}

static size_t VARIANT(places_at_least)(
    const float *restrict values, size_t count, float least, uint32_t *restrict places) {
    size_t found = 0;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const integer_lanes is_enough = VARIANT(load)(values + i) >= least;
        if (!__builtin_reduce_or(is_enough)) continue;
        for (size_t lane = 0; lane < LANES; lane++) {
            if (is_enough[lane]) places[found++] = (uint32_t)(i + lane);
        }
    }
    for (; i < count; i++) {
        if (values[i] >= least) places[found++] = (uint32_t)i;
    }
    return found;
}

static inline float VARIANT(inner_product)(const float *restrict left, const float *restrict right, size_t count) {
    lanes sums = {0};
    float rest = 0;
    size_t j = 0;
    for (; j + LANES <= count; j += LANES) sums += VARIANT(load)(left + j) * VARIANT(load)(right + j);
    for (; j < count; j++) rest += left[j] * right[j];
    return VARIANT(sum)(sums) + rest;
}

static void VARIANT(row_products)(
    const float *restrict matrix, size_t columns, const uint32_t *restrict rows, size_t count,
    const float *restrict query, float *restrict products) {
    for (size_t k = 0; k < count; k++) {
        products[k] = VARIANT(inner_product)(matrix + (size_t)rows[k] * columns, query, columns);
    }
}

static double VARIANT(quadratic_form)(const float *restrict matrix, size_t order, const float *restrict vector) {
    double total = 0;
    for (size_t row = 0; row < order; row++) {
        total += (double)vector[row] * (double)VARIANT(inner_product)(matrix + row * order, vector, order);
    }
    return total;
}
