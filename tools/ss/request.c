// SPDX-License-Identifier: GPL-2.0
/* sock_diag: the list, the end of a socket, and notices of it; see request.h */
#include "request.h"

#include <errno.h>
#include <linux/mytcp.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

/* The kernel fills up to 32 KiB of a message with sockets. */
#define BUFFER_LEN	65536

/* The caller closes it. NULL, with errno, if there is no sock_diag. */
static struct mnl_socket *open_diag(unsigned int groups)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	int saved;

	if (!nl)
		return NULL;
	if (!mnl_socket_bind(nl, groups, MNL_SOCKET_AUTOPID))
		return nl;
	saved = errno;
	mnl_socket_close(nl);
	errno = saved;
	return NULL;
}

/*
 * sdiag_protocol has 8 bits, the attribute 32, and the attribute wins. IPPROTO_RAW
 * stands for "look at the attribute".
 */
static struct inet_diag_req_v2 *put_request(struct nlmsghdr *nlh, int family, int protocol)
{
	struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));

	req->sdiag_family = (uint8_t)family;
	req->sdiag_protocol = (uint8_t)(protocol > 255 ? IPPROTO_RAW : protocol);
	if (protocol > 255)
		mnl_attr_put_u32(nlh, INET_DIAG_REQ_PROTOCOL, (uint32_t)protocol);
	return req;
}

static int send_dump(struct mnl_socket *nl, const struct request *request, int family)
{
	size_t size = MNL_NLMSG_HDRLEN + sizeof(struct inet_diag_req_v2) +
		      request->filter.len + 64;
	void *buffer = resize(NULL, 1, size);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *req;
	int ret;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req = put_request(nlh, family, request->protocol);
	req->idiag_states = request->states;
	req->idiag_ext = request->extensions;
	if (request->filter.len)
		mnl_attr_put(nlh, INET_DIAG_REQ_BYTECODE, request->filter.len,
			     request->filter.code);
	ret = mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
	free(buffer);
	return ret;
}

static int receive_entry(const struct nlmsghdr *nlh, void *data)
{
	if (nlh->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
	    mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct inet_diag_msg))
		entries_add_message(data, nlh);
	return MNL_CB_OK;
}

/* A dump that fails in the middle says so in its last message. */
static int receive_done(const struct nlmsghdr *nlh, void *data __attribute__((unused)))
{
	int error = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
	if (error >= 0)
		return MNL_CB_STOP;
	errno = -error;
	return MNL_CB_ERROR;
}

/* An acknowledgement is an error, too: number 0. */
static int receive_error(const struct nlmsghdr *nlh, void *data __attribute__((unused)))
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	if (!err->error)
		return MNL_CB_STOP;
	errno = -err->error;
	return MNL_CB_ERROR;
}

