// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks that are made for the kernel's own kinds of socket: an LSM judges a connection
 * request by a struct request_sock, and programs of the type BPF_PROG_TYPE_SOCK_OPS are
 * told of connections by what their helpers take for a struct tcp_sock: without asking,
 * bpf_sock_ops_cb_flags_set() writes to a field of it, and bpf_getsockopt() of
 * TCP_BPF_SYN follows a pointer in it, if only the state is a full socket's.
 *
 * So what either is shown is a likeness: a struct request_sock on the stack, in
 * TCP_NEW_SYN_RECV, with the socket's names. That is no full socket; the kernel itself
 * shows such ones to the same programs, and the helpers know to refuse.
 *
 * A RST for nobody and the ACK of a TIME_WAIT are no socket's. The kernel's TCP sends
 * them, in IPv4, by a socket of its own in the control group at the top, so that the
 * programs there see them. In IPv6 it does not, and neither are MyTCP's seen.
 */
#include <linux/bpf-cgroup.h>
#include <linux/filter.h>
#include <linux/security.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/workqueue.h>
#include <net/inet_common.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/request_sock.h>
#include <net/tcp_states.h>
#include "mytcp/engine/hooks.h"

/* Of the control group at the top: what no socket sends is sent in its name. */
static struct sock *hooks_top;

/* NetLabel asks for the family. */
static const struct request_sock_ops hooks_ops4 = { .family = PF_INET };
static const struct request_sock_ops hooks_ops6 = { .family = PF_INET6 };

static void hooks_begin(struct tcp_request_sock *like, struct sock *sk, u16 family)
{
	memset(like, 0, sizeof(*like));
	like->req.ireq_family = family;
	like->req.ireq_state = TCP_NEW_SYN_RECV;
	write_pnet(&like->req.ireq_net, sock_net(sk));
	like->req.req.__req_common.skc_prot = sk->sk_prot;
	like->req.req.rsk_ops = family == AF_INET6 ? &hooks_ops6 : &hooks_ops4;
	like->req.req.rsk_listener = sk;
}

static void hooks_name_by_key(struct inet_request_sock *ireq,
			      const struct mytcp_key *key)
{
	ireq->ir_num = ntohs(key->lport);
	ireq->ir_rmt_port = key->rport;
	if (!mytcp_key_is6(key)) {
		ireq->ir_loc_addr = key->laddr.s6_addr32[3];
		ireq->ir_rmt_addr = key->raddr.s6_addr32[3];
		return;
	}
#if IS_ENABLED(CONFIG_IPV6)
	ireq->ir_v6_loc_addr = key->laddr;
	ireq->ir_v6_rmt_addr = key->raddr;
#endif
}

/*
 * A label that the SYN-ACK was to have (NetLabel): it would go without one, so the
 * connection is not made. Returns true if there was one.
 */
static bool hooks_is_labelled(struct inet_request_sock *ireq, struct sock *listener)
{
	struct ip_options_rcu *opt4 = NULL;

	if (ireq->ireq_family == AF_INET)
		opt4 = rcu_dereference_raw(ireq->ireq_opt);
#if IS_ENABLED(CONFIG_IPV6)
	else if (ireq->ipv6_opt) {
		atomic_sub(ireq->ipv6_opt->tot_len, &listener->sk_omem_alloc);
		txopt_put(ireq->ipv6_opt);
		return true;
	}
#endif
	kfree(opt4);
	return opt4;
}

/**
 * mytcp_hooks_request() - may a connection be opened?
 * @listener: socket in LISTEN, under RCU
 * @skb: the SYN, or what brings its cookie back, at its TCP header
 * @key: its key
 *
 * Context: softirq.
 * Return: 0, or -EPERM when an LSM is against it.
 */
