/* SPDX-License-Identifier: GPL-2.0 */
/* The path's MTU, found out by probes: RFC 4821. All functions: socket locked. */
#ifndef MYTCP_ENGINE_PLPMTU_H
#define MYTCP_ENGINE_PLPMTU_H

#include "mytcp/sock/sock.h"

/* Is there a search, or may there be one? Most connections have none. */
static inline bool mytcp_plpmtu_wanted(const struct sock *sk)
{
	const struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;

	return (bulk && mytcp_plpmtu_active(&bulk->plpmtu)) ||
	       READ_ONCE(mytcp_net(sock_net(sk))->mtu_probing) ==
	       MYTCP_MTU_PROBING_ALWAYS;
}

/* What is sent for the first time: is it the probe? Then it is out. */
static inline bool mytcp_plpmtu_is_probe(struct mytcp_sock *ms,
					 const struct mytcp_cb *cb)
{
	return ms->bulk && ms->bulk->plpmtu.size &&
	       mytcp_plpmtu_sent(&ms->bulk->plpmtu, cb->seq, cb->end);
}

/* Whose copy is acknowledged then, nobody knows. */
static inline void mytcp_plpmtu_sent_again(struct mytcp_plpmtu *p, u32 seq)
{
	if (mytcp_plpmtu_within(p, seq))
		mytcp_plpmtu_forget(p);
}

u32 mytcp_plpmtu_headers(const struct sock *sk);
u32 mytcp_plpmtu_limit(const struct sock *sk, u32 pmtu);
int mytcp_plpmtu_probe(struct sock *sk, u32 flight);
bool mytcp_plpmtu_acked(struct sock *sk);
bool mytcp_plpmtu_lost(struct sock *sk);
bool mytcp_plpmtu_lost_head(struct sock *sk);
void mytcp_plpmtu_told(struct sock *sk, u32 mtu);
bool mytcp_plpmtu_black_hole(struct sock *sk);

#endif /* MYTCP_ENGINE_PLPMTU_H */
