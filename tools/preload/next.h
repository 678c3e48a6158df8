/* SPDX-License-Identifier: GPL-2.0 */
/* The functions that this library stands before. */
#ifndef PRELOAD_NEXT_H
#define PRELOAD_NEXT_H

#include <sys/socket.h>

/* What another library, or a program, may call. */
#define EXPORTED __attribute__((visibility("default")))

int next_socket(int family, int type, int protocol);
int next_bind(int fd, const struct sockaddr *addr, socklen_t len);
int next_listen(int fd, int backlog);

#endif /* PRELOAD_NEXT_H */
