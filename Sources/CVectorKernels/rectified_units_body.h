// Included by rectified_units.c, once for each instruction set, with VARIANT(name) naming its functions.

static inline lanes VARIANT(rectified_load)(const float *address) { return *(const lanes *)address; }

static inline lanes VARIANT(where_positive)(lanes condition, lanes values) {
    const lanes zero = {0};
    return (lanes)((mask_lanes)values & (mask_lanes)(condition > zero));
}

static inline float VARIANT(rectified_sum)(lanes all) {
    float sum = 0;
    for (size_t lane = 0; lane < LANES; lane++) sum += all[lane];
    return sum;
}

static void VARIANT(add_rectified)(
    float *restrict scores, size_t items, const float *restrict item_units, const float *restrict user,
    const float *restrict weights, size_t units) {
    size_t j = 0;
    for (; j + LANES <= items; j += LANES) {
        lanes sums = VARIANT(rectified_load)(scores + j);
        for (size_t h = 0; h < units; h++) {
            const lanes input = user[h] + VARIANT(rectified_load)(item_units + h * items + j);
            sums += weights[h] * VARIANT(where_positive)(input, input);
        }
        *(lanes *)(scores + j) = sums;
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
            const lanes input = user_unit[user] + VARIANT(rectified_load)(item_unit + j);
            const lanes passed = VARIANT(where_positive)(input, VARIANT(rectified_load)(row + j));
            *(lanes *)(item_gradient + j) = VARIANT(rectified_load)(item_gradient + j) + weight * passed;
            sums += passed;
            products += passed * input;
        }
        float sum = VARIANT(rectified_sum)(sums), product = VARIANT(rectified_sum)(products);
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
