/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Many peers behind one wire, for floods: each is a line of numbers, and takes
 * what it is told in its order. Peer I has an address of its own, 198.18.0.0 + I,
 * and the port 40000. Nothing is checked but what a test asks for.
 */
#ifndef SELFTESTS_LIB_CROWD_H
#define SELFTESTS_LIB_CROWD_H

#include <stdbool.h>
#include <stdint.h>

#include "packet.h"

#define CROWD_IP	"192.0.2.1"
#define CROWD_PORT	8080

struct tun;

struct crowd_peer {
	uint32_t snd_nxt, rcv_nxt;	/* as on the wire */
	/* segments that came to it */
	int synacks, rsts, fins, texts, acks;
	int aborts;	/* RSTs of a connection; the others answer a segment of none */
};

struct crowd {
	struct tun *tun;
	int count;
	struct crowd_peer *peer;
	long heard;			/* segments that came to all of them */
	long octets;			/* their size, IP headers included */
};

/* The device with the stack's address, and @count peers. */
void crowd_open(struct crowd *c, int count);
/* Peers leave; sockets that are still open end with a RST. */
void crowd_close(struct crowd *c);
/* A listener of the stack's for them; does not block. */
int crowd_listen(int backlog);

/*
 * A segment of a peer, numbered in order; what has come until then is heard
 * first. A SYN begins a new connection; it has neither timestamp nor scale.
 */
void crowd_send(struct crowd *c, int peer, int flags, int wnd, int len);
/* The same with numbers that are not its own; it does not move them. */
void crowd_forge(struct crowd *c, int peer, int flags, int wnd, uint32_t seq,
		 uint32_t ack);
/* Every peer resets what it has. */
void crowd_leave(struct crowd *c);
/* How many octets a segment has, the IP header included. */
int crowd_size(int flags, int len);
/* The sums over all peers. */
long crowd_synacks(const struct crowd *c);
long crowd_rsts(const struct crowd *c);
long crowd_aborts(const struct crowd *c);
/* Takes what comes, until nothing has for @ms; how many segments it was. */
int crowd_hear(struct crowd *c, int ms);
/* SYN, and its SYN-ACK, which must come. */
void crowd_ask(struct crowd *c, int peer);
/* SYN, SYN-ACK, ACK. */
void crowd_connect(struct crowd *c, int peer, int wnd);

/* An address as the stack's listings have it. */
struct addr crowd_addr(int peer);

/* How many of the connections to the listener's port are in a state. */
int crowd_states(int state);
/* Waits until so many are. */
#define crowd_expect(st, n) crowd_expect_(__FILE__, __LINE__, (st), (n))
void crowd_expect_(const char *file, int line, int state, int wanted);

#endif /* SELFTESTS_LIB_CROWD_H */
