// SPDX-License-Identifier: GPL-2.0
/* Sockets that are listed; see entry.h */
#include "entry.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "error.h"

/**
 * entries_add() - append a socket
 * @entries: the list
 * @msg: what is known of it
 *
 * Return: the new entry, until the next is added.
 */
struct entry *entries_add(struct entries *entries, const struct inet_diag_msg *msg)
{
	struct entry *entry;

	if (entries->count == entries->room) {
		entries->room = entries->room ? 2 * entries->room : 64;
		entries->list = resize(entries->list, entries->room, sizeof(*entry));
	}
	entry = &entries->list[entries->count++];
	entry->msg = *msg;
	entry->message = NULL;
	return entry;
}

/**
 * entries_add_message() - append a socket, with all its attributes
 * @entries: the list
 * @message: holds at least a struct inet_diag_msg; it is copied
 */
void entries_add_message(struct entries *entries, const struct nlmsghdr *message)
{
	struct entry *entry = entries_add(entries, mnl_nlmsg_get_payload(message));

	entry->message = resize(NULL, 1, message->nlmsg_len);
	memcpy(entry->message, message, message->nlmsg_len);
}

/**
 * entries_free() - forget all
 * @entries: the list, empty and usable afterwards
 */
void entries_free(struct entries *entries)
{
	size_t i;

	for (i = 0; i < entries->count; i++)
		free(entries->list[i].message);
	free(entries->list);
	memset(entries, 0, sizeof(*entries));
}

/**
 * entry_attr() - an attribute of the kernel's message
 * @entry: the socket
 * @type: INET_DIAG_...
 *
 * Return: the attribute, or NULL if the kernel did not send it.
 */
const struct nlattr *entry_attr(const struct entry *entry, uint16_t type)
{
	const struct nlattr *attr;

	if (!entry->message)
		return NULL;
	mnl_attr_for_each(attr, entry->message, sizeof(struct inet_diag_msg))
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

/**
 * entry_read_attr() - copy an attribute that is a number or a structure
 * @entry: the socket
 * @type: INET_DIAG_...
 * @to: gets it; an older kernel's shorter structure is filled up with zeroes
 * @size: of @to
 *
 * Return: whether the kernel sent it.
 */
bool entry_read_attr(const struct entry *entry, uint16_t type, void *to, size_t size)
{
	const struct nlattr *attr = entry_attr(entry, type);
	size_t len;

	if (!attr)
		return false;
	len = mnl_attr_get_payload_len(attr);
	memset(to, 0, size);
	memcpy(to, mnl_attr_get_payload(attr), len < size ? len : size);
	return true;
}

/**
 * entry_address_len() - how much of idiag_src and idiag_dst is in use
 * @entry: the socket
 *
 * Return: the length in bytes of an address of its family.
 */
int entry_address_len(const struct entry *entry)
{
	return entry->msg.idiag_family == AF_INET6 ? 16 : 4;
}
