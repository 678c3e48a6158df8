// SPDX-License-Identifier: GPL-2.0
/* Both doors to a socket, what it says of itself, who may open and bind one. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/mytcp.h>

#include "lib/objects.h"
#include "lib/privilege.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define LISTENERS	2000

FIXTURE(family) {
	enum tcp tcp;
};

FIXTURE_SETUP(family)
{
	test_begin();
	self->tcp = subject();
}

FIXTURE_TEARDOWN(family)
{
}

static void check_identity(struct __test_metadata *_metadata, int fd, int domain,
			   int protocol)
{
	struct stat st;

	ASSERT_LE(0, fd) TH_LOG("socket: %s", strerror(errno));
	EXPECT_EQ(domain, get_opt(fd, SOL_SOCKET, SO_DOMAIN));
	EXPECT_EQ(protocol, get_opt(fd, SOL_SOCKET, SO_PROTOCOL));
	EXPECT_EQ(SOCK_STREAM, get_opt(fd, SOL_SOCKET, SO_TYPE));
	ASSERT_EQ(0, fstat(fd, &st));
	EXPECT_TRUE(S_ISSOCK(st.st_mode));
}

TEST_F(family, first_door_makes_an_inet_socket)
{
	int fd = stream(self->tcp, 0);

	check_identity(_metadata, fd, AF_INET,
		       self->tcp == MYTCP ? MYTCP_SK_PROTOCOL : IPPROTO_TCP);
	EXPECT_EQ(0, close(fd));
}

TEST_F(family, second_door_makes_the_same_socket)
{
	int fd;

	if (self->tcp == KERNEL_TCP)
		SKIP(return, "the kernel's TCP has one door");
	fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MYTCP);
	check_identity(_metadata, fd, AF_INET, MYTCP_SK_PROTOCOL);
	EXPECT_EQ(0, close(fd));
}

TEST_F(family, sockets_of_both_doors_talk_to_each_other)
{
	struct sockaddr_in at;
	int lfd, fd, afd;
	char c = 0;

	if (self->tcp == KERNEL_TCP)
		SKIP(return, "the kernel's TCP has one door");
	lfd = listener(MYTCP, "127.0.0.1", 1);
	ASSERT_LE(0, lfd);
	at = name4(lfd);
	fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MYTCP);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, connect4(fd, &at));
	afd = accept(lfd, NULL, NULL);
	check_identity(_metadata, afd, AF_INET, MYTCP_SK_PROTOCOL);
	ASSERT_EQ(1, write(fd, "x", 1));
	ASSERT_EQ(1, read(afd, &c, 1));
	EXPECT_EQ('x', c);
}

/* What only listeners have is freed with the socket, whichever door made that. */
TEST_F(family, listeners_of_the_second_door_leave_nothing_behind)
{
	const struct sockaddr_in at = addr4("127.0.0.1", 0);
	long before;
	int i, fd;

	if (self->tcp == KERNEL_TCP)
		SKIP(return, "the kernel's TCP has one door");
	before = objects_in("kmalloc");
	for (i = 0; i < LISTENERS; i++) {
		fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MYTCP);
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, bind(fd, (const void *)&at, sizeof(at)));
		ASSERT_EQ(0, listen(fd, 1));
		ASSERT_EQ(0, close(fd));
	}
	objects_await("kmalloc", before + LISTENERS / 2);
}

TEST_F(family, accepted_socket_says_the_same_of_itself)
{
	int fd[2];

	pair(self->tcp, fd);
	check_identity(_metadata, fd[1], AF_INET,
		       self->tcp == MYTCP ? MYTCP_SK_PROTOCOL : IPPROTO_TCP);
}

TEST_F(family, ipv6_opens_or_says_it_is_not_there)
{
	int fd;

	if (self->tcp == KERNEL_TCP)
		fd = socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP);
	else
		fd = socket(AF_MYTCP, SOCK_STREAM, MYTCP_IPV6);
	if (fd < 0) {
		EXPECT_EQ(EPROTONOSUPPORT, errno) TH_LOG("%s", strerror(errno));
		SKIP(return, "no IPv6");
	}
	check_identity(_metadata, fd, AF_INET6,
		       self->tcp == MYTCP ? MYTCP_SK_PROTOCOL : IPPROTO_TCP);
}

TEST_F(family, flags_of_the_type_reach_the_descriptor)
{
	int fd = stream(self->tcp, SOCK_NONBLOCK | SOCK_CLOEXEC);

	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(O_RDWR | O_NONBLOCK, fcntl(fd, F_GETFL));
	close(fd);
	fd = stream(self->tcp, 0);
	EXPECT_EQ(0, fcntl(fd, F_GETFD));
	EXPECT_EQ(O_RDWR, fcntl(fd, F_GETFL));
}

struct refusal {
	int domain, type, protocol;
	int err;
};

static void check_refusals(struct __test_metadata *_metadata,
			   const struct refusal *row, size_t rows)
{
	for (; rows--; row++) {
		int fd;

		errno = 0;
		fd = socket(row->domain, row->type, row->protocol);
		EXPECT_EQ(-1, fd);
		EXPECT_EQ(row->err, errno) {
			TH_LOG("socket(%d, %#x, %d): %s", row->domain,
			       row->type, row->protocol, strerror(errno));
		}
		if (fd >= 0)
			close(fd);
	}
}

