// SPDX-License-Identifier: GPL-2.0
/*
 * S18: a connection is shown with its queues, addresses and state, and with the
 * process that has it, whatever state it is in: as lines of /proc/net/mytcp, and
 * by mytcp-ss as netstat -napt has it.
 */
#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/states.h"
#include "lib/test.h"
#include "lib/tool.h"

#define NETSTAT	"mytcp-ss -napt --netstat"

WIRE4_FIXTURE(listing)

static void check_entry(const struct wire *w, const struct shown *is,
			const struct listing *l)
{
	static const struct addr none = { .family = AF_INET };

	test_note("%s: %lu/%lu octets, inode %lu", state_name(is->state),
		  l->rx_queue, l->tx_queue, l->inode);
	check_eq(l->state, is->state);
	check_eq(l->rx_queue, is->rx);
	check_eq(l->tx_queue, is->tx);
	check_eq(l->timer, is->timer);
	check_eq(l->inode, shown_inode(is));
	check_eq(l->uid, getuid());
	check(addr_equal(&l->local, &w->local));
	check(addr_equal(&l->peer, is->peer_port ? &w->peer : &none));
}

/* Each once, and nothing else. */
WIRE_TEST(listing, every_state_is_listed_once)
{
	struct listing all[2 * MAX_STATES];
	struct scenery s = { .count = 0 };
	int i, j, n, found;

	scenery_set(&s, w);
	n = listing_read(AF_INET, all, 2 * MAX_STATES);
	check_eq(n, s.count);
	for (i = 0; i < s.count; i++) {
		for (j = found = 0; j < n; j++) {
			if (all[j].local_port != s.all[i].local_port ||
			    all[j].peer_port != s.all[i].peer_port)
				continue;
			check_entry(w, &s.all[i], &all[j]);
			found++;
		}
		check_eq(found, 1);
	}
	scenery_leave(&s);
}

/* A line of the tool, in its own words: exactly what it must print. */
static void line_of(const struct shown *is, char *line, size_t size)
{
	char local[32], peer[32], owner[64] = "-";

	snprintf(local, sizeof(local), "192.0.2.1:%d", is->local_port);
	if (is->peer_port)
		snprintf(peer, sizeof(peer), "192.0.2.2:%d", is->peer_port);
	else
		snprintf(peer, sizeof(peer), "0.0.0.0:*");
	if (is->fd >= 0)
		snprintf(owner, sizeof(owner), "%d/%s", getpid(),
			 program_invocation_short_name);
	snprintf(line, size, "mytcp %lu %lu %s %s %s %s", is->rx, is->tx, local,
		 peer, state_name(is->state), owner);
}

WIRE_TEST_TIMEOUT(listing, every_state_is_shown_by_the_tool, 120)
{
	struct scenery s = { .count = 0 };
	char line[256];
	int i;

	if (stack_is_kernel())
		SKIP(return, "mytcp-ss shows MyTCP");
	check(have_command("mytcp-ss"));
	scenery_set(&s, w);
	check_eq(tool_lines(NETSTAT, "mytcp ", NULL), s.count);
	for (i = 0; i < s.count; i++) {
		line_of(&s.all[i], line, sizeof(line));
		test_note("%s", line);
		check_eq(tool_lines(NETSTAT, line, NULL), 1);
	}
	scenery_leave(&s);
}

/* Whom nobody has accepted yet: no process has them, and the listener a queue. */
WIRE_TEST(listing, listener_shows_who_waits)
{
	struct listing all[3];
	struct wire other[1];
	int i, waiting = 0;

	wire_listen(w);
	wire_fork(other, w, 40001);
	for (i = 0; i < 2; i++) {
		struct wire *one = i ? other : w;

		inject(one, SYN, .opts = { MSS(1460) });
		expect(one, SYN | ACK);
		inject(one, ACK);
		expect_listed(one, ESTABLISHED);
	}
	check_eq(listing_read(AF_INET, all, 3), 3);
	for (i = 0; i < 3; i++) {
		if (all[i].state == LISTEN) {
			check_eq(all[i].rx_queue, 2);
			continue;
		}
		check_eq(all[i].state, ESTABLISHED);
		check_eq(all[i].inode, 0);
		waiting++;
	}
	check_eq(waiting, 2);
	wire_close(other);
}

/* ---- sockets that are bound and nothing more ---- */

#define BOUND_SOCKETS	500
#define BOUND_PORT	20000

static int bind_to(int port)
{
	struct sockaddr_in at = addr4("127.0.0.1", port);
	int fd = stack_socket(AF_INET);

	check_ok(bind4(fd, &at));
	return fd;
}

/* How many of the entries in @state stand at each port. */
static int count_bound(int state, int *times)
{
	static struct listing all[2 * BOUND_SOCKETS];
	int i, found = 0, n = listing_read(AF_INET, all, 2 * BOUND_SOCKETS);

	memset(times, 0, BOUND_SOCKETS * sizeof(*times));
	for (i = 0; i < n; i++) {
		int which = all[i].local_port - BOUND_PORT;

		if (all[i].state != state || which < 0 || which >= BOUND_SOCKETS)
			continue;
		times[which]++;
		found++;
	}
	return found;
}

WIRE_TEST_TIMEOUT(listing, bound_sockets_are_listed_until_they_are_more, 120)
{
	int fd[BOUND_SOCKETS], times[BOUND_SOCKETS], i;

	if (stack_is_kernel())
		SKIP(return, "the kernel does not list such");
	for (i = 0; i < BOUND_SOCKETS; i++)
		fd[i] = bind_to(BOUND_PORT + i);
	check_eq(count_bound(CLOSE, times), BOUND_SOCKETS);
	for (i = 0; i < BOUND_SOCKETS; i++)
		check_eq(times[i], 1);

	/* every other one listens, or is closed */
	for (i = 0; i < BOUND_SOCKETS; i += 2)
		if (i % 4)
			check_ok(listen(fd[i], 1));
		else
			check_ok(close(fd[i]));
	check_eq(count_bound(CLOSE, times), BOUND_SOCKETS / 2);
	for (i = 0; i < BOUND_SOCKETS; i++)
		check_eq(times[i], i % 2);
	check_eq(count_bound(LISTEN, times), BOUND_SOCKETS / 4);

	/* one that connected and was turned away has its port still */
	check_err(connect(fd[1], (void *)&(struct sockaddr_in){
			.sin_family = AF_INET, .sin_port = htons(NOBODY_PORT),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		}, sizeof(struct sockaddr_in)), ECONNREFUSED);
	count_bound(CLOSE, times);
	check_eq(times[1], 1);
	(void)w;
}

TEST_HARNESS_MAIN
