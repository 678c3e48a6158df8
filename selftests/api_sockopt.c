// SPDX-License-Identifier: GPL-2.0
/*
 * Socket options: values that are told apart, and what comes of some of them. Every
 * option, with every length, in every state, is options_diff.c.
 */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/test.h"

struct option {
	int level, name;
	const char *text;
};

#define OPTION(level, name) { level, name, #name }

/* Those a program may rely on; all of them are numbers. */
static const struct option options[] = {
	OPTION(IPPROTO_TCP, TCP_NODELAY),
	OPTION(IPPROTO_TCP, TCP_MAXSEG),
	OPTION(IPPROTO_TCP, TCP_CORK),
	OPTION(IPPROTO_TCP, TCP_KEEPIDLE),
	OPTION(IPPROTO_TCP, TCP_KEEPINTVL),
	OPTION(IPPROTO_TCP, TCP_KEEPCNT),
	OPTION(IPPROTO_TCP, TCP_SYNCNT),
	OPTION(IPPROTO_TCP, TCP_LINGER2),
	OPTION(IPPROTO_TCP, TCP_DEFER_ACCEPT),
	OPTION(IPPROTO_TCP, TCP_WINDOW_CLAMP),
	OPTION(IPPROTO_TCP, TCP_QUICKACK),
	OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT),
	OPTION(IPPROTO_TCP, TCP_NOTSENT_LOWAT),
	OPTION(IPPROTO_TCP, TCP_INQ),
	OPTION(SOL_SOCKET, SO_KEEPALIVE),
	OPTION(SOL_SOCKET, SO_RCVBUF),
	OPTION(SOL_SOCKET, SO_SNDBUF),
	OPTION(SOL_SOCKET, SO_RCVBUFFORCE),
	OPTION(SOL_SOCKET, SO_SNDBUFFORCE),
	OPTION(SOL_SOCKET, SO_RCVLOWAT),
	OPTION(SOL_SOCKET, SO_SNDLOWAT),
	OPTION(SOL_SOCKET, SO_REUSEADDR),
	OPTION(SOL_SOCKET, SO_REUSEPORT),
	OPTION(SOL_SOCKET, SO_OOBINLINE),
	OPTION(SOL_SOCKET, SO_BROADCAST),
	OPTION(SOL_SOCKET, SO_DONTROUTE),
	OPTION(SOL_SOCKET, SO_PRIORITY),
	OPTION(SOL_SOCKET, SO_MARK),
	OPTION(SOL_SOCKET, SO_TIMESTAMP),
	OPTION(SOL_SOCKET, SO_TIMESTAMPNS),
	OPTION(SOL_SOCKET, SO_NO_CHECK),
	OPTION(SOL_SOCKET, SO_BUSY_POLL),
	OPTION(SOL_SOCKET, SO_MAX_PACING_RATE),
	OPTION(SOL_SOCKET, SO_ERROR),
	OPTION(SOL_SOCKET, SO_TYPE),
	OPTION(SOL_SOCKET, SO_DOMAIN),
	OPTION(SOL_SOCKET, SO_ACCEPTCONN),
	OPTION(IPPROTO_IP, IP_TOS),
	OPTION(IPPROTO_IP, IP_TTL),
	OPTION(IPPROTO_IP, IP_RECVERR),
	OPTION(IPPROTO_IP, IP_MTU_DISCOVER),
	OPTION(IPPROTO_IP, IP_FREEBIND),
	OPTION(IPPROTO_IP, IP_TRANSPARENT),
	OPTION(IPPROTO_IP, IP_MINTTL),
	OPTION(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT),
	OPTION(IPPROTO_IP, IP_RECVTOS),
	OPTION(IPPROTO_IP, IP_PKTINFO),
};

static const int values[] = {
	INT_MIN, -2, -1, 0, 1, 2, 3, 40, 64, 87, 88, 127, 128, 255, 256, 500,
	4096, 32767, 32768, 65535, 65536, 200000, 10000000, INT_MAX,
};

