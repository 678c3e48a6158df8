// SPDX-License-Identifier: GPL-2.0
/*
 * Whole transfers over a bottleneck, in virtual time: a - r - b, r sends to b at 20 Mbit/s
 * and keeps what comes faster, acknowledgments take 40 ms. What the congestion controls
 * promise of such a path, beside one that cannot do it.
 */
#include "lib/test.h"

#include <string.h>

#include "lib/hosts.h"
#include "lib/netif.h"
#include "lib/sockets.h"

#define MBIT		20
#define RTT		40	/* ms */
#define FRAME		1514
#define MSS_HERE	1448
#define BDP		(MBIT * 125 * RTT / FRAME)	/* packets */
#define DEEP		(4 * BDP)
#define HALF_DEEP	(2 * BDP)
#define B_IP		"10.8.1.2"

FIXTURE(path) { enum tcp tcp; int a_host, r_host, b_host, a, b; };

/* What a transfer was like, as the sender saw it. */
struct seen {
	double share;		/* of what the bottleneck can carry */
	double rtt, most_rtt;	/* ms, of tcpi_rtt: mean and most */
	int retrans;		/* segments sent again */
	int at_end;		/* the same when slow start ended; -1: it has not */
};

static int new_host(void)
{
	int there = host_new();
	int here = host_here();

	host_enter(there);
	proc_sys_write("net/ipv6/conf/default/disable_ipv6", "1");
	proc_sys_write("net/ipv4/ip_forward", "1");
	host_enter(here);
	return there;
}

FIXTURE_SETUP(path)
{
	struct plug a = { .dev = "a0", .ip = "10.8.0.1" };
	struct plug ra = { .dev = "ra", .ip = "10.8.0.2" };
	struct plug rb = { .dev = "rb", .ip = "10.8.1.1" };
	struct plug b = { .dev = "b0", .ip = B_IP };

	test_begin();
	self->tcp = subject();
	proc_sys_write("net/ipv6/conf/default/disable_ipv6", "1");
	self->a_host = a.host = host_here();
	self->r_host = ra.host = rb.host = new_host();
	self->b_host = b.host = new_host();
	host_connect(&a, &ra);
	host_connect(&rb, &b);
	host_enter(ra.host);
	shell("tc qdisc add dev ra root netem delay %dms limit 100000", RTT);
	shell("tc qdisc add dev rb root handle 1: tbf rate %dmbit burst %d limit 1000000",
	      MBIT, 2 * FRAME);
	host_enter(self->b_host);
	shell("ethtool -K b0 tso off gso off gro off");
	shell("ip route add default via %s", rb.ip);
	host_enter(self->a_host);
	/* frames, of which the bottleneck may lose one */
	shell("ethtool -K a0 tso off gso off gro off");
	shell("ip route add default via %s", ra.ip);
}

FIXTURE_TEARDOWN(path) { }

/* The bottleneck keeps @packets, and loses @loss of what comes: netem's word. */
static void connect_over(FIXTURE_DATA(path) *self, const char *algorithm, int packets,
			 const char *loss)
{
	struct sockaddr_in at = addr4(B_IP, 5000);
	int listening;

	host_enter(self->r_host);
	shell("tc qdisc add dev rb parent 1:1 handle 10: netem limit %d %s", packets, loss);
	host_enter(self->b_host);
	listening = listener_at(self->tcp, &at, 1);
	host_enter(self->a_host);
	self->a = stream(self->tcp, SOCK_CLOEXEC);
	check_ok(set_cong(self->a, algorithm));
	check_ok(connect4(self->a, &at));
	self->b = check_ok(accept(listening, NULL, NULL));
	close(listening);
}

static void look(int fd, struct seen *seen, int n)
{
	struct tcp_info info = tcp_info(fd);
	double rtt = info.tcpi_rtt / 1000.0;

	seen->rtt += (rtt - seen->rtt) / n;
	if (rtt > seen->most_rtt)
		seen->most_rtt = rtt;
	seen->retrans = info.tcpi_total_retrans;
	if (seen->at_end < 0 && info.tcpi_snd_ssthresh < 1000000)
		seen->at_end = seen->retrans;
}

