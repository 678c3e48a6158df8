// SPDX-License-Identifier: GPL-2.0
/*
 * Probes of the path's MTU, RFC 4821: when there is one, made of which data, and what
 * comes of it. The search itself is in proto/plpmtu.c.
 */
#include <net/dst.h>
#include <net/ip.h>

#include "mytcp/engine/ip.h"
#include "mytcp/engine/plpmtu.h"
#include "mytcp/engine/sendq.h"

/*
 * 7.4: fewer segments in the window, and a probe that is lost could bring on a timeout.
 */
#define LEAST_CWND	11
/* Segments behind the probe: enough for three duplicate ACKs, and one may be lost. */
#define BEHIND		(MYTCP_DUPTHRESH + 1)

static u32 plpmtu_now(void)
{
	return (u32)ktime_get_seconds();
}

/**
 * mytcp_plpmtu_headers() - octets of a packet before the TCP options
 * @sk: socket, locked
 */
u32 mytcp_plpmtu_headers(const struct sock *sk)
{
	const struct ip_options_rcu *opt;
	u32 len = mytcp_ip(mytcp_sk(sk))->hdr_len + MYTCP_HDR_LEN;

	opt = rcu_dereference_protected(inet_sk(sk)->inet_opt,
					lockdep_sock_is_held((struct sock *)sk));
	if (mytcp_key_is6(&mytcp_sk(sk)->node.key))
		return len + mytcp_ip6_options_len(sk);
	return opt ? len + opt->opt.optlen : len;
}

/* Octets of a packet that are no data, where there is nothing to SACK. */
static u32 plpmtu_overhead(const struct sock *sk)
{
	bool ts = mytcp_sk(sk)->opt & MYTCP_HAS_TS;

	return mytcp_plpmtu_headers(sk) + (ts ? MYTCP_LEN_TS_ALIGNED : 0);
}

/* 7.2: probably safe everywhere. */
static u32 plpmtu_base(const struct sock *sk)
{
	return READ_ONCE(mytcp_net(sock_net(sk))->base_mss) + plpmtu_overhead(sk);
}

/**
 * mytcp_plpmtu_limit() - how large a packet may be
 * @sk: socket, locked
 * @pmtu: as far as the route knows
 */
u32 mytcp_plpmtu_limit(const struct sock *sk, u32 pmtu)
{
	const struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;

	if (bulk && mytcp_plpmtu_active(&bulk->plpmtu))
		return mytcp_plpmtu_size(&bulk->plpmtu, pmtu);
	/* what has not been tried is not used; the search begins with the first probe */
	if (READ_ONCE(mytcp_net(sock_net(sk))->mtu_probing) ==
	    MYTCP_MTU_PROBING_ALWAYS)
		return min(pmtu, plpmtu_base(sk));
	return pmtu;
}

/* 7.2: up to what the peer takes and the first link carries; the route has forgotten. */
static struct mytcp_plpmtu_range plpmtu_range(struct sock *sk, u32 low)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct dst_entry *dst = __sk_dst_get(sk);

	if (dst && dst_mtu(dst) > ms->pmtu)
		ms->pmtu = dst_mtu(dst);
	return (struct mytcp_plpmtu_range) {
		.low = low,
		.high = min(ms->pmtu, ms->peer_mss + mytcp_plpmtu_headers(sk)),
		.threshold = READ_ONCE(mytcp_net(sock_net(sk))->probe_threshold),
	};
}

/* Begin, or begin anew, at @low; false without memory, or when it is not worth it. */
static bool plpmtu_begin(struct sock *sk, u32 low, bool whatever)
{
	const struct mytcp_plpmtu_range range = plpmtu_range(sk, low);
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_bulk *bulk;

	if (!whatever && !mytcp_plpmtu_is_worth(&range))
		return false;
	bulk = mytcp_bulk_make(&ms->bulk, ms->snd_una);
	if (bulk)
		mytcp_plpmtu_begin(&bulk->plpmtu, &range, plpmtu_now());
	return bulk;
}

