// SPDX-License-Identifier: GPL-2.0
/*
 * A timing wheel for each CPU (Varghese and Lauck, "Hashed and hierarchical timing
 * wheels", scheme 6), for the many that wait for about the same time: half-open
 * connections for 1 to 32 s, TIME_WAIT buckets for 60 s.
 *
 * An entry costs a list link and its time, 24 bytes. It hangs in the slot in which
 * it is due; one that is due beyond the last slot is looked at there, and put back.
 * Nothing is ever early, or, as long as there is no more to do, late by more than
 * two slots (three where HZ is below 250). A run ends after BUDGET entries and goes
 * on a jiffy later, so that no number of them holds up softirq.
 *
 * Lock: a wheel's own, taken with any other lock held, and nothing inside it but
 * the kernel's timers. Entries are called without it.
 */
#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/topology.h>

#include "mytcp/sock/wheel.h"

/* Jiffies of a slot, 32 to 64 ms, and slots enough for a minute. */
#define GRAIN_SHIFT	ilog2(HZ < 32 ? 1 : roundup_pow_of_two(HZ / 32))
#define SLOTS		2048U

/* The kernel's timers are less exact than 8 jiffies beyond this many. */
#define NEAR		500

/* Entries of one run: at 2000 instructions each these are less than 1 ms. */
#define BUDGET		256

/**
 * struct wheel - of a CPU
 * @lock: of all below
 * @timer: pending while there is an entry
 * @entries: how many there are
 * @turn: the slot that is next, counted on without an end; all entries hang in
 *	this one or in one of the SLOTS - 1 behind it
 * @used: slots that may have entries
 * @slots: by turn, modulo SLOTS
 */
struct wheel {
	spinlock_t lock;	/* of what is in the wheel */
	struct timer_list timer;
	unsigned int entries;
	u32 turn;
	DECLARE_BITMAP(used, SLOTS);
	struct hlist_head slots[SLOTS];
};

static DEFINE_PER_CPU(struct wheel *, wheels);

static struct wheel *wheel_of(const struct mytcp_timed *timed)
{
	return per_cpu(wheels, timed->cpu);
}

static u32 turn_at(u32 time)
{
	return time >> GRAIN_SHIFT;
}

/* The first turn that does not begin before a time. */
static u32 turn_for(u32 due)
{
	return turn_at(due - 1) + 1;
}

/* From one turn to another; they count as many bits less as a slot has jiffies. */
static s32 turns_between(u32 from, u32 to)
{
	return (s32)((to - from) << GRAIN_SHIFT) >> GRAIN_SHIFT;
}

/*
 * Ends the timer's wait at a turn, if it is not to end before; and well before that,
 * to look again, when it is far.
 */
static void arm(struct wheel *w, u32 turn)
{
	s32 ahead = turns_between(turn_at(jiffies), turn);
	unsigned long when = jiffies + 1;

	lockdep_assert_held(&w->lock);

	if (ahead > 0)
		when = (jiffies & ~((1UL << GRAIN_SHIFT) - 1)) +
		       ((unsigned long)ahead << GRAIN_SHIFT);
	if (time_after(when, jiffies + NEAR))
		when = jiffies + NEAR;
	if (!timer_pending(&w->timer) || time_before(when, w->timer.expires))
		mod_timer(&w->timer, when);
}

/* Returns the turn in which the entry is looked at. */
static u32 hang(struct wheel *w, struct mytcp_timed *timed)
{
	s32 ahead = turns_between(w->turn, turn_for(timed->node.due));
	u32 turn = w->turn + clamp_t(s32, ahead, 0, SLOTS - 1);

	lockdep_assert_held(&w->lock);

	hlist_add_head(&timed->link, &w->slots[turn % SLOTS]);
	__set_bit(turn % SLOTS, w->used);
	w->entries++;
	return turn;
}

static void unhang(struct wheel *w, struct mytcp_timed *timed)
{
	lockdep_assert_held(&w->lock);

	hlist_del_init(&timed->link);
	w->entries--;
}

/* An empty wheel stands still: it goes on from where the time is. */
static void catch_up(struct wheel *w)
{
	if (!w->entries) {
		bitmap_zero(w->used, SLOTS);
		w->turn = turn_at(jiffies);
	}
}

/* The next turn with a slot that is used, of which there is one. */
static u32 next_turn(const struct wheel *w)
{
	unsigned int from = w->turn % SLOTS;
	unsigned int slot = find_next_bit(w->used, SLOTS, from);

	if (slot == SLOTS)
		slot = find_first_bit(w->used, SLOTS) + SLOTS;
	return w->turn + slot - from;
}

