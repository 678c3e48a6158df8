/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct mytcp_sock: one connection, or one listener.
 *
 * Locks, named in the comment of each field:
 *   sk      the socket lock: lock_sock() in process context, or
 *	     bh_lock_sock() in softirq while no process owns it
 *   accept  mytcp_listener.lock
 *   const   written before the socket can be found, never after
 */
#ifndef MYTCP_SOCK_SOCK_H
#define MYTCP_SOCK_SOCK_H

#include <linux/types.h>
#include <linux/skbuff.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include <net/inet_sock.h>
#include "mytcp/proto/fsm.h"
#include "mytcp/proto/seq.h"
#include "mytcp/proto/rtt.h"
#include "mytcp/proto/reasm.h"
#include "mytcp/proto/cong.h"
#include "mytcp/proto/rate.h"
#include "mytcp/proto/segment.h"
#include "mytcp/sock/bulk.h"
#include "mytcp/sock/netns.h"
#include "mytcp/sock/options.h"
#include "mytcp/sock/pacer.h"
#include "mytcp/sock/table.h"
#include "mytcp/sock/tally.h"

struct mytcp_fastopen_queue;
struct mytcp_port;
struct mytcp_reservation;

/* Room in front of a segment: the largest header of each layer. */
#define MYTCP_HEADROOM		(128 + MAX_HEADER + MYTCP_HDR_MAX)

/* Bits of mytcp_sock_deferred(): work for release_cb, set in softirq. */
enum mytcp_deferred {
	MYTCP_DEFER_TIMER,	/* the timer ran; holds a reference */
	MYTCP_DEFER_ACK,	/* one ACK for all of the backlog, MUST-59 */
	MYTCP_DEFER_PMTU,
	MYTCP_DEFER_PUSH,	/* what was held back may go; holds a reference */
};

/* Which of its jobs the retransmission timer does at present. */
enum mytcp_timer_job {
	MYTCP_JOB_NONE,
	MYTCP_JOB_RETRANS,
	MYTCP_JOB_TAIL,		/* RFC 8985 7: a probe, before the timeout */
	MYTCP_JOB_REORDER,	/* RFC 8985 6.2: what is late is lost by then */
	MYTCP_JOB_PROBE,
};

/* Where loss recovery stands. */
enum mytcp_recovery_state {
	MYTCP_RECOVERY_OPEN,
	MYTCP_RECOVERY_FAST,	/* RFC 6582, until snd_una passes recover */
	MYTCP_RECOVERY_CWR,	/* the window was reduced, nothing was lost */
	MYTCP_RECOVERY_LOSS,	/* after a retransmission timeout */
};

/* Nagle and its opposites, bits of mytcp_sock.nonagle. */
#define MYTCP_NAGLE_OFF		1	/* TCP_NODELAY */
#define MYTCP_NAGLE_CORK	2	/* TCP_CORK */
#define MYTCP_NAGLE_PUSH	4	/* send what is there, once */

/* Values of mytcp_sock.urg_data beside the octet itself, in the low byte. */
#define MYTCP_URG_VALID		0x0100	/* the octet is here */
#define MYTCP_URG_NOTYET	0x0200	/* announced, not arrived */
#define MYTCP_URG_READ		0x0400	/* taken by recv(MSG_OOB) */

/* Bits of mytcp_sock.fastopen. */
#define MYTCP_FO_WANTED		0x01	/* MSG_FASTOPEN: the call about to connect */
#define MYTCP_FO_DEFERRED	0x02	/* the SYN waits for its data */
#define MYTCP_FO_ASKED		0x04	/* it had the option */
#define MYTCP_FO_DATA		0x08	/* it had data */
#define MYTCP_FO_ACKED		0x10	/* which was taken; of either end */
#define MYTCP_FO_TRIAL		0x20	/* the first after a pause */
#define MYTCP_FO_FAIL_SHIFT	6	/* tcpi_fastopen_client_fail, two bits */

/**
 * struct mytcp_saved_syn - headers of the SYN that opened a connection
 * @len: bytes in @data
 * @data: as they came in
 */
