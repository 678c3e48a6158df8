// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the path delivers: draft-cheng-iccrg-delivery-rate-estimation-00. Each
 * segment remembers what had been delivered when it was sent; when it is delivered
 * itself, the difference over the time is a sample. Of the time it took to send and
 * the time it took to acknowledge the longer one counts, as ACKs may be compressed.
 */
#include <linux/math64.h>
#include <linux/minmax.h>

#include "mytcp/proto/rate.h"

/**
 * mytcp_rate_sent() - a segment goes out, for the first time or again
 * @rate: state
 * @stamp: the segment's, written
 * @in_flight: segments in the network besides
 * @now_us: clock
 */
void mytcp_rate_sent(struct mytcp_rate *rate, struct mytcp_rate_stamp *stamp,
		     u32 in_flight, u32 now_us)
{
	/* After a pause a flight begins: the pause is not the path's. */
	if (!in_flight) {
		rate->first_us = now_us;
		rate->delivered_us = now_us;
	}
	stamp->delivered = rate->delivered;
	stamp->delivered_us = rate->delivered_us;
	stamp->first_us = rate->first_us;
	stamp->app_limited = rate->limited_until;
	stamp->valid = true;
}

/**
 * mytcp_rate_delivered() - an ACK tells that a segment has arrived
 * @news: what this ACK has told so far
 * @stamp: the segment's
 * @sent_us: when it was sent last
 */
void mytcp_rate_delivered(struct mytcp_rate_news *news,
			  const struct mytcp_rate_stamp *stamp, u32 sent_us)
{
	if (!stamp->valid)
		return;
	if (news->newest.valid &&
	    (s32)(stamp->delivered - news->newest.delivered) < 0)
		return;
	news->newest = *stamp;
	news->sent_us = sent_us;
}

/* Is it worth more than what was told before? */
static bool rate_tells(const struct mytcp_cong_rate *sample,
		       const struct mytcp_cong_rate *told)
{
	return !sample->app_limited || !told->interval_us ||
	       (u64)sample->delivered * told->interval_us >=
	       (u64)told->delivered * sample->interval_us;
}

/**
 * mytcp_rate_sample() - all that an ACK tells is known
 * @rate: state
 * @news: of this ACK
 * @delivered: segments that it newly delivers
 * @now_us: clock
 * @min_rtt_us: least round trip seen: a shorter interval cannot be true
 * @sample: written; interval_us is 0 if there is none
 */
void mytcp_rate_sample(struct mytcp_rate *rate, const struct mytcp_rate_news *news,
		       u32 delivered, u32 now_us, u32 min_rtt_us,
		       struct mytcp_cong_rate *sample)
{
	const struct mytcp_rate_stamp *newest = &news->newest;
	u32 send_us, ack_us;

	*sample = (struct mytcp_cong_rate){};
	if (delivered) {
		rate->delivered += delivered;
		rate->delivered_us = now_us;
	}
	if (rate->limited_until &&
	    (s32)(rate->delivered - rate->limited_until) > 0)
		rate->limited_until = 0;
	if (!newest->valid)
		return;

	send_us = news->sent_us - newest->first_us;
	ack_us = now_us - newest->delivered_us;
	rate->first_us = news->sent_us;
	sample->delivered = rate->delivered - newest->delivered;
	sample->prior_delivered = newest->delivered;
	sample->app_limited = newest->app_limited;
	sample->interval_us = max(send_us, ack_us);
	if (sample->interval_us < min_rtt_us)
		sample->interval_us = 0;
	if (sample->interval_us && sample->delivered &&
	    rate_tells(sample, &rate->told))
		rate->told = *sample;
}

/**
 * mytcp_rate_octets() - a sample as octets a second
 * @sample: one that was taken, or zeroes
 * @mss: octets of a segment
 */
u64 mytcp_rate_octets(const struct mytcp_cong_rate *sample, u32 mss)
{
	if (!sample->interval_us)
		return 0;
	return div_u64((u64)sample->delivered * mss * 1000000,
		       sample->interval_us);
}

/**
 * mytcp_rate_limited() - there is room in the window, and nothing to send
 * @rate: state
 * @in_flight: segments in the network
 */
void mytcp_rate_limited(struct mytcp_rate *rate, u32 in_flight)
{
	rate->limited_until = max(rate->delivered + in_flight, 1U);
}
