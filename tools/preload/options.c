// SPDX-License-Identifier: GPL-2.0
/*
 * Options of a socket, for one of the other stack that takes its place.
 *
 * The two stacks have defaults of their own (keepalive, buffers, congestion control),
 * which are not to be carried over. What a program has set is what differs from a fresh
 * socket of the same stack.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/in6.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "options.h"
#include "say.h"

/* Not in every C library's headers. */
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE	51
#endif
#ifndef IPV6_FLOWINFO_SEND
#define IPV6_FLOWINFO_SEND	33
#endif

/* A longer classic filter would need more of a thread's stack than is polite. */
#define FILTER_MOST	512
#define VALUE_MOST	256

/**
 * struct option - one that outlives the socket
 * @level: SOL_SOCKET, IPPROTO_*
 * @name: SO_*, IP_*, IPV6_*, TCP_*
 * @text: its name, for the log
 * @limits: it says who may connect: without it there is no new socket
 */
struct option {
	int level, name;
	const char *text;
	bool limits;
};

#define SOCK(name)	{ SOL_SOCKET, name, #name, false }
#define IP(name)	{ IPPROTO_IP, name, #name, false }
#define IP6(name)	{ IPPROTO_IPV6, name, #name, false }
#define TCP(name)	{ IPPROTO_TCP, name, #name, false }
#define LIMIT(level, name) { level, name, #name, true }

/* SO_SNDBUF and SO_RCVBUF are carry_buffer()'s, and come before. */
static const struct option options[] = {
	LIMIT(SOL_SOCKET, SO_LOCK_FILTER),
	LIMIT(SOL_SOCKET, SO_BINDTODEVICE),
	LIMIT(IPPROTO_IPV6, IPV6_V6ONLY),
	LIMIT(IPPROTO_IP, IP_MINTTL),
	LIMIT(IPPROTO_IPV6, IPV6_MINHOPCOUNT),
	SOCK(SO_DEBUG), SOCK(SO_REUSEADDR), SOCK(SO_REUSEPORT), SOCK(SO_KEEPALIVE),
	SOCK(SO_BROADCAST), SOCK(SO_DONTROUTE), SOCK(SO_OOBINLINE), SOCK(SO_LINGER),
	SOCK(SO_RCVLOWAT), SOCK(SO_RCVTIMEO), SOCK(SO_SNDTIMEO), SOCK(SO_PRIORITY),
	SOCK(SO_MARK), SOCK(SO_RCVMARK), SOCK(SO_TIMESTAMP_OLD), SOCK(SO_TIMESTAMP_NEW),
	SOCK(SO_TIMESTAMPNS_OLD), SOCK(SO_TIMESTAMPNS_NEW), SOCK(SO_TIMESTAMPING_OLD),
	SOCK(SO_TIMESTAMPING_NEW), SOCK(SO_BUSY_POLL), SOCK(SO_PREFER_BUSY_POLL),
	SOCK(SO_BUSY_POLL_BUDGET), SOCK(SO_INCOMING_CPU), SOCK(SO_MAX_PACING_RATE),
	SOCK(SO_ZEROCOPY), SOCK(SO_RXQ_OVFL), SOCK(SO_SELECT_ERR_QUEUE), SOCK(SO_NO_CHECK),
	SOCK(SO_RESERVE_MEM), SOCK(SO_TXREHASH),
	IP(IP_OPTIONS), IP(IP_TOS), IP(IP_TTL), IP(IP_MTU_DISCOVER), IP(IP_RECVERR),
	IP(IP_FREEBIND), IP(IP_TRANSPARENT), IP(IP_BIND_ADDRESS_NO_PORT),
	IP(IP_LOCAL_PORT_RANGE), IP(IP_RECVTOS), IP(IP_RECVTTL), IP(IP_RECVOPTS),
	IP(IP_RETOPTS), IP(IP_PKTINFO), IP(IP_PASSSEC), IP(IP_RECVORIGDSTADDR),
	IP(IP_CHECKSUM), IP(IP_UNICAST_IF),
	IP6(IPV6_UNICAST_HOPS), IP6(IPV6_TCLASS), IP6(IPV6_MTU_DISCOVER), IP6(IPV6_RECVERR),
	IP6(IPV6_FREEBIND), IP6(IPV6_TRANSPARENT), IP6(IPV6_DONTFRAG),
	IP6(IPV6_AUTOFLOWLABEL), IP6(IPV6_FLOWINFO), IP6(IPV6_FLOWINFO_SEND),
	IP6(IPV6_ADDR_PREFERENCES), IP6(IPV6_UNICAST_IF), IP6(IPV6_RECVPKTINFO),
	IP6(IPV6_RECVHOPLIMIT), IP6(IPV6_RECVTCLASS), IP6(IPV6_RECVRTHDR),
	IP6(IPV6_RECVHOPOPTS), IP6(IPV6_RECVDSTOPTS), IP6(IPV6_RECVPATHMTU),
	IP6(IPV6_RECVORIGDSTADDR), IP6(IPV6_RTHDR), IP6(IPV6_HOPOPTS), IP6(IPV6_DSTOPTS),
	IP6(IPV6_RTHDRDSTOPTS),
	TCP(TCP_NODELAY), TCP(TCP_CORK), TCP(TCP_QUICKACK), TCP(TCP_MAXSEG),
	TCP(TCP_WINDOW_CLAMP), TCP(TCP_CONGESTION), TCP(TCP_KEEPIDLE), TCP(TCP_KEEPINTVL),
	TCP(TCP_KEEPCNT), TCP(TCP_SYNCNT), TCP(TCP_USER_TIMEOUT), TCP(TCP_LINGER2),
	TCP(TCP_DEFER_ACCEPT), TCP(TCP_NOTSENT_LOWAT), TCP(TCP_INQ), TCP(TCP_SAVE_SYN),
	TCP(TCP_FASTOPEN), TCP(TCP_FASTOPEN_KEY), TCP(TCP_FASTOPEN_CONNECT),
	TCP(TCP_FASTOPEN_NO_COOKIE), TCP(TCP_THIN_LINEAR_TIMEOUTS), TCP(TCP_TX_DELAY),
};

