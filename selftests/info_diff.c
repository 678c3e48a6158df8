// SPDX-License-Identifier: GPL-2.0
/*
 * TCP_INFO, field by field: both ends of the same exchange over MyTCP and over the
 * kernel's TCP. What a stack counts is the same, what it measures of the same order,
 * and nothing is 0 that the kernel fills.
 */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/sockets.h"
#include "lib/test.h"

#define ROOM		512

/* How like the kernel's a field must be. */
enum like {
	SAME,
	NEAR,		/* not eight times more or less */
	FILLED,		/* it is 0 if the kernel's is, and only then */
};

struct field {
	const char *name;
	size_t at, size;
	enum like like;
};

#define FIELD(name, like) \
	{ #name, offsetof(struct tcp_info, tcpi_##name), \
	  sizeof(((struct tcp_info *)0)->tcpi_##name), like }
/* In newer headers; where the struct of the running kernel ends, the rest is. */
#define NEWER(name, at, size, like) { #name, at, size, like }

/* Behind a transfer without losses; the bit fields are looked at below. */
static const struct field after_transfer[] = {
	FIELD(state, SAME),
	FIELD(ca_state, SAME),
	FIELD(retransmits, SAME),
	FIELD(probes, SAME),
	FIELD(backoff, SAME),
	FIELD(options, SAME),
	FIELD(rto, NEAR),
	FIELD(ato, NEAR),
	FIELD(snd_mss, SAME),
	FIELD(rcv_mss, NEAR),
	FIELD(unacked, SAME),
	FIELD(sacked, SAME),
	FIELD(lost, SAME),
	FIELD(retrans, SAME),
	FIELD(fackets, SAME),
	FIELD(last_ack_sent, SAME),
	FIELD(pmtu, SAME),
	FIELD(rcv_ssthresh, NEAR),
	FIELD(rtt, FILLED),
	FIELD(rttvar, FILLED),
	FIELD(snd_ssthresh, FILLED),
	FIELD(snd_cwnd, FILLED),
	FIELD(advmss, SAME),
	FIELD(reordering, SAME),
	FIELD(rcv_space, FILLED),
	FIELD(total_retrans, SAME),
	FIELD(pacing_rate, FILLED),
	FIELD(max_pacing_rate, SAME),
	FIELD(bytes_acked, SAME),
	FIELD(bytes_received, SAME),
	FIELD(segs_out, NEAR),
	FIELD(segs_in, NEAR),
	FIELD(notsent_bytes, SAME),
	FIELD(min_rtt, FILLED),
	FIELD(data_segs_in, NEAR),
	FIELD(data_segs_out, NEAR),
	FIELD(delivered, NEAR),
	FIELD(delivered_ce, SAME),
	FIELD(bytes_sent, SAME),
	FIELD(bytes_retrans, SAME),
	FIELD(dsack_dups, SAME),
	FIELD(reord_seen, SAME),
	FIELD(rcv_ooopack, SAME),
	FIELD(snd_wnd, NEAR),
	NEWER(rcv_wnd, 232, 4, NEAR),
	NEWER(rehash, 236, 4, SAME),
	NEWER(total_rto, 240, 2, SAME),
	NEWER(total_rto_recoveries, 242, 2, SAME),
	NEWER(total_rto_time, 244, 4, SAME),
};

/* What only one of the ends can tell: that which has sent much, or received it. */
static const struct field of_sender[] = {
	FIELD(delivery_rate, FILLED),
	FIELD(busy_time, FILLED),
};

static const struct field of_receiver[] = {
	FIELD(rcv_rtt, FILLED),
};

/* While a segment goes again and again, and is not acknowledged. */
static const struct field in_timeout[] = {
	FIELD(state, SAME),
	FIELD(ca_state, SAME),
	FIELD(unacked, SAME),
	FIELD(sacked, SAME),
	FIELD(retrans, SAME),
	FIELD(retransmits, FILLED),
	FIELD(backoff, FILLED),
	FIELD(total_retrans, FILLED),
	FIELD(bytes_retrans, FILLED),
	NEWER(total_rto, 240, 2, FILLED),
	NEWER(total_rto_recoveries, 242, 2, SAME),
	NEWER(total_rto_time, 244, 4, FILLED),
};

static const struct field against_window[] = {
	FIELD(rwnd_limited, FILLED),
	FIELD(busy_time, FILLED),
};

struct told {
	unsigned char bytes[ROOM];
	socklen_t len;
};

static void tell(int fd, struct told *t)
{
	t->len = sizeof(t->bytes);
	check_ok(getsockopt(fd, IPPROTO_TCP, TCP_INFO, t->bytes, &t->len));
}

static unsigned long long number(const struct told *t, const struct field *f)
{
	unsigned long long value = 0;

	memcpy(&value, t->bytes + f->at, f->size);
	return value;
}

static bool alike(unsigned long long want, unsigned long long got,
		  enum like like)
{
	switch (like) {
	case SAME:
		return want == got;
	case NEAR:
		return !want == !got && want / 8 <= got && got / 8 <= want;
	case FILLED:
		return !want == !got;
	}
	return false;
}

static void compare(const char *whose, const struct told *want,
		    const struct told *got, const struct field *fields,
		    size_t count)
{
	size_t i;
	int bad = 0;

	check_eq(want->len, got->len);
	for (i = 0; i < count; i++) {
		const struct field *f = &fields[i];

		if (f->at + f->size > want->len ||
		    alike(number(want, f), number(got, f), f->like))
			continue;
		bad++;
		test_note("%s: tcpi_%s is %llu, of the kernel's TCP %llu",
			  whose, f->name, number(got, f), number(want, f));
	}
	if (bad)
		test_fail("%d fields differ", bad);
}

#define expect_alike(whose, want, got, fields) \
	compare(whose, want, got, fields, ARRAY_SIZE(fields))

/* What both ends tell, of either stack. */
struct ends {
	struct told a, b;
};

#define TRANSFER	(4 << 20)

struct half {
	int fd;
};

static void send_all(void *arg)
{
	check(stream_send(((struct half *)arg)->fd, 1, TRANSFER));
}

/* There, and one octet back: the sender knows that all has arrived. */
static void transfer_once(enum tcp tcp, struct ends *e)
{
	struct half half;
	pid_t child;
	char byte;
	int fd[2];

	pair(tcp, fd);
	half.fd = fd[0];
	child = spawned(send_all, &half);
	check(stream_receive(fd[1], 1, TRANSFER));
	joined(child);
	check_eq(send(fd[1], "k", 1, 0), 1);
	check_eq(recv(fd[0], &byte, 1, 0), 1);
	/* the ACK of that octet may be a delayed one */
	while (tcp_info(fd[1]).tcpi_unacked)
		usleep(10000);
	tell(fd[0], &e->a);
	tell(fd[1], &e->b);
	close_abort(fd[0]);
	close_abort(fd[1]);
}

/* On a busy machine a timer may run out, and something be sent again for nothing. */
static void transfer(enum tcp tcp, struct ends *e)
{
	struct tcp_info info;
	int tries = 5;

	do {
		transfer_once(tcp, e);
		memcpy(&info, e->a.bytes, sizeof(info));
	} while (info.tcpi_total_retrans && --tries);
}

FIXTURE(info) {
	struct ends want, got;
};

FIXTURE_SETUP(info)
{
	test_begin();
	netif_mtu("lo", 1500);
}

FIXTURE_TEARDOWN(info)
{
}

TEST_F(info, counts_and_measures_as_the_kernel_does)
{
	transfer(KERNEL_TCP, &self->want);
	transfer(subject(), &self->got);
	expect_alike("sender", &self->want.a, &self->got.a, after_transfer);
	expect_alike("receiver", &self->want.b, &self->got.b, after_transfer);
	expect_alike("sender", &self->want.a, &self->got.a, of_sender);
	expect_alike("receiver", &self->want.b, &self->got.b, of_receiver);
}

static void lose(enum tcp tcp, struct told *t)
{
	int fd[2];

	pair(tcp, fd);
	netif_down("lo");
	check_eq(send(fd[0], "lost", 4, 0), 4);
	/* the second time-out in a row */
	while (tcp_info(fd[0]).tcpi_retransmits < 2)
		usleep(10000);
	tell(fd[0], t);
	close_abort(fd[0]);
	close_abort(fd[1]);
	netif_up("lo");
}

TEST_F(info, tells_of_timeouts_as_the_kernel_does)
{
	lose(KERNEL_TCP, &self->want.a);
	lose(subject(), &self->got.a);
	expect_alike("sender", &self->want.a, &self->got.a, in_timeout);
}

static void fill_window(enum tcp tcp, struct told *t)
{
	int fd[2];

	pair(tcp, fd);
	set_opt(fd[0], SOL_SOCKET, SO_SNDBUF, 1 << 20);
	set_opt(fd[1], SOL_SOCKET, SO_RCVBUF, 30000);
	stuff(fd[0]);
	usleep(200000);
	tell(fd[0], t);
	close_abort(fd[0]);
	close_abort(fd[1]);
}

TEST_F(info, tells_of_a_narrow_window_as_the_kernel_does)
{
	fill_window(KERNEL_TCP, &self->want.a);
	fill_window(subject(), &self->got.a);
	expect_alike("sender", &self->want.a, &self->got.a, against_window);
}

TEST_HARNESS_MAIN
