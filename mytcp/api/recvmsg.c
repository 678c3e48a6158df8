// SPDX-License-Identifier: GPL-2.0
/* The RECEIVE call of RFC 9293 3.10.3: octets of the queue to the user. */
#include <linux/net.h>
#include <linux/skbuff.h>
#include <linux/uio.h>
#include <net/busy_poll.h>
#include <net/inet_common.h>
#include <net/sock.h>
#include <uapi/linux/tcp.h>

#include "mytcp/api/api.h"
#include "mytcp/engine/delack.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/txstamp.h"
#include "mytcp/sock/sock.h"

/**
 * struct reading - a call on its way
 * @sk: socket, locked
 * @msg: where the octets go
 * @len: octets the user has still room for
 * @flags: MSG_*
 * @timeo: jiffies it may still sleep
 * @target: with so many octets it does not sleep any more
 * @copied: octets read, or a negative errno
 * @seq: next octet to be read: copied_seq itself, or @peek_seq
 * @peek_seq: the same for MSG_PEEK, which leaves copied_seq alone
 * @peek_offset: how far behind copied_seq MSG_PEEK begins (SO_PEEK_OFF)
 * @hole: urgent octets skipped
 * @stamped: the last skb read that has a timestamp, referenced, or NULL
 */
struct reading {
	struct sock *sk;
	struct msghdr *msg;
	size_t len;
	int flags;
	long timeo;
	int target;
	int copied;
	u32 *seq;
	u32 peek_seq;
	u32 peek_offset;
	u32 hole;
	struct sk_buff *stamped;
};

/* What a step of a reading found. */
enum verdict {
	GO_ON,
	STOP,
};

/*
 * RFC 9293 3.8.6.2.2 and 4.2: the reader made room; a window update, or an ACK
 * that waited for it.
 */
static void acknowledge(struct sock *sk, int copied, bool waits)
{
	if (mytcp_sock_in(sk, MYTCP_SYNCHRONIZED) &&
	    mytcp_delack_after_read(sk, copied, waits))
		mytcp_output_ack(sk);
}

/* The skb with the octet, or the FIN, numbered @seq; NULL when it is not here. */
static struct sk_buff *find_skb(const struct sock *sk, u32 seq, u32 *offset)
{
	struct sk_buff *skb;

	skb_queue_walk(&sk->sk_receive_queue, skb) {
		const struct mytcp_cb *cb = mytcp_cb(skb);

		if (WARN_ONCE(mytcp_seq_lt(seq, cb->seq),
			      "mytcp: reader at %u, queue begins at %u\n",
			      seq, cb->seq))
			return NULL;
		*offset = seq - cb->seq;
		if (*offset < skb->len ||
		    (*offset == skb->len && (cb->flags & MYTCP_FIN)))
			return skb;
	}
	return NULL;
}

static void eat_skb(struct reading *r, struct sk_buff *skb)
{
	if (r->flags & MSG_PEEK)
		return;
	__skb_unlink(skb, &r->sk->sk_receive_queue);
	consume_skb(skb);
}

/* Stand we at the urgent octet, with something read, or a SIGURG to handle? */
static bool stopped_at_mark(struct reading *r)
{
	const struct mytcp_sock *ms = mytcp_sk(r->sk);

	if (!ms->urg_data || ms->urg_seq != *r->seq)
		return false;
	if (r->copied)
		return true;
	if (!signal_pending(current))
		return false;
	r->copied = r->timeo ? sock_intr_errno(r->timeo) : -EAGAIN;
	return true;
}

/* The queue is empty, and something was read: is it enough? */
static enum verdict idle_with_data(const struct reading *r)
{
	const struct sock *sk = r->sk;

	return !r->timeo || sk->sk_err || sk->sk_state == MYTCP_CLOSE ||
	       (sk->sk_shutdown & RCV_SHUTDOWN) || signal_pending(current) ?
	       STOP : GO_ON;
}

/* The queue is empty, and nothing was read: is there any use in waiting? */
static enum verdict idle_without_data(struct reading *r)
{
	struct sock *sk = r->sk;

