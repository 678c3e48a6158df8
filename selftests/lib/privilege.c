// SPDX-License-Identifier: GPL-2.0
/* Capabilities, without libcap; see privilege.h. */
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "privilege.h"

static void set_capabilities(const struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	check_ok(syscall(SYS_capset, &head, data));
}

void drop_capabilities(void)
{
	set_capabilities((struct __user_cap_data_struct[2]){ 0 });
}

void keep_capability(int capability)
{
	struct __user_cap_data_struct data[2] = { 0 };

	data[capability / 32].permitted = 1U << capability % 32;
	data[capability / 32].effective = 1U << capability % 32;
	set_capabilities(data);
}
