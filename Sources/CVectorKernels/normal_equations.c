#include "CVectorKernels.h"

#define BODY "normal_equations_body.h"
#include "variants.h"

void palate_solve_normal_equations(
    const float *restrict matrix, size_t columns, const uint32_t *restrict rows, size_t count,
    const float *restrict gram, float ridge, size_t steps, float *restrict solution, float *restrict workspace) {
    DISPATCH(solve, matrix, columns, rows, count, gram, ridge, steps, solution, workspace);
}
