// SPDX-License-Identifier: GPL-2.0
/*
 * Which congestion controls there are, who uses which, and their memory.
 *
 * An algorithm may be another module's. Whoever uses one, a socket or a namespace's
 * default, holds a reference to that module, so it cannot go while it is used. Who
 * only looks does so under algorithms_lock or RCU, which unregistering waits for.
 */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "mytcp/compat/slab.h"
#include "mytcp/sock/algorithms.h"
#include "mytcp/sock/netns.h"

/**
 * struct algorithm - one that can be chosen
 * @link: among all; algorithms_lock
 * @ops: what it does
 * @allowed: for those without CAP_NET_ADMIN, too; algorithms_lock
 */
struct algorithm {
	struct list_head link;
	const struct mytcp_cong_ops *ops;
	bool allowed;
};

static struct algorithm builtin[] = {
	{ .ops = &mytcp_cong_reno, .allowed = true },
	{ .ops = &mytcp_cong_cubic, .allowed = true },
	{ .ops = &mytcp_cong_dctcp },
	{ .ops = &mytcp_cong_bbr },
};

static LIST_HEAD(algorithms);
static DEFINE_SPINLOCK(algorithms_lock);
static struct kmem_cache *room_cache;

static struct algorithm *find_algorithm(const char *name)
{
	struct algorithm *a;

	lockdep_assert_held(&algorithms_lock);
	list_for_each_entry(a, &algorithms, link) {
		if (!strcmp(a->ops->name, name))
			return a;
	}
	return NULL;
}

/* Names are words in the settings that list them. */
static bool is_sound(const struct mytcp_cong_ops *ops)
{
	size_t len = strnlen(ops->name, MYTCP_CONG_NAME_MAX);

	return len && len < MYTCP_CONG_NAME_MAX && !strpbrk(ops->name, " \t\n") &&
	       ops->on_ack && ops->ssthresh &&
	       ops->priv_size <= MYTCP_CONG_PRIV_MAX;
}

/**
 * mytcp_cong_register() - another congestion control
 * @ops: stays in place until mytcp_cong_unregister(); owner is THIS_MODULE
 *
 * From now on it can be chosen, but by nobody without CAP_NET_ADMIN unless
 * net.mytcp.allowed_congestion_control says so.
 *
 * Context: process.
 * Return: 0; -EINVAL when it lacks a name or a hook, or wants too much memory,
 * -EEXIST when there is one of this name, -ENOMEM.
 */
int mytcp_cong_register(const struct mytcp_cong_ops *ops)
{
	struct algorithm *a;
	int err = -EEXIST;

	if (!is_sound(ops))
		return -EINVAL;
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	a->ops = ops;
	spin_lock(&algorithms_lock);
	if (!find_algorithm(ops->name)) {
		list_add_tail(&a->link, &algorithms);
		err = 0;
	}
	spin_unlock(&algorithms_lock);
	if (err)
		kfree(a);
	return err;
}
EXPORT_SYMBOL_GPL(mytcp_cong_register);

/**
 * mytcp_cong_unregister() - it can be chosen no more
 * @ops: registered
 *
 * To be called when its module goes, which cannot be while it is used.
 *
 * Context: process; waits for a grace period.
 */
void mytcp_cong_unregister(const struct mytcp_cong_ops *ops)
{
	struct algorithm *a;

	spin_lock(&algorithms_lock);
	a = find_algorithm(ops->name);
	if (WARN_ON_ONCE(!a || a->ops != ops))
		a = NULL;
	else
		list_del(&a->link);
	spin_unlock(&algorithms_lock);
	/* a listener's child may be looking at what its parent has just left */
	synchronize_rcu();
	kfree(a);
}
EXPORT_SYMBOL_GPL(mytcp_cong_unregister);

/**
 * mytcp_algorithms_begin() - a new socket: the namespace's default
 * @cong: ops, priv and chosen are written, the rest is mytcp_cong_start()'s
 * @net: its namespace
 *
 * Context: any.
 */
void mytcp_algorithms_begin(struct mytcp_cong *cong, const struct net *net)
{
	cong->priv = NULL;
	cong->chosen = 0;
	rcu_read_lock();
	cong->ops = rcu_dereference(mytcp_net(net)->cong);
	if (!try_module_get(cong->ops->owner))
		cong->ops = &mytcp_cong_reno;
	rcu_read_unlock();
}

