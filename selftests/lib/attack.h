/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an attack must not achieve. Four things are noted before it and looked at
 * after it, together: the state of the connection, what was sent in answer, the
 * memory it took, and the counters.
 *
 *	attack_begin(a, w, fd);
 *	for (i = 0; i < 100; i++)
 *		inject(w, RST, .seq = 100 + i);
 *	attack_over(a, ANSWERS(1), DROP(DropBlindRst, 100),
 *		    COUNT(TCPChallengeACK, 1), ...);
 *	attack_exchange(a);
 *
 * Against the kernel's TCP the counters are not compared, as half of the names
 * are MyTCP's, nor are the slabs; and it may answer as often as it was spoken to.
 */
#ifndef SELFTESTS_LIB_ATTACK_H
#define SELFTESTS_LIB_ATTACK_H

#include "stack.h"
#include "tally.h"
#include "wire.h"

/* What a device has carried: to the stack, and from it. */
struct carried {
	long in, in_octets, out, out_octets;
};

struct attack {
	struct wire *w;
	int fd;				/* -1: there is no socket to ask */
	int state;
	struct tcp_info info;
	struct carried carried;
	long objects;			/* in the slabs of the module */
	long queued;			/* octets of memory in the socket's queues */
	struct tally tally;
	int taken, resent;		/* by attack_answer() */
};

/* What is sent in answer, and what may be left of the attack. */
struct answers {
	int count;
	int flags;			/* of each; ACK unless said otherwise */
	int objects;			/* of the module's that may have come */
	bool most;			/* count is the most there may be */
	bool anything;			/* flags and numbers are not looked at */
};

#define ANSWERS(n, ...)	((struct answers){ .count = (n), .flags = ACK, ##__VA_ARGS__ })
#define NO_ANSWER	ANSWERS(0)

/*
 * ACKs that answer what is no good come as often as a test needs them to be
 * countable: once, then not again for @ms.
 */
void attack_ration(int ms);

/* Against the connection of @w; @fd is its socket, or -1. */
void attack_begin(struct attack *a, struct wire *w, int fd);
/* The connection has moved on for good reasons: state and traffic are noted anew. */
void attack_look(struct attack *a);

/*
 * The attack is over: state and measures of the connection are as they were, the
 * answers are those said, and not more octets than came; no memory is held; and
 * these counters have moved, and no other. May be called once.
 */
#define attack_over(a, answers, ...)					\
	attack_over_(AT_, (a), (answers), (const struct moved[]){	\
		     __VA_ARGS__ __VA_OPT__(,) {} })
void attack_over_(const char *file, int line, struct attack *a,
		  struct answers answers, const struct moved *moved);

/*
 * Whether an answer is there; it is taken to w->last. What the stack sends again for
 * itself is passed over.
 */
bool attack_hears(struct attack *a);
/*
 * The flags of the one answer to what was just injected, 0 for none. ANSWERS()
 * counts what is not taken so.
 */
int attack_answer(struct attack *a);

/* The connection still carries data, ten octets in each direction. */
void attack_exchange(struct attack *a);

/* What the device of @w has carried so far. */
struct carried wire_carried(const struct wire *w);
/*
 * Objects in the module's slabs, of all namespaces, but for what a connection is given
 * once when something is lost.
 */
long slab_objects(void);
/* Waits until there are @most or fewer; false if that takes too long. */
bool slab_objects_become(long most);

#endif /* SELFTESTS_LIB_ATTACK_H */
