// SPDX-License-Identifier: GPL-2.0
/* struct mytcp_sock: made, cloned, closed, destroyed. */
#include <linux/kernel.h>
#include <linux/memcontrol.h>
#include <linux/percpu_counter.h>
#include <linux/random.h>
#include <net/inet_common.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/transp_v6.h>
#include <net/xfrm.h>
#include <uapi/linux/mytcp.h>

#include "mytcp/compat/memory.h"
#include "mytcp/sock/algorithms.h"
#include "mytcp/sock/bound.h"
#include "mytcp/sock/fastopen.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/sent.h"
#include "mytcp/sock/sock.h"
#include "mytcp/sock/trace.h"

/* The states counted in CurrEstab (RFC 4022, tcpCurrEstab). */
#define COUNTED		(MYTCP_ST(ESTABLISHED) | MYTCP_ST(CLOSE_WAIT))

struct percpu_counter mytcp_sockets;
DEFINE_PER_CPU(unsigned int, mytcp_orphans);

/* Who is told of each socket that is destroyed, or NULL. */
static void (*destroy_notice)(struct sock *sk);

/* Own classes: our locks are taken around those of the kernel's sockets. */
static struct lock_class_key sk_lock_key;
static struct lock_class_key slock_key;

static void set_lock_class(struct sock *sk)
{
	sock_lock_init_class_and_name(sk, "slock-AF_MYTCP", &slock_key,
				      "sk_lock-AF_MYTCP", &sk_lock_key);
}

/*
 * struct sock.sk_write_space: wakes writers, and those in poll(), when there is room
 * worth a segment. With a pacer sock_wfree() calls it, too, in any context, and the
 * socket's user may be leaving: what that frees is no room for a writer, and must not
 * be told as an edge to who does not wait for one.
 */
static void write_space(struct sock *sk)
{
	/* pairs with mytcp_pacer_make() */
	struct mytcp_pacer *pacer = smp_load_acquire(&mytcp_sk(sk)->pacer);
	struct socket *sock;
	struct socket_wq *wq;

	if (pacer)
		mytcp_pacer_freed(pacer);

	rcu_read_lock();
	sock = READ_ONCE(sk->sk_socket);
	if (!sock || (pacer && !test_bit(SOCK_NOSPACE, &sock->flags)) ||
	    !mytcp_sock_writeable(sk)) {
		rcu_read_unlock();
		return;
	}
	clear_bit(SOCK_NOSPACE, &sock->flags);
	wq = rcu_dereference(sk->sk_wq);
	if (skwq_has_sleeper(wq))
		wake_up_interruptible_poll(&wq->wait, EPOLLOUT | EPOLLWRNORM |
					   EPOLLWRBAND);
	rcu_read_unlock();
	if (!(sk->sk_shutdown & SEND_SHUTDOWN))
		sk_wake_async(sk, SOCK_WAKE_SPACE, POLL_OUT);
}

/* The choice of a congestion control outlives the connection. */
static void clear_connection(struct mytcp_sock *ms)
{
	size_t from = offsetof(struct mytcp_sock, iss);
	struct mytcp_cong cong = ms->cong;

	memset((u8 *)ms + from, 0, sizeof(*ms) - from);

	*mytcp_sent_tree(&ms->inet.sk) = RB_ROOT;
	memset(mytcp_tally(ms), 0, sizeof(struct mytcp_tally));
	mytcp_rtt_init(&ms->rtt);
	ms->cong.chosen = cong.chosen;
	mytcp_cong_start(&ms->cong, cong.ops);
	ms->peer_mss = MYTCP_MSS_DEFAULT4;
	ms->rcv_mss = MYTCP_MSS_DEFAULT4;
}

/* What stands in no structure of a new socket or of a new child. */
static void clear_links(struct mytcp_sock *ms)
{
	struct sock *sk = &ms->inet.sk;

	mytcp_node_init(&ms->node, MYTCP_KIND_SOCK, sock_net(sk), sk->sk_family);
	ms->port = NULL;
	*mytcp_sock_deferred(sk) = 0;
	ms->early_readers = 0;
	ms->reservation = NULL;
	ms->listener = NULL;
	ms->accept_next = NULL;
	ms->pacer = NULL;
	sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
	RCU_INIT_POINTER(ms->fastopen_queue, NULL);
	INIT_HLIST_NODE(&ms->port_link);
	INIT_HLIST_NODE(&sk->sk_bind_node);
}

