#include "CVectorKernels.h"

#include <stdlib.h>
#include <string.h>

// OpenBLAS chooses its kernels by a list of processor models when it is loaded. Releases older than a processor do not know
// it and take kernels of 2004 without vectors of 256 bits (0.3.21 on Intel's Emerald Rapids: a quarter of the speed). The
// choice is corrected here, before main and before any thread: OpenBLAS chooses again, by name.
//
// Its threads are sent home: loops over tiles use the cores better than products cut up one by one, and threads that wait
// for work take turns on the processor for a tenth of a second before they sleep.

#if defined(__linux__)
extern void openblas_set_num_threads(int) __attribute__((weak));
extern int blas_thread_shutdown_(void) __attribute__((weak));

static void stop_openblas_threads(void) {
    if (!openblas_set_num_threads) return;
    openblas_set_num_threads(1);
    // After this, setting the number again would begin new ones.
    if (blas_thread_shutdown_) blas_thread_shutdown_();
}
#endif

#if defined(__x86_64__) && defined(__linux__)
extern char *openblas_get_corename(void) __attribute__((weak));
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

static const char *kernels_for_this_processor(void) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd"))
        return "SkylakeX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
    return NULL;
}

static void choose_openblas_kernels(void) {
    if (!openblas_get_corename || !gotoblas_dynamic_init || !gotoblas_dynamic_quit) return;
    // Whoever chose by hand gets what was chosen.
    if (getenv("OPENBLAS_CORETYPE") || strcmp(openblas_get_corename(), "Prescott") != 0) return;
    __builtin_cpu_init();
    const char *kernels = kernels_for_this_processor();
    if (!kernels) return;
    setenv("OPENBLAS_CORETYPE", kernels, 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
}

const char *palate_openblas_kernels(void) {
    return openblas_get_corename ? openblas_get_corename() : "unknown";
}
#else
const char *palate_openblas_kernels(void) { return "unknown"; }
#endif

#if defined(__linux__)
__attribute__((constructor)) static void prepare_openblas(void) {
#if defined(__x86_64__)
    choose_openblas_kernels();
#endif
    stop_openblas_threads();
}
#endif
