#include "CVectorKernels.h"

#include <stdlib.h>
#include <string.h>

// OpenBLAS chooses its kernels by a list of processor models when it is loaded. Releases older than a processor do not know
// it and take kernels of 2004 without vectors of 256 bits (0.3.21 on Intel's Emerald Rapids: a quarter of the speed). The
// choice is corrected here, before main and before any thread: OpenBLAS chooses again, by name.

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

__attribute__((constructor)) static void choose_openblas_kernels(void) {
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
