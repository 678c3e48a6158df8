// SPDX-License-Identifier: GPL-2.0
/* Options of SOL_TCP; those of other levels are in sockopt_ip.c. */
#include <linux/inet_diag.h>
#include <linux/in.h>
#include <linux/slab.h>
#include <linux/sockptr.h>
#include <linux/string.h>
#include <net/sock.h>
#include <uapi/linux/mytcp.h>
#include <uapi/linux/tcp.h>

#include "mytcp/api/api.h"
#include "mytcp/compat/tcp_options.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/timeout.h"
#include "mytcp/sock/algorithms.h"
#include "mytcp/sock/fastopen.h"
#include "mytcp/sock/sock.h"

/* Limits of the kernel's TCP. */
#define MSS_LEAST		88
#define MSS_MOST		32767
#define KEEPALIVE_SECS_MOST	32767
#define COUNT_MOST		127	/* of retransmissions or probes */
#define LINGER2_SECS_MOST	120
#define RTO_SECS_MOST		(MYTCP_RTO_MAX_US / USEC_PER_SEC)
#define ULP_NAME_MAX		16	/* TCP_ULP_NAME_MAX, not in the uapi */

/**
 * struct option - an option whose value is an int
 * @name: TCP_*
 * @set: 0 or a negative errno; socket locked; NULL: read only
 * @get: the value; socket locked; NULL: write only
 */
struct option {
	int name;
	int (*set)(struct sock *sk, int val);
	int (*get)(struct sock *sk);
};

/* One of struct mytcp_options, and to write it: 0 or -ENOMEM. */
#define asked(sk, name)		mytcp_option(mytcp_sk(sk), name)
#define ask(sk, name, val)	mytcp_option_set(mytcp_sk(sk), name, val)

static struct mytcp_net *net_of(const struct sock *sk)
{
	return mytcp_net(sock_net(sk));
}

static bool within(int val, int least, int most)
{
	return val >= least && val <= most;
}

/* ---- what is sent when ---- */

static int set_nodelay(struct sock *sk, int val)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (!val) {
		ms->nonagle &= ~MYTCP_NAGLE_OFF;
		return 0;
	}
	/* what Nagle or the cork holds back goes now, by either option */
	ms->nonagle |= MYTCP_NAGLE_OFF | MYTCP_NAGLE_PUSH;
	mytcp_output_push(sk);
	return 0;
}

static int get_nodelay(struct sock *sk)
{
	return !!(mytcp_sk(sk)->nonagle & MYTCP_NAGLE_OFF);
}

static int set_cork(struct sock *sk, int val)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (val) {
		ms->nonagle |= MYTCP_NAGLE_CORK;
		return 0;
	}
	ms->nonagle &= ~MYTCP_NAGLE_CORK;
	if (ms->nonagle & MYTCP_NAGLE_OFF)
		ms->nonagle |= MYTCP_NAGLE_PUSH;
	mytcp_output_push(sk);
	return 0;
}

static int get_cork(struct sock *sk)
{
	return !!(mytcp_sk(sk)->nonagle & MYTCP_NAGLE_CORK);
}

static int set_quickack(struct sock *sk, int val)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	ms->ack_pingpong = !val;
	ms->ack_eager = val;
	if (!val)
		return 0;
	if (ms->ack_pending &&
	    mytcp_sock_in(sk, MYTCP_ST(ESTABLISHED) | MYTCP_ST(CLOSE_WAIT))) {
		mytcp_output_ack(sk);
		/* an even value asks for this one ACK only */
		ms->ack_pingpong = !(val & 1);
	}
	return 0;
}

static int get_quickack(struct sock *sk)
{
	return !mytcp_sk(sk)->ack_pingpong;
}

/* ---- sizes ---- */

static int set_maxseg(struct sock *sk, int val)
{
	if (val && !within(val, MSS_LEAST, MSS_MOST))
		return -EINVAL;
	return ask(sk, user_mss, val);
}