/*
 * @skip octets pass, then @amount octets more, which are looked at, some 10 KB at a
 * time; all of it is one stream.
 */
static struct seen transfer(FIXTURE_DATA(path) *self, uint64_t skip, uint64_t amount)
{
	struct seen seen = { .at_end = -1 };
	static char block[10000];
	uint64_t got = 0;
	int64_t began;
	pid_t sends = fork();
	int n = 0;

	if (!sends) {
		check(stream_send(self->a, 1, skip + amount));
		_exit(0);
	}
	check(stream_receive(self->b, 1, skip));
	began = now_ms();
	while (got < amount) {
		got += check_ok(recv(self->b, block, sizeof(block), MSG_WAITALL));
		look(self->a, &seen, ++n);
	}
	joined(sends);
	seen.share = amount * 8.0 / (now_ms() - began) / 1000 / MBIT * FRAME / MSS_HERE;
	test_note("%.2f of the path, %.1f ms, %.1f at most, %d sent again, %d in slow start",
		  seen.share, seen.rtt, seen.most_rtt, seen.retrans, seen.at_end);
	return seen;
}

/* ---- losses at random ---- */

/* BBR takes them for what they are: the path is full all the same, and its queue short. */
TEST_F_TIMEOUT(path, bbr_does_not_mind_a_loss_in_a_hundred, LONG_TEST)
{
	struct seen seen;

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	connect_over(self, "bbr", DEEP, "loss 1%");
	seen = transfer(self, 1000000, 6000000);
	check_ge(seen.retrans, 20);
	check(seen.share >= 0.9);
	check(seen.rtt < 2 * RTT);
}

/* CUBIC takes each for congestion: the same path is half empty. */
TEST_F_TIMEOUT(path, cubic_minds_a_loss_in_a_hundred, LONG_TEST)
{
	struct seen seen;

	connect_over(self, "cubic", DEEP, "loss 1%");
	seen = transfer(self, 1000000, 3000000);
	check_ge(seen.retrans, 10);
	check(seen.share < 0.6);
}

/* ---- a deep queue ---- */

/*
 * BBR knows how long the round trip is without it, and leaves it nearly empty: paced at
 * all it has measured, a quarter of a round trip and more would stand there.
 */
TEST_F_TIMEOUT(path, bbr_leaves_a_deep_queue_short, LONG_TEST)
{
	struct seen seen;

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	connect_over(self, "bbr", DEEP, "");
	/* STARTUP has filled it once */
	seen = transfer(self, 4000000, 6000000);
	check(seen.share >= 0.9);
	check(seen.rtt < 1.25 * RTT);
	check(seen.most_rtt < 2 * RTT);
	check_eq(seen.retrans, 0);
}

/* Reno fills it, in slow start already. */
TEST_F_TIMEOUT(path, reno_fills_a_deep_queue, LONG_TEST)
{
	struct seen seen;

	connect_over(self, "reno", DEEP, "");
	seen = transfer(self, 0, 4000000);
	check(seen.most_rtt > 3 * RTT);
}

/*
 * RFC 9406: HyStart++ sees the queue grow, and slow start is over before that overflows:
 * nothing is lost then, and in what follows.
 */
TEST_F_TIMEOUT(path, hystart_ends_slow_start_before_the_first_loss, LONG_TEST)
{
	struct seen seen;

	connect_over(self, "cubic", HALF_DEEP, "");
	seen = transfer(self, 0, 4000000);
	check_eq(seen.at_end, 0);
	check_eq(seen.retrans, 0);
	check(seen.share >= 0.8);
}

/* Without it, which Reno is, slow start is over when the queue has overflowed. */
TEST_F_TIMEOUT(path, without_hystart_slow_start_ends_with_a_loss, LONG_TEST)
{
	struct seen seen;

	connect_over(self, "reno", HALF_DEEP, "");
	seen = transfer(self, 0, 4000000);
	check_ge(seen.at_end, 1);
	check_ge(seen.retrans, 10);
}

TEST_HARNESS_MAIN
