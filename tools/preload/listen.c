// SPDX-License-Identifier: GPL-2.0
/*
 * The other calls of libmytcp-preload.so, for --client-only and --server-only.
 *
 * At socket() nobody knows what it will be for. So it is a client's, until listen()
 * tells otherwise: there the descriptor gets a socket of the other stack. connect()
 * would be too late, as many programs have told epoll about their socket before.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "next.h"
#include "settings.h"
#include "swap.h"

/* None of the two calls is a cancellation point, which close() and write() are. */
static int hold_cancel(void)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	return state;
}

static void restore_cancel(int state)
{
	pthread_setcancelstate(state, NULL);
}

EXPORTED int listen(int fd, int backlog)
{
	int state, ret, saved = errno;

	if (settings()->only == ONLY_NONE)
		return next_listen(fd, backlog);
	state = hold_cancel();
	ret = swap_is_due(fd) ? swap_bound(fd) : 0;
	restore_cancel(state);
	if (ret)
		return ret;
	errno = saved;
	return next_listen(fd, backlog);
}

EXPORTED int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	int ret, state, saved = errno;

	ret = next_bind(fd, addr, len);
	if (!ret || errno != EADDRINUSE || settings()->only == ONLY_NONE)
		return ret;
	state = hold_cancel();
	if (swap_and_bind(fd, addr, len))
		ret = 0;
	restore_cancel(state);
	errno = ret ? EADDRINUSE : saved;
	return ret;
}
