// SPDX-License-Identifier: GPL-2.0
/*
 * A congestion control in a module of its own: additive increase, multiplicative
 * decrease, with numbers that can be changed while it runs. Reno is 1 and 50.
 *
 * Documentation/congestion.rst explains it line by line.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>

#include "mytcp/proto/cong.h"
#include "mytcp/sock/algorithms.h"

static unsigned int increase = 2;
module_param(increase, uint, 0644);
MODULE_PARM_DESC(increase, "segments more in a round trip");

static unsigned int decrease = 25;
module_param(decrease, uint, 0644);
MODULE_PARM_DESC(decrease, "percent less at a loss");

/* How much, is a connection's own matter: what it began with stays. */
struct aimd {
	u32 increase;
	u32 keep;
};

static_assert(sizeof(struct aimd) <= MYTCP_CONG_PRIV_MAX);

static void aimd_init(struct mytcp_cong *cong)
{
	struct aimd *a = cong->priv;

	a->increase = clamp(READ_ONCE(increase), 1U, 1000U);
	a->keep = 100 - min(READ_ONCE(decrease), 90U);
}

static void aimd_on_ack(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack)
{
	const struct aimd *a = cong->priv;
	u32 acked = min(ack->acked, MYTCP_CONG_CWND_MAX);

	if (!ack->cwnd_limited)
		return;
	if (mytcp_cong_in_slow_start(cong))
		acked = mytcp_cong_slow_start(cong, acked);
	if (acked)
		mytcp_cong_add(cong, (u64)acked * a->increase, cong->cwnd);
}

static u32 aimd_ssthresh(struct mytcp_cong *cong, enum mytcp_cong_event why,
			 u32 in_flight)
{
	const struct aimd *a = cong->priv;

	return max_t(u32, (u64)in_flight * a->keep / 100, 2);
}

static const struct mytcp_cong_ops aimd = {
	.name		= "aimd",
	.priv_size	= sizeof(struct aimd),
	.owner		= THIS_MODULE,
	.init		= aimd_init,
	.on_ack		= aimd_on_ack,
	.ssthresh	= aimd_ssthresh,
};

static int __init aimd_start(void)
{
	return mytcp_cong_register(&aimd);
}

static void __exit aimd_end(void)
{
	mytcp_cong_unregister(&aimd);
}

module_init(aimd_start);
module_exit(aimd_end);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("An example of a congestion control for MyTCP");
