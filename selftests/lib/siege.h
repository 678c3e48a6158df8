/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an attack is to leave alone: a connection that was there before, clients
 * that come meanwhile, and memory.
 */
#ifndef SELFTESTS_LIB_SIEGE_H
#define SELFTESTS_LIB_SIEGE_H

#include <netinet/in.h>

#include "crowd.h"

struct siege {
	struct crowd c;
	int lfd;			/* which is attacked; does not block */
	int honest[2];			/* a connection to it, over lo */
	long socks, synqs, buckets, all;	/* objects in the slabs */
	long orphans;
};

/* Many peers, and a listener with a connection to an honest client. */
void siege_begin(struct siege *s, int peers, int backlog);
void siege_end(struct siege *s);

/* The connection works in both directions. */
#define siege_unharmed(s) siege_unharmed_(__FILE__, __LINE__, (s))
void siege_unharmed_(const char *file, int line, struct siege *s);
/* A new client gets in, and is served. */
#define siege_open_to_others(s) siege_open_to_others_(__FILE__, __LINE__, (s))
void siege_open_to_others_(const char *file, int line, struct siege *s);
/*
 * So many more objects, at most, than at the beginning; a few are allowed
 * besides, which other tests may have on their way.
 */
void siege_memory(struct siege *s, long socks, long synqs, long buckets);
/* All that it took is given back. */
void siege_forgotten(struct siege *s);

#endif /* SELFTESTS_LIB_SIEGE_H */
