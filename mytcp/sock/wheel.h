/* SPDX-License-Identifier: GPL-2.0 */
/* The timing wheels: when half-open connections and TIME_WAIT buckets are due. */
#ifndef MYTCP_SOCK_WHEEL_H
#define MYTCP_SOCK_WHEEL_H

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/smp.h>
#include <linux/types.h>
#include "mytcp/sock/sock.h"
#include "mytcp/sock/table.h"

/**
 * struct mytcp_timed - a table entry that waits on a wheel
 * @node: of the table; its kind's expired() is called
 * @link: in a slot of the wheel; the wheel's lock
 * @last_oow: the embedding object's: see mytcp_reply_allowed()
 * @cpu: whose wheel; constant
 * @wnd: the embedding object's: the receive window, as it is sent
 *
 * It is due at node.due, the lower bits of jiffies; the wheel's lock, else a hint. There
 * is no struct timer_list in it: that alone has 40 bytes.
 */
struct mytcp_timed {
	struct mytcp_node node;
	struct hlist_node link;
	u32 last_oow;
	u16 cpu;
	u16 wnd;
};

/*
 * Of a new entry: it will wait on this CPU's wheel, again and again if need be.
 * Were it to change wheels, del would not know which lock to take.
 */
static inline void mytcp_wheel_prepare(struct mytcp_timed *timed)
{
	INIT_HLIST_NODE(&timed->link);
	timed->cpu = raw_smp_processor_id();
}

/* When an entry is due, jiffies; it may be put off meanwhile. */
static inline unsigned long mytcp_wheel_due(const struct mytcp_timed *timed)
{
	return mytcp_clock_jiffies(READ_ONCE(timed->node.due));
}

/*
 * Any context. The wheel takes the caller's reference, and hands it to
 * expired(), or back with true from del. What waits is put off by put_off, which
 * has no effect on what does not.
 */
void mytcp_wheel_add(struct mytcp_timed *timed, unsigned long delay);
void mytcp_wheel_put_off(struct mytcp_timed *timed, unsigned long delay);
bool mytcp_wheel_del(struct mytcp_timed *timed);

int mytcp_wheel_init(void);
void mytcp_wheel_exit(void);

#endif /* MYTCP_SOCK_WHEEL_H */