/**
 * mytcp_algorithms_inherit() - a listener's child
 * @cong: a copy of the listener's, made under RCU
 * @net: its namespace
 *
 * What TCP_CONGESTION has chosen for the listener is the child's, too; else the
 * default of today.
 *
 * Context: softirq, under the same RCU lock as the copying.
 */
void mytcp_algorithms_inherit(struct mytcp_cong *cong, const struct net *net)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "a child outside of RCU");
	if (cong->chosen && try_module_get(cong->ops->owner))
		cong->priv = NULL;
	else
		mytcp_algorithms_begin(cong, net);
}

/**
 * mytcp_algorithms_choose() - TCP_CONGESTION
 * @cong: of a socket, locked
 * @name: of the algorithm
 * @any: may the user have those that are not allowed to everybody?
 *
 * Context: process.
 * Return: 0; -ENOENT when there is none of this name, -EPERM, or -EBUSY when its
 * module is about to go.
 */
int mytcp_algorithms_choose(struct mytcp_cong *cong, const char *name, bool any)
{
	const struct mytcp_cong_ops *old = cong->ops;
	const struct mytcp_cong_ops *ops = NULL;
	struct algorithm *a;
	int err = 0;

	spin_lock(&algorithms_lock);
	a = find_algorithm(name);
	if (!a)
		err = -ENOENT;
	else if (a->ops == old)
		;	/* what one has one may keep */
	else if (!a->allowed && !any)
		err = -EPERM;
	else if (!try_module_get(a->ops->owner))
		err = -EBUSY;
	else
		ops = a->ops;
	spin_unlock(&algorithms_lock);
	if (err)
		return err;
	cong->chosen = 1;
	if (ops) {
		mytcp_cong_use(cong, ops);
		module_put(old->owner);
	}
	return 0;
}

/**
 * mytcp_algorithms_give_room() - memory for an algorithm that wants it
 * @cong: of a socket, locked
 * @gfp: allocation flags
 *
 * Return: false without memory; the connection goes on as Reno, and may ask again.
 */
bool mytcp_algorithms_give_room(struct mytcp_cong *cong, gfp_t gfp)
{
	struct mytcp_algorithms_room *room;

	room = kmem_cache_alloc(room_cache, gfp | __GFP_NOWARN);
	if (!room)
		return false;
	/* Not by __GFP_ZERO: the cache may have a constructor (compat/slab.h). */
	memset(room, 0, sizeof(*room));
	mytcp_cong_give_priv(cong, room->priv);
	return true;
}

/**
 * mytcp_algorithms_take_room() - the connection is over
 * @cong: of a socket, locked or unreachable; its algorithm stays
 */
void mytcp_algorithms_take_room(struct mytcp_cong *cong)
{
	if (!cong->priv)
		return;
	kmem_cache_free(room_cache,
			container_of(cong->priv, struct mytcp_algorithms_room,
				     priv[0]));
	cong->priv = NULL;
}

/**
 * mytcp_algorithms_release() - the socket is over
 * @cong: of a socket, locked or unreachable; nothing of it is used afterwards but
 *	the name, which a listing may look for
 */
void mytcp_algorithms_release(struct mytcp_cong *cong)
{
	const struct mytcp_cong_ops *ops = cong->ops;

	mytcp_algorithms_take_room(cong);
	WRITE_ONCE(cong->ops, &mytcp_cong_reno);
	module_put(ops->owner);
}

/**
 * mytcp_algorithms_name() - which one a socket has
 * @cong: of a socket, locked or not: it may be choosing, or on its way out
 * @name: MYTCP_CONG_NAME_MAX octets, written
 *
 * Context: any.
 */
void mytcp_algorithms_name(const struct mytcp_cong *cong, char *name)
{
	rcu_read_lock();
	strscpy(name, READ_ONCE(cong->ops)->name, MYTCP_CONG_NAME_MAX);
	rcu_read_unlock();
}

/**
 * mytcp_algorithms_name_default() - net.mytcp.congestion_control
 * @mn: namespace
 * @name: MYTCP_CONG_NAME_MAX octets, written
 */
void mytcp_algorithms_name_default(const struct mytcp_net *mn, char *name)
{
	rcu_read_lock();
	strscpy(name, rcu_dereference(mn->cong)->name, MYTCP_CONG_NAME_MAX);
	rcu_read_unlock();
}

/**
 * mytcp_algorithms_set_default() - the same, written
 * @mn: namespace
 * @name: of the algorithm; in the initial namespace it is allowed to everybody
 *	then
 *
 * Context: process.
 * Return: 0; -ENOENT when there is none of this name, -EPERM when the initial
 * namespace has not allowed it to everybody, -EBUSY when its module is about to go.
 */