struct mytcp_saved_syn {
	u32 len;
	u8 data[];
};

/**
 * struct mytcp_listener - what only a socket that listens has, or has listened
 * @lock: innermost lock but for the table's and a wheel's
 * @dead: it does not listen, or not any more: nothing is added; accept
 * @synq_len: entries in @synq; accept, read locklessly
 * @synq: SYN queue entries of this listener; accept
 * @first: the child that accept() takes next, or NULL; accept, read locklessly
 * @last: the child that came last, valid with @first; accept
 *
 * Made by listen(), freed with the socket: whoever may use that may use this.
 */
struct mytcp_listener {
	spinlock_t lock;	/* of both queues */
	bool dead;
	u32 synq_len;
	struct list_head synq;
	struct mytcp_sock *first;
	struct mytcp_sock *last;
};

/**
 * struct mytcp_sock - a MyTCP socket
 *
 * @inet: must be first
 * @node: place in the connection table (or the listeners'); table bucket lock
 * @port: local port in use, or NULL; sk, see port.c
 * @reservation: what keeps the kernel's TCP off the port, or NULL; sk
 * @port_link: among the sockets of @port; its lock
 *
 * @fastopen_queue: of a listener: who is pending; of a child whose handshake is not
 *	complete: where it is; else NULL; sk, read under RCU where a SYN comes in
 *
 * @early_readers: recv() calls that sleep for less than SO_RCVLOWAT; sk
 *
 * @iss: initial send sequence number; sk
 * @once: what only the opening needs, first the one, then the other
 * @once.isn_least: connect() must not choose one before it, for the sake of the
 *	connection before on the same ports; 0 for none; user
 * @once.syn_tsval: timestamp of our first SYN; sk
 * @irs: initial receive sequence number; sk
 * @snd_una: oldest unacknowledged; sk
 * @snd_nxt: next to be sent for the first time; sk
 * @write_seq: next to be queued by the user; sk
 * @snd_wnd: peer's window, bytes from snd_una; sk
 * @snd_wl1: SEG.SEQ of the segment that last set snd_wnd; sk
 * @snd_up: urgent pointer to be sent (one past the urgent octet); sk
 * @max_window: largest snd_wnd ever; sk
 * @snd_sml: end of the last small segment sent, for Nagle as Minshall has it; sk
 * @pushed_seq: end of the last octet sent or to be sent with PSH; sk
 * @urg_mode: snd_up stands ahead of snd_una; sk
 *
 * @rcv_nxt: next expected; sk
 * @rcv_wnd: window last advertised, bytes from rcv_wup; sk
 * @rcv_wup: rcv_nxt when it was: Last.ACK.sent of RFC 7323 4.3, too; sk
 * @copied_seq: next octet for the user; sk, read locklessly by poll
 * @urg_seq: sequence number of the urgent octet; sk
 * @urg_data: MYTCP_URG_* and the octet; sk, read locklessly by poll
 *
 * @advmss: MSS we announce; sk
 * @peer_mss: MSS the peer announced, or the default; not above TCP_MAXSEG; sk
 * @mss: octets of data a full segment of ours holds, options taken off; sk
 * @pmtu: path MTU @mss was made from; sk
 * @snd_wscale: shift of windows we receive; sk
 * @rcv_wscale: shift of windows we send; sk
 * @opt: MYTCP_HAS_WSCALE, _SACK_PERM, _TS as agreed; sk
 * @offer: the same, as our SYN offered them; sk
 * @window_clamp: largest window ever to advertise, bytes, 0 for no limit; sk
 *
 * @ts_offset: added to our clock in TSval; sk
 * @ts_recent: TS.Recent of RFC 7323; sk
 * @ts_recent_stamp: when it was set, seconds of the monotonic clock; 0 when it
 *	was not; sk
 *
 * @rtt: round trip; sk
 * @cong: congestion control; sk
 * @cwnd_valid: jiffies when half of the window was in use, or it was cut; sk
 * @recovery: enum mytcp_recovery_state; sk
 * @recover: RFC 6582's: recovery ends when snd_una reaches it; sk
 * @dupacks: duplicate ACKs in a row; sk
 * @retransmits: timeouts in a row without an ACK of new data; sk
 * @icmp_mtu: path MTU an ICMP error told, while a process had the lock; sk
 * @first_rtx_ms: when the first of them was sent, mytcp_clock_ms(), or 0; sk
 * @probes_out: zero-window or keepalive probes unanswered; sk
 * @ecn: MYTCP_ECN_*; sk
 * @lost: octets marked lost and not yet retransmitted; sk
 * @cwnd_limited: the last flight filled cwnd; sk
 *
 * @bulk: what is made on demand, or NULL; sk
 *
 * @ack_pending: an ACK is owed; sk, read locklessly by recv()
 * @ack_quick: ACKs still to be sent at once; sk
 * @ack_pingpong: the exchange is interactive: wait for data to ride on; sk
 * @ack_turn: the ACK owed waits for what the user does; sk, read locklessly by
 *	poll
 * @ack_eager: TCP_QUICKACK was set: it does not; sk
 * @ack_ato: delay of the next delayed ACK, jiffies; sk
 * @ack_pushed: the last data was less than a full segment; sk
 * @ack_psh: it had PSH; sk
 * @ack_run: small segments in short succession; sk
 * @rcv_mss: estimate of the peer's full segment, bytes; sk
 * @last_rcv: jiffies of the last data received; sk
 * @last_snd: jiffies of the last data sent; sk
 * @last_seg: jiffies of the last acceptable segment; sk
 * @last_oow_ack: jiffies of the last ACK answering nonsense, 0 none; sk
 *
 * @timer_job: enum mytcp_timer_job: what is to be done at @retrans_at; sk
 * @delack_armed: @delack_at is valid, if @ack_pending; sk
 * @keepalive_armed: @keepalive_at is valid; sk, read locklessly by listings
 * @retrans_at: jiffies of a retransmission or zero-window probe; sk, likewise
 * @delack_at: jiffies of a delayed ACK; sk
 * @keepalive_at: jiffies of keepalive or of an orphan's FIN_WAIT_2; sk, likewise
 *
 * @nonagle: MYTCP_NAGLE_*; sk
 * @options: the options that few programs set, never NULL; written with sk, read
 *	under RCU through mytcp_option()
 * @defer_accept: TCP_DEFER_ACCEPT, SYN-ACK retransmissions; sk
 * @tell_inq: TCP_INQ; sk
 * @passive: SYN_RECV was reached from LISTEN (MUST-11); sk
 * @fastopen: MYTCP_FO_*, what the handshake did; sk
 * @fin_sent: our FIN was sent; sk
 * @saved_syn: what TCP_SAVE_SYN has kept, owned, or NULL; sk
 *
 * @listener: of one that listens, or has listened, else NULL; sk, and in softirq
 *	constant where the socket has been found listening
 * @accept_next: behind this one in the accept queue, or NULL; accept
 * @pacer: of one that holds segments back, or has, else NULL; sk, read locklessly by
 *	who frees an skb
 *
 * What is not sent yet waits in sk_write_queue, what is not acknowledged in the tree
 * of sock/sent.h. What it has sent and received stands in mytcp_tally().
 */
