// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "errqueue.h"
#include "sockets.h"
#include "stack.h"

static void take_control(const struct cmsghdr *c, struct told *to)
{
	if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
	    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
		memcpy(&to->ee, CMSG_DATA(c), sizeof(to->ee));
	if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPING) {
		memcpy(&to->stamps, CMSG_DATA(c), sizeof(to->stamps));
		to->stamped = true;
	}
}

bool errqueue_take(int fd, struct told *to)
{
	char data[256], control[512];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;

	memset(to, 0, sizeof(*to));
	to->len = recvmsg(fd, &msg, MSG_ERRQUEUE);
	if (to->len < 0) {
		check_eq(errno, EAGAIN);
		return false;
	}
	check(msg.msg_flags & MSG_ERRQUEUE);
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		take_control(c, to);
	return true;
}

struct told errqueue_await(int fd)
{
	struct told told;

	if (!errqueue_take(fd, &told)) {
		check(wait_fd(fd, 0, PATIENCE_MS) & POLLERR);
		check(errqueue_take(fd, &told));
	}
	return told;
}
