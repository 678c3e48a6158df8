// SPDX-License-Identifier: GPL-2.0
/*
 * filter-test - what a filter of mytcp-ss finds
 *
 * Each expression is applied twice: here, and compiled, by an interpreter that is
 * written from the comment in <linux/inet_diag.h> and refuses what the kernel refuses.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ss/bytecode.h"
#include "../ss/match.h"
#include "../ss/names.h"
#include "../ss/states.h"

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

static int failed;

static void result(int ok, const char *format, const char *what)
{
	printf(ok ? "ok - " : "not ok - ");
	printf(format, what);
	putchar('\n');
	failed += !ok;
}

/* Named by their place: a, b, c, ... */
static const struct {
	int family;
	const char *local;
	int local_port;
	const char *peer;
	int peer_port;
} sockets[] = {
	{ AF_INET, "0.0.0.0", 80, "0.0.0.0", 0 },			/* a */
	{ AF_INET, "10.1.2.3", 80, "10.9.9.9", 40000 },			/* b */
	{ AF_INET, "10.1.2.3", 50000, "192.0.2.1", 443 },		/* c */
	{ AF_INET, "127.0.0.1", 81, "127.0.0.1", 82 },			/* d */
	{ AF_INET6, "::", 80, "::", 0 },				/* e */
	{ AF_INET6, "2001:db8::1", 80, "2001:db8:0:ff::2", 40001 },	/* f */
	{ AF_INET6, "::ffff:10.1.2.3", 8080, "::ffff:10.9.9.9", 65535 },/* g */
};

static const struct {
	const char *text;
	const char *found;
} expressions[] = {
	{ "sport = :80", "abef" },
	{ "sport 80", "abef" },
	{ "sport http", "abef" },
	{ "sport=:80", "abef" },
	{ "sport != :80", "cdg" },
	{ "sport < 81", "abef" },
	{ "sport lt 80", "" },
	{ "sport <= :80", "abef" },
	{ "sport > :81", "cg" },
	{ "sport ge 81", "cdg" },
	{ "dport = 65535", "g" },
	{ "dport >= 40000", "bfg" },
	{ "dport gt 40000", "fg" },
	{ "dport le 0", "ae" },
	{ "dport ne 0", "bcdfg" },
	{ "src 10.1.2.3", "bcg" },
	{ "src = 10.1.2.3:80", "b" },
	{ "src != 10.1.2.3", "adef" },
	{ "src 10.0.0.0/8", "bcg" },
	{ "src 0.0.0.0/0", "abcdg" },
	{ "src 10.1.2.2/31", "bcg" },
	{ "src 10.1.2.4/31", "" },
	{ "src :80", "abef" },
	{ "src *:80", "abef" },
	{ "src *", "abcdefg" },
	{ "dst 127.0.0.1:*", "d" },
	{ "dst 192.0.2.1:https", "c" },
	{ "src 2001:db8::1", "f" },
	{ "src [2001:db8::1]", "f" },
	{ "src [2001:db8::1]:80", "f" },
	{ "src [2001:db8::1]:81", "" },
	{ "dst [2001:db8::]/48", "f" },
	{ "dst 2001:db8::/48", "f" },
	{ "dst [2001:db8::]/64", "" },
	{ "dst [2001:db8:0:fe::/63]:40001", "f" },
	{ "src ::", "e" },
	{ "src [::]/0", "efg" },
	{ "not sport 80", "cdg" },
	{ "! sport 80", "cdg" },
	{ "not not sport 80", "abef" },
	{ "sport 80 and dport 0", "ae" },
	{ "sport 80 dport 0", "ae" },
	{ "sport 80 && dport 0", "ae" },
	{ "sport 81 or dport 0", "ade" },
	{ "sport 81 | dport 0 || dport 443", "acde" },
	{ "sport 81 or sport 80 and dport 0", "ade" },
	{ "( sport 81 or sport 80 ) and dport 0", "ae" },
	{ "(sport 81 or sport 80)and(dport 0 or dport 82)", "ade" },
	{ "not ( sport 81 or sport 80 )", "cg" },
	{ "not ( sport 80 and not dport 0 ) src 0.0.0.0/0", "acdg" },
	{ "not (not (sport 80 or dport 82) or not (src :80 or not dst *:82))", "abef" },
	{ "dport 1 or dport 2 or dport 3 or dport 0 or dport 443", "ace" },
	{ "dport != 0 dport != 443 dport != 82", "bfg" },
};