	if (sock_flag(sk, SOCK_DONE))
		return STOP;
	if (sk->sk_err)
		r->copied = sock_error(sk);
	else if (sk->sk_shutdown & RCV_SHUTDOWN)
		r->copied = 0;
	else if (sk->sk_state == MYTCP_CLOSE)
		r->copied = -ENOTCONN;
	else if (!r->timeo)
		r->copied = -EAGAIN;
	else if (signal_pending(current))
		r->copied = sock_intr_errno(r->timeo);
	else
		return GO_ON;
	return STOP;
}

/* Another reader, or a new urgent octet, moved copied_seq under a MSG_PEEK. */
static void follow_peek(struct reading *r)
{
	const struct mytcp_sock *ms = mytcp_sk(r->sk);

	if (!(r->flags & MSG_PEEK) || r->peek_seq - r->peek_offset -
	    r->copied - r->hole == ms->copied_seq)
		return;
	net_dbg_ratelimited("mytcp: %s:%d reads and peeks at once\n",
			    current->comm, task_pid_nr(current));
	r->peek_seq = ms->copied_seq + r->peek_offset;
}

static enum verdict reading_wait(struct reading *r)
{
	struct sock *sk = r->sk;
	struct sk_buff *last = skb_peek_tail(&sk->sk_receive_queue);
	struct mytcp_sock *ms = mytcp_sk(sk);
	bool early;
	int err;

	if (r->copied >= r->target && !READ_ONCE(sk->sk_backlog.tail))
		return STOP;
	if ((r->copied ? idle_with_data(r) : idle_without_data(r)) == STOP)
		return STOP;

	if (r->copied >= r->target) {
		sk_flush_backlog(sk);
	} else {
		acknowledge(sk, r->copied, true);
		early = r->target - r->copied < sk->sk_rcvlowat;
		ms->early_readers += early;
		err = sk_wait_data(sk, &r->timeo, last);
		ms->early_readers -= early;
		if (err < 0) {
			r->copied = r->copied ?: err;
			return STOP;
		}
	}
	follow_peek(r);
	return GO_ON;
}

/*
 * Octets of @skb from @offset to read at once: not past the urgent one, which
 * is skipped when it comes first and is not wanted in line.
 */
static u32 reading_span(struct reading *r, const struct sk_buff *skb,
			u32 *offset)
{
	const struct mytcp_sock *ms = mytcp_sk(r->sk);
	u32 span = min_t(size_t, skb->len - *offset, r->len);
	u32 ahead = ms->urg_seq - *r->seq;

	if (!ms->urg_data || ahead >= span)
		return span;
	if (ahead)
		return ahead;
	if (sock_flag(r->sk, SOCK_URGINLINE))
		return span;
	WRITE_ONCE(*r->seq, *r->seq + 1);
	r->hole++;
	++*offset;
	return span - 1;
}

static int reading_copy(struct reading *r, const struct sk_buff *skb,
			u32 offset, u32 span)
{
	if (!span)
		return 0;
	if (!(r->flags & MSG_TRUNC) &&
	    skb_copy_datagram_msg(skb, offset, r->msg, span))
		return -EFAULT;

	WRITE_ONCE(*r->seq, *r->seq + span);
	r->copied += span;
	r->len -= span;
	if (r->flags & MSG_PEEK)
		sk_peek_offset_fwd(r->sk, span);
	else
		sk_peek_offset_bwd(r->sk, span);
	return 0;
}

static bool wants_stamps(const struct sock *sk)
{
	return sock_flag(sk, SOCK_RCVTSTAMP) ||
	       (READ_ONCE(sk->sk_tsflags) & (SOF_TIMESTAMPING_SOFTWARE |
					     SOF_TIMESTAMPING_RX_SOFTWARE |
					     SOF_TIMESTAMPING_RAW_HARDWARE));
}