static int get_maxseg(struct sock *sk)
{
	if (asked(sk, user_mss) && mytcp_sock_in(sk, MYTCP_ST(CLOSE) |
						 MYTCP_ST(LISTEN)))
		return asked(sk, user_mss);
	return mytcp_sk(sk)->mss ?: MYTCP_MSS_DEFAULT4;
}

static int set_window_clamp(struct sock *sk, int val)
{
	if (!val && sk->sk_state != MYTCP_CLOSE)
		return -EINVAL;
	/* what is negative is very large */
	if (val)
		val = max_t(u32, val, SOCK_MIN_RCVBUF / 2);
	WRITE_ONCE(mytcp_sk(sk)->window_clamp, val);
	return 0;
}

static int get_window_clamp(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	/* without one, the largest window the field can tell of */
	if (!ms->window_clamp && mytcp_sock_in(sk, MYTCP_SYNCHRONIZED))
		return U16_MAX << ms->rcv_wscale;
	return ms->window_clamp;
}

/* ---- patience ---- */

static int set_keepidle(struct sock *sk, int val)
{
	int err;

	if (!within(val, 1, KEEPALIVE_SECS_MOST))
		return -EINVAL;
	err = ask(sk, keepalive_time, val * HZ);
	/* Counted from the last segment, not from now. */
	if (!err && sock_flag(sk, SOCK_KEEPOPEN))
		mytcp_timeout_set_keepalive(sk, 1);
	return err;
}

static int get_keepidle(struct sock *sk)
{
	return (asked(sk, keepalive_time) ?: net_of(sk)->keepalive_time) / HZ;
}

static int set_keepintvl(struct sock *sk, int val)
{
	if (!within(val, 1, KEEPALIVE_SECS_MOST))
		return -EINVAL;
	return ask(sk, keepalive_intvl, val * HZ);
}

static int get_keepintvl(struct sock *sk)
{
	return (asked(sk, keepalive_intvl) ?: net_of(sk)->keepalive_intvl) / HZ;
}

static int set_keepcnt(struct sock *sk, int val)
{
	if (!within(val, 1, COUNT_MOST))
		return -EINVAL;
	return ask(sk, keepalive_probes, val);
}

static int get_keepcnt(struct sock *sk)
{
	return asked(sk, keepalive_probes) ?: net_of(sk)->keepalive_probes;
}

static int set_syncnt(struct sock *sk, int val)
{
	if (!within(val, 1, COUNT_MOST))
		return -EINVAL;
	return ask(sk, syn_retries, val);
}

static int get_syncnt(struct sock *sk)
{
	return asked(sk, syn_retries) ?: net_of(sk)->syn_retries;
}

static int set_user_timeout(struct sock *sk, int val)
{
	if (val < 0)
		return -EINVAL;
	return ask(sk, user_timeout, val);
}

static int get_user_timeout(struct sock *sk)
{
	return asked(sk, user_timeout);
}

static int set_linger2(struct sock *sk, int val)
{
	if (val < 0)
		val = -1;
	else
		val = min(val, LINGER2_SECS_MOST) * HZ;
	return ask(sk, linger2, val);
}

static int get_linger2(struct sock *sk)
{
	int val = asked(sk, linger2);

	return val < 0 ? val : (val ?: net_of(sk)->fin_timeout) / HZ;
}

/* The user counts seconds, the SYN queue counts waits of 1, 2, 4 ... seconds. */
static int set_defer_accept(struct sock *sk, int val)
{
	int end = 0, wait = 1;
	u8 waits = 0;

	while (end < val && waits < U8_MAX) {
		end += wait;
		wait = min_t(int, 2 * wait, RTO_SECS_MOST);
		waits++;
	}
	WRITE_ONCE(mytcp_sk(sk)->defer_accept, waits);
	return 0;
}

