// SPDX-License-Identifier: GPL-2.0
#include "flight.h"

#include <netinet/in.h>
#include <unistd.h>

#include "fail.h"
#include "stack.h"

int flight_accept(struct wire *w, int ms, const struct seg *syn)
{
	int listener = wire_listen(w), fd;

	wire_inject(AT_, w, syn);
	expect(w, SYN | ACK | (syn->flags & ECE));
	expect_none(w, ms);
	inject(w, ACK);
	fd = wire_accept(listener);
	close(listener);
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	return fd;
}

int flight_open(struct wire *w, int ms, const char *cong,
		const struct seg *syn)
{
	int fd = flight_accept(w, ms, syn);

	check_ok(set_cong(fd, cong));
	return fd;
}

void send_segments(int fd, int from, int to)
{
	uint8_t buf[SEGMENT];

	for (; from < to; from++) {
		pattern_fill(buf, (uint64_t)from * SEGMENT, SEGMENT);
		check_eq(send(fd, buf, SEGMENT, MSG_EOR), SEGMENT);
	}
}

void send_in_slow_start(struct wire *w, int fd, int segments)
{
	int cwnd = IW, to = 0;

	send_pattern(fd, 0, segments * SEGMENT);
	for (; to < segments; cwnd *= 2) {
		to = to + cwnd < segments ? to + cwnd : segments;
		while (w->rcv_nxt < at(to))
			check(receive(w, 1000));
		inject(w, ACK);
	}
}

void flight_expect(const char *file, int line, struct wire *w, int from, int to)
{
	for (; from < to; from++)
		wire_expect(file, line, w, 0, 0,
			    SEG(ACK | ANYPSH, .seq = at(from), .len = SEGMENT));
}

void repair_the_first(struct wire *w, int fd)
{
	int i;

	send_pattern(fd, 0, IW * SEGMENT);
	expect_segments(w, 0, IW);
	for (i = 0; i < IW - 1; i++)
		inject_dup(w, 0);
	expect_segments(w, 0, 1);
	inject(w, ACK, .ack = at(IW));
}
