/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How large a packet may be, found out without anybody's word: packetization layer
 * path MTU discovery, RFC 4821 7. Sizes are those of whole packets, IP header
 * included; times are seconds of any clock, which may wrap.
 */
#ifndef MYTCP_PROTO_PLPMTU_H
#define MYTCP_PROTO_PLPMTU_H

#include <linux/types.h>

#define MYTCP_PLPMTU_MOST	65535U

/**
 * struct mytcp_plpmtu - a search, and the probe that is out
 * @low: search_low: such packets get through; eff_pmtu, too. 0: there is no search
 * @high: search_high: none larger is worth a probe
 * @size: of the probe that is planned or out, 0 for none
 * @out: it has been sent
 * @begin: SEG.SEQ of the probe
 * @end: the sequence number after it
 * @since: when @high was last told by anything but the interface
 */
struct mytcp_plpmtu {
	u16 low;
	u16 high;
	u16 size;
	bool out;
	u32 begin;
	u32 end;
	u32 since;
};

/**
 * struct mytcp_plpmtu_range - where to search
 * @low: search_low
 * @high: search_high
 * @threshold: a range smaller than this is not worth a probe
 */
struct mytcp_plpmtu_range {
	u32 low;
	u32 high;
	u32 threshold;
};

/* Is there a search, be it at its end? */
static inline bool mytcp_plpmtu_active(const struct mytcp_plpmtu *p)
{
	return p->low;
}

/* Is @seq in the probe that is out? */
static inline bool mytcp_plpmtu_within(const struct mytcp_plpmtu *p, u32 seq)
{
	return p->out && seq - p->begin < p->end - p->begin;
}

bool mytcp_plpmtu_is_worth(const struct mytcp_plpmtu_range *range);
void mytcp_plpmtu_begin(struct mytcp_plpmtu *p,
			const struct mytcp_plpmtu_range *range, u32 now);
u32 mytcp_plpmtu_size(const struct mytcp_plpmtu *p, u32 mtu);
u32 mytcp_plpmtu_choose(const struct mytcp_plpmtu *p, u32 threshold);
bool mytcp_plpmtu_is_due(const struct mytcp_plpmtu *p, u32 interval, u32 now);
void mytcp_plpmtu_plan(struct mytcp_plpmtu *p, u32 size, u32 begin, u32 end);
void mytcp_plpmtu_forget(struct mytcp_plpmtu *p);
bool mytcp_plpmtu_sent(struct mytcp_plpmtu *p, u32 begin, u32 end);
bool mytcp_plpmtu_on_ack(struct mytcp_plpmtu *p, u32 una);
void mytcp_plpmtu_on_loss(struct mytcp_plpmtu *p, u32 now);
bool mytcp_plpmtu_on_mtu(struct mytcp_plpmtu *p, u32 mtu, u32 now);
void mytcp_plpmtu_on_black_hole(struct mytcp_plpmtu *p, u32 headers, u32 base,
				u32 least);

#endif /* MYTCP_PROTO_PLPMTU_H */