static int get_defer_accept(struct sock *sk)
{
	int end = 0, wait = 1, i;

	for (i = 0; i < mytcp_sk(sk)->defer_accept; i++) {
		end += wait;
		wait = min_t(int, 2 * wait, RTO_SECS_MOST);
	}
	return end;
}

/* ---- what is told when ---- */

static int set_notsent_lowat(struct sock *sk, int val)
{
	int err = ask(sk, notsent_lowat, val);

	if (!err)
		sk->sk_write_space(sk);
	return err;
}

static int get_notsent_lowat(struct sock *sk)
{
	return asked(sk, notsent_lowat);
}

static int set_inq(struct sock *sk, int val)
{
	if (!within(val, 0, 1))
		return -EINVAL;
	mytcp_sk(sk)->tell_inq = val;
	return 0;
}

static int get_inq(struct sock *sk)
{
	return mytcp_sk(sk)->tell_inq;
}

/* ---- Fast Open ---- */

static bool may_still_listen(const struct sock *sk)
{
	return mytcp_sock_in(sk, MYTCP_ST(CLOSE) | MYTCP_ST(LISTEN));
}

static int set_fastopen(struct sock *sk, int val)
{
	if (val < 0 || !may_still_listen(sk))
		return -EINVAL;
	return mytcp_fastopen_set_most(sk, min(val, READ_ONCE(net_of(sk)->somaxconn)));
}

static int get_fastopen(struct sock *sk)
{
	return mytcp_fastopen_most(sk);
}

static int set_fastopen_opt(struct sock *sk, u8 bit, int val)
{
	u8 others = asked(sk, fastopen) & ~bit;

	return ask(sk, fastopen, val ? others | bit : others);
}

static int set_fastopen_connect(struct sock *sk, int val)
{
	if (!within(val, 0, 1))
		return -EINVAL;
	if (!(READ_ONCE(net_of(sk)->fastopen) & MYTCP_FASTOPEN_CLIENT))
		return -EOPNOTSUPP;
	if (sk->sk_state != MYTCP_CLOSE)
		return -EINVAL;
	return set_fastopen_opt(sk, MYTCP_FO_CONNECT, val);
}

static int get_fastopen_connect(struct sock *sk)
{
	return !!(asked(sk, fastopen) & MYTCP_FO_CONNECT);
}

static int set_fastopen_no_cookie(struct sock *sk, int val)
{
	if (!within(val, 0, 1) || !may_still_listen(sk))
		return -EINVAL;
	return set_fastopen_opt(sk, MYTCP_FO_NO_COOKIE, val);
}

static int get_fastopen_no_cookie(struct sock *sk)
{
	return !!(asked(sk, fastopen) & MYTCP_FO_NO_COOKIE);
}

/* ---- the rest ---- */

static int set_thin_lto(struct sock *sk, int val)
{
	if (!within(val, 0, 1))
		return -EINVAL;
	return ask(sk, thin_lto, val);
}

static int get_thin_lto(struct sock *sk)
{
	return asked(sk, thin_lto);
}

/* Without effect in every kernel that is left: the name is kept for programs. */
static int set_thin_dupack(struct sock *sk, int val)
{
	return within(val, 0, 1) ? 0 : -EINVAL;
}

static int get_never(struct sock *sk)
{
	return 0;
}

static int set_save_syn(struct sock *sk, int val)
{
	if (!within(val, 0, MYTCP_SAVE_SYN_LINK))
		return -EINVAL;
	return ask(sk, save_syn, val);
}

static int get_save_syn(struct sock *sk)
{
	return asked(sk, save_syn);
}

/* SO_ZEROCOPY by a name that the kernel lets through: MSG_ZEROCOPY is meant. */
static int set_zerocopy(struct sock *sk, int val)
{
	if (!within(val, 0, 1))
		return -EINVAL;
	sock_valbool_flag(sk, SOCK_ZEROCOPY, val);
	return 0;
}

