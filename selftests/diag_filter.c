// SPDX-License-Identifier: GPL-2.0
/*
 * The filters of ss(8), as programs of sock_diag: what they let through is what
 * they are meant to, of all that is there.
 */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <string.h>

#include "lib/diag.h"
#include "lib/netif.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define MOST		32
#define MARK		0x55
#define NAMED_PORT	7777

/*
 * Connections at several addresses, ports and marks, two listeners at ports the
 * stack chose, and one at a port and a device with a name.
 */
FIXTURE(filter) {
	enum tcp tcp;
	struct diag_entry all[MOST];
	int count;
	int port;			/* of the first listener */
	int lo;				/* index of the interface */
};

static void connect_all(const char *ip, int l, int mark)
{
	struct sockaddr_in to = addr4(ip, port_of(l));
	int fd = stream(subject(), 0);

	if (mark)
		set_opt(fd, SOL_SOCKET, SO_MARK, mark);
	check_ok(connect4(fd, &to));
	check_ok(accept(l, NULL, NULL));
}

FIXTURE_SETUP(filter)
{
	struct sockaddr_in named = addr4("0.0.0.0", NAMED_PORT);
	int l, fd;

	test_begin();
	self->tcp = subject();
	l = listener(self->tcp, "0.0.0.0", 5);
	self->port = port_of(l);
	connect_all("127.0.0.1", l, 0);
	connect_all("127.0.0.2", l, MARK);
	connect_all("127.1.0.1", l, MARK << 8);
	connect_all("127.0.0.1", listener(self->tcp, "127.0.0.1", 5), 0);
	fd = stream(self->tcp, 0);
	check_ok(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	check_ok(bind4(fd, &named));
	check_ok(listen(fd, 1));
	self->count = diag_dump(AF_INET, DIAG_ALL_STATES, self->all, MOST);
	check_eq(self->count, 11);
	self->lo = 1;
}

FIXTURE_TEARDOWN(filter)
{
}

/* ---- programs ---- */

struct program {
	unsigned char code[256];
	int len;
};

/* An instruction of @size octets, its operand included, that goes on or rejects. */
static void *add(struct program *p, int code, int size)
{
	struct inet_diag_bc_op *op = (void *)(p->code + p->len);

	op->code = code;
	op->yes = size;
	p->len += size;
	return op + 1;
}

/* Ends the program: what says no goes one instruction too far, which rejects. */
static void finish(struct program *p)
{
	int at = 0;

	while (at < p->len) {
		struct inet_diag_bc_op *op = (void *)(p->code + at);
		int size = op->yes;

		if (op->code != INET_DIAG_BC_JMP)
			op->no = p->len - at + 4;
		at += size;
	}
}

static void add_port(struct program *p, int code, int port)
{
	struct inet_diag_bc_op *operand = add(p, code, 8);

	operand->no = port;
}

static void add_host(struct program *p, int code, const char *ip, int bits,
		     int port)
{
	struct inet_diag_hostcond *cond;

	cond = add(p, code, 4 + sizeof(*cond) + 4);
	cond->family = AF_INET;
	cond->prefix_len = bits;
	cond->port = port;
	check_eq(inet_pton(AF_INET, ip, cond->addr), 1);
}

/* ---- what comes of them ---- */

typedef bool predicate(const struct diag_entry *e, long arg);

struct verdict {
	predicate *wanted;
	long arg;
};

static void check_wanted(struct diag_entry *e, void *arg)
{
	const struct verdict *v = arg;

	check(v->wanted(e, v->arg));
}

static void check_program(struct diag_entry *all, int count,
			  const struct program *p, predicate *wanted, long arg)
{
	struct verdict v = { .wanted = wanted, .arg = arg };
	struct diag_request r;
	int i, expected = 0;

	for (i = 0; i < count; i++)
		expected += wanted(&all[i], arg);
	diag_request_init(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET);
	diag_request_attr(&r, INET_DIAG_REQ_BYTECODE, p->code, p->len);
	check_eq(diag_exchange(&r, check_wanted, &v), expected);
	test_note("%d of %d", expected, count);
}

#define CHECK(p, wanted, arg) do {					\
	finish(p);							\
	check_program(self->all, self->count, (p), (wanted), (arg));	\
} while (0)

static int sport(const struct diag_entry *e)
{
	return ntohs(e->msg.id.idiag_sport);
}

static int dport(const struct diag_entry *e)
{
	return ntohs(e->msg.id.idiag_dport);
}

static uint32_t src(const struct diag_entry *e)
{
	return ntohl(e->msg.id.idiag_src[0]);
}

static bool sport_is(const struct diag_entry *e, long port)
{
	return sport(e) == port;
}

static bool dport_is(const struct diag_entry *e, long port)
{
	return dport(e) == port;
}

static bool sport_at_least(const struct diag_entry *e, long port)
{
	return sport(e) >= port;
}

static bool dport_at_most(const struct diag_entry *e, long port)
{
	return dport(e) <= port;
}

static bool dport_between(const struct diag_entry *e, long port)
{
	return dport(e) >= port - 1 && dport(e) <= port + 1;
}

