/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the sample share. */
#ifndef MYTCP_SAMPLE_ECHO_H
#define MYTCP_SAMPLE_ECHO_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <net/sock.h>

/**
 * struct echo_callbacks - what a socket calls when something happens to it
 * @data_ready: there is something to read, or to accept
 * @state_change: the connection is there, or has ended
 * @write_space: there is room to write
 */
struct echo_callbacks {
	void (*data_ready)(struct sock *sk);
	void (*state_change)(struct sock *sk);
	void (*write_space)(struct sock *sk);
};

/**
 * union echo_address - of either family
 * @any: as the calls take it
 * @in4: AF_INET
 * @in6: AF_INET6
 */
union echo_address {
	struct sockaddr any;
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
};

int echo_socket(struct net *net, int family, struct socket **sock);
int echo_address(union echo_address *addr, int family, int port, bool loopback);
void echo_listen_to(struct sock *sk, void *data, const struct echo_callbacks *ours,
		    struct echo_callbacks *theirs);
void *echo_data(struct sock *sk);
void echo_stop_listening_to(struct sock *sk, const struct echo_callbacks *theirs);

int echo_server_start(struct net *net, int port);
void echo_server_stop(void);
int echo_call(struct net *net, int family, int port, size_t len, bool blocking);

#endif /* MYTCP_SAMPLE_ECHO_H */
