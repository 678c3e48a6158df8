/* SPDX-License-Identifier: GPL-2.0 */
/* The host has no modules that would need the symbols. */
#ifndef MYTCP_UNIT_LINUX_EXPORT_H
#define MYTCP_UNIT_LINUX_EXPORT_H

#define EXPORT_SYMBOL_GPL(name)	_Static_assert(1, #name)

#endif /* MYTCP_UNIT_LINUX_EXPORT_H */