static int get_zerocopy(struct sock *sk)
{
	return sock_flag(sk, SOCK_ZEROCOPY);
}

/*
 * MyTCP cannot be taken apart and restored: it says so who asks for it, and what could
 * only be set in the course of it is refused as by any socket that is not at it.
 */
static int set_repair(struct sock *sk, int val)
{
	if (!ns_capable(sock_net(sk)->user_ns, CAP_NET_ADMIN) ||
	    sk->sk_state == MYTCP_LISTEN)
		return -EPERM;
	if (!within(val, TCP_REPAIR_OFF_NO_WP, TCP_REPAIR_ON))
		return -EINVAL;
	return val == TCP_REPAIR_ON ? -EOPNOTSUPP : 0;
}

static int set_in_repair(struct sock *sk, int val)
{
	return -EPERM;
}

static int set_queue_seq(struct sock *sk, int val)
{
	return sk->sk_state == MYTCP_CLOSE ? -EINVAL : -EPERM;
}

static int set_repair_options(struct sock *sk, int val)
{
	return -EINVAL;
}

static int get_timestamp(struct sock *sk)
{
	return mytcp_clock_ms() + mytcp_sk(sk)->ts_offset;
}

static const struct option options[] = {
	{ TCP_NODELAY, set_nodelay, get_nodelay },
	{ TCP_CORK, set_cork, get_cork },
	{ TCP_QUICKACK, set_quickack, get_quickack },
	{ TCP_MAXSEG, set_maxseg, get_maxseg },
	{ TCP_WINDOW_CLAMP, set_window_clamp, get_window_clamp },
	{ TCP_KEEPIDLE, set_keepidle, get_keepidle },
	{ TCP_KEEPINTVL, set_keepintvl, get_keepintvl },
	{ TCP_KEEPCNT, set_keepcnt, get_keepcnt },
	{ TCP_SYNCNT, set_syncnt, get_syncnt },
	{ TCP_USER_TIMEOUT, set_user_timeout, get_user_timeout },
	{ TCP_LINGER2, set_linger2, get_linger2 },
	{ TCP_DEFER_ACCEPT, set_defer_accept, get_defer_accept },
	{ TCP_NOTSENT_LOWAT, set_notsent_lowat, get_notsent_lowat },
	{ TCP_INQ, set_inq, get_inq },
	{ TCP_THIN_LINEAR_TIMEOUTS, set_thin_lto, get_thin_lto },
	{ TCP_THIN_DUPACK, set_thin_dupack, get_never },
	{ TCP_SAVE_SYN, set_save_syn, get_save_syn },
	{ TCP_TIMESTAMP, set_in_repair, get_timestamp },
	{ TCP_REPAIR, set_repair, get_never },
	{ TCP_REPAIR_QUEUE, set_in_repair, NULL },
	{ TCP_REPAIR_WINDOW, set_in_repair, NULL },
	{ TCP_REPAIR_OPTIONS, set_repair_options, NULL },
	{ TCP_QUEUE_SEQ, set_queue_seq, NULL },
	{ TCP_FASTOPEN, set_fastopen, get_fastopen },
	{ TCP_FASTOPEN_CONNECT, set_fastopen_connect, get_fastopen_connect },
	{ TCP_FASTOPEN_NO_COOKIE, set_fastopen_no_cookie,
	  get_fastopen_no_cookie },
	{ MYTCP_ZEROCOPY, set_zerocopy, get_zerocopy },
	MYTCP_OPTION_IS_MPTCP(NULL, get_never)
};

static const struct option *find_option(int name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (options[i].name == name)
			return &options[i];
	}
	return NULL;
}

/* ---- options whose value is no int ---- */

