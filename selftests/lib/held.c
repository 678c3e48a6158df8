// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "held.h"

static void *held_read(void *arg)
{
	struct held *h = arg;

	h->got = recv(h->fd, h->page, 100, 0);
	return NULL;
}

static void *held_attach(void *arg)
{
	struct held *h = arg;
	struct sock_fprog filter = { .len = 1, .filter = (void *)h->page };

	h->got = setsockopt(h->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			    sizeof(filter));
	return NULL;
}

static bool begin(struct held *h, void *(*call)(void *arg))
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffd_msg msg;
	struct pollfd p;

	h->uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (h->uffd < 0)
		return false;
	check_ok(ioctl(h->uffd, UFFDIO_API, &api));
	h->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(h->page != MAP_FAILED);
	reg.range.start = (uintptr_t)h->page;
	reg.range.len = 4096;
	check_ok(ioctl(h->uffd, UFFDIO_REGISTER, &reg));
	check_eq(pthread_create(&h->thread, NULL, call, h), 0);
	p = (struct pollfd){ .fd = h->uffd, .events = POLLIN };
	check_eq(poll(&p, 1, 10000), 1);
	check_eq(read(h->uffd, &msg, sizeof(msg)), sizeof(msg));
	return true;
}

bool held_begin(struct held *h)
{
	return begin(h, held_read);
}

bool held_begin_option(struct held *h)
{
	return begin(h, held_attach);
}

void held_end(struct held *h)
{
	struct uffdio_zeropage zero = {
		.range = { (uintptr_t)h->page, 4096 },
	};

	check_ok(ioctl(h->uffd, UFFDIO_ZEROPAGE, &zero));
	check_eq(pthread_join(h->thread, NULL), 0);
	close(h->uffd);
}
