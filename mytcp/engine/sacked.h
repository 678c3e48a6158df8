/* SPDX-License-Identifier: GPL-2.0 */
/* What an ACK tells of the segments that were sent: acknowledged, or SACKed. */
#ifndef MYTCP_ENGINE_SACKED_H
#define MYTCP_ENGINE_SACKED_H

#include <linux/types.h>
#include "mytcp/proto/rack.h"
#include "mytcp/proto/rate.h"
#include "mytcp/proto/segment.h"
#include "mytcp/sock/sock.h"

/**
 * struct mytcp_news - what one ACK tells of the segments that were sent
 * @rack: the ACK, as RACK wants to know it
 * @rate: of all segments that it tells of
 * @sent_us: when the newest skb acknowledged was sent, 0 for none
 * @acked: octets by which snd_una has moved
 * @sacked: octets SACKed for the first time
 * @delivered: octets acknowledged that had not been SACKed, and @sacked
 * @segs: the same in segments
 * @again: something acknowledged had been sent again (Karn: no sample from it)
 * @later: what was sent later than all that was delivered before is delivered:
 *	others may be lost by it
 * @once: octets were SACKed that had been sent once, the first at @once_from
 * @once_from: see @once
 * @sacked_to: the sequence number after what is SACKed for the first time, if any is
 * @reordered: what was sent once was overtaken, and has come
 * @has_dsack: @dsack is set
 * @dsack: what has come twice
 */
struct mytcp_news {
	struct mytcp_rack_ack rack;
	struct mytcp_rate_news rate;
	u64 sent_us;
	u32 acked;
	u32 sacked;
	u32 delivered;
	u32 segs;
	bool again;
	bool later;
	bool once;
	u32 once_from;
	u32 sacked_to;
	bool reordered;
	bool has_dsack;
	struct mytcp_sack_block dsack;
};

/* Losses are found by what is SACKed, and by time; else by duplicate ACKs. */
static inline bool mytcp_sacked_agreed(const struct mytcp_sock *ms)
{
	return ms->opt & MYTCP_HAS_SACK_PERM;
}

/*
 * RFC 5961 5.2: how far an ACK may lag behind, and a D-SACK. Nothing was sent before
 * the SYN, so in a young connection it is less than a window: else who guesses ACKs at
 * random has a window's chance from the start.
 */
static inline u32 mytcp_sacked_oldest(const struct mytcp_sock *ms)
{
	return ms->snd_una -
	       (u32)min_t(u64, ms->max_window, mytcp_tally(ms)->bytes_acked);
}

void mytcp_sacked_begin(const struct sock *sk, const struct mytcp_seg *seg,
			struct mytcp_news *news);
void mytcp_sacked_delivered(struct sock *sk, const struct sk_buff *skb,
			    struct mytcp_news *news);
void mytcp_sacked_advance(struct sock *sk, struct mytcp_news *news);
void mytcp_sacked_blocks(struct sock *sk, const struct mytcp_seg *seg,
			 struct mytcp_news *news);
void mytcp_sacked_forget(struct sock *sk);

#endif /* MYTCP_ENGINE_SACKED_H */
