/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a connection needs only from the day something is lost or reordered, on its
 * way to us or to the peer: most never see one, and wait, or ask and answer, for all
 * their life.
 */
#ifndef MYTCP_SOCK_BULK_H
#define MYTCP_SOCK_BULK_H

#include <linux/list.h>
#include "mytcp/proto/drs.h"
#include "mytcp/proto/frto.h"
#include "mytcp/proto/minrtt.h"
#include "mytcp/proto/plpmtu.h"
#include "mytcp/proto/prr.h"
#include "mytcp/proto/rack.h"
#include "mytcp/proto/reasm.h"
#include "mytcp/proto/sacks.h"
#include "mytcp/proto/scoreboard.h"
#include "mytcp/proto/tlp.h"
#include "mytcp/proto/undo.h"

/**
 * struct mytcp_bulk - the part of a connection's state that is made on demand
 * @reasm: pieces beyond rcv_nxt, their skbs owned through mytcp_cb; sk
 * @sacks: blocks to report to the peer; sk
 * @drs: how large the receive window should be; sk
 * @scoreboard: what the peer has reported; sk
 * @rack: what has been delivered to it; sk
 * @prr: how much may be sent in a fast recovery; sk
 * @undo: whether the recovery was needless; sk
 * @tlp: the tail loss probe that is out; sk
 * @probed: octets in flight when @tlp was sent; sk
 * @frto: a timeout that may have been needless; sk
 * @minrtt: smallest round trip of late, RACK's; sk
 * @plpmtu: how large packets may be, found out by probes; sk
 * @dsacks: ACKs that reported a duplicate; sk
 * @reordered: ACKs that told of a segment after a later one's; sk
 * @pieces: segments that came before their turn; sk
 * @timeouts: retransmission timeouts; sk
 * @timeout_turns: rows of them without an ACK of new data; sk
 * @timeout_ms: how long these took, those that are over; sk
 * @timeout_since: when the one began that is not, mytcp_clock_ms(), or 0; sk
 * @ts_least: TS.Recent when the first piece came, valid with @late; sk
 * @late: something that was sent again may have overtaken what was sent before it; sk
 * @untold: the last segment had no room for the blocks of @sacks; sk
 * @ordered: @order is kept
 * @sacked: octets of the skbs that are marked as SACKed; sk
 * @lost_from: no skb before it is marked as lost, if any is; sk
 * @order: what is sent and neither SACKed nor lost, see sock/sent.h; sk
 */
struct mytcp_bulk {
	struct mytcp_reasm reasm;
	struct mytcp_sacks sacks;
	struct mytcp_drs drs;
	struct mytcp_scoreboard scoreboard;
	struct mytcp_rack rack;
	struct mytcp_prr prr;
	struct mytcp_undo undo;
	struct mytcp_tlp tlp;
	u32 probed;
	struct mytcp_frto frto;
	struct mytcp_minrtt minrtt;
	struct mytcp_plpmtu plpmtu;
	u32 dsacks;
	u32 reordered;
	u32 pieces;
	u16 timeouts;
	u16 timeout_turns;
	u32 timeout_ms;
	u32 timeout_since;
	u32 ts_least;
	bool late;
	bool untold;
	bool ordered;
	u32 sacked;
	u32 lost_from;
	struct list_head order;
};

struct mytcp_bulk *mytcp_bulk_make(struct mytcp_bulk **at, u32 una);
void mytcp_bulk_drop(struct mytcp_bulk **at);
int mytcp_bulk_init(void);
void mytcp_bulk_exit(void);

#endif /* MYTCP_SOCK_BULK_H */