static void fill_entry(struct entry *entry, size_t i)
{
	memset(entry, 0, sizeof(*entry));
	entry->msg.idiag_family = (uint8_t)sockets[i].family;
	entry->msg.id.idiag_sport = htons((uint16_t)sockets[i].local_port);
	entry->msg.id.idiag_dport = htons((uint16_t)sockets[i].peer_port);
	inet_pton(sockets[i].family, sockets[i].local, entry->msg.id.idiag_src);
	inet_pton(sockets[i].family, sockets[i].peer, entry->msg.id.idiag_dst);
}

static struct inet_diag_bc_op op_at(const struct bytecode *bytecode, size_t at)
{
	struct inet_diag_bc_op op;

	memcpy(&op, bytecode->code + at, sizeof(op));
	return op;
}

/* Where an operation begins: the beginning, and behind the "yes" of another one. */
static int is_operation(const struct bytecode *bytecode, size_t target)
{
	size_t at = 0;

	while (at < target && at < bytecode->len)
		at += op_at(bytecode, at).yes;
	return at == target;
}

static int is_valid(const struct bytecode *bytecode)
{
	struct inet_diag_bc_op op;
	size_t at, target;

	for (at = 0; at < bytecode->len; at += op.yes) {
		op = op_at(bytecode, at);
		target = at + op.no;
		if (op.yes < 4 || op.yes % 4 || op.no < 4 || op.no % 4)
			return 0;
		if (target != bytecode->len + 4 && !is_operation(bytecode, target))
			return 0;
	}
	return at == bytecode->len;
}

static int same_bits(const unsigned char *a, const unsigned char *b, int bits)
{
	int i;

	for (i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> i % 8))
			return 0;
	return 1;
}

static int test_host(const unsigned char *operands, int family, const unsigned char *addr,
		     int port)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct inet_diag_hostcond cond;

	memcpy(&cond, operands, sizeof(cond));
	operands += sizeof(cond);
	if (cond.port != -1 && cond.port != port)
		return 0;
	if (cond.family == AF_INET && family == AF_INET6)
		return same_bits(addr, mapped, 96) &&
		       same_bits(addr + 12, operands, cond.prefix_len);
	return (!cond.family || cond.family == family) &&
	       same_bits(addr, operands, cond.prefix_len);
}

static int test_operation(const struct bytecode *bytecode, size_t at, const struct entry *entry)
{
	const struct inet_diag_sockid *id = &entry->msg.id;
	int s = ntohs(id->idiag_sport), d = ntohs(id->idiag_dport);
	const unsigned char *operands = bytecode->code + at + 4;

	switch (bytecode->code[at]) {
	case INET_DIAG_BC_JMP:
		return 0;
	case INET_DIAG_BC_S_EQ:
		return s == op_at(bytecode, at + 4).no;
	case INET_DIAG_BC_S_GE:
		return s >= op_at(bytecode, at + 4).no;
	case INET_DIAG_BC_S_LE:
		return s <= op_at(bytecode, at + 4).no;
	case INET_DIAG_BC_D_EQ:
		return d == op_at(bytecode, at + 4).no;
	case INET_DIAG_BC_D_GE:
		return d >= op_at(bytecode, at + 4).no;
	case INET_DIAG_BC_D_LE:
		return d <= op_at(bytecode, at + 4).no;
	case INET_DIAG_BC_S_COND:
		return test_host(operands, entry->msg.idiag_family,
				 (const unsigned char *)id->idiag_src, s);
	case INET_DIAG_BC_D_COND:
		return test_host(operands, entry->msg.idiag_family,
				 (const unsigned char *)id->idiag_dst, d);
	}
	fprintf(stderr, "filter-test: operation %d is unknown\n", bytecode->code[at]);
	exit(EXIT_FAILURE);
}

