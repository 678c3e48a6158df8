/* SPDX-License-Identifier: GPL-2.0 */
/* Chance that can be had again: what is drawn follows from a seed alone. */
#ifndef SELFTESTS_LIB_CHANCE_H
#define SELFTESTS_LIB_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

/* Of one seed there are many draws, told apart by @which. */
struct chance chance_from(uint64_t seed, uint64_t which);
uint64_t chance_next(struct chance *c);
/* 0 ... @n - 1 */
uint64_t chance_below(struct chance *c, uint64_t n);
/* @least ... @most */
uint64_t chance_between(struct chance *c, uint64_t least, uint64_t most);
/* The same, but each order of magnitude as often as the next. */
uint64_t chance_scale(struct chance *c, uint64_t least, uint64_t most);
/* True once in @n times. */
bool chance_one_in(struct chance *c, uint64_t n);

#endif /* SELFTESTS_LIB_CHANCE_H */
