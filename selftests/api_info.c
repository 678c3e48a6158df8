// SPDX-License-Identifier: GPL-2.0
/* TCP_INFO: what it counts, and that what it estimates is plausible. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/sockets.h"
#include "lib/test.h"

FIXTURE(info) {
	enum tcp tcp;
	int a, b;		/* the two ends */
};

FIXTURE_SETUP(info)
{
	int fd[2];

	test_begin();
	self->tcp = subject();
	netif_mtu("lo", 1500);
	pair(self->tcp, fd);
	self->a = fd[0];
	self->b = fd[1];
}

FIXTURE_TEARDOWN(info)
{
}

/* There and back: the receiver says it has all. */
static void exchange(int a, int b, long len)
{
	pid_t child = fork();
	char byte;

	if (!child) {
		check(stream_send(a, 1, len));
		_exit(0);
	}
	check(stream_receive(b, 1, len));
	joined(child);
	check_eq(send(b, "k", 1, 0), 1);
	check_eq(recv(a, &byte, 1, 0), 1);
}

TEST_F(info, options_are_those_negotiated)
{
	struct tcp_info ti = tcp_info(self->a);

	check_eq(ti.tcpi_options & TCPI_OPT_TIMESTAMPS, TCPI_OPT_TIMESTAMPS);
	check_eq(ti.tcpi_options & TCPI_OPT_SACK, TCPI_OPT_SACK);
	check_eq(ti.tcpi_options & TCPI_OPT_WSCALE, TCPI_OPT_WSCALE);
	check_gt(ti.tcpi_snd_wscale, 0);
	check_eq(ti.tcpi_snd_wscale, tcp_info(self->b).tcpi_rcv_wscale);
	check_eq(ti.tcpi_rcv_wscale, tcp_info(self->b).tcpi_snd_wscale);
}

TEST_F(info, without_options_it_says_so)
{
	struct tcp_info ti;
	int fd[2];

	setting_write(self->tcp, "timestamps", "0");
	setting_write(self->tcp, "sack", "0");
	setting_write(self->tcp, "window_scaling", "0");
	pair(self->tcp, fd);
	ti = tcp_info(fd[0]);
	check_eq(ti.tcpi_options & (TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK |
				    TCPI_OPT_WSCALE), 0);
	check_eq(ti.tcpi_snd_mss, 1460);
}

TEST_F(info, the_segment_size_is_that_of_the_path)
{
	struct tcp_info ti = tcp_info(self->a);

	check_eq(ti.tcpi_snd_mss, 1448);
	check_eq(ti.tcpi_advmss, 1448);
	check_eq(ti.tcpi_pmtu, 1500);
}

TEST_F(info, a_new_connection_begins_with_ten_segments)
{
	struct tcp_info ti = tcp_info(self->a);

	check_eq(ti.tcpi_snd_cwnd, 10);
	check_ge(ti.tcpi_snd_ssthresh, 0x7fffffff);
	check_eq(ti.tcpi_ca_state, 0);
	check_eq(ti.tcpi_backoff, 0);
}

TEST_F(info, the_round_trip_is_measured)
{
	struct tcp_info ti;

	exchange(self->a, self->b, 100000);
	ti = tcp_info(self->a);
	check(ti.tcpi_rtt > 0 && ti.tcpi_rtt < 10000000);
	check(ti.tcpi_min_rtt > 0 && ti.tcpi_min_rtt <= ti.tcpi_rtt + 1000000);
	/* RTO: 200 ms at least, and above the round trip. */
	check_ge(ti.tcpi_rto, 200000);
	check_ge(ti.tcpi_rto, ti.tcpi_rtt);
}

TEST_F(info, bytes_and_segments_are_counted)
{
	struct tcp_info a, b;

	exchange(self->a, self->b, 100000);
	a = tcp_info(self->a);
	b = tcp_info(self->b);
	check_eq(b.tcpi_bytes_received, 100000);
	/* The SYN counts, as in Linux. */
	check_eq(a.tcpi_bytes_acked, 100001);
	check_eq(a.tcpi_bytes_sent, 100000);
	check_eq(a.tcpi_bytes_received, 1);
	check_eq(a.tcpi_bytes_retrans, 0);
	check_ge(a.tcpi_segs_out, 70);
	check_ge(a.tcpi_data_segs_out, 69);
	check_gt(a.tcpi_segs_in, 1);
	check_ge(b.tcpi_segs_in, 70);
	check_ge(b.tcpi_data_segs_in, 69);
	check_eq(b.tcpi_data_segs_out, 1);
}

