// The body of rectified_units.c for one instruction set, see variants.h.

static inline lanes VARIANT(where_positive)(lanes condition, lanes values) {
    const lanes zero = {0};
    return (lanes)((integer_lanes)values & (integer_lanes)(condition > zero));
}

static inline float VARIANT(sum_in_order)(lanes all) {
    float sum = 0;
    for (size_t lane = 0; lane < LANES; lane++) sum += all[lane];
    return sum;
}

static void VARIANT(add_rectified)(
    float *restrict scores, size_t items, const float *restrict item_units, const float *restrict user,
    const float *restrict weights, size_t units) {
    size_t j = 0;
    for (; j + LANES <= items; j += LANES) {
        lanes sums = VARIANT(load)(scores + j);
        for (size_t h = 0; h < units; h++) {
            const lanes input = user[h] + VARIANT(load)(item_units + h * items + j);
            sums += weights[h] * VARIANT(where_positive)(input, input);
        }
        VARIANT(store)(scores + j, sums);
    }
    for (; j < items; j++) {
        for (size_t h = 0; h < units; h++) {
            const float input = user[h] + item_units[h * items + j];
            if (input > 0) scores[j] += weights[h] * input;
        }
    }
}

static void VARIANT(rectified_gradients)(
    const float *restrict derivatives, size_t users, size_t items, const float *restrict user_unit,
    const float *restrict item_unit, float weight, float *restrict user_gradient, float *restrict item_gradient,
    float *restrict weight_gradient) {
    float weight_total = 0;
    for (size_t user = 0; user < users; user++) {
        const float *row = derivatives + user * items;
        lanes sums = {0}, products = {0};
        size_t j = 0;
        for (; j + LANES <= items; j += LANES) {
            const lanes input = user_unit[user] + VARIANT(load)(item_unit + j);
            const lanes passed = VARIANT(where_positive)(input, VARIANT(load)(row + j));
            VARIANT(store)(item_gradient + j, VARIANT(load)(item_gradient + j) + weight * passed);
            sums += passed;
            products += passed * input;
        }
        float sum = VARIANT(sum_in_order)(sums), product = VARIANT(sum_in_order)(products);
        for (; j < items; j++) {
            const float input = user_unit[user] + item_unit[j];
            if (input > 0) {
                item_gradient[j] += weight * row[j];
                sum += row[j];
                product += row[j] * input;
            }
        }
        user_gradient[user] += weight * sum;
        weight_total += product;
    }
    *weight_gradient += weight_total;
}