/* SO_TIMESTAMP and its like tell when the last of what is read came in. */
static void reading_note_stamp(struct reading *r, struct sk_buff *skb)
{
	if (!wants_stamps(r->sk) ||
	    (!skb->tstamp && !skb_hwtstamps(skb)->hwtstamp))
		return;
	consume_skb(r->stamped);
	r->stamped = skb_get(skb);
}

static void reading_tell_stamp(struct reading *r)
{
	if (!r->stamped)
		return;
	if (r->copied > 0)
		sock_recv_timestamp(r->msg, r->sk, r->stamped);
	consume_skb(r->stamped);
}

static enum verdict reading_take(struct reading *r, struct sk_buff *skb,
				 u32 offset)
{
	struct mytcp_sock *ms = mytcp_sk(r->sk);
	u32 span;
	int err;

	if (offset < skb->len) {
		span = reading_span(r, skb, &offset);
		err = reading_copy(r, skb, offset, span);
		if (err) {
			r->copied = r->copied ?: err;
			return STOP;
		}
		reading_note_stamp(r, skb);
		if (ms->urg_data && mytcp_seq_gt(ms->copied_seq, ms->urg_seq))
			WRITE_ONCE(ms->urg_data, 0);
		if (offset + span < skb->len)
			return GO_ON;
	}
	if (mytcp_cb(skb)->flags & MYTCP_FIN) {
		WRITE_ONCE(*r->seq, *r->seq + 1);
		eat_skb(r, skb);
		return STOP;
	}
	eat_skb(r, skb);
	return GO_ON;
}

static void reading_start(struct reading *r)
{
	struct mytcp_sock *ms = mytcp_sk(r->sk);

	r->timeo = sock_rcvtimeo(r->sk, r->flags & MSG_DONTWAIT);
	r->target = sock_rcvlowat(r->sk, r->flags & MSG_WAITALL, r->len);
	r->seq = &ms->copied_seq;
	if (r->flags & MSG_PEEK) {
		r->peek_offset = max(sk_peek_offset(r->sk, r->flags), 0);
		r->peek_seq = ms->copied_seq + r->peek_offset;
		r->seq = &r->peek_seq;
	}
}

static int recv_stream(struct sock *sk, struct msghdr *msg, size_t len,
		       int flags)
{
	struct reading r = { .sk = sk, .msg = msg, .len = len, .flags = flags };
	enum verdict verdict;

	reading_start(&r);
	do {
		struct sk_buff *skb;
		u32 offset;

		if (stopped_at_mark(&r))
			break;
		skb = find_skb(sk, *r.seq, &offset);
		verdict = skb ? reading_take(&r, skb, offset) :
				reading_wait(&r);
	} while (verdict == GO_ON && r.len);

	reading_tell_stamp(&r);
	acknowledge(sk, r.copied, r.copied == -EAGAIN);
	return r.copied;
}

/* MSG_OOB never sleeps: the urgent octet is here, or it is not. */
static int recv_urgent(struct sock *sk, struct msghdr *msg, size_t len,
		       int flags)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u8 octet = ms->urg_data;

	if (sock_flag(sk, SOCK_URGINLINE) || !ms->urg_data ||
	    ms->urg_data == MYTCP_URG_READ)
		return -EINVAL;
	if (sk->sk_state == MYTCP_CLOSE && !sock_flag(sk, SOCK_DONE))
		return -ENOTCONN;
	if (!(ms->urg_data & MYTCP_URG_VALID)) {
		if (sk->sk_state == MYTCP_CLOSE ||
		    (sk->sk_shutdown & RCV_SHUTDOWN))
			return 0;
		return -EAGAIN;
	}

	if (!(flags & MSG_PEEK))
		WRITE_ONCE(ms->urg_data, MYTCP_URG_READ);
	msg->msg_flags |= MSG_OOB;
	if (!len) {
		msg->msg_flags |= MSG_TRUNC;
		return 0;
	}
	if (!(flags & MSG_TRUNC) && memcpy_to_msg(msg, &octet, 1))
		return -EFAULT;
	return 1;
}

