// SPDX-License-Identifier: GPL-2.0
/* What wakes a sender that waits for its time, or for room below the socket. */
#include <linux/interrupt.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "mytcp/compat/hrtimer.h"
#include "mytcp/sock/pacer.h"

/* Bits of mytcp_pacer.flags. */
enum pacer_flags {
	MYTCP_PACER_THROTTLED,	/* too much lies below the socket */
	MYTCP_PACER_QUEUED,	/* in the list of a CPU */
};

/**
 * struct awakened - who is to go on
 * @tasklet: works the list off: who frees an skb may hold any lock
 * @list: pacers, without a lock
 */
struct awakened {
	struct tasklet_struct tasklet;
	struct llist_head list;
};

static DEFINE_PER_CPU(struct awakened, awakened);
static struct kmem_cache *pacer_cache;

/* What is done in softirq for a socket, whose reference it drops. */
static void (*pacer_job)(struct sock *sk);

static enum hrtimer_restart pacer_expired(struct hrtimer *timer)
{
	struct mytcp_pacer *pacer = container_of(timer, struct mytcp_pacer, timer);

	pacer_job(pacer->sk);
	return HRTIMER_NORESTART;
}

static void pacer_work_off(struct tasklet_struct *tasklet)
{
	struct awakened *a = from_tasklet(a, tasklet, tasklet);
	struct llist_node *all = llist_del_all(&a->list);
	struct mytcp_pacer *pacer, *next;

	llist_for_each_entry_safe(pacer, next, all, link) {
		/* from here on it may be queued again, elsewhere */
		smp_mb__before_atomic();
		clear_bit(MYTCP_PACER_QUEUED, &pacer->flags);
		pacer_job(pacer->sk);
	}
}

/**
 * mytcp_pacer_make() - it is needed now
 * @at: pointer of a socket, locked; set when it was NULL
 * @sk: the socket
 *
 * From now on sk_write_space is called for each skb of the socket that is freed.
 *
 * Context: any.
 * Return: what is there, or new; NULL without memory.
 */
struct mytcp_pacer *mytcp_pacer_make(struct mytcp_pacer **at, struct sock *sk)
{
	struct mytcp_pacer *pacer = *at;

	if (pacer)
		return pacer;
	pacer = kmem_cache_zalloc(pacer_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!pacer)
		return NULL;
	pacer->sk = sk;
	mytcp_hrtimer_setup(&pacer->timer, pacer_expired, CLOCK_MONOTONIC,
			    HRTIMER_MODE_ABS_PINNED_SOFT);
	/* who finds it in sk_write_space finds it whole */
	smp_store_release(at, pacer);
	sock_reset_flag(sk, SOCK_USE_WRITE_QUEUE);
	return pacer;
}

/**
 * mytcp_pacer_wake_at() - go on at a time, if not earlier
 * @pacer: of a socket, locked
 * @ns: monotonic clock
 */
void mytcp_pacer_wake_at(struct mytcp_pacer *pacer, u64 ns)
{
	if (hrtimer_is_queued(&pacer->timer))
		return;
	sock_hold(pacer->sk);
	hrtimer_start(&pacer->timer, ns_to_ktime(ns),
		      HRTIMER_MODE_ABS_PINNED_SOFT);
}

/**
 * mytcp_pacer_throttle() - go on when less lies below the socket
 * @pacer: of a socket, locked
 * @resume: octets of sk_wmem_alloc, then
 *
 * Return: false if it is that little by now.
 */
bool mytcp_pacer_throttle(struct mytcp_pacer *pacer, u32 resume)
{
	WRITE_ONCE(pacer->resume, resume);
	set_bit(MYTCP_PACER_THROTTLED, &pacer->flags);
	/* the bit before the look, pairs with mytcp_pacer_freed() */
	smp_mb__after_atomic();
	if (refcount_read(&pacer->sk->sk_wmem_alloc) > resume)
		return true;
	clear_bit(MYTCP_PACER_THROTTLED, &pacer->flags);
	return false;
}

/**
 * mytcp_pacer_freed() - an skb of the socket has been freed
 * @pacer: of the socket, which may have no reference any more
 *
 * Context: any, with any lock held.
 */
void mytcp_pacer_freed(struct mytcp_pacer *pacer)
{
	struct awakened *a;

	/* sk_wmem_alloc was lowered before the look, see mytcp_pacer_throttle() */
	smp_mb();
	if (!test_bit(MYTCP_PACER_THROTTLED, &pacer->flags) ||
	    refcount_read(&pacer->sk->sk_wmem_alloc) > READ_ONCE(pacer->resume) ||
	    !test_and_clear_bit(MYTCP_PACER_THROTTLED, &pacer->flags) ||
	    test_and_set_bit(MYTCP_PACER_QUEUED, &pacer->flags))
		return;
	if (!refcount_inc_not_zero(&pacer->sk->sk_refcnt)) {
		clear_bit(MYTCP_PACER_QUEUED, &pacer->flags);
		return;
	}
	/* list and tasklet belong together; on which CPU does not matter */
	a = raw_cpu_ptr(&awakened);
	llist_add(&pacer->link, &a->list);
	tasklet_schedule(&a->tasklet);
}

/**
 * mytcp_pacer_stop() - the connection is over
 * @pacer: of a socket, locked; or NULL
 *
 * A timer that runs already finds the socket closed. Context: any.
 */
void mytcp_pacer_stop(struct mytcp_pacer *pacer)
{
	if (!pacer)
		return;
	clear_bit(MYTCP_PACER_THROTTLED, &pacer->flags);
	pacer->pace = (struct mytcp_pace){ };
	if (hrtimer_try_to_cancel(&pacer->timer) == 1)
		__sock_put(pacer->sk);
}

/**
 * mytcp_pacer_free() - the socket is destroyed
 * @at: its pointer; no reference to the socket is left, and no skb of it
 *
 * Context: any.
 */
void mytcp_pacer_free(struct mytcp_pacer **at)
{
	if (!*at)
		return;
	WARN_ON_ONCE(hrtimer_is_queued(&(*at)->timer));
	kmem_cache_free(pacer_cache, *at);
	*at = NULL;
}

/**
 * mytcp_pacer_set_job() - who makes a socket go on
 * @job: called in softirq, with a reference to the socket that it drops
 *
 * Context: module init, before the first socket.
 */
void mytcp_pacer_set_job(void (*job)(struct sock *sk))
{
	pacer_job = job;
}

/**
 * mytcp_pacer_init() - before the first connection
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int mytcp_pacer_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tasklet_setup(&per_cpu(awakened, cpu).tasklet, pacer_work_off);
	pacer_cache = kmem_cache_create("mytcp_pacer", sizeof(struct mytcp_pacer), 0,
					SLAB_ACCOUNT, NULL);
	return pacer_cache ? 0 : -ENOMEM;
}

/**
 * mytcp_pacer_exit() - after the last
 *
 * Context: module exit.
 */
void mytcp_pacer_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tasklet_kill(&per_cpu(awakened, cpu).tasklet);
	kmem_cache_destroy(pacer_cache);
}