struct mytcp_sock {
	struct inet_sock inet;
	struct mytcp_node node;
	struct mytcp_port *port;
	struct mytcp_reservation *reservation;
	struct hlist_node port_link;
	struct mytcp_fastopen_queue __rcu *fastopen_queue;

	/* options: a child inherits them */
	struct mytcp_options __rcu *options;
	u32 window_clamp;
	u8 nonagle : 3;
	u8 tell_inq : 1;
	u8 defer_accept;

	/* outlive a connection; a child has its own */
	u16 early_readers;
	struct mytcp_listener *listener;
	struct mytcp_sock *accept_next;
	struct mytcp_pacer *pacer;

	/* the connection: cleared by mytcp_sock_reset() */
	u32 iss;
	u32 irs;
	/* each segment, either way */
	u32 snd_una;
	u32 snd_nxt;
	u32 write_seq;
	u32 snd_wnd;
	u32 snd_wl1;
	u32 max_window;
	u32 snd_sml;
	u32 pushed_seq;
	u32 rcv_nxt;
	u32 rcv_wnd;
	u32 rcv_wup;
	u32 copied_seq;
	u32 ts_offset;
	u32 ts_recent;
	u32 ts_recent_stamp;
	u32 pmtu;
	u16 mss;
	u16 advmss;
	u16 peer_mss;
	u16 rcv_mss;
	u8 snd_wscale;
	u8 rcv_wscale;
	u8 opt;
	u8 offer;
	u8 ecn;
	u8 recovery;
	u8 dupacks;
	u8 retransmits;
	u8 probes_out;
	bool cwnd_limited;
	bool passive;
	bool fin_sent;
	u8 fastopen;
	bool urg_mode;
	bool ack_pending;
	bool ack_pingpong;
	bool ack_turn;
	bool ack_pushed : 1;
	bool ack_eager : 1;
	bool ack_psh : 1;
	u8 ack_run : 5;
	u8 ack_quick;
	u8 timer_job;
	bool delack_armed;
	bool keepalive_armed;
	u16 urg_data;
	u16 ack_ato;
	u32 retrans_at;
	u32 delack_at;
	u32 last_rcv;
	u32 last_snd;
	u32 last_seg;
	struct mytcp_rtt rtt;
	u32 lost;
	struct mytcp_cong cong;
	u32 cwnd_valid;
	struct mytcp_bulk *bulk;
	struct mytcp_saved_syn *saved_syn;

