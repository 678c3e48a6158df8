/* SPDX-License-Identifier: GPL-2.0 */
/* The states of RFC 9293 by the numbers that /proc/net/tcp and inet_diag have. */
#ifndef MYTCP_SS_STATES_H
#define MYTCP_SS_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ST_ESTABLISHED = 1,
	ST_SYN_SENT,
	ST_SYN_RECV,
	ST_FIN_WAIT_1,
	ST_FIN_WAIT_2,
	ST_TIME_WAIT,
	ST_CLOSE,
	ST_CLOSE_WAIT,
	ST_LAST_ACK,
	ST_LISTEN,
	ST_CLOSING,
	ST_END,
};

#define STATE_BIT(state)	(1U << (state))

#define STATES_ALL		(STATE_BIT(ST_END) - 2)
#define STATES_BUCKET		(STATE_BIT(ST_SYN_RECV) | STATE_BIT(ST_TIME_WAIT))
#define STATES_CONNECTED	(STATES_ALL & ~(STATE_BIT(ST_LISTEN) | STATE_BIT(ST_CLOSE)))
/* What ss lists when nothing is asked for. */
#define STATES_DEFAULT		(STATES_CONNECTED & ~STATES_BUCKET)

const char *state_name_ss(unsigned int state);
const char *state_name_netstat(unsigned int state);
bool state_find(const char *name, size_t len, uint32_t *mask);

#endif /* MYTCP_SS_STATES_H */
