/* Snake as our graphs have it: z + sin(z)^2. */
#ifndef UTTERD_SNAKE_H
#define UTTERD_SNAKE_H

#include <math.h>

/* A wheel's library meets processors that it was not compiled for: loops marked so are compiled for several, and the
 * loader picks. One that is built where it runs (-march=native) needs none of that. */
#if defined(UTTERD_PORTABLE) && defined(__x86_64__) && defined(__linux__)
#define EACH_PROCESSOR __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define EACH_PROCESSOR
#endif

#define INLINE static inline __attribute__((always_inline))

/* sin(z)^2 has period pi: whole multiples of it are subtracted, in two parts of which the first product is exact below
 * 2^16 periods. What is left, in [-pi/2, pi/2], goes through a polynomial in its square, fitted for the least greatest
 * error: 6e-9, and 4e-7 in float32 for |z| < 1000. NaN and infinity give NaN. */
INLINE float snake(float z)
{
    const float periods = rintf(z * 0.318309886f);
    const float r = (z - periods * 3.140625f) - periods * 9.67653590e-4f;
    const float u = r * r;
    float p = -3.5411178e-6f;
    p = p * u + 1.3871865e-4f;
    p = p * u - 3.1707704e-3f;
    p = p * u + 4.4441298e-2f;
    p = p * u - 3.3333215e-1f;
    p = p * u + 9.9999980e-1f;
    return z + u * p;
}

#endif
