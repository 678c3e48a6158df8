// SPDX-License-Identifier: GPL-2.0
/* Lines between client and server; see control.h */
#include "control.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/**
 * control_say() - a line to the other end
 * @c: this end
 * @format: the line, without its end
 *
 * Return: false if there is no other end any more.
 */
bool control_say(struct control *c, const char *format, ...)
{
	char line[CONTROL_LINE];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (len < 0 || len >= (int)sizeof(line) - 1)
		return false;
	line[len++] = '\n';
	return send(c->fd, line, len, MSG_NOSIGNAL) == len;
}

/**
 * control_hear() - await a line of the other end
 * @c: this end
 * @line: CONTROL_LINE octets, gets the line without its end
 *
 * Return: false if there is no other end any more, or it does not speak in lines.
 */
bool control_hear(struct control *c, char *line)
{
	ssize_t got;
	size_t len;
	char *end;

	while (!(end = memchr(c->text, '\n', c->have))) {
		if (c->have == sizeof(c->text))
			return false;
		got = recv(c->fd, c->text + c->have, sizeof(c->text) - c->have, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		c->have += got;
	}
	len = end - c->text;
	memcpy(line, c->text, len);
	line[len] = 0;
	c->have -= len + 1;
	memmove(c->text, end + 1, c->have);
	return true;
}
