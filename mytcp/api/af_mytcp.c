// SPDX-License-Identifier: GPL-2.0
/*
 * Both doors: socket(AF_MYTCP, SOCK_STREAM, MYTCP_IPV4), a family of its own,
 * and socket(AF_INET, SOCK_STREAM, IPPROTO_MYTCP), a protocol of the kernel's.
 * Behind either stands the same socket, AF_INET as far as anybody can tell.
 */
#include <linux/bpf-cgroup.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <net/inet_common.h>
#include <net/inet_sock.h>
#include <net/protocol.h>
#include <net/sock.h>
#include <uapi/linux/mytcp.h>

#include "mytcp/api/af_mytcp.h"
#include "mytcp/api/api.h"
#include "mytcp/compat/accept.h"
#include "mytcp/compat/inet_flags.h"
#include "mytcp/compat/ioctl.h"
#include "mytcp/compat/memory.h"
#include "mytcp/compat/peek_off.h"
#include "mytcp/compat/splice.h"
#include "mytcp/engine/demux.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/timeout.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/sock.h"
#include "mytcp/sock/table.h"

/* ---- memory of all sockets together, in pages ---- */

static atomic_long_t memory_allocated;
static DEFINE_PER_CPU(int, memory_on_cpu);
static unsigned long memory_pressure;

static void enter_memory_pressure(struct sock *sk)
{
	WRITE_ONCE(memory_pressure, 1);
}

/* ---- struct proto ---- */

static int init_sock(struct sock *sk)
{
	int err = mytcp_sock_init(sk);

	if (err)
		return err;
	/* the second door has set IP's own */
	sk->sk_destruct = mytcp_sock_destruct;
	/* none, as the kernel's TCP says before it is connected */
	mytcp_sk(sk)->window_clamp = 0;
	mytcp_timeout_setup(sk);
	return mytcp_demux_attach(sock_net(sk));
}

/* For sk_common_release(), of a socket that was never used. */
static void unhash_sock(struct sock *sk)
{
	mytcp_table_remove(&mytcp_sk(sk)->node);
}

static struct sock *accept_sock(struct sock *sk, MYTCP_ACCEPT_PARAMS)
{
	bool more = false;
	struct sock *child;

	child = mytcp_api_accept(sk, MYTCP_ACCEPT_FLAGS, &MYTCP_ACCEPT_ERR,
				 &more);
	MYTCP_ACCEPT_EMPTY = !more;
	return child;
}

static int ioctl_sock(struct sock *sk, int cmd, MYTCP_IOCTL_ARG arg)
{
	int answer, err = mytcp_api_ioctl(sk, cmd, &answer);

	return err ?: mytcp_ioctl_answer(arg, answer);
}

struct proto mytcp_prot = {
	.name			= "mytcp",
	.owner			= THIS_MODULE,
	.obj_size		= sizeof(struct mytcp_sock),
	.init			= init_sock,
	.destroy		= mytcp_sock_release_resources,
	.close			= mytcp_api_close,
	.pre_connect		= mytcp_api_pre_connect,
	.connect		= mytcp_api_connect,
	.disconnect		= mytcp_api_disconnect,
	.diag_destroy		= mytcp_api_abort,
	.accept			= accept_sock,
	.ioctl			= ioctl_sock,
	.shutdown		= mytcp_api_shutdown,
	.setsockopt		= mytcp_api_setsockopt,
	.getsockopt		= mytcp_api_getsockopt,
	.keepalive		= mytcp_timeout_set_keepalive,
	.sendmsg		= mytcp_api_sendmsg,
	.recvmsg		= mytcp_api_recvmsg,
	.backlog_rcv		= mytcp_demux_backlog,
	.release_cb		= mytcp_timeout_release_cb,
	.unhash			= unhash_sock,
	.get_port		= mytcp_port_bind,
	.put_port		= mytcp_port_release,
	.enter_memory_pressure	= enter_memory_pressure,
	.memory_allocated	= &memory_allocated,
	.per_cpu_fw_alloc	= &memory_on_cpu,
	.memory_pressure	= &memory_pressure,
	.stream_memory_free	= mytcp_sock_may_queue,
	.sockets_allocated	= &mytcp_sockets,
	.orphan_count		= &mytcp_orphans,
	.sysctl_mem		= mytcp_sock_mem,
	.max_header		= MYTCP_HEADROOM,
	.no_autobind		= true,
};

/*
 * Above the first a socket is still given the least buffer there may be. struct proto
 * has one for all namespaces, or one in struct net, where a module has no place: it is
 * the first namespace's.
 */
static void set_memory_limits(void)
{
	unsigned long pages = max(nr_free_buffer_pages() / 16, 128UL);
	struct mytcp_net *first = mytcp_net(&init_net);

	mytcp_sock_mem[0] = pages / 4 * 3;
	mytcp_sock_mem[1] = pages;
	mytcp_sock_mem[2] = pages / 2 * 3;
	mytcp_prot.sysctl_wmem = first->wmem;
	mytcp_prot.sysctl_rmem = first->rmem;
}

