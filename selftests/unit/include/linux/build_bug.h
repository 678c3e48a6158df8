/* SPDX-License-Identifier: GPL-2.0 */
/* static_assert() without a text, for mytcp/proto on the host. */
#ifndef MYTCP_UNIT_LINUX_BUILD_BUG_H
#define MYTCP_UNIT_LINUX_BUILD_BUG_H

#undef static_assert
#define static_assert(expr)	_Static_assert(expr, #expr)

#endif /* MYTCP_UNIT_LINUX_BUILD_BUG_H */
