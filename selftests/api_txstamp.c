// SPDX-License-Identifier: GPL-2.0
/*
 * SO_TIMESTAMPING of what is sent: a stamp when the last octet of a call goes to the
 * queueing discipline, to the device, and when it is acknowledged; by its number.
 */
#include <errno.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "lib/errqueue.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define ALL	(SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE |	\
		 SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE |		\
		 SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY)

PAIR_FIXTURE(txstamp)

static int64_t ns(const struct timespec *t)
{
	return t->tv_sec * 1000000000LL + t->tv_nsec;
}

/* A stamp of @kind for the octet @number; its time. */
static int64_t expect_stamp(int fd, unsigned int kind, unsigned int number)
{
	struct told told = errqueue_await(fd);

	check_eq(told.ee.ee_origin, SO_EE_ORIGIN_TIMESTAMPING);
	check_eq(told.ee.ee_errno, ENOMSG);
	check_eq(told.ee.ee_info, kind);
	check_eq(told.ee.ee_data, number);
	check(told.stamped);
	return ns(&told.stamps.ts[0]);
}

static void sent(int from, int to, int len)
{
	char block[4096] = "";

	check_eq(send(from, block, len, 0), len);
	check_eq(recv(to, block, len, MSG_WAITALL), len);
}

static int64_t wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ns(&now);
}

TEST_F(txstamp, queued_sent_and_acknowledged_in_this_order)
{
	int64_t before = wall_clock(), sched, snd, ack;

	set_opt(self->a, SOL_SOCKET, SO_TIMESTAMPING, ALL);
	sent(self->a, self->b, 10);
	sched = expect_stamp(self->a, SCM_TSTAMP_SCHED, 9);
	snd = expect_stamp(self->a, SCM_TSTAMP_SND, 9);
	ack = expect_stamp(self->a, SCM_TSTAMP_ACK, 9);
	check_le(before, sched);
	check_le(sched, snd);
	check_le(snd, ack);
	check_le(ack, wall_clock());
}

TEST_F(txstamp, octets_are_numbered_from_the_option)
{
	sent(self->a, self->b, 100);
	set_opt(self->a, SOL_SOCKET, SO_TIMESTAMPING, ALL & ~(SOF_TIMESTAMPING_TX_SCHED |
							      SOF_TIMESTAMPING_TX_SOFTWARE));
	sent(self->a, self->b, 10);
	expect_stamp(self->a, SCM_TSTAMP_ACK, 9);
	sent(self->a, self->b, 20);
	expect_stamp(self->a, SCM_TSTAMP_ACK, 29);
	sent(self->a, self->b, 4096);
	expect_stamp(self->a, SCM_TSTAMP_ACK, 29 + 4096);
}

TEST_F(txstamp, without_numbers_it_is_0)
{
	set_opt(self->a, SOL_SOCKET, SO_TIMESTAMPING,
		SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE |
		SOF_TIMESTAMPING_OPT_TSONLY);
	sent(self->a, self->b, 10);
	expect_stamp(self->a, SCM_TSTAMP_ACK, 0);
}

/* One call may ask by itself. */
TEST_F(txstamp, a_control_message_asks_for_one_call)
{
	char control[CMSG_SPACE(sizeof(uint32_t))] = "", block[8] = "";
	struct iovec iov = { block, sizeof(block) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	set_opt(self->a, SOL_SOCKET, SO_TIMESTAMPING,
		SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID |
		SOF_TIMESTAMPING_OPT_TSONLY);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SO_TIMESTAMPING;
	c->cmsg_len = CMSG_LEN(sizeof(uint32_t));
	*(uint32_t *)CMSG_DATA(c) = SOF_TIMESTAMPING_TX_ACK;
	sent(self->a, self->b, 4);
	check_eq(sendmsg(self->a, &msg, 0), 8);
	check_eq(recv(self->b, block, 8, MSG_WAITALL), 8);
	sent(self->a, self->b, 4);
	expect_stamp(self->a, SCM_TSTAMP_ACK, 11);
	check(!errqueue_take(self->a, &(struct told){ 0 }));
}

/* The last octet of a large call is in the last segment. */
TEST_F(txstamp, a_call_of_many_segments_is_stamped_by_its_last_octet)
{
	static char block[1 << 18];
	pid_t child;

	set_opt(self->a, SOL_SOCKET, SO_TIMESTAMPING, ALL & ~(SOF_TIMESTAMPING_TX_SCHED |
							      SOF_TIMESTAMPING_TX_SOFTWARE));
	child = fork();
	if (!child) {
		check(stream_receive(self->b, 1, sizeof(block)));
		_exit(0);
	}
	stream_fill(1, 0, block, sizeof(block));
	check_eq(send(self->a, block, sizeof(block), 0), (ssize_t)sizeof(block));
	joined(child);
	expect_stamp(self->a, SCM_TSTAMP_ACK, sizeof(block) - 1);
	check(!errqueue_take(self->a, &(struct told){ 0 }));
}

TEST_F(txstamp, with_the_payload_that_was_sent)
{
	struct told told;

	set_opt(self->a, SOL_SOCKET, SO_TIMESTAMPING,
		SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE);
	sent(self->a, self->b, 10);
	told = errqueue_await(self->a);
	check_eq(told.ee.ee_info, SCM_TSTAMP_ACK);
	check_eq(told.len, 10);
}

WIRE_FIXTURE(txstamp_wire)

/* An ACK of less than the call has sent tells nothing so far. */
WIRE_TEST(txstamp_wire, half_an_acknowledgment_is_none)
{
	int fd = open_passive(w);

	set_opt(fd, SOL_SOCKET, SO_TIMESTAMPING, ALL & ~(SOF_TIMESTAMPING_TX_SCHED |
							 SOF_TIMESTAMPING_TX_SOFTWARE));
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	inject(w, ACK, .seq = 1, .ack = 6);
	check(!errqueue_take(fd, &(struct told){ 0 }));
	inject(w, ACK, .seq = 1, .ack = 11);
	expect_stamp(fd, SCM_TSTAMP_ACK, 9);
}

TEST_HARNESS_MAIN
