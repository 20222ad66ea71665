/* Snake as our graphs have it: z + sin(z)^2. */
#ifndef UTTERD_SNAKE_H
#define UTTERD_SNAKE_H

#include "processors.h"

#include <math.h>

/* sin(z)^2 has period pi: whole multiples of it are subtracted, in two parts of which the first product is exact below
 * 2^16 periods. What is left, in [-pi/2, pi/2], goes through a polynomial in its square, fitted for the least greatest
 * error: 2e-7, and 4e-7 in float32 for |z| < 1000. Far beyond those periods float32 cannot tell what is left, which may
 * be any number: it is cut off, or the polynomial would make 1e29 of a z of 1e10. NaN and infinity give NaN. */
INLINE float snake(float z)
{
    const float periods = rintf(z * 0.318309886f);
    const float r = (z - periods * 3.140625f) - periods * 9.67653590e-4f;
    const float square = r * r, most = 2.4674011f; /* (pi / 2)^2 */
    const float u = square > most ? most : square; /* this way round for NaN */
    float p = -3.5411178e-6f;
    p = p * u + 1.3871865e-4f;
    p = p * u - 3.1707704e-3f;
    p = p * u + 4.4441298e-2f;
    p = p * u - 3.3333215e-1f;
    p = p * u + 9.9999980e-1f;
    return z + u * p;
}

#endif
