/* SPDX-License-Identifier: GPL-2.0 */
/* What a client of TCP Fast Open remembers of servers, RFC 7413 4.1.3. */
#ifndef MYTCP_SOCK_FASTOPEN_CACHE_H
#define MYTCP_SOCK_FASTOPEN_CACHE_H

#include "mytcp/sock/netns.h"
#include "mytcp/sock/sock.h"
#include "mytcp/sock/table.h"

/**
 * struct mytcp_fastopen_peer - what is known of a server
 * @cookie: of our address there; its len is 0 for none
 * @mss: of its last SYN-ACK, 0 when not known
 * @losses: SYNs with data in a row that were lost, as far as one can tell
 * @lost_at: the last of them, jiffies
 */
struct mytcp_fastopen_peer {
	struct mytcp_fastopen_cookie cookie;
	u8 losses;
	u16 mss;
	u32 lost_at;
};

/* Room for cookies, before a SYN asks for one. Process context. */
int mytcp_fastopen_cache_make(struct mytcp_net *mn);
void mytcp_fastopen_cache_free(struct mytcp_net *mn);
/* By the addresses of a key. Any context, socket locked. */
bool mytcp_fastopen_cache_get(struct mytcp_net *mn, const struct mytcp_key *key,
			      struct mytcp_fastopen_peer *peer);
void mytcp_fastopen_cache_note(struct mytcp_net *mn,
			       const struct mytcp_key *key, u16 mss,
			       const struct mytcp_fastopen_cookie *cookie,
			       bool lost);
/* Is this server's path known to lose SYNs with data, of late? */
bool mytcp_fastopen_cache_avoids(const struct mytcp_fastopen_peer *peer);

#endif /* MYTCP_SOCK_FASTOPEN_CACHE_H */
