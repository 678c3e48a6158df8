/* SPDX-License-Identifier: GPL-2.0 */
/* A table entry, of which the wheel knows nothing but that it expires. */
#ifndef UNIT_FAKE_TABLE_H
#define UNIT_FAKE_TABLE_H

struct mytcp_node {
	unsigned int due;
};

/* The test's. */
void mytcp_node_expired(struct mytcp_node *node);

#endif /* UNIT_FAKE_TABLE_H */
