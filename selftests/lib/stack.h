/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stack under test, from the side of its sockets.
 *
 * MYTCP_TEST_STACK=kernel runs every test against the kernel's own TCP instead:
 * it shows that a test asks for what an established TCP does.
 */
#ifndef SELFTESTS_LIB_STACK_H
#define SELFTESTS_LIB_STACK_H

#include <linux/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "fail.h"
#include "wire.h"

/* The numbers of TCP_INFO and of the fourth column of /proc/net/tcp. */
enum tcp_state {
	ESTABLISHED = 1, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT,
	CLOSE, CLOSE_WAIT, LAST_ACK, LISTEN, CLOSING,
};

const char *state_name(int state);

/* True for MYTCP_TEST_STACK=kernel. */
bool stack_is_kernel(void);
/* True if the clock jumps over idle time, so that hours may be waited. */
bool virtual_time(void);

/* A stream socket of the stack under test; @family AF_INET or AF_INET6. */
int stack_socket(int family);
/* A stream socket of the other stack on the machine. */
int other_socket(int family);
void set_nonblock(int fd, bool on);
/* Waits for POLLIN and so on; the events that came, 0 after @ms. */
int wait_fd(int fd, int events, int ms);
/* What SO_ERROR says, and clears. */
int so_error(int fd);
void set_opt(int fd, int level, int name, int value);
/* TCP_CONGESTION: as setsockopt(), and whether it is @want. */
int set_cong(int fd, const char *name);
bool has_cong(int fd, const char *want);
int get_opt(int fd, int level, int name);

/* net.mytcp.NAME, or net.ipv4.tcp_NAME for the kernel's TCP. */
void sysctl_set(const char *name, long value);
void sysctl_set_text(const char *name, const char *value);
long sysctl_get(const char *name);
/* The whole line, for settings of more than one number. */
void sysctl_get_text(const char *name, char *value, size_t size);

/*
 * counter("Tcp", "InCsumErrors") of this namespace: from /proc/net/mytcp_netstat
 * or /proc/net/snmp and netstat. The test fails if there is no such counter.
 */
long counter(const char *group, const char *name);
/* The same of one of the two stacks. */
long counter_of(bool of_kernel, const char *group, const char *name);

struct tcp_info tcp_info(int fd);
/* SO_MEMINFO: SK_MEMINFO_WMEM_QUEUED and so on. */
unsigned int meminfo(int fd, int which);
/* The state TCP_INFO tells. */
int fd_state(int fd);

/* One line of /proc/net/mytcp or /proc/net/tcp (mytcp6, tcp6). */
struct listing {
	struct addr local, peer;
	int local_port, peer_port;
	int state;
	unsigned long tx_queue, rx_queue;
	int timer;			/* 0 none 1 RTO 2 keepalive 3 TW 4 probe */
	unsigned long timer_ticks;	/* until it goes off */
	int retransmits;
	unsigned int uid;
	unsigned long inode;
};

/* Reads the listing; returns the number of entries, @max at most filled in. */
int listing_read(int family, struct listing *to, int max);
/* The entry of a connection; false if there is none. */
bool listing_find(const struct wire *w, struct listing *to);
/* The state the listing tells of a connection, CLOSE if it is not there. */
int wire_state(const struct wire *w);
/* Wait until the state is reached: processing may end on another CPU. */
#define expect_state(fd, st) fd_expect_state(AT_, (fd), (st))
#define expect_listed(w, st) wire_expect_state(AT_, (w), (st))
void fd_expect_state(const char *file, int line, int fd, int state);
void wire_expect_state(const char *file, int line, struct wire *w, int state);

/* A listener on the wire's local address and port; does not block. */
int wire_listen(struct wire *w);
/* Accepts what is there, or waits for it. The new socket does not block. */
int wire_accept(int listener);
/* Nobody is to be accepted. */
#define expect_no_accept(fd) check_err(accept((fd), NULL, NULL), EAGAIN)
/*
 * A socket that connects to the peer, and does not block: EINPROGRESS. With
 * w->local_port 0 the stack chooses the port, else the socket is bound first.
 */
int wire_connect(struct wire *w);

/*
 * A whole handshake; the arguments are the options of the test's SYN, MSS(1460)
 * if there are none. Returns the connected socket, which does not block.
 */
#define open_passive(w, ...) \
	wire_open_passive(AT_, (w), SEG(SYN, .opts = { __VA_ARGS__ }))
#define open_active(w, ...) \
	wire_open_active(AT_, (w), SEG(SYN | ACK, .opts = { __VA_ARGS__ }))
int wire_open_passive(const char *file, int line, struct wire *w,
		      const struct seg *syn);
int wire_open_active(const char *file, int line, struct wire *w,
		     const struct seg *synack);

/* Writes, or reads and compares, stream bytes @from ... @from + @len. */
void send_pattern(int fd, uint64_t from, size_t len);
void recv_pattern(int fd, uint64_t from, size_t len);
/*
 * Full segments of the peer, read as they come, until the quick ACKs of the start
 * end; how many octets.
 */
uint64_t leave_quick(struct wire *w, int fd, int segment);
/* close() from this side first, all the way to TIME_WAIT. */
void enter_time_wait(struct wire *w, int fd);
/* read() must return 0: the peer has closed. */
#define expect_eof(fd) fd_expect_eof(AT_, (fd))
void fd_expect_eof(const char *file, int line, int fd);
/* The socket must report @err once, and be dead after. */
#define expect_error(fd, err) fd_expect_error(AT_, (fd), (err))
void fd_expect_error(const char *file, int line, int fd, int err);
/* close() that sends RST instead of FIN. */
void close_abort(int fd);

#endif /* SELFTESTS_LIB_STACK_H */
