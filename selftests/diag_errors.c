// SPDX-License-Identifier: GPL-2.0
/* Requests of sock_diag that are none: each gets an error, and changes nothing. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <stdlib.h>
#include <string.h>

#include "lib/diag.h"
#include "lib/states.h"
#include "lib/test.h"

WIRE4_FIXTURE(errors)

static int ask(const struct diag_request *r)
{
	return diag_exchange(r, NULL, NULL);
}

static void init(struct diag_request *r, int type, int flags)
{
	diag_request_init(r, type, flags, AF_INET);
}

static void set_protocol(struct diag_request *r, const void *data, size_t len)
{
	r->nlh.nlmsg_len = offsetof(struct diag_request, attrs);
	diag_request_attr(r, INET_DIAG_REQ_PROTOCOL, data, len);
}

WIRE_TEST(errors, a_request_cut_short)
{
	static const int types[] = { SOCK_DIAG_BY_FAMILY, SOCK_DESTROY };
	struct diag_request r;
	int i, dump;
	size_t len;

	for (i = 0; i < 2; i++)
		for (dump = 0; dump < 2; dump++)
			for (len = 0; len < sizeof(r.req); len += 4) {
				init(&r, types[i], dump ? NLM_F_DUMP : 0);
				r.nlh.nlmsg_len = NLMSG_HDRLEN + len;
				check_eq(ask(&r), -EINVAL);
			}
	(void)w;
}

WIRE_TEST(errors, a_protocol_of_the_wrong_size)
{
	struct diag_request r;
	uint64_t protocol = 257;
	size_t len;

	for (len = 0; len <= 8; len++) {
		if (len == 4)
			continue;
		init(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
		set_protocol(&r, &protocol, len);
		check_eq(ask(&r), -EINVAL);
	}
	(void)w;
}

WIRE_TEST(errors, a_protocol_that_is_not_there)
{
	static const uint32_t none[] = { 256, 258, 400, 0x206, 0x7fffffff, ~0u };
	struct diag_request r;
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		init(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
		set_protocol(&r, &none[i], sizeof(none[i]));
		check_eq(ask(&r), -ENOENT);
	}
	(void)w;
}

WIRE_TEST(errors, a_family_that_is_none)
{
	struct diag_request r;

	init(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	r.req.sdiag_family = AF_MAX;
	check_eq(ask(&r), -EINVAL);
	(void)w;
}

WIRE_TEST(errors, what_is_not_there_is_not_found)
{
	static const int types[] = { SOCK_DIAG_BY_FAMILY, SOCK_DESTROY };
	struct diag_request r;
	int i, family;

	for (i = 0; i < 2; i++)
		for (family = 0; family < 2; family++) {
			init(&r, types[i], 0);
			r.req.sdiag_family = family ? AF_INET6 : AF_INET;
			check_eq(ask(&r), -ENOENT);
			r.req.id.idiag_sport = htons(w->local_port);
			check_eq(ask(&r), -ENOENT);
			r.req.id.idiag_dport = htons(w->peer_port);
			check_eq(ask(&r), -ENOENT);
		}
}

/* A listener is meant only by who says nothing of a peer. */
WIRE_TEST(errors, a_connection_that_is_gone_is_not_its_listener)
{
	struct diag_request r;
	struct diag_entry e;
	int listener;

	listener = wire_listen(w);
	check_eq(diag_dump(AF_INET, 1 << LISTEN, &e, 1), 1);
	diag_request_one(&r, SOCK_DESTROY, &e);
	r.req.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	r.req.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	r.req.id.idiag_dport = htons(w->peer_port);
	memcpy(r.req.id.idiag_dst, w->peer.b, 4);
	if (stack_is_kernel())
		SKIP(return, "Linux takes the listener for it");
	check_eq(ask(&r), -ENOENT);
	check_eq(fd_state(listener), LISTEN);
}

/* ---- filters ---- */

struct code {
	const char *what;
	int len;
	struct inet_diag_bc_op op[6];
};

