/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of a socket, from netlink or from /proc. */
#ifndef MYTCP_SS_ENTRY_H
#define MYTCP_SS_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>

/* idiag_timer */
enum { TIMER_OFF, TIMER_RETRANSMIT, TIMER_KEEPALIVE, TIMER_TIME_WAIT, TIMER_PROBE };

/**
 * struct entry - a socket, a TIME_WAIT bucket, or an entry of the SYN queue
 * @msg: addresses, state, timer, queues, owner
 * @message: the message of the kernel, for its attributes; NULL from /proc
 */
struct entry {
	struct inet_diag_msg msg;
	struct nlmsghdr *message;
};

/**
 * struct entries - what is listed, in the order it was read
 * @list: the entries
 * @count: how many there are
 * @room: how many @list has room for
 */
struct entries {
	struct entry *list;
	size_t count;
	size_t room;
};

struct entry *entries_add(struct entries *entries, const struct inet_diag_msg *msg);
void entries_add_message(struct entries *entries, const struct nlmsghdr *message);
void entries_free(struct entries *entries);

const struct nlattr *entry_attr(const struct entry *entry, uint16_t type);
bool entry_read_attr(const struct entry *entry, uint16_t type, void *to, size_t size);
int entry_address_len(const struct entry *entry);

#endif /* MYTCP_SS_ENTRY_H */
