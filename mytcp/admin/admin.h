/* SPDX-License-Identifier: GPL-2.0 */
/* The administrator's side: /proc/sys/net/mytcp, /proc/net/mytcp*, sock_diag. */
#ifndef MYTCP_ADMIN_ADMIN_H
#define MYTCP_ADMIN_ADMIN_H

#include <linux/compiler.h>

/* main.c's, by the names that the loader looks for: not to be optimised away. */
int __visible init_module(void);
void __visible cleanup_module(void);

int mytcp_sysctl_init(void);
void mytcp_sysctl_exit(void);

int mytcp_proc_init(void);
void mytcp_proc_exit(void);

int mytcp_diag_init(void);
void mytcp_diag_exit(void);

int mytcp_netstat_init(void);
void mytcp_netstat_exit(void);

#endif /* MYTCP_ADMIN_ADMIN_H */