TEST_F(info, what_is_under_way_is_counted)
{
	struct tcp_info ti;

	check_eq(tcp_info(self->a).tcpi_unacked, 0);
	set_opt(self->a, SOL_SOCKET, SO_SNDBUF, 400000);
	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 30000);
	stuff(self->a);
	ti = tcp_info(self->a);
	check_gt(ti.tcpi_notsent_bytes, 0);
	check_eq(ti.tcpi_retransmits, 0);
	check_eq(ti.tcpi_lost, 0);
}

TEST_F(info, the_window_grows_with_what_is_acked)
{
	unsigned int before = tcp_info(self->a).tcpi_snd_cwnd;

	exchange(self->a, self->b, 1000000);
	check_gt(tcp_info(self->a).tcpi_snd_cwnd, before);
}

TEST_F(info, idle_times_are_told)
{
	struct tcp_info ti;

	exchange(self->a, self->b, 1000);
	usleep(300000);
	ti = tcp_info(self->a);
	check(ti.tcpi_last_data_sent >= 290 && ti.tcpi_last_data_sent < 30000);
	check(ti.tcpi_last_data_recv >= 290 && ti.tcpi_last_data_recv < 30000);
	check(ti.tcpi_last_ack_recv >= 290 && ti.tcpi_last_ack_recv < 30000);
}

/* Not since the machine was started. */
TEST_F(info, idle_times_begin_with_the_connection)
{
	struct tcp_info ti = tcp_info(self->a);

	check_lt(ti.tcpi_last_data_sent, 30000);
	check_lt(ti.tcpi_last_data_recv, 30000);
	ti = tcp_info(self->b);
	check_lt(ti.tcpi_last_data_sent, 30000);
	check_lt(ti.tcpi_last_data_recv, 30000);
}

/* A listener tells how many wait, and how many may. */
TEST_F(info, a_listener_tells_its_queue)
{
	int lfd = listener(self->tcp, "127.0.0.1", 17), i;
	struct sockaddr_in at = name4(lfd);
	struct tcp_info ti;

	for (i = 0; i < 3; i++)
		connected(self->tcp, &at);
	ti = tcp_info(lfd);
	check_eq(ti.tcpi_state, LISTEN);
	check_eq(ti.tcpi_unacked, 3);
	check_eq(ti.tcpi_sacked, 17);
}

/* Programs of all ages ask, each with the size it knows. */
TEST_F(info, a_short_buffer_gets_the_beginning)
{
	struct tcp_info whole = tcp_info(self->a);
	unsigned char room[sizeof(whole)];
	socklen_t len;
	size_t want;

	for (want = 0; want < sizeof(whole); want += 8) {
		len = want;
		memset(room, 0xee, sizeof(room));
		check_ok(getsockopt(self->a, IPPROTO_TCP, TCP_INFO, room,
				    &len));
		check_le(len, want);
		check_eq(room[want], 0xee);
		if (want)
			check_eq(room[0], whole.tcpi_state);
	}
}

/* A retransmission shows: a wire that loses what is sent after the SYN. */
TEST_F(info, losses_are_counted)
{
	struct tcp_info ti;

	netif_down("lo");
	check_eq(send(self->a, "lost", 4, 0), 4);
	while (!tcp_info(self->a).tcpi_retransmits)
		usleep(10000);
	ti = tcp_info(self->a);
	check_gt(ti.tcpi_total_retrans, 0);
	check_eq(ti.tcpi_unacked, 1);
	check_gt(ti.tcpi_backoff, 0);
	check_eq(ti.tcpi_ca_state, 4);
	netif_up("lo");
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	/* The reader may wake before the ACK leaves, which may be delayed. */
	while (tcp_info(self->a).tcpi_retransmits)
		usleep(10000);
}

TEST_HARNESS_MAIN
