// SPDX-License-Identifier: GPL-2.0
/* TCP Fast Open between the two stacks, in both directions, over loopback. */
#include <errno.h>
#include <linux/tcp.h>
#include <string.h>

#include "lib/sockets.h"
#include "lib/test.h"

/* Client and server, and what the SYN of a blocking call has room for. */
#define MODE	"3"
#define CALLS	20

FIXTURE(pairs) {
	struct sockaddr_in at;
	int listener;
};
FIXTURE_VARIANT(pairs) { enum tcp client, server; };
FIXTURE_VARIANT_ADD(pairs, mytcp_calls_kernel) { MYTCP, KERNEL_TCP };
FIXTURE_VARIANT_ADD(pairs, kernel_calls_mytcp) { KERNEL_TCP, MYTCP };
FIXTURE_VARIANT_ADD(pairs, mytcp_calls_mytcp) { MYTCP, MYTCP };

FIXTURE_SETUP(pairs)
{
	test_begin();
	setting_write(KERNEL_TCP, "fastopen", MODE);
	setting_write(MYTCP, "fastopen", MODE);
	self->listener = listener(variant->server, "127.0.0.1", 16);
	set_opt(self->listener, IPPROTO_TCP, TCP_FASTOPEN, 16);
	self->at = name4(self->listener);
}

FIXTURE_TEARDOWN(pairs)
{
}

static ssize_t call(int fd, const struct sockaddr_in *to, const void *data,
		    size_t len)
{
	return sendto(fd, data, len, MSG_FASTOPEN, (const struct sockaddr *)to,
		      sizeof(*to));
}

static bool by_syn(int fd)
{
	return tcp_info(fd).tcpi_options & TCPI_OPT_SYN_DATA;
}

/* The whole of a stream each way, @len octets of it with MSG_FASTOPEN. */
static void exchange(enum tcp tcp, int lfd, const struct sockaddr_in *at, int len,
		     bool fast)
{
	unsigned char block[100000];
	int fd = stream(tcp, 0), peer;
	pid_t pid;

	stream_fill(1, 0, block, len);
	pid = check_ok(fork());
	if (!pid) {
		check_eq(call(fd, at, block, len), len);
		check_eq(by_syn(fd), fast);
		check_eq(recv(fd, block, len, MSG_WAITALL), len);
		check_eq(stream_check(2, 0, block, len), -1);
		check(close_gently(fd));
		_exit(0);
	}
	close(fd);
	peer = check_ok(accept(lfd, NULL, NULL));
	check_eq(recv(peer, block, len, MSG_WAITALL), len);
	check_eq(stream_check(1, 0, block, len), -1);
	check_eq(by_syn(peer), fast);
	stream_fill(2, 0, block, len);
	check_eq(send(peer, block, len, 0), len);
	check(close_gently(peer));
	joined(pid);
}

/* The first connection fetches the cookie, every further one uses it. */
TEST_F_TIMEOUT(pairs, data_goes_with_the_syn_from_the_second_time_on, LONG_TEST)
{
	int i;

	exchange(variant->client, self->listener, &self->at, 100, false);
	for (i = 0; i < CALLS; i++)
		exchange(variant->client, self->listener, &self->at,
			 1 + 997 * i, true);
}

TEST_F_TIMEOUT(pairs, what_the_syn_has_no_room_for_follows, LONG_TEST)
{
	exchange(variant->client, self->listener, &self->at, 100, false);
	exchange(variant->client, self->listener, &self->at, 100000, true);
}

/* Who has forgotten its key refuses the data, and it arrives all the same. */
TEST_F_TIMEOUT(pairs, data_that_is_refused_is_sent_again, LONG_TEST)
{
	setting_write(variant->server, "fastopen_key", "1-2-3-4");
	exchange(variant->client, self->listener, &self->at, 100, false);
	exchange(variant->client, self->listener, &self->at, 1000, true);
	setting_write(variant->server, "fastopen_key", "5-6-7-8");
	exchange(variant->client, self->listener, &self->at, 1000, false);
	/* with a new cookie */
	exchange(variant->client, self->listener, &self->at, 1000, true);
	/* of the old key, which is still good */
	setting_write(variant->server, "fastopen_key", "9-a-b-c,5-6-7-8");
	exchange(variant->client, self->listener, &self->at, 1000, true);
	setting_write(variant->server, "fastopen_key", "9-a-b-c");
	exchange(variant->client, self->listener, &self->at, 1000, true);
}

/* TCP_FASTOPEN_CONNECT: a program that connects and writes as ever. */
TEST_F_TIMEOUT(pairs, connect_and_write_send_one_syn_with_data, LONG_TEST)
{
	unsigned char block[1000];
	int fd, peer;

	exchange(variant->client, self->listener, &self->at, 100, false);
	fd = stream(variant->client, 0);
	set_opt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
	check_ok(connect4(fd, &self->at));
	stream_fill(1, 0, block, sizeof(block));
	check_eq(send(fd, block, sizeof(block), 0), sizeof(block));
	peer = check_ok(accept(self->listener, NULL, NULL));
	check_eq(recv(peer, block, sizeof(block), MSG_WAITALL), sizeof(block));
	check_eq(stream_check(1, 0, block, sizeof(block)), -1);
	check(by_syn(fd));
	check(by_syn(peer));
	close(fd);
	close(peer);
}

TEST_HARNESS_MAIN
