// SPDX-License-Identifier: GPL-2.0
/* A segment for a full socket: input decides, this does. */
#include <linux/bpf.h>
#include "mytcp/engine/receive.h"
#include "mytcp/engine/delack.h"
#include "mytcp/engine/hooks.h"
#include "mytcp/engine/input.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/reply.h"
#include "mytcp/engine/timeout.h"
#include "mytcp/engine/timer.h"
#include "mytcp/engine/timewait.h"

/* Our FIN is acknowledged: FIN_WAIT_2, for an orphan not without an end. */
static void receive_fin_wait2(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	int linger = mytcp_option(ms, linger2);
	unsigned long wait;

	mytcp_sock_set_state(sk, MYTCP_FIN_WAIT2);
	sk->sk_shutdown |= SEND_SHUTDOWN;
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk->sk_state_change(sk);
		return;
	}
	if (linger < 0) {
		mytcp_count(sock_net(sk), TCPAbortOnLinger);
		mytcp_output_reset(sk, GFP_ATOMIC);
		mytcp_sock_done(sk, 0);
		return;
	}
	wait = linger ?: READ_ONCE(mn->fin_timeout);
	if (wait > READ_ONCE(mn->tw_timeout))
		mytcp_timer_arm_keepalive(sk, wait - mn->tw_timeout);
	else
		mytcp_timewait_enter(sk, MYTCP_FIN_WAIT2, wait);
}

static void receive_acknowledge(struct sock *sk, unsigned int acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (acts & MYTCP_ACT_ACK) {
		mytcp_output_ack(sk);
	} else if (acts & MYTCP_ACT_SAVE_ACK) {
		mytcp_delack_save(sk);
	} else if (acts & MYTCP_ACT_DELACK) {
		if (!mytcp_delack_due(sk))
			mytcp_delack_schedule(sk);
		else if (sock_owned_by_user(sk))
			/* From the backlog, where more may wait (MUST-59). */
			set_bit(MYTCP_DEFER_ACK, mytcp_sock_deferred(sk));
		else
			mytcp_output_ack(sk);
	} else if (acts & MYTCP_ACT_REJECT) {
		if (mytcp_reply_allowed(sock_net(sk), &ms->last_oow_ack))
			mytcp_output_ack(sk);
		else if (acts & MYTCP_ACT_PAWS)
			mytcp_count(sock_net(sk), TCPACKSkippedPAWS);
		else
			mytcp_count(sock_net(sk), TCPACKSkippedSeq);
	}
}

/* What is due at once is said by text that was sent meanwhile, but for SACK blocks. */
static bool receive_has_to_tell(const struct mytcp_sock *ms, unsigned int acts,
				u32 sent)
{
	return mytcp_tally(ms)->segs_out == sent ||
	       ((acts & MYTCP_ACT_ACK) && ms->bulk && ms->bulk->untold);
}

static void receive_established(struct sock *sk)
{
	mytcp_timeout_keepalive(sk);
	mytcp_hooks_tell(sk, mytcp_sk(sk)->passive ?
			 BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB :
			 BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB);
}

/**
 * mytcp_receive() - a segment for a full socket
 * @sk: socket, locked and referenced; perhaps closed by this
 * @skb: the segment, at its payload; consumed
 * @seg: the same, parsed
 *
 * Context: softirq, or a process that works off the backlog.
 */
void mytcp_receive(struct sock *sk, struct sk_buff *skb, struct mytcp_seg *seg)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	unsigned int acts = mytcp_input_segment(sk, skb, seg);
	u32 sent = mytcp_tally(ms)->segs_out;

	if (acts & MYTCP_ACT_RESET)
		mytcp_reply_reset(sock_net(sk), seg, &ms->node.key,
				  (struct mytcp_way){
					.dev = ms->node.dev,
					.label = mytcp_inet6_label(sk, &ms->node.key),
				  });
	if (mytcp_sock_state(sk) == MYTCP_CLOSE)
		return;
	if (acts & MYTCP_ACT_ESTABLISHED)
		receive_established(sk);
	if (acts & MYTCP_ACT_SYNACK)
		mytcp_output_synack(sk);
	if (acts & MYTCP_ACT_CHALLENGE)
		mytcp_output_challenge(sk);
	/* Data first: it carries the ACK. */
	if (acts & MYTCP_ACT_PUSH) {
		mytcp_output_push(sk);
		mytcp_sock_wake_writer(sk);
	}
	if (receive_has_to_tell(ms, acts, sent))
		receive_acknowledge(sk, acts);
	/* of what was acknowledged, as far as nothing has needed it */
	sk_mem_reclaim(sk);
	if (acts & MYTCP_ACT_TIMEWAIT)
		mytcp_timewait_enter(sk, MYTCP_TIME_WAIT,
				     READ_ONCE(mytcp_net(sock_net(sk))->tw_timeout));
	else if (acts & MYTCP_ACT_FINWAIT2)
		receive_fin_wait2(sk);
}
