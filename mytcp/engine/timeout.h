/* SPDX-License-Identifier: GPL-2.0 */
/* What each timer does when it runs out, and what a released lock catches up. */
#ifndef MYTCP_ENGINE_TIMEOUT_H
#define MYTCP_ENGINE_TIMEOUT_H

#include "mytcp/sock/sock.h"

/* Timers of a new socket; process context or softirq, before it is found. */
void mytcp_timeout_setup(struct sock *sk);
/* struct proto.release_cb: socket locked, lock about to be dropped. */
void mytcp_timeout_release_cb(struct sock *sk);
/* (Re)start the keepalive timer if the socket wants one. Socket locked. */
void mytcp_timeout_keepalive(struct sock *sk);
/* struct proto.keepalive: SO_KEEPALIVE switched. Socket locked. */
void mytcp_timeout_set_keepalive(struct sock *sk, int on);

#endif /* MYTCP_ENGINE_TIMEOUT_H */
