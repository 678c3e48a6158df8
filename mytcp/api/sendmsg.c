// SPDX-License-Identifier: GPL-2.0
/* The SEND call of RFC 9293 3.10.2: the user's octets into skbs. */
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <linux/uio.h>
#include <net/inet_common.h>
#include <net/sock.h>

#include "mytcp/api/api.h"
#include "mytcp/compat/inet_flags.h"
#include "mytcp/compat/splice.h"
#include "mytcp/engine/fastopen.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/engine/txstamp.h"
#include "mytcp/proto/fastopen.h"
#include "mytcp/sock/sock.h"

/* New skbs between two looks at what has arrived meanwhile. */
#define BACKLOG_EVERY	16

/* Octets that come so soon behind a full skb that it waits for them. */
#define SOON		4096

/* What sending_copy() says when an skb has no place for another fragment. */
#define NO_FRAGMENT	(-ENOSPC)

/* How the user's octets come into an skb. */
enum taking {
	COPIED,
	PINNED,		/* MSG_ZEROCOPY: the user's pages */
	SPLICED,	/* pages of a file or a pipe */
};

/**
 * struct sending - a call on its way
 * @sk: socket, locked
 * @msg: the user's octets, advanced as they are copied
 * @flags: MSG_*
 * @timeo: jiffies it may still sleep
 * @copied: octets queued
 * @goal: octets one skb shall hold
 * @fresh: skbs made since the backlog was looked at
 * @full: the last skb takes no more, though it is below @goal
 * @taking: how
 * @uarg: tells the user when they are free again; NULL without MSG_ZEROCOPY
 * @tsflags: SOF_TIMESTAMPING_* of this call
 */
struct sending {
	struct sock *sk;
	struct msghdr *msg;
	int flags;
	long timeo;
	int copied;
	u32 goal;
	unsigned int fresh;
	bool full;
	enum taking taking;
	struct ubuf_info *uarg;
	u32 tsflags;
};

static bool is_shut(const struct sock *sk)
{
	return sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN);
}

/* An skb that was queued for octets that did not come. */
static void drop_empty(struct sock *sk)
{
	struct sk_buff *skb = mytcp_sendq_tail(sk);

	if (skb && mytcp_cb(skb)->seq == mytcp_cb(skb)->end)
		mytcp_sendq_take_back(sk, skb);
}

/* So much is queued since the last PSH that the peer should hear of it. */
static bool push_is_due(const struct mytcp_sock *ms)
{
	return mytcp_seq_gt(ms->write_seq, ms->pushed_seq +
			    (ms->max_window >> 1));
}

/* Push with other rules than the socket's, for this once. */
static void push_with(struct sock *sk, u8 nonagle)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u8 was = ms->nonagle;

	ms->nonagle |= nonagle;
	mytcp_output_push(sk);
	/* the push may have used up MYTCP_NAGLE_PUSH */
	ms->nonagle &= was | ~nonagle;
}

/* The call ends: MUST-60 and MUST-61 have its last segment carry PSH. */
static void sending_finish(struct sending *s)
{
	struct mytcp_sock *ms = mytcp_sk(s->sk);
	struct sk_buff *tail = mytcp_sendq_tail(s->sk);
	bool more = s->flags & MYTCP_MSG_MORE;

	if (s->tsflags && (tail || !mytcp_sent_empty(s->sk)))
		mytcp_txstamp_ask(s->sk, tail ?: mytcp_sent_last(s->sk), s->tsflags);
	if (!tail)
		return;
	if (!more || push_is_due(ms))
		mytcp_output_mark_push(s->sk, tail);
	if (s->flags & MSG_OOB)
		mytcp_output_mark_urgent(s->sk);
	push_with(s->sk, more ? MYTCP_NAGLE_CORK : 0);
}

/* An skb is as full as it gets: off with it, but keep a small rest. */
static void push_full(struct sending *s, struct sk_buff *skb)
{
	if (push_is_due(mytcp_sk(s->sk))) {
		mytcp_output_mark_push(s->sk, skb);
		push_with(s->sk, MYTCP_NAGLE_PUSH);
	} else if (skb == skb_peek(&s->sk->sk_write_queue)) {
		push_with(s->sk, MYTCP_NAGLE_CORK);
	}
}

