#include "arithmetic.h"

#include <string.h>

enum { LIMBS = MAX_MODULUS / 4 };

static void read_limbs(const uint8_t *bytes, size_t count, uint32_t *limbs) {
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = bytes + 4 * (count - 1 - i);
        limbs[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
}

static int at_least(const uint32_t *a, const uint32_t *b, size_t count) {
    for (size_t i = count; i-- > 0;)
        if (a[i] != b[i]) return a[i] > b[i];
    return 1;
}

static void subtract(uint32_t *a, const uint32_t *b, size_t count) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t left = (uint64_t)a[i] - b[i] - borrow;
        a[i] = (uint32_t)left;
        borrow = left >> 63;
    }
}

/* out = a * b / 2^(32 count) mod n (Montgomery, CIOS). */
static void multiply(const uint32_t *a, const uint32_t *b, const uint32_t *n, uint32_t inverse, size_t count, uint32_t *out) {
    uint32_t t[LIMBS + 2] = {0};
    for (size_t i = 0; i < count; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; j < count; j++) {
            carry += (uint64_t)a[j] * b[i] + t[j];
            t[j] = (uint32_t)carry;
            carry >>= 32;
        }
        carry += t[count];
        t[count] = (uint32_t)carry;
        t[count + 1] = (uint32_t)(carry >> 32);
        uint32_t m = t[0] * inverse;
        carry = ((uint64_t)m * n[0] + t[0]) >> 32;
        for (size_t j = 1; j < count; j++) {
            carry += (uint64_t)m * n[j] + t[j];
            t[j - 1] = (uint32_t)carry;
            carry >>= 32;
        }
        carry += t[count];
        t[count - 1] = (uint32_t)carry;
        t[count] = t[count + 1] + (uint32_t)(carry >> 32);
    }
    if (t[count] || at_least(t, n, count)) subtract(t, n, count);
    memcpy(out, t, count * sizeof *out);
}

void rsa_private(const uint8_t *n_bytes, const uint8_t *d, size_t size, const uint8_t *in, uint8_t *out) {
    size_t count = size / 4;
    uint32_t n[LIMBS], square[LIMBS] = {1}, base[LIMBS], result[LIMBS] = {1}, inverse = 1;
    read_limbs(n_bytes, count, n);
    read_limbs(in, count, base);
    for (int i = 0; i < 5; i++) inverse *= 2 - n[0] * inverse; /* Newton: doubles the right bits each time */
    inverse = -inverse;
    for (size_t bit = 0; bit < 64 * count; bit++) { /* square = 2^(64 count) mod n */
        uint32_t top = square[count - 1] >> 31;
        for (size_t i = count; i-- > 1;) square[i] = square[i] << 1 | square[i - 1] >> 31;
        square[0] <<= 1;
        if (top || at_least(square, n, count)) subtract(square, n, count);
    }
    multiply(base, square, n, inverse, count, base);
    multiply(result, square, n, inverse, count, result);
    for (size_t i = 0; i < 8 * size; i++) {
        multiply(result, result, n, inverse, count, result);
        if (d[i / 8] >> (7 - i % 8) & 1) multiply(result, base, n, inverse, count, result);
    }
    uint32_t one[LIMBS] = {1};
    multiply(result, one, n, inverse, count, result);
    for (size_t i = 0; i < size; i++) out[i] = (uint8_t)(result[(size - 1 - i) / 4] >> 8 * ((size - 1 - i) % 4));
}

static const uint32_t ROUNDS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int by) { return x >> by | x << (32 - by); }

static void block(uint32_t state[8], const uint8_t *data) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)data[4 * i] << 24 | (uint32_t)data[4 * i + 1] << 16 | (uint32_t)data[4 * i + 2] << 8 | data[4 * i + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] + (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
               (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t a = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + ROUNDS[i] + w[i];
        uint32_t b = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += a;
        s[0] = a + b;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

void sha256(const uint8_t *data, size_t length, uint8_t digest[32]) {
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint8_t last[128] = {0};
    size_t whole = length / 64 * 64, rest = length - whole, padded = rest < 56 ? 64 : 128;
    for (size_t at = 0; at < whole; at += 64) block(state, data + at);
    memcpy(last, data + whole, rest);
    last[rest] = 0x80;
    for (int i = 0; i < 8; i++) last[padded - 1 - i] = (uint8_t)((uint64_t)length * 8 >> 8 * i);
    for (size_t at = 0; at < padded; at += 64) block(state, last + at);
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}