/*
 * 7.4: may there be a probe? Not one that routers could cut in pieces, nor while
 * anything is missing at either end, as blocks take room from it.
 */
static bool plpmtu_may(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	const struct dst_entry *dst = __sk_dst_get((struct sock *)sk);
	const struct mytcp_bulk *bulk = ms->bulk;

	if (ms->cong.cwnd < LEAST_CWND || ms->recovery != MYTCP_RECOVERY_OPEN ||
	    ms->lost || ms->dupacks || ms->retransmits || ms->urg_mode)
		return false;
	if (bulk && (bulk->sacked || bulk->plpmtu.out ||
		     mytcp_sacks_any(&bulk->sacks)))
		return false;
	/* in IPv6 no router does */
	return dst && (mytcp_key_is6(&ms->node.key) || ip_dont_fragment(sk, dst));
}

/* The size of the next probe, 0 for none. */
static u32 plpmtu_choose(struct sock *sk)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 threshold = READ_ONCE(mn->probe_threshold);
	u32 low = ms->mss + plpmtu_overhead(sk), size;

	if ((!ms->bulk || !mytcp_plpmtu_active(&ms->bulk->plpmtu)) &&
	    !plpmtu_begin(sk, low, false))
		return 0;
	size = mytcp_plpmtu_choose(&ms->bulk->plpmtu, threshold);
	if (size || !mytcp_plpmtu_is_due(&ms->bulk->plpmtu,
					 READ_ONCE(mn->probe_interval), plpmtu_now()))
		return size;
	plpmtu_begin(sk, low, true);
	return mytcp_plpmtu_choose(&ms->bulk->plpmtu, threshold);
}

/**
 * mytcp_plpmtu_probe() - shall the next segment be a probe?
 * @sk: socket, locked, mytcp_plpmtu_wanted(); something is not sent yet
 * @flight: segments in the network
 *
 * 7.4: only with enough behind it, and where both windows have room, so that its loss
 * is soon known and is repaired like that of others; room is waited for.
 *
 * Return: octets of data, and the first skb not sent has so many; 0: wait for an ACK;
 * -1: none.
 */
int mytcp_plpmtu_probe(struct sock *sk, u32 flight)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 behind = BEHIND * ms->mss, size, len, segs;
	s32 usable = ms->snd_una + ms->snd_wnd - ms->snd_nxt;

	/* what was planned last has not been sent */
	if (ms->bulk && !ms->bulk->plpmtu.out)
		mytcp_plpmtu_forget(&ms->bulk->plpmtu);
	if (!plpmtu_may(sk))
		return -1;
	if (ms->write_seq - ms->snd_nxt <= ms->mss + behind)
		return -1;
	size = plpmtu_choose(sk);
	if (!size)
		return -1;
	len = size - plpmtu_overhead(sk);
	if (ms->write_seq - ms->snd_nxt < len + behind ||
	    ms->snd_wnd < len + behind)
		return -1;
	segs = DIV_ROUND_UP(len, ms->mss);
	/* a window that is left free for it must not come to rest */
	if (segs > ms->cong.cwnd / 2 || !mytcp_sendq_can_gather(sk, len))
		return -1;
	if (usable < (s32)(len + behind) || flight + segs > ms->cong.cwnd)
		return flight ? 0 : -1;
	if (mytcp_sendq_gather(sk, len))
		return -1;
	mytcp_plpmtu_plan(&ms->bulk->plpmtu, size, ms->snd_nxt, ms->snd_nxt + len);
	return len;
}

/**
 * mytcp_plpmtu_acked() - snd_una has moved
 * @sk: socket, locked, with a struct mytcp_bulk
 *
 * Return: true when it was over a probe: segments may be larger now.
 */
bool mytcp_plpmtu_acked(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (!mytcp_plpmtu_on_ack(&ms->bulk->plpmtu, ms->snd_una))
		return false;
	mytcp_count(sock_net(sk), TCPMTUPSuccess);
	return true;
}

