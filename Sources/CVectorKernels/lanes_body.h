// Included by variants.h before every body: how lanes are read, written and added up.

static inline lanes VARIANT(load)(const float *address) { return *(const lanes *)address; }
static inline void VARIANT(store)(float *address, lanes values) { *(lanes *)address = values; }

static inline float VARIANT(sum)(lanes all) {
    const half_lanes halves = __builtin_shufflevector(all, all, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(all, all, 8, 9, 10, 11, 12, 13, 14, 15);
    const quarter_lanes quarters = __builtin_shufflevector(halves, halves, 0, 1, 2, 3)
        + __builtin_shufflevector(halves, halves, 4, 5, 6, 7);
    return (quarters[0] + quarters[2]) + (quarters[1] + quarters[3]);
}
