// SPDX-License-Identifier: GPL-2.0
/* Reads the columns of /proc/net/tcp; see proc.h */
#include "proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "states.h"

/*
 * The kernel prints an address as 32-bit words in the machine's byte order:
 * one for IPv4, four for IPv6. Returns the family, or -1.
 */
static int parse_address(const char *hex, uint32_t *address)
{
	size_t len = strlen(hex), i;

	if (len != 8 && len != 32)
		return -1;
	for (i = 0; i < len / 8; i++)
		if (sscanf(hex + 8 * i, "%8x", &address[i]) != 1)
			return -1;
	return len == 8 ? AF_INET : AF_INET6;
}

/* "0100007F:1F90" */
static bool parse_endpoint(const char *text, uint8_t *family, uint32_t *address, uint16_t *port)
{
	unsigned int number;
	char digits[33];
	int ret;

	if (sscanf(text, "%32[0-9A-Fa-f]:%4x", digits, &number) != 2)
		return false;
	ret = parse_address(digits, address);
	if (ret < 0)
		return false;
	*family = (uint8_t)ret;
	*port = htons((uint16_t)number);
	return true;
}

static bool parse_row(struct inet_diag_msg *msg, const char *line)
{
	unsigned int state, timer, retransmits;
	char local[48], remote[48];
	unsigned long when;
	int n;

	memset(msg, 0, sizeof(*msg));
	/* sl, addresses, st, queues, timer, retransmits, uid, timeout, inode */
	n = sscanf(line, " %*d: %47s %47s %2x %8x:%8x %2x:%8lx %8x %u %*d %u",
		   local, remote, &state, &msg->idiag_wqueue, &msg->idiag_rqueue,
		   &timer, &when, &retransmits, &msg->idiag_uid, &msg->idiag_inode);
	if (n != 10 || !state_name_ss(state))
		return false;
	msg->idiag_state = (uint8_t)state;
	msg->idiag_timer = (uint8_t)timer;
	msg->idiag_retrans = (uint8_t)retransmits;
	msg->idiag_expires = (uint32_t)(when * 1000 / (unsigned long)sysconf(_SC_CLK_TCK));
	return parse_endpoint(local, &msg->idiag_family, msg->id.idiag_src,
			      &msg->id.idiag_sport) &&
	       parse_endpoint(remote, &msg->idiag_family, msg->id.idiag_dst,
			      &msg->id.idiag_dport);
}

/**
 * proc_read() - read the sockets of a file
 * @entries: they are appended
 * @path: the file; one with other columns ends the program
 *
 * Return: 0, or the error of opening it.
 */
int proc_read(struct entries *entries, const char *path)
{
	FILE *file = fopen(path, "re");
	struct inet_diag_msg msg;
	unsigned int number = 0;
	char line[512];

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		number++;
		if (number == 1 && strstr(line, "local_address"))
			continue;
		if (!parse_row(&msg, line))
			die("%s, line %u: expected the columns of /proc/net/tcp, got: %s",
			    path, number, line);
		entries_add(entries, &msg);
	}
	if (ferror(file))
		die("%s: %s", path, strerror(errno));
	fclose(file);
	return 0;
}