static int recv_locked(struct sock *sk, struct msghdr *msg, size_t len,
		       int flags)
{
	if (sk->sk_state == MYTCP_LISTEN)
		return -ENOTCONN;
	if (flags & MSG_OOB)
		return recv_urgent(sk, msg, len, flags);
	return recv_stream(sk, msg, len, flags);
}

/* Nothing has come that a reader would be told of, and no ACK waits for him to wait. */
static bool is_quiet(const struct sock *sk)
{
	return skb_queue_empty_lockless(&sk->sk_receive_queue) &&
	       !READ_ONCE(sk->sk_backlog.tail) && !READ_ONCE(sk->sk_err) &&
	       !(READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN) &&
	       mytcp_sock_in(sk, MYTCP_ST(ESTABLISHED)) &&
	       !READ_ONCE(mytcp_sk(sk)->ack_pending);
}

/*
 * Most readers come before the data, and wait until there is some: they need no lock for
 * that. Whatever else there may be to wait for or to do is left to recv_stream(), which
 * looks at everything again.
 */
static void await_data(struct sock *sk, size_t len, int flags)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	long timeo = MAX_SCHEDULE_TIMEOUT;

	if (!len || (flags & (MSG_DONTWAIT | MSG_OOB | MSG_PEEK)) || !is_quiet(sk) ||
	    READ_ONCE(sk->sk_rcvtimeo) != MAX_SCHEDULE_TIMEOUT ||
	    READ_ONCE(sk->sk_rcvlowat) != 1)
		return;
	add_wait_queue(sk_sleep(sk), &wait);
	sk_set_bit(SOCKWQ_ASYNC_WAITDATA, sk);
	while (is_quiet(sk) && !signal_pending(current))
		timeo = wait_woken(&wait, TASK_INTERRUPTIBLE, timeo);
	sk_clear_bit(SOCKWQ_ASYNC_WAITDATA, sk);
	remove_wait_queue(sk_sleep(sk), &wait);
}

/* What is left, for one who asks on every read; a FIN is worth one more. */
static int inq_hint(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	int here = ms->rcv_nxt - ms->copied_seq;

	return here ?: sock_flag(sk, SOCK_DONE);
}

/* MSG_ERRQUEUE: what came by ICMP, timestamps, and pages that are free again. */
static int recv_error(struct sock *sk, struct msghdr *msg, size_t len, int *addr_len)
{
	int ret = -EAGAIN;

	lock_sock(sk);
	if (mytcp_txstamp_number_first(sk))
		ret = inet_recv_error(sk, msg, len, addr_len);
	release_sock(sk);
	return ret;
}

/**
 * mytcp_api_recvmsg() - struct proto.recvmsg
 * @sk: socket, not locked
 * @msg: where the octets go
 * @len: how many at most
 * @flags: MSG_*
 * @addr_len: set with MSG_ERRQUEUE only: a stream has no addresses
 *
 * Return: octets read, 0 when the peer has no more, or a negative errno.
 */
int mytcp_api_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		      int flags, int *addr_len)
{
	int ret, left = 0;
	bool tell;

	if (flags & MSG_ERRQUEUE)
		return recv_error(sk, msg, len, addr_len);

	if (sk_can_busy_loop(sk) &&
	    skb_queue_empty_lockless(&sk->sk_receive_queue) &&
	    mytcp_sock_in(sk, MYTCP_ST(ESTABLISHED)))
		sk_busy_loop(sk, flags & MSG_DONTWAIT);
	await_data(sk, len, flags);

	lock_sock(sk);
	ret = recv_locked(sk, msg, len, flags);
	tell = mytcp_sk(sk)->tell_inq;
	if (tell || msg->msg_get_inq)
		left = inq_hint(sk);
	release_sock(sk);

	if (ret < 0)
		return ret;
	if (msg->msg_get_inq)
		msg->msg_inq = left;
	if (tell)
		put_cmsg(msg, SOL_TCP, TCP_CM_INQ, sizeof(left), &left);
	return ret;
}
