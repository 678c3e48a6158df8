// SPDX-License-Identifier: GPL-2.0
/* When a tail loss probe is due, and what an ACK says of it: RFC 8985 7. */
#include "mytcp/engine/tail.h"
#include "mytcp/engine/recovery.h"
#include "mytcp/engine/timer.h"
#include "mytcp/sock/sent.h"
#include "mytcp/sock/trace.h"

#define MAX_ACK_DELAY_US	200000	/* of a peer like us */

/**
 * mytcp_tail_wanted() - may a probe be sent, or waited for?
 * @sk: socket, locked
 *
 * 7.2: not while something is being repaired, or a probe is out.
 */
bool mytcp_tail_wanted(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (!mytcp_sacked_agreed(ms) || ms->lost ||
	    (ms->recovery != MYTCP_RECOVERY_OPEN &&
	     ms->recovery != MYTCP_RECOVERY_CWR) ||
	    !ms->rtt.srtt_us || ms->rtt.backoff ||
	    !mytcp_sock_in(sk, MYTCP_SYNCHRONIZED) ||
	    !READ_ONCE(mytcp_net(sock_net(sk))->early_retrans))
		return false;
	return !ms->bulk ||
	       (!ms->bulk->sacked && mytcp_tlp_may_probe(&ms->bulk->tlp));
}

/* Jiffies until a probe is due. */
static unsigned long tail_pto(const struct mytcp_sock *ms, unsigned long rto)
{
	bool one = ms->snd_nxt - ms->snd_una <= ms->mss;

	return mytcp_timer_jiffies(mytcp_tlp_pto_us(ms->rtt.srtt_us >> 3, one,
						    MAX_ACK_DELAY_US,
						    jiffies_to_usecs(rto))) + 1;
}

/**
 * mytcp_tail_arm() - something is in flight: wait for its ACK
 * @sk: socket, locked
 *
 * For the probe, or for the retransmission timeout where that comes first.
 */
void mytcp_tail_arm(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	unsigned long rto = mytcp_timer_rto(ms), pto;

	if (mytcp_tail_wanted(sk)) {
		pto = tail_pto(ms, rto);
		if (pto < rto) {
			mytcp_timer_arm(sk, MYTCP_JOB_TAIL, pto);
			return;
		}
	}
	mytcp_timer_arm(sk, MYTCP_JOB_RETRANS, rto);
}

/* When the oldest segment times out, if no ACK has put that off. */
static unsigned long tail_timeout(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u64 ago = mytcp_clock_us() - mytcp_cb(mytcp_sent_first(sk))->sent_us;

	return jiffies + mytcp_timer_rto(ms) -
	       usecs_to_jiffies(min_t(u64, ago, U32_MAX));
}

/**
 * mytcp_tail_sent() - new data goes out behind what is in flight
 * @sk: socket, locked; the timer runs, whatever for
 *
 * RFC 8985 7.2: the probe is put off, but not beyond the timeout, which new data
 * does not put off (RFC 6298 5.1). A segment alone may have waited for nothing else.
 */
void mytcp_tail_sent(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	unsigned long last = mytcp_clock_jiffies(ms->retrans_at);
	unsigned long timeout, pto;

	if ((ms->timer_job != MYTCP_JOB_TAIL &&
	     ms->timer_job != MYTCP_JOB_RETRANS) || !mytcp_tail_wanted(sk))
		return;
	if (ms->timer_job == MYTCP_JOB_TAIL) {
		timeout = tail_timeout(sk);
		if (time_after(timeout, last))
			last = timeout;
	}
	pto = tail_pto(ms, mytcp_timer_rto(ms));
	if (time_before(jiffies + pto, last))
		mytcp_timer_arm(sk, MYTCP_JOB_TAIL, pto);
	else if (ms->timer_job == MYTCP_JOB_TAIL && time_after(last, jiffies))
		mytcp_timer_arm(sk, MYTCP_JOB_TAIL, last - jiffies);
}

/**
 * mytcp_tail_on_ack() - did the probe repair a loss?
 * @sk: socket, locked
 * @seg: the ACK
 * @news: what it tells
 * @rtt_us: its sample of the round trip, 0 for none
 * @dup: it is a duplicate
 */
void mytcp_tail_on_ack(struct sock *sk, const struct mytcp_seg *seg,
		       const struct mytcp_news *news, u32 rtt_us, bool dup)
{
	struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;
	const struct mytcp_tlp_ack ack = {
		.ack = seg->ack,
		.dsack = news->has_dsack ? &news->dsack : NULL,
		.plain_dup = dup && !(seg->opts.has & MYTCP_HAS_SACK),
	};

	if (!bulk)
		return;
	if (rtt_us)
		mytcp_tlp_sampled(&bulk->tlp);
	if (mytcp_tlp_on_ack(&bulk->tlp, &ack) == MYTCP_TLP_REPAIRED) {
		mytcp_count(sock_net(sk), TCPLossProbeRecovery);
		mytcp_recovery_on_repaired(sk);
	}
}