/**
 * mytcp_sock_init() - struct proto.init
 * @sk: zeroed by sk_alloc(), then sock_init_data() and the family's fields
 *
 * The caller makes the timers, and sets sk_destruct.
 *
 * Context: process; nobody else knows the socket.
 * Return: 0.
 */
int mytcp_sock_init(struct sock *sk)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	struct mytcp_sock *ms = mytcp_sk(sk);

	set_lock_class(sk);
	sk->sk_protocol = MYTCP_SK_PROTOCOL;
	/* the SYN path uses a listener under RCU, without a reference */
	sock_set_flag(sk, SOCK_RCU_FREE);
	sk->sk_write_space = write_space;
	WRITE_ONCE(sk->sk_sndbuf, READ_ONCE(mn->wmem[1]));
	WRITE_ONCE(sk->sk_rcvbuf, READ_ONCE(mn->rmem[1]));
	atomic_set(&ms->inet.inet_id, get_random_u16());

	clear_links(ms);
	mytcp_algorithms_begin(&ms->cong, sock_net(sk));
	clear_connection(ms);
	mytcp_options_init(&ms->options);

	sk_sockets_allocated_inc(sk);
	return 0;
}

/**
 * mytcp_sock_reset() - the connection's fields as in a new socket
 * @sk: in CLOSED, in no table, queues empty, timers stopped
 *
 * Options, addresses and an explicitly bound port stay.
 *
 * Context: any, socket locked.
 */
void mytcp_sock_reset(struct sock *sk)
{
	sock_owned_by_me(sk);
	WARN_ON_ONCE(sk->sk_state != MYTCP_CLOSE);
	WARN_ON_ONCE(!mytcp_sent_empty(sk));

	mytcp_bulk_drop(&mytcp_sk(sk)->bulk);
	kfree(mytcp_sk(sk)->saved_syn);
	mytcp_algorithms_take_room(&mytcp_sk(sk)->cong);
	/* of the next path nothing is known */
	WRITE_ONCE(sk->sk_pacing_rate, READ_ONCE(sk->sk_max_pacing_rate));
	dst_release(rcu_replace_pointer(sk->sk_rx_dst, NULL, lockdep_sock_is_held(sk)));
	clear_connection(mytcp_sk(sk));
}

/*
 * What sk_clone_lock() copied and must not be shared: each of these would be
 * freed, or said to be the listener's, twice.
 */
static void disown(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	RCU_INIT_POINTER(inet->inet_opt, NULL);
	RCU_INIT_POINTER(sk->sk_rx_dst, NULL);
	RCU_INIT_POINTER(inet->mc_list, NULL);
	sk->sk_frag.page = NULL;
	sk->sk_frag.offset = 0;
	sk->sk_peer_pid = NULL;
	sk->sk_peer_cred = NULL;
	atomic64_set(&sk->sk_cookie, 0);
	atomic_set(&inet->inet_id, get_random_u16());
	sk->sk_write_pending = 0;
	sk->sk_shutdown = 0;
	sk->sk_ack_backlog = 0;
	sk->sk_max_ack_backlog = 0;
	/* the listener may be closing */
	sock_reset_flag(sk, SOCK_DEAD);
}

/*
 * The memory of a connection that came in is its listener's group's from the start. The
 * kernel's TCP charges who accepts it, which is exported to nobody.
 */
static void charge_group(struct sock *sk, const struct sock *listener)
{
#ifdef CONFIG_MEMCG
	if (listener->sk_memcg) {
		/* the listener's own reference lives as long as the listener's memory */
		css_get(&listener->sk_memcg->css);
		sk->sk_memcg = listener->sk_memcg;
	}
#endif
}

