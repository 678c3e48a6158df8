/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Since 6.2 struct tcp_info tells the receive window, since 6.7 how often and how long
 * there were timeouts.
 */
#ifndef MYTCP_COMPAT_TCP_INFO_H
#define MYTCP_COMPAT_TCP_INFO_H

#include <linux/types.h>
#include <linux/version.h>
#include <uapi/linux/tcp.h>

static inline void mytcp_tcp_info_set_rcv_wnd(struct tcp_info *info, u32 wnd)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	info->tcpi_rcv_wnd = wnd;
#endif
}

static inline void mytcp_tcp_info_set_timeouts(struct tcp_info *info, u16 timeouts,
					       u16 turns, u32 ms)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	info->tcpi_total_rto = timeouts;
	info->tcpi_total_rto_recoveries = turns;
	info->tcpi_total_rto_time = ms;
#endif
}

#endif /* MYTCP_COMPAT_TCP_INFO_H */
