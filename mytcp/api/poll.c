// SPDX-License-Identifier: GPL-2.0
/* Is there something to read, room to write, an error: poll(2), ioctl(2). */
#include <asm/ioctls.h>
#include <linux/poll.h>
#include <linux/sockios.h>
#include <net/sock.h>

#include "mytcp/api/api.h"
#include "mytcp/engine/data.h"
#include "mytcp/engine/output.h"
#include "mytcp/sock/sock.h"

#define READABLE	(EPOLLIN | EPOLLRDNORM)
#define WRITABLE	(EPOLLOUT | EPOLLWRNORM)
#define HANDSHAKE	(MYTCP_ST(SYN_SENT) | MYTCP_ST(SYN_RECV))

static __poll_t poll_read(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u16 urg = READ_ONCE(ms->urg_data);
	int target = sock_rcvlowat(sk, 0, INT_MAX);
	__poll_t mask = 0;

	/* the urgent octet next to be read is none recv() returns */
	if (urg && READ_ONCE(ms->urg_seq) == READ_ONCE(ms->copied_seq) &&
	    !sock_flag(sk, SOCK_URGINLINE))
		target++;
	if (mytcp_data_is_readable(sk, target))
		mask |= READABLE;
	if (urg & MYTCP_URG_VALID)
		mask |= EPOLLPRI;
	return mask;
}

static __poll_t poll_write(struct sock *sk, u8 shut)
{
	if ((shut & SEND_SHUTDOWN) || mytcp_sock_writeable(sk))
		return WRITABLE;

	sk_set_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	set_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
	/*
	 * An ACK may have freed memory after the look and before the bits, and
	 * then wakes nobody: look again. Pairs with the barrier before the test
	 * of SOCK_NOSPACE.
	 */
	smp_mb__after_atomic();
	return mytcp_sock_writeable(sk) ? WRITABLE : 0;
}

/*
 * Nothing to read, and the user is about to wait: an ACK that hoped for his
 * answer goes now. Who wakes him has set the bit before.
 */
static void poll_acknowledge(struct sock *sk)
{
	lock_sock(sk);
	if (mytcp_sk(sk)->ack_turn)
		mytcp_output_ack(sk);
	release_sock(sk);
}

/**
 * mytcp_api_poll() - struct proto_ops.poll
 * @file: of the socket
 * @sock: socket, not locked: a change of state wakes who waits
 * @wait: where to queue, or NULL
 *
 * Return: EPOLL* bits.
 */
__poll_t mytcp_api_poll(struct file *file, struct socket *sock,
			struct poll_table_struct *wait)
{
	struct sock *sk = sock->sk;
	__poll_t mask = 0;
	int state;
	u8 shut;

	sock_poll_wait(file, sock, wait);

	/* what led to the state is seen, too */
	state = smp_load_acquire(&sk->sk_state);
	if (state == MYTCP_LISTEN)
		return mytcp_sock_has_child(sk) ? READABLE : 0;

	shut = READ_ONCE(sk->sk_shutdown);
	if (shut == SHUTDOWN_MASK || state == MYTCP_CLOSE)
		mask |= EPOLLHUP;
	if (shut & RCV_SHUTDOWN)
		mask |= READABLE | EPOLLRDHUP;
	if (!mytcp_fsm_in(state, HANDSHAKE) || mytcp_sock_is_early(sk))
		mask |= poll_read(sk) | poll_write(sk, shut);
	else if (READ_ONCE(mytcp_sk(sk)->fastopen) & MYTCP_FO_DEFERRED)
		mask |= WRITABLE;	/* a write makes the connection */
	if (READ_ONCE(mytcp_sk(sk)->ack_turn) && !(mask & READABLE))
		poll_acknowledge(sk);
	/* the error is written before the shutdown bits it comes with */
	smp_rmb();
	if (READ_ONCE(sk->sk_err) ||
	    !skb_queue_empty_lockless(&sk->sk_error_queue))
		mask |= EPOLLERR;
	return mask;
}

/**
 * mytcp_api_inq() - octets recv() would return, up to the urgent one
 * @sk: socket, locked
 *
 * Return: their number, the FIN not counted.
 */
int mytcp_api_inq(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 here = ms->rcv_nxt - ms->copied_seq;

	if (mytcp_sock_in(sk, HANDSHAKE) && !mytcp_sock_is_early(sk))
		return 0;
	if (ms->urg_data && !sock_flag(sk, SOCK_URGINLINE) &&
	    ms->urg_seq - ms->copied_seq < here)
		return ms->urg_seq - ms->copied_seq;
	return here - (here && sock_flag(sk, SOCK_DONE));
}

/* Octets from @seq on that the user wrote. */
static int outq_from(const struct sock *sk, u32 seq)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (mytcp_sock_is_early(sk))	/* our SYN is none of them */
		return ms->write_seq - max(seq, ms->iss + 1);
	if (mytcp_sock_in(sk, HANDSHAKE))
		return 0;
	return ms->write_seq - seq;
}

static int ioctl_locked(struct sock *sk, int cmd, int *answer)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (sk->sk_state == MYTCP_LISTEN && cmd != SIOCATMARK)
		return -EINVAL;

	switch (cmd) {
	case SIOCINQ:
		*answer = mytcp_api_inq(sk);
		break;
	case SIOCOUTQ:
		*answer = outq_from(sk, ms->snd_una);
		break;
	case SIOCOUTQNSD:
		*answer = outq_from(sk, ms->snd_nxt);
		break;
	case SIOCATMARK:
		*answer = ms->urg_data && ms->urg_seq == ms->copied_seq;
		break;
	}
	return 0;
}

/**
 * mytcp_api_ioctl() - ioctls of the protocol
 * @sk: socket, not locked
 * @cmd: SIOC*
 * @answer: set on success
 *
 * Return: 0, -EINVAL in LISTEN, -ENOIOCTLCMD for what is not ours.
 */
int mytcp_api_ioctl(struct sock *sk, int cmd, int *answer)
{
	int err;

	switch (cmd) {
	case SIOCINQ:
	case SIOCOUTQ:
	case SIOCOUTQNSD:
	case SIOCATMARK:
		break;
	default:
		return -ENOIOCTLCMD;
	}
	lock_sock(sk);
	err = ioctl_locked(sk, cmd, answer);
	release_sock(sk);
	return err;
}

/**
 * mytcp_api_set_rcvlowat() - struct proto_ops.set_rcvlowat
 * @sk: socket
 * @val: octets that make it readable
 *
 * Return: 0.
 */
int mytcp_api_set_rcvlowat(struct sock *sk, int val)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	bool fixed = sk->sk_userlocks & SOCK_RCVBUF_LOCK;
	struct mytcp_sock *ms = mytcp_sk(sk);
	int most = fixed ? READ_ONCE(sk->sk_rcvbuf) : READ_ONCE(mn->rmem[2]);

	/* half of the buffer is the window: more can never be waiting */
	val = min(val, most / 2);
	WRITE_ONCE(sk->sk_rcvlowat, val ?: 1);
	if (mytcp_data_is_readable(sk, sk->sk_rcvlowat))
		sk->sk_data_ready(sk);
	if (!fixed && 2 * val > sk->sk_rcvbuf) {
		WRITE_ONCE(sk->sk_rcvbuf, 2 * val);
		if (ms->window_clamp && ms->window_clamp < val)
			WRITE_ONCE(ms->window_clamp, val);
	}
	return 0;
}
