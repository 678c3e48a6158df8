/* SPDX-License-Identifier: GPL-2.0 */
/* A socket of one stack in the place of one of the other. */
#ifndef PRELOAD_SWAP_H
#define PRELOAD_SWAP_H

#include <stdbool.h>
#include <sys/socket.h>

bool swap_is_due(int fd);
int swap_bound(int fd);
bool swap_and_bind(int fd, const struct sockaddr *addr, socklen_t len);

#endif /* PRELOAD_SWAP_H */
