// SPDX-License-Identifier: GPL-2.0
/*
 * Both doors: socket(AF_MYTCP, SOCK_STREAM, MYTCP_IPV4), a family of its own,
 * and socket(AF_INET, SOCK_STREAM, IPPROTO_MYTCP), a protocol of the kernel's.
 * Behind either stands the same socket, AF_INET as far as anybody can tell.
 */
#include <linux/module.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <net/inet_common.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/protocol.h>
#include <net/transp_v6.h>
#include <net/sock.h>
#include <uapi/linux/mytcp.h>

#include "mytcp/api/af_mytcp.h"
#include "mytcp/api/api.h"
#include "mytcp/compat/accept.h"
#include "mytcp/compat/custom_sockopt.h"
#include "mytcp/compat/ioctl.h"
#include "mytcp/compat/memory.h"
#include "mytcp/compat/peek_off.h"
#include "mytcp/compat/pinfo.h"
#include "mytcp/compat/splice.h"
#include "mytcp/engine/demux.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/timeout.h"
#include "mytcp/sock/inet6.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/reserve.h"
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

/* What the socket layer is to know of a new struct socket. */
static void promise(struct socket *sock)
{
	mytcp_custom_sockopt_ask(sock);
	set_bit(SOCK_SUPPORT_ZC, &sock->flags);
}

static int init_sock(struct sock *sk)
{
	int err = mytcp_sock_init(sk);

	if (err)
		return err;
	/* the second door has set IP's own */
	sk->sk_destruct = mytcp_sock_destruct;
	/* none, as the kernel's TCP says before it is connected */
	mytcp_sk(sk)->window_clamp = 0;
	promise(sk->sk_socket);
	mytcp_timeout_setup(sk);
	return mytcp_demux_attach(sock_net(sk), sk->sk_family);
}

/* For sk_common_release(), of a socket that was never used. */
static void unhash_sock(struct sock *sk)
{
	mytcp_table_remove(&mytcp_sk(sk)->node);
}

/* bind() has succeeded, and somebody is against it: the port is the kernel's at once. */
static void put_port(struct sock *sk)
{
	mytcp_port_release(sk);
	mytcp_reserve_flush();
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
	.put_port		= put_port,
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

#if IS_ENABLED(CONFIG_IPV6)
/* As mytcp_prot, but for the larger socket and its addresses: make_prot6(). */
struct proto mytcp_prot6;

static void make_prot6(void)
{
	mytcp_prot6 = mytcp_prot;
	strscpy(mytcp_prot6.name, "mytcp6", sizeof(mytcp_prot6.name));
	mytcp_prot6.obj_size = sizeof(struct mytcp6_sock);
	mytcp_prot6.pre_connect = mytcp_api_pre_connect6;
	mytcp_prot6_set_pinfo(&mytcp_prot6, offsetof(struct mytcp6_sock, inet6));
}
#endif

/* ---- struct proto_ops ---- */

static int accept_socket(struct socket *sock, struct socket *fresh,
			 MYTCP_OPS_ACCEPT_PARAMS)
{
	int err = inet_accept(sock, fresh, MYTCP_OPS_ACCEPT_ARGS);

	if (!err)
		promise(fresh);
	return err;
}

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
	.accept		= accept_socket,
	.getname	= inet_getname,
	.poll		= mytcp_api_poll,
	.ioctl		= inet_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= mytcp_api_listen,
	.shutdown	= inet_shutdown,
	.setsockopt	= mytcp_api_setsockopt_all,
	.getsockopt	= sock_common_getsockopt,
	.sendmsg	= inet_sendmsg,
	.recvmsg	= inet_recvmsg,
	.mmap		= sock_no_mmap,
	.set_rcvlowat	= mytcp_api_set_rcvlowat,
	MYTCP_PROTO_OPS_SPLICE,
	MYTCP_PROTO_OPS_PEEK_OFF,
};

#if IS_ENABLED(CONFIG_IPV6)
static const struct proto_ops stream6_ops = {
	.family		= PF_INET6,
	.owner		= THIS_MODULE,
	.release	= inet6_release,
	.bind		= inet6_bind,
	.connect	= inet_stream_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= accept_socket,
	.getname	= inet6_getname,
	.poll		= mytcp_api_poll,
	.ioctl		= inet6_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= mytcp_api_listen,
	.shutdown	= inet_shutdown,
	.setsockopt	= mytcp_api_setsockopt_all,
	.getsockopt	= sock_common_getsockopt,
	.sendmsg	= inet_sendmsg,
	.recvmsg	= inet_recvmsg,
	.mmap		= sock_no_mmap,
	.set_rcvlowat	= mytcp_api_set_rcvlowat,
	MYTCP_PROTO_OPS_SPLICE,
	MYTCP_PROTO_OPS_PEEK_OFF,
};
#endif

