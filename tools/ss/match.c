// SPDX-License-Identifier: GPL-2.0
/* Applies a filter here; see match.h */
#include "match.h"

#include <arpa/inet.h>
#include <string.h>

static bool same_prefix(const void *a, const void *b, unsigned int bits)
{
	const unsigned char *x = a, *y = b;
	unsigned int bytes = bits / 8, rest = bits % 8;

	if (memcmp(x, y, bytes))
		return false;
	return !rest || !((x[bytes] ^ y[bytes]) >> (8 - rest));
}

/* An IPv4 address also means the IPv6 one that stands for it, as in the kernel. */
static bool match_address(const struct host *host, int family, const uint32_t *addr)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (host->family == AF_UNSPEC)
		return true;
	if (host->family == family)
		return same_prefix(addr, host->addr, host->prefix_len);
	return host->family == AF_INET && family == AF_INET6 &&
	       !memcmp(addr, mapped, sizeof(mapped)) &&
	       same_prefix(addr + 3, host->addr, host->prefix_len);
}

static bool match_port(const struct node *node, uint16_t port)
{
	switch (node->test) {
	case PORT_GE:
		return port >= node->port;
	case PORT_LE:
		return port <= node->port;
	default:
		return port == node->port;
	}
}

/**
 * match_node() - whether a socket is one that an expression describes
 * @node: the expression, or NULL for all sockets
 * @entry: the socket
 *
 * Return: what the bytecode of bytecode_build() would say in the kernel.
 */
bool match_node(const struct node *node, const struct entry *entry)
{
	const struct inet_diag_sockid *id = &entry->msg.id;
	uint16_t port;

	if (!node)
		return true;
	port = ntohs(node->peer ? id->idiag_dport : id->idiag_sport);
	switch (node->kind) {
	case NODE_AND:
		return match_node(node->left, entry) && match_node(node->right, entry);
	case NODE_OR:
		return match_node(node->left, entry) || match_node(node->right, entry);
	case NODE_NOT:
		return !match_node(node->left, entry);
	case NODE_HOST:
		return (node->host.port < 0 || node->host.port == port) &&
		       match_address(&node->host, entry->msg.idiag_family,
				     node->peer ? id->idiag_dst : id->idiag_src);
	case NODE_PORT:
		return match_port(node, port);
	}
	return false;
}
