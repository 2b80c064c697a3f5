// The body of transformer.c for one instruction set, see variants.h.

/// The first `count` lanes, the others `fill`.
static inline lanes VARIANT(load_some)(const float *address, size_t count, float fill) {
    float values[LANES];
    for (size_t j = 0; j < LANES; j++) values[j] = j < count ? address[j] : fill;
    return VARIANT(load)(values);
}

static inline void VARIANT(store_some)(float *address, size_t count, lanes values) {
    for (size_t j = 0; j < count; j++) address[j] = values[j];
}

static inline lanes VARIANT(load_some_or_all)(const float *address, size_t count) {
    return count == LANES ? VARIANT(load)(address) : VARIANT(load_some)(address, count, 0);
}

static inline void VARIANT(store_some_or_all)(float *address, size_t count, lanes values) {
    if (count == LANES) VARIANT(store)(address, values);
    else VARIANT(store_some)(address, count, values);
}

static inline float VARIANT(largest)(lanes all) {
    float largest = all[0];
    for (size_t j = 1; j < LANES; j++) largest = all[j] > largest ? all[j] : largest;
    return largest;
}

/// e to the power of x, to about two units in the last place: S. Moshier's polynomial (Cephes).
static inline lanes VARIANT(exponential)(lanes x) {
    const lanes magic = (lanes){0} + 12582912.0f;
    x = __builtin_elementwise_min(__builtin_elementwise_max(x, (lanes){0} - 87.0f), (lanes){0} + 88.0f);
    const lanes shifted = x * 1.44269504f + magic;
    const lanes power = shifted - magic;
    const lanes rest = (x - power * 0.693359375f) + power * 2.12194440e-4f;
    lanes series = rest * 1.9875691500e-4f + 1.3981999507e-3f;
    series = series * rest + 8.3334519073e-3f;
    series = series * rest + 4.1665795894e-2f;
    series = series * rest + 1.6666665459e-1f;
    series = series * rest + 5.0000001201e-1f;
    series = series * (rest * rest) + rest + 1.0f;
    const integer_lanes exponent = ((integer_lanes)shifted + 127) << 23;
    return series * (lanes)exponent;
}

static float VARIANT(softmax_cross_entropy)(
    float *restrict logits, size_t columns, const float *restrict bias, size_t target, float weight,
    const uint32_t *restrict excluded, size_t excluded_count, float *restrict bias_gradient) {
    const float lowest = -1e30f;
    const size_t whole = columns - columns % LANES;
    const size_t rest = columns - whole;
    for (size_t k = 0; k < excluded_count; k++) logits[excluded[k]] = lowest;
    lanes highest = (lanes){0} + lowest;
    for (size_t j = 0; j < whole; j += LANES) {
        const lanes shifted = VARIANT(load)(logits + j) + VARIANT(load)(bias + j);
        VARIANT(store)(logits + j, shifted);
        highest = __builtin_elementwise_max(highest, shifted);
    }
    if (rest > 0) {
        const lanes shifted
            = VARIANT(load_some)(logits + whole, rest, lowest) + VARIANT(load_some)(bias + whole, rest, 0);
        VARIANT(store_some)(logits + whole, rest, shifted);
        highest = __builtin_elementwise_max(highest, shifted);
    }
    const float shift = VARIANT(largest)(highest);
    const float target_logit = logits[target];
    lanes sums = {0};
    for (size_t j = 0; j < whole; j += LANES) {
        const lanes powers = VARIANT(exponential)(VARIANT(load)(logits + j) - shift);
        VARIANT(store)(logits + j, powers);
        sums += powers;
    }
    if (rest > 0) {
        const lanes powers = VARIANT(exponential)(VARIANT(load_some)(logits + whole, rest, lowest) - shift);
        VARIANT(store_some)(logits + whole, rest, powers);
        for (size_t j = 0; j < rest; j++) sums[0] += powers[j];
    }
    const float sum = VARIANT(sum)(sums);
    const float scale = weight / sum;
    for (size_t k = 0; k < excluded_count; k++) logits[excluded[k]] = 0;
    for (size_t j = 0; j < whole; j += LANES) {
        const lanes gradient = VARIANT(load)(logits + j) * scale;
        VARIANT(store)(logits + j, gradient);
        VARIANT(store)(bias_gradient + j, VARIANT(load)(bias_gradient + j) + gradient);
    }
    for (size_t j = whole; j < columns; j++) {
        logits[j] *= scale;
        bias_gradient[j] += logits[j];
    }
    logits[target] -= weight;
    bias_gradient[target] -= weight;
    return weight * (__builtin_logf(sum) + shift - target_logit);
}

