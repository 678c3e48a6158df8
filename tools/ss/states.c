// SPDX-License-Identifier: GPL-2.0
/* Names of states and of groups of them; see states.h */
#include "states.h"

#include <string.h>

static const struct {
	const char *ss;
	const char *netstat;
	const char *filter;
} names[ST_END] = {
	[ST_ESTABLISHED] = { "ESTAB", "ESTABLISHED", "established" },
	[ST_SYN_SENT] = { "SYN-SENT", "SYN_SENT", "syn-sent" },
	[ST_SYN_RECV] = { "SYN-RECV", "SYN_RECV", "syn-recv" },
	[ST_FIN_WAIT_1] = { "FIN-WAIT-1", "FIN_WAIT1", "fin-wait-1" },
	[ST_FIN_WAIT_2] = { "FIN-WAIT-2", "FIN_WAIT2", "fin-wait-2" },
	[ST_TIME_WAIT] = { "TIME-WAIT", "TIME_WAIT", "time-wait" },
	[ST_CLOSE] = { "UNCONN", "CLOSE", "closed" },
	[ST_CLOSE_WAIT] = { "CLOSE-WAIT", "CLOSE_WAIT", "close-wait" },
	[ST_LAST_ACK] = { "LAST-ACK", "LAST_ACK", "last-ack" },
	[ST_LISTEN] = { "LISTEN", "LISTEN", "listening" },
	[ST_CLOSING] = { "CLOSING", "CLOSING", "closing" },
};

static const struct {
	const char *name;
	uint32_t mask;
} groups[] = {
	{ "all", STATES_ALL },
	{ "connected", STATES_CONNECTED },
	{ "synchronized", STATES_CONNECTED & ~STATE_BIT(ST_SYN_SENT) },
	{ "bucket", STATES_BUCKET },
	{ "big", STATES_ALL & ~STATES_BUCKET },
};

/**
 * state_name_ss() - the state as ss prints it
 * @state: its number
 *
 * Return: the name, or NULL if there is no such state.
 */
const char *state_name_ss(unsigned int state)
{
	return state < ST_END ? names[state].ss : NULL;
}

/**
 * state_name_netstat() - the state as netstat prints it
 * @state: its number
 *
 * Return: the name, or NULL if there is no such state.
 */
const char *state_name_netstat(unsigned int state)
{
	return state < ST_END ? names[state].netstat : NULL;
}

static bool is_named(const char *name, const char *word, size_t len)
{
	return name && strlen(name) == len && !strncasecmp(name, word, len);
}

/**
 * state_find() - the states that a word of a filter stands for
 * @name: the word: a state, in any of its spellings, or a group
 * @len: its length
 * @mask: gets a bit for each state
 *
 * Return: whether the word is known.
 */
bool state_find(const char *name, size_t len, uint32_t *mask)
{
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (is_named(groups[i].name, name, len)) {
			*mask = groups[i].mask;
			return true;
		}
	}
	for (i = ST_ESTABLISHED; i < ST_END; i++) {
		if (is_named(names[i].filter, name, len) ||
		    is_named(names[i].ss, name, len)) {
			*mask = STATE_BIT(i);
			return true;
		}
	}
	return false;
}
