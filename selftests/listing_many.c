// SPDX-License-Identifier: GPL-2.0
/*
 * A hundred thousand connections are listed, and while they are, others come and
 * go, and some of them change into TIME_WAIT: each that was there all the time is
 * shown once.
 *
 * MYTCP_TEST_LISTED is how many, where memory is short or the machine slow.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/diag.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define PORT		8080
#define SERVERS		16		/* 127.0.0.1 ... */
#define PER_SERVER	8000		/* fewer than there are ephemeral ports */
#define GUEST_IP	"127.0.1.1"	/* of those that come and go */
#define LEAVING		512		/* that end while they are listed */
#define CHURN		8		/* that come and go at a time */

enum { CLIENT, SERVER };

/* What is known of a connection, by its server and its client's port. */
struct known {
	unsigned char lasts[2];		/* this end is there all the time */
	unsigned char seen[2];
};

FIXTURE(many) {
	struct known (*known)[65536];
	int listener[SERVERS];
	int guest;
	int total;			/* ends that last */
	int (*leaving)[2];
	int left;			/* of those, how many have gone */
};

static void raise_limits(void)
{
	struct rlimit files = { .rlim_cur = 300000, .rlim_max = 300000 };

	check_ok(setrlimit(RLIMIT_NOFILE, &files));
}

static void connect_to(int listener, const struct sockaddr_in *to, int fd[2])
{
	fd[CLIENT] = stream(subject(), 0);
	check_ok(connect4(fd[CLIENT], to));
	fd[SERVER] = check_ok(accept(listener, NULL, NULL));
}

static struct sockaddr_in server_address(int i)
{
	struct sockaddr_in at = addr4("127.0.0.1", PORT);

	at.sin_addr.s_addr = htonl(ntohl(at.sin_addr.s_addr) + i);
	return at;
}

FIXTURE_SETUP(many)
{
	long pairs = (env_number("MYTCP_TEST_LISTED", 100000) + LEAVING) / 2;
	struct sockaddr_in guest_at;
	int i, fd[2], leaves;

	test_begin();
	raise_limits();
	self->known = calloc(SERVERS, sizeof(*self->known));
	self->leaving = calloc(LEAVING, sizeof(*self->leaving));
	check(self->known && self->leaving);
	for (i = 0; i < SERVERS; i++) {
		struct sockaddr_in at = server_address(i);

		self->listener[i] = listener_at(subject(), &at, 16);
	}
	check_le(pairs, SERVERS * PER_SERVER);
	for (i = 0; i < pairs; i++) {
		int server = i % SERVERS;
		struct sockaddr_in at = server_address(server);
		struct known *k;

		connect_to(self->listener[server], &at, fd);
		k = &self->known[server][port_of(fd[CLIENT])];
		leaves = i % (pairs / LEAVING) == 0 && self->left < LEAVING;
		k->lasts[CLIENT] = true;
		k->lasts[SERVER] = !leaves;
		self->total += 2 - leaves;
		if (leaves)
			memcpy(self->leaving[self->left++], fd, sizeof(fd));
	}
	guest_at = addr4(GUEST_IP, PORT);
	self->guest = listener_at(subject(), &guest_at, 16);
	test_note("%d ends that last", self->total);
}

FIXTURE_TEARDOWN(many)
{
}

/* ---- what happens meanwhile ---- */

struct guests {
	int fd[CHURN][2];
	int listener;
	int (*leaving)[2];
	int *left;
	int turn;
	struct known (*known)[65536];	/* of all others */
};

/* The client closes first: its end becomes a TIME_WAIT, the other one nothing. */
static void leave(int fd[2])
{
	check_ok(close(fd[CLIENT]));
	check_ok(close(fd[SERVER]));
}

static void come_and_go(void *arg)
{
	struct sockaddr_in at = addr4(GUEST_IP, PORT);
	struct guests *g = arg;
	int i;

	for (i = 0; i < CHURN; i++) {
		if (g->fd[i][CLIENT]) {
			close_abort(g->fd[i][CLIENT]);
			check_ok(close(g->fd[i][SERVER]));
		}
		connect_to(g->listener, &at, g->fd[i]);
	}
	for (i = 0; i < 4 && *g->left; i++)
		leave(g->leaving[--*g->left]);
	g->turn++;
}

/* ---- what is seen ---- */

static void see(struct known (*known)[65536], uint32_t local, int lport,
		uint32_t remote, int rport)
{
	uint32_t first = ntohl(server_address(0).sin_addr.s_addr);
	int end = lport == PORT ? SERVER : CLIENT;
	uint32_t server = (end == SERVER ? local : remote) - first;
	int port = end == SERVER ? rport : lport;

	if (server < SERVERS && port)
		known[server][port].seen[end]++;
}

static void check_seen(struct known (*known)[65536], int total)
{
	int i, port, end, found = 0;

	for (i = 0; i < SERVERS; i++)
		for (port = 0; port < 65536; port++)
			for (end = 0; end < 2; end++) {
				const struct known *k = &known[i][port];

				check_le(k->seen[end], 1);
				found += k->seen[end] && k->lasts[end];
			}
	check_eq(found, total);
}

static void see_line(const char *line, struct known (*known)[65536])
{
	unsigned int local, lport, remote, rport;

	if (sscanf(line, "%*d: %8X:%4X %8X:%4X", &local, &lport, &remote,
		   &rport) == 4)
		see(known, ntohl(local), lport, ntohl(remote), rport);
}

/* In pieces of a page, as cat(1) would, but with something between them. */
static void read_listing(struct guests *g)
{
	const char *name = stack_is_kernel() ? "/proc/net/tcp" : "/proc/net/mytcp";
	int fd = check_ok(open(name, O_RDONLY)), piece = 0;
	char buf[8192], *line, *end;
	size_t have = 0;
	ssize_t n;

	while ((n = check_ok(read(fd, buf + have, 4096)))) {
		have += n;
		buf[have] = '\0';
		for (line = buf; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			see_line(line, g->known);
		}
		have -= line - buf;
		memmove(buf, line, have);
		if (piece++ % 16 == 0)
			come_and_go(g);
	}
	check_eq(have, 0);
	check_ok(close(fd));
}

#define GUESTS(self) {							\
	.listener = (self)->guest,					\
	.leaving = (self)->leaving,					\
	.left = &(self)->left,						\
	.known = (self)->known,						\
}

TEST_F_TIMEOUT(many, each_is_in_the_listing_once, 1800)
{
	struct guests g = GUESTS(self);

	read_listing(&g);
	check_gt(g.turn, 0);
	check_seen(self->known, self->total);
}

static void see_entry(struct diag_entry *e, void *arg)
{
	const struct inet_diag_sockid *id = &e->msg.id;
	struct guests *g = arg;

	see(g->known, ntohl(id->idiag_src[0]), ntohs(id->idiag_sport),
	    ntohl(id->idiag_dst[0]), ntohs(id->idiag_dport));
}

static void between(void *arg)
{
	struct guests *g = arg;

	if (g->turn < 200)
		come_and_go(g);
}

TEST_F_TIMEOUT(many, each_is_in_the_dump_once, 1800)
{
	struct guests g = GUESTS(self);
	struct diag_request r;

	diag_request_init(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET);
	check_gt(diag_dump_slowly(&r, 16384, between, see_entry, &g),
		 self->total);
	check_gt(g.turn, 0);
	check_seen(self->known, self->total);
}

TEST_HARNESS_MAIN
