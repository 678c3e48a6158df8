// SPDX-License-Identifier: GPL-2.0
/* Columns as wide as what stands in them; see print.h */
#include "print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "details.h"
#include "error.h"
#include "names.h"
#include "states.h"

enum { COL_STATE, COL_RECV_Q, COL_SEND_Q, COL_LOCAL, COL_LOCAL_PORT, COL_PEER,
	COL_PEER_PORT, COLUMNS };

/**
 * struct row - the cells of a line
 * @cell: the text of each column
 */
struct row {
	char cell[COLUMNS][ADDRESS_LEN];
};

/**
 * struct widths - of the columns
 * @of: each of them
 */
struct widths {
	int of[COLUMNS];
};

static const struct row titles = {
	.cell = {
		[COL_STATE] = "State",
		[COL_RECV_Q] = "Recv-Q",
		[COL_SEND_Q] = "Send-Q",
		[COL_LOCAL] = "Local Address",
		[COL_LOCAL_PORT] = "Port",
		[COL_PEER] = "Peer Address",
		[COL_PEER_PORT] = "Port",
	},
};

static void fill_row(struct row *row, const struct entry *entry, bool numeric)
{
	const struct inet_diag_msg *msg = &entry->msg;
	const char *state = state_name_ss(msg->idiag_state);

	snprintf(row->cell[COL_STATE], ADDRESS_LEN, "%s", state ? state : "UNKNOWN");
	snprintf(row->cell[COL_RECV_Q], ADDRESS_LEN, "%u", msg->idiag_rqueue);
	snprintf(row->cell[COL_SEND_Q], ADDRESS_LEN, "%u", msg->idiag_wqueue);
	name_address(row->cell[COL_LOCAL], entry, false);
	name_port(row->cell[COL_LOCAL_PORT], msg->id.idiag_sport, numeric);
	name_address(row->cell[COL_PEER], entry, true);
	name_port(row->cell[COL_PEER_PORT], msg->id.idiag_dport, numeric);
}

static void widen(struct widths *widths, const struct row *row)
{
	int i, len;

	for (i = 0; i < COLUMNS; i++) {
		len = (int)strlen(row->cell[i]);
		if (len > widths->of[i])
			widths->of[i] = len;
	}
}

/* An address stands at the right of its column, and its port behind the colon. */
static void print_row(const struct row *row, const struct widths *widths, bool state)
{
	if (state)
		printf("%-*s ", widths->of[COL_STATE], row->cell[COL_STATE]);
	printf("%-*s %-*s %*s:%-*s %*s:",
	       widths->of[COL_RECV_Q], row->cell[COL_RECV_Q],
	       widths->of[COL_SEND_Q], row->cell[COL_SEND_Q],
	       widths->of[COL_LOCAL], row->cell[COL_LOCAL],
	       widths->of[COL_LOCAL_PORT], row->cell[COL_LOCAL_PORT],
	       widths->of[COL_PEER], row->cell[COL_PEER]);
}

static void print_owners(FILE *out, const struct owners *owners, unsigned long inode)
{
	const struct owner *owner = owners_find(owners, inode);
	const char *between = " users:(";

	if (!owner)
		return;
	for (; owner; owner = owners_next(owners, owner)) {
		fprintf(out, "%s(\"%s\",pid=%d,fd=%d)", between, owner->name,
			(int)owner->pid, owner->fd);
		between = ",";
	}
	fputc(')', out);
}

/* What stands behind the columns; the caller frees it. */
static char *describe(const struct entry *entry, const struct view *view)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		die("out of memory");
	if (view->owners)
		print_owners(out, view->owners, entry->msg.idiag_inode);
	details_print(out, entry, view);
	if (fclose(out))
		die("out of memory");
	return text;
}

static void print_entry(const struct entry *entry, const struct widths *widths,
			const struct view *view)
{
	char *rest = describe(entry, view);
	struct row row;

	fill_row(&row, entry, view->numeric);
	print_row(&row, widths, view->state);
	/* No line ends with spaces. */
	printf("%-*s%s\n", *rest == ' ' ? widths->of[COL_PEER_PORT] : 0,
	       row.cell[COL_PEER_PORT], rest);
	free(rest);
}

/**
 * print_entries() - print the table
 * @entries: its lines
 * @view: its columns
 */
void print_entries(const struct entries *entries, const struct view *view)
{
	static const struct widths usual = {
		.of = {
			[COL_STATE] = 10, [COL_RECV_Q] = 6, [COL_SEND_Q] = 6,
			[COL_LOCAL] = 15, [COL_LOCAL_PORT] = 5,
			[COL_PEER] = 15, [COL_PEER_PORT] = 5,
		},
	};
	struct widths widths = { 0 };
	struct row row;
	size_t i;

	if (view->stream)
		widths = usual;
	if (view->header)
		widen(&widths, &titles);
	for (i = 0; i < entries->count; i++) {
		fill_row(&row, &entries->list[i], view->numeric);
		widen(&widths, &row);
	}
	if (view->header) {
		print_row(&titles, &widths, view->state);
		printf("%-*s Process\n", widths.of[COL_PEER_PORT], titles.cell[COL_PEER_PORT]);
	}
	for (i = 0; i < entries->count; i++)
		print_entry(&entries->list[i], &widths, view);
}
