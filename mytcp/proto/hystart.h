/* SPDX-License-Identifier: GPL-2.0 */
/* HyStart++: the end of the first slow start before something is lost; see hystart.c. */
#ifndef MYTCP_PROTO_HYSTART_H
#define MYTCP_PROTO_HYSTART_H

#include "mytcp/proto/cong.h"

/**
 * struct mytcp_hystart - what is known of the rounds; zeroed at first
 * @round: the present round trip
 * @last_min_us: least round trip of the round before, microseconds; 0 for none
 * @now_min_us: of this round so far; 0 for none
 * @base_min_us: what made conservative slow start begin
 * @calm_us: least round trip of the round before that
 * @least_us: least round trip so far; 0 for none
 * @train_us: the clock at the first of ACKs without a gap; microseconds, it wraps
 * @last_us: and at the last
 * @samples: round trips sampled in this round, up to 8
 * @css_rounds: rounds of conservative slow start, 0 outside of it
 * @css_acked: segments acknowledged there, towards the next increase
 */
struct mytcp_hystart {
	struct mytcp_cong_round round;
	u32 last_min_us;
	u32 now_min_us;
	u32 base_min_us;
	u32 calm_us;
	u32 least_us;
	u32 train_us;
	u32 last_us;
	u8 samples;
	u8 css_rounds;
	u8 css_acked;
};

u32 mytcp_hystart_on_ack(struct mytcp_hystart *hs, struct mytcp_cong *cong,
			 const struct mytcp_cong_ack *ack, u32 acked);

#endif /* MYTCP_PROTO_HYSTART_H */
