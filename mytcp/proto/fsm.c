// SPDX-License-Identifier: GPL-2.0
/* The state diagram of RFC 9293 3.3.2 (figure 5) as a table. */
#include <linux/types.h>

#include "mytcp/proto/fsm.h"

/*
 * Row: the state left. Bits: the states that may follow it. CLOSE may follow
 * every state, itself included (abort, RST, user timeout; aborting twice does
 * no harm), so it is not repeated in each row.
 */
static const u16 next_states[MYTCP_NSTATES] = {
	/* CLOSE -> SYN_RECV: a child made for a SYN starts closed */
	[MYTCP_CLOSE]		= MYTCP_ST(LISTEN) | MYTCP_ST(SYN_SENT) |
				  MYTCP_ST(SYN_RECV),
	[MYTCP_LISTEN]		= MYTCP_ST(SYN_RECV) | MYTCP_ST(SYN_SENT),
	[MYTCP_SYN_SENT]	= MYTCP_ST(ESTABLISHED) | MYTCP_ST(SYN_RECV),
	/*
	 * -> LISTEN: a RST after a passive open (note 1 of the figure)
	 * -> CLOSE_WAIT: a FIN with the ACK of our SYN (3.10.7.4, eighth)
	 */
	[MYTCP_SYN_RECV]	= MYTCP_ST(ESTABLISHED) | MYTCP_ST(FIN_WAIT1) |
				  MYTCP_ST(CLOSE_WAIT) | MYTCP_ST(LISTEN),
	[MYTCP_ESTABLISHED]	= MYTCP_ST(FIN_WAIT1) | MYTCP_ST(CLOSE_WAIT),
	/* -> TIME_WAIT: a FIN that acknowledges ours (note 2 of the figure) */
	[MYTCP_FIN_WAIT1]	= MYTCP_ST(FIN_WAIT2) | MYTCP_ST(CLOSING) |
				  MYTCP_ST(TIME_WAIT),
	[MYTCP_FIN_WAIT2]	= MYTCP_ST(TIME_WAIT),
	[MYTCP_CLOSING]		= MYTCP_ST(TIME_WAIT),
	[MYTCP_CLOSE_WAIT]	= MYTCP_ST(LAST_ACK),
};

static const char * const names[MYTCP_NSTATES] = {
	[MYTCP_ESTABLISHED]	= "ESTABLISHED",
	[MYTCP_SYN_SENT]	= "SYN_SENT",
	[MYTCP_SYN_RECV]	= "SYN_RECV",
	[MYTCP_FIN_WAIT1]	= "FIN_WAIT1",
	[MYTCP_FIN_WAIT2]	= "FIN_WAIT2",
	[MYTCP_TIME_WAIT]	= "TIME_WAIT",
	[MYTCP_CLOSE]		= "CLOSE",
	[MYTCP_CLOSE_WAIT]	= "CLOSE_WAIT",
	[MYTCP_LAST_ACK]	= "LAST_ACK",
	[MYTCP_LISTEN]		= "LISTEN",
	[MYTCP_CLOSING]		= "CLOSING",
};

static bool is_state(int state)
{
	return state >= MYTCP_ESTABLISHED && state < MYTCP_NSTATES;
}

/**
 * mytcp_fsm_legal() - may a connection go from one state to another?
 * @from: state it is in
 * @to: state it is to be in
 *
 * Context: any, no locks.
 * Return: true when RFC 9293 figure 5 has the transition, or @to is CLOSE, or
 * a child leaves CLOSE for SYN_RECV; false for the rest and for what is no state.
 */
bool mytcp_fsm_legal(int from, int to)
{
	if (!is_state(from) || !is_state(to))
		return false;

	return mytcp_fsm_in(to, next_states[from] | MYTCP_ST(CLOSE));
}

/**
 * mytcp_fsm_name() - a state's name, for people
 * @state: MYTCP_ESTABLISHED ... MYTCP_CLOSING
 *
 * Context: any, no locks.
 * Return: a constant string, "?" for what is no state.
 */
const char *mytcp_fsm_name(int state)
{
	return is_state(state) ? names[state] : "?";
}
