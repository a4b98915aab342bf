/* RSA with the private exponent, and SHA-256 (FIPS 180-4): just enough for signatures that real tools verify. Not constant in
   time, which a test's made-up key does not need. */
#ifndef ARITHMETIC_H
#define ARITHMETIC_H

#include <stddef.h>
#include <stdint.h>

enum { MAX_MODULUS = 512 };

/* out = in ^ d mod n, all `size` bytes long, big-endian; `size` at most MAX_MODULUS and a multiple of 4. */
void rsa_private(const uint8_t *n, const uint8_t *d, size_t size, const uint8_t *in, uint8_t *out);
void sha256(const uint8_t *data, size_t length, uint8_t digest[32]);

#endif
