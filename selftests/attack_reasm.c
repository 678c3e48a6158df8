// SPDX-License-Identifier: GPL-2.0
/*
 * Text in pieces of an octet, none of them in its turn: A13 of
 * Documentation/attacks.rst. What 100,000 of them cost is in attack_cost_timer.c.
 */
#include <linux/sock_diag.h>

#include "lib/attack.h"
#include "lib/test.h"

#define PIECES	1000

WIRE_FIXTURE(reasm)

/*
 * Every second octet, from the far end: as many are kept as the receive buffer takes
 * by what they weigh, the nearest ones; each draws an ACK. What was thrown away is not
 * missed: the stream, sent again, is whole.
 */
WIRE_TEST(reasm, of_single_octets_is_bounded)
{
	struct carried before = wire_carried(w), now;
	int fd = open_passive(w, MSS(1000), SACKOK), i, answers = 0;
	struct tally t[1];
	long objects;

	if (stack_is_kernel())
		SKIP(return, "counters of MyTCP");
	objects = slab_objects();
	tally_begin(t);
	before = wire_carried(w);
	for (i = PIECES; i > 0; i--) {
		inject(w, ACK | PSH, .seq = 1 + 2 * i, .len = 1, .keep = true);
		answers += drain(w);
		check_le(meminfo(fd, SK_MEMINFO_RMEM_ALLOC),
			 meminfo(fd, SK_MEMINFO_RCVBUF) + 2048);
	}
	check_eq(answers, PIECES);
	now = wire_carried(w);
	check_eq(now.out - before.out, PIECES);
	check_eq(tcp_info(fd).tcpi_bytes_received, 0);
	expect_tally(t, COUNT(TCPOFOQueue, SOME), DROP(TCPOFODrop, SOME));
	tally_end(t);
	check(slab_objects_become(objects));
	for (i = 0; i < 3; i++)
		inject(w, ACK | PSH, .len = 1000);
	drain(w);
	recv_pattern(fd, 0, 3000);
	check_eq(tcp_info(fd).tcpi_bytes_received, 3000);
}

TEST_HARNESS_MAIN
