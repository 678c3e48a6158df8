// SPDX-License-Identifier: GPL-2.0
/*
 * Every ioctl that a socket knows, of files, of sockets, of TCP and of interfaces,
 * in every state, over either family, and with bad pointers: each answer is that of
 * the kernel's TCP in the same state. What is different on purpose stands in
 * options.differ.
 */
#include <errno.h>
#include <linux/fs.h>
#include <linux/if_bonding.h>
#include <linux/if_vlan.h>
#include <linux/sockios.h>
#include <linux/wireless.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/differ.h"
#include "lib/poses.h"
#include "lib/scene.h"
#include "lib/test.h"

#define ROOM		256

/* In newer headers: of either size of time_t. */
#define GSTAMP_OLD	0x8906
#define GSTAMPNS_OLD	0x8907
#define GSTAMP_NEW	_IOR(0x89, 0x06, long long[2])
#define GSTAMPNS_NEW	_IOR(0x89, 0x07, long long[2])
#define GSKNS		0x894c	/* opens the namespace */

enum takes { A_NUMBER, AN_INTERFACE, NOTHING };

struct request {
	const char *text;
	unsigned long number;
	enum takes takes;
	int value;
};

#define NUMBER(request, value)	{ #request, request, A_NUMBER, value }
#define INTERFACE(request)	{ #request, request, AN_INTERFACE, 0 }

static const struct request requests[] = {
	NUMBER(FIONREAD, 7),
	NUMBER(SIOCOUTQ, 7),
	NUMBER(SIOCOUTQNSD, 7),
	NUMBER(SIOCATMARK, 7),
	NUMBER(FIONBIO, 1),
	NUMBER(FIONBIO, 0),
	NUMBER(FIOASYNC, 1),
	NUMBER(FIOASYNC, 0),
	NUMBER(FIOGETOWN, 7),
	NUMBER(FIOSETOWN, 1),
	NUMBER(SIOCGPGRP, 7),
	NUMBER(SIOCSPGRP, -1),
	NUMBER(SIOCGPGRP, 7),
	NUMBER(SIOCSPGRP, 1 << 30),
	NUMBER(FIOSETOWN, 0),
	NUMBER(FIONCLEX, 0),
	NUMBER(FIOCLEX, 0),
	NUMBER(FIOQSIZE, 0),
	NUMBER(FIGETBSZ, 0),
	NUMBER(FIBMAP, 0),
	NUMBER(GSTAMP_OLD, 0),
	NUMBER(GSTAMPNS_OLD, 0),
	NUMBER(GSTAMP_NEW, 0),
	NUMBER(GSTAMPNS_NEW, 0),
	NUMBER(TCGETS, 0),
	NUMBER(SIOCPROTOPRIVATE, 0),
	NUMBER(SIOCPROTOPRIVATE + 1, 0),
	NUMBER(SIOCDEVPRIVATE, 0),
	{ "0", 0 },
	{ "unknown", 0x1234 },
	{ "unknown of sockets", 0x89ff },
	{ "all bits", 0xffffffff },
	INTERFACE(SIOCGIFNAME),
	INTERFACE(SIOCGIFCONF),
	INTERFACE(SIOCGIFFLAGS),
	INTERFACE(SIOCGIFADDR),
	INTERFACE(SIOCGIFDSTADDR),
	INTERFACE(SIOCGIFBRDADDR),
	INTERFACE(SIOCGIFNETMASK),
	INTERFACE(SIOCGIFMETRIC),
	INTERFACE(SIOCGIFMTU),
	INTERFACE(SIOCGIFHWADDR),
	INTERFACE(SIOCGIFINDEX),
	INTERFACE(SIOCGIFTXQLEN),
	INTERFACE(SIOCGIFMAP),
	INTERFACE(SIOCGIFMEM),
	INTERFACE(SIOCGIFPFLAGS),
	INTERFACE(SIOCGIFENCAP),
	INTERFACE(SIOCGIFSLAVE),
	INTERFACE(SIOCGIFBR),
	INTERFACE(SIOCGIFVLAN),
	INTERFACE(SIOCGIFCOUNT),
	INTERFACE(SIOCGIWNAME),
	INTERFACE(SIOCETHTOOL),
	INTERFACE(SIOCGMIIPHY),
	INTERFACE(SIOCGHWTSTAMP),
	INTERFACE(SIOCBONDINFOQUERY),
	INTERFACE(SIOCSIFNAME),
	INTERFACE(SIOCADDMULTI),
	INTERFACE(SIOCDELMULTI),
	INTERFACE(SIOCGARP),
	INTERFACE(SIOCSARP),
	INTERFACE(SIOCDARP),
	INTERFACE(SIOCGRARP),
	INTERFACE(SIOCADDRT),
	INTERFACE(SIOCDELRT),
	INTERFACE(SIOCSIFADDR),
	INTERFACE(SIOCDIFADDR),
};