	/* when something is lost, urgent, or once */
	u32 recover;
	u32 first_rtx_ms;
	u32 snd_up;
	u32 urg_seq;
	u32 keepalive_at;
	u32 last_oow_ack;
	u32 icmp_mtu;
	union {
		u32 isn_least;
		u32 syn_tsval;
	} once;
};

static inline struct mytcp_sock *mytcp_sk(const struct sock *sk)
{
	return (struct mytcp_sock *)sk;
}

static inline struct mytcp_tally *mytcp_tally(const struct mytcp_sock *ms)
{
	return mytcp_tally_of(&ms->inet);
}

/*
 * enum mytcp_deferred; atomic bit operations. Some carry references: they outlive the
 * connection. The word is of struct sock, there for each protocol that defers work.
 */
static inline unsigned long *mytcp_sock_deferred(struct sock *sk)
{
	return &sk->sk_tsq_flags;
}

/* Something beyond rcv_nxt is here. */
static inline bool mytcp_sock_has_pieces(const struct mytcp_sock *ms)
{
	return ms->bulk && ms->bulk->reasm.count;
}

/* The socket a table node is part of; the node's kind must be SOCK. */
static inline struct sock *mytcp_node_sk(struct mytcp_node *node)
{
	return &container_of(node, struct mytcp_sock, node)->inet.sk;
}

/**
 * struct mytcp_cb - what MyTCP keeps in skb->cb of the skbs it queues
 * @piece: place among the out-of-order pieces; its seq and end serve every queue
 * @stamp: on the send side: what was delivered when it was sent last
 * @seq: SEG.SEQ of the first octet (a SYN or FIN counts as one)
 * @end: the sequence number after the last
 * @sent_us: clock of the last transmission, microseconds; 0 before the first
 * @flags: MYTCP_SYN, MYTCP_FIN, MYTCP_PSH, MYTCP_URG of the segment(s)
 * @tx: transmissions, saturating
 * @lost: recovery wants it sent again
 * @sacked: the peer has it, and has not acknowledged it
 *
 * The payload starts at skb->data on the receive side and on the send side
 * (headers are pushed on clones).
 */
struct mytcp_cb {
	union {
		struct mytcp_piece piece;
		struct mytcp_rate_stamp stamp;
		struct {
			struct rb_node unused;
			u32 seq;
			u32 end;
		};
	};
	u64 sent_us;
	u16 flags;
	u8 tx;
	bool lost;
	bool sacked;
};

static inline struct mytcp_cb *mytcp_cb(const struct sk_buff *skb)
{
	return (struct mytcp_cb *)skb->cb;
}

