/* SPDX-License-Identifier: GPL-2.0 */
/* What a run takes of the machine. */
#ifndef MYTCP_PERF_USAGE_H
#define MYTCP_PERF_USAGE_H

#include <stdint.h>

/**
 * struct usage - at a time
 * @cpu_us: of this process, user and system, microseconds
 * @slab: octets of slab in use on this machine, 0 if unknown
 */
struct usage {
	uint64_t cpu_us;
	uint64_t slab;
};

uint64_t now_ns(void);
void usage_now(struct usage *usage);

#endif /* MYTCP_PERF_USAGE_H */
