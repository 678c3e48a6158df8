// SPDX-License-Identifier: GPL-2.0
/*
 * Whoever asks for TCP below a control group is given MyTCP. The kernel (since 6.6) asks
 * what a socket's protocol shall be; another number than 0 is an answer.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/mytcp.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* As <sys/socket.h> has them, which is not for this machine. */
#define AF_INET		2
#define AF_INET6	10
#define SOCK_STREAM	1
#define SOCK_TYPE_MASK	0xf

/* The loader puts the group into the first place. */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} groups SEC(".maps");

SEC("fmod_ret/update_socket_protocol")
int BPF_PROG(door, int family, int type, int protocol)
{
	if (family != AF_INET && family != AF_INET6)
		return 0;
	/* the rest of it are SOCK_NONBLOCK and SOCK_CLOEXEC */
	if ((type & SOCK_TYPE_MASK) != SOCK_STREAM)
		return 0;
	if (protocol != IPPROTO_IP && protocol != IPPROTO_TCP)
		return 0;
	if (bpf_current_task_under_cgroup(&groups, 0) != 1)
		return 0;
	return IPPROTO_MYTCP;
}

char LICENSE[] SEC("license") = "GPL";
