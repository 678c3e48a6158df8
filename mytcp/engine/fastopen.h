/* SPDX-License-Identifier: GPL-2.0 */
/* The client of TCP Fast Open. All functions: socket locked. */
#ifndef MYTCP_ENGINE_FASTOPEN_H
#define MYTCP_ENGINE_FASTOPEN_H

#include "mytcp/sock/sock.h"

/* The SYN of connect(), sent or left to the first write. Process context. */
int mytcp_fastopen_connect(struct sock *sk);
/* Of a SYN left to the first write: room for its data; it goes. */
u32 mytcp_fastopen_space(struct sock *sk);
int mytcp_fastopen_send(struct sock *sk);
/* Its answer is here. */
void mytcp_fastopen_answered(struct sock *sk, const struct mytcp_seg *seg);
/* The @timeouts-th in a row; the @last one. */
void mytcp_fastopen_timed_out(struct sock *sk, unsigned int timeouts, bool last);

#endif /* MYTCP_ENGINE_FASTOPEN_H */
