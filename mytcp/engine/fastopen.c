// SPDX-License-Identifier: GPL-2.0
/*
 * The client of TCP Fast Open, RFC 7413 4.1 and 4.2.1. The first SYN asks for a
 * cookie, or brings one and data. What its answer does not acknowledge goes again
 * as any other data; a SYN sent again is an ordinary one.
 */
#include <net/dst.h>
#include "mytcp/compat/inet_flags.h"
#include "mytcp/engine/fastopen.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/sock/fastopen.h"
#include "mytcp/sock/fastopen_cache.h"

/* As the kernel's TCP_FASTOPEN client_fail, <linux/tcp.h>. */
enum fail {
	FAIL_NONE,
	FAIL_NO_COOKIE,
	FAIL_NOT_ACKED,
	FAIL_SYN_AGAIN,
};

/* Timeouts in a row that are taken for a path which loses all there is. */
#define BLACKHOLE	3

/**
 * struct plan - what a SYN is to have
 * @option: the option
 * @text: data, if there is some
 * @cookie: of the option; its len is 0 to ask for one
 * @mss: of the server, as far as known
 */
struct plan {
	bool option;
	bool text;
	struct mytcp_fastopen_cookie cookie;
	u16 mss;
};

static void set_fail(struct mytcp_sock *ms, enum fail why)
{
	ms->fastopen &= ~(3 << MYTCP_FO_FAIL_SHIFT);
	ms->fastopen |= why << MYTCP_FO_FAIL_SHIFT;
}

/* RFC 7413 4.1.3: between hosts that know each other data needs no cookie. */
static bool goes_without_cookie(struct sock *sk)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	const struct dst_entry *dst = __sk_dst_get(sk);

	return (READ_ONCE(mn->fastopen) & MYTCP_FASTOPEN_CLIENT_FREE) ||
	       (mytcp_option(mytcp_sk(sk), fastopen) & MYTCP_FO_NO_COOKIE) ||
	       (dst && dst_metric(dst, RTAX_FASTOPEN_NO_COOKIE));
}

static void make_plan(struct sock *sk, struct plan *plan)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_fastopen_peer peer;
	bool trial;

	*plan = (struct plan) { .mss = mytcp_ip(ms)->mss_default };
	set_fail(ms, FAIL_NONE);
	mytcp_fastopen_cache_get(mytcp_net(sock_net(sk)), &ms->node.key, &peer);
	if (mytcp_fastopen_cache_avoids(&peer) ||
	    mytcp_fastopen_is_paused(sock_net(sk), &trial))
		return;
	if (trial)
		ms->fastopen |= MYTCP_FO_TRIAL;
	if (peer.mss)
		plan->mss = peer.mss;
	plan->option = !goes_without_cookie(sk);
	plan->text = !plan->option || peer.cookie.len;
	plan->cookie = peer.cookie;
	if (!plan->text)
		set_fail(ms, FAIL_NO_COOKIE);
}

/* Sets what a segment holds, too: the server's MSS is not agreed on yet. */
static u32 plan_space(struct sock *sk, const struct plan *plan)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u16 user_mss = mytcp_option(ms, user_mss);
	u32 mss;

	if (!plan->text)
		return 0;
	ms->peer_mss = plan->mss;
	if (user_mss)
		ms->peer_mss = min(ms->peer_mss, user_mss);
	mytcp_output_sync_mss(sk, ms->pmtu);
	/* without an option of that name the SYN-ACK says it is the default */
	ms->peer_mss = mytcp_ip(ms)->mss_default;
	mss = ms->mss;
	if (ms->offer & MYTCP_HAS_TS)
		mss += MYTCP_LEN_TS_ALIGNED;
	return mytcp_fastopen_room(mss);
}

static int send_plan(struct sock *sk, const struct plan *plan, bool text)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	int err;

	err = mytcp_output_open(sk, plan->option ? &plan->cookie : NULL, text);
	if (err)
		return err;
	ms->fastopen &= ~MYTCP_FO_DEFERRED;
	if (plan->option)
		ms->fastopen |= MYTCP_FO_ASKED;
	if (text)
		ms->fastopen |= MYTCP_FO_DATA;
	mytcp_count(sock_net(sk), ActiveOpens);
	return 0;
}

/**
 * mytcp_fastopen_connect() - the SYN of connect()
 * @sk: socket, locked, in SYN_SENT; mytcp_output_connect() has queued it
 *
 * With TCP_FASTOPEN_CONNECT or MSG_FASTOPEN, and when the server will take data,
 * it waits for what is written next.
 *
 * Context: process.
 * Return: 0 or -ENOBUFS.
 */
