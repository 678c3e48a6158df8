/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flights of full segments, for tests that say which of them goes when: segment n
 * begins at sequence number at(n).
 */
#ifndef SELFTESTS_LIB_FLIGHT_H
#define SELFTESTS_LIB_FLIGHT_H

#include "wire.h"

#define SEGMENT	1000
#define IW	10		/* RFC 6928 */

/* The MSS that leaves SEGMENT octets beside a timestamp. */
#define MSS_TS	MSS(SEGMENT + 12)

static inline int64_t at(int segment)
{
	return 1 + (int64_t)segment * SEGMENT;
}

/*
 * A connection of the stack, opened by a SYN with the flags and options given,
 * whose third segment takes @ms: the first sample of the round trip. It has room
 * for what is sent.
 */
#define open_slowly(w, ms, f, ...)					\
	flight_accept((w), (ms), SEG(f, .opts = { __VA_ARGS__ }))
int flight_accept(struct wire *w, int ms, const struct seg *syn);

/* The same with a congestion control of the test's choice. */
#define open_flight(w, ms, cong, f, ...)				\
	flight_open((w), (ms), (cong), SEG(f, .opts = { __VA_ARGS__ }))
int flight_open(struct wire *w, int ms, const char *cong,
		const struct seg *syn);

/*
 * Segments @from to @to - 1 of the pattern. One a call, and none is joined with the
 * next: the kernel would wait for another to make a super-segment of them.
 */
void send_segments(int fd, int from, int to);

/*
 * @segments of the pattern are sent, and each flight of slow start is acknowledged as a
 * whole: the window is as large as the last that was filled has made it.
 */
void send_in_slow_start(struct wire *w, int fd, int segments);

/* They come, in order; and nothing else is there yet. */
#define expect_segments(w, from, to)					\
	flight_expect(AT_, (w), (from), (to))
#define expect_segments_only(w, from, to) do {				\
	flight_expect(AT_, (w), (from), (to));			\
	expect_none((w), 0);						\
} while (0)
void flight_expect(const char *file, int line, struct wire *w, int from, int to);

#define inject_sack(w, n, ...)						\
	inject(w, ACK, .ack = at(n), .opts = { NOP, NOP, SACK(__VA_ARGS__) })

/* A duplicate ACK of all before segment @n. */
#define inject_dup(w, n) inject(w, ACK, .ack = at(n))

/* An initial window whose first is lost: duplicate ACKs of the others bring it again. */
void repair_the_first(struct wire *w, int fd);

#endif /* SELFTESTS_LIB_FLIGHT_H */
