/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tail loss probes, RFC 8985 7: when the end of a flight is not acknowledged,
 * its last segment is sent again, long before the timeout.
 */
#ifndef MYTCP_PROTO_TLP_H
#define MYTCP_PROTO_TLP_H

#include <linux/types.h>
#include "mytcp/proto/segment.h"

#define MYTCP_TLP_UNKNOWN_US	1000000U	/* PTO without an SRTT */

/**
 * struct mytcp_tlp - the probe that is out
 * @end: SND.NXT when it was sent, it included (TLP.end_seq)
 * @out: there is one
 * @again: it had been sent before: it may have repaired a loss
 * @waits: no round trip has been measured since it was sent
 */
struct mytcp_tlp {
	u32 end;
	bool out;
	bool again;
	bool waits;
};

/**
 * struct mytcp_tlp_ack - an ACK, as the end of a probe wants to know it
 * @ack: its acknowledgment number
 * @dsack: its D-SACK, or NULL
 * @plain_dup: it is a duplicate ACK without any SACK block
 */
struct mytcp_tlp_ack {
	u32 ack;
	const struct mytcp_sack_block *dsack;
	bool plain_dup;
};

/* What an ACK says of the probe. */
enum mytcp_tlp_verdict {
	MYTCP_TLP_GO_ON,	/* nothing, or there is no probe */
	MYTCP_TLP_OVER,		/* nothing had been lost */
	MYTCP_TLP_REPAIRED,	/* a loss: congestion control must hear of it */
};

u32 mytcp_tlp_pto_us(u32 srtt_us, bool one_in_flight, u32 max_ack_delay_us,
		     u32 rto_left_us);
/* 7.3: one probe at a time, and the path has shown that it is alive since. */
static inline bool mytcp_tlp_may_probe(const struct mytcp_tlp *tlp)
{
	return !tlp->out && !tlp->waits;
}

/* A round trip has been measured. */
static inline void mytcp_tlp_sampled(struct mytcp_tlp *tlp)
{
	tlp->waits = false;
}

void mytcp_tlp_begin(struct mytcp_tlp *tlp, u32 nxt, bool again);
void mytcp_tlp_cancel(struct mytcp_tlp *tlp);
enum mytcp_tlp_verdict mytcp_tlp_on_ack(struct mytcp_tlp *tlp,
					const struct mytcp_tlp_ack *ack);

#endif /* MYTCP_PROTO_TLP_H */
