// SPDX-License-Identifier: GPL-2.0
/* From what runs have shown to what is compared; see compare.h */
#include "compare.h"

#include <math.h>
#include <string.h>

/**
 * compare_each() - of one operation
 * @sum: of all operations of a run
 * @o: the run
 *
 * Return: NAN when there was none.
 */
double compare_each(double sum, const struct outcome *o)
{
	return o->operations ? sum / o->operations : NAN;
}

/**
 * compare_time() - time for each operation, microseconds
 * @o: a run; of connections at a time it is the time of all over the operations of all
 */
double compare_time(const struct outcome *o)
{
	return compare_each(o->seconds * 1e6, o);
}

/**
 * compare_cpu() - time of both processes' on a CPU for each operation, microseconds
 * @o: a run
 */
double compare_cpu(const struct outcome *o)
{
	return compare_each((double)o->cpu_us + o->server_cpu_us, o);
}

/**
 * compare_rate() - operations a second
 * @o: a run
 */
double compare_rate(const struct outcome *o)
{
	return o->seconds > 0 ? o->operations / o->seconds : NAN;
}

/**
 * compare_mib() - MiB a second, as the receiver has them
 * @o: a run
 * @plan: what it was
 */
double compare_mib(const struct outcome *o, const struct plan *plan)
{
	uint64_t bytes = plan->test == TEST_STREAM ? o->server_bytes : o->bytes;

	return o->seconds > 0 ? bytes / o->seconds / (1 << 20) : NAN;
}

/**
 * compare_sum() - runs of one stack as if they were one
 * @runs: in the order in which they were
 * @count: of them
 * @sum: gets it
 */
void compare_sum(const struct outcome *runs, unsigned int count, struct outcome *sum)
{
	double slab = 0;
	unsigned int i;

	memset(sum, 0, sizeof(*sum));
	sum->stack = runs[0].stack;
	sum->settings = runs[0].settings;
	for (i = 0; i < count; i++) {
		const struct outcome *o = &runs[i];

		sum->seconds += o->seconds;
		sum->operations += o->operations;
		sum->bytes += o->bytes;
		sum->server_bytes += o->server_bytes;
		sum->retransmitted += o->retransmitted;
		sum->server_retransmitted += o->server_retransmitted;
		sum->cpu_us += o->cpu_us;
		sum->server_cpu_us += o->server_cpu_us;
		sum->interrupted |= o->interrupted;
		histogram_merge(&sum->latency, &o->latency);
		slab += o->slab;
	}
	sum->slab = slab / count;
}

/**
 * compare_ratio() - what one stack's runs are to another's
 * @over: runs of the one
 * @under: runs of the other, alternately with those
 * @count: of each
 * @figure: what is compared
 * @ratio: gets it
 */
void compare_ratio(const struct outcome *over, const struct outcome *under,
		   unsigned int count, double (*figure)(const struct outcome *o),
		   struct ratio *ratio)
{
	double sum = 0, one;
	unsigned int i;

	ratio->least = INFINITY;
	ratio->most = -INFINITY;
	for (i = 0; i < count; i++) {
		one = figure(&over[i]) / figure(&under[i]);
		sum += one;
		ratio->least = fmin(ratio->least, one);
		ratio->most = fmax(ratio->most, one);
	}
	ratio->mean = count && isfinite(sum) ? sum / count : NAN;
}
