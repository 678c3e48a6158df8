/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket options that few programs set. All sockets that have set none share
 * one object, and a listener shares its own with its children: a copy is made when
 * one of them writes.
 */
#ifndef MYTCP_SOCK_OPTIONS_H
#define MYTCP_SOCK_OPTIONS_H

#include <linux/types.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>

/* Bits of mytcp_options.fastopen. */
#define MYTCP_FO_CONNECT	0x01	/* TCP_FASTOPEN_CONNECT */
#define MYTCP_FO_NO_COOKIE	0x02	/* TCP_FASTOPEN_NO_COOKIE */

/* The value of TCP_SAVE_SYN that keeps the link header too; 1 is IP and TCP. */
#define MYTCP_SAVE_SYN_LINK	2

/**
 * struct mytcp_options - what setsockopt() has asked for
 * @rcu: frees it
 * @ref: sockets that have it
 * @keepalive_time: TCP_KEEPIDLE, jiffies, 0 for the namespace's
 * @keepalive_intvl: TCP_KEEPINTVL, jiffies, 0 likewise
 * @user_timeout: TCP_USER_TIMEOUT, ms, 0 for none
 * @notsent_lowat: TCP_NOTSENT_LOWAT, octets, 0 for the namespace's
 * @linger2: TCP_LINGER2, jiffies, 0 for the namespace's, -1 for none
 * @user_mss: TCP_MAXSEG, 0 for none
 * @keepalive_probes: TCP_KEEPCNT, 0 for the namespace's
 * @syn_retries: TCP_SYNCNT, 0 likewise
 * @save_syn: TCP_SAVE_SYN
 * @fastopen: MYTCP_FO_CONNECT and _NO_COOKIE
 * @thin_lto: TCP_THIN_LINEAR_TIMEOUTS
 *
 * Written by the socket's owner under its lock, while no other has the object;
 * read by anybody under RCU.
 */
struct mytcp_options {
	struct rcu_head rcu;
	refcount_t ref;
	u32 keepalive_time;
	u32 keepalive_intvl;
	u32 user_timeout;
	u32 notsent_lowat;
	int linger2;
	u16 user_mss;
	u8 keepalive_probes;
	u8 syn_retries;
	u8 save_syn;
	u8 fastopen;
	bool thin_lto;
};

/* The value of one of them, of struct mytcp_sock *ms; any context. */
#define mytcp_option(ms, name) ({					\
	typeof_member(struct mytcp_options, name) __val;		\
									\
	rcu_read_lock();						\
	__val = READ_ONCE(rcu_dereference((ms)->options)->name);	\
	rcu_read_unlock();						\
	__val;								\
})

/* Set one; process context, socket locked. 0 or -ENOMEM. */
#define mytcp_option_set(ms, name, val) ({				\
	typeof_member(struct mytcp_options, name) __val = (val);	\
	struct mytcp_options *__own = mytcp_options_own(&(ms)->options);\
									\
	if (__own)							\
		WRITE_ONCE(__own->name, __val);				\
	__own ? 0 : -ENOMEM;						\
})

void mytcp_options_init(struct mytcp_options __rcu **to);
void mytcp_options_share(struct mytcp_options __rcu **to,
			 struct mytcp_options __rcu * const *from);
struct mytcp_options *mytcp_options_own(struct mytcp_options __rcu **at);
void mytcp_options_drop(struct mytcp_options __rcu **at);

#endif /* MYTCP_SOCK_OPTIONS_H */