static const struct code bad_filters[] = {
	{ "less than an instruction", 2, { { INET_DIAG_BC_NOP, 4, 8 } } },
	{ "a yes that stands still", 4, { { INET_DIAG_BC_NOP, 0, 8 } } },
	{ "a yes into an instruction", 8, { { INET_DIAG_BC_NOP, 2, 8 } } },
	{ "a yes behind the end", 4, { { INET_DIAG_BC_NOP, 12, 8 } } },
	{ "a no far behind the end", 4, { { INET_DIAG_BC_JMP, 4, 100 } } },
	{ "a jump that stands still", 4, { { INET_DIAG_BC_JMP, 4, 0 } } },
	{ "an unknown instruction", 4, { { 200, 4, 8 } } },
	{ "a port that is missing", 4, { { INET_DIAG_BC_S_GE, 4, 8 } } },
	{ "an address that is missing", 8, { { INET_DIAG_BC_S_COND, 8, 12 } } },
	{ "a prefix longer than an address", 20,
	  { { INET_DIAG_BC_S_COND, 20, 24 }, { AF_INET, 33, 0 } } },
	{ "a mark that is missing", 4, { { INET_DIAG_BC_MARK_COND, 4, 8 } } },
	{ "a device that is missing", 4, { { INET_DIAG_BC_DEV_COND, 4, 8 } } },
};

WIRE_TEST(errors, a_filter_that_is_no_program)
{
	struct diag_request r;
	size_t i;

	for (i = 0; i < sizeof(bad_filters) / sizeof(bad_filters[0]); i++) {
		test_note("%s", bad_filters[i].what);
		init(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
		diag_request_attr(&r, INET_DIAG_REQ_BYTECODE, bad_filters[i].op,
				  bad_filters[i].len);
		check_eq(ask(&r), -EINVAL);
	}
	(void)w;
}

/* ---- chance ---- */

#define TRIES		5000
#define MOST_MS		15000	/* well before a timer ends a connection */

static unsigned int chance(unsigned int below)
{
	static uint64_t x = 88172645463325252ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (x >> 11) % below;
}

/* A few octets behind the header are others. Which request it is, stays. */
static void spoil(struct diag_request *r)
{
	unsigned char *octets = (unsigned char *)&r->req;
	size_t len = r->nlh.nlmsg_len - NLMSG_HDRLEN;
	int i, n = 1 + chance(8);

	for (i = 0; i < n; i++)
		octets[chance(len)] = chance(256);
	if (!chance(4))
		r->nlh.nlmsg_len -= chance(16);
}

/*
 * Whatever a request says, all connections are as they were. One to end a
 * connection names none of ours: what is not spoilt of it is not there.
 */
WIRE_TEST_TIMEOUT(errors, nonsense_changes_nothing, 300)
{
	struct diag_entry e;
	struct scenery s = { .count = 0 };
	struct diag_request r;
	unsigned char code[64];
	int i, j;

	scenery_set(&s, w);
	check_eq(diag_dump(AF_INET, 1 << ESTABLISHED, &e, 1), 1);
	for (i = 0; i < TRIES && wire_now(w) < MOST_MS * 1000; i++) {
		if (chance(3)) {
			init(&r, SOCK_DIAG_BY_FAMILY, chance(2) ? NLM_F_DUMP : 0);
			for (j = 0; j < 64; j++)
				code[j] = chance(chance(2) ? 16 : 256);
			diag_request_attr(&r, INET_DIAG_REQ_BYTECODE, code,
					  4 * (1 + chance(16)));
		} else {
			diag_request_one(&r, SOCK_DESTROY, &e);
			r.req.id.idiag_sport = htons(1);
		}
		spoil(&r);
		ask(&r);
	}
	test_note("%d requests", i);
	check_eq(diag_dump(AF_INET, DIAG_ALL_STATES, &e, 1), s.count);
	for (i = 0; i < s.count; i++)
		check_eq(diag_dump(AF_INET, 1 << s.all[i].state, &e, 1), 1);
	scenery_leave(&s);
}

TEST_HARNESS_MAIN