/* ---- the first door ---- */

/*
 * Through the second, so that a cgroup's programs and the security modules are asked for
 * a socket of AF_INET or AF_INET6: they look away from a family they do not know, and
 * sk_family is never that. The struct socket it comes in is not the caller's, though.
 */
static int create(struct net *net, struct socket *sock, int protocol, int kern)
{
	int err, inside = protocol == MYTCP_IPV6 ? PF_INET6 : PF_INET;
	struct socket *second;

	if (sock->type != SOCK_STREAM)
		return -ESOCKTNOSUPPORT;
	if (protocol != MYTCP_IPV4 &&
	    (protocol != MYTCP_IPV6 || !mytcp_inet6_is_on()))
		return -EPROTONOSUPPORT;

	err = __sock_create(net, inside, SOCK_STREAM, IPPROTO_MYTCP, &second, kern);
	if (err)
		return err;
	sock->state = SS_UNCONNECTED;
	sock->ops = second->ops;
	promise(sock);
	sock_graft(second->sk, sock);
	second->sk = NULL;
	sock_release(second);
	return 0;
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

#if IS_ENABLED(CONFIG_IPV6)
static struct inet_protosw protosw6 = {
	.type		= SOCK_STREAM,
	.protocol	= IPPROTO_MYTCP,
	.prot		= &mytcp_prot6,
	.ops		= &stream6_ops,
};
#endif

/*
 * proto_register() would align each socket to a cache line, which costs an eighth
 * of a slab: as it is, one more fits in.
 */
static int add_proto(struct proto *prot)
{
	int err;

	prot->slab = kmem_cache_create(prot->name, prot->obj_size, 0, SLAB_ACCOUNT,
				       NULL);
	if (!prot->slab)
		return -ENOMEM;
	err = proto_register(prot, 0);
	if (err)
		kmem_cache_destroy(prot->slab);
	return err;
}

static void close_second(void)
{
	inet_unregister_protosw(&protosw);
#if IS_ENABLED(CONFIG_IPV6)
	if (mytcp_inet6_is_on())
		inet6_unregister_protosw(&protosw6);
#endif
}

/* Of both families. */
static int open_second(void)
{
#if IS_ENABLED(CONFIG_IPV6)
	int err;

	if (mytcp_inet6_is_on()) {
		err = inet6_register_protosw(&protosw6);
		if (err)
			return err;
	}
#endif
	inet_register_protosw(&protosw);
	return 0;
}

static int add_protos(void)
{
	int err;

	mytcp_splice_set_eof(&mytcp_prot, mytcp_api_splice_eof);
	err = add_proto(&mytcp_prot);
#if IS_ENABLED(CONFIG_IPV6)
	if (err)
		return err;
	make_prot6();
	err = add_proto(&mytcp_prot6);
	if (err)
		proto_unregister(&mytcp_prot);
#endif
	return err;
}

static void remove_protos(void)
{
#if IS_ENABLED(CONFIG_IPV6)
	proto_unregister(&mytcp_prot6);
#endif
	proto_unregister(&mytcp_prot);
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
	err = add_protos();
	if (err)
		return err;
	err = open_second();
	if (err)
		goto no_second;
	err = sock_register(&family);
	if (err)
		goto no_family;
	return 0;

no_family:
	close_second();
no_second:
	remove_protos();
	return err;
}

/**
 * mytcp_af_exit() - close both
 *
 * Context: module exit: no socket is left, orphans included.
 */
void mytcp_af_exit(void)
{
	sock_unregister(PF_MYTCP);
	close_second();
	remove_protos();
}

MODULE_ALIAS_NETPROTO(AF_MYTCP);
/* PF_INET, IPPROTO_MYTCP, SOCK_STREAM: an alias takes digits only */
MODULE_ALIAS_NET_PF_PROTO_TYPE(2, 257, 1);
MODULE_ALIAS_NET_PF_PROTO_TYPE(10, 257, 1);