/* The next entry of a slot whose turn has come, or NULL. */
static struct mytcp_timed *next_entry(struct wheel *w)
{
	u32 now = turn_at(jiffies);

	lockdep_assert_held(&w->lock);

	while (w->entries) {
		u32 turn = next_turn(w);
		struct hlist_head *slot = &w->slots[turn % SLOTS];

		if (turns_between(now, turn) > 0) {
			w->turn = now;
			return NULL;
		}
		w->turn = turn;
		if (!hlist_empty(slot))
			return hlist_entry(slot->first, struct mytcp_timed, link);
		/* all of its entries were taken away */
		__clear_bit(turn % SLOTS, w->used);
	}
	return NULL;
}

/*
 * Due, or to be looked at again: an entry due beyond the last slot, which hang()
 * puts into another.
 */
static void look_at(struct wheel *w, struct mytcp_timed *timed)
{
	unhang(w, timed);
	if (mytcp_clock_left(timed->node.due) > 0) {
		hang(w, timed);
		return;
	}
	spin_unlock(&w->lock);
	mytcp_node_expired(&timed->node);
	spin_lock(&w->lock);
}

static void wheel_turns(struct timer_list *timer)
{
	struct wheel *w = from_timer(w, timer, timer);
	struct mytcp_timed *timed;
	int left = BUDGET;

	spin_lock(&w->lock);
	while (left-- && (timed = next_entry(w)))
		look_at(w, timed);
	if (w->entries)
		arm(w, next_turn(w));
	spin_unlock(&w->lock);
}

static void set_due(struct mytcp_timed *timed, unsigned long delay)
{
	WRITE_ONCE(timed->node.due, (u32)(jiffies + delay));
}

/**
 * mytcp_wheel_add() - have an entry wait
 * @timed: in no wheel, see mytcp_wheel_prepare(); the caller's reference is taken
 * @delay: jiffies
 *
 * Context: any.
 */
void mytcp_wheel_add(struct mytcp_timed *timed, unsigned long delay)
{
	struct wheel *w = wheel_of(timed);

	spin_lock_bh(&w->lock);
	catch_up(w);
	set_due(timed, delay);
	arm(w, hang(w, timed));
	spin_unlock_bh(&w->lock);
}

/**
 * mytcp_wheel_put_off() - another time for an entry that waits
 * @timed: without effect when it does not wait any more
 * @delay: jiffies from now
 *
 * Context: any.
 */
void mytcp_wheel_put_off(struct mytcp_timed *timed, unsigned long delay)
{
	struct wheel *w = wheel_of(timed);

	spin_lock_bh(&w->lock);
	if (!hlist_unhashed(&timed->link)) {
		unhang(w, timed);
		set_due(timed, delay);
		arm(w, hang(w, timed));
	}
	spin_unlock_bh(&w->lock);
}

/**
 * mytcp_wheel_del() - an entry waits no more
 * @timed: once added, and held by the caller
 *
 * Context: any. Does not wait for an expired() that runs.
 * Return: true when it waited; the reference of the wheel is the caller's then.
 */
bool mytcp_wheel_del(struct mytcp_timed *timed)
{
	struct wheel *w = wheel_of(timed);
	bool waited;

	spin_lock_bh(&w->lock);
	waited = !hlist_unhashed(&timed->link);
	if (waited)
		unhang(w, timed);
	spin_unlock_bh(&w->lock);
	return waited;
}

/**
 * mytcp_wheel_init() - make the wheels
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int mytcp_wheel_init(void)
{
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct wheel *w = kvzalloc_node(sizeof(*w), GFP_KERNEL,
						cpu_to_node(cpu));

		if (!w) {
			mytcp_wheel_exit();
			return -ENOMEM;
		}
		spin_lock_init(&w->lock);
		timer_setup(&w->timer, wheel_turns, 0);
		for (i = 0; i < SLOTS; i++)
			INIT_HLIST_HEAD(&w->slots[i]);
		per_cpu(wheels, cpu) = w;
	}
	return 0;
}

/**
 * mytcp_wheel_exit() - free the wheels, which are empty
 *
 * Context: module exit, after the last entry.
 */
void mytcp_wheel_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct wheel *w = per_cpu(wheels, cpu);

		if (!w)
			continue;
		del_timer_sync(&w->timer);
		kvfree(w);
		per_cpu(wheels, cpu) = NULL;
	}
}
