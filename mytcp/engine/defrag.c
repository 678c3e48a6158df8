// SPDX-License-Identifier: GPL-2.0
/*
 * IPv4 puts fragments together before LOCAL_IN, IPv6 behind it: there what is put
 * together goes to the kernel's TCP, which refuses it. So nf_defrag_ipv6, which
 * conntrack uses for the same end, is asked to do it before. It is a module, perhaps
 * not loaded, or not there at all: so its symbols are looked up, not linked with.
 */
#include <linux/kmod.h>
#include <linux/module.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "mytcp/engine/defrag.h"

/**
 * mytcp_defrag6_load() - nf_defrag_ipv6 is loaded, if there is such a module
 *
 * Context: process, may sleep. A new module registers with all namespaces, which waits
 * for those that end: so no lock that is taken there.
 */
void mytcp_defrag6_load(void)
{
	if (!symbol_get(nf_defrag_ipv6_enable))
		request_module("nf_defrag_ipv6");
	else
		symbol_put(nf_defrag_ipv6_enable);
}

/**
 * mytcp_defrag6_begin() - fragments of a namespace are put together early
 * @net: namespace
 *
 * Return: false if there is no nf_defrag_ipv6: fragments are refused then.
 */
bool mytcp_defrag6_begin(struct net *net)
{
	int (*enable)(struct net *net);
	bool on;

	enable = symbol_get(nf_defrag_ipv6_enable);
	if (!enable) {
		pr_info_once("mytcp: no nf_defrag_ipv6: IPv6 segments in fragments will be refused\n");
		return false;
	}
	on = !enable(net);
	/* else the reference stays until mytcp_defrag6_end() */
	if (!on)
		symbol_put(nf_defrag_ipv6_enable);
	return on;
}

/**
 * mytcp_defrag6_end() - and now no more
 * @net: namespace, mytcp_defrag6_begin() was true
 */
void mytcp_defrag6_end(struct net *net)
{
	void (*disable)(struct net *net);

	disable = symbol_get(nf_defrag_ipv6_disable);
	if (WARN_ON_ONCE(!disable))
		return;
	disable(net);
	symbol_put(nf_defrag_ipv6_disable);
	symbol_put(nf_defrag_ipv6_enable);
}
