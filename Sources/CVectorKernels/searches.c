#include "CVectorKernels.h"

#include <math.h>

#define BODY "searches_body.h"
#include "variants.h"

float palate_maximum(const float *restrict values, size_t count) { return DISPATCH(maximum, values, count); }

size_t palate_places_at_least(
    const float *restrict values, size_t count, float least, uint32_t *restrict places) {
    return DISPATCH(places_at_least, values, count, least, places);
}

void palate_row_products(
    const float *restrict matrix, size_t columns, const uint32_t *restrict rows, size_t count,
    const float *restrict query, float *restrict products) {
    DISPATCH(row_products, matrix, columns, rows, count, query, products);
}

double palate_quadratic_form(const float *restrict matrix, size_t order, const float *restrict vector) {
    return DISPATCH(quadratic_form, matrix, order, vector);
}