/* libmnl has handlers of its own only for types that the caller's table does not reach. */
static int receive(struct mnl_socket *nl, struct entries *entries)
{
	static mnl_cb_t control[NLMSG_MIN_TYPE] = {
		[NLMSG_ERROR] = receive_error,
		[NLMSG_DONE] = receive_done,
	};
	static char buffer[BUFFER_LEN];
	ssize_t len;
	int ret;

	do {
		len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (len < 0)
			return -errno;
		ret = mnl_cb_run2(buffer, (size_t)len, 0, mnl_socket_get_portid(nl),
				  receive_entry, entries, control, NLMSG_MIN_TYPE);
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? -errno : 0;
}

/**
 * request_dump() - read the sockets of a family
 * @request: which
 * @family: AF_INET or AF_INET6
 * @entries: they are appended
 *
 * Return: 0, -ENOENT or -EPROTONOSUPPORT if the kernel does not know the protocol or
 * sock_diag at all, or another error.
 */
int request_dump(const struct request *request, int family, struct entries *entries)
{
	struct mnl_socket *nl = open_diag(0);
	int ret;

	if (!nl)
		return -errno;
	ret = send_dump(nl, request, family);
	if (!ret)
		ret = receive(nl, entries);
	mnl_socket_close(nl);
	return ret;
}

static int destroy(struct mnl_socket *nl, const struct request *request,
		   const struct entry *entry)
{
	char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *req;

	nlh->nlmsg_type = SOCK_DESTROY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	req = put_request(nlh, entry->msg.idiag_family, request->protocol);
	req->id = entry->msg.id;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return receive(nl, NULL);
}

static void die_of_destroy(int error)
{
	if (error == -EPERM || error == -EACCES)
		die("closing a socket: %s; -K needs CAP_NET_ADMIN: sudo mytcp-ss -K",
		    strerror(-error));
	if (error == -EOPNOTSUPP)
		die("closing a socket: the kernel offers no SOCK_DESTROY for this protocol; for its own TCP it needs CONFIG_INET_DIAG_DESTROY");
	die("closing a socket: %s", strerror(-error));
}

/**
 * request_destroy() - close sockets, whoever holds them
 * @request: their protocol
 * @entries: the sockets; those that ended by themselves meanwhile are taken out
 *
 * The cookie in each keeps a newer socket with the same addresses alive. Ends the
 * program when the kernel refuses.
 */
void request_destroy(const struct request *request, struct entries *entries)
{
	struct mnl_socket *nl = open_diag(0);
	size_t i, kept = 0;
	int ret;

	if (!nl)
		die("netlink: %s", strerror(errno));
	for (i = 0; i < entries->count; i++) {
		ret = destroy(nl, request, &entries->list[i]);
		if (ret && ret != -ENOENT)
			die_of_destroy(ret);
		if (ret)
			free(entries->list[i].message);
		else
			entries->list[kept++] = entries->list[i];
	}
	entries->count = kept;
	mnl_socket_close(nl);
}

/*
 * Both stacks share the groups. The attribute says whose socket it was: an octet of the
 * kernel's TCP, and four of MyTCP's, the first of which reads the same.
 */
static bool is_of_protocol(const struct entry *entry, int protocol)
{
	const struct nlattr *attr = entry_attr(entry, INET_DIAG_PROTOCOL);
	bool ours;

	if (!attr)
		return false;
	ours = mnl_attr_get_payload_len(attr) == sizeof(uint32_t) &&
	       mnl_attr_get_u32(attr) == MYTCP_SK_PROTOCOL;
	if (protocol == IPPROTO_MYTCP)
		return ours;
	return !ours && mnl_attr_get_u8(attr) == protocol;
}

/**
 * struct follower - who is told of destroyed sockets
 * @protocol: of which protocol
 * @event: called for each
 * @data: for @event
 */
struct follower {
	int protocol;
	request_event_fn event;
	void *data;
};

static int receive_event(const struct nlmsghdr *nlh, void *data)
{
	const struct follower *follower = data;
	struct entries one = { 0 };

	receive_entry(nlh, &one);
	if (one.count && is_of_protocol(&one.list[0], follower->protocol))
		follower->event(&one.list[0], follower->data);
	entries_free(&one);
	return MNL_CB_OK;
}

/**
 * request_follow() - wait for sockets to be destroyed, until the program is ended
 * @request: their protocol
 * @families: FAMILY_IPV4 and FAMILY_IPV6
 * @event: called with NULL at the start, then for each
 * @data: for @event
 */
void request_follow(const struct request *request, unsigned int families,
		    request_event_fn event, void *data)
{
	struct follower follower = {
		.protocol = request->protocol, .event = event, .data = data,
	};
	static char buffer[BUFFER_LEN];
	unsigned int groups = 0;
	struct mnl_socket *nl;
	ssize_t len;

	if (families & FAMILY_IPV4)
		groups |= 1U << (SKNLGRP_INET_TCP_DESTROY - 1);
	if (families & FAMILY_IPV6)
		groups |= 1U << (SKNLGRP_INET6_TCP_DESTROY - 1);
	nl = open_diag(groups);
	if (!nl)
		die("netlink, to follow destroyed sockets: %s", strerror(errno));
	event(NULL, data);
	for (;;) {
		len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (len < 0 && errno == ENOBUFS)
			warn("more sockets ended than could be read: some are missing here");
		else if (len < 0)
			die("netlink: %s", strerror(errno));
		else if (mnl_cb_run(buffer, (size_t)len, 0, 0, receive_event, &follower) < 0)
			die("netlink: %s", strerror(errno));
	}
}
