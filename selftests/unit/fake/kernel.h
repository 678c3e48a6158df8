/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel as a wheel needs: time that goes on when the test says so,
 * timers that run out then, two CPUs, and locks that can tell whether they are held.
 */
#ifndef UNIT_FAKE_KERNEL_H
#define UNIT_FAKE_KERNEL_H

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <linux/minmax.h>
#include <linux/types.h>

#define GFP_KERNEL	0
#define NR_CPUS		2
#ifndef HZ
#define HZ		250
#endif

extern unsigned long jiffies;
extern int this_cpu;

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)

#define ilog2(n)		(63 - __builtin_clzl(n))
#define roundup_pow_of_two(n)	((n) < 2 ? 1UL : 2UL << ilog2((n) - 1))

/* Those of whoever breaks a rule of locking. */
extern unsigned int lock_faults;

typedef struct {
	bool held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

static inline void spin_lock(spinlock_t *lock)
{
	lock_faults += lock->held;
	lock->held = true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	lock_faults += !lock->held;
	lock->held = false;
}

#define spin_lock_bh(lock)		spin_lock(lock)
#define spin_unlock_bh(lock)		spin_unlock(lock)
#define lockdep_assert_held(lock)	(lock_faults += !(lock)->held)

#define DEFINE_PER_CPU(type, name)	__typeof__(type) name[NR_CPUS]
#define per_cpu(name, cpu)		((name)[cpu])
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < NR_CPUS; (cpu)++)
#define raw_smp_processor_id()		(this_cpu)
#define cpu_to_node(cpu)		0

#define kvzalloc_node(size, flags, node)	calloc(1, size)
#define kvfree(p)				free(p)

#define BITS_PER_LONG		64
#define DECLARE_BITMAP(name, bits) \
	unsigned long name[((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG]

static inline void __set_bit(unsigned int nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] |= 1UL << nr % BITS_PER_LONG;
}

static inline void __clear_bit(unsigned int nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] &= ~(1UL << nr % BITS_PER_LONG);
}

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, bits / 8);
}

static inline unsigned int find_next_bit(const unsigned long *map,
					 unsigned int bits, unsigned int from)
{
	while (from < bits && !(map[from / BITS_PER_LONG] >> from % BITS_PER_LONG & 1))
		from++;
	return from;
}

#define find_first_bit(map, bits)	find_next_bit(map, bits, 0)

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define INIT_HLIST_HEAD(head)		((head)->first = NULL)
#define INIT_HLIST_NODE(node)		((node)->pprev = NULL)
#define hlist_unhashed(node)		(!(node)->pprev)
#define hlist_empty(head)		(!(head)->first)
#define hlist_entry(node, type, member)	container_of(node, type, member)

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	node->pprev = &head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
}

static inline void hlist_del_init(struct hlist_node *node)
{
	if (!node->pprev)
		return;
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	node->pprev = NULL;
}

/* Of which the test has a list: timer_setup() enters it there. */
struct timer_list {
	unsigned long expires;
	bool pending;
	void (*function)(struct timer_list *timer);
};

void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *),
		 unsigned int flags);
void mod_timer(struct timer_list *timer, unsigned long expires);

#define timer_pending(timer)		((timer)->pending)
#define del_timer_sync(timer)		((timer)->pending = false)
#define from_timer(var, timer, member)	container_of(timer, __typeof__(*(var)), member)

#endif /* UNIT_FAKE_KERNEL_H */