int mytcp_fastopen_connect(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct plan plan = {};

	ms->fastopen &= MYTCP_FO_WANTED;
	if (!ms->fastopen && !(mytcp_option(ms, fastopen) & MYTCP_FO_CONNECT))
		return send_plan(sk, &plan, false);
	/* without room for the answer there is no use in asking */
	if (mytcp_fastopen_cache_make(mytcp_net(sock_net(sk))))
		return send_plan(sk, &plan, false);
	make_plan(sk, &plan);
	if (plan_space(sk, &plan)) {
		ms->fastopen |= MYTCP_FO_DEFERRED;
		mytcp_inet_set_deferred(sk, true);
		return 0;
	}
	return send_plan(sk, &plan, false);
}

/**
 * mytcp_fastopen_space() - how much the SYN that waits has room for
 * @sk: socket, locked, with MYTCP_FO_DEFERRED
 *
 * Context: process.
 * Return: octets.
 */
u32 mytcp_fastopen_space(struct sock *sk)
{
	struct plan plan;

	make_plan(sk, &plan);
	return plan_space(sk, &plan);
}

/**
 * mytcp_fastopen_send() - the SYN that waits goes
 * @sk: socket, locked, with MYTCP_FO_DEFERRED; what is queued behind the SYN is
 *	no longer than mytcp_fastopen_space()
 *
 * Context: process.
 * Return: 0 or -ENOBUFS.
 */
int mytcp_fastopen_send(struct sock *sk)
{
	struct sk_buff *syn = skb_peek(&sk->sk_write_queue);
	struct sk_buff *data = skb_peek_next(syn, &sk->sk_write_queue);
	struct plan plan;

	make_plan(sk, &plan);
	/* the cookie may have been forgotten since */
	return send_plan(sk, &plan,
			 data && data->len <= plan_space(sk, &plan));
}

/* Everything behind the SYN shall be sent again. */
static void mark_all_lost(struct sock *sk)
{
	struct sk_buff *skb;

	mytcp_sent_walk(sk, skb)
		mytcp_sendq_mark_lost(sk, skb);
}

/**
 * mytcp_fastopen_answered() - the SYN is acknowledged, and some of its data, or none
 * @sk: socket, locked; the ACK has had its effect
 * @seg: SYN-ACK, or the ACK that ends a simultaneous open
 *
 * RFC 7413 4.1.3.1, 4.2.1.
 *
 * Context: any.
 */
void mytcp_fastopen_answered(struct sock *sk, const struct mytcp_seg *seg)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	bool text = ms->fastopen & MYTCP_FO_DATA;
	bool refused = text && !mytcp_sent_empty(sk);
	bool given = seg->opts.has & MYTCP_HAS_FASTOPEN &&
		     seg->opts.fastopen.len;

	/* a cookie that nobody has asked for is not kept */
	if (ms->fastopen & MYTCP_FO_ASKED)
		mytcp_fastopen_cache_note(mytcp_net(sock_net(sk)),
					  &ms->node.key, seg->opts.mss,
					  given ? &seg->opts.fastopen : NULL,
					  refused && mytcp_tally(ms)->total_retrans &&
					  !given);
	if (refused) {
		set_fail(ms, mytcp_tally(ms)->total_retrans ? FAIL_SYN_AGAIN :
						 FAIL_NOT_ACKED);
		mark_all_lost(sk);
		mytcp_count(sock_net(sk), TCPFastOpenActiveFail);
	} else if (text) {
		ms->fastopen |= MYTCP_FO_ACKED;
		mytcp_count(sock_net(sk), TCPFastOpenActive);
	}
}

/**
 * mytcp_fastopen_timed_out() - the retransmission timer of such a connection
 * @sk: socket of an active OPEN, locked
 * @timeouts: in a row, this one included
 * @last: there will be no other
 *
 * Context: any.
 */
void mytcp_fastopen_timed_out(struct sock *sk, unsigned int timeouts, bool last)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (!(ms->fastopen & (MYTCP_FO_ASKED | MYTCP_FO_DATA)) || ms->passive)
		return;
	if (last && mytcp_sock_in(sk, MYTCP_ST(SYN_SENT)))
		mytcp_fastopen_cache_note(mytcp_net(sock_net(sk)),
					  &ms->node.key, 0, NULL,
					  ms->fastopen & MYTCP_FO_DATA);
	if (timeouts == BLACKHOLE || (timeouts < BLACKHOLE && last))
		mytcp_fastopen_pause_all(sock_net(sk));
}
