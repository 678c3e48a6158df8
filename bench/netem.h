/* SPDX-License-Identifier: GPL-2.0 */
/* netem, where tc has no word for it. */
#ifndef BENCH_NETEM_H
#define BENCH_NETEM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From now on the netem at @dev, of the caller's network namespace, draws what @seed
 * gives: the n-th packet has the same fate each time. False where the kernel (before
 * 6.6) has no seeds; then nothing is changed.
 */
bool netem_seed(const char *dev, uint64_t seed);

#endif /* BENCH_NETEM_H */
