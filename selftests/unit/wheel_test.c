// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp/sock/wheel.c, on a fake of timers, locks and CPUs (fake/kernel.h). Nothing
 * comes early, or later than two slots, wherever in its turn the wheel stands and
 * whatever was done meanwhile.
 */
#include <kselftest_harness.h>

#include "mytcp/sock/wheel.c"
#include "random.h"

#define TURN	((unsigned long)SLOTS << GRAIN_SHIFT)	/* jiffies */
#define LATE	((HZ < 250 ? 3UL : 2UL) << GRAIN_SHIFT)
#define LOT	3000

unsigned long jiffies;
int this_cpu;
unsigned int lock_faults;

static struct timer_list *timers[NR_CPUS];
static unsigned int timer_count;
static unsigned long runs;	/* of timers */

void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *),
		 unsigned int flags)
{
	timer->function = function;
	timers[timer_count++] = timer;
}

/* As late as the kernel's may be, which are exact to 8 jiffies from 64 on, and so on. */
void mod_timer(struct timer_list *timer, unsigned long expires)
{
	unsigned long ahead = expires - jiffies, grain = 1;

	for (; ahead >= 64; ahead /= 8)
		grain *= 8;
	timer->expires = grain == 1 ? expires : (expires / grain + 1) * grain;
	timer->pending = true;
}

/* What waits, and what it does when its time has come. */
struct waiter {
	struct mytcp_timed timed;
	bool waits;
	unsigned long due;		/* not before that */
	unsigned long at;		/* came then */
	unsigned int times;
	void (*act)(struct waiter *self);
	struct waiter *other;
	bool was;			/* what del said */
};

static struct waiter waiter[LOT];
static unsigned int waiting, early, late, unasked, most_in_a_run, in_this_run;
static bool stalled;			/* or busy: that it is late is not its fault */

void mytcp_node_expired(struct mytcp_node *node)
{
	struct waiter *self = container_of(node, struct waiter, timed.node);
	int cpu;

	for_each_possible_cpu(cpu)
		lock_faults += per_cpu(wheels, cpu)->lock.held;
	unasked += !self->waits;
	early += time_before(jiffies, self->due);
	late += !stalled && time_after(jiffies, self->due + LATE);
	self->waits = false;
	self->at = jiffies;
	self->times++;
	waiting--;
	in_this_run++;
	if (self->act)
		self->act(self);
}

static void add(struct waiter *x, unsigned long delay)
{
	x->waits = true;
	x->due = jiffies + delay;
	waiting++;
	mytcp_wheel_add(&x->timed, delay);
}

static void put_off(struct waiter *x, unsigned long delay)
{
	if (x->waits)
		x->due = jiffies + delay;
	mytcp_wheel_put_off(&x->timed, delay);
}

static bool del(struct waiter *x)
{
	bool waited = mytcp_wheel_del(&x->timed);

	unasked += waited != x->waits;
	waiting -= waited;
	x->waits = false;
	return waited;
}

static void run_timer(struct timer_list *timer)
{
	timer->pending = false;
	runs++;
	in_this_run = 0;
	timer->function(timer);
	if (in_this_run > most_in_a_run)
		most_in_a_run = in_this_run;
}

/* The timer that is first to run out, until @end; or NULL. */
static struct timer_list *first_timer(unsigned long end)
{
	struct timer_list *first = NULL;
	unsigned int i;

	for (i = 0; i < timer_count; i++)
		if (timers[i]->pending && !time_after(timers[i]->expires, end) &&
		    (!first || time_before(timers[i]->expires, first->expires)))
			first = timers[i];
	return first;
}

static void pass(unsigned long time)
{
	unsigned long end = jiffies + time;
	struct timer_list *timer;

	while ((timer = first_timer(end))) {
		if (time_before(jiffies, timer->expires))
			jiffies = timer->expires;
		run_timer(timer);
	}
	jiffies = end;
}

/* Softirqs are held up meanwhile. */
static void stall(unsigned long time)
{
	stalled = true;
	jiffies += time;
}

