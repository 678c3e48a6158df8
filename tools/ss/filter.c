// SPDX-License-Identifier: GPL-2.0
/* Reads a filter by recursive descent; the grammar stands in filter.h */
#include "filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "error.h"
#include "host.h"
#include "states.h"

/**
 * struct reader - where in the text we are
 * @text: all of it
 * @token: the current token, empty at the end
 * @len: its length
 */
struct reader {
	const char *text;
	const char *token;
	size_t len;
};

enum comparison { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE, CMP_NONE };

static const struct {
	const char *word;
	enum comparison comparison;
} comparisons[] = {
	{ "=", CMP_EQ }, { "==", CMP_EQ }, { "eq", CMP_EQ },
	{ "!=", CMP_NE }, { "ne", CMP_NE }, { "neq", CMP_NE },
	{ "<", CMP_LT }, { "lt", CMP_LT },
	{ "<=", CMP_LE }, { "le", CMP_LE }, { "leq", CMP_LE },
	{ ">", CMP_GT }, { "gt", CMP_GT },
	{ ">=", CMP_GE }, { "ge", CMP_GE }, { "geq", CMP_GE },
};

__attribute__((noreturn))
static void fail(const struct reader *reader, const char *expected)
{
	int column = (int)(reader->token - reader->text);

	fprintf(stderr, "mytcp-ss: error: filter: expected %s, got ", expected);
	if (reader->len)
		fprintf(stderr, "'%.*s'\n", (int)reader->len, reader->token);
	else
		fputs("the end\n", stderr);
	fprintf(stderr, "  %s\n  %*s^\n", reader->text, column, "");
	exit(EX_USAGE);
}

/* Operators of one character, or of two: && || == and those with a '=' behind. */
static size_t operator_len(const char *at)
{
	if (!strchr("()!=<>&|", *at))
		return 0;
	if (at[1] == '=' && strchr("!=<>", *at))
		return 2;
	return at[1] == *at && strchr("&|", *at) ? 2 : 1;
}

static void next_token(struct reader *reader)
{
	const char *at = reader->token + reader->len;

	at += strspn(at, " \t\n");
	reader->token = at;
	reader->len = *at ? operator_len(at) : 0;
	if (!reader->len)
		reader->len = strcspn(at, " \t\n()!=<>&|");
}

static bool at_word(const struct reader *reader, const char *word)
{
	return strlen(word) == reader->len && !strncmp(reader->token, word, reader->len);
}

static bool take(struct reader *reader, const char *word)
{
	if (!at_word(reader, word))
		return false;
	next_token(reader);
	return true;
}

static bool take_or(struct reader *reader)
{
	return take(reader, "or") || take(reader, "|") || take(reader, "||");
}

static bool take_and(struct reader *reader)
{
	return take(reader, "and") || take(reader, "&") || take(reader, "&&");
}

static enum comparison take_comparison(struct reader *reader)
{
	size_t i;

	for (i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++)
		if (take(reader, comparisons[i].word))
			return comparisons[i].comparison;
	return CMP_NONE;
}

/* The current token as a string: what getaddrinfo() and getservbyname() need. */
static void copy_token(const struct reader *reader, char *word, size_t size,
		       const char *expected)
{
	if (!reader->len || reader->len >= size || operator_len(reader->token))
		fail(reader, expected);
	memcpy(word, reader->token, reader->len);
	word[reader->len] = '\0';
}

/**
 * node_new() - an expression
 * @kind: what it is
 * @left: what it is made of, or NULL
 * @right: what it is made of, or NULL
 *
 * Return: the node, whose other fields are zero.
 */
struct node *node_new(enum node_kind kind, struct node *left, struct node *right)
{
	struct node *node = resize(NULL, 1, sizeof(*node));

	memset(node, 0, sizeof(*node));
	node->kind = kind;
	node->left = left;
	node->right = right;
	return node;
}

static struct node *negate(struct node *node)
{
	return node_new(NODE_NOT, node, NULL);
}

static struct node *parse_host(struct reader *reader, bool peer)
{
	static const char expected[] =
		"an address or name, then perhaps /LENGTH and :PORT";
	enum comparison comparison;
	struct reader before = *reader;
	struct node *node;
	char word[256];