/**
 * struct value - of an option: a number, a name, a structure
 * @len: how much of it there is
 * @bytes: what getsockopt() has said
 */
struct value {
	socklen_t len;
	unsigned char bytes[VALUE_MOST];
};

static bool value_get(int fd, const struct option *opt, struct value *value)
{
	value->len = sizeof(value->bytes);
	return !getsockopt(fd, opt->level, opt->name, value->bytes, &value->len);
}

static bool value_is(const struct value *a, const struct value *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

/* What the old stack does not know, or the other family has, was not set either. */
static bool carry_option(const struct option *opt, int from, int fresh, int to)
{
	struct value set, unset;

	if (!value_get(from, opt, &set) || !value_get(fresh, opt, &unset) ||
	    value_is(&set, &unset))
		return true;
	if (!setsockopt(to, opt->level, opt->name, set.bytes, set.len))
		return true;
	note("%s is not carried over: %s", opt->text, strerror(errno));
	return false;
}

static int number(int fd, int name)
{
	socklen_t len = sizeof(int);
	int value = 0;

	getsockopt(fd, SOL_SOCKET, name, &value, &len);
	return value;
}

/*
 * A size that was set, be it the default one, ends its growth with the path. The kernel
 * doubles what it is told, and tells what it has made of it.
 */
static void carry_buffer(int from, int to, int lock, int name, int force)
{
	int size = number(from, name), half = size / 2;

	if (!(number(from, SO_BUF_LOCK) & lock))
		return;
	setsockopt(to, SOL_SOCKET, name, &half, sizeof(half));
	/* An administrator may go beyond the limits of the system. */
	if (number(to, name) < size)
		setsockopt(to, SOL_SOCKET, force, &half, sizeof(half));
	if (number(to, name) != size)
		note("%s is %d instead of %d", name == SO_SNDBUF ? "SO_SNDBUF" : "SO_RCVBUF",
		     number(to, name), size);
}

/* A classic filter can be read back; its length counts instructions. */
static bool carry_filter(int from, int to)
{
	struct sock_filter code[FILTER_MOST];
	struct sock_fprog program = { .filter = code };
	socklen_t len = 0;

	if (getsockopt(from, SOL_SOCKET, SO_GET_FILTER, NULL, &len))
		return errno == ENOPROTOOPT;
	if (!len)
		return true;
	if (len > FILTER_MOST ||
	    getsockopt(from, SOL_SOCKET, SO_GET_FILTER, code, &len))
		return false;
	program.len = (unsigned short)len;
	return !setsockopt(to, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/**
 * options_carry() - set what a program has set
 * @from: its socket
 * @fresh: one of the same stack and family, as made
 * @to: the socket that is to take the place of @from, as made
 *
 * An option that @to does not take is told to the log, unless it limits who may
 * connect: a listener without it would let in more than the program wants.
 *
 * Return: the name of such an option, or NULL when all is well.
 */
const char *options_carry(int from, int fresh, int to)
{
	const struct option *opt;

	if (!carry_filter(from, to))
		return "SO_ATTACH_FILTER or SO_ATTACH_BPF";
	carry_buffer(from, to, SOCK_SNDBUF_LOCK, SO_SNDBUF, SO_SNDBUFFORCE);
	carry_buffer(from, to, SOCK_RCVBUF_LOCK, SO_RCVBUF, SO_RCVBUFFORCE);
	for (opt = options; opt < options + sizeof(options) / sizeof(options[0]); opt++)
		if (!carry_option(opt, from, fresh, to) && opt->limits)
			return opt->text;
	return NULL;
}