FIXTURE(wheel) { int unused; };

/* jiffies has 64 bits; the wheel has the lower 32, less those of a slot. */
FIXTURE_VARIANT(wheel) { unsigned long start; };
FIXTURE_VARIANT_ADD(wheel, at_zero) { .start = 0 };
FIXTURE_VARIANT_ADD(wheel, at_boot) { .start = (unsigned int)(-300 * HZ) };
FIXTURE_VARIANT_ADD(wheel, before_the_wrap) { .start = 0xffffffffUL - HZ };
FIXTURE_VARIANT_ADD(wheel, before_the_sign_changes) { .start = 0x7fffffffUL - HZ };
FIXTURE_VARIANT_ADD(wheel, late_in_a_slot) { .start = 0x123456787UL };

FIXTURE_SETUP(wheel)
{
	unsigned int i;

	jiffies = variant->start;
	timer_count = 0;
	ASSERT_EQ(0, mytcp_wheel_init());
	for (i = 0; i < LOT; i++)
		mytcp_wheel_prepare(&waiter[i].timed);
}

FIXTURE_TEARDOWN(wheel)
{
	EXPECT_EQ(0, lock_faults);
	EXPECT_EQ(0, early);
	EXPECT_EQ(0, late);
	EXPECT_EQ(0, unasked);
	EXPECT_EQ(0, waiting);
	mytcp_wheel_exit();
}

/* From the next jiffy to five turns of the wheel: looked at there, and put back. */
TEST_F(wheel, nothing_is_early_nor_late)
{
	unsigned int i;

	for (i = 0; i < LOT; i++)
		add(&waiter[i], i < 100 ? i : (i - 100) * 5 * TURN / LOT);
	pass(5 * TURN + LATE);
	for (i = 0; i < LOT; i++)
		EXPECT_EQ(1, waiter[i].times);
}

TEST_F(wheel, what_is_due_beyond_a_turn_comes_in_its_time)
{
	static const unsigned int turns[] = { 1, 2, 3, 100 };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		add(&waiter[3 * i], turns[i] * TURN - 1);
		add(&waiter[3 * i + 1], turns[i] * TURN);
		add(&waiter[3 * i + 2], turns[i] * TURN + 1);
	}
	pass(TURN / 2);
	EXPECT_EQ(12, waiting);
	pass(TURN * 100);
}

/* It costs a look now and then, and one at the end; no more where a slot is shared. */
TEST_F(wheel, one_that_waits_is_looked_at_seldom)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		runs = 0;
		add(&waiter[0], 60 * HZ + i);
		pass(60 * HZ + i + LATE);
		EXPECT_EQ(0, waiting);
		EXPECT_GE(60 * HZ / NEAR + 3, runs);
		runs = 0;
		add(&waiter[0], 30 + i);
		pass(30 + i + LATE);
		EXPECT_EQ(0, waiting);
		EXPECT_EQ(1, runs);
	}
}

/* Of a thousand at once 256 in a row, and a jiffy between; no more for others. */
TEST_F(wheel, of_many_a_run_does_a_part)
{
	unsigned int i;

	for (i = 0; i < 1000; i++)
		add(&waiter[i], HZ);
	stalled = true;
	pass(HZ + LATE + 3);
	EXPECT_EQ(0, waiting);
	EXPECT_EQ(BUDGET, most_in_a_run);
	EXPECT_EQ(3, waiter[0].at - waiter[999].at);
}

/* The ones looked at to be put back are in the budget, too. */
TEST_F(wheel, of_many_that_are_far_a_run_does_a_part)
{
	unsigned long before;
	unsigned int i;

	for (i = 0; i < LOT; i++)
		add(&waiter[i], 2 * TURN);
	pass(TURN - 3 * LATE);
	before = runs;
	pass(6 * LATE);
	EXPECT_EQ(LOT, waiting);
	EXPECT_LE(before + (LOT + BUDGET - 1) / BUDGET, runs);
	stalled = true;
	pass(TURN);
	EXPECT_EQ(BUDGET, most_in_a_run);
}

