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

/**
 * struct mytcp_algorithms_room - what a connection has once it is more than
 *	request and response
 * @priv: the algorithm's own
 * @rate: the delivery rate, kept for MYTCP_CONG_NEEDS_RATE
 */
struct mytcp_algorithms_room {
	u64 priv[MYTCP_CONG_PRIV_MAX / sizeof(u64)];
	struct mytcp_rate rate;
};

/* The delivery rate's state, or NULL when the algorithm does not ask for it. */
static inline struct mytcp_rate *
mytcp_algorithms_rate(const struct mytcp_cong *cong)
{
	if (!cong->priv || !(cong->ops->flags & MYTCP_CONG_NEEDS_RATE))
		return NULL;
	return &container_of(cong->priv, struct mytcp_algorithms_room,
			     priv[0])->rate;
}

/* For other modules. */
int mytcp_cong_register(const struct mytcp_cong_ops *ops);
void mytcp_cong_unregister(const struct mytcp_cong_ops *ops);

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
