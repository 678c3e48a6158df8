/* SPDX-License-Identifier: GPL-2.0 */
/* The administrator's files: /proc/sys/net/mytcp and /proc/net/mytcp*. */
#ifndef MYTCP_ADMIN_ADMIN_H
#define MYTCP_ADMIN_ADMIN_H

int mytcp_sysctl_init(void);
void mytcp_sysctl_exit(void);

int mytcp_proc_init(void);
void mytcp_proc_exit(void);

int mytcp_netstat_init(void);
void mytcp_netstat_exit(void);

#endif /* MYTCP_ADMIN_ADMIN_H */
