// SPDX-License-Identifier: GPL-2.0
/*
 * Chance that can be had again: tc of Debian 12 does not know netem's seed yet, so the
 * options of a qdisc that tc has made are read, and given back with a seed.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "lib/fail.h"
#include "netem.h"

#define PRNG_SEED	(TCA_NETEM_SLOT_DIST + 1)	/* since Linux 6.6 */
#define BUFFER		32768

/* What is asked of a message that says how a qdisc is: its options. */
struct found {
	int ifindex;
	struct tcmsg tc;
	char options[1024];
	size_t len;
};

static int read_options(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	struct found *found = arg;
	const struct nlattr *attr;
	bool netem = false;

	if (tc->tcm_ifindex != found->ifindex)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*tc)) {
		if (mnl_attr_get_type(attr) == TCA_KIND)
			netem = !strcmp(mnl_attr_get_str(attr), "netem");
		if (!netem || mnl_attr_get_type(attr) != TCA_OPTIONS)
			continue;
		found->tc = *tc;
		found->len = mnl_attr_get_payload_len(attr);
		check_le(found->len, sizeof(found->options));
		memcpy(found->options, mnl_attr_get_payload(attr), found->len);
	}
	return MNL_CB_OK;
}

/* The kernel tells the seed of a qdisc, if it knows of seeds. */
static bool knows_seeds(const struct found *found)
{
	size_t head = MNL_ALIGN(sizeof(struct tc_netem_qopt));
	const void *attrs = found->options + head;
	const struct nlattr *attr;

	mnl_attr_for_each_payload(attrs, found->len - head)
		if (mnl_attr_get_type(attr) == PRNG_SEED)
			return true;
	return false;
}

/* Sends what is in @buf, and takes the answers up to the last one. */
static void talk(struct mnl_socket *nl, char *buf, mnl_cb_t take, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	int got, more = MNL_CB_OK;

	nlh->nlmsg_seq = 1;
	check_ok(mnl_socket_sendto(nl, nlh, nlh->nlmsg_len));
	while (more == MNL_CB_OK) {
		got = check_ok(mnl_socket_recvfrom(nl, buf, BUFFER));
		more = check_ok(mnl_cb_run(buf, got, 1, mnl_socket_get_portid(nl),
					   take, arg));
	}
}

static void find_netem(struct mnl_socket *nl, struct found *found)
{
	char buf[BUFFER];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct tcmsg *tc;

	nlh->nlmsg_type = RTM_GETQDISC;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	tc = mnl_nlmsg_put_extra_header(nlh, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	talk(nl, buf, read_options, found);
	check(found->len);
}

static void give_back(struct mnl_socket *nl, const struct found *found, uint64_t seed)
{
	char buf[BUFFER];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct tcmsg *tc;
	struct nlattr *nest;

	nlh->nlmsg_type = RTM_NEWQDISC;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	tc = mnl_nlmsg_put_extra_header(nlh, sizeof(*tc));
	*tc = found->tc;
	tc->tcm_info = 0;
	mnl_attr_put_strz(nlh, TCA_KIND, "netem");
	nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	memcpy(mnl_nlmsg_get_payload_tail(nlh), found->options, found->len);
	nlh->nlmsg_len += MNL_ALIGN(found->len);
	/* of two the last counts */
	mnl_attr_put_u64(nlh, PRNG_SEED, seed);
	mnl_attr_nest_end(nlh, nest);
	talk(nl, buf, NULL, NULL);
}

bool netem_seed(const char *dev, uint64_t seed)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct found found = { .ifindex = (int)if_nametoindex(dev) };
	bool seeded;

	check(nl);
	check_ok(mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID));
	find_netem(nl, &found);
	seeded = knows_seeds(&found);
	if (seeded)
		give_back(nl, &found, seed);
	mnl_socket_close(nl);
	return seeded;
}
