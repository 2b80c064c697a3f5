#include "CVectorKernels.h"

#define BODY "exponential_sum_body.h"
#include "variants.h"

double palate_exponential_sum(const float *restrict values, size_t count, float maximum) {
    return DISPATCH(exponential_sum, values, count, maximum);
}