int mytcp_algorithms_set_default(struct mytcp_net *mn, const char *name)
{
	const struct mytcp_cong_ops *old = NULL;
	struct algorithm *a;
	int err = 0;

	spin_lock(&algorithms_lock);
	a = find_algorithm(name);
	if (!a) {
		err = -ENOENT;
	} else if (!a->allowed && mn != mytcp_net(&init_net)) {
		err = -EPERM;
	} else if (!try_module_get(a->ops->owner)) {
		err = -EBUSY;
	} else {
		a->allowed = true;
		old = rcu_replace_pointer(mn->cong, a->ops,
					  lockdep_is_held(&algorithms_lock));
	}
	spin_unlock(&algorithms_lock);
	if (old)
		module_put(old->owner);
	return err;
}

/**
 * mytcp_algorithms_list() - their names
 * @text: written, a space between two
 * @size: of @text
 * @allowed: only those allowed to everybody
 */
void mytcp_algorithms_list(char *text, size_t size, bool allowed)
{
	struct algorithm *a;
	size_t len = 0;

	text[0] = '\0';
	spin_lock(&algorithms_lock);
	list_for_each_entry(a, &algorithms, link) {
		if (allowed && !a->allowed)
			continue;
		len += scnprintf(text + len, size - len, "%s%s",
				 len ? " " : "", a->ops->name);
	}
	spin_unlock(&algorithms_lock);
}

/* How many of the words are names of algorithms; -ENOENT if one is not. */
static int allow_words(char *names, bool apply)
{
	struct algorithm *a;
	char *name;
	int count = 0;

	while ((name = strsep(&names, " \t\n"))) {
		if (!*name)
			continue;
		a = find_algorithm(name);
		if (!a)
			return -ENOENT;
		if (apply)
			a->allowed = true;
		count++;
	}
	return count;
}

/**
 * mytcp_algorithms_allow() - net.mytcp.allowed_congestion_control
 * @names: what everybody may choose, and nothing else; changed
 *
 * Context: process.
 * Return: 0; -ENOENT when a name is none's, and nothing has changed; -ENOMEM.
 */
int mytcp_algorithms_allow(char *names)
{
	char *copy = kstrdup(names, GFP_KERNEL);
	struct algorithm *a;
	int err;

	if (!copy)
		return -ENOMEM;
	spin_lock(&algorithms_lock);
	err = allow_words(copy, false);
	if (err >= 0) {
		list_for_each_entry(a, &algorithms, link)
			a->allowed = false;
		allow_words(names, true);
	}
	spin_unlock(&algorithms_lock);
	kfree(copy);
	return min(err, 0);
}

/**
 * mytcp_algorithms_net_init() - a namespace begins with the initial one's default
 * @net: namespace
 *
 * Context: process.
 */
void mytcp_algorithms_net_init(struct net *net)
{
	const struct mytcp_cong_ops *ops = &mytcp_cong_cubic;

	if (!net_eq(net, &init_net)) {
		rcu_read_lock();
		ops = rcu_dereference(mytcp_net(&init_net)->cong);
		if (!try_module_get(ops->owner))
			ops = &mytcp_cong_cubic;
		rcu_read_unlock();
	}
	rcu_assign_pointer(mytcp_net(net)->cong, ops);
}

/**
 * mytcp_algorithms_net_exit() - the inverse; no socket of the namespace is left
 * @net: namespace
 *
 * Context: process.
 */
void mytcp_algorithms_net_exit(struct net *net)
{
	module_put(rcu_dereference_protected(mytcp_net(net)->cong, true)->owner);
}

/**
 * mytcp_algorithms_init() - MyTCP's own can be chosen
 *
 * Context: module init, before the first namespace.
 * Return: 0 or -ENOMEM.
 */
int mytcp_algorithms_init(void)
{
	int i;

	room_cache = mytcp_slab_alone("mytcp_cong",
				      sizeof(struct mytcp_algorithms_room));
	if (!room_cache)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(builtin); i++)
		list_add_tail(&builtin[i].link, &algorithms);
	return 0;
}

/**
 * mytcp_algorithms_exit() - the inverse
 *
 * Context: module exit, after the last namespace. Other modules' algorithms are
 * gone: they need our symbols.
 */
void mytcp_algorithms_exit(void)
{
	kmem_cache_destroy(room_cache);
}
