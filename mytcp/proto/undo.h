/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recoveries that need not have been: found by timestamps (Eifel, RFC 3522) or by
 * D-SACKs (RFC 3708), or by F-RTO (frto.h). What follows is mytcp_cong_undo()'s.
 */
#ifndef MYTCP_PROTO_UNDO_H
#define MYTCP_PROTO_UNDO_H

#include <linux/types.h>
#include "mytcp/proto/segment.h"

/**
 * struct mytcp_undo - a recovery that may turn out to be needless
 * @from: SND.UNA when it began
 * @to: the sequence number after the highest octet sent again
 * @again: octets sent again that no D-SACK has told of
 * @first_tsval: timestamp of the first segment sent again
 * @going_on: there is such a recovery
 * @sent_again: something has been sent again
 * @has_tsval: @first_tsval is set, and no ACK has come since that could answer it
 */
struct mytcp_undo {
	u32 from;
	u32 to;
	u32 again;
	u32 first_tsval;
	bool going_on;
	bool sent_again;
	bool has_tsval;
};

/**
 * struct mytcp_undo_ack - an acceptable ACK, as Eifel detection wants to know it
 * @una: SND.UNA after it
 * @nxt: SND.NXT
 * @has_ts: it has a timestamp
 * @tsecr: the timestamp that it echoes
 * @dsack: it has a D-SACK
 * @dsack_before: an ACK of this connection had one before
 */
struct mytcp_undo_ack {
	u32 una;
	u32 nxt;
	bool has_ts;
	u32 tsecr;
	bool dsack;
	bool dsack_before;
};

void mytcp_undo_begin(struct mytcp_undo *undo, u32 una);
void mytcp_undo_end(struct mytcp_undo *undo);
void mytcp_undo_sent_again(struct mytcp_undo *undo, u32 seq, u32 end,
			   bool has_ts, u32 tsval);
bool mytcp_undo_by_timestamp(struct mytcp_undo *undo,
			     const struct mytcp_undo_ack *ack);
bool mytcp_undo_by_dsack(struct mytcp_undo *undo,
			 const struct mytcp_sack_block *dsack);

#endif /* MYTCP_PROTO_UNDO_H */