enum where { FRESH, LISTENING, CONNECTED };

struct place {
	int fd, peer;
};

static void place_open(struct place *p, enum tcp tcp, enum where where)
{
	int fd[2];

	p->fd = -1;
	p->peer = -1;
	switch (where) {
	case FRESH:
		p->fd = check_ok(stream(tcp, 0));
		break;
	case LISTENING:
		p->fd = listener(tcp, "127.0.0.1", 1);
		break;
	case CONNECTED:
		pair(tcp, fd);
		p->fd = fd[0];
		p->peer = fd[1];
		break;
	}
}

static void place_close(struct place *p)
{
	close_abort(p->fd);
	if (p->peer >= 0)
		close_abort(p->peer);
}

struct story {
	char text[160];
};

static void add(struct story *s, const char *what, long ret, long value,
		long len)
{
	size_t used = strlen(s->text);

	if (ret < 0)
		snprintf(s->text + used, sizeof(s->text) - used, "%s: %s; ",
			 what, strerrorname_np(errno));
	else
		snprintf(s->text + used, sizeof(s->text) - used,
			 "%s: %ld, length %ld; ", what, value, len);
}

static void get(struct story *s, int fd, const struct option *o, socklen_t len)
{
	char room[256] = { 0 };
	int value, ret;

	ret = getsockopt(fd, o->level, o->name, room, &len);
	memcpy(&value, room, sizeof(value));
	add(s, "get", ret, value, len);
}

/* A value is set, and what is got then tells whether it was taken. */
static void story_of_value(struct story *s, enum tcp tcp, enum where where,
			   const struct option *o, int value)
{
	struct place p;
	int ret;

	s->text[0] = '\0';
	place_open(&p, tcp, where);
	ret = setsockopt(p.fd, o->level, o->name, &value, sizeof(value));
	add(s, "set", ret, value, sizeof(value));
	get(s, p.fd, o, sizeof(value));
	place_close(&p);
}

static int differs(enum where where, const struct option *o, int value)
{
	static int shown, shown_of;
	struct story want, got;

	story_of_value(&want, KERNEL_TCP, where, o, value);
	story_of_value(&got, subject(), where, o, value);
	if (!strcmp(want.text, got.text))
		return 0;
	/* Of an option that is wrong altogether a few words are enough. */
	if (shown_of != o->name)
		shown = 0;
	shown_of = o->name;
	if (shown++ < 3) {
		test_note("%s, value %d: expected %s", o->text, value, want.text);
		test_note("%s, value %d: got      %s", o->text, value, got.text);
	}
	return 1;
}

FIXTURE(option) {
	int unused;
};

FIXTURE_VARIANT(option) {
	enum where where;
};

FIXTURE_VARIANT_ADD(option, fresh) { .where = FRESH };
FIXTURE_VARIANT_ADD(option, listening) { .where = LISTENING };
FIXTURE_VARIANT_ADD(option, connected) { .where = CONNECTED };

FIXTURE_SETUP(option)
{
	test_begin();
	/* On lo's own MTU the segment size is a matter of the window. */
	netif_mtu("lo", 1500);
	/* By default MyTCP sends ten probes, the kernel nine. */
	setting_write(subject(), "keepalive_probes", "9");
}

FIXTURE_TEARDOWN(option)
{
}

/* Of a connection these grow as it goes, each stack's in its own way. */
static bool tuned(enum where where, int level, int name)
{
	if (where != CONNECTED)
		return false;
	return level == SOL_SOCKET ? name == SO_RCVBUF || name == SO_SNDBUF :
	       level == IPPROTO_TCP && name == TCP_WINDOW_CLAMP;
}