/**
 * mytcp_sock_clone() - the socket of a connection that came in
 * @listener: where it came in; not locked, used under RCU
 *
 * The child is born in SYN_RECV, without a transition: its entry in the SYN
 * queue has been there before it. It is in no table and has no port and no
 * timers; see sock.h for what the caller owes it.
 *
 * Context: softirq.
 * Return: the child, bottom-half locked, with a reference for the caller beside
 * its own; NULL without memory.
 */
struct sock *mytcp_sock_clone(const struct sock *listener)
{
	struct sock *sk = sk_clone_lock(listener, GFP_ATOMIC);
	struct mytcp_sock *ms;

	if (!sk)
		return NULL;

	if (IS_ENABLED(CONFIG_LOCKDEP)) {
		bh_unlock_sock(sk);
		set_lock_class(sk);
		bh_lock_sock_nested(sk);
	}

	ms = mytcp_sk(sk);
	disown(sk);
	charge_group(sk, listener);
	clear_links(ms);
	mytcp_algorithms_inherit(&ms->cong, sock_net(sk));
	clear_connection(ms);
	mytcp_options_share(&ms->options, &mytcp_sk(listener)->options);
	ms->defer_accept = 0;
	ms->passive = true;
	sk->sk_state = MYTCP_SYN_RECV;
	ms->node.state = MYTCP_SYN_RECV;
	return sk;
}

/**
 * mytcp_sock_unlock_child() - undo the lock and the reference of a clone
 * @sk: child from mytcp_sock_clone(); may be gone afterwards
 *
 * Context: softirq.
 */
void mytcp_sock_unlock_child(struct sock *sk)
{
	/* sparse does not see that a clone, if there is one, is locked */
	__acquire(&sk->sk_lock.slock);
	bh_unlock_sock(sk);
	sock_put(sk);
}

/* RFC 4022: tcpCurrEstab, tcpAttemptFails, tcpEstabResets. */
static void count_state(const struct sock *sk, int from, int to)
{
	struct net *net = sock_net(sk);

	mytcp_count_add(net, CurrEstab, mytcp_fsm_in(to, COUNTED) -
			mytcp_fsm_in(from, COUNTED));
	if (to != MYTCP_CLOSE)
		return;
	/* a child that never took its entry's place was no attempt */
	if (mytcp_fsm_in(from, MYTCP_ST(SYN_SENT) | MYTCP_ST(SYN_RECV)) &&
	    mytcp_node_hashed(&mytcp_sk(sk)->node))
		mytcp_count(net, AttemptFails);
	else if (mytcp_fsm_in(from, COUNTED))
		mytcp_count(net, EstabResets);
}

/**
 * mytcp_sock_set_state() - the only function that changes a socket's state
 * @sk: socket
 * @state: MYTCP_*; a transition RFC 9293 does not have is not made
 *
 * Context: any, socket locked.
 */
void mytcp_sock_set_state(struct sock *sk, int state)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct net *net = sock_net(sk);
	int from = sk->sk_state;

	sock_owned_by_me(sk);
	if (WARN_ONCE(!mytcp_fsm_legal(from, state), "mytcp: %s -> %s\n",
		      mytcp_fsm_name(from), mytcp_fsm_name(state)))
		return;

	/* A bucket has taken the connection's place, and lives on in its state. */
	if (state != MYTCP_CLOSE || mytcp_node_hashed(&ms->node) ||
	    !mytcp_fsm_in(from, MYTCP_ST(TIME_WAIT) | MYTCP_ST(FIN_WAIT2)))
		trace_mytcp_state(net, &ms->node.key, from, state);
	count_state(sk, from, state);
	if (from == MYTCP_CLOSE)
		mytcp_bound_remove(sk);
	/* a FIN of ours may go before the handshake is complete */
	if (mytcp_fsm_in(from, MYTCP_ST(SYN_RECV) | MYTCP_ST(FIN_WAIT1)) &&
	    state != MYTCP_FIN_WAIT1 && ms->passive &&
	    rcu_access_pointer(ms->fastopen_queue))
		mytcp_fastopen_leave(sk);
	WRITE_ONCE(ms->node.state, state);
	/* who reads the new state without the lock sees what led to it */
	smp_store_release(&sk->sk_state, state);
}

