/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The other end of the wire: a test plays the peer of the stack under test.
 *
 * wire_open() makes a TUN device in the test's own network namespace. The stack
 * has 192.0.2.1/24 (2001:db8::1/64), the test is 192.0.2.2 (2001:db8::2) and
 * every other address behind it. A test then reads like the exchange:
 *
 *	inject(w, SYN, .opts = { MSS(1460) });
 *	expect(w, SYN | ACK, .opts = { MSS(1460) });
 *	inject(w, ACK);
 *
 * Sequence numbers are relative: seq of injected and ack of expected segments
 * to the peer's ISN (w->iss), the others to the stack's, learnt from its SYN.
 * What a line does not say is what comes next in order:
 *
 *	inject	seq: behind all that was injected; ack: all that was received;
 *		wnd: w->wnd; opts: the timestamp if both SYNs had one, else none;
 *		len: 0
 *	expect	seq: behind all that was received; ack: all that was injected;
 *		len: 0; opts, wnd and all the rest: not looked at
 *
 * The flags are compared exactly; add ANYPSH where PSH may be there or not.
 * The value ANY waives a comparison, .opts = { NONE } asks for no option.
 *
 * Whatever a test looks at, every segment from the stack must be well-formed:
 * right checksums, addresses, reserved bits clear, MSS, window scale and
 * SACK-permitted on SYN alone, timestamps and SACK only if negotiated.
 *
 * Injecting is synchronous: when inject() returns, the stack has processed the
 * segment, and has answered it if it answers at once.
 */
#ifndef SELFTESTS_LIB_WIRE_H
#define SELFTESTS_LIB_WIRE_H

#include "packet.h"

struct tun;
struct queued;

/* What was received last, for whatever expect() does not compare. */
struct got {
	struct seg s;			/* seq and ack relative */
	uint32_t seq, ack;		/* as on the wire */
	struct rawseg raw;
	int64_t us;			/* arrival, microseconds since open */
	uint32_t tsval, tsecr;		/* 0 if no timestamp option */
	int gso_size;			/* 0 unless the device segments */
	bool csum_partial;		/* checksum left to the device */
	uint8_t *packet;
	int packet_len;
};

/* One connection (one 4-tuple) as the wire sees it. */
struct wire {
	struct tun *tun;
	int family;
	struct addr local, peer;	/* the stack's address and the test's */
	uint16_t local_port;		/* 0 until the stack's SYN tells it */
	uint16_t peer_port;
	bool any_port;			/* takes segments of every connection */

	uint32_t iss, irs;		/* the test's ISN and the stack's */
	bool irs_known;
	uint32_t snd_nxt, rcv_nxt;	/* next in order, relative */
	uint16_t wnd;			/* what inject() advertises */

	bool ts_sent, ts_got;		/* timestamps in either SYN */
	bool sack_sent;
	bool tfo;			/* data on a SYN is no mistake */
	uint32_t tsval, ts_recent;	/* to send; last received */

	struct got last;
	int64_t mark;			/* time of the last segment, either way */
	struct queued *queue;
};

struct wire_config {
	int family;			/* AF_INET unless said otherwise */
	int mtu;			/* 1500 */
	bool offload;			/* the device does checksums and TSO */
	int local_port, peer_port;	/* 8080 and 40000 */
	uint32_t iss;			/* the test's ISN, 1000 */
	const char *local, *peer;	/* other addresses than the above */
};

#define wire_open(w, ...) \
	wire_open_((w), &(struct wire_config){ __VA_ARGS__ })
void wire_open_(struct wire *w, const struct wire_config *c);
/* A further connection over the device of @of, from @peer_port. */
void wire_fork(struct wire *w, struct wire *of, int peer_port);
/* Forgets the connection; the next SYN begins a new one on the same ports. */
void wire_restart(struct wire *w, uint32_t iss);
/* Resets what is left of the connection. */
void wire_close(struct wire *w);

/* Address and port of either end, for the socket calls. */
socklen_t wire_local_sa(const struct wire *w, struct sockaddr_storage *sa);
socklen_t wire_peer_sa(const struct wire *w, struct sockaddr_storage *sa);

#define AT_ __FILE__, __LINE__

#define inject(w, f, ...) \
	wire_inject(AT_, (w), SEG(f, ##__VA_ARGS__))

/* Waits for the next segment, which must be the one described. */
#define expect(w, f, ...) \
	wire_expect(AT_, (w), 0, 0, SEG(f, ##__VA_ARGS__))

/*
 * The same, and the segment must come @ms milliseconds after the segment before
 * it on this connection, whoever sent that, give or take @tol. Timing can only
 * be relied on in virtual time: a program with this belongs in icount.list.
 */
#define expect_after(w, ms, tol, f, ...) \
	wire_expect(AT_, (w), (ms), (tol), SEG(f, ##__VA_ARGS__))

/* Nothing may come for @ms milliseconds; 0 looks at what is there now. */
#define expect_none(w, ms) wire_expect_none(AT_, (w), (ms))

/* Takes the next segment whatever it is, NULL if none comes within @ms. */
#define receive(w, ms) wire_receive(AT_, (w), (ms))

/* Throws away what has come so far; returns the number of segments. */
#define drain(w) wire_drain(AT_, (w))

void wire_inject(const char *file, int line, struct wire *w,
		 const struct seg *s);
const struct got *wire_expect(const char *file, int line, struct wire *w,
			      int ms, int tol, const struct seg *s);
void wire_expect_none(const char *file, int line, struct wire *w, int ms);
const struct got *wire_receive(const char *file, int line, struct wire *w,
			       int ms);
int wire_drain(const char *file, int line, struct wire *w);
/* Any IP packet, byte by byte. */
void wire_inject_bytes(struct wire *w, const void *packet, int len);

/*
 * An ICMP or ICMPv6 error from @from (NULL: the peer) about a segment that the
 * stack sent: .seq and .ack are that segment's. At least the 8 bytes are quoted
 * that RFC 792 asks for, .quote sets how many of the TCP header; with .badsum a bit is
 * wrong on the way.
 */
struct icmp {
	int type, code;
	uint32_t info;			/* MTU, pointer; host byte order */
	const char *from;
	int64_t seq, ack;
	int64_t sport, dport;		/* of the quoted segment */
	int quote;
	bool badsum;
};

#define inject_icmp(w, t, c, ...)					\
	wire_inject_icmp(AT_, (w), &(struct icmp){ .type = (t),		\
		.code = (c), .seq = UNSET, .ack = UNSET, .sport = UNSET, \
		.dport = UNSET, .quote = 8, ##__VA_ARGS__ })
void wire_inject_icmp(const char *file, int line, struct wire *w,
		      const struct icmp *i);

/* The name of the interface the stack sees. */
const char *wire_dev(const struct wire *w);
/* Microseconds since the wire was opened. */
int64_t wire_now(const struct wire *w);
/* A remark in the conversation that a failing test prints. */
void wire_note(struct wire *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The least MSS the family must accept, and what its headers take. */
static inline int wire_default_mss(const struct wire *w)
{
	return w->family == AF_INET6 ? 1220 : 536;
}

static inline int wire_mtu_mss(const struct wire *w, int mtu)
{
	return mtu - (w->family == AF_INET6 ? 60 : 40);
}

#endif /* SELFTESTS_LIB_WIRE_H */
