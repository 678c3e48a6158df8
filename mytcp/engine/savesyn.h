/* SPDX-License-Identifier: GPL-2.0 */
/* TCP_SAVE_SYN: the headers of a SYN, for who accepts the connection. */
#ifndef MYTCP_ENGINE_SAVESYN_H
#define MYTCP_ENGINE_SAVESYN_H

#include <linux/skbuff.h>
#include "mytcp/sock/sock.h"

struct mytcp_saved_syn *mytcp_savesyn_copy(const struct sock *listener,
					   const struct sk_buff *skb,
					   const struct mytcp_seg *seg);

#endif /* MYTCP_ENGINE_SAVESYN_H */
