// SPDX-License-Identifier: GPL-2.0
/* One direction of a connection; see haul.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fail.h"
#include "haul.h"
#include "stack.h"

/* What a pipe of the usual size holds. */
#define PIPE		65536
#define PAUSE_US	3000
/* Nothing has moved for so long, many retransmission timeouts: it never will. */
#define STUCK_S		120

static uint8_t buffer[MOST_AT_ONCE];

/* ---- what hangs ends, and tells where ---- */

static struct haul *watched;
static uint64_t seen_at;
static volatile int alarms;

void haul_show(int fd)
{
	struct tcp_info info = tcp_info(fd);

	test_note("%s, %d to read, %d not acknowledged, %d of them not sent",
		  state_name(info.tcpi_state),
		  info.tcpi_state == CLOSE ? 0 : queue(fd, SIOCINQ),
		  info.tcpi_state == CLOSE ? 0 : queue(fd, SIOCOUTQ),
		  info.tcpi_state == CLOSE ? 0 : queue(fd, SIOCOUTQNSD));
	test_note("rto %u us, %u timeouts, cwnd %u, %u in flight, %u lost, %u sent again, mss %u",
		  info.tcpi_rto, info.tcpi_retransmits, info.tcpi_snd_cwnd,
		  info.tcpi_unacked, info.tcpi_lost, info.tcpi_total_retrans,
		  info.tcpi_snd_mss);
}

/* Not safe in a signal handler, were there anything else to be done. */
static void look_for_progress(int sig)
{
	struct haul *h = watched;

	(void)sig;
	alarms++;
	if (h->at != seen_at) {
		seen_at = h->at;
		alarm(STUCK_S);
		return;
	}
	haul_show(h->fd);
	test_fail("%s: nothing has moved for %d s, at %llu of %llu octets",
		  h->events & EPOLLIN ? "reading" : "writing", STUCK_S,
		  (unsigned long long)h->at, (unsigned long long)h->len);
}

static void watch_progress(struct haul *h)
{
	struct sigaction action = { .sa_handler = look_for_progress };

	watched = h;
	seen_at = -1;
	check_ok(sigaction(SIGALRM, &action, NULL));
	alarm(STUCK_S);
}

/* ---- waiting ---- */

static void fail_at(const struct haul *h, const char *what)
{
	test_fail("%s at %llu of %llu octets: %s",
		  h->events & EPOLLIN ? "reading" : "writing",
		  (unsigned long long)h->at, (unsigned long long)h->len, what);
}

/* A call has failed: it may be because there is nothing, or no room. */
static void await_turn(struct haul *h)
{
	struct pollfd p = { .fd = h->fd, .events = h->events };
	struct epoll_event event;

	if (errno == EINTR)
		return;
	if (errno != EAGAIN || h->how->waiting == BY_BLOCKING)
		fail_at(h, strerror(errno));
	if (h->how->waiting == BY_POLL) {
		while (poll(&p, 1, -1) < 0)
			check_eq(errno, EINTR);
		if (!(p.revents & p.events))
			fail_at(h, "poll() has seen an end");
		return;
	}
	while (epoll_wait(h->epoll, &event, 1, -1) < 0)
		check_eq(errno, EINTR);
}

static void pause_at_times(struct haul *h, unsigned int once_in)
{
	if (once_in && chance_one_in(&h->chance, once_in))
		usleep(chance_below(&h->chance, PAUSE_US));
}

static size_t chunk(struct haul *h, unsigned int most)
{
	return chance_scale(&h->chance, 1, most);
}

static void prepare(struct haul *h, unsigned int events)
{
	enum waiting waiting = h->how->waiting;
	struct epoll_event event = {
		.events = events | (waiting == BY_EDGE ? EPOLLET : 0),
	};

	h->at = 0;
	h->events = events;
	h->piped = 0;
	check_ok(pipe(h->pipe));
	if (waiting == BY_EPOLL || waiting == BY_EDGE) {
		h->epoll = check_ok(epoll_create1(0));
		check_ok(epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->fd, &event));
	}
	watch_progress(h);
}