static struct sk_buff *new_skb(struct sending *s)
{
	struct sock *sk = s->sk;
	struct sk_buff *skb;

	if (!mytcp_sock_memory_free(sk))
		return NULL;
	skb = mytcp_sendq_alloc(sk, sk->sk_allocation);
	if (!skb)
		return NULL;
	if (!sk_wmem_schedule(sk, skb->truesize)) {
		__kfree_skb(skb);
		return NULL;
	}
	mytcp_sendq_append(sk, skb);
	s->full = false;
	s->fresh++;
	return skb;
}

/* The skb the next octets go into; NULL without memory. */
static struct sk_buff *sending_skb(struct sending *s)
{
	struct sk_buff *tail = mytcp_sendq_tail(s->sk);

	/* the fragments of a clone are not ours alone to change */
	if (tail && !s->full && tail->len < s->goal && !skb_cloned(tail) &&
	    !(mytcp_cb(tail)->flags & MYTCP_CB_EOR))
		return tail;
	return new_skb(s);
}

/* Of @len octets, as many as the protocol's memory limits allow. */
static int sending_reserve(struct sock *sk, int len)
{
	if (sk_wmem_schedule(sk, len))
		return len;
	return clamp(READ_ONCE(sk->sk_forward_alloc), 0, len);
}

/* @skb has @len octets more, which are charged for. */
static void count_octets(struct sock *sk, struct sk_buff *skb, int len)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	mytcp_cb(skb)->end += len;
	WRITE_ONCE(ms->write_seq, ms->write_seq + len);
}

static void charge_octets(struct sock *sk, struct sk_buff *skb, int len)
{
	sk_wmem_queued_add(sk, len);
	sk_mem_charge(sk, len);
	count_octets(sk, skb, len);
}

/* @len octets at the end of @frag now belong to @skb. */
static void take_fragment(struct sock *sk, struct sk_buff *skb,
			  struct page_frag *frag, int len)
{
	int i = skb_shinfo(skb)->nr_frags;

	if (skb_can_coalesce(skb, i, frag->page, frag->offset)) {
		skb_frag_size_add(&skb_shinfo(skb)->frags[i - 1], len);
	} else {
		get_page(frag->page);
		skb_fill_page_desc(skb, i, frag->page, frag->offset, len);
	}
	frag->offset += len;

	skb->len += len;
	skb->data_len += len;
	skb->truesize += len;
	charge_octets(sk, skb, len);
}

/*
 * Copy what fits into @skb's next fragment. Returns the number of octets; 0
 * without memory; NO_FRAGMENT; -EFAULT with nothing taken from the user.
 */
static int sending_copy(struct sending *s, struct sk_buff *skb)
{
	struct page_frag *frag = sk_page_frag(s->sk);
	int i = skb_shinfo(skb)->nr_frags;
	size_t len;

	if (!sk_page_frag_refill(s->sk, frag))
		return 0;
	if (i >= MAX_SKB_FRAGS &&
	    !skb_can_coalesce(skb, i, frag->page, frag->offset))
		return NO_FRAGMENT;

	len = min_t(size_t, s->goal - skb->len, msg_data_left(s->msg));
	len = min_t(size_t, len, frag->size - frag->offset);
	len = sending_reserve(s->sk, len);
	if (!len)
		return 0;
	if (!copy_from_iter_full(page_address(frag->page) + frag->offset, len,
				 &s->msg->msg_iter))
		return -EFAULT;
	take_fragment(s->sk, skb, frag, len);
	return len;
}

/*
 * The same with the user's pages themselves. They are charged whole, first and last
 * included.
 */
static int sending_pin(struct sending *s, struct sk_buff *skb)
{
	int len = min_t(size_t, s->goal - skb->len, msg_data_left(s->msg));

	if (!sk_wmem_schedule(s->sk, PAGE_ALIGN(len) + PAGE_SIZE))
		return 0;
	len = skb_zerocopy_iter_stream(s->sk, skb, s->msg, len, s->uarg);
	/* no fragment is free, or the skb has another call's pages */
	if (len == -EMSGSIZE || len == -EEXIST)
		return NO_FRAGMENT;
	if (len > 0)
		count_octets(s->sk, skb, len);
	return len;
}