TEST_F_TIMEOUT(option, values_are_taken_as_the_kernel_takes_them, LONG_TEST)
{
	unsigned int number = variant->where * 1000;
	size_t i, j;
	int bad = 0;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		for (j = 0; j < ARRAY_SIZE(values); j++) {
			/* A clamp of nothing is refused: the tuned one is seen. */
			if (!values[j] && options[i].name == TCP_WINDOW_CLAMP &&
			    tuned(variant->where, options[i].level,
				  options[i].name))
				continue;
			if (env_wants(number++))
				bad += differs(variant->where, &options[i],
					       values[j]);
		}
	check_eq(bad, 0);
}

PAIR_FIXTURE(sockopt)

/* MUST-25, MUST-28 and the numbers around them. */
TEST_F(sockopt, keepalive_is_off_and_has_its_defaults)
{
	check_eq(get_opt(self->a, SOL_SOCKET, SO_KEEPALIVE), 0);
	check_eq(get_opt(self->a, IPPROTO_TCP, TCP_KEEPIDLE), 7200);
	check_eq(get_opt(self->a, IPPROTO_TCP, TCP_KEEPINTVL), 75);
	check_eq(get_opt(self->a, IPPROTO_TCP, TCP_KEEPCNT),
		 self->tcp == MYTCP ? 10 : 9);
}

TEST_F(sockopt, keepalive_defaults_are_settings)
{
	setting_write(self->tcp, "keepalive_time", "100");
	setting_write(self->tcp, "keepalive_intvl", "10");
	setting_write(self->tcp, "keepalive_probes", "4");
	check_eq(get_opt(self->a, IPPROTO_TCP, TCP_KEEPIDLE), 100);
	check_eq(get_opt(self->a, IPPROTO_TCP, TCP_KEEPINTVL), 10);
	check_eq(get_opt(self->a, IPPROTO_TCP, TCP_KEEPCNT), 4);
	/* What the socket has of its own stays. */
	set_opt(self->a, IPPROTO_TCP, TCP_KEEPIDLE, 33);
	setting_write(self->tcp, "keepalive_time", "200");
	check_eq(get_opt(self->a, IPPROTO_TCP, TCP_KEEPIDLE), 33);
	check_eq(get_opt(self->b, IPPROTO_TCP, TCP_KEEPIDLE), 200);
}

/* The machine's setting, told in its first namespace alone. */
struct core_most {
	const char *path;
	int value;
};

static void read_most(void *arg)
{
	struct core_most *most = arg;
	FILE *file = fopen(most->path, "re");

	check(file && fscanf(file, "%d", &most->value) == 1);
	fclose(file);
}

/* What a buffer is when @value was asked for. */
static int buffer_of(enum tcp tcp, int name, int by, int value)
{
	int fd = check_ok(stream(tcp, SOCK_CLOEXEC)), size;

	set_opt(fd, SOL_SOCKET, by, value);
	size = get_opt(fd, SOL_SOCKET, name);
	close(fd);
	return size;
}

static void expect_bounds(enum tcp tcp, const char *path, int name, int force)
{
	struct core_most most = { .path = path };
	size_t i;

	in_first_namespace(read_most, &most);
	check_eq(buffer_of(tcp, name, name, 10000), 20000);
	check_eq(buffer_of(tcp, name, name, most.value), 2 * most.value);
	check_eq(buffer_of(tcp, name, name, most.value + 1), 2 * most.value);
	check_eq(buffer_of(tcp, name, name, INT_MAX), 2 * most.value);
	/* with CAP_NET_ADMIN */
	check_eq(buffer_of(tcp, name, force, 2 * most.value), 4 * most.value);
	/* an skb with little in it fits */
	check_ge(buffer_of(tcp, name, name, 0), 2048);
	check_le(buffer_of(tcp, name, name, 0), 8192);
	check_eq(buffer_of(tcp, name, name, 1), buffer_of(tcp, name, name, 0));
	for (i = 0; i < ARRAY_SIZE(values); i++)
		check_eq(buffer_of(tcp, name, name, values[i]),
			 buffer_of(KERNEL_TCP, name, name, values[i]));
}