static unsigned int splice_flags(const struct haul *h)
{
	return h->how->waiting == BY_BLOCKING ? 0 : SPLICE_F_NONBLOCK;
}

/* ---- out ---- */

static void fill_spoilt(const struct haul *h, uint64_t at, uint8_t *to, size_t len)
{
	stream_fill(h->stream, at, to, len);
	if (h->spoil >= 0 && (uint64_t)h->spoil >= at && (uint64_t)h->spoil < at + len)
		to[h->spoil - at] ^= 1;
}

/* The stream as a file, which lies in memory and is mapped. */
static void make_file(struct haul *h)
{
	h->file = check_ok(memfd_create("stream", MFD_CLOEXEC));
	check_ok(ftruncate(h->file, h->len + MOST_AT_ONCE));
	h->map = mmap(NULL, h->len + MOST_AT_ONCE, PROT_READ | PROT_WRITE, MAP_SHARED,
		      h->file, 0);
	check(h->map != MAP_FAILED);
}

static ssize_t out_write(struct haul *h, size_t n)
{
	fill_spoilt(h, h->at, buffer, n);
	return write(h->fd, buffer, n);
}

static ssize_t out_writev(struct haul *h, size_t n)
{
	size_t a = chance_below(&h->chance, n + 1), b = chance_below(&h->chance, n - a + 1);
	struct iovec v[] = {
		{ buffer, a }, { buffer + a, b }, { buffer + a + b, n - a - b },
	};

	fill_spoilt(h, h->at, buffer, n);
	return writev(h->fd, v, 3);
}