/* The same with pages whose content others may still change, and checksums with it. */
static int sending_splice(struct sending *s, struct sk_buff *skb)
{
	int len = min_t(size_t, s->goal - skb->len, msg_data_left(s->msg));

	len = sending_reserve(s->sk, len);
	if (!len)
		return 0;
	len = mytcp_splice_pages(skb, &s->msg->msg_iter, len, s->sk->sk_allocation);
	if (len == -EMSGSIZE)
		return NO_FRAGMENT;
	if (len <= 0)
		return len;
	skb_shinfo(skb)->flags |= SKBFL_SHARED_FRAG;
	charge_octets(s->sk, skb, len);
	return len;
}

static int sending_take(struct sending *s, struct sk_buff *skb)
{
	if (s->taking == PINNED)
		return sending_pin(s, skb);
	if (s->taking == SPLICED)
		return sending_splice(s, skb);
	return sending_copy(s, skb);
}

static int sending_wait(struct sending *s)
{
	struct sk_buff *tail;
	int err;

	set_bit(SOCK_NOSPACE, &s->sk->sk_socket->flags);
	drop_empty(s->sk);
	tail = mytcp_sendq_tail(s->sk);
	if (s->copied && tail) {
		/* what is to be acknowledged must first be sent: all of it */
		mytcp_output_mark_push(s->sk, tail);
		push_with(s->sk, MYTCP_NAGLE_PUSH);
	}
	err = sk_stream_wait_memory(s->sk, &s->timeo);
	s->goal = mytcp_output_goal(s->sk);
	return err;
}

/* ACKs that wait in the backlog free memory, and open the window. */
static int sending_catch_up(struct sending *s)
{
	if (s->fresh < BACKLOG_EVERY)
		return 0;
	s->fresh = 0;
	if (!sk_flush_backlog(s->sk))
		return 0;
	s->goal = mytcp_output_goal(s->sk);
	return is_shut(s->sk) ? -EPIPE : 0;
}

static void sending_queued(struct sending *s, struct sk_buff *skb, int len)
{
	/* what follows the PSH of an earlier call moves it to its own end */
	if (!s->copied)
		mytcp_cb(skb)->flags &= ~MYTCP_PSH;
	s->copied += len;

	if (!msg_data_left(s->msg)) {
		if (s->flags & MSG_EOR)
			mytcp_cb(skb)->flags |= MYTCP_CB_EOR;
	} else if (skb->len >= s->goal && !(s->flags & MSG_OOB) &&
		   msg_data_left(s->msg) > SOON) {
		/* else they go together, and wake the reader once */
		push_full(s, skb);
	}
}

/* One skb, or one fragment of it: 0 to go on, or a negative errno. */
static int sending_step(struct sending *s)
{
	struct sk_buff *skb;
	int len = 0, err;

	err = sending_catch_up(s);
	if (err)
		return err;
	skb = sending_skb(s);
	if (skb)
		len = sending_take(s, skb);
	if (!len)
		return sending_wait(s);
	if (len == NO_FRAGMENT) {
		mytcp_output_mark_push(s->sk, skb);
		s->full = true;
		return 0;
	}
	if (len < 0)
		return len;
	sending_queued(s, skb, len);
	return 0;
}

/* Returns 0 when all is queued, else why it is not. */
static int sending_queue(struct sending *s)
{
	int err = 0;

	while (!err && msg_data_left(s->msg))
		err = sending_step(s);
	return err;
}

/* What the SYN has room for, in one skb; without memory it goes alone. */
static void sending_queue_syn(struct sending *s)
{
	struct sk_buff *skb;

	s->goal = mytcp_fastopen_space(s->sk);
	if (!s->goal || !msg_data_left(s->msg))
		return;
	skb = new_skb(s);
	while (skb && skb->len < s->goal && msg_data_left(s->msg)) {
		int len = sending_copy(s, skb);

		if (len <= 0)
			break;
		s->copied += len;
	}
	if (skb && skb->len && !msg_data_left(s->msg))
		mytcp_output_mark_push(s->sk, skb);
	drop_empty(s->sk);
}

