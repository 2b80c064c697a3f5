#include "CVectorKernels.h"

#define BODY "row_accumulation_body.h"
#include "variants.h"

void palate_accumulate_rows(
    float *restrict destination, size_t columns, const float *restrict matrix, size_t stride,
    const uint32_t *restrict rows, const float *restrict weights, size_t count) {
    DISPATCH(accumulate_rows, destination, columns, matrix, stride, rows, weights, count);
}
