// SPDX-License-Identifier: GPL-2.0
/* Timer, owner, marks and memory of a socket; see details.h */
#include "details.h"

#include <linux/sock_diag.h>

#include "names.h"

static void print_timer(FILE *out, const struct inet_diag_msg *msg)
{
	static const char * const names[] = {
		[TIMER_RETRANSMIT] = "on",
		[TIMER_KEEPALIVE] = "keepalive",
		[TIMER_TIME_WAIT] = "timewait",
		[TIMER_PROBE] = "persist",
	};
	const char *name = "unknown";
	char left[32];

	if (!msg->idiag_timer)
		return;
	if (msg->idiag_timer <= TIMER_PROBE)
		name = names[msg->idiag_timer];
	name_time(left, sizeof(left), msg->idiag_expires);
	fprintf(out, " timer:(%s,%s,%u)", name, left, msg->idiag_retrans);
}

/* The sides that are still open: "<->", "-->", "<--", "---" */
static void print_shutdown(FILE *out, const struct entry *entry)
{
	uint8_t shut;

	if (entry_read_attr(entry, INET_DIAG_SHUTDOWN, &shut, sizeof(shut)))
		fprintf(out, " %c-%c", shut & 1 ? '-' : '<', shut & 2 ? '-' : '>');
}

static void print_extended(FILE *out, const struct entry *entry)
{
	const struct inet_diag_msg *msg = &entry->msg;
	uint64_t cgroup;
	uint32_t mark;
	uint8_t only;

	if (msg->idiag_uid)
		fprintf(out, " uid:%u", msg->idiag_uid);
	fprintf(out, " ino:%u sk:%llx", msg->idiag_inode,
		(unsigned long long)msg->id.idiag_cookie[1] << 32 | msg->id.idiag_cookie[0]);
	if (entry_read_attr(entry, INET_DIAG_MARK, &mark, sizeof(mark)) && mark)
		fprintf(out, " fwmark:0x%x", mark);
	if (entry_read_attr(entry, INET_DIAG_CGROUP_ID, &cgroup, sizeof(cgroup))) {
		if (cgroup_path(cgroup))
			fprintf(out, " cgroup:%s", cgroup_path(cgroup));
		else
			fprintf(out, " cgroup:unreachable:%llx", (unsigned long long)cgroup);
	}
	if (entry_read_attr(entry, INET_DIAG_SKV6ONLY, &only, sizeof(only)))
		fprintf(out, " v6only:%u", only);
	print_shutdown(out, entry);
}

static void print_tos(FILE *out, const struct entry *entry)
{
	uint32_t class_id;
	uint8_t tos;

	if (entry_read_attr(entry, INET_DIAG_TOS, &tos, sizeof(tos)))
		fprintf(out, " tos:%#x", tos);
	if (entry_read_attr(entry, INET_DIAG_TCLASS, &tos, sizeof(tos)))
		fprintf(out, " tclass:%#x", tos);
	if (entry_read_attr(entry, INET_DIAG_CLASS_ID, &class_id, sizeof(class_id)))
		fprintf(out, " class_id:%#x", class_id);
}

static void print_memory(FILE *out, const struct entry *entry)
{
	static const char * const names[SK_MEMINFO_VARS] = {
		[SK_MEMINFO_RMEM_ALLOC] = "r",
		[SK_MEMINFO_RCVBUF] = ",rb",
		[SK_MEMINFO_WMEM_ALLOC] = ",t",
		[SK_MEMINFO_SNDBUF] = ",tb",
		[SK_MEMINFO_FWD_ALLOC] = ",f",
		[SK_MEMINFO_WMEM_QUEUED] = ",w",
		[SK_MEMINFO_OPTMEM] = ",o",
		[SK_MEMINFO_BACKLOG] = ",bl",
		[SK_MEMINFO_DROPS] = ",d",
	};
	struct inet_diag_meminfo mem;
	uint32_t figures[SK_MEMINFO_VARS];
	int i;

	if (entry_read_attr(entry, INET_DIAG_SKMEMINFO, figures, sizeof(figures))) {
		fputs(" skmem:(", out);
		for (i = 0; i < SK_MEMINFO_VARS; i++)
			fprintf(out, "%s%u", names[i], figures[i]);
		fputc(')', out);
	} else if (entry_read_attr(entry, INET_DIAG_MEMINFO, &mem, sizeof(mem))) {
		fprintf(out, " mem:(r%u,w%u,f%u,t%u)", mem.idiag_rmem, mem.idiag_wmem,
			mem.idiag_fmem, mem.idiag_tmem);
	}
}

/* TIME_WAIT and the SYN queue have neither memory nor figures of their own. */
static bool has_figures(const struct entry *entry, const struct view *view)
{
	return (view->memory && (entry_attr(entry, INET_DIAG_SKMEMINFO) ||
				 entry_attr(entry, INET_DIAG_MEMINFO))) ||
	       (view->info && entry_attr(entry, INET_DIAG_INFO));
}

/**
 * details_print() - print what was asked for beyond the columns
 * @out: where to
 * @entry: the socket
 * @view: what was asked for
 *
 * Each figure follows a space; those of -m and -i follow on a line of their own.
 */
void details_print(FILE *out, const struct entry *entry, const struct view *view)
{
	if (view->timer)
		print_timer(out, &entry->msg);
	if (view->extended)
		print_extended(out, entry);
	if (view->tos)
		print_tos(out, entry);
	if (!has_figures(entry, view))
		return;
	if (!view->one_line)
		fputs("\n\t", out);
	if (view->memory)
		print_memory(out, entry);
	if (view->info)
		info_print(out, entry, view->timer, view->numeric);
}