/* The SYN goes, which waits for this; an error ends the attempt. */
static void sending_send_syn(struct sending *s)
{
	struct sock *sk = s->sk;

	sending_queue_syn(s);
	if (!mytcp_fastopen_send(sk))
		return;
	mytcp_sock_done(sk, ENOBUFS);
	s->copied = 0;
}

/*
 * MSG_FASTOPEN: connect() and write in one call. Returns 0 when it asks for no
 * connection that there could not be.
 */
static int sending_connect(struct sending *s)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(s->sk));
	const struct sockaddr *to = s->msg->msg_name;
	struct mytcp_sock *ms = mytcp_sk(s->sk);
	int err;

	if (!(READ_ONCE(mn->fastopen) & MYTCP_FASTOPEN_CLIENT) ||
	    (to && s->msg->msg_namelen >= sizeof(to->sa_family) &&
	     to->sa_family == AF_UNSPEC))
		return -EOPNOTSUPP;
	if (ms->fastopen & MYTCP_FO_DEFERRED)
		return 0;
	ms->fastopen |= MYTCP_FO_WANTED;
	err = __inet_stream_connect(s->sk->sk_socket, s->msg->msg_name,
				    s->msg->msg_namelen, O_NONBLOCK, 1);
	ms->fastopen &= ~MYTCP_FO_WANTED;
	return err == -EINPROGRESS ? 0 : err;
}

/* The connection begins with this call, which waits for it as connect() does. */
static int sending_open(struct sending *s)
{
	struct sock *sk = s->sk;
	int err = 0, more;

	if (s->flags & MSG_FASTOPEN)
		err = sending_connect(s);
	if (err)
		return err;
	if (mytcp_sk(sk)->fastopen & MYTCP_FO_DEFERRED)
		sending_send_syn(s);
	/* so it takes this for a connect() that has just begun */
	mytcp_inet_set_deferred(sk, true);
	/* who has more to write has something to acknowledge the SYN-ACK with */
	more = !!msg_data_left(s->msg);
	sk->sk_write_pending += more;
	err = __inet_stream_connect(sk->sk_socket, NULL, 0,
				    s->flags & MSG_DONTWAIT ? O_NONBLOCK : 0, 1);
	sk->sk_write_pending -= more;
	mytcp_inet_set_deferred(sk, false);
	if (err && err != -EINPROGRESS)
		s->copied = 0;	/* with the connection the data is gone */
	return err;
}

static int sending_await(struct sending *s)
{
	if (mytcp_sock_is_early(s->sk))
		return 0;
	if (mytcp_sk(s->sk)->fastopen & MYTCP_FO_DEFERRED)
		return sending_open(s);
	return sk_stream_wait_connect(s->sk, &s->timeo);
}

/*
 * MSG_ZEROCOPY: by SO_ZEROCOPY, whose notes come by the error queue; or of a user in
 * the kernel, who holds a reference. A device that takes no fragments gets a copy.
 */
static int sending_choose(struct sending *s)
{
	bool able = s->sk->sk_route_caps & NETIF_F_SG;
	struct sk_buff *tail = mytcp_sendq_tail(s->sk);

	if (s->taking == SPLICED && !able)
		s->taking = COPIED;
	if (!(s->flags & MSG_ZEROCOPY) || !msg_data_left(s->msg))
		return 0;
	if (s->msg->msg_ubuf) {
		s->uarg = s->msg->msg_ubuf;
		s->taking = able ? PINNED : COPIED;
		return 0;
	}
	if (!sock_flag(s->sk, SOCK_ZEROCOPY))
		return 0;
	s->uarg = msg_zerocopy_realloc(s->sk, msg_data_left(s->msg),
				       tail ? skb_zcopy(tail) : NULL);
	if (!s->uarg)
		return -ENOBUFS;
	if (able)
		s->taking = PINNED;
	else
		uarg_to_msgzc(s->uarg)->zerocopy = 0;
	return 0;
}