static void VARIANT(softmax_row)(
    float *restrict row, size_t count, float scale, const float *restrict bias) {
    const float lowest = -1e30f;
    const size_t whole = count - count % LANES;
    const size_t rest = count - whole;
    lanes highest = (lanes){0} + lowest;
    for (size_t s = 0; s < whole; s += LANES) {
        const lanes shifted = VARIANT(load)(row + s) * scale + VARIANT(load)(bias + s);
        VARIANT(store)(row + s, shifted);
        highest = __builtin_elementwise_max(highest, shifted);
    }
    lanes last = (lanes){0} + lowest;
    if (rest > 0) {
        for (size_t j = 0; j < rest; j++) last[j] = row[whole + j] * scale + bias[whole + j];
        highest = __builtin_elementwise_max(highest, last);
    }
    const float shift = VARIANT(largest)(highest);
    lanes sums = {0};
    for (size_t s = 0; s < whole; s += LANES) {
        const lanes powers = VARIANT(exponential)(VARIANT(load)(row + s) - shift);
        VARIANT(store)(row + s, powers);
        sums += powers;
    }
    if (rest > 0) {
        last = VARIANT(exponential)(last - shift);
        for (size_t j = 0; j < rest; j++) sums[j] += last[j];
    }
    const float factor = 1 / VARIANT(sum)(sums);
    for (size_t s = 0; s < whole; s += LANES) VARIANT(store)(row + s, VARIANT(load)(row + s) * factor);
    for (size_t j = 0; j < rest; j++) row[whole + j] = last[j] * factor;
}

static void VARIANT(causal_softmax)(
    float *restrict scores, size_t length, size_t stride, float scale, const float *restrict reversed_bias) {
    for (size_t t = 0; t < length; t++) {
        float *row = scores + t * stride;
        VARIANT(softmax_row)(row, t + 1, scale, reversed_bias + (length - 1 - t));
        for (size_t s = t + 1; s < length; s++) row[s] = 0;
    }
}

static void VARIANT(causal_softmax_gradient)(
    const float *restrict probabilities, float *restrict gradient, size_t length, size_t stride, float scale,
    float *restrict reversed_bias_gradient) {
    for (size_t t = 0; t < length; t++) {
        const float *p = probabilities + t * stride;
        float *row = gradient + t * stride;
        float *bias = reversed_bias_gradient + (length - 1 - t);
        const size_t count = t + 1;
        lanes sums = {0};
        size_t s = 0;
        for (; s + LANES <= count; s += LANES) sums += VARIANT(load)(p + s) * VARIANT(load)(row + s);
        float mean = VARIANT(sum)(sums);
        for (; s < count; s++) mean += p[s] * row[s];
        for (s = 0; s + LANES <= count; s += LANES) {
            const lanes value = VARIANT(load)(p + s) * (VARIANT(load)(row + s) - mean);
            VARIANT(store)(bias + s, VARIANT(load)(bias + s) + value);
            VARIANT(store)(row + s, value * scale);
        }
        for (; s < count; s++) {
            const float value = p[s] * (row[s] - mean);
            bias[s] += value;
            row[s] = value * scale;
        }
        for (; s < length; s++) row[s] = 0;
    }
}

static void VARIANT(rms_norm)(
    const float *restrict input, size_t rows, size_t columns, const float *restrict gain, float *restrict output,
    float *restrict inverse) {
    for (size_t row = 0; row < rows; row++) {
        const float *x = input + row * columns;
        float *y = output + row * columns;
        lanes sums = {0};
        size_t j = 0;
        for (; j + LANES <= columns; j += LANES) sums += VARIANT(load)(x + j) * VARIANT(load)(x + j);
        float squares = VARIANT(sum)(sums);
        for (; j < columns; j++) squares += x[j] * x[j];
        const float factor = 1 / __builtin_sqrtf(squares / (float)columns + 1e-6f);
        inverse[row] = factor;
        for (j = 0; j + LANES <= columns; j += LANES) {
            VARIANT(store)(y + j, VARIANT(load)(x + j) * factor * VARIANT(load)(gain + j));
        }
        for (; j < columns; j++) y[j] = x[j] * factor * gain[j];
    }
}

