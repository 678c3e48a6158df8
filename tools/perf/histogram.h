/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Times by size, for percentiles. A bucket is at most 1/64 wide of what it holds, so that
 * a percentile is told within 1.6 %; count, sum, least and most are exact.
 */
#ifndef MYTCP_PERF_HISTOGRAM_H
#define MYTCP_PERF_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SUB_BITS	6
#define HISTOGRAM_BUCKETS	((64 - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

/**
 * struct histogram - a collection of times; all 0 is an empty one
 * @count: of times
 * @sum: of them all, nanoseconds
 * @least: shortest
 * @most: longest
 * @bucket: how many are in each, see histogram.c
 */
struct histogram {
	uint64_t count;
	double sum;
	uint64_t least;
	uint64_t most;
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t ns);
void histogram_merge(struct histogram *to, const struct histogram *from);
double histogram_mean(const struct histogram *h);
double histogram_percentile(const struct histogram *h, double percent);

#endif /* MYTCP_PERF_HISTOGRAM_H */
