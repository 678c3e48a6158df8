// SPDX-License-Identifier: GPL-2.0
#include "states.h"

#include <sys/stat.h>
#include <unistd.h>

#define FIRST_PORT	40000
#define CLIENT_PORT	5000
#define BOUND_PORT	6000

enum { NO_TIMER, RETRANSMISSION, BUCKET = 3 };

/* A connection of its own, and the line that belongs to it. */
static struct wire *add(struct scenery *s, struct wire *device, int state)
{
	struct wire *w = &s->w[s->count];
	struct shown *this = &s->all[s->count];

	*this = (struct shown){
		.state = state,
		.peer_port = FIRST_PORT + 1 + s->count,
		.local_port = device->local_port,
		.fd = -1,
	};
	wire_fork(w, device, this->peer_port);
	s->count++;
	return w;
}

static struct shown *last(struct scenery *s)
{
	return &s->all[s->count - 1];
}

static struct wire *add_open(struct scenery *s, struct wire *device, int state)
{
	struct wire *w = add(s, device, state);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	last(s)->fd = wire_accept(s->listener);
	return w;
}

static void add_opening(struct scenery *s, struct wire *device)
{
	struct wire *w = add(s, device, SYN_SENT);

	w->local_port = last(s)->local_port = CLIENT_PORT;
	last(s)->fd = wire_connect(w);
	last(s)->tx = 1;		/* the SYN */
	last(s)->timer = RETRANSMISSION;
	expect(w, SYN);

	w = add(s, device, SYN_RECV);
	last(s)->timer = RETRANSMISSION;
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);

	w = add_open(s, device, ESTABLISHED);
	inject(w, ACK | PSH, .len = 7);
	expect(w, ACK, .ack = 8);
	send_pattern(last(s)->fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	last(s)->rx = 7;
	last(s)->tx = 10;
	last(s)->timer = RETRANSMISSION;
}

/*
 * Closed from here first. A FIN counts as an octet: ours until it is acknowledged,
 * the peer's until it is read.
 */
static void add_closing_here(struct scenery *s, struct wire *device)
{
	static const int states[] = { FIN_WAIT1, FIN_WAIT2, CLOSING, TIME_WAIT };
	struct wire *w;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		w = add_open(s, device, states[i]);
		check_ok(shutdown(last(s)->fd, SHUT_WR));
		expect(w, FIN | ACK);
		last(s)->tx = 1;
		last(s)->timer = RETRANSMISSION;
		if (states[i] == CLOSING) {
			inject(w, FIN | ACK, .ack = 1);
			expect(w, ACK, .ack = 2);
			last(s)->rx = 1;
		} else if (states[i] != FIN_WAIT1) {
			inject(w, ACK);
			last(s)->tx = 0;
			last(s)->timer = NO_TIMER;
		}
		if (states[i] != TIME_WAIT)
			continue;
		inject(w, FIN | ACK);
		expect(w, ACK, .ack = 2);
		last(s)->fd = -1;
		last(s)->timer = BUCKET;
	}
}

static void add_closing_there(struct scenery *s, struct wire *device)
{
	static const int states[] = { CLOSE_WAIT, LAST_ACK };
	struct wire *w;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		w = add_open(s, device, states[i]);
		inject(w, FIN | ACK);
		expect(w, ACK, .ack = 2);
		last(s)->rx = 1;
		if (states[i] == CLOSE_WAIT)
			continue;
		check_ok(shutdown(last(s)->fd, SHUT_WR));
		expect(w, FIN | ACK);
		last(s)->tx = 1;
		last(s)->timer = RETRANSMISSION;
	}
}

/* A port is kept, and nothing more. */
static void add_bound(struct scenery *s, struct wire *device)
{
	struct shown *this = &s->all[s->count];
	struct wire w = *device;
	struct sockaddr_storage sa;
	socklen_t len;

	if (stack_is_kernel())
		return;
	w.local_port = BOUND_PORT;
	len = wire_local_sa(&w, &sa);
	*this = (struct shown){
		.state = CLOSE,
		.local_port = BOUND_PORT,
		.fd = stack_socket(device->family),
	};
	check_ok(bind(this->fd, (struct sockaddr *)&sa, len));
	s->count++;
}

void scenery_set(struct scenery *s, struct wire *device)
{
	s->listener = wire_listen(device);
	s->all[s->count++] = (struct shown){
		.state = LISTEN, .fd = s->listener,
		.local_port = device->local_port,
	};
	add_opening(s, device);
	add_closing_here(s, device);
	add_closing_there(s, device);
	add_bound(s, device);
	/* Of a socket that has no port there is nothing to show. */
	check_eq(fd_state(stack_socket(AF_INET)), CLOSE);
}

void scenery_leave(struct scenery *s)
{
	while (--s->count > 0)
		if (s->all[s->count].peer_port)
			wire_close(&s->w[s->count]);
}

struct shown *scenery_in(struct scenery *s, int state)
{
	int i;

	for (i = 0; i < s->count; i++)
		if (s->all[i].state == state)
			return &s->all[i];
	check(!"there is one in each state");
	return NULL;
}

unsigned long shown_inode(const struct shown *is)
{
	struct stat st;

	if (is->fd < 0)
		return 0;
	check_ok(fstat(is->fd, &st));
	return st.st_ino;
}

