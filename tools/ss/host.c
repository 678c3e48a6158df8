// SPDX-License-Identifier: GPL-2.0
/* "10.0.0.0/8", "[::1]:80", "*:http", "www.example.org"; see host.h */
#include "host.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

/* A number in decimal digits up to @most, or -1. */
static long parse_number(const char *word, long most)
{
	char *end;
	long n;

	if (!isdigit((unsigned char)*word))
		return -1;
	n = strtol(word, &end, 10);
	return *end || n > most ? -1 : n;
}

/**
 * port_parse() - a port by its number or its name
 * @word: without a colon
 *
 * Return: the port in host order, or -1.
 */
int port_parse(const char *word)
{
	struct servent *service;

	if (isdigit((unsigned char)*word))
		return (int)parse_number(word, 65535);
	service = getservbyname(word, "tcp");
	return service ? ntohs((uint16_t)service->s_port) : -1;
}

/* The port behind a colon: "*" and nothing are every port. */
static bool read_port(struct host *host, const char *word)
{
	host->port = -1;
	if (!*word || !strcmp(word, "*"))
		return true;
	host->port = port_parse(word);
	return host->port >= 0;
}

static bool read_length(struct host *host, const char *word)
{
	long most = host->family == AF_INET6 ? 128 : 32;
	long len = word ? parse_number(word, most) : most;

	if (host->family == AF_UNSPEC)
		return !word;
	host->prefix_len = (unsigned int)len;
	return len >= 0;
}

/* Cut @word at @sep, and return what is behind it, or NULL. */
static char *cut(char *word, char sep)
{
	char *at = strrchr(word, sep);

	if (at)
		*at++ = '\0';
	return at;
}

static struct node *host_node(const struct host *host, bool peer)
{
	struct node *node = node_new(NODE_HOST, NULL, NULL);

	node->host = *host;
	node->peer = peer;
	return node;
}

/* A name may have several addresses: any of them. */
static struct node *look_up(const char *name, struct host *host, bool peer)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *at;
	struct node *all = NULL, *node;

	if (getaddrinfo(name, NULL, &hints, &list))
		return NULL;
	for (at = list; at; at = at->ai_next) {
		host->family = at->ai_family;
		if (at->ai_family == AF_INET)
			memcpy(host->addr, &((struct sockaddr_in *)at->ai_addr)->sin_addr, 4);
		else if (at->ai_family == AF_INET6)
			memcpy(host->addr, &((struct sockaddr_in6 *)at->ai_addr)->sin6_addr, 16);
		else
			continue;
		read_length(host, NULL);
		node = host_node(host, peer);
		all = all ? node_new(NODE_OR, all, node) : node;
	}
	freeaddrinfo(list);
	return all;
}

/* "[ADDRESS]", "[ADDRESS]/LENGTH", "[ADDRESS/LENGTH]", each perhaps with ":PORT" */
static bool read_bracketed(struct host *host, char *word)
{
	char *end = strchr(word, ']'), *len, *port;

	if (!end)
		return false;
	*end++ = '\0';
	len = cut(word, '/');
	host->family = AF_INET6;
	if (inet_pton(AF_INET6, word, host->addr) != 1)
		return false;
	port = cut(end, ':');
	if (*end == '/' && !len)
		len = end + 1;
	else if (*end)
		return false;
	return read_length(host, len) && (!port || read_port(host, port));
}

/* An IPv6 address without brackets leaves no room for a port. */
static bool read_bare_ipv6(struct host *host, const char *word)
{
	char address[INET6_ADDRSTRLEN + sizeof("/128")], *len;

	if (strlen(word) >= sizeof(address))
		return false;
	strcpy(address, word);
	len = cut(address, '/');
	host->family = AF_INET6;
	return inet_pton(AF_INET6, address, host->addr) == 1 && read_length(host, len);
}

/**
 * host_parse() - what an address or a name in a filter stands for
 * @word: the word; it is overwritten
 * @peer: the other side's address, not ours
 *
 * Context: may ask the resolver and wait for it.
 * Return: the condition, or NULL if the word is none.
 */
struct node *host_parse(char *word, bool peer)
{
	struct host host = { .port = -1 };
	char *port, *len;

	if (*word == '[')
		return read_bracketed(&host, word + 1) ? host_node(&host, peer) : NULL;
	if (read_bare_ipv6(&host, word))
		return host_node(&host, peer);
	port = cut(word, ':');
	len = cut(word, '/');
	if (port && !read_port(&host, port))
		return NULL;
	if (!*word || !strcmp(word, "*"))
		host.family = AF_UNSPEC;
	else if (inet_pton(AF_INET, word, host.addr) == 1)
		host.family = AF_INET;
	else
		return len || strchr(word, ':') ? NULL : look_up(word, &host, peer);
	return read_length(&host, len) ? host_node(&host, peer) : NULL;
}
