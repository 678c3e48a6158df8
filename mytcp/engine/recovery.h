/* SPDX-License-Identifier: GPL-2.0 */
/* Loss recovery: marks what is to be sent again, never sends. Socket locked. */
#ifndef MYTCP_ENGINE_RECOVERY_H
#define MYTCP_ENGINE_RECOVERY_H

#include <linux/types.h>
#include "mytcp/engine/sacked.h"
#include "mytcp/sock/sock.h"

u32 mytcp_recovery_in_flight(const struct sock *sk);
u32 mytcp_recovery_on_dupack(struct sock *sk);
bool mytcp_recovery_on_ack(struct sock *sk, u32 acked);
bool mytcp_recovery_by_sack(struct sock *sk, const struct mytcp_news *news);
void mytcp_recovery_on_repaired(struct sock *sk);
void mytcp_recovery_on_reorder(struct sock *sk);
void mytcp_recovery_on_ece(struct sock *sk, u32 ack);
void mytcp_recovery_on_rto(struct sock *sk);

#endif /* MYTCP_ENGINE_RECOVERY_H */