	comparison = take_comparison(reader);
	if (comparison != CMP_EQ && comparison != CMP_NE && comparison != CMP_NONE)
		fail(&before, "= or !=, as addresses have no order");
	copy_token(reader, word, sizeof(word), expected);
	node = host_parse(word, peer);
	if (!node)
		fail(reader, expected);
	next_token(reader);
	return comparison == CMP_NE ? negate(node) : node;
}

static struct node *parse_port(struct reader *reader, bool peer)
{
	static const char expected[] = "a port: its number, or its name in /etc/services";
	struct node *node = node_new(NODE_PORT, NULL, NULL);
	enum comparison comparison = take_comparison(reader);
	char word[64];
	int port;

	copy_token(reader, word, sizeof(word), expected);
	port = port_parse(word + (word[0] == ':'));
	if (port < 0)
		fail(reader, expected);
	next_token(reader);
	node->peer = peer;
	node->port = (uint16_t)port;
	if (comparison == CMP_GE || comparison == CMP_LT)
		node->test = PORT_GE;
	else if (comparison == CMP_LE || comparison == CMP_GT)
		node->test = PORT_LE;
	if (comparison == CMP_NE || comparison == CMP_LT || comparison == CMP_GT)
		return negate(node);
	return node;
}

static struct node *parse_or(struct reader *reader);

static struct node *parse_not(struct reader *reader)
{
	struct node *node;

	if (take(reader, "!") || take(reader, "not"))
		return negate(parse_not(reader));
	if (take(reader, "(")) {
		node = parse_or(reader);
		if (!take(reader, ")"))
			fail(reader, "')', 'and' or 'or'");
		return node;
	}
	if (take(reader, "src"))
		return parse_host(reader, false);
	if (take(reader, "dst"))
		return parse_host(reader, true);
	if (take(reader, "sport"))
		return parse_port(reader, false);
	if (take(reader, "dport"))
		return parse_port(reader, true);
	if (at_word(reader, "state") || at_word(reader, "exclude"))
		fail(reader, "a condition; states come before all of them");
	fail(reader, "src, dst, sport, dport, 'not' or '('");
}

static struct node *parse_and(struct reader *reader)
{
	struct node *node = parse_not(reader);

	while (take_and(reader) ||
	       (reader->len && !at_word(reader, ")") && !at_word(reader, "or") &&
		*reader->token != '|'))
		node = node_new(NODE_AND, node, parse_not(reader));
	return node;
}

static struct node *parse_or(struct reader *reader)
{
	struct node *node = parse_and(reader);

	while (take_or(reader))
		node = node_new(NODE_OR, node, parse_and(reader));
	return node;
}

static bool parse_state(struct reader *reader, struct filter *filter)
{
	bool exclude = at_word(reader, "exclude");
	uint32_t mask;

	if (!exclude && !at_word(reader, "state"))
		return false;
	next_token(reader);
	if (!state_find(reader->token, reader->len, &mask))
		fail(reader, "a state as established, syn-sent, syn-recv, fin-wait-1, fin-wait-2, time-wait, closed, close-wait, last-ack, listening, closing, or all, connected, synchronized, bucket, big");
	next_token(reader);
	if (!exclude)
		filter->states |= mask;
	else
		filter->states = (filter->states ? filter->states : STATES_ALL) & ~mask;
	return true;
}

/**
 * filter_parse() - read a filter, or end the program with a line that shows the mistake
 * @filter: gets it
 * @text: all words of the command line; must outlive the call only
 */
void filter_parse(struct filter *filter, const char *text)
{
	struct reader reader = { .text = text, .token = text };

	memset(filter, 0, sizeof(*filter));
	next_token(&reader);
	while (parse_state(&reader, filter))
		if (!filter->states)
			fail(&reader, "a state that is left, but all are excluded");
	if (reader.len)
		filter->expression = parse_or(&reader);
	if (reader.len)
		fail(&reader, "'and', 'or' or the end");
}

static void free_node(struct node *node)
{
	if (!node)
		return;
	free_node(node->left);
	free_node(node->right);
	free(node);
}

/**
 * filter_free() - forget a filter
 * @filter: the filter
 */
void filter_free(struct filter *filter)
{
	free_node(filter->expression);
	filter->expression = NULL;
}
