/* SPDX-License-Identifier: GPL-2.0 */
/* The eleven states of RFC 9293 3.3.2 and the transitions between them. */
#ifndef MYTCP_PROTO_FSM_H
#define MYTCP_PROTO_FSM_H

#include <linux/types.h>

/* Numbered as in /proc/net/tcp and struct tcp_info, which show them. */
enum mytcp_state {
	MYTCP_ESTABLISHED = 1,
	MYTCP_SYN_SENT,
	MYTCP_SYN_RECV,
	MYTCP_FIN_WAIT1,
	MYTCP_FIN_WAIT2,
	MYTCP_TIME_WAIT,
	MYTCP_CLOSE,
	MYTCP_CLOSE_WAIT,
	MYTCP_LAST_ACK,
	MYTCP_LISTEN,
	MYTCP_CLOSING,
	MYTCP_NSTATES
};

/* Sets of states, for tests of more than one. */
#define MYTCP_ST(s)	(1U << MYTCP_##s)

static inline bool mytcp_fsm_in(int state, unsigned int set)
{
	return (1U << state) & set;
}

/* The states in which a FIN of ours may still have to be sent or acknowledged. */
#define MYTCP_SYNCHRONIZED	(MYTCP_ST(ESTABLISHED) | MYTCP_ST(FIN_WAIT1) | \
				 MYTCP_ST(FIN_WAIT2) | MYTCP_ST(CLOSE_WAIT) | \
				 MYTCP_ST(CLOSING) | MYTCP_ST(LAST_ACK))

bool mytcp_fsm_legal(int from, int to);
const char *mytcp_fsm_name(int state);

#endif /* MYTCP_PROTO_FSM_H */
