/* SPDX-License-Identifier: GPL-2.0 */
/* Recoveries and timeouts for nothing. Socket locked. */
#ifndef MYTCP_ENGINE_SPURIOUS_H
#define MYTCP_ENGINE_SPURIOUS_H

#include <linux/types.h>
#include "mytcp/engine/sacked.h"
#include "mytcp/sock/sock.h"

/* F-RTO: nothing is sent again until new segments have told what the timeout was. */
static inline bool mytcp_spurious_doubts(const struct mytcp_sock *ms)
{
	return ms->bulk && ms->bulk->frto.step == MYTCP_FRTO_SECOND;
}

bool mytcp_spurious_undo(struct sock *sk, const struct mytcp_news *news, u32 rtt_us);
void mytcp_spurious_doubt(struct sock *sk);

#endif /* MYTCP_ENGINE_SPURIOUS_H */
