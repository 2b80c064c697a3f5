// Compiles the header that BODY names once for each instruction set, with VARIANT(name) naming its functions, and defines
// DISPATCH(name, ...), which calls the variant of a function for the processor at hand. PALATE_PORTABLE_KERNELS leaves the
// dispatch out, to measure and test the plain variant.
//
// Sums go by sixteen lanes whatever the width of the registers, so that variants differ only in whether they have a fused
// multiply-add.

typedef float lanes __attribute__((vector_size(64), aligned(4)));
typedef int32_t integer_lanes __attribute__((vector_size(64), aligned(4)));
typedef float half_lanes __attribute__((vector_size(32)));
typedef float quarter_lanes __attribute__((vector_size(16)));
#define LANES 16

// A function that takes or gives lanes is static and its callers are of its own variant: nothing else meets its way of
// passing them.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#if defined(__x86_64__) && !defined(PALATE_PORTABLE_KERNELS)

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function)
#define VARIANT(name) name##_avx512
#include "lanes_body.h"
#include BODY
#undef VARIANT
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VARIANT(name) name##_avx2
#include "lanes_body.h"
#include BODY
#undef VARIANT
#pragma clang attribute pop

#define HAS_AVX512                                                                                              \
    (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") \
     && __builtin_cpu_supports("avx512bw"))
#define HAS_AVX2 (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))

#define DISPATCH(name, ...)                    \
    (HAS_AVX512     ? name##_avx512(__VA_ARGS__) \
         : HAS_AVX2 ? name##_avx2(__VA_ARGS__)   \
                    : name##_portable(__VA_ARGS__))
#else
#define DISPATCH(name, ...) name##_portable(__VA_ARGS__)
#endif

#define VARIANT(name) name##_portable
#include "lanes_body.h"
#include BODY
#undef VARIANT

#pragma clang diagnostic pop