static void VARIANT(rms_norm_gradient)(
    const float *restrict output_gradient, const float *restrict input, const float *restrict inverse, size_t rows,
    size_t columns, const float *restrict gain, float *restrict input_gradient, float *restrict gain_gradient) {
    for (size_t row = 0; row < rows; row++) {
        const float *x = input + row * columns;
        const float *dy = output_gradient + row * columns;
        float *dx = input_gradient + row * columns;
        const float factor = inverse[row];
        lanes sums = {0};
        size_t j = 0;
        for (; j + LANES <= columns; j += LANES) {
            const lanes product = VARIANT(load)(dy + j) * VARIANT(load)(x + j);
            sums += product * VARIANT(load)(gain + j);
            VARIANT(store)(gain_gradient + j, VARIANT(load)(gain_gradient + j) + product * factor);
        }
        float sum = VARIANT(sum)(sums);
        for (; j < columns; j++) {
            sum += dy[j] * x[j] * gain[j];
            gain_gradient[j] += dy[j] * x[j] * factor;
        }
        const float along = sum / (float)columns * factor * factor * factor;
        for (j = 0; j + LANES <= columns; j += LANES) {
            const lanes value
                = VARIANT(load)(dy + j) * VARIANT(load)(gain + j) * factor - VARIANT(load)(x + j) * along;
            VARIANT(store)(dx + j, VARIANT(load)(dx + j) + value);
        }
        for (; j < columns; j++) dx[j] += dy[j] * gain[j] * factor - x[j] * along;
    }
}

static void VARIANT(gated_silu)(const float *restrict input, size_t rows, size_t columns, float *restrict output) {
    for (size_t row = 0; row < rows; row++) {
        const float *gate = input + row * 2 * columns;
        const float *up = gate + columns;
        float *y = output + row * columns;
        for (size_t j = 0; j < columns; j += LANES) {
            const size_t count = columns - j < LANES ? columns - j : LANES;
            const lanes g = VARIANT(load_some_or_all)(gate + j, count);
            const lanes u = VARIANT(load_some_or_all)(up + j, count);
            VARIANT(store_some_or_all)(y + j, count, g * u / (1 + VARIANT(exponential)(-g)));
        }
    }
}

static void VARIANT(gated_silu_gradient)(
    const float *restrict output_gradient, const float *restrict input, size_t rows, size_t columns,
    float *restrict input_gradient) {
    for (size_t row = 0; row < rows; row++) {
        const float *gate = input + row * 2 * columns;
        const float *dy = output_gradient + row * columns;
        float *dgate = input_gradient + row * 2 * columns;
        for (size_t j = 0; j < columns; j += LANES) {
            const size_t count = columns - j < LANES ? columns - j : LANES;
            const lanes g = VARIANT(load_some_or_all)(gate + j, count);
            const lanes u = VARIANT(load_some_or_all)(gate + columns + j, count);
            const lanes d = VARIANT(load_some_or_all)(dy + j, count);
            const lanes chance = 1 / (1 + VARIANT(exponential)(-g));
            const lanes silu = g * chance;
            VARIANT(store_some_or_all)(dgate + columns + j, count, d * silu);
            VARIANT(store_some_or_all)(dgate + j, count, d * u * (chance + silu * (1 - chance)));
        }
    }
}

static void VARIANT(dropout)(float *values, size_t count, float rate, uint32_t seed) {
    const uint32_t threshold = (uint32_t)(rate * 4294967040.0f);
    const float scale = 1 / (1 - rate);
    for (size_t j = 0; j < count; j++) {
        // The finaliser of MurmurHash3 over the place.
        uint32_t hash = (uint32_t)j * 0x9E3779B1u + seed;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6Bu;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35u;
        hash ^= hash >> 16;
        values[j] = hash < threshold ? 0 : values[j] * scale;
    }
}

static void VARIANT(adamw)(
    float *restrict parameters, const float *restrict gradient, float *restrict first, float *restrict second,
    size_t count, float learning_rate, float beta1, float beta2, float decay, float first_correction,
    float second_correction) {
    const float kept = 1 - learning_rate * decay;
    for (size_t j = 0; j < count; j++) {
        const float g = gradient[j];
        const float m = beta1 * first[j] + (1 - beta1) * g;
        const float v = beta2 * second[j] + (1 - beta2) * (g * g);
        first[j] = m;
        second[j] = v;
        const float step = m * first_correction / (__builtin_sqrtf(v * second_correction) + 1e-8f);
        parameters[j] = parameters[j] * kept - learning_rate * step;
    }
}

static void VARIANT(add)(float *restrict target, const float *restrict source, size_t count) {
    for (size_t j = 0; j < count; j++) target[j] += source[j];
}
