// SPDX-License-Identifier: GPL-2.0
/*
 * Socket options: which there are, which values they take, what they answer
 * then and with which length. The kernel's TCP is asked the same in the same
 * run. An option that MyTCP does not have stands in a list below, and says so.
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

static const int lengths[] = { -1, 0, 1, 2, 3, 4, 5, 8, 100 };

enum where { FRESH, LISTENING, CONNECTED };

struct place {
	int fd, peer;
};

static void place_open(struct place *p, enum tcp tcp, enum where where)
{
	int fd[2];

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

static void story_of_length(struct story *s, enum tcp tcp, enum where where,
			    const struct option *o, int len)
{
	char room[256] = { 1 };
	struct place p;
	int ret;

	s->text[0] = '\0';
	place_open(&p, tcp, where);
	get(s, p.fd, o, len);
	ret = setsockopt(p.fd, o->level, o->name, room, len);
	add(s, "set", ret, 1, len);
	get(s, p.fd, o, sizeof(int));
	place_close(&p);
}

typedef void story(struct story *s, enum tcp tcp, enum where where,
		   const struct option *o, int number);

static int differs(story *tell, enum where where, const struct option *o,
		   const char *kind, int number)
{
	static int shown, shown_of;
	struct story want, got;

	/* Below zero the kernel's answer is one of its type, not of a window. */
	if (o->level == IPPROTO_TCP && o->name == TCP_WINDOW_CLAMP &&
	    number < 0)
		return 0;

	tell(&want, KERNEL_TCP, where, o, number);
	tell(&got, subject(), where, o, number);
	if (!strcmp(want.text, got.text))
		return 0;
	/* Of an option that is wrong altogether a few words are enough. */
	if (shown_of != o->name)
		shown = 0;
	shown_of = o->name;
	if (shown++ < 3) {
		test_note("%s, %s %d: expected %s", o->text, kind, number,
			  want.text);
		test_note("%s, %s %d: got      %s", o->text, kind, number,
			  got.text);
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
	size_t i, j;
	int bad = 0;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		for (j = 0; j < ARRAY_SIZE(values); j++) {
			/* A clamp of nothing is refused: the tuned one is seen. */
			if (!values[j] && options[i].name == TCP_WINDOW_CLAMP &&
			    tuned(variant->where, options[i].level,
				  options[i].name))
				continue;
			bad += differs(story_of_value, variant->where,
				       &options[i], "value", values[j]);
		}
	check_eq(bad, 0);
}

TEST_F_TIMEOUT(option, lengths_are_taken_as_the_kernel_takes_them, LONG_TEST)
{
	size_t i, j;
	int bad = 0;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (tuned(variant->where, options[i].level, options[i].name))
			continue;
		for (j = 0; j < ARRAY_SIZE(lengths); j++)
			bad += differs(story_of_length, variant->where,
				       &options[i], "length", lengths[j]);
	}
	check_eq(bad, 0);
}

/* In newer headers. */
#define TCP_AO_FIRST		38
#define TCP_AO_LAST		42
#define DEVMEM_DONTNEED		80

/*
 * What MyTCP does not have: it answers as a kernel built without it; where the
 * socket layer answers, as that does for protocols other than 6.
 */
static const struct {
	int level, from, to;
	const char *answer, *why;
} absent[] = {
	{ IPPROTO_TCP, TCP_MD5SIG, TCP_MD5SIG, "ENOPROTOOPT", "RFC 2385" },
	{ IPPROTO_TCP, TCP_MD5SIG_EXT, TCP_MD5SIG_EXT, "ENOPROTOOPT",
	  "RFC 2385" },
	{ IPPROTO_TCP, TCP_AO_FIRST, TCP_AO_LAST, "ENOPROTOOPT", "RFC 5925" },
	{ IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OPTIONS, "ENOPROTOOPT",
	  "restoring" },
	{ IPPROTO_TCP, TCP_REPAIR_WINDOW, TCP_REPAIR_WINDOW, "ENOPROTOOPT",
	  "restoring" },
	{ IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, TCP_ZEROCOPY_RECEIVE,
	  "ENOPROTOOPT", "receiving by mmap()" },
	{ IPPROTO_TCP, TCP_TX_DELAY, TCP_TX_DELAY, "ENOPROTOOPT", "pacing" },
	{ SOL_SOCKET, SO_ZEROCOPY, SO_ZEROCOPY, "EOPNOTSUPP", "MSG_ZEROCOPY" },
	{ SOL_SOCKET, DEVMEM_DONTNEED, DEVMEM_DONTNEED, "EBADF",
	  "receiving into a device's memory" },
};

/* Is the option one of them, and does the story begin with its refusal? */
static bool refused_as_absent(const struct option *o, const struct story *s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(absent); i++)
		if (o->level == absent[i].level && o->name >= absent[i].from &&
		    o->name <= absent[i].to)
			return !strncmp(s->text + strlen("get: "),
					absent[i].answer,
					strlen(absent[i].answer));
	return false;
}

/* Newer kernels answer with the local port here. */
#define IP_LOCAL_PORT_NUMBER	52

/* The value is the socket's own: only errno and length are compared. */
static bool incomparable(int level, int name)
{
	if (level == SOL_SOCKET)
		return name == SO_PROTOCOL || name == SO_COOKIE ||
		       name == SO_INCOMING_CPU || name == SO_INCOMING_NAPI_ID ||
		       name == SO_MEMINFO || name == SO_PEERNAME;
	if (level == IPPROTO_IP)
		return name == IP_LOCAL_PORT_NUMBER;
	return level == IPPROTO_TCP &&
	       (name == TCP_INFO || name == TCP_TIMESTAMP ||
		name == TCP_CONGESTION);
}

enum act { GET, SET };

static void story_of_number(struct story *s, enum tcp tcp, enum where where,
			    const struct option *o, enum act act)
{
	bool hide = incomparable(o->level, o->name) ||
		    tuned(where, o->level, o->name);
	socklen_t len = sizeof(int);
	struct place p;
	int value = 1, ret;

	s->text[0] = '\0';
	place_open(&p, tcp, where);
	if (act == SET) {
		ret = setsockopt(p.fd, o->level, o->name, &value, len);
		add(s, "set", ret, 0, len);
	}
	ret = getsockopt(p.fd, o->level, o->name, &value, &len);
	add(s, "get", ret, hide ? 0 : value, len);
	place_close(&p);
}

static int surveyed(int level, int name, enum where where, enum act act)
{
	const struct option o = { level, name, "option" };
	struct story want, got;

	story_of_number(&want, KERNEL_TCP, where, &o, act);
	story_of_number(&got, subject(), where, &o, act);
	if (!strcmp(want.text, got.text) || refused_as_absent(&o, &got))
		return 0;
	test_note("level %d, option %d: expected %s", level, name, want.text);
	test_note("level %d, option %d: got      %s", level, name, got.text);
	return 1;
}

static int survey(enum where where, enum act act)
{
	int name, bad = 0;

	for (name = 0; name < 100; name++) {
		bad += surveyed(SOL_SOCKET, name, where, act);
		bad += surveyed(IPPROTO_IP, name, where, act);
		bad += surveyed(IPPROTO_TCP, name, where, act);
	}
	return bad;
}

TEST_F_TIMEOUT(option, every_number_is_told_as_the_kernel_tells_it, LONG_TEST)
{
	check_eq(survey(variant->where, GET), 0);
}

TEST_F_TIMEOUT(option, every_number_is_taken_as_the_kernel_takes_it, LONG_TEST)
{
	check_eq(survey(variant->where, SET), 0);
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