static inline struct sk_buff *mytcp_piece_skb(struct mytcp_piece *piece)
{
	return container_of((void *)piece, struct sk_buff, cb);
}

/* The state, from anywhere. */
static inline int mytcp_sock_state(const struct sock *sk)
{
	return READ_ONCE(*(const unsigned char *)&sk->sk_state);
}

static inline bool mytcp_sock_in(const struct sock *sk, unsigned int states)
{
	return mytcp_fsm_in(mytcp_sock_state(sk), states);
}

/* Is a connection ready for accept()? Only a listener has the queue. */
static inline bool mytcp_sock_has_child(const struct sock *sk)
{
	return mytcp_sock_in(sk, MYTCP_ST(LISTEN)) &&
	       READ_ONCE(mytcp_sk(sk)->listener->first);
}

/*
 * A child that Fast Open has made: it may be read and written, though the third
 * segment is not here. Every other child has left the state when it is found.
 */
static inline bool mytcp_sock_is_early(const struct sock *sk)
{
	return mytcp_sock_state(sk) == MYTCP_SYN_RECV && mytcp_sk(sk)->passive;
}

/* Milliseconds of the timestamp clock, before the connection's offset. */
static inline u32 mytcp_clock_ms(void)
{
	return (u32)div_u64(ktime_get_ns(), NSEC_PER_MSEC);
}

static inline u64 mytcp_clock_us(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

/*
 * What is left until a time of which 32 bits are kept. Jiffies exceed those five minutes
 * after the boot.
 */
static inline s32 mytcp_clock_left(u32 at)
{
	return at - (u32)jiffies;
}

/* The same time, in jiffies. */
static inline unsigned long mytcp_clock_jiffies(u32 at)
{
	return jiffies + mytcp_clock_left(at);
}

/* Segments sent and not acknowledged, lost or not. */
static inline u32 mytcp_sock_flight(const struct mytcp_sock *ms)
{
	return DIV_ROUND_UP(ms->snd_nxt - ms->snd_una, max_t(u32, ms->mss, 1));
}

/* What is not sent is less than TCP_NOTSENT_LOWAT; to @wake a writer, half. */
static inline bool mytcp_sock_may_queue(const struct sock *sk, int wake)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 unsent = READ_ONCE(ms->write_seq) - READ_ONCE(ms->snd_nxt);
	u32 most = mytcp_option(ms, notsent_lowat) ?:
		   READ_ONCE(mytcp_net(sock_net(sk))->notsent_lowat);

	return (u64)unsent << wake < most;
}

/* May another skb be queued? sk_stream_memory_free(), as <net/sock.h> has it,
 * is this and a mention of the kernel's TCP besides.
 */
static inline bool mytcp_sock_memory_free(const struct sock *sk)
{
	return sk_stream_wspace(sk) > 0 && mytcp_sock_may_queue(sk, 0);
}

/* Does anybody ask for pacing: SO_MAX_PACING_RATE, the algorithm, or fq below? */
static inline bool mytcp_sock_paces(const struct sock *sk)
{
	return READ_ONCE(sk->sk_pacing_status) != SK_PACING_NONE;
}

/* Nothing waits to be sent, though both windows would let it go. */
static inline bool mytcp_sock_starves(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 nxt = READ_ONCE(ms->snd_nxt), flight = nxt - READ_ONCE(ms->snd_una);

	return READ_ONCE(ms->write_seq) == nxt && flight < READ_ONCE(ms->snd_wnd) &&
	       flight < (u64)READ_ONCE(ms->cong.cwnd) * READ_ONCE(ms->mss);
}

/*
 * A third of the send buffer is free: worth waking a writer for. On a path that is
 * longer than the buffer that would be too late, and then too much at once.
 */
static inline bool mytcp_sock_writeable(const struct sock *sk)
{
	int space = sk_stream_wspace(sk);

	return space > 0 && mytcp_sock_may_queue(sk, 1) &&
	       (space >= sk_stream_min_wspace(sk) ||
		(space >= READ_ONCE(sk->sk_sndbuf) / 16 &&
		 mytcp_sock_starves(sk)));
}

/*
 * What waited was sent, or acknowledged data has given its memory back. Socket
 * locked.
 */