static int set_congestion(struct sock *sk, sockptr_t optval,
			  unsigned int optlen)
{
	bool any = ns_capable(sock_net(sk)->user_ns, CAP_NET_ADMIN);
	char name[MYTCP_CONG_NAME_MAX];
	long len;
	int err;

	if (!optlen)
		return -EINVAL;
	len = strncpy_from_sockptr(name, optval,
				   min_t(size_t, optlen, sizeof(name) - 1));
	if (len < 0)
		return -EFAULT;
	name[len] = '\0';

	lock_sock(sk);
	err = mytcp_algorithms_choose(&mytcp_sk(sk)->cong, name, any);
	release_sock(sk);
	return err;
}

/**
 * mytcp_api_put_option() - the answer of getsockopt()
 * @optval: gets as much of the value as there is room for
 * @optlen: the room; gets how much it was
 * @value: the value
 * @size: octets of it
 *
 * Return: 0 or -EFAULT.
 */
int mytcp_api_put_option(char __user *optval, int __user *optlen,
			 const void *value, size_t size)
{
	unsigned int len;

	if (get_user(len, optlen))
		return -EFAULT;
	len = min_t(size_t, len, size);
	if (put_user(len, optlen) || copy_to_user(optval, value, len))
		return -EFAULT;
	return 0;
}

static int get_congestion(struct sock *sk, char __user *optval,
			  int __user *optlen)
{
	char name[MYTCP_CONG_NAME_MAX] = "";

	mytcp_algorithms_name(&mytcp_sk(sk)->cong, name);
	return mytcp_api_put_option(optval, optlen, name, sizeof(name));
}

/* No upper layer is known to MyTCP: neither tls nor any other. */
static int set_ulp(sockptr_t optval, unsigned int optlen)
{
	char name[ULP_NAME_MAX];

	if (!optlen)
		return -EINVAL;
	if (strncpy_from_sockptr(name, optval,
				 min_t(size_t, optlen, sizeof(name) - 1)) < 0)
		return -EFAULT;
	return -ENOENT;
}

/* TCP_SAVED_SYN is told once; who has too little room may come again. */
static int get_saved_syn(struct sock *sk, char __user *optval,
			 int __user *optlen, int room)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	int err = 0;

	lock_sock(sk);
	if (!ms->saved_syn) {
		err = put_user(0, optlen);
	} else if (put_user(ms->saved_syn->len, optlen)) {
		err = -EFAULT;
	} else if (room < ms->saved_syn->len) {
		err = -EINVAL;
	} else if (copy_to_user(optval, ms->saved_syn->data,
				ms->saved_syn->len)) {
		err = -EFAULT;
	} else {
		kfree(ms->saved_syn);
		ms->saved_syn = NULL;
	}
	release_sock(sk);
	return err;
}

/* One key, or the new one and the old one. */
static int set_fastopen_key(struct sock *sk, sockptr_t optval,
			    unsigned int optlen)
{
	u8 octets[MYTCP_FASTOPEN_KEYS * MYTCP_FASTOPEN_KEY_LEN];
	int err;

	if (optlen != MYTCP_FASTOPEN_KEY_LEN && optlen != sizeof(octets))
		return -EINVAL;
	if (copy_from_sockptr(octets, optval, optlen))
		return -EFAULT;
	lock_sock(sk);
	err = may_still_listen(sk) ?
	      mytcp_fastopen_set_keys(sk, octets,
				      optlen / MYTCP_FASTOPEN_KEY_LEN) :
	      -EINVAL;
	release_sock(sk);
	memzero_explicit(octets, sizeof(octets));
	return err;
}

static int get_fastopen_key(struct sock *sk, char __user *optval,
			    int __user *optlen)
{
	u8 octets[MYTCP_FASTOPEN_KEYS * MYTCP_FASTOPEN_KEY_LEN];
	struct mytcp_fastopen_keys keys;
	unsigned int len;
	int err;

	lock_sock(sk);
	mytcp_fastopen_own_keys(sk, &keys);
	release_sock(sk);
	len = mytcp_fastopen_keys_store(&keys, octets);
	err = mytcp_api_put_option(optval, optlen, octets, len);
	memzero_explicit(octets, sizeof(octets));
	memzero_explicit(&keys, sizeof(keys));
	return err;
}

