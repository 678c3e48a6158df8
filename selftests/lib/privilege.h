/* SPDX-License-Identifier: GPL-2.0 */
/* What a process may do that is not the superuser's. */
#ifndef SELFTESTS_LIB_PRIVILEGE_H
#define SELFTESTS_LIB_PRIVILEGE_H

/* Without any capability, for good; its user stays who he is. */
void drop_capabilities(void);
/* With this one capability only (CAP_NET_RAW ...), for good. */
void keep_capability(int capability);

#endif /* SELFTESTS_LIB_PRIVILEGE_H */