TEST_F(sockopt, buffers_are_doubled_and_bounded)
{
	expect_bounds(self->tcp, "/proc/sys/net/core/rmem_max", SO_RCVBUF,
		      SO_RCVBUFFORCE);
	expect_bounds(self->tcp, "/proc/sys/net/core/wmem_max", SO_SNDBUF,
		      SO_SNDBUFFORCE);
}

TEST_F(sockopt, buffers_begin_as_the_settings_say)
{
	int fd;

	setting_write(self->tcp, "rmem", "4096 50000 100000");
	setting_write(self->tcp, "wmem", "4096 30000 100000");
	fd = check_ok(stream(self->tcp, 0));
	check_eq(get_opt(fd, SOL_SOCKET, SO_RCVBUF), 50000);
	check_eq(get_opt(fd, SOL_SOCKET, SO_SNDBUF), 30000);
}

TEST_F(sockopt, maxseg_bounds_what_is_sent)
{
	int lfd = listener(self->tcp, "127.0.0.1", 1);
	struct sockaddr_in at = name4(lfd);
	int fd = check_ok(stream(self->tcp, 0));
	int afd;

	set_opt(fd, IPPROTO_TCP, TCP_MAXSEG, 600);
	check_ok(connect4(fd, &at));
	afd = check_ok(accept(lfd, NULL, NULL));
	check_le(get_opt(fd, IPPROTO_TCP, TCP_MAXSEG), 600);
	check_le(get_opt(afd, IPPROTO_TCP, TCP_MAXSEG), 600);
	check_le(tcp_info(afd).tcpi_snd_mss, 600);
}

TEST_F(sockopt, congestion_control_has_a_name)
{
	char name[32] = "";
	socklen_t len = sizeof(name);

	check_ok(getsockopt(self->a, IPPROTO_TCP, TCP_CONGESTION, name, &len));
	check_eq(len, 16);
	check_gt(strlen(name), 0);
	/* What it is can be asked for, what is not there cannot be had. */
	check_ok(setsockopt(self->a, IPPROTO_TCP, TCP_CONGESTION, name,
			    strlen(name)));
	check_err(setsockopt(self->a, IPPROTO_TCP, TCP_CONGESTION, "nothing", 7),
		  ENOENT);
	check_ok(setsockopt(self->a, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
	len = sizeof(name);
	check_ok(getsockopt(self->a, IPPROTO_TCP, TCP_CONGESTION, name, &len));
	check(!strcmp(name, "reno"));
}

TEST_F(sockopt, peername_is_told_by_an_option_too)
{
	struct sockaddr_in name, want = peer4(self->a);
	socklen_t len = sizeof(name);

	check_ok(getsockopt(self->a, SOL_SOCKET, SO_PEERNAME, &name, &len));
	check(!memcmp(&name, &want, sizeof(name)));
}

TEST_F(sockopt, a_pacing_rate_changes_no_byte)
{
	set_opt(self->a, SOL_SOCKET, SO_MAX_PACING_RATE, 100 << 20);
	check_eq(get_opt(self->a, SOL_SOCKET, SO_MAX_PACING_RATE), 100 << 20);
	if (!fork()) {
		check(stream_send(self->a, 1, 100000));
		_exit(0);
	}
	check(stream_receive(self->b, 1, 100000));
}

TEST_F(sockopt, mtu_is_that_of_the_route)
{
	int fd[2];

	netif_mtu("lo", 1400);
	pair(self->tcp, fd);
	check_eq(get_opt(fd[0], IPPROTO_IP, IP_MTU), 1400);
	check_err(getsockopt(check_ok(stream(self->tcp, 0)), IPPROTO_IP,
			     IP_MTU, (int[]){ 0 }, (socklen_t[]){ 4 }),
		  ENOTCONN);
}

TEST_HARNESS_MAIN
