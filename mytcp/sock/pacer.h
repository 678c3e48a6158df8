/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What wakes a sender that holds segments back: a clock, or the device that has sent
 * what lies below the socket. Made on demand: most connections never wait for either.
 */
#ifndef MYTCP_SOCK_PACER_H
#define MYTCP_SOCK_PACER_H

#include <linux/hrtimer.h>
#include <linux/llist.h>
#include <linux/types.h>

#include "mytcp/proto/pace.h"

struct sock;

/**
 * struct mytcp_pacer - of one socket, which may wait
 * @timer: until the next segment's time; has a reference to the socket while queued
 * @pace: that time; sk
 * @link: in a CPU's list, with a reference to the socket, while MYTCP_PACER_QUEUED
 * @sk: the socket
 * @flags: MYTCP_PACER_*; atomic bit operations, any context
 * @resume: octets of sk_wmem_alloc, at which it goes on; written with sk, read by
 *	who frees an skb
 *
 * Freed with the socket, after its last reference and its last skb.
 */
struct mytcp_pacer {
	struct hrtimer timer;
	struct mytcp_pace pace;
	struct llist_node link;
	struct sock *sk;
	unsigned long flags;
	u32 resume;
};

struct mytcp_pacer *mytcp_pacer_make(struct mytcp_pacer **at, struct sock *sk);
void mytcp_pacer_wake_at(struct mytcp_pacer *pacer, u64 ns);
bool mytcp_pacer_throttle(struct mytcp_pacer *pacer, u32 resume);
void mytcp_pacer_freed(struct mytcp_pacer *pacer);
void mytcp_pacer_stop(struct mytcp_pacer *pacer);
void mytcp_pacer_free(struct mytcp_pacer **at);
void mytcp_pacer_set_job(void (*job)(struct sock *sk));
int mytcp_pacer_init(void);
void mytcp_pacer_exit(void);

#endif /* MYTCP_SOCK_PACER_H */
