/* SPDX-License-Identifier: GPL-2.0 */
/* What MSG_ERRQUEUE tells. */
#ifndef SELFTESTS_LIB_ERRQUEUE_H
#define SELFTESTS_LIB_ERRQUEUE_H

#include <linux/errqueue.h>
#include <stdbool.h>
#include <stdint.h>

/* One message of the queue, and the time in it, if there is one. */
struct told {
	struct sock_extended_err ee;
	struct scm_timestamping stamps;
	bool stamped;
	ssize_t len;
};

/* Takes the first; false if there is none. */
bool errqueue_take(int fd, struct told *to);
/* Waits for it; the test fails if it does not come. */
struct told errqueue_await(int fd);

#endif /* SELFTESTS_LIB_ERRQUEUE_H */