static int run(const struct bytecode *bytecode, const struct entry *entry)
{
	size_t at = 0;

	while (at < bytecode->len)
		at += test_operation(bytecode, at, entry) ? op_at(bytecode, at).yes :
							    op_at(bytecode, at).no;
	return at == bytecode->len;
}

static void test_expression(const char *text, const char *expected)
{
	char here[COUNT(sockets) + 1] = "", compiled[COUNT(sockets) + 1] = "";
	char name[2] = "a";
	struct bytecode bytecode;
	struct filter filter;
	struct entry entry;
	int valid;

	filter_parse(&filter, text);
	bytecode_build(&bytecode, filter.expression);
	valid = is_valid(&bytecode);
	for (size_t i = 0; i < COUNT(sockets); i++, name[0]++) {
		fill_entry(&entry, i);
		if (match_node(filter.expression, &entry))
			strcat(here, name);
		if (valid && run(&bytecode, &entry))
			strcat(compiled, name);
	}
	result(valid && !strcmp(here, expected) && !strcmp(compiled, expected), "filter: %s", text);
	if (!valid || strcmp(here, expected) || strcmp(compiled, expected))
		printf("#   expected '%s', here '%s', compiled '%s'%s\n", expected, here,
		       compiled, valid ? "" : ", but the kernel refuses it");
	bytecode_free(&bytecode);
	filter_free(&filter);
}

static void test_states(const char *text, uint32_t expected)
{
	struct filter filter;

	filter_parse(&filter, text);
	result(filter.states == expected, "states: %s", text);
	if (filter.states != expected)
		printf("#   expected %#x, got %#x\n", expected, filter.states);
	filter_free(&filter);
}

static void test_all_states(void)
{
	test_states("sport 80", 0);
	test_states("state established", 1U << 1);
	test_states("state ESTAB", 1U << 1);
	test_states("state fin-wait-2 state time-wait sport 80", 1U << 5 | 1U << 6);
	test_states("state all", 0xffe);
	test_states("state all exclude listening", 0xbfe);
	test_states("exclude listening", 0xbfe);
	test_states("exclude listening exclude closed", 0xb7e);
	test_states("state connected", 0xb7e);
	test_states("state synchronized", 0xb7a);
	test_states("state bucket", 0x048);
	test_states("state big", 0xfb6);
}

static void test_time(unsigned int ms, const char *expected)
{
	char text[32];

	name_time(text, sizeof(text), ms);
	result(!strcmp(text, expected), "a timer shows %s", expected);
	if (strcmp(text, expected))
		printf("#   got %s\n", text);
}

static void test_rate(double rate, bool numeric, const char *expected)
{
	char text[RATE_LEN];

	name_rate(text, rate, numeric);
	result(!strcmp(text, expected), "a rate shows %s", expected);
	if (strcmp(text, expected))
		printf("#   got %s\n", text);
}

int main(void)
{
	size_t i;

	for (i = 0; i < COUNT(expressions); i++)
		test_expression(expressions[i].text, expressions[i].found);
	test_all_states();
	test_time(0, "");
	test_time(40, "040ms");
	test_time(204, "204ms");
	test_time(1204, "1.204ms");
	test_time(9000, "9sec");
	test_time(59999, "59sec");
	test_time(60000, "1min");
	test_time(90500, "1min30sec");
	test_time(7199999, "119min");
	test_rate(800, false, "800bps");
	test_rate(9876536, false, "9.88Mbps");
	test_rate(160e3, false, "160kbps");
	test_rate(28262389888., false, "28.3Gbps");
	test_rate(1070e9, false, "1.07Tbps");
	test_rate(28262389888., true, "28262389888bps");
	return failed != 0;
}
