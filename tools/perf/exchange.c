// SPDX-License-Identifier: GPL-2.0
/* Octets in and out of a blocking socket; see exchange.h */
#include "exchange.h"

#include <errno.h>
#include <sys/socket.h>

/**
 * exchange_put() - send all of it
 * @fd: connected, blocking
 * @data: the octets
 * @size: how many
 *
 * Return: false if the connection is over; errno says why.
 */
bool exchange_put(int fd, const void *data, size_t size)
{
	const char *at = data;
	ssize_t done;

	while (size) {
		done = send(fd, at, size, MSG_NOSIGNAL);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		at += done;
		size -= done;
	}
	return true;
}

/**
 * exchange_get() - receive so much, whatever it says
 * @fd: connected, blocking
 * @room: EXCHANGE_ROOM octets to receive it in, piece after piece
 * @size: octets that are to come
 *
 * Return: false if the connection is over; errno says why, 0 is its regular end.
 */
bool exchange_get(int fd, char *room, size_t size)
{
	ssize_t done;

	while (size) {
		done = recv(fd, room, size < EXCHANGE_ROOM ? size : EXCHANGE_ROOM, 0);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			errno = done ? errno : 0;
			return false;
		}
		size -= done;
	}
	return true;
}