/* What AF_INET answers to the same mistakes, see the last rows of each. */
TEST_F(family, first_door_refuses_other_types_and_protocols)
{
	static const struct refusal mytcp[] = {
		{ AF_MYTCP, SOCK_DGRAM, 0, ESOCKTNOSUPPORT },
		{ AF_MYTCP, SOCK_SEQPACKET, 0, ESOCKTNOSUPPORT },
		{ AF_MYTCP, SOCK_RDM, 0, ESOCKTNOSUPPORT },
		{ AF_MYTCP, SOCK_RAW, 0, ESOCKTNOSUPPORT },
		{ AF_MYTCP, 0, 0, ESOCKTNOSUPPORT },
		{ AF_MYTCP, SOCK_STREAM, 2, EPROTONOSUPPORT },
		{ AF_MYTCP, SOCK_STREAM, IPPROTO_TCP, EPROTONOSUPPORT },
		{ AF_MYTCP, SOCK_STREAM, IPPROTO_MYTCP, EPROTONOSUPPORT },
		{ AF_MYTCP, 11, 0, EINVAL },
		{ AF_MYTCP, SOCK_STREAM | 0x100, 0, EINVAL },
	};
	static const struct refusal kernel[] = {
		{ AF_INET, SOCK_SEQPACKET, 0, ESOCKTNOSUPPORT },
		{ AF_INET, SOCK_RDM, 0, ESOCKTNOSUPPORT },
		{ AF_INET, 0, 0, ESOCKTNOSUPPORT },
		{ AF_INET, SOCK_STREAM, 2, EPROTONOSUPPORT },
		{ AF_INET, 11, 0, EINVAL },
		{ AF_INET, SOCK_STREAM | 0x100, 0, EINVAL },
	};

	if (self->tcp == MYTCP)
		check_refusals(_metadata, mytcp, ARRAY_SIZE(mytcp));
	check_refusals(_metadata, kernel, ARRAY_SIZE(kernel));
}

TEST_F(family, second_door_refuses_other_types)
{
	static const struct refusal mytcp[] = {
		{ AF_INET, SOCK_DGRAM, IPPROTO_MYTCP, EPROTONOSUPPORT },
		{ AF_INET, SOCK_SEQPACKET, IPPROTO_MYTCP, ESOCKTNOSUPPORT },
		{ AF_INET, SOCK_STREAM, MYTCP_SK_PROTOCOL, EINVAL },
	};
	static const struct refusal kernel[] = {
		{ AF_INET, SOCK_DGRAM, IPPROTO_TCP, EPROTONOSUPPORT },
		{ AF_INET, SOCK_SEQPACKET, IPPROTO_TCP, ESOCKTNOSUPPORT },
		{ AF_INET, SOCK_STREAM, MYTCP_SK_PROTOCOL, EINVAL },
	};

	if (self->tcp == MYTCP)
		check_refusals(_metadata, mytcp, ARRAY_SIZE(mytcp));
	check_refusals(_metadata, kernel, ARRAY_SIZE(kernel));
}

TEST_F(family, socketpair_is_not_supported)
{
	int fd[2];
	int ret;

	if (self->tcp == MYTCP)
		ret = socketpair(AF_MYTCP, SOCK_STREAM, MYTCP_IPV4, fd);
	else
		ret = socketpair(AF_INET, SOCK_STREAM, 0, fd);
	EXPECT_EQ(-1, ret);
	EXPECT_EQ(EOPNOTSUPP, errno) TH_LOG("%s", strerror(errno));
}

TEST_F(family, anyone_may_open_and_connect)
{
	int fd[2];

	drop_capabilities();
	pair(self->tcp, fd);
}

TEST_F(family, a_low_port_needs_net_bind_service)
{
	struct sockaddr_in at = addr4("127.0.0.1", 1023);
	int fd = stream(self->tcp, 0);
	int later = stream(self->tcp, 0);

	ASSERT_EQ(0, bind4(fd, &at));
	close(fd);
	drop_capabilities();
	fd = stream(self->tcp, 0);
	EXPECT_EQ(-1, bind4(fd, &at));
	EXPECT_EQ(EACCES, errno) TH_LOG("%s", strerror(errno));
	/* Who asks counts, not who made the socket. */
	EXPECT_EQ(-1, bind4(later, &at));
	EXPECT_EQ(EACCES, errno) TH_LOG("%s", strerror(errno));
	at.sin_port = htons(1024);
	EXPECT_EQ(0, bind4(fd, &at)) TH_LOG("%s", strerror(errno));
}

TEST_F(family, the_first_unprivileged_port_is_a_setting)
{
	struct sockaddr_in at = addr4("127.0.0.1", 80);
	int fd;

	setting_write(KERNEL_TCP, "ip_unprivileged_port_start", "80");
	drop_capabilities();
	fd = stream(self->tcp, 0);
	EXPECT_EQ(0, bind4(fd, &at)) TH_LOG("%s", strerror(errno));
	close(fd);
	fd = stream(self->tcp, 0);
	at.sin_port = htons(79);
	EXPECT_EQ(-1, bind4(fd, &at));
	EXPECT_EQ(EACCES, errno) TH_LOG("%s", strerror(errno));
}

TEST_F(family, a_device_binds_only_with_net_raw_once_bound)
{
	int fd = stream(self->tcp, 0);

	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	drop_capabilities();
	EXPECT_EQ(-1, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "", 0));
	EXPECT_EQ(EPERM, errno) TH_LOG("%s", strerror(errno));
}

TEST_HARNESS_MAIN