/* 7.6.2: it goes again in segments of the old size, and that is all. */
static void plpmtu_failed(struct sock *sk)
{
	struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;

	mytcp_plpmtu_on_loss(&bulk->plpmtu, plpmtu_now());
	/* a D-SACK of these octets would be about no recovery */
	mytcp_undo_end(&bulk->undo);
	mytcp_count(sock_net(sk), TCPMTUPFail);
}

/* Walk over what of a probe is in the tree of what is sent. */
#define plpmtu_walk(sk, p, skb)						\
	for ((skb) = mytcp_sendq_find((sk), (p)->begin);		\
	     (skb) && mytcp_seq_lt(mytcp_cb(skb)->seq, (p)->end);	\
	     (skb) = skb_rb_next(skb))

/**
 * mytcp_plpmtu_lost() - something is lost: is it the probe, and nothing else?
 * @sk: socket, locked; what is lost is marked
 *
 * Return: true when it is; that says nothing of congestion.
 */
bool mytcp_plpmtu_lost(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *skb;
	u32 lost = 0;

	if (!ms->bulk || !ms->bulk->plpmtu.out)
		return false;
	plpmtu_walk(sk, &ms->bulk->plpmtu, skb) {
		if (mytcp_cb(skb)->lost)
			lost += mytcp_cb(skb)->end - mytcp_cb(skb)->seq;
	}
	if (!lost || lost != ms->lost)
		return false;
	plpmtu_failed(sk);
	return true;
}

/* All of the probe goes again. */
static void plpmtu_mark(struct sock *sk)
{
	const struct mytcp_plpmtu *p = &mytcp_sk(sk)->bulk->plpmtu;
	struct sk_buff *skb;

	plpmtu_walk(sk, p, skb)
		mytcp_sendq_mark_lost(sk, skb);
}

/**
 * mytcp_plpmtu_lost_head() - the oldest segment is lost: is it the probe?
 * @sk: socket, locked; without SACK, so that of others nothing is known
 *
 * Return: true when it is; it is marked.
 */
bool mytcp_plpmtu_lost_head(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (!ms->bulk || !ms->bulk->plpmtu.out ||
	    ms->bulk->plpmtu.begin != ms->snd_una)
		return false;
	plpmtu_mark(sk);
	plpmtu_failed(sk);
	return true;
}

/**
 * mytcp_plpmtu_told() - a router has told the MTU of its link
 * @sk: socket, locked
 * @mtu: as told, and believed
 *
 * A probe that was too large for it is marked as lost.
 */
void mytcp_plpmtu_told(struct sock *sk, u32 mtu)
{
	struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;

	if (!bulk || !mytcp_plpmtu_on_mtu(&bulk->plpmtu, mtu, plpmtu_now()))
		return;
	plpmtu_mark(sk);
	mytcp_count(sock_net(sk), TCPMTUPFail);
}

/**
 * mytcp_plpmtu_black_hole() - R1 timeouts in a row: are segments too large?
 * @sk: socket, locked
 *
 * 7.7. The first time the search begins, at the base; then it goes down.
 *
 * Return: true when they may be smaller now.
 */
bool mytcp_plpmtu_black_hole(struct sock *sk)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	struct mytcp_sock *ms = mytcp_sk(sk);
	int probing = READ_ONCE(mn->mtu_probing);
	bool active = ms->bulk && mytcp_plpmtu_active(&ms->bulk->plpmtu);

	if (probing == MYTCP_MTU_PROBING_OFF)
		return false;
	/* where there is always one, it is there, but for its memory */
	if (!active && !plpmtu_begin(sk, plpmtu_base(sk), true))
		return false;
	if (active || probing == MYTCP_MTU_PROBING_ALWAYS)
		mytcp_plpmtu_on_black_hole(&ms->bulk->plpmtu, plpmtu_overhead(sk),
					   READ_ONCE(mn->base_mss),
					   max(READ_ONCE(mn->mtu_probe_floor),
					       READ_ONCE(mn->min_snd_mss)));
	return true;
}
