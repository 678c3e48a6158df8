/* SPDX-License-Identifier: GPL-2.0 */
/* Delivery rate samples, draft-cheng-iccrg-delivery-rate-estimation-00. */
#ifndef MYTCP_PROTO_RATE_H
#define MYTCP_PROTO_RATE_H

#include <linux/types.h>

#include "mytcp/proto/cong.h"

/**
 * struct mytcp_rate - what a connection has delivered; zeroed at first
 * @delivered: segments, in all; may wrap
 * @delivered_us: when that last grew, microseconds of a clock that may wrap
 * @first_us: when the flight was begun that is measured now
 * @limited_until: 0, or the sender was short of data when so much was not
 *	delivered yet
 * @told: the sample that tells most of the path, for TCP_INFO: the last one for which
 *	the sender was not short of data, or a faster one
 */
struct mytcp_rate {
	u32 delivered;
	u32 delivered_us;
	u32 first_us;
	u32 limited_until;
	struct mytcp_cong_rate told;
};

/**
 * struct mytcp_rate_stamp - what a segment remembers of when it was sent
 * @delivered: struct mytcp_rate's, at that time
 * @delivered_us: likewise
 * @first_us: likewise
 * @valid: it was sent since there is a struct mytcp_rate
 * @app_limited: the sender was short of data
 */
struct mytcp_rate_stamp {
	u32 delivered;
	u32 delivered_us;
	u32 first_us;
	bool valid;
	bool app_limited;
};

/**
 * struct mytcp_rate_news - collects what one ACK delivers; zeroed at first
 * @newest: of the segment sent last
 * @sent_us: when that was
 */
struct mytcp_rate_news {
	struct mytcp_rate_stamp newest;
	u32 sent_us;
};

void mytcp_rate_sent(struct mytcp_rate *rate, struct mytcp_rate_stamp *stamp,
		     u32 in_flight, u32 now_us);
void mytcp_rate_delivered(struct mytcp_rate_news *news,
			  const struct mytcp_rate_stamp *stamp, u32 sent_us);
void mytcp_rate_sample(struct mytcp_rate *rate, const struct mytcp_rate_news *news,
		       u32 delivered, u32 now_us, u32 min_rtt_us,
		       struct mytcp_cong_rate *sample);
u64 mytcp_rate_octets(const struct mytcp_cong_rate *sample, u32 mss);
void mytcp_rate_limited(struct mytcp_rate *rate, u32 in_flight);

#endif /* MYTCP_PROTO_RATE_H */
