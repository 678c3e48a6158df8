// SPDX-License-Identifier: GPL-2.0
/* Packetization layer path MTU discovery: the search, RFC 4821 7. */
#include <linux/types.h>
#include <linux/minmax.h>

#include "mytcp/proto/plpmtu.h"
#include "mytcp/proto/seq.h"

/**
 * mytcp_plpmtu_is_worth() - would a search find anything?
 * @range: the range
 *
 * 7.3: when the range is small enough, the search has converged.
 *
 * Context: any, no locks.
 */
bool mytcp_plpmtu_is_worth(const struct mytcp_plpmtu_range *range)
{
	return range->high > range->low &&
	       range->high - range->low >= max(range->threshold, 1U);
}

/**
 * mytcp_plpmtu_begin() - a search begins, or begins again
 * @p: state
 * @range: where, see 7.2
 * @now: clock, seconds
 *
 * Context: any, no locks.
 */
void mytcp_plpmtu_begin(struct mytcp_plpmtu *p,
			const struct mytcp_plpmtu_range *range, u32 now)
{
	u32 high = clamp_t(u32, range->high, 1, MYTCP_PLPMTU_MOST);

	*p = (struct mytcp_plpmtu) {
		.low = clamp_t(u32, range->low, 1, high),
		.high = high,
		.since = now,
	};
}

/**
 * mytcp_plpmtu_size() - how large packets other than probes are (eff_pmtu)
 * @p: state
 * @mtu: what the route allows
 *
 * Context: any, no locks.
 */
u32 mytcp_plpmtu_size(const struct mytcp_plpmtu *p, u32 mtu)
{
	return mytcp_plpmtu_active(p) ? min_t(u32, mtu, p->low) : mtu;
}

/**
 * mytcp_plpmtu_choose() - how large a probe should be
 * @p: state
 * @threshold: a range smaller than this is not worth one
 *
 * 7.3: the middle of the range.
 *
 * Context: any, no locks.
 * Return: octets; 0 when the search has converged, or there is none.
 */
u32 mytcp_plpmtu_choose(const struct mytcp_plpmtu *p, u32 threshold)
{
	const struct mytcp_plpmtu_range range = { p->low, p->high, threshold };
	u32 middle = ((u32)p->low + p->high) / 2;

	if (!mytcp_plpmtu_active(p) || !mytcp_plpmtu_is_worth(&range))
		return 0;
	return max(middle, p->low + 1U);
}

/**
 * mytcp_plpmtu_is_due() - is it time to look whether the path has become wider?
 * @p: state; the search has converged
 * @interval: seconds
 * @now: clock, seconds
 *
 * 7.3 again: the caller begins anew, with what is known to get through as search_low.
 *
 * Context: any, no locks.
 */
bool mytcp_plpmtu_is_due(const struct mytcp_plpmtu *p, u32 interval, u32 now)
{
	return mytcp_plpmtu_active(p) && now - p->since >= interval;
}

/**
 * mytcp_plpmtu_plan() - a probe is about to be sent
 * @p: state; none is out
 * @size: of the packet
 * @begin: its SEG.SEQ
 * @end: the sequence number after it
 *
 * Context: any, no locks.
 */
void mytcp_plpmtu_plan(struct mytcp_plpmtu *p, u32 size, u32 begin, u32 end)
{
	p->size = size;
	p->out = false;
	p->begin = begin;
	p->end = end;
}

/**
 * mytcp_plpmtu_forget() - the probe was not sent after all, or tells nothing
 * @p: state
 *
 * 7.6.4, inconclusive: what was in it went again, or more than it was lost.
 *
 * Context: any, no locks.
 */
void mytcp_plpmtu_forget(struct mytcp_plpmtu *p)
{
	p->size = 0;
	p->out = false;
}

/**
 * mytcp_plpmtu_sent() - a segment is sent: is it the probe that was planned?
 * @p: state
 * @begin: its SEG.SEQ
 * @end: the sequence number after it
 *
 * Context: any, no locks.
 * Return: true when it is; then it is out.
 */
bool mytcp_plpmtu_sent(struct mytcp_plpmtu *p, u32 begin, u32 end)
{
	if (!p->size || p->out || p->begin != begin || p->end != end)
		return false;
	p->out = true;
	return true;
}

/**
 * mytcp_plpmtu_on_ack() - SND.UNA has moved
 * @p: state
 * @una: to here
 *
 * 7.6.1: when all of the probe is acknowledged, the path takes such packets.
 *
 * Context: any, no locks.
 * Return: true when packets may be larger than before.
 */
bool mytcp_plpmtu_on_ack(struct mytcp_plpmtu *p, u32 una)
{
	bool wider;

	if (!p->out || mytcp_seq_lt(una, p->end))
		return false;
	wider = p->size > p->low && p->size <= p->high;
	if (wider)
		p->low = p->size;
	mytcp_plpmtu_forget(p);
	return wider;
}

/**
 * mytcp_plpmtu_on_loss() - the probe is lost, and nothing else is
 * @p: state; a probe is out
 * @now: clock, seconds
 *
 * 7.6.2: the path does not take such packets.
 *
 * Context: any, no locks.
 */
void mytcp_plpmtu_on_loss(struct mytcp_plpmtu *p, u32 now)
{
	p->high = clamp_t(u32, p->size - 1U, p->low, p->high);
	p->since = now;
	mytcp_plpmtu_forget(p);
}

/**
 * mytcp_plpmtu_on_mtu() - a router has told the MTU of its link
 * @p: state
 * @mtu: as told
 * @now: clock, seconds
 *
 * RFC 1191: nothing larger is worth a probe.
 *
 * Context: any, no locks.
 * Return: true when the probe that is out was what it told of.
 */
bool mytcp_plpmtu_on_mtu(struct mytcp_plpmtu *p, u32 mtu, u32 now)
{
	bool probe = p->out && p->size > mtu;

	if (!mytcp_plpmtu_active(p) || mtu >= p->high)
		return false;
	p->high = max(mtu, 1U);
	p->low = min(p->low, p->high);
	p->since = now;
	if (p->size > p->high)
		mytcp_plpmtu_forget(p);
	return probe;
}

/**
 * mytcp_plpmtu_on_black_hole() - even packets of search_low do not get through
 * @p: state; there is a search
 * @headers: octets of a packet that are no data
 * @base: data of a packet, at most
 * @least: data of a packet, at least
 *
 * 7.7: search_low is halved, each time.
 *
 * Context: any, no locks.
 */
void mytcp_plpmtu_on_black_hole(struct mytcp_plpmtu *p, u32 headers, u32 base,
				u32 least)
{
	u32 data = p->low > headers ? (p->low - headers) / 2 : 0;

	data = max(min(data, base), least);
	p->low = min_t(u32, p->low, min(data + headers, MYTCP_PLPMTU_MOST));
	mytcp_plpmtu_forget(p);
}
