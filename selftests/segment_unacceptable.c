// SPDX-License-Identifier: GPL-2.0
/* The acceptability test, RFC 9293 3.10.7.4, first step. */
#include "lib/test.h"

WIRE_FIXTURE(unacceptable)

/* Old data is acknowledged again: our ACK was lost. */
WIRE_TEST(unacceptable, old_data_is_acknowledged)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 100);
	expect(w, ACK, .ack = 101);
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	expect(w, ACK, .seq = 1, .ack = 101);
	inject(w, ACK | PSH, .seq = 51, .len = 50);
	expect(w, ACK, .ack = 101);
	recv_pattern(fd, 0, 100);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
}

/* Data beyond the window is not taken, and an ACK says where we are. */
WIRE_TEST(unacceptable, data_beyond_window_is_acknowledged)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .seq = 1000000, .len = 100);
	expect(w, ACK, .seq = 1, .ack = 1, .opts = { NONE });
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* An ACK beyond the window does not move anything. */
WIRE_TEST(unacceptable, ack_beyond_window_is_not_taken)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	inject(w, ACK, .seq = 1000000, .ack = 11);
	expect(w, ACK, .seq = 11, .ack = 1);
	check_eq(tcp_info(fd).tcpi_unacked, 1);
}

/* A FIN beyond the window closes nothing. */
WIRE_TEST(unacceptable, fin_beyond_window_is_not_taken)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK, .seq = 1000000, .keep = true);
	expect(w, ACK, .seq = 1, .ack = 1);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* Half old, half new: the new part is taken. */
WIRE_TEST(unacceptable, overlap_with_old_data_is_trimmed)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 100);
	expect(w, ACK, .ack = 101);
	inject(w, ACK | PSH, .seq = 51, .len = 100);
	expect(w, ACK, .ack = 151);
	recv_pattern(fd, 0, 150);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
}

/* An old duplicate of an ACK changes nothing and is not answered. */
WIRE_TEST(unacceptable, old_ack_is_ignored)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 20);
	expect(w, ACK | PSH, .len = 20);
	inject(w, ACK, .ack = 21);
	inject(w, ACK, .ack = 11);
	expect_none(w, 50);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* The last byte the window allows is taken, the one behind it is not. */
WIRE_TEST(unacceptable, right_edge_is_exact)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, SACKOK);
	int edge = 1 + w->last.raw.wnd;

	inject(w, ACK | PSH, .seq = edge, .len = 1);
	expect(w, ACK, .ack = 1, .opts = { NONE });
	inject(w, ACK | PSH, .seq = edge - 1, .len = 1);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(edge - 1, edge) });
	check_eq(fd_state(fd), ESTABLISHED);
}

/* A zero-length segment at the right edge is acceptable, no ACK is due. */
WIRE_TEST(unacceptable, empty_segment_in_window_is_not_answered)
{
	open_passive(w);
	inject(w, ACK, .seq = 100);
	expect_none(w, 50);
}

/* A keepalive probe, one number below the window, is answered. */
WIRE_TEST(unacceptable, keepalive_probe_is_answered)
{
	open_passive(w);
	inject(w, ACK, .seq = 0);
	expect(w, ACK, .seq = 1, .ack = 1);
}

/* The same with the byte that old stacks put into it. */
WIRE_TEST(unacceptable, keepalive_probe_with_a_byte_is_answered)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	inject(w, ACK, .seq = 10, .len = 1);
	expect(w, ACK, .seq = 1, .ack = 11);
	recv_pattern(fd, 0, 10);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
}

/* S14: all of it again across the end of the numbers. */
FIXTURE(wrap) { struct wire w[1]; };
FIXTURE_VARIANT(wrap) { uint32_t iss; };
FIXTURE_VARIANT_ADD(wrap, syn_is_last) { .iss = 0xffffffff };
FIXTURE_VARIANT_ADD(wrap, data_crosses) { .iss = 0xffffffff - 50 };
FIXTURE_VARIANT_ADD(wrap, sign_changes) { .iss = 0x7fffffff - 50 };
FIXTURE_SETUP(wrap)
{
	test_begin();
	/* The kernel's TCP cannot be told a number: there only ours wraps. */
	if (!stack_is_kernel())
		sysctl_set("isn_base", variant->iss);
	wire_open(self->w, .iss = variant->iss);
}
FIXTURE_TEARDOWN(wrap)
{
	wire_close(self->w);
}

WIRE_TEST(wrap, numbers_of_the_peer_wrap)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, SACKOK);

	inject(w, ACK | PSH, .seq = 101, .len = 100);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(101, 201) });
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	expect(w, ACK, .ack = 201, .opts = { NONE });
	recv_pattern(fd, 0, 200);
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	expect(w, ACK, .ack = 201);
	inject(w, RST, .seq = 200);
	expect_none(w, 0);
	w->snd_nxt = 201;
	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 202);
	expect_eof(fd);
}

/* A33: so do those of the stack. */
WIRE_TEST(wrap, numbers_of_the_stack_wrap)
{
	int fd = open_passive(w, MSS(40), NOP, NOP, SACKOK);

	if (!stack_is_kernel())
		check_eq(w->irs, w->iss);
	send_pattern(fd, 0, 144);
	expect(w, ACK | ANYPSH, .seq = 1, .len = 48);
	expect(w, ACK | ANYPSH, .seq = 49, .len = 48);
	expect(w, ACK | ANYPSH, .seq = 97, .len = 48);
	inject(w, ACK, .ack = 49);
	check_eq(tcp_info(fd).tcpi_unacked, 2);
	inject(w, ACK, .ack = 145);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
	inject(w, ACK, .ack = 97);
	expect_none(w, 0);
	close(fd);
	expect(w, FIN | ACK, .seq = 145);
	inject(w, FIN | ACK, .ack = 146);
	expect(w, ACK, .seq = 146, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

TEST_HARNESS_MAIN
