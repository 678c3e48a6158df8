// SPDX-License-Identifier: GPL-2.0
/*
 * Many messages in one call, recvmmsg() and sendmmsg(): where the row ends, what the
 * later calls are told of what ended it, and the flags.
 */
#include "lib/test.h"

#include <netinet/in.h>
#include <string.h>

#include "lib/sockets.h"

#define MANY	8

PAIR_FIXTURE(batch)

/* MANY messages, each with a buffer of its own. */
struct row {
	struct mmsghdr m[MANY];
	struct iovec v[MANY];
	char text[MANY][16];
};

static void row_of(struct row *row, size_t len)
{
	int i;

	memset(row, 0, sizeof(*row));
	for (i = 0; i < MANY; i++) {
		memset(row->text[i], 'a' + i, len);
		row->v[i] = (struct iovec){ row->text[i], len };
		row->m[i].msg_hdr.msg_iov = &row->v[i];
		row->m[i].msg_hdr.msg_iovlen = 1;
	}
}

static int receive_row(int fd, struct row *row, size_t len, int flags, int ms)
{
	struct timespec limit = { ms / 1000, ms % 1000 * 1000000 };

	row_of(row, len);
	return recvmmsg(fd, row->m, MANY, flags, ms < 0 ? NULL : &limit);
}

/* Both ways, each message is told its own length. */
TEST_F(batch, messages_are_told_how_long_they_are)
{
	struct row out, in;
	int i;

	row_of(&out, 3);
	check_eq(sendmmsg(self->a, out.m, MANY, MSG_MORE), MANY);
	check_ok(shutdown(self->a, SHUT_WR));
	check_eq(receive_row(self->b, &in, 4, MSG_WAITALL, -1), MANY);
	for (i = 0; i < MANY; i++)
		check_eq(out.m[i].msg_len, 3);
	for (i = 0; i < 6; i++)
		check_eq(in.m[i].msg_len, 4);
	check(!memcmp(in.text[0], "aaab", 4));
	check(!memcmp(in.text[5], "ghhh", 4));
}

TEST_F(batch, the_first_message_waits_and_the_rest_need_not)
{
	struct row in;

	put(self->a, "abcdef", 0);
	check_eq(receive_row(self->b, &in, 4, MSG_WAITFORONE, -1), 2);
	check_eq(in.m[0].msg_len, 4);
	check_eq(in.m[1].msg_len, 2);
}

TEST_F(batch, nothing_there_is_eagain)
{
	struct row in;

	check_err(receive_row(self->b, &in, 4, MSG_DONTWAIT, -1), EAGAIN);
	put(self->a, "ab", 0);
	check(wait_fd(self->b, POLLIN, PATIENCE_MS) & POLLIN);
	check_eq(receive_row(self->b, &in, 4, MSG_DONTWAIT, -1), 1);
}

/* The end is a message of no length, again and again: the row is full of it. */
TEST_F(batch, the_end_fills_the_row)
{
	struct row in;

	put(self->a, "ab", 0);
	check_ok(shutdown(self->a, SHUT_WR));
	check(wait_fd(self->b, POLLRDHUP, PATIENCE_MS) & POLLRDHUP);
	check_eq(receive_row(self->b, &in, 4, 0, -1), MANY);
	check_eq(in.m[0].msg_len, 2);
	check_eq(in.m[1].msg_len, 0);
	check_eq(in.m[MANY - 1].msg_len, 0);
}

/* The call looks for an error before it reads; what has come is there still. */
TEST_F(batch, an_error_is_told_before_what_is_there)
{
	struct row in;

	put(self->a, "ab", 0);
	check(wait_fd(self->b, POLLIN, PATIENCE_MS) & POLLIN);
	close_abort(self->a);
	check(wait_fd(self->b, POLLERR, PATIENCE_MS) & POLLERR);
	check_err(receive_row(self->b, &in, 4, 0, -1), ECONNRESET);
	check_eq(receive_row(self->b, &in, 4, 0, -1), MANY);
	check_eq(in.m[0].msg_len, 2);
	check_eq(in.m[1].msg_len, 0);
}

/* The limit is looked at behind each message. */
TEST_F(batch, a_time_limit_ends_the_row)
{
	struct row in;

	put(self->a, "abcd", 0);
	check_eq(receive_row(self->b, &in, 4, 0, 0), 1);
	check_eq(in.m[0].msg_len, 4);
}

TEST_F(batch, a_full_buffer_ends_the_row)
{
	static char block[1 << 20];
	struct row out;
	int sent, i;

	row_of(&out, 3);
	for (i = 0; i < MANY; i++)
		out.v[i] = (struct iovec){ block, sizeof(block) };
	sent = check_ok(sendmmsg(self->a, out.m, MANY, MSG_DONTWAIT));
	check_lt(sent, MANY);
	/* a message in part is one */
	check_gt(out.m[sent - 1].msg_len, 0);
	for (i = 0; i < sent - 1; i++)
		check_eq(out.m[i].msg_len, sizeof(block));
	stuff(self->a);
	check_err(sendmmsg(self->a, out.m, MANY, MSG_DONTWAIT), EAGAIN);
}

TEST_F(batch, who_may_not_send_is_told_so)
{
	struct row out;

	row_of(&out, 3);
	check_ok(shutdown(self->a, SHUT_WR));
	check_err(sendmmsg(self->a, out.m, MANY, MSG_NOSIGNAL), EPIPE);
	check_eq(out.m[0].msg_len, 0);
}

TEST_HARNESS_MAIN
