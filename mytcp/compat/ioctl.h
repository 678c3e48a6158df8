/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.5 the caller of struct proto.ioctl copies the answer to the user. */
#ifndef MYTCP_COMPAT_IOCTL_H
#define MYTCP_COMPAT_IOCTL_H

#include <linux/uaccess.h>
#include <linux/version.h>
#include <net/sock.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define MYTCP_IOCTL_ARG		int *

static inline int mytcp_ioctl_answer(MYTCP_IOCTL_ARG arg, int answer)
{
	*arg = answer;
	return 0;
}
#else
#define MYTCP_IOCTL_ARG		unsigned long

static inline int mytcp_ioctl_answer(MYTCP_IOCTL_ARG arg, int answer)
{
	return put_user(answer, (int __user *)arg);
}
#endif

#endif /* MYTCP_COMPAT_IOCTL_H */
