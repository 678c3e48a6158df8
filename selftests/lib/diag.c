// SPDX-License-Identifier: GPL-2.0
#include "diag.h"

#include <errno.h>
#include <linux/mytcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "stack.h"

#define ROOM	16384

int diag_open(void)
{
	return check_ok(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			       NETLINK_SOCK_DIAG));
}

void diag_request_attr(struct diag_request *r, int type, const void *data,
		       size_t len)
{
	size_t at = NLMSG_ALIGN(r->nlh.nlmsg_len) - offsetof(struct diag_request, attrs);
	struct nlattr *attr = (struct nlattr *)(r->attrs + at);

	check(at + NLA_HDRLEN + len <= sizeof(r->attrs));
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(r->attrs + at + NLA_HDRLEN, data, len);
	r->nlh.nlmsg_len = offsetof(struct diag_request, attrs) + at +
			   NLA_ALIGN(NLA_HDRLEN + len);
}

void diag_request_init(struct diag_request *r, int type, int flags, int family)
{
	uint32_t protocol = stack_is_kernel() ? IPPROTO_TCP : IPPROTO_MYTCP;

	*r = (struct diag_request){
		.nlh = {
			.nlmsg_len = offsetof(struct diag_request, attrs),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | flags,
			.nlmsg_seq = 1,
		},
		.req = {
			.sdiag_family = family,
			.sdiag_protocol = IPPROTO_RAW,
			.idiag_states = DIAG_ALL_STATES,
			.id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
		},
	};
	diag_request_attr(r, INET_DIAG_REQ_PROTOCOL, &protocol, sizeof(protocol));
}

void diag_request_one(struct diag_request *r, int type,
		      const struct diag_entry *e)
{
	diag_request_init(r, type, 0, e->msg.idiag_family);
	r->req.id = e->msg.id;
}

static void parse(const struct nlmsghdr *nlh, struct diag_entry *e)
{
	size_t at = NLMSG_ALIGN(sizeof(struct inet_diag_msg));
	const char *data = NLMSG_DATA(nlh);
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN;

	memset(e, 0, sizeof(*e));
	check(len >= sizeof(e->msg));
	memcpy(&e->msg, data, sizeof(e->msg));
	while (at + NLA_HDRLEN <= len) {
		const struct nlattr *attr = (const struct nlattr *)(data + at);
		int type = attr->nla_type & NLA_TYPE_MASK;
		int size = attr->nla_len - NLA_HDRLEN;

		check(size >= 0 && at + attr->nla_len <= len);
		check(type < __INET_DIAG_MAX);
		/* each at most once, but for the padding */
		check(!e->attr[type].len || type == INET_DIAG_PAD);
		check((size_t)size <= sizeof(e->attr[type].bytes));
		e->attr[type].len = size;
		memcpy(e->attr[type].bytes, data + at + NLA_HDRLEN, size);
		at += NLA_ALIGN(attr->nla_len);
	}
}

/* One datagram. True when the answer is complete; *result is its end. */
static bool take(const void *buf, size_t len, diag_each *each, void *arg,
		 int *result)
{
	const struct nlmsghdr *nlh = buf;
	struct diag_entry e;

	for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
		if (nlh->nlmsg_type == NLMSG_DONE ||
		    nlh->nlmsg_type == NLMSG_ERROR) {
			/* either begins with an errno */
			const int *err = NLMSG_DATA(nlh);

			if (*err < 0)
				*result = *err;
			return true;
		}
		check_eq(nlh->nlmsg_type, SOCK_DIAG_BY_FAMILY);
		parse(nlh, &e);
		if (each)
			each(&e, arg);
		++*result;
		if (!(nlh->nlmsg_flags & NLM_F_MULTI))
			return true;
	}
	return false;
}

int diag_dump_slowly(const struct diag_request *r, size_t room,
		     void (*between)(void *arg), diag_each *each, void *arg)
{
	int fd = diag_open(), result = 0;
	char buf[ROOM];
	ssize_t n;

	check_eq(send(fd, r, r->nlh.nlmsg_len, 0), r->nlh.nlmsg_len);
	for (;;) {
		n = check_ok(recv(fd, buf, room, 0));
		if (take(buf, n, each, arg, &result))
			break;
		if (between)
			between(arg);
	}
	check_ok(close(fd));
	return result;
}

int diag_exchange(const struct diag_request *r, diag_each *each, void *arg)
{
	struct diag_request asked = *r;

	/* a request that has no answer of its own has an acknowledgement */
	if (asked.nlh.nlmsg_type == SOCK_DESTROY)
		asked.nlh.nlmsg_flags |= NLM_F_ACK;
	return diag_dump_slowly(&asked, ROOM, NULL, each, arg);
}

long diag_count(const struct diag_request *r)
{
	const struct nlmsghdr *nlh;
	bool more = true;
	long result = 0;
	char buf[2 * ROOM];
	int fd = diag_open();
	size_t n;

	check_eq(send(fd, r, r->nlh.nlmsg_len, 0), r->nlh.nlmsg_len);
	while (more) {
		n = check_ok(recv(fd, buf, sizeof(buf), 0));
		for (nlh = (void *)buf; NLMSG_OK(nlh, n);
		     nlh = NLMSG_NEXT(nlh, n)) {
			check_ne(nlh->nlmsg_type, NLMSG_ERROR);
			more = nlh->nlmsg_type != NLMSG_DONE;
			result += more;
		}
	}
	check_ok(close(fd));
	return result;
}

struct entries {
	struct diag_entry *to;
	int max, count;
};

static void collect(struct diag_entry *e, void *arg)
{
	struct entries *all = arg;

	if (all->count < all->max)
		all->to[all->count] = *e;
	all->count++;
}

int diag_dump(int family, uint32_t states, struct diag_entry *to, int max)
{
	struct entries all = { .to = to, .max = max };
	struct diag_request r;

	diag_request_init(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, family);
	r.req.idiag_states = states;
	r.req.idiag_ext = DIAG_EXT_ALL;
	check_eq(diag_exchange(&r, collect, &all), all.count);
	return all.count;
}

int diag_receive(int fd, struct diag_entry *e, int ms)
{
	struct entries all = { .to = e, .max = 1 };
	char buf[ROOM];
	int result = 0;

	if (!wait_fd(fd, POLLIN, ms))
		return 0;
	take(buf, check_ok(recv(fd, buf, sizeof(buf), 0)), collect, &all,
	     &result);
	return result;
}
