// SPDX-License-Identifier: GPL-2.0
/* Numbers as ss writes them; see names.h */
#include "names.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

/* Such a listener takes connections of both families. */
static bool is_dual_stack(const struct entry *entry)
{
	uint8_t only;

	return entry_read_attr(entry, INET_DIAG_SKV6ONLY, &only, sizeof(only)) && !only;
}

static bool is_unspecified(const struct entry *entry, const void *address)
{
	static const char zero[16];

	return !memcmp(address, zero, (size_t)entry_address_len(entry));
}

/* The interface that a socket is bound to is part of its own address. */
static void append_interface(char *text, unsigned int index)
{
	char name[IF_NAMESIZE];
	size_t len = strlen(text);

	if (if_indextoname(index, name))
		snprintf(text + len, ADDRESS_LEN - len, "%%%s", name);
	else
		snprintf(text + len, ADDRESS_LEN - len, "%%if%u", index);
}

/**
 * name_address() - "127.0.0.1", "[::1]", "[fe80::1]%eth0", or "*" for both families
 * @text: gets it; has ADDRESS_LEN bytes
 * @entry: the socket
 * @peer: the other side's address, not ours
 */
void name_address(char *text, const struct entry *entry, bool peer)
{
	const struct inet_diag_sockid *id = &entry->msg.id;
	const void *address = peer ? id->idiag_dst : id->idiag_src;
	char digits[INET6_ADDRSTRLEN] = "?";

	inet_ntop(entry->msg.idiag_family, address, digits, sizeof(digits));
	if (entry->msg.idiag_family != AF_INET6)
		snprintf(text, ADDRESS_LEN, "%s", digits);
	else if (is_unspecified(entry, address) && is_dual_stack(entry))
		snprintf(text, ADDRESS_LEN, "*");
	else
		snprintf(text, ADDRESS_LEN, "[%s]", digits);
	if (!peer && id->idiag_if)
		append_interface(text, id->idiag_if);
}

/* Asked once for each port: 100,000 connections have few different services. */
static const char *find_service(uint16_t port)
{
	static const char *names[65536];
	struct servent *service;

	if (!names[port]) {
		service = getservbyport(htons(port), "tcp");
		names[port] = service ? strdup(service->s_name) : "";
		if (!names[port])
			die("out of memory");
	}
	return names[port];
}

/**
 * name_port() - "http", "80", or "*" for none
 * @text: gets it; has PORT_LEN bytes
 * @port: in network order
 * @numeric: a number even if it has a name
 */
void name_port(char *text, uint16_t port, bool numeric)
{
	const char *name = numeric ? "" : find_service(ntohs(port));

	if (!port)
		snprintf(text, PORT_LEN, "*");
	else if (*name)
		snprintf(text, PORT_LEN, "%s", name);
	else
		snprintf(text, PORT_LEN, "%u", ntohs(port));
}

/**
 * name_rate() - "28.3Gbps", or "28262389888bps"
 * @text: gets it; has RATE_LEN bytes
 * @rate: in bits per second
 * @numeric: all digits, no unit
 */
void name_rate(char *text, double rate, bool numeric)
{
	static const struct {
		double factor;
		const char *prefix;
	} units[] = { { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } };
	size_t i;

	if (numeric) {
		snprintf(text, RATE_LEN, "%.0fbps", rate);
		return;
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (rate >= units[i].factor) {
			snprintf(text, RATE_LEN, "%.3g%sbps", rate / units[i].factor,
				 units[i].prefix);
			return;
		}
	}
	snprintf(text, RATE_LEN, "%gbps", rate);
}

/**
 * name_time() - what is left of a timer: "119min", "1min30sec", "59sec", "1.204ms", "204ms"
 * @text: gets it
 * @size: of @text
 * @ms: in milliseconds
 *
 * The figure with a dot is seconds and milliseconds, whatever its unit says: ss has it.
 */
void name_time(char *text, size_t size, unsigned int ms)
{
	unsigned int min = ms / 60000, sec = ms / 1000 % 60;

	ms %= 1000;
	if (min > 9 || (min && !sec))
		snprintf(text, size, "%umin", min);
	else if (min)
		snprintf(text, size, "%umin%usec", min, sec);
	else if (sec > 9 || (sec && !ms))
		snprintf(text, size, "%usec", sec);
	else if (sec)
		snprintf(text, size, "%u.%03ums", sec, ms);
	else
		snprintf(text, size, ms ? "%03ums" : "", ms);
}