TEST_F(wheel, what_is_taken_away_does_not_come)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		add(&waiter[i], HZ + i);
	for (i = 0; i < 100; i += 2)
		EXPECT_TRUE(del(&waiter[i]));
	pass(2 * HZ + LATE);
	for (i = 0; i < 100; i++) {
		EXPECT_EQ(i % 2, waiter[i].times);
		EXPECT_FALSE(del(&waiter[i]));
	}
}

/* All of its entries gone, the wheel stands still, and no timer runs on. */
TEST_F(wheel, that_is_empty_stands_still)
{
	unsigned long before;
	int i;

	for (i = 0; i < 100; i++)
		add(&waiter[i], i * HZ);
	for (i = 0; i < 100; i++)
		del(&waiter[i]);
	pass(TURN);
	before = runs;
	pass(10 * TURN);
	EXPECT_EQ(before, runs);
}

/* It goes on from where the time is, also when that is far ahead. */
TEST_F(wheel, that_stood_still_goes_on)
{
	static const unsigned long idle[] = {
		1, TURN - 1, TURN, 1UL << 31, (1UL << 32) - 1, 1UL << 32, 1UL << 33,
	};
	unsigned int i;

	for (i = 0; i < sizeof(idle) / sizeof(*idle); i++) {
		add(&waiter[2 * i], HZ);
		pass(2 * HZ);
		EXPECT_EQ(1, waiter[2 * i].times);
		/* a slot that was used, and whose only entry was taken away */
		add(&waiter[2 * i + 1], 10 * HZ);
		del(&waiter[2 * i + 1]);
		pass(idle[i]);
	}
}

TEST_F(wheel, what_is_put_off_comes_later_or_sooner)
{
	put_off(&waiter[3], HZ);	/* which does not wait */
	add(&waiter[0], HZ);
	add(&waiter[1], 60 * HZ);
	add(&waiter[2], HZ);
	put_off(&waiter[0], 90 * HZ);
	put_off(&waiter[1], HZ / 2);
	pass(HZ / 2 + LATE);
	EXPECT_EQ(0, waiter[0].times);
	EXPECT_EQ(1, waiter[1].times);
	pass(HZ / 2 + LATE);
	EXPECT_EQ(1, waiter[2].times);
	EXPECT_EQ(1, waiting);
	pass(90 * HZ);
	EXPECT_EQ(1, waiter[0].times);
	EXPECT_EQ(0, waiter[3].times);
}

/* TIME_WAIT whose FIN comes again and again, for longer than a turn. */
TEST_F(wheel, what_is_put_off_again_and_again_waits_as_long)
{
	int i;

	add(&waiter[0], 60 * HZ);
	for (i = 0; i < 300; i++) {
		pass(HZ);
		put_off(&waiter[0], 60 * HZ);
	}
	EXPECT_EQ(1, waiting);
	pass(60 * HZ + LATE);
}

/* ---- from within expired(), of the same slot ---- */

static void takes_the_other(struct waiter *self)
{
	self->was = del(self->other);
}

static void takes_itself(struct waiter *self)
{
	self->was = del(self);
}

static void puts_off_the_other(struct waiter *self)
{
	put_off(self->other, HZ);
}

static void puts_off_itself(struct waiter *self)
{
	put_off(self, HZ);
}

static void comes_again(struct waiter *self)
{
	if (self->times < 6)
		add(self, HZ << self->times);
}

/* Who comes first takes the other away, which does not come then. */
TEST_F(wheel, what_is_taken_away_while_its_slot_expires_does_not_come)
{
	waiter[0].act = waiter[1].act = takes_the_other;
	waiter[0].other = &waiter[1];
	waiter[1].other = &waiter[0];
	add(&waiter[0], HZ);
	add(&waiter[1], HZ);
	pass(2 * HZ);
	EXPECT_EQ(1, waiter[0].times + waiter[1].times);
	EXPECT_EQ(1, waiter[0].was + waiter[1].was);
}

