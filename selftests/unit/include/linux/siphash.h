/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SipHash-2-4 after Aumasson and Bernstein, "SipHash: a fast short-input PRF"
 * (2012), section 2, with the kernel's interface, for mytcp/proto on the host.
 * cookie_test.c checks it against the paper's test vectors.
 */
#ifndef MYTCP_UNIT_LINUX_SIPHASH_H
#define MYTCP_UNIT_LINUX_SIPHASH_H

#include <linux/types.h>

typedef struct {
	u64 key[2];
} siphash_key_t;

struct siphash_state_ {
	u64 v0, v1, v2, v3;
};

static inline u64 siphash_rotate_(u64 x, unsigned int bits)
{
	return x << bits | x >> (64 - bits);
}

/* SipRound, figure 2.1. */
static inline void siphash_rounds_(struct siphash_state_ *s, int rounds)
{
	while (rounds--) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = siphash_rotate_(s->v1, 13) ^ s->v0;
		s->v3 = siphash_rotate_(s->v3, 16) ^ s->v2;
		s->v0 = siphash_rotate_(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = siphash_rotate_(s->v1, 17) ^ s->v2;
		s->v3 = siphash_rotate_(s->v3, 21) ^ s->v0;
		s->v2 = siphash_rotate_(s->v2, 32);
	}
}

static inline void siphash_compress_(struct siphash_state_ *s, u64 word)
{
	s->v3 ^= word;
	siphash_rounds_(s, 2);
	s->v0 ^= word;
}

static inline u64 siphash(const void *data, size_t len, const siphash_key_t *key)
{
	struct siphash_state_ s = {
		.v0 = key->key[0] ^ 0x736f6d6570736575ULL,
		.v1 = key->key[1] ^ 0x646f72616e646f6dULL,
		.v2 = key->key[0] ^ 0x6c7967656e657261ULL,
		.v3 = key->key[1] ^ 0x7465646279746573ULL,
	};
	const u8 *bytes = data;
	u64 word = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		word |= (u64)bytes[i] << (i % 8 * 8);
		if (i % 8 == 7) {
			siphash_compress_(&s, word);
			word = 0;
		}
	}
	siphash_compress_(&s, word | (u64)(len & 0xff) << 56);

	s.v2 ^= 0xff;
	siphash_rounds_(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* The same for three words, as they stand in the memory of a little-endian host. */
static inline u64 siphash_3u64(u64 a, u64 b, u64 c, const siphash_key_t *key)
{
	const u64 words[3] = { a, b, c };

	return siphash(words, sizeof(words), key);
}

#endif /* MYTCP_UNIT_LINUX_SIPHASH_H */
