/* SPDX-License-Identifier: GPL-2.0 */
/* When to acknowledge: RFC 9293 3.8.6.3, RFC 5681 4.2. Socket locked. */
#ifndef MYTCP_ENGINE_DELACK_H
#define MYTCP_ENGINE_DELACK_H

#include <linux/types.h>
#include "mytcp/sock/sock.h"

void mytcp_delack_enter_quick(struct sock *sk, u8 most);
void mytcp_delack_note_data(struct sock *sk, u32 len, bool psh);
void mytcp_delack_note_sent(struct sock *sk);
bool mytcp_delack_due(struct sock *sk);
void mytcp_delack_schedule(struct sock *sk);
void mytcp_delack_save(struct sock *sk);
bool mytcp_delack_after_read(struct sock *sk, int copied, bool waits);

#endif /* MYTCP_ENGINE_DELACK_H */
