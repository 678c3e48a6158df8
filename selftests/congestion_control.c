// SPDX-License-Identifier: GPL-2.0
/*
 * Which congestion control a connection has, who may choose it, and what each does
 * to the window that the wire sees. What the algorithms work out is tested in
 * unit/cong_*.c.
 */
#include "lib/test.h"

#include <fcntl.h>
#include <linux/inet_diag.h>
#include <stdio.h>
#include <string.h>

#include "lib/flight.h"
#include "lib/hosts.h"
#include "lib/objects.h"
#include "lib/sockets.h"
#include "lib/tool.h"

WIRE_FIXTURE(cong)

#define CE	3		/* RFC 3168 5 */
#define ECT0	2

static int open_with(struct wire *w, const char *name)
{
	return open_flight(w, 0, name, SYN, MSS(SEGMENT));
}

/* The handshake takes 300 ms, so that a timeout is far, on a slow machine, too. */
static int open_patient(struct wire *w, const char *name)
{
	return open_flight(w, 300, name, SYN, MSS(SEGMENT));
}

static void write_allowed(void *names)
{
	sysctl_set_text("allowed_congestion_control", names);
}

static void read_allowed(void *names)
{
	sysctl_get_text("allowed_congestion_control", names, 256);
}

/* ---- which one ---- */

WIRE_TEST(cong, cubic_unless_somebody_chooses)
{
	char name[64];

	sysctl_get_text("congestion_control", name, sizeof(name));
	check(!strcmp(name, "cubic"));
	check(has_cong(stack_socket(w->family), "cubic"));
}

WIRE_TEST(cong, the_namespaces_choice_is_for_new_sockets)
{
	int before = stack_socket(w->family);

	sysctl_set_text("congestion_control", "reno");
	check(has_cong(stack_socket(w->family), "reno"));
	check(has_cong(before, "cubic"));
}

WIRE_TEST(cong, what_there_is_is_listed)
{
	char names[256];

	(void)w;
	sysctl_get_text("available_congestion_control", names, sizeof(names));
	check(strstr(names, "reno"));
	check(strstr(names, "cubic"));
	if (stack_is_kernel())
		return;
	check(!strcmp(names, "reno cubic dctcp bbr"));
	sysctl_get_text("allowed_congestion_control", names, sizeof(names));
	check(!strcmp(names, "reno cubic"));
}

WIRE_TEST(cong, a_socket_chooses_for_itself)
{
	int fd = stack_socket(w->family);

	check_ok(set_cong(fd, "reno"));
	check(has_cong(fd, "reno"));
	check(has_cong(stack_socket(w->family), "cubic"));
}

WIRE_TEST(cong, what_is_not_there_cannot_be_had)
{
	int fd = stack_socket(w->family);

	check_err(set_cong(fd, "nothing"), ENOENT);
	check_err(set_cong(fd, ""), EINVAL);
	check_err(set_cong(fd, "renorenorenorenorenorenoreno"), ENOENT);
	check_err(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "renoX", 3),
		  ENOENT);
	check_err(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, NULL, 4), EFAULT);
	check(has_cong(fd, "cubic"));
	check_ok(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "renoX", 4));
	check(has_cong(fd, "reno"));
}

WIRE_TEST(cong, the_name_is_cut_to_the_room_for_it)
{
	int fd = stack_socket(w->family);
	char name[8] = "xxxxxxx";
	socklen_t len = 3;

	check_ok(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len));
	check_eq(len, 3);
	check(!memcmp(name, "cubxxxx", 8));
}

