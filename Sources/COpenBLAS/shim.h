#pragma once
#include <cblas.h>

void openblas_set_num_threads(int number_of_threads);
int openblas_get_num_threads(void);
