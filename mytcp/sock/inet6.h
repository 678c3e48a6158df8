/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an AF_INET6 socket has besides, and where either family keeps its addresses.
 * A connection of an AF_INET6 socket may be one of IPv4: what its key says decides.
 */
#ifndef MYTCP_SOCK_INET6_H
#define MYTCP_SOCK_INET6_H

#include <linux/ipv6.h>
#include <net/ipv6.h>
#include "mytcp/compat/inet_flags.h"
#include "mytcp/sock/sock.h"

/**
 * struct mytcp6_sock - an AF_INET6 socket
 * @ms: the socket; must be first
 * @inet6: its options and addresses; must be last, where the kernel looks for it
 */
struct mytcp6_sock {
	struct mytcp_sock ms;
	struct ipv6_pinfo inet6;
};

static_assert(offsetofend(struct mytcp6_sock, inet6) == sizeof(struct mytcp6_sock));

/*
 * Of an AF_INET6 socket. Not inet6_sk(), which has none for TIME_WAIT: a socket of ours is
 * in it until the bucket has taken its place, and meanwhile segments find it.
 */
static inline struct ipv6_pinfo *mytcp_inet6_pinfo(const struct sock *sk)
{
	return &((struct mytcp6_sock *)sk)->inet6;
}

static inline bool mytcp_inet6_is(const struct sock *sk)
{
	return IS_ENABLED(CONFIG_IPV6) && sk->sk_family == AF_INET6;
}

/* Not with ipv6.disable=1: nothing of IPv6 may be called then. */
static inline bool mytcp_inet6_is_on(void)
{
	return IS_ENABLED(CONFIG_IPV6) && ipv6_mod_enabled();
}

/* IPV6_V6ONLY: a wildcard of it takes no IPv4. */
static inline bool mytcp_inet6_only(const struct sock *sk)
{
	return mytcp_inet6_is(sk) && ipv6_only_sock(sk);
}

/* Is it IPv6 that a connection's segments are in? */
static inline bool mytcp_key_is6(const struct mytcp_key *key)
{
	return !ipv6_addr_v4mapped(&key->laddr);
}

/* The address a socket is bound to, perhaps a wildcard of its family. */
static inline void mytcp_inet6_bound(const struct sock *sk, struct in6_addr *addr)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		*addr = sk->sk_v6_rcv_saddr;
		return;
	}
#endif
	ipv6_addr_set_v4mapped(inet_sk(sk)->inet_rcv_saddr, addr);
}

/* IP_TOS or IPV6_TCLASS, IP_TTL or IPV6_UNICAST_HOPS (0 for the route's). */
static inline u8 mytcp_inet6_tos(const struct sock *sk, const struct mytcp_key *key)
{
	return mytcp_key_is6(key) ? READ_ONCE(mytcp_inet6_pinfo(sk)->tclass) :
				    READ_ONCE(inet_sk(sk)->tos);
}

static inline u8 mytcp_inet6_ttl(const struct sock *sk, const struct mytcp_key *key)
{
	int ttl = mytcp_key_is6(key) ? mytcp_inet6_pinfo(sk)->hop_limit :
				       READ_ONCE(inet_sk(sk)->uc_ttl);

	return max(ttl, 0);
}

/* IP_MINTTL or IPV6_MINHOPCOUNT. */
static inline u8 mytcp_inet6_min_ttl(const struct sock *sk,
				     const struct mytcp_key *key)
{
	return mytcp_key_is6(key) ? READ_ONCE(mytcp_inet6_pinfo(sk)->min_hopcount) :
				    READ_ONCE(inet_sk(sk)->min_ttl);
}

/* The flow label of what a connection sends, or 0 for what IP makes of its hash. */
static inline __be32 mytcp_inet6_label(const struct sock *sk, const struct mytcp_key *key)
{
	return mytcp_key_is6(key) ? mytcp_inet6_pinfo(sk)->flow_label & IPV6_FLOWLABEL_MASK : 0;
}

/* RFC 6438: is the peer's flow label that of the answers, too? */
static inline bool mytcp_inet6_reflects(const struct sock *sk,
					const struct mytcp_key *key)
{
#if IS_ENABLED(CONFIG_IPV6)
	return mytcp_key_is6(key) && mytcp_inet6_repflow(sk);
#else
	return false;
#endif
}

/* IP_MTU_DISCOVER, IPV6_MTU_DISCOVER: may routers tell of their links? */
static inline bool mytcp_inet6_takes_pmtu(const struct sock *sk,
					  const struct mytcp_key *key)
{
	/* in IPv6 no router cuts what is too large: DONT would be of no use */
	if (mytcp_key_is6(key))
		return mytcp_inet6_pinfo(sk)->pmtudisc < IPV6_PMTUDISC_INTERFACE;
	return inet_sk(sk)->pmtudisc != IP_PMTUDISC_DONT &&
	       inet_sk(sk)->pmtudisc < IP_PMTUDISC_INTERFACE;
}

void mytcp_inet6_listen_key(const struct sock *sk, struct mytcp_key *key);
void mytcp_inet6_conn_key(const struct sock *sk, struct mytcp_key *key);
void mytcp_inet6_adopt_key(struct sock *sk, const struct mytcp_key *key);
int mytcp_inet6_inherit(struct sock *child, const struct sock *listener);
void mytcp_inet6_note_first(struct sock *child, const struct sk_buff *skb);
#if IS_ENABLED(CONFIG_IPV6)
void mytcp_inet6_note_options(struct sock *sk, struct sk_buff *skb);
#else
static inline void mytcp_inet6_note_options(struct sock *sk, struct sk_buff *skb) { }
#endif

/* Has the user asked for what mytcp_inet6_note_options() notes? */
static inline bool mytcp_inet6_wants_options(const struct sock *sk)
{
	return mytcp_inet6_is(sk) && unlikely(mytcp_inet6_pinfo(sk)->rxopt.all);
}

#endif /* MYTCP_SOCK_INET6_H */
