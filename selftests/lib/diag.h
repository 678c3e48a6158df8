/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What sock_diag tells of the stack under test. The messages are made here, octet
 * by octet, for some of them are to be wrong.
 */
#ifndef SELFTESTS_LIB_DIAG_H
#define SELFTESTS_LIB_DIAG_H

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stddef.h>
#include <stdint.h>

#define DIAG_ALL_STATES	0xffff
#define DIAG_EXT(attr)	(1 << ((attr) - 1))
#define DIAG_EXT_ALL	0xff

/* A request, whole; whatever is to be wrong is changed before it is sent. */
struct diag_request {
	struct nlmsghdr nlh;
	struct inet_diag_req_v2 req;
	unsigned char attrs[512];	/* nlh.nlmsg_len says how much of it */
};

/* An attribute of an answer, as much of it as is of interest. */
struct diag_attr {
	int len;			/* 0: there is none */
	union {
		unsigned char bytes[512];
		uint8_t u8;
		uint32_t u32;
		uint64_t u64;
	};
};

struct diag_entry {
	struct inet_diag_msg msg;
	struct diag_attr attr[__INET_DIAG_MAX];
};

int diag_open(void);
/* For all sockets of @family, or for one: @flags NLM_F_DUMP or 0. */
void diag_request_init(struct diag_request *r, int type, int flags, int family);
void diag_request_attr(struct diag_request *r, int type, const void *data,
		       size_t len);

/*
 * Sends @r and hands each answer to @each, which may be NULL. Returns their
 * number, or the negative errno of the answer.
 */
typedef void diag_each(struct diag_entry *e, void *arg);
int diag_exchange(const struct diag_request *r, diag_each *each, void *arg);
/* The same, read in pieces of @room octets, with a pause by @between. */
int diag_dump_slowly(const struct diag_request *r, size_t room,
		     void (*between)(void *arg), diag_each *each, void *arg);

/* The number of answers alone, at the least cost. */
long diag_count(const struct diag_request *r);

/* Dumps @states; the number of entries, @max at most filled in. */
int diag_dump(int family, uint32_t states, struct diag_entry *to, int max);
/* A request for the one entry @e; cookie included. */
void diag_request_one(struct diag_request *r, int type,
		      const struct diag_entry *e);
/* One octet after another: for the next message of a group, or NULL after @ms. */
int diag_receive(int fd, struct diag_entry *e, int ms);

#endif /* SELFTESTS_LIB_DIAG_H */
