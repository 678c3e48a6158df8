/* SPDX-License-Identifier: GPL-2.0 */
/*
 * F-RTO, RFC 5682: was the timeout spurious? When the retransmission has been
 * acknowledged, new data is sent instead of old; what is acknowledged next tells.
 *
 * With SACK it is the variant of section 3, else that of section 2.
 */
#ifndef MYTCP_PROTO_FRTO_H
#define MYTCP_PROTO_FRTO_H

#include <linux/types.h>

#define MYTCP_FRTO_NEW_SEGMENTS	2	/* to be sent in step 2 */
#define MYTCP_FRTO_CWND		3	/* segments: the most after step 3a */

/* Where the algorithm stands. */
enum mytcp_frto_step {
	MYTCP_FRTO_OFF,
	MYTCP_FRTO_FIRST,	/* step 2: for the ACK of the retransmission */
	MYTCP_FRTO_SECOND,	/* step 3: for the one after it */
};

/**
 * struct mytcp_frto - a timeout in doubt
 * @step: enum mytcp_frto_step
 * @sack: SACK is agreed on
 * @again_end: the sequence number after what the timeout sent again
 * @recover: SND.NXT when step 2 was left: new data begins there
 */
struct mytcp_frto {
	u8 step;
	bool sack;
	u32 again_end;
	u32 recover;
};

/**
 * struct mytcp_frto_ack - an acceptable ACK
 * @una: SND.UNA after it
 * @nxt: SND.NXT
 * @advances: it has moved SND.UNA
 * @sacked_below: it SACKs, for the first time, octets before mytcp_frto.recover
 *	that were sent only once; not looked at in step 2
 * @sacked_above: it SACKs, for the first time, octets from there on; likewise
 * @may_send_new: there is new data, and room for it in the peer's window
 */
struct mytcp_frto_ack {
	u32 una;
	u32 nxt;
	bool advances;
	bool sacked_below;
	bool sacked_above;
	bool may_send_new;
};

/* What to do after an ACK. */
enum mytcp_frto_verdict {
	MYTCP_FRTO_NOTHING,	/* no timeout in doubt, or wait for the next ACK */
	MYTCP_FRTO_SEND_NEW,	/* up to two new segments; nothing again */
	MYTCP_FRTO_GO_BACK,	/* to the usual recovery, in slow start */
	MYTCP_FRTO_GENUINE,	/* the same, with MYTCP_FRTO_CWND at most */
	MYTCP_FRTO_SPURIOUS,	/* nothing had been lost: undo */
};

void mytcp_frto_begin(struct mytcp_frto *frto, u32 again_end, bool sack,
		      bool in_recovery);
void mytcp_frto_cancel(struct mytcp_frto *frto);
enum mytcp_frto_verdict mytcp_frto_on_ack(struct mytcp_frto *frto,
					  const struct mytcp_frto_ack *ack);

#endif /* MYTCP_PROTO_FRTO_H */
