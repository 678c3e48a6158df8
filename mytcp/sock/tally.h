/* SPDX-License-Identifier: GPL-2.0 */
/* What a connection has sent and received so far, for TCP_INFO. */
#ifndef MYTCP_SOCK_TALLY_H
#define MYTCP_SOCK_TALLY_H

#include <linux/build_bug.h>
#include <linux/types.h>
#include <net/inet_sock.h>

/**
 * struct mytcp_tally - counters of one connection; socket lock
 * @bytes_acked: octets ever acknowledged by the peer
 * @bytes_received: octets ever received in order
 * @bytes_sent: octets sent, retransmissions included
 * @bytes_retrans: octets sent again
 * @data_segs_in: segments received with text
 * @data_segs_out: segments sent with text
 * @segs_in: segments received
 * @segs_out: segments sent
 * @total_retrans: segments ever retransmitted
 * @delivered: segments that have arrived at the peer, the SYN among them
 */
struct mytcp_tally {
	u64 bytes_acked;
	u64 bytes_received;
	u64 bytes_sent;
	u64 bytes_retrans;
	u32 data_segs_in;
	u32 data_segs_out;
	u32 segs_in;
	u32 segs_out;
	u32 total_retrans;
	u32 delivered;
};

/*
 * Every inet_sock has room for the datagram that MSG_MORE corks, and a stream socket
 * never corks one: the counters stand there, in front of the flow that the family's
 * transmit function keeps in the same structure. It saves 52 bytes a connection.
 */
static inline struct mytcp_tally *mytcp_tally_of(const struct inet_sock *inet)
{
	BUILD_BUG_ON(sizeof(struct mytcp_tally) > sizeof(inet->cork.base));
	BUILD_BUG_ON(__alignof__(struct mytcp_tally) >
		     __alignof__(struct inet_cork));
	return (struct mytcp_tally *)&inet->cork.base;
}

#endif /* MYTCP_SOCK_TALLY_H */
