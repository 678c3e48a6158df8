/* SPDX-License-Identifier: GPL-2.0 */
/* Loss recovery: marks what is to be sent again, never sends. Socket locked. */
#ifndef MYTCP_ENGINE_RECOVERY_H
#define MYTCP_ENGINE_RECOVERY_H

#include <linux/types.h>
#include "mytcp/engine/sacked.h"
#include "mytcp/sock/sock.h"

u32 mytcp_recovery_segments(const struct mytcp_sock *ms);
u32 mytcp_recovery_on_dupack(struct sock *sk);
bool mytcp_recovery_on_ack(struct sock *sk, u32 acked);
bool mytcp_recovery_by_sack(struct sock *sk, const struct mytcp_news *news);
void mytcp_recovery_on_repaired(struct sock *sk);
void mytcp_recovery_on_reorder(struct sock *sk);
void mytcp_recovery_on_ece(struct sock *sk, u32 ack);
void mytcp_recovery_on_rto(struct sock *sk);

/* Segments believed to be in the network. */
static inline u32 mytcp_recovery_in_flight(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	return ms->snd_nxt == ms->snd_una ? 0 : mytcp_recovery_segments(ms);
}

#endif /* MYTCP_ENGINE_RECOVERY_H */
