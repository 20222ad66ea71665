/* Loops for the processor that runs them. */
#ifndef UTTERD_PROCESSORS_H
#define UTTERD_PROCESSORS_H

/* A wheel's library meets processors that it was not compiled for: functions marked so are compiled for several, and
 * the loader picks. One that is built where it runs (-march=native) needs none of that. */
#if defined(UTTERD_PORTABLE) && defined(__x86_64__) && defined(__linux__)
#define EACH_PROCESSOR __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#define HAS_AVX512 (__builtin_cpu_supports("avx512f"))
#define HAS_AVX2 (__builtin_cpu_supports("avx2"))
#else
#define EACH_PROCESSOR
#if defined(__AVX512F__)
#define HAS_AVX512 1
#else
#define HAS_AVX512 0
#endif
#if defined(__AVX2__)
#define HAS_AVX2 1
#else
#define HAS_AVX2 0
#endif
#endif

#define INLINE static inline __attribute__((always_inline))

#endif