/* The octets have their own references; without any there is nothing to tell. */
static void sending_end_pinning(struct sending *s)
{
	if (!s->uarg || s->uarg == s->msg->msg_ubuf)
		return;
	if (s->copied)
		net_zcopy_put(s->uarg);
	else
		net_zcopy_put_abort(s->uarg, true);
}

/* What comes with the call, of the socket and of its control messages. */
static int sending_take_cookie(struct sending *s)
{
	struct sockcm_cookie cookie;

	sockcm_init(&cookie, s->sk);
	if (s->msg->msg_controllen && sock_cmsg_send(s->sk, s->msg, &cookie))
		return -EINVAL;
	s->tsflags = cookie.tsflags;
	mytcp_txstamp_begin(s->sk, s->tsflags);
	return 0;
}

static int sending_start(struct sending *s)
{
	struct sock *sk = s->sk;
	int err = 0;

	if (s->flags & MSG_FASTOPEN)
		err = sending_open(s);
	else if (!mytcp_sock_in(sk, MYTCP_ST(ESTABLISHED) | MYTCP_ST(CLOSE_WAIT)))
		err = sending_await(s);
	if (err)
		return err;
	err = sending_take_cookie(s);
	if (err)
		return err;
	sk_clear_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	s->goal = mytcp_output_goal(sk);
	return is_shut(sk) ? -EPIPE : sending_choose(s);
}

static int send_locked(struct sock *sk, struct msghdr *msg, enum taking taking)
{
	struct sending s = {
		.sk = sk,
		.msg = msg,
		.flags = msg->msg_flags,
		.taking = taking,
		.timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT),
	};
	int err;

	err = sending_start(&s);
	if (!err)
		err = sending_queue(&s);
	drop_empty(sk);
	sending_end_pinning(&s);
	if (s.copied) {
		sending_finish(&s);
		return s.copied;
	}
	if (!err)
		return 0;

	err = sk_stream_error(sk, s.flags, err);
	/* with nothing queued no ACK will wake who waits for an edge */
	if (err == -EAGAIN && skb_queue_empty(&sk->sk_write_queue) &&
	    mytcp_sent_empty(sk))
		sk->sk_write_space(sk);
	return err;
}

/**
 * mytcp_api_sendmsg() - struct proto.sendmsg
 * @sk: socket, not locked
 * @msg: octets and flags
 * @size: octets
 *
 * Return: octets queued, maybe fewer than @size; or a negative errno.
 */
int mytcp_api_sendmsg(struct sock *sk, struct msghdr *msg, size_t size)
{
	int ret;

	lock_sock(sk);
	ret = send_locked(sk, msg, mytcp_splice_is_asked(msg) ? SPLICED : COPIED);
	release_sock(sk);
	return ret;
}

#ifdef MYTCP_HAS_SENDPAGE
/**
 * mytcp_api_sendpage() - proto_ops.sendpage
 * @sock: socket
 * @page: the page, which the caller holds
 * @offset: of the first octet
 * @size: octets
 * @flags: MSG_*
 *
 * Return: octets queued, maybe fewer than @size; or a negative errno.
 */
ssize_t mytcp_api_sendpage(struct socket *sock, struct page *page, int offset,
			   size_t size, int flags)
{
	struct bio_vec bv = {
		.bv_page = page, .bv_offset = offset, .bv_len = size,
	};
	struct msghdr msg = { .msg_flags = flags };
	int ret;

	/* not every page has references */
	if (!sendpage_ok(page))
		return sock_no_sendpage(sock, page, offset, size, flags);
	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, &bv, 1, size);
	sock_rps_record_flow(sock->sk);
	lock_sock(sock->sk);
	ret = send_locked(sock->sk, &msg, SPLICED);
	release_sock(sock->sk);
	return ret;
}
#endif

/**
 * mytcp_api_splice_eof() - what MSG_MORE of a splice promised does not come
 * @sock: socket
 */
void mytcp_api_splice_eof(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct sk_buff *tail;

	lock_sock(sk);
	tail = mytcp_sendq_tail(sk);
	if (tail) {
		mytcp_output_mark_push(sk, tail);
		mytcp_output_push(sk);
	}
	release_sock(sk);
}