static int get_info(struct sock *sk, char __user *optval, int __user *optlen)
{
	struct tcp_info info;

	lock_sock(sk);
	mytcp_api_info(sk, &info);
	release_sock(sk);
	return mytcp_api_put_option(optval, optlen, &info, sizeof(info));
}

static int get_cc_info(struct sock *sk, char __user *optval, int __user *optlen)
{
	union tcp_cc_info info;
	size_t size;
	int attr;

	lock_sock(sk);
	size = mytcp_api_cc_info(sk, &info, &attr);
	release_sock(sk);
	return mytcp_api_put_option(optval, optlen, &info, size);
}

/* ---- the calls ---- */

static int set_tcp(struct sock *sk, int optname, sockptr_t optval,
		   unsigned int optlen)
{
	const struct option *opt = find_option(optname);
	int val, err;

	if (optname == TCP_CONGESTION)
		return set_congestion(sk, optval, optlen);
	if (optname == TCP_ULP)
		return set_ulp(optval, optlen);
	if (optname == TCP_FASTOPEN_KEY)
		return set_fastopen_key(sk, optval, optlen);
	if (optlen < sizeof(val))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	if (!opt || !opt->set)
		return -ENOPROTOOPT;

	lock_sock(sk);
	err = opt->set(sk, val);
	release_sock(sk);
	return err;
}

static int get_tcp(struct sock *sk, int optname, char __user *optval,
		   int __user *optlen)
{
	const struct option *opt = find_option(optname);
	int len, val;

	if (get_user(len, optlen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;

	switch (optname) {
	case TCP_INFO:
		return get_info(sk, optval, optlen);
	case TCP_CONGESTION:
		return get_congestion(sk, optval, optlen);
	case TCP_CC_INFO:
		return get_cc_info(sk, optval, optlen);
	case TCP_ULP:
		return put_user(0, optlen);
	case TCP_FASTOPEN_KEY:
		return get_fastopen_key(sk, optval, optlen);
	case TCP_SAVED_SYN:
		return get_saved_syn(sk, optval, optlen, len);
	case TCP_REPAIR_QUEUE:
	case TCP_QUEUE_SEQ:
		return -EINVAL;
	case TCP_REPAIR_WINDOW:
		return len == sizeof(struct tcp_repair_window) ? -EPERM : -EINVAL;
	}
	if (!opt || !opt->get)
		return -ENOPROTOOPT;

	lock_sock(sk);
	val = opt->get(sk);
	release_sock(sk);
	return mytcp_api_put_option(optval, optlen, &val, sizeof(val));
}

/**
 * mytcp_api_setsockopt() - struct proto.setsockopt
 * @sk: socket, not locked
 * @level: SOL_TCP, or IP's to judge
 * @optname: TCP_*
 * @optval: value
 * @optlen: bytes of it
 *
 * Return: 0 or a negative errno.
 */
int mytcp_api_setsockopt(struct sock *sk, int level, int optname,
			 sockptr_t optval, unsigned int optlen)
{
	if (level == SOL_TCP)
		return set_tcp(sk, optname, optval, optlen);
	return mytcp_api_set_ip(sk, level, optname, optval, optlen);
}

/**
 * mytcp_api_getsockopt() - struct proto.getsockopt
 * @sk: socket, not locked
 * @level: SOL_TCP, or IP's to judge
 * @optname: TCP_*
 * @optval: where the value goes
 * @optlen: bytes there, bytes written
 *
 * Return: 0 or a negative errno.
 */
int mytcp_api_getsockopt(struct sock *sk, int level, int optname,
			 char __user *optval, int __user *optlen)
{
	if (level == SOL_TCP)
		return get_tcp(sk, optname, optval, optlen);
	return mytcp_api_get_ip(sk, level, optname, optval, optlen);
}
