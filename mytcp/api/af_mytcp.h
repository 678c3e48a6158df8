/* SPDX-License-Identifier: GPL-2.0 */
/* Both doors, and the calls behind struct proto. */
#ifndef MYTCP_API_AF_MYTCP_H
#define MYTCP_API_AF_MYTCP_H

int mytcp_af_init(void);
void mytcp_af_exit(void);

#endif /* MYTCP_API_AF_MYTCP_H */
