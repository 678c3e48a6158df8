// SPDX-License-Identifier: GPL-2.0
/* Counts sockets by state; see summary.h */
#include "summary.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "states.h"

/**
 * struct counts - of sockets
 * @state: by state, IPv4 and IPv6
 * @timewait: buckets: TIME_WAIT, and FIN_WAIT_2 without a socket
 * @orphaned: sockets that their program has closed and that are not done yet
 */
struct counts {
	unsigned int state[ST_END][2];
	unsigned int timewait;
	unsigned int orphaned;
};

/* In these states a socket without an inode was closed, and not just never accepted. */
#define STATES_CLOSING	(STATE_BIT(ST_FIN_WAIT_1) | STATE_BIT(ST_FIN_WAIT_2) | \
			 STATE_BIT(ST_CLOSING) | STATE_BIT(ST_LAST_ACK))

static void count_entry(struct counts *counts, const struct inet_diag_msg *msg)
{
	unsigned int state = msg->idiag_state < ST_END ? msg->idiag_state : 0;

	counts->state[state][msg->idiag_family == AF_INET6]++;
	if (msg->idiag_timer == TIMER_TIME_WAIT)
		counts->timewait++;
	else if (!msg->idiag_inode && (STATE_BIT(state) & STATES_CLOSING))
		counts->orphaned++;
}

static unsigned int both(const struct counts *counts, unsigned int state)
{
	return counts->state[state][0] + counts->state[state][1];
}

/**
 * summary_print() - print how many sockets there are, altogether and by state
 * @entries: the sockets
 * @name: of their stack
 */
void summary_print(const struct entries *entries, const char *name)
{
	struct counts counts;
	unsigned int state;
	size_t i;

	memset(&counts, 0, sizeof(counts));
	for (i = 0; i < entries->count; i++)
		count_entry(&counts, &entries->list[i].msg);
	printf("%s: %zu (estab %u, closed %u, orphaned %u, timewait %u)\n\n", name,
	       entries->count, both(&counts, ST_ESTABLISHED) + both(&counts, ST_CLOSE_WAIT),
	       both(&counts, ST_CLOSE) + counts.timewait, counts.orphaned, counts.timewait);
	printf("%-10s %7s %7s %7s\n", "State", "Total", "IP", "IPv6");
	for (state = ST_ESTABLISHED; state < ST_END; state++)
		if (both(&counts, state))
			printf("%-10s %7u %7u %7u\n", state_name_ss(state),
			       both(&counts, state), counts.state[state][0],
			       counts.state[state][1]);
}
