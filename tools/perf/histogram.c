// SPDX-License-Identifier: GPL-2.0
/*
 * Times by size; see histogram.h. Below 64 each value has its bucket; above, each power
 * of two is divided into 64.
 */
#include "histogram.h"

#include <math.h>

#define SUB	(1u << HISTOGRAM_SUB_BITS)

static unsigned int bucket_of(uint64_t ns)
{
	int shift;

	if (ns < SUB)
		return ns;
	shift = 63 - __builtin_clzll(ns) - HISTOGRAM_SUB_BITS;
	return ((unsigned int)shift << HISTOGRAM_SUB_BITS) + (unsigned int)(ns >> shift);
}

/* The middle of what is in a bucket. */
static double value_of(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < 2 * SUB)
		return bucket;
	shift = (bucket >> HISTOGRAM_SUB_BITS) - 1;
	return ldexp(bucket - ((double)shift * SUB) + 0.5, (int)shift);
}

/**
 * histogram_add() - one more time
 * @h: of one thread
 * @ns: nanoseconds
 */
void histogram_add(struct histogram *h, uint64_t ns)
{
	if (!h->count || ns < h->least)
		h->least = ns;
	if (ns > h->most)
		h->most = ns;
	h->count++;
	h->sum += ns;
	h->bucket[bucket_of(ns)]++;
}

/**
 * histogram_merge() - all times of another
 * @to: gets them
 * @from: stays as it is
 */
void histogram_merge(struct histogram *to, const struct histogram *from)
{
	unsigned int i;

	if (!from->count)
		return;
	if (!to->count || from->least < to->least)
		to->least = from->least;
	if (from->most > to->most)
		to->most = from->most;
	to->count += from->count;
	to->sum += from->sum;
	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->bucket[i] += from->bucket[i];
}

/**
 * histogram_mean() - mean of the times, nanoseconds
 * @h: some times
 *
 * Return: NAN when there is none.
 */
double histogram_mean(const struct histogram *h)
{
	return h->count ? h->sum / h->count : NAN;
}

/**
 * histogram_percentile() - the time that so many of all do not exceed
 * @h: some times
 * @percent: above 0, up to 100
 *
 * Return: nanoseconds, within 1/64, or NAN when there is no time.
 */
double histogram_percentile(const struct histogram *h, double percent)
{
	double wanted = ceil(h->count * percent / 100), seen = 0;
	unsigned int i;

	if (!h->count)
		return NAN;
	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen >= wanted)
			return fmin(fmax(value_of(i), h->least), h->most);
	}
	return h->most;
}