WIRE_TEST(cong, a_listeners_choice_is_its_childrens)
{
	int listener = wire_listen(w), fd;

	check_ok(set_cong(listener, "reno"));
	inject(w, SYN, .opts = { MSS(SEGMENT) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	fd = wire_accept(listener);
	check(has_cong(fd, "reno"));
}

/* A listener that has chosen none: what counts is the setting when one comes. */
WIRE_TEST(cong, else_a_child_has_what_the_namespace_says_by_then)
{
	int listener = wire_listen(w), fd;

	sysctl_set_text("congestion_control", "reno");
	inject(w, SYN, .opts = { MSS(SEGMENT) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	fd = wire_accept(listener);
	check(has_cong(fd, "reno"));
	check(has_cong(listener, "cubic"));
}

WIRE_TEST(cong, the_choice_outlives_a_connection)
{
	int fd = open_with(w, "reno");
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	send_pattern(fd, 0, 30 * SEGMENT);
	expect_segments(w, 0, IW);
	inject(w, ACK, .ack = at(IW));
	check_ok(connect(fd, &none, sizeof(none)));
	check(has_cong(fd, "reno"));
}

/* ---- who may ---- */

WIRE_TEST(cong, who_administers_nothing_has_what_is_allowed)
{
	int fd = stack_socket(w->family);

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	check_ok(seteuid(65534));
	check_err(set_cong(fd, "dctcp"), EPERM);
	check_err(set_cong(fd, "bbr"), EPERM);
	check_err(set_cong(fd, "nothing"), ENOENT);
	check_ok(set_cong(fd, "reno"));
	check_ok(set_cong(fd, "cubic"));
	check_ok(seteuid(0));
	check_ok(set_cong(fd, "dctcp"));
	check_ok(seteuid(65534));
	/* what one has one may ask for */
	check_ok(set_cong(fd, "dctcp"));
	check(has_cong(fd, "dctcp"));
}

WIRE_TEST(cong, the_machine_allows_what_the_first_namespace_says)
{
	int fd = stack_socket(w->family), setting;
	char before[256];

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	setting = open("/proc/sys/net/mytcp/allowed_congestion_control",
		       O_WRONLY | O_CLOEXEC);
	check_err(setting, EACCES);
	in_first_namespace(read_allowed, before);
	in_first_namespace(write_allowed, "bbr reno");
	check_ok(seteuid(65534));
	check_ok(set_cong(fd, "bbr"));
	check_err(set_cong(fd, "cubic"), EPERM);
	check_ok(seteuid(0));
	in_first_namespace(write_allowed, before);
	sysctl_get_text("allowed_congestion_control", before, sizeof(before));
	check(!strcmp(before, "reno cubic"));
}

static void write_nonsense(void *unused)
{
	int fd = check_ok(open("/proc/sys/net/mytcp/allowed_congestion_control",
			       O_WRONLY | O_CLOEXEC));

	(void)unused;
	check_err(write(fd, "reno nothing", 12), ENOENT);
	close(fd);
}

WIRE_TEST(cong, a_list_with_a_wrong_name_changes_nothing)
{
	char names[256];

	(void)w;
	if (stack_is_kernel())
		SKIP(return, "its list is that of the kernel");
	in_first_namespace(write_nonsense, NULL);
	sysctl_get_text("allowed_congestion_control", names, sizeof(names));
	check(!strcmp(names, "reno cubic"));
}

WIRE_TEST(cong, a_namespace_chooses_among_what_is_allowed)
{
	int fd;

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	fd = check_ok(open("/proc/sys/net/mytcp/congestion_control",
			   O_WRONLY | O_CLOEXEC));
	check_err(write(fd, "nothing", 7), ENOENT);
	check_err(write(fd, "bbr", 3), EPERM);
	check_eq(check_ok(write(fd, "reno", 4)), 4);
	check(has_cong(stack_socket(w->family), "reno"));
	check_err(open("/proc/sys/net/mytcp/available_congestion_control",
		       O_WRONLY | O_CLOEXEC), EACCES);
}

/* ---- what they do ---- */

/* RFC 5681 3.1: each ACK of a segment is a segment more. */
WIRE_TEST(cong, reno_begins_with_slow_start)
{
	int fd, i;

	fd = open_with(w, "reno");
	send_pattern(fd, 0, 60 * SEGMENT);
	expect_segments(w, 0, IW);
	for (i = 1; i <= IW; i++) {
		inject(w, ACK, .ack = at(i));
		expect_segments(w, IW + 2 * i - 2, IW + 2 * i);
		check_eq(tcp_info(fd).tcpi_snd_cwnd, IW + i);
	}
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
}

/* RFC 5681 3.2, equation 4 */
WIRE_TEST(cong, reno_halves_the_window_at_a_loss)
{
	int fd = open_patient(w, "reno");

	repair_the_first(w, fd);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	send_pattern(fd, at(IW) - 1, 30 * SEGMENT);
	expect_segments(w, IW, IW + 5);
	expect_none(w, 0);
	inject(w, ACK, .ack = at(IW + 5));
	expect_segments(w, IW + 5, IW + 11);
	expect_none(w, 0);
}

/* RFC 9438 4.6 */
WIRE_TEST(cong, cubic_keeps_seven_tenths_of_it)
{
	int fd = open_patient(w, "cubic");

	repair_the_first(w, fd);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 7);
	send_pattern(fd, at(IW) - 1, 30 * SEGMENT);
	expect_segments(w, IW, IW + 7);
	expect_none(w, 0);
}

/* A loss says little of the path to BBR. */
WIRE_TEST(cong, bbr_has_its_window_back_after_a_loss)
{
	int fd;

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	fd = open_with(w, "bbr");
	send_pattern(fd, 0, 30 * SEGMENT);
	expect_segments(w, 0, IW);
	inject(w, ACK, .ack = at(IW));
	drain(w);
	check_ge(tcp_info(fd).tcpi_snd_cwnd, IW);
	check_gt(tcp_info(fd).tcpi_pacing_rate, 0);
	check_lt(tcp_info(fd).tcpi_pacing_rate, 1ULL << 40);
	inject(w, ACK, .ack = at(IW));
	inject(w, ACK, .ack = at(IW));
	inject(w, ACK, .ack = at(IW));
	/* the first two may have let new data go (RFC 3042) */
	do {
		check(receive(w, 1000));
	} while (w->last.s.seq != at(IW));
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
	drain(w);
	inject(w, ACK, .ack = w->rcv_nxt);
	check_ge(tcp_info(fd).tcpi_snd_cwnd, IW);
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
}

/* TCP_CC_INFO, and the words of mytcp-ss, which has it by sock_diag. */
static socklen_t cc_info(int fd, union tcp_cc_info *info, const char *words)
{
	socklen_t len = sizeof(*info);
	char command[128];

	check_ok(getsockopt(fd, IPPROTO_TCP, TCP_CC_INFO, info, &len));
	snprintf(command, sizeof(command), "mytcp-ss -tinHO | grep -o '%s'", words);
	check_eq(tool_lines(command, "", NULL), 1);
	return len;
}

WIRE_TEST(cong, what_bbr_knows_of_the_path_is_told)
{
	union tcp_cc_info info;
	int fd;

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	fd = open_with(w, "bbr");
	send_pattern(fd, 0, 30 * SEGMENT);
	expect_segments(w, 0, IW);
	inject(w, ACK, .ack = at(IW));
	/* from now on what is sent tells of the path */
	do {
		check(receive(w, 1000));
	} while (w->last.s.seq != at(IW + 5));
	inject(w, ACK, .ack = at(IW + 6));
	check_eq(cc_info(fd, &info, " bbr:(bw:[0-9]*bps,mrtt:[0-9.]*,pacing_gain:2[0-9.]*,cwnd_gain:2[0-9.]*)"),
		 sizeof(info.bbr));
	check_gt(info.bbr.bbr_bw_lo, 0);
	check_eq(info.bbr.bbr_pacing_gain, 739);	/* STARTUP: 2 / ln 2 */
	check_gt(info.bbr.bbr_min_rtt, 0);
	check_lt(info.bbr.bbr_min_rtt, 100000000);
	drain(w);
}

/* RFC 8257: without marks there is nothing to live by. */
WIRE_TEST(cong, dctcp_asks_for_ECN_whatever_the_setting)
{
	int fd = stack_socket(w->family);
	struct sockaddr_storage peer;
	socklen_t len = wire_peer_sa(w, &peer);

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	sysctl_set("ecn", 0);
	check_ok(set_cong(fd, "dctcp"));
	set_nonblock(fd, true);
	w->local_port = 0;
	check_err(connect(fd, (struct sockaddr *)&peer, len), EINPROGRESS);
	expect(w, SYN | ECE | CWR);
	inject(w, SYN | ACK | ECE, .opts = { MSS(SEGMENT) });
	expect(w, ACK);
	check(tcp_info(fd).tcpi_options & TCPI_OPT_ECN);
}

static int open_dctcp(struct wire *w)
{
	int listener = wire_listen(w), fd;

	sysctl_set("ecn", 0);
	check_ok(set_cong(listener, "dctcp"));
	inject(w, SYN | ECE | CWR, .opts = { MSS(SEGMENT) });
	expect(w, SYN | ACK | ECE);
	inject(w, ACK);
	fd = wire_accept(listener);
	check(has_cong(fd, "dctcp"));
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	return fd;
}

/* RFC 8257 3.2: a mark is echoed once, and not until CWR. */
WIRE_TEST(cong, dctcp_echoes_each_mark_as_it_came)
{
	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	open_dctcp(w);
	inject(w, ACK | PSH, .len = 10, .tos = CE);
	expect(w, ACK | ECE, .ack = 11);
	inject(w, ACK | PSH, .len = 10, .tos = ECT0);
	expect(w, ACK, .ack = 21);
	inject(w, ACK | PSH, .len = 10, .tos = CE);
	expect(w, ACK | ECE, .ack = 31);
}

/*
 * The same: when the echo changes, that is told at once, and what is not acknowledged
 * yet is before.
 */
WIRE_TEST(cong, dctcp_acknowledges_what_came_before_a_mark)
{
	uint64_t octets;
	int fd;

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	fd = open_dctcp(w);
	octets = leave_quick(w, fd, SEGMENT);
	/* the next one's ACK is delayed, until the marked one comes */
	inject(w, ACK, .len = SEGMENT, .tos = ECT0);
	expect_none(w, 0);
	octets += SEGMENT;
	inject(w, ACK, .len = SEGMENT, .tos = CE);
	expect(w, ACK, .ack = 1 + octets);
	octets += SEGMENT;
	expect(w, ACK | ECE, .ack = 1 + octets);
	inject(w, ACK, .len = SEGMENT, .tos = CE);
	expect_none(w, 0);
	octets += SEGMENT;
	inject(w, ACK, .len = SEGMENT, .tos = ECT0);
	expect(w, ACK | ECE, .ack = 1 + octets);
	expect(w, ACK, .ack = 1 + octets + SEGMENT);
	recv_pattern(fd, octets - 3 * SEGMENT, 4 * SEGMENT);
}

/* RFC 8257 3.3: half of alpha, which is 1 at first. */
WIRE_TEST(cong, dctcp_reduces_the_window_by_half_of_alpha)
{
	int fd;

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	fd = open_dctcp(w);
	send_pattern(fd, 0, 30 * SEGMENT);
	expect_segments(w, 0, IW);
	inject(w, ACK | ECE, .ack = at(1));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 5);
}

WIRE_TEST(cong, what_dctcp_knows_of_marks_is_told)
{
	union tcp_cc_info info;
	int fd;

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	fd = open_dctcp(w);
	send_pattern(fd, 0, 30 * SEGMENT);
	expect_segments(w, 0, IW);
	/* the first ACK begins a round, the others belong to it */
	inject(w, ACK, .ack = at(1));
	inject(w, ACK | ECE, .ack = at(3));
	inject(w, ACK, .ack = at(4));
	check_eq(cc_info(fd, &info, " dctcp:(ce_state:0,alpha:[0-9]*,ab_ecn:[0-9]*,ab_tot:[0-9]*)"),
		 sizeof(info.dctcp));
	check_eq(info.dctcp.dctcp_enabled, 1);
	check_le(info.dctcp.dctcp_alpha, 1024);
	check_eq(info.dctcp.dctcp_ab_ecn, 2 * SEGMENT);
	check_eq(info.dctcp.dctcp_ab_tot, 3 * SEGMENT);
	drain(w);
}

/* What the path has taught stays. */
WIRE_TEST(cong, another_algorithm_takes_the_window_over)
{
	int fd = open_patient(w, "reno");

	repair_the_first(w, fd);
	check_ok(set_cong(fd, "cubic"));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 5);
	send_pattern(fd, at(IW) - 1, 30 * SEGMENT);
	expect_segments(w, IW, IW + 5);
	expect_none(w, 0);
}

/* ---- memory ---- */

WIRE_TEST(cong, request_and_response_need_no_memory_for_it)
{
	int fd = open_passive(w, MSS(SEGMENT)), i;
	long before;

	if (stack_is_kernel())
		SKIP(return, "the kernel keeps its state elsewhere");
	check_ok(set_cong(fd, "cubic"));
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	before = objects_settled(OBJECTS_CONG);
	for (i = 0; i < 5; i++) {
		send_pattern(fd, i * SEGMENT, SEGMENT);
		expect_segments(w, i, i + 1);
		inject(w, ACK);
	}
	check_eq(objects_in(OBJECTS_CONG), before);
	send_pattern(fd, 5 * SEGMENT, 30 * SEGMENT);
	expect_segments(w, 5, 5 + IW);
	inject(w, ACK, .ack = at(5 + IW));
	check_eq(objects_in(OBJECTS_CONG), before + 1);
	drain(w);
	close_abort(fd);
	objects_await(OBJECTS_CONG, before);
}

TEST_HARNESS_MAIN