static ssize_t out_more(struct haul *h, size_t n)
{
	struct iovec v = { buffer, n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	fill_spoilt(h, h->at, buffer, n);
	return sendmsg(h->fd, &m, chance_one_in(&h->chance, 2) ? MSG_MORE : 0);
}

static ssize_t out_corked(struct haul *h, size_t n)
{
	if (chance_one_in(&h->chance, 4))
		set_opt(h->fd, IPPROTO_TCP, TCP_CORK, chance_below(&h->chance, 2));
	return out_write(h, n);
}

static ssize_t out_mapping(struct haul *h, size_t n)
{
	return write(h->fd, h->map + h->at, n);
}

static ssize_t out_sendfile(struct haul *h, size_t n)
{
	off_t at = h->at;
	ssize_t sent = sendfile(h->fd, h->file, &at, n);

	if (sent > 0)
		check_eq(at, h->at + sent);
	return sent;
}

static ssize_t out_splice(struct haul *h, size_t n)
{
	unsigned int more = chance_one_in(&h->chance, 2) ? SPLICE_F_MORE : 0;
	ssize_t sent;

	if (!h->piped) {
		h->piped = n < PIPE ? n : PIPE;
		fill_spoilt(h, h->at, buffer, h->piped);
		check_eq(write(h->pipe[1], buffer, h->piped), h->piped);
	}
	sent = splice(h->pipe[0], NULL, h->fd, NULL, n < h->piped ? n : h->piped,
		      splice_flags(h) | more);
	if (sent > 0)
		h->piped -= sent;
	return sent;
}

static ssize_t (* const ways_out[WRITINGS])(struct haul *h, size_t n) = {
	[BY_WRITE]	= out_write,
	[BY_WRITEV]	= out_writev,
	[BY_MORE]	= out_more,
	[BY_CORK]	= out_corked,
	[FROM_MAPPING]	= out_mapping,
	[BY_SENDFILE]	= out_sendfile,
	[BY_SPLICE_IN]	= out_splice,
};

void haul_out(struct haul *h)
{
	const struct plan_side *how = h->how;

	prepare(h, EPOLLOUT);
	if (how->writing == FROM_MAPPING || how->writing == BY_SENDFILE) {
		make_file(h);
		fill_spoilt(h, 0, h->map, h->len);
	}
	while (h->at < h->len) {
		size_t n = chunk(h, how->chunk_out);
		ssize_t sent;

		if (n > h->len - h->at)
			n = h->len - h->at;
		pause_at_times(h, how->pause_out);
		sent = ways_out[how->writing](h, n);
		if (sent < 0) {
			await_turn(h);
			continue;
		}
		check_gt(sent, 0);
		check_le(sent, n);
		h->at += sent;
	}
	check_ok(shutdown(h->fd, SHUT_WR));
	alarm(0);
}

/* ---- in ---- */

static void compare(const struct haul *h, const uint8_t *got, size_t n)
{
	ssize_t bad;

	if (n > h->len - h->at)
		test_fail("more than the %llu octets that were sent",
			  (unsigned long long)h->len);
	bad = stream_check(h->stream, h->at, got, n);
	if (bad >= 0) {
		uint8_t right;

		stream_fill(h->stream, h->at + bad, &right, 1);
		test_fail("the octet at %llu of %llu is %#x, expected %#x",
			  (unsigned long long)(h->at + bad), (unsigned long long)h->len,
			  got[bad], right);
	}
}

static ssize_t compared(struct haul *h, ssize_t n)
{
	if (n > 0)
		compare(h, buffer, n);
	return n;
}

static ssize_t in_read(struct haul *h, size_t n)
{
	return compared(h, read(h->fd, buffer, n));
}

static ssize_t in_readv(struct haul *h, size_t n)
{
	size_t a = chance_below(&h->chance, n + 1), b = chance_below(&h->chance, n - a + 1);
	struct iovec v[] = {
		{ buffer, a }, { buffer + a, b }, { buffer + a + b, n - a - b },
	};

	return compared(h, readv(h->fd, v, 3));
}

/* What was seen is what is read then, be it in pieces. */
static ssize_t in_peek(struct haul *h, size_t n)
{
	ssize_t seen = compared(h, recv(h->fd, buffer, n, MSG_PEEK));

	if (seen <= 0)
		return seen;
	return compared(h, recv(h->fd, buffer, chance_between(&h->chance, 1, seen), 0));
}

/* Who may block gets all, unless the end comes first. */
static ssize_t in_waitall(struct haul *h, size_t n)
{
	int before = alarms;
	ssize_t got = compared(h, recv(h->fd, buffer, n, MSG_WAITALL));
	uint64_t left = h->len - h->at;

	if (got >= 0 && h->how->waiting == BY_BLOCKING && alarms == before)
		check_eq(got, n < left ? n : left);
	return got;
}

static ssize_t in_mapping(struct haul *h, size_t n)
{
	ssize_t got = read(h->fd, h->map + h->at, n);

	if (got > 0)
		compare(h, h->map + h->at, got);
	return got;
}

static ssize_t in_splice(struct haul *h, size_t n)
{
	ssize_t got = splice(h->fd, NULL, h->pipe[1], NULL, n < PIPE ? n : PIPE,
			     splice_flags(h));

	if (got > 0)
		check_eq(read(h->pipe[0], buffer, got), got);
	return compared(h, got);
}

static ssize_t (* const ways_in[READINGS])(struct haul *h, size_t n) = {
	[BY_READ]	= in_read,
	[BY_READV]	= in_readv,
	[BY_PEEK]	= in_peek,
	[BY_WAITALL]	= in_waitall,
	[INTO_MAPPING]	= in_mapping,
	[BY_SPLICE_OUT]	= in_splice,
};

void haul_in(struct haul *h)
{
	const struct plan_side *how = h->how;
	ssize_t got;

	prepare(h, EPOLLIN);
	if (how->reading == INTO_MAPPING)
		make_file(h);
	do {
		pause_at_times(h, how->pause_in);
		got = ways_in[how->reading](h, chunk(h, how->chunk_in));
		if (got < 0)
			await_turn(h);
		else
			h->at += got;
	} while (got);
	if (h->at != h->len)
		test_fail("the end comes after %llu of %llu octets",
			  (unsigned long long)h->at, (unsigned long long)h->len);
	/* and it stays */
	check_eq(recv(h->fd, buffer, 1, 0), 0);
	check_eq(so_error(h->fd), 0);
	alarm(0);
}
