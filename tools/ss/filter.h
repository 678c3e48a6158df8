/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The filter of a command line, in ss's words:
 *
 *   [state NAME | exclude NAME]... [EXPRESSION]
 *
 *   EXPRESSION = AND { ("or" | "|" | "||") AND }
 *   AND        = NOT { ["and" | "&" | "&&"] NOT }
 *   NOT        = ("not" | "!") NOT | "(" EXPRESSION ")" | CONDITION
 *   CONDITION  = ("src" | "dst") ["=" | "!="] ADDRESS[/LENGTH][:PORT]
 *              | ("sport" | "dport") [COMPARISON] [:]PORT
 */
#ifndef MYTCP_SS_FILTER_H
#define MYTCP_SS_FILTER_H

#include <stdbool.h>
#include <stdint.h>

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_HOST, NODE_PORT };

/* The comparisons the kernel has; all others are one of them under a NODE_NOT. */
enum port_test { PORT_EQ, PORT_GE, PORT_LE };

/**
 * struct host - what an address is compared with
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for every address
 * @prefix_len: how many bits count
 * @port: in host order, or -1 for every port
 * @addr: in network order
 */
struct host {
	int family;
	unsigned int prefix_len;
	int port;
	uint32_t addr[4];
};

/**
 * struct node - an expression
 * @kind: which of the fields below have a meaning
 * @left: NODE_AND, NODE_OR, NODE_NOT
 * @right: NODE_AND, NODE_OR
 * @peer: NODE_HOST, NODE_PORT: the other side's, not ours
 * @host: NODE_HOST
 * @test: NODE_PORT
 * @port: NODE_PORT, in host order
 */
struct node {
	enum node_kind kind;
	struct node *left;
	struct node *right;
	bool peer;
	struct host host;
	enum port_test test;
	uint16_t port;
};

/**
 * struct filter - what is to be listed
 * @states: a bit for each state; 0 if the filter names none
 * @expression: on addresses and ports; NULL if all of them are wanted
 */
struct filter {
	uint32_t states;
	struct node *expression;
};

void filter_parse(struct filter *filter, const char *text);
void filter_free(struct filter *filter);

struct node *node_new(enum node_kind kind, struct node *left, struct node *right);

#endif /* MYTCP_SS_FILTER_H */
