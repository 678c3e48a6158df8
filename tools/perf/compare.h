/* SPDX-License-Identifier: GPL-2.0 */
/* Figures of one stack's runs, and what two stacks' are to each other. */
#ifndef MYTCP_PERF_COMPARE_H
#define MYTCP_PERF_COMPARE_H

#include "client.h"

/**
 * struct ratio - of pairs of runs, each of two that followed each other
 * @mean: of all pairs' ratios; NAN when a pair has none
 * @least: of them
 * @most: of them
 */
struct ratio {
	double mean;
	double least;
	double most;
};

double compare_time(const struct outcome *o);
double compare_cpu(const struct outcome *o);
double compare_rate(const struct outcome *o);
double compare_mib(const struct outcome *o, const struct plan *plan);
double compare_each(double sum, const struct outcome *o);
void compare_sum(const struct outcome *runs, unsigned int count, struct outcome *sum);
void compare_ratio(const struct outcome *over, const struct outcome *under,
		   unsigned int count, double (*figure)(const struct outcome *o),
		   struct ratio *ratio);

#endif /* MYTCP_PERF_COMPARE_H */
