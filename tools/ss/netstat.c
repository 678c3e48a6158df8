// SPDX-License-Identifier: GPL-2.0
/* The table of netstat -t; see print.h */
#include <stdio.h>

#include "names.h"
#include "print.h"
#include "states.h"

static void print_owner(const struct owners *owners, unsigned long inode)
{
	const struct owner *owner = owners_find(owners, inode);

	if (owner)
		printf("%d/%s", (int)owner->pid, owner->name);
	else
		putchar('-');
}

static void endpoint(char *text, const struct entry *entry, bool peer, bool numeric)
{
	const struct inet_diag_sockid *id = &entry->msg.id;
	/* Without attributes: netstat writes [::] even for both families. */
	const struct entry plain = { .msg = entry->msg };
	char address[ADDRESS_LEN], port[PORT_LEN];

	name_address(address, &plain, peer);
	name_port(port, peer ? id->idiag_dport : id->idiag_sport, numeric);
	snprintf(text, ADDRESS_LEN + PORT_LEN, "%s:%s", address, port);
}

static void print_entry(const struct entry *entry, const struct view *view,
			const char *protocol)
{
	char local[ADDRESS_LEN + PORT_LEN], remote[ADDRESS_LEN + PORT_LEN];
	const char *state = state_name_netstat(entry->msg.idiag_state);
	/* Netlink has a listener's limit there, which netstat's source does not know. */
	unsigned int send_queue = entry->msg.idiag_state == ST_LISTEN ?
				  0 : entry->msg.idiag_wqueue;

	endpoint(local, entry, false, view->numeric);
	endpoint(remote, entry, true, view->numeric);
	printf("%-5s %6u %6u %-23s %-23s ", protocol, entry->msg.idiag_rqueue,
	       send_queue, local, remote);
	printf(view->owners ? "%-11s " : "%s", state ? state : "UNKNOWN");
	if (view->owners)
		print_owner(view->owners, entry->msg.idiag_inode);
	putchar('\n');
}

/**
 * print_netstat() - print the table of netstat
 * @entries: its lines
 * @view: whether ports are numeric, and owners
 * @protocol: what the first column says
 * @which: sockets these are, for the title
 */
void print_netstat(const struct entries *entries, const struct view *view,
		   const char *protocol, const char *which)
{
	size_t i;

	if (view->header) {
		printf("Active %s connections (%s)\n",
		       protocol[0] == 'm' ? "MyTCP" : "Internet", which);
		printf("Proto Recv-Q Send-Q %-23s %-23s %s\n", "Local Address",
		       "Foreign Address",
		       view->owners ? "State       PID/Program name" : "State");
	}
	for (i = 0; i < entries->count; i++)
		print_entry(&entries->list[i], view, protocol);
}