struct answer {
	int ret, err;
	unsigned char value[ROOM];
};

/* "lo", and nothing more that anybody could take for an order. */
static void ask(int fd, const struct request *r, struct answer *a)
{
	memset(a, 0, sizeof(*a));
	if (r->takes == AN_INTERFACE)
		strcpy((char *)a->value, "lo");
	else
		memcpy(a->value, &r->value, sizeof(r->value));
	a->ret = ioctl(fd, r->number, a->value);
	a->err = a->ret < 0 ? errno : 0;
}

static void ask_badly(int fd, const struct request *r, struct answer *a)
{
	memset(a, 0, sizeof(*a));
	a->ret = ioctl(fd, r->number, BAD_POINTER);
	a->err = a->ret < 0 ? errno : 0;
}

static void show(const struct request *r, const struct pose *how,
		 enum over over, const struct answer *want,
		 const struct answer *got)
{
	const struct answer *all[2] = { want, got };
	char text[2][80];
	int i, k, used;

	for (i = 0; i < 2; i++) {
		used = snprintf(text[i], sizeof(text[i]), "%d %s:", all[i]->ret,
				errno_text(all[i]->err));
		for (k = 0; k < 20; k++)
			used += snprintf(text[i] + used, sizeof(text[i]) - used,
					 " %02x", all[i]->value[k]);
	}
	test_note("ioctl %s, %s over %s: expected %s; got %s", r->text,
		  how->name, over_text(over), text[0], text[1]);
}

static int differs(const struct request *r, const struct pose *how,
		   enum over over, const struct answer *want,
		   const struct answer *got)
{
	struct differ_answer wanted = { .err = want->err };
	struct differ_answer gotten = { .err = got->err };

	differ_asked("ioctl", r->text, "ioctl", how->name);
	if (want->ret == got->ret && want->err == got->err &&
	    !memcmp(want->value, got->value, ROOM))
		return 0;
	if (differ_excuses("ioctl", r->text, "ioctl", how->name, &wanted,
			   &gotten))
		return 0;
	show(r, how, over, want, got);
	return 1;
}

static int compare(const struct pose *how, enum over over,
		   void (*call)(int fd, const struct request *r,
				struct answer *a))
{
	struct answer want, got;
	struct posed a, b;
	size_t i;
	int bad = 0;

	pose(&a, KERNEL_TCP, over, how);
	pose(&b, subject(), over, how);
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		if (!pose_tries(how, i))
			continue;
		call(a.fd, &requests[i], &want);
		call(b.fd, &requests[i], &got);
		bad += differs(&requests[i], how, over, &want, &got);
	}
	pose_end(&a);
	pose_end(&b);
	return bad;
}

static void expect_alike(const struct pose *how,
			 void (*call)(int fd, const struct request *r,
				      struct answer *a))
{
	enum over over;
	int bad = 0;

	differ_read();
	for (over = 0; over < OVER_COUNT; over++)
		if (pose_wanted(how, over))
			bad += compare(how, over, call);
	if (bad)
		test_fail("%d answers differ; see Documentation/testing.rst",
			  bad);
}

POSE_FIXTURE(ioctl)

TEST_F_TIMEOUT(ioctl, each_answers_as_the_kernels_does, LONG_TEST)
{
	expect_alike(&variant->pose, ask);
}

TEST_F_TIMEOUT(ioctl, bad_pointers_are_told_as_the_kernel_tells_them, LONG_TEST)
{
	expect_alike(&variant->pose, ask_badly);
}

FIXTURE(namespace) { int unused; };

FIXTURE_SETUP(namespace)
{
	test_begin();
	poses_setup();
}

FIXTURE_TEARDOWN(namespace)
{
}

/* SIOCGSKNS opens the namespace of the socket: it is one and the same. */
TEST_F(namespace, can_be_asked_for)
{
	struct stat want, got;
	struct posed p;
	int fd;

	pose(&p, subject(), OVER_IPV4,
	     &(struct pose){ "fresh", pose_fresh });
	fd = check_ok(ioctl(p.fd, GSKNS));
	check_ok(fstat(fd, &got));
	check_ok(stat("/proc/self/ns/net", &want));
	check_eq(got.st_ino, want.st_ino);
}

FIXTURE(list) { int unused; };

FIXTURE_SETUP(list)
{
	test_begin();
}

FIXTURE_TEARDOWN(list)
{
}

/* After all of the others, in the order of this file. */
TEST_F(list, has_no_ioctl_that_does_not_differ)
{
	if (stack_is_kernel())
		SKIP(return, "needs both stacks");
	if (getenv("MYTCP_TEST_FAMILY") || getenv("MYTCP_TEST_EVERY"))
		SKIP(return, "not selected");	/* what it is for may be left out */
	differ_read();
	check_eq(differ_out_of_date(), 0);
}

TEST_HARNESS_MAIN