/* ---- struct proto_ops ---- */

/*
 * Without .splice_read the kernel reads into fresh pages, by recvmsg. There
 * is no zero-copy receive, hence nothing to map.
 */
static const struct proto_ops stream_ops = {
	.family		= PF_INET,
	.owner		= THIS_MODULE,
	.release	= inet_release,
	.bind		= inet_bind,
	.connect	= inet_stream_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= inet_accept,
	.getname	= inet_getname,
	.poll		= mytcp_api_poll,
	.ioctl		= inet_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= mytcp_api_listen,
	.shutdown	= inet_shutdown,
	.setsockopt	= sock_common_setsockopt,
	.getsockopt	= sock_common_getsockopt,
	.sendmsg	= inet_sendmsg,
	.recvmsg	= inet_recvmsg,
	.mmap		= sock_no_mmap,
	.set_rcvlowat	= mytcp_api_set_rcvlowat,
	MYTCP_PROTO_OPS_SPLICE,
	MYTCP_PROTO_OPS_PEEK_OFF,
};

/* ---- the first door ---- */

static void init_inet(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	struct net *net = sock_net(sk);

	sk->sk_backlog_rcv = sk->sk_prot->backlog_rcv;
	sk->sk_txrehash = READ_ONCE(net->core.sysctl_txrehash);

	inet->pmtudisc = READ_ONCE(net->ipv4.sysctl_ip_no_pmtu_disc) ?
			 IP_PMTUDISC_DONT : IP_PMTUDISC_WANT;
	inet->uc_ttl = -1;
	inet->mc_ttl = 1;
	mytcp_inet_set_mc_defaults(sk);
}

static int create(struct net *net, struct socket *sock, int protocol, int kern)
{
	struct sock *sk;
	int err;

	if (sock->type != SOCK_STREAM)
		return -ESOCKTNOSUPPORT;
	if (protocol != MYTCP_IPV4)
		return -EPROTONOSUPPORT;

	sock->state = SS_UNCONNECTED;
	sock->ops = &stream_ops;
	/* never AF_MYTCP: a cgroup's programs and LSMs would look away */
	sk = sk_alloc(net, PF_INET, GFP_KERNEL, &mytcp_prot, kern);
	if (!sk)
		return -ENOMEM;
	sock_init_data(sock, sk);
	init_inet(sk);

	err = sk->sk_prot->init(sk);
	if (!err && !kern)
		err = BPF_CGROUP_RUN_PROG_INET_SOCK(sk);
	if (err) {
		sk_common_release(sk);
		sock->sk = NULL;
	}
	return err;
}

static const struct net_proto_family family = {
	.family	= PF_MYTCP,
	.create	= create,
	.owner	= THIS_MODULE,
};

/* ---- the second door ---- */

static struct inet_protosw protosw = {
	.type		= SOCK_STREAM,
	.protocol	= IPPROTO_MYTCP,
	.prot		= &mytcp_prot,
	.ops		= &stream_ops,
};

/*
 * proto_register() would align each socket to a cache line, which costs an eighth
 * of a slab: as it is, one more fits in.
 */
static int make_slab(void)
{
	mytcp_prot.slab = kmem_cache_create(mytcp_prot.name, mytcp_prot.obj_size,
					    0, SLAB_ACCOUNT, NULL);
	return mytcp_prot.slab ? 0 : -ENOMEM;
}

/**
 * mytcp_af_init() - open both doors
 *
 * Context: module init, after everything below works.
 * Return: 0 or a negative errno.
 */
int mytcp_af_init(void)
{
	int err;

	set_memory_limits();
	mytcp_splice_set_eof(&mytcp_prot, mytcp_api_splice_eof);
	err = make_slab();
	if (err)
		return err;
	err = proto_register(&mytcp_prot, 0);
	if (err) {
		kmem_cache_destroy(mytcp_prot.slab);
		return err;
	}
	err = sock_register(&family);
	if (err) {
		proto_unregister(&mytcp_prot);
		return err;
	}
	inet_register_protosw(&protosw);
	return 0;
}

/**
 * mytcp_af_exit() - close both
 *
 * Context: module exit: no socket is left, orphans included.
 */
void mytcp_af_exit(void)
{
	inet_unregister_protosw(&protosw);
	sock_unregister(PF_MYTCP);
	proto_unregister(&mytcp_prot);
}

MODULE_ALIAS_NETPROTO(AF_MYTCP);
/* PF_INET, IPPROTO_MYTCP, SOCK_STREAM: an alias takes digits only */
MODULE_ALIAS_NET_PF_PROTO_TYPE(2, 257, 1);
