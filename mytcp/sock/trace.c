// SPDX-License-Identifier: GPL-2.0
/* The bodies of the tracepoints; their text is in trace.h. */
#include <linux/in.h>
#include <linux/in6.h>
#include <net/net_namespace.h>

#define CREATE_TRACE_POINTS
#include "mytcp/sock/trace.h"
