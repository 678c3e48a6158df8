// SPDX-License-Identifier: GPL-2.0
/* Chance that can be had again; see chance.h. */
#include "chance.h"

/* Neighbouring states must not give neighbouring numbers. */
static uint64_t mix(uint64_t word)
{
	word = (word ^ (word >> 32)) * 0xd6e8feb86659fd93ULL;
	word = (word ^ (word >> 32)) * 0xd6e8feb86659fd93ULL;
	return word ^ (word >> 32);
}

struct chance chance_from(uint64_t seed, uint64_t which)
{
	return (struct chance){ mix(seed + 1) ^ mix(~which) };
}

uint64_t chance_next(struct chance *c)
{
	c->state += 0x9e3779b97f4a7c15ULL;
	return mix(c->state);
}

uint64_t chance_below(struct chance *c, uint64_t n)
{
	return chance_next(c) % n;
}

uint64_t chance_between(struct chance *c, uint64_t least, uint64_t most)
{
	return least + chance_below(c, most - least + 1);
}

uint64_t chance_scale(struct chance *c, uint64_t least, uint64_t most)
{
	unsigned int doublings = 0;
	uint64_t from;

	while (least << (doublings + 1) <= most)
		doublings++;
	from = least << chance_between(c, 0, doublings);
	return chance_between(c, from, 2 * from - 1 < most ? 2 * from - 1 : most);
}

bool chance_one_in(struct chance *c, uint64_t n)
{
	return !chance_below(c, n);
}