static inline void mytcp_sock_wake_writer(struct sock *sk)
{
	/* freed before the look at the bit: poll() does it the other way round */
	smp_mb();
	if (sk->sk_socket && test_bit(SOCK_NOSPACE, &sk->sk_socket->flags))
		sk->sk_write_space(sk);
}

/*
 * Free an skb of the send side, taken from its queue. Socket locked. Its memory is the
 * socket's still, for what has come with the ACK, until sk_mem_reclaim().
 */
static inline void mytcp_sock_free_sent(struct sock *sk, struct sk_buff *skb)
{
	sk_wmem_queued_add(sk, -(int)skb->truesize);
	WRITE_ONCE(sk->sk_forward_alloc, sk->sk_forward_alloc + (int)skb->truesize);
	consume_skb(skb);
}

extern struct proto mytcp_prot, mytcp_prot6;	/* api/af_mytcp */
extern struct percpu_counter mytcp_sockets;	/* sockets allocated */
DECLARE_PER_CPU(unsigned int, mytcp_orphans);

/*
 * Who holds a reference: the socket itself, until mytcp_sock_destroy(); the
 * table, while the socket stands in it; each pending timer; whoever found it.
 */

/* struct proto.init: fields at their defaults, queues empty, timers made by
 * the caller (mytcp_timeout_setup). Process context.
 */
int mytcp_sock_init(struct sock *sk);
/* The connection's fields as in a new socket, options and addresses kept; for
 * disconnect(). In CLOSED, queues empty, timers stopped. Socket locked.
 */
void mytcp_sock_reset(struct sock *sk);
/* A listener's queues have ended, empty: their place is a connection's again.
 * Socket locked.
 */
/* A child of @listener, in SYN_RECV, bottom-half locked; NULL without memory.
 * Two references: its own, and the caller's, who drops it with sock_put()
 * after bh_unlock_sock(). Before it is found, the caller sets the addresses,
 * node.key and node.dev, makes the timers and shares the port. To give it up:
 * mytcp_sock_orphan(), mytcp_sock_done(), unlock, sock_put(). Softirq.
 */
struct sock *mytcp_sock_clone(const struct sock *listener);
/* Unlock a child and drop the caller's reference. */
void mytcp_sock_unlock_child(struct sock *sk);
/* The only function that changes sk_state. Socket locked. */
void mytcp_sock_set_state(struct sock *sk, int state);
/* CLOSED: out of the table, timers off, unsent and out-of-order data dropped,
 * an ephemeral port given back, users woken; an orphan is destroyed. Nothing
 * is done in CLOSED. Socket locked, the caller has a reference. @err positive
 * errno or 0.
 */
void mytcp_sock_done(struct sock *sk, int err);
/* No user any more: sock_orphan(), counted until mytcp_sock_destroy(). Socket
 * locked.
 */
void mytcp_sock_orphan(struct sock *sk);
/* Who is told before that of each. Module init and exit. */
void mytcp_sock_set_notice(void (*notice)(struct sock *sk));
/* Free a closed orphan; socket locked or unreachable. Drops the socket's own
 * reference: who unlocks it afterwards needs one more.
 */
void mytcp_sock_destroy(struct sock *sk);
/* struct proto.destroy: queues and port given back. */
void mytcp_sock_release_resources(struct sock *sk);
/* Nobody knows it any more. */
void mytcp_sock_destruct(struct sock *sk);
/* Drop all unsent, unacknowledged and out-of-order data. Socket locked. */
void mytcp_sock_purge_send(struct sock *sk);
void mytcp_sock_purge_reasm(struct sock *sk);
/* Orphans in the machine. */
/*
 * Pages that all sockets together may have: below the first there is no pressure, above
 * the second there is, above the third no more is given. Read without a lock.
 */
extern long mytcp_sock_mem[3];
int mytcp_sock_orphans(void);
bool mytcp_sock_too_many_orphans(const struct sock *sk);

int mytcp_sock_module_init(void);
void mytcp_sock_module_exit(void);

#endif /* MYTCP_SOCK_SOCK_H */