int mytcp_hooks_request(struct sock *listener, struct sk_buff *skb,
			const struct mytcp_key *key)
{
	struct tcp_request_sock like;
	int err;

	if (!IS_ENABLED(CONFIG_SECURITY_NETWORK))
		return 0;
	hooks_begin(&like, listener, mytcp_key_is6(key) ? AF_INET6 : AF_INET);
	like.req.ir_mark = READ_ONCE(listener->sk_mark);
	hooks_name_by_key(&like.req, key);
	err = security_inet_conn_request(listener, skb, &like.req.req);
	if (hooks_is_labelled(&like.req, listener))
		err = -EPERM;
	return err ? -EPERM : 0;
}

#ifdef CONFIG_CGROUP_BPF
static void hooks_run(struct sock *sk, u8 op)
{
	struct tcp_request_sock like;
	struct sock_common *common = &like.req.req.__req_common;
	struct bpf_sock_ops_kern ops;
	u32 cookie[2];

	hooks_begin(&like, sk, sk->sk_family);
	common->skc_addrpair = sk->sk_addrpair;
	common->skc_num = inet_sk(sk)->inet_num;
	common->skc_dport = inet_sk(sk)->inet_dport;
	common->skc_bound_dev_if = sk->sk_bound_dev_if;
#if IS_ENABLED(CONFIG_IPV6)
	common->skc_v6_daddr = sk->sk_v6_daddr;
	common->skc_v6_rcv_saddr = sk->sk_v6_rcv_saddr;
#endif
	sock_diag_save_cookie(sk, cookie);
	atomic64_set(&common->skc_cookie, (u64)cookie[1] << 32 | cookie[0]);
	memset(&ops, 0, sizeof(ops));
	ops.sk = (struct sock *)&like;
	ops.op = op;
	BPF_CGROUP_RUN_PROG_SOCK_OPS_SK(&ops, sk);
}
#endif

/**
 * mytcp_hooks_tell() - tell a cgroup's programs
 * @sk: socket, locked, or that nobody else knows
 * @op: BPF_SOCK_OPS_*_CB without arguments; what the program replies is ignored
 *
 * Context: any.
 */
void mytcp_hooks_tell(struct sock *sk, u8 op)
{
#ifdef CONFIG_CGROUP_BPF
	if (cgroup_bpf_enabled(CGROUP_SOCK_OPS))
		hooks_run(sk, op);
#endif
}

#ifdef CONFIG_CGROUP_BPF
/**
 * mytcp_hooks_egress() - ask the programs of the top group, of which there are some
 * @skb: a packet of IPv4 without a socket
 *
 * Context: any.
 * Return: false when they are against it.
 */
bool mytcp_hooks_egress(struct sk_buff *skb)
{
	int verdict;

	skb->dev = skb_dst(skb)->dev;
	verdict = __cgroup_bpf_run_filter_skb(hooks_top, skb, CGROUP_INET_EGRESS);
	return verdict == NET_XMIT_SUCCESS || verdict == NET_XMIT_CN;
}
#endif

/* A socket is of its maker's group, and that of a worker is at the top. */
static void hooks_make_top(struct work_struct *work)
{
	struct sock *sk;

	if (!inet_ctl_sock_create(&sk, PF_INET, SOCK_RAW, IPPROTO_TCP, &init_net))
		hooks_top = sk;
}

/**
 * mytcp_hooks_init() - make the socket for what no socket sends
 *
 * Context: module init, before the first segment comes in.
 * Return: 0 or -ENOMEM.
 */
int mytcp_hooks_init(void)
{
	struct work_struct work;

	INIT_WORK_ONSTACK(&work, hooks_make_top);
	schedule_work(&work);
	flush_work(&work);
	destroy_work_on_stack(&work);
	return hooks_top ? 0 : -ENOMEM;
}

/**
 * mytcp_hooks_exit() - and away with it
 *
 * Context: module exit, after the last packet.
 */
void mytcp_hooks_exit(void)
{
	inet_ctl_sock_destroy(hooks_top);
}