TEST_F(wheel, what_expires_waits_no_more)
{
	waiter[0].act = takes_itself;
	waiter[1].act = puts_off_itself;
	waiter[0].was = true;
	add(&waiter[0], HZ);
	add(&waiter[1], HZ);
	pass(3 * HZ);
	EXPECT_FALSE(waiter[0].was);
	EXPECT_EQ(1, waiter[0].times);
	EXPECT_EQ(1, waiter[1].times);
}

TEST_F(wheel, what_is_put_off_while_its_slot_expires_comes_later)
{
	waiter[0].act = waiter[1].act = puts_off_the_other;
	waiter[0].other = &waiter[1];
	waiter[1].other = &waiter[0];
	add(&waiter[0], HZ);
	add(&waiter[1], HZ);
	pass(HZ + LATE);
	EXPECT_EQ(1, waiting);
	pass(HZ + LATE);
	EXPECT_EQ(1, waiter[0].times);
	EXPECT_EQ(1, waiter[1].times);
}

/* A SYN-ACK: 1, 2, 4 ... 32 s, each from the one before. */
TEST_F(wheel, what_expires_may_wait_again)
{
	waiter[0].act = comes_again;
	add(&waiter[0], HZ);
	pass(63 * HZ - 1);
	EXPECT_EQ(5, waiter[0].times);
	pass(6 * LATE + 1);
	EXPECT_EQ(6, waiter[0].times);
}

/* ---- softirqs held up ---- */

/* Also for more than a turn: what is due comes, and what is not does not. */
TEST_F(wheel, that_was_held_up_goes_on)
{
	static const unsigned long held[] = {
		HZ, TURN / 2, TURN - 1, TURN, TURN + 1, 3 * TURN / 2, 7 * TURN,
	};
	unsigned int i, j;

	for (i = 0; i < sizeof(held) / sizeof(*held); i++) {
		for (j = 0; j < 100; j++)
			add(&waiter[j], j * held[i] / 50);
		stall(held[i]);
		/* comes in when the wheel is far behind */
		for (; j < 200; j++)
			add(&waiter[j], (j - 100) * TURN / 50);
		pass(LATE);
		stalled = false;
		for (j = 0; j < 50; j++)
			EXPECT_FALSE(waiter[j].waits);
		pass(7 * TURN + LATE);
		EXPECT_EQ(0, waiting);
	}
}

/* ---- CPUs ---- */

/* Each waits where it began, whoever asks. */
TEST_F(wheel, of_each_cpu_is_its_own)
{
	this_cpu = 1;
	mytcp_wheel_prepare(&waiter[0].timed);
	mytcp_wheel_prepare(&waiter[1].timed);
	this_cpu = 0;
	add(&waiter[0], HZ);
	add(&waiter[1], HZ);
	add(&waiter[2], HZ);
	EXPECT_EQ(2, per_cpu(wheels, 1)->entries);
	EXPECT_EQ(1, per_cpu(wheels, 0)->entries);
	put_off(&waiter[0], 2 * HZ);
	EXPECT_TRUE(del(&waiter[1]));
	pass(HZ + LATE);
	EXPECT_EQ(1, waiting);
	pass(HZ);
	EXPECT_EQ(1, waiter[0].times);
}

/* ---- everything at once ---- */

static unsigned long some_delay(u64 *seed)
{
	static const u32 most[] = { 8, HZ, 60 * HZ, 60 * HZ, 3 * TURN };

	return random_below(seed, most[random_below(seed, 5)]);
}

TEST_F(wheel, does_what_a_list_would_do)
{
	u64 seed = 1;
	int i;

	for (i = 0; i < 100000; i++) {
		struct waiter *x = &waiter[random_below(&seed, 100)];

		switch (random_below(&seed, 20)) {
		case 0 ... 6:
			if (!x->waits)
				add(x, some_delay(&seed));
			break;
		case 7 ... 10:
			put_off(x, some_delay(&seed));
			break;
		case 11:
			del(x);
			break;
		default:
			pass(random_below(&seed, 20));
		}
	}
	pass(3 * TURN + LATE);
}

TEST_HARNESS_MAIN