TEST_F(filter, ports)
{
	struct program eq = { }, ge = { }, le = { }, deq = { }, between = { };

	add_port(&eq, INET_DIAG_BC_S_EQ, self->port);
	CHECK(&eq, sport_is, self->port);
	add_port(&ge, INET_DIAG_BC_S_GE, self->port + 1);
	CHECK(&ge, sport_at_least, self->port + 1);
	add_port(&deq, INET_DIAG_BC_D_EQ, self->port);
	CHECK(&deq, dport_is, self->port);
	add_port(&le, INET_DIAG_BC_D_LE, self->port - 1);
	CHECK(&le, dport_at_most, self->port - 1);
	/* two instructions: both must say yes */
	add_port(&between, INET_DIAG_BC_D_GE, self->port - 1);
	add_port(&between, INET_DIAG_BC_D_LE, self->port + 1);
	CHECK(&between, dport_between, self->port);
}

static bool in_net24(const struct diag_entry *e, long net)
{
	return src(e) >> 8 == net >> 8;
}

static bool is_address(const struct diag_entry *e, long address)
{
	return src(e) == address;
}

static bool at_end(const struct diag_entry *e, long port)
{
	return src(e) == 0x7f000002 && sport(e) == port;
}

static bool peer_in_net16(const struct diag_entry *e, long net)
{
	return ntohl(e->msg.id.idiag_dst[0]) >> 16 == net >> 16;
}

TEST_F(filter, addresses)
{
	struct program host = { }, net = { }, end = { }, peer = { };

	add_host(&host, INET_DIAG_BC_S_COND, "127.1.0.1", 32, -1);
	CHECK(&host, is_address, 0x7f010001);
	add_host(&net, INET_DIAG_BC_S_COND, "127.0.0.0", 24, -1);
	CHECK(&net, in_net24, 0x7f000000);
	add_host(&end, INET_DIAG_BC_S_COND, "127.0.0.2", 32, self->port);
	CHECK(&end, at_end, self->port);
	add_host(&peer, INET_DIAG_BC_D_COND, "127.1.9.9", 16, -1);
	CHECK(&peer, peer_in_net16, 0x7f010000);
}

static bool is_marked(const struct diag_entry *e, long mark)
{
	return e->attr[INET_DIAG_MARK].u32 == mark;
}

static bool is_on(const struct diag_entry *e, long dev)
{
	return e->msg.id.idiag_if == dev;
}

TEST_F(filter, marks_and_devices)
{
	struct program marked = { }, on = { };
	struct inet_diag_markcond *cond;

	cond = add(&marked, INET_DIAG_BC_MARK_COND, 4 + sizeof(*cond));
	cond->mark = MARK;
	cond->mask = 0xff;
	CHECK(&marked, is_marked, MARK);
	*(uint32_t *)add(&on, INET_DIAG_BC_DEV_COND, 8) = self->lo;
	CHECK(&on, is_on, self->lo);
}

static bool was_chosen(const struct diag_entry *e, long named)
{
	return sport(e) != named;
}

TEST_F(filter, ports_the_stack_has_chosen)
{
	struct program p = { };

	add(&p, INET_DIAG_BC_AUTO, 4);
	CHECK(&p, was_chosen, NAMED_PORT);
}

static bool one_or_other(const struct diag_entry *e, long port)
{
	return sport(e) == port || dport(e) == port;
}

/* sport = X or dport = X: a yes jumps over what follows. */
TEST_F(filter, alternatives)
{
	struct program p = { };
	struct inet_diag_bc_op *jump;

	/* no: to the second; yes: to the jump, which accepts */
	add_port(&p, INET_DIAG_BC_S_EQ, self->port);
	add(&p, INET_DIAG_BC_JMP, 4);
	jump = (void *)(p.code + 8);
	add_port(&p, INET_DIAG_BC_D_EQ, self->port);
	finish(&p);
	((struct inet_diag_bc_op *)p.code)->no = 12;
	jump->no = p.len - 8;
	check_program(self->all, self->count, &p, one_or_other, self->port);
}

static bool is_in_cgroup(const struct diag_entry *e, long arg)
{
	return e->attr[INET_DIAG_CGROUP_ID].u64 == (uint64_t)arg;
}

TEST_F(filter, cgroups)
{
	uint64_t id = self->all[0].attr[INET_DIAG_CGROUP_ID].u64;
	struct program p = { };
	void *operand;

	if (!self->all[0].attr[INET_DIAG_CGROUP_ID].len)
		SKIP(return, "the kernel has no cgroups");
	operand = add(&p, INET_DIAG_BC_CGROUP_COND, 12);
	memcpy(operand, &id, sizeof(id));
	CHECK(&p, is_in_cgroup, id);

	p.len = 0;
	id += 12345;
	operand = add(&p, INET_DIAG_BC_CGROUP_COND, 12);
	memcpy(operand, &id, sizeof(id));
	CHECK(&p, is_in_cgroup, id);
}

/* The request itself can name a port. */
TEST_F(filter, ports_in_the_request)
{
	struct diag_request r;
	int i, expected = 0;

	for (i = 0; i < self->count; i++)
		expected += dport(&self->all[i]) == self->port;
	diag_request_init(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET);
	r.req.id.idiag_dport = htons(self->port);
	check_eq(diag_exchange(&r, NULL, NULL), expected);
	r.req.id.idiag_sport = htons(self->port);
	check_eq(diag_exchange(&r, NULL, NULL), 0);
}

TEST_HARNESS_MAIN
