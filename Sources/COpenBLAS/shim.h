#pragma once
#include <cblas.h>

void openblas_set_num_threads(int number_of_threads);
int openblas_get_num_threads(void);

// LAPACK by its Fortran symbol, so that libopenblas-dev alone is enough (no LAPACKE). Column-major, arguments by address.
#if !defined(__LAPACK_H) && !defined(LAPACK_H)
void spotrf_(const char *uplo, const int *n, float *a, const int *lda, int *info);
void spotri_(const char *uplo, const int *n, float *a, const int *lda, int *info);
void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b, const int *ldb, int *info);
void dsyev_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work, const int *lwork, int *info);
#endif