/**
 * mytcp_sock_done() - the connection, or the listener, is over
 * @sk: socket; destroyed by this when it is an orphan
 * @err: what its user is to be told, a positive errno; 0 for nothing
 *
 * Received data in order stays, for the user to read.
 *
 * Context: any, socket locked, reference held.
 */
void mytcp_sock_done(struct sock *sk, int err)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	sock_owned_by_me(sk);
	if (sk->sk_state == MYTCP_CLOSE)
		return;

	if (ms->fastopen & MYTCP_FO_ASKED)
		mytcp_fastopen_over(sk);
	if (err)
		WRITE_ONCE(sk->sk_err, err);
	smp_wmb();	/* who sees the shutdown sees the error: poll() */
	mytcp_sock_set_state(sk, MYTCP_CLOSE);
	mytcp_table_remove(&ms->node);

	sk_stop_timer(sk, &sk->sk_timer);
	mytcp_pacer_stop(ms->pacer);
	ms->timer_job = MYTCP_JOB_NONE;
	ms->delack_armed = false;
	ms->keepalive_armed = false;
	mytcp_sock_purge_send(sk);
	mytcp_sock_purge_reasm(sk);
	/* another connect() chooses anew, unless bind() has chosen */
	if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
		mytcp_port_release(sk);
	else if (ms->port && !sock_flag(sk, SOCK_DEAD))
		mytcp_bound_add(sk);

	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	if (sock_flag(sk, SOCK_DEAD)) {
		mytcp_sock_destroy(sk);
		return;
	}
	sk->sk_state_change(sk);
	if (err)
		sk_error_report(sk);
}

/**
 * mytcp_sock_orphan() - the socket has no user any more
 * @sk: socket
 *
 * Context: any, socket locked. mytcp_sock_destroy() takes it off the count.
 */
void mytcp_sock_orphan(struct sock *sk)
{
	sock_owned_by_me(sk);
	sock_orphan(sk);
	this_cpu_inc(mytcp_orphans);
}

/**
 * mytcp_sock_set_notice() - who is told of each socket that is destroyed
 * @notice: called in any context, the socket still whole; NULL for nobody
 *
 * Context: module init, and exit when no socket is left.
 */
void mytcp_sock_set_notice(void (*notice)(struct sock *sk))
{
	WRITE_ONCE(destroy_notice, notice);
}

/**
 * mytcp_sock_destroy() - give back all that a closed orphan has
 * @sk: in CLOSED, mytcp_sock_orphan() called
 *
 * Context: any; socket locked, or unreachable. Drops the socket's own
 * reference: whoever has it locked needs one more to unlock it.
 */
void mytcp_sock_destroy(struct sock *sk)
{
	void (*notice)(struct sock *sk) = READ_ONCE(destroy_notice);

	WARN_ON_ONCE(sk->sk_state != MYTCP_CLOSE);
	WARN_ON_ONCE(!sock_flag(sk, SOCK_DEAD));
	WARN_ON_ONCE(mytcp_node_hashed(&mytcp_sk(sk)->node));

	if (notice)
		notice(sk);
	sk->sk_prot->destroy(sk);
	sk_stream_kill_queues(sk);
	xfrm_sk_free_policy(sk);
	this_cpu_dec(mytcp_orphans);
	sock_put(sk);
}

/**
 * mytcp_sock_release_resources() - struct proto.destroy
 * @sk: in CLOSED, for good
 *
 * Context: any; socket locked, or unreachable.
 */
void mytcp_sock_release_resources(struct sock *sk)
{
	mytcp_sock_purge_send(sk);
	mytcp_sock_purge_reasm(sk);
	mytcp_port_release(sk);
	mytcp_fastopen_forget(sk);
	mytcp_bulk_drop(&mytcp_sk(sk)->bulk);
	mytcp_options_drop(&mytcp_sk(sk)->options);
	kfree(mytcp_sk(sk)->saved_syn);
	mytcp_sk(sk)->saved_syn = NULL;
	mytcp_algorithms_release(&mytcp_sk(sk)->cong);
	sk_sockets_allocated_dec(sk);
}

