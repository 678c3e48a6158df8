/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of mytcp/api/ call of each other. */
#ifndef MYTCP_API_API_H
#define MYTCP_API_API_H

#include <linux/types.h>
#include <linux/socket.h>
#include <linux/poll.h>
#include <linux/sockptr.h>
#include <net/sock.h>

struct tcp_info;
union tcp_cc_info;

/* connect */
int mytcp_api_pre_connect(struct sock *sk, struct sockaddr *addr, int addr_len);
int mytcp_api_pre_connect6(struct sock *sk, struct sockaddr *addr, int addr_len);
int mytcp_api_connect(struct sock *sk, struct sockaddr *addr, int addr_len);
/* listen */
int mytcp_api_listen(struct socket *sock, int backlog);
struct sock *mytcp_api_accept(struct sock *sk, int flags, int *err, bool *more);
/* sendmsg */
int mytcp_api_sendmsg(struct sock *sk, struct msghdr *msg, size_t size);
void mytcp_api_splice_eof(struct socket *sock);
/* recvmsg */
int mytcp_api_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
		      int flags, int *addr_len);
/* poll */
__poll_t mytcp_api_poll(struct file *file, struct socket *sock,
			struct poll_table_struct *wait);
int mytcp_api_inq(const struct sock *sk);
int mytcp_api_ioctl(struct sock *sk, int cmd, int *answer);
int mytcp_api_set_rcvlowat(struct sock *sk, int val);
/* sockopt */
int mytcp_api_setsockopt(struct sock *sk, int level, int optname,
			 sockptr_t optval, unsigned int optlen);
int mytcp_api_getsockopt(struct sock *sk, int level, int optname,
			 char __user *optval, int __user *optlen);
int mytcp_api_put_option(char __user *optval, int __user *optlen,
			 const void *value, size_t size);
/* sockopt_ip */
int mytcp_api_set_ip(struct sock *sk, int level, int optname, sockptr_t optval,
		     unsigned int optlen);
int mytcp_api_get_ip(struct sock *sk, int level, int optname,
		     char __user *optval, int __user *optlen);
/* sockopt_socket */
int mytcp_api_setsockopt_all(struct socket *sock, int level, int optname,
			     sockptr_t optval, unsigned int optlen);
/* info */
void mytcp_api_info(struct sock *sk, struct tcp_info *info);
size_t mytcp_api_cc_info(const struct sock *sk, union tcp_cc_info *info, int *attr);
/* close */
void mytcp_api_close(struct sock *sk, long timeout);
void mytcp_api_shutdown(struct sock *sk, int how);
int mytcp_api_disconnect(struct sock *sk, int flags);
int mytcp_api_abort(struct sock *sk, int err);

#endif /* MYTCP_API_API_H */
