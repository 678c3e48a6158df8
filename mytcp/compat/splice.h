/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How sendfile() and splice() reach a socket. Until 6.4 page by page, by
 * sendpage, and a flag says that more pages follow. Since 6.5 by sendmsg, and
 * splice_eof says that a promise of more is not kept; late releases of 6.1 have that as
 * well, so Kbuild looks for it.
 */
#ifndef MYTCP_COMPAT_SPLICE_H
#define MYTCP_COMPAT_SPLICE_H

#include <linux/bvec.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <linux/version.h>
#include <net/inet_common.h>
#include <net/sock.h>

#ifdef MYTCP_HAS_SPLICE_EOF
#define MYTCP_PROTO_OPS_EOF	.splice_eof = inet_splice_eof
#else
#define MYTCP_PROTO_OPS_EOF
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define MYTCP_MSG_MORE		MSG_MORE
#define MYTCP_PROTO_OPS_SPLICE	MYTCP_PROTO_OPS_EOF

static inline bool mytcp_splice_is_asked(const struct msghdr *msg)
{
	return msg->msg_flags & MSG_SPLICE_PAGES;
}

/* Octets, of which the skb knows; -EMSGSIZE when it has no fragment free. */
static inline ssize_t mytcp_splice_pages(struct sk_buff *skb, struct iov_iter *iter,
					 size_t most, gfp_t gfp)
{
	return skb_splice_from_iter(skb, iter, most, gfp);
}
#else
#define MYTCP_MSG_MORE		(MSG_MORE | MSG_SENDPAGE_NOTLAST)
#define MYTCP_HAS_SENDPAGE
#define MYTCP_PROTO_OPS_SPLICE	.sendpage = mytcp_api_sendpage, MYTCP_PROTO_OPS_EOF

ssize_t mytcp_api_sendpage(struct socket *sock, struct page *page, int offset,
			   size_t size, int flags);

static inline bool mytcp_splice_is_asked(const struct msghdr *msg)
{
	return false;
}

/* The same; of an iterator over one page. */
static inline ssize_t mytcp_splice_pages(struct sk_buff *skb, struct iov_iter *iter,
					 size_t most, gfp_t gfp)
{
	int offset = iter->bvec->bv_offset + iter->iov_offset;
	struct page *page = iter->bvec->bv_page;
	int i = skb_shinfo(skb)->nr_frags;

	if (skb_can_coalesce(skb, i, page, offset)) {
		skb_frag_size_add(&skb_shinfo(skb)->frags[i - 1], most);
	} else {
		if (i >= MAX_SKB_FRAGS)
			return -EMSGSIZE;
		get_page(page);
		skb_fill_page_desc_noacc(skb, i, page, offset, most);
	}
	skb->len += most;
	skb->data_len += most;
	skb->truesize += most;
	iov_iter_advance(iter, most);
	return most;
}
#endif

static inline void mytcp_splice_set_eof(struct proto *prot,
					void (*eof)(struct socket *sock))
{
#ifdef MYTCP_HAS_SPLICE_EOF
	prot->splice_eof = eof;
#endif
}

#endif /* MYTCP_COMPAT_SPLICE_H */
