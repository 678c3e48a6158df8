/* SPDX-License-Identifier: GPL-2.0 */
/* Which congestion controls there are, who uses which, and their memory. */
#ifndef MYTCP_SOCK_ALGORITHMS_H
#define MYTCP_SOCK_ALGORITHMS_H

#include <linux/types.h>
#include <net/net_namespace.h>

#include "mytcp/proto/cong.h"
#include "mytcp/proto/rate.h"

struct mytcp_net;

/* Room for all their names, one after another. */
#define MYTCP_ALGORITHMS_TEXT	2048

/* What a connection that has data to send spends its time with. */
enum mytcp_phase {
	MYTCP_PHASE_IDLE,	/* there is none */
	MYTCP_PHASE_BUSY,
	MYTCP_PHASE_RWND,	/* the peer's window keeps it back */
	MYTCP_PHASE_SNDBUF,	/* the send buffer is too small for the path */
	MYTCP_PHASES,
};

/**
 * struct mytcp_algorithms_room - what a connection has once it is more than
 *	request and response
 * @priv: the algorithm's own
 * @rate: the delivery rate, for the algorithm and for TCP_INFO
 * @delivered_ce: segments delivered that the receiver saw marked
 * @spent: jiffies in each phase, those that are over
 * @phase_since: jiffies when this one began
 * @phase: enum mytcp_phase
 */
struct mytcp_algorithms_room {
	u64 priv[MYTCP_CONG_PRIV_MAX / sizeof(u64)];
	struct mytcp_rate rate;
	u32 delivered_ce;
	u32 spent[MYTCP_PHASES];
	u32 phase_since;
	u8 phase;
};

/* What a connection has, or NULL. */
static inline struct mytcp_algorithms_room *
mytcp_algorithms_room(const struct mytcp_cong *cong)
{
	return cong->priv ? container_of(cong->priv, struct mytcp_algorithms_room,
					 priv[0]) : NULL;
}

/* The delivery rate's state, or NULL as long as there is no room for it. */
static inline struct mytcp_rate *
mytcp_algorithms_rate(const struct mytcp_cong *cong)
{
	struct mytcp_algorithms_room *room = mytcp_algorithms_room(cong);

	return room ? &room->rate : NULL;
}

/* For other modules. */
int __visible mytcp_cong_register(const struct mytcp_cong_ops *ops);
void __visible mytcp_cong_unregister(const struct mytcp_cong_ops *ops);

void mytcp_algorithms_begin(struct mytcp_cong *cong, const struct net *net);
void mytcp_algorithms_inherit(struct mytcp_cong *cong, const struct net *net);
int mytcp_algorithms_choose(struct mytcp_cong *cong, const char *name, bool any);
bool mytcp_algorithms_give_room(struct mytcp_cong *cong, gfp_t gfp);
void mytcp_algorithms_take_room(struct mytcp_cong *cong);
void mytcp_algorithms_release(struct mytcp_cong *cong);

void mytcp_algorithms_name(const struct mytcp_cong *cong, char *name);
void mytcp_algorithms_name_default(const struct mytcp_net *mn, char *name);
int mytcp_algorithms_set_default(struct mytcp_net *mn, const char *name);
void mytcp_algorithms_list(char *text, size_t size, bool allowed);
int mytcp_algorithms_allow(char *names);

void mytcp_algorithms_net_init(struct net *net);
void mytcp_algorithms_net_exit(struct net *net);
int mytcp_algorithms_init(void);
void mytcp_algorithms_exit(void);

#endif /* MYTCP_SOCK_ALGORITHMS_H */