/**
 * mytcp_sock_destruct() - struct sock.sk_destruct
 * @sk: no reference is left, nor, of a listener, anybody under RCU
 *
 * Context: any.
 */
void mytcp_sock_destruct(struct sock *sk)
{
	kfree(mytcp_sk(sk)->listener);
	mytcp_pacer_free(&mytcp_sk(sk)->pacer);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		inet6_cleanup_sock(sk);
#endif
	inet_sock_destruct(sk);
}

/**
 * mytcp_sock_purge_send() - drop what is unsent or unacknowledged
 * @sk: socket
 *
 * Context: any; socket locked, or unreachable.
 */
void mytcp_sock_purge_send(struct sock *sk)
{
	struct sk_buff *skb;

	while ((skb = mytcp_sent_first(sk))) {
		mytcp_sent_remove(sk, skb);
		mytcp_sock_free_sent(sk, skb);
	}
	while ((skb = __skb_dequeue(&sk->sk_write_queue)))
		mytcp_sock_free_sent(sk, skb);
	sk_mem_reclaim(sk);
	mytcp_sk(sk)->lost = 0;
	if (mytcp_sk(sk)->bulk) {
		mytcp_sk(sk)->bulk->sacked = 0;
		mytcp_scoreboard_clear(&mytcp_sk(sk)->bulk->scoreboard);
	}
}

/**
 * mytcp_sock_purge_reasm() - drop what was received out of order
 * @sk: socket
 *
 * Context: any; socket locked, or unreachable.
 */
void mytcp_sock_purge_reasm(struct sock *sk)
{
	struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;
	struct mytcp_reasm *reasm;
	struct mytcp_piece *piece;

	if (!bulk)
		return;
	reasm = &bulk->reasm;
	while ((piece = mytcp_reasm_first(reasm))) {
		mytcp_reasm_remove(reasm, piece);
		kfree_skb(mytcp_piece_skb(piece));
	}
}

long mytcp_sock_mem[3];

/**
 * mytcp_sock_orphans() - sockets without a user, in the machine
 *
 * Context: any.
 * Return: their number; each CPU's is read at a different moment.
 */
int mytcp_sock_orphans(void)
{
	int sum = 0, cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(mytcp_orphans, cpu));
	return max(sum, 0);
}

/**
 * mytcp_sock_too_many_orphans() - should an orphan be aborted?
 * @sk: the orphan
 *
 * Context: any.
 * Return: true when there are more of them than max_orphans, or this one's
 * data takes memory that the protocol has run out of.
 */
bool mytcp_sock_too_many_orphans(const struct sock *sk)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));

	if (mytcp_sock_orphans() > READ_ONCE(mn->max_orphans))
		return true;
	return READ_ONCE(sk->sk_wmem_queued) > SOCK_MIN_SNDBUF &&
	       sk_memory_allocated(sk) > sk_prot_mem_limits(sk, 2);
}

/**
 * mytcp_sock_module_init() - make what all sockets share
 *
 * Context: module init, before the first socket.
 * Return: 0 or -ENOMEM.
 */
int mytcp_sock_module_init(void)
{
	int err;

	BUILD_BUG_ON(offsetof(struct mytcp_sock, inet));
	BUILD_BUG_ON(sizeof(struct mytcp_rate_stamp) >
		     offsetof(struct mytcp_cb, seq));
	BUILD_BUG_ON(sizeof(struct mytcp_cb) > sizeof_field(struct sk_buff, cb));
	mytcp_bound_init();
	err = mytcp_bulk_init();
	if (err)
		return err;
	err = mytcp_pacer_init();
	if (err)
		goto no_pacer;
	err = percpu_counter_init(&mytcp_sockets, 0, GFP_KERNEL);
	if (err)
		goto no_counter;
	return 0;

no_counter:
	mytcp_pacer_exit();
no_pacer:
	mytcp_bulk_exit();
	return err;
}

/**
 * mytcp_sock_module_exit() - the inverse
 *
 * Context: module exit, after the last socket.
 */
void mytcp_sock_module_exit(void)
{
	percpu_counter_destroy(&mytcp_sockets);
	mytcp_pacer_exit();
	mytcp_bulk_exit();
}
