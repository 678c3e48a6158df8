/* SPDX-License-Identifier: GPL-2.0 */
/* min() and its kin, which evaluate an argument once, for mytcp/proto on the host. */
#ifndef MYTCP_UNIT_LINUX_MINMAX_H
#define MYTCP_UNIT_LINUX_MINMAX_H

#define min_t(type, x, y) ({			\
	type min_x_ = (x);			\
	type min_y_ = (y);			\
	min_x_ < min_y_ ? min_x_ : min_y_;	\
})

#define max_t(type, x, y) ({			\
	type max_x_ = (x);			\
	type max_y_ = (y);			\
	max_x_ > max_y_ ? max_x_ : max_y_;	\
})

/* The kernel refuses arguments of different signedness; so does this. */
#define same_type_(x, y)	\
	_Static_assert(__builtin_types_compatible_p(__typeof__(+(x)), __typeof__(+(y))), \
		       "min/max of different types")

#define min(x, y) ({ same_type_(x, y); min_t(__typeof__(+(x)), x, y); })
#define max(x, y) ({ same_type_(x, y); max_t(__typeof__(+(x)), x, y); })
#define min3(x, y, z) ({			\
	__typeof__(x) min3_ = min(x, y);	\
	min(min3_, z);				\
})
#define clamp(x, lo, hi) ({			\
	__typeof__(x) clamp_ = max(x, lo);	\
	min(clamp_, hi);			\
})

#define clamp_t(type, x, lo, hi) ({		\
	type clamp_x_ = (x);			\
	clamp_x_ = max_t(type, clamp_x_, lo);	\
	min_t(type, clamp_x_, hi);		\
})

#endif /* MYTCP_UNIT_LINUX_MINMAX_H */
