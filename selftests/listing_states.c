// SPDX-License-Identifier: GPL-2.0
/*
 * S18: a connection is shown with its queues, addresses and state, and with the
 * process that has it, whatever state it is in: as lines of /proc/net/mytcp, and
 * by mytcp-ss as netstat -napt has it.
 */
#include <sys/stat.h>

#include "lib/hosts.h"
#include "lib/test.h"

WIRE4_FIXTURE(listing)

/* One connection in each state; what is shown of it. */
struct shown {
	int state;
	int peer_port;
	int fd;				/* -1: there is no socket, or none yet */
	unsigned long rx, tx;		/* what lies in the queues */
	int local_port;
};

/* CLOSE is not among them: such a socket has no connection to show. */
#define STATES		10
#define FIRST_PORT	40000
#define CLIENT_PORT	5000

struct scenery {
	struct shown all[STATES];
	struct wire w[STATES];
	int count;
	int listener;
};

/* A connection of its own, and the line that belongs to it. */
static struct wire *add(struct scenery *s, struct wire *device, int state)
{
	struct wire *w = &s->w[s->count];
	struct shown *this = &s->all[s->count];

	*this = (struct shown){
		.state = state,
		.peer_port = FIRST_PORT + 1 + s->count,
		.local_port = device->local_port,
		.fd = -1,
	};
	wire_fork(w, device, this->peer_port);
	s->count++;
	return w;
}

static struct shown *last(struct scenery *s)
{
	return &s->all[s->count - 1];
}

static struct wire *add_open(struct scenery *s, struct wire *device, int state)
{
	struct wire *w = add(s, device, state);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	last(s)->fd = wire_accept(s->listener);
	return w;
}

static void add_opening(struct scenery *s, struct wire *device)
{
	struct wire *w = add(s, device, SYN_SENT);

	w->local_port = last(s)->local_port = CLIENT_PORT;
	last(s)->fd = wire_connect(w);
	last(s)->tx = 1;		/* the SYN */
	expect(w, SYN);

	w = add(s, device, SYN_RECV);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);

	w = add_open(s, device, ESTABLISHED);
	inject(w, ACK | PSH, .len = 7);
	expect(w, ACK, .ack = 8);
	send_pattern(last(s)->fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	last(s)->rx = 7;
	last(s)->tx = 10;
}

/*
 * Closed from here first. A FIN counts as an octet: ours until it is acknowledged,
 * the peer's until it is read.
 */
static void add_closing_here(struct scenery *s, struct wire *device)
{
	static const int states[] = { FIN_WAIT1, FIN_WAIT2, CLOSING, TIME_WAIT };
	struct wire *w;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		w = add_open(s, device, states[i]);
		check_ok(shutdown(last(s)->fd, SHUT_WR));
		expect(w, FIN | ACK);
		last(s)->tx = 1;
		if (states[i] == CLOSING) {
			inject(w, FIN | ACK, .ack = 1);
			expect(w, ACK, .ack = 2);
			last(s)->rx = 1;
		} else if (states[i] != FIN_WAIT1) {
			inject(w, ACK);
			last(s)->tx = 0;
		}
		if (states[i] != TIME_WAIT)
			continue;
		inject(w, FIN | ACK);
		expect(w, ACK, .ack = 2);
		last(s)->fd = -1;
	}
}

static void add_closing_there(struct scenery *s, struct wire *device)
{
	static const int states[] = { CLOSE_WAIT, LAST_ACK };
	struct wire *w;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		w = add_open(s, device, states[i]);
		inject(w, FIN | ACK);
		expect(w, ACK, .ack = 2);
		last(s)->rx = 1;
		if (states[i] == CLOSE_WAIT)
			continue;
		check_ok(shutdown(last(s)->fd, SHUT_WR));
		expect(w, FIN | ACK);
		last(s)->tx = 1;
	}
}

static void set_scene(struct scenery *s, struct wire *device)
{
	s->listener = wire_listen(device);
	s->all[s->count++] = (struct shown){
		.state = LISTEN, .fd = s->listener,
		.local_port = device->local_port,
	};
	add_opening(s, device);
	add_closing_here(s, device);
	add_closing_there(s, device);
	check_eq(s->count, STATES);
	/* Neither this one nor any other that is closed is shown. */
	check_eq(fd_state(stack_socket(AF_INET)), CLOSE);
}

static void leave_scene(struct scenery *s)
{
	while (--s->count > 0)
		wire_close(&s->w[s->count]);
}

static unsigned long inode_of(int fd)
{
	struct stat st;

	if (fd < 0)
		return 0;
	check_ok(fstat(fd, &st));
	return st.st_ino;
}

static void check_entry(const struct wire *w, const struct shown *is,
			const struct listing *l)
{
	static const struct addr none = { .family = AF_INET };

	test_note("%s: %lu/%lu octets, inode %lu", state_name(is->state),
		  l->rx_queue, l->tx_queue, l->inode);
	check_eq(l->state, is->state);
	check_eq(l->rx_queue, is->rx);
	check_eq(l->tx_queue, is->tx);
	check_eq(l->inode, inode_of(is->fd));
	check_eq(l->uid, getuid());
	check(addr_equal(&l->local, &w->local));
	check(addr_equal(&l->peer, is->peer_port ? &w->peer : &none));
}

/* Each once, and nothing else. */
WIRE_TEST(listing, every_state_is_listed_once)
{
	struct listing all[2 * STATES];
	struct scenery s = { .count = 0 };
	int i, j, n, found;

	set_scene(&s, w);
	n = listing_read(AF_INET, all, 2 * STATES);
	check_eq(n, STATES);
	for (i = 0; i < STATES; i++) {
		for (j = found = 0; j < n; j++) {
			if (all[j].local_port != s.all[i].local_port ||
			    all[j].peer_port != s.all[i].peer_port)
				continue;
			check_entry(w, &s.all[i], &all[j]);
			found++;
		}
		check_eq(found, 1);
	}
	leave_scene(&s);
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

/* The columns are filled up with spaces, which say nothing. */
static void squeeze(char *text)
{
	char *to = text, *from = text;

	for (; *from; from++)
		if (*from != ' ' || (from[1] != ' ' && from[1] != '\n' && from[1]))
			*to++ = *from;
	*to = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static int count_lines(const char *wanted)
{
	FILE *tool = popen("mytcp-ss -napt --netstat", "r");
	char line[256];
	int n = 0;

	check(tool);
	while (fgets(line, sizeof(line), tool)) {
		squeeze(line);
		n += wanted ? !strcmp(line, wanted) : !strncmp(line, "mytcp ", 6);
	}
	check_eq(pclose(tool), 0);
	return n;
}

WIRE_TEST(listing, every_state_is_shown_by_the_tool)
{
	struct scenery s = { .count = 0 };
	char line[256];
	int i;

	if (stack_is_kernel())
		SKIP(return, "mytcp-ss shows MyTCP");
	check(have_command("mytcp-ss"));
	set_scene(&s, w);
	check_eq(count_lines(NULL), STATES);
	for (i = 0; i < STATES; i++) {
		line_of(&s.all[i], line, sizeof(line));
		test_note("%s", line);
		check_eq(count_lines(line), 1);
	}
	leave_scene(&s);
}

/* Whom nobody has accepted yet: no process has them, and the listener a queue. */
WIRE_TEST(listing, listener_shows_who_waits)
{
	struct listing all[3];
	struct wire other[1];
	int i, waiting = 0;

	wire_listen(w);
	wire_fork(other, w, FIRST_PORT + 1);
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

TEST_HARNESS_MAIN
