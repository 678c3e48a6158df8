/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One TCP segment, as a test writes it down and as it travels in bytes.
 *
 * A struct seg serves three purposes with the same words: what a test injects,
 * what it expects, and what was received. Numbers are 64 bits wide so that
 * "not said" and "anything" differ from every value a header can hold.
 */
#ifndef SELFTESTS_LIB_PACKET_H
#define SELFTESTS_LIB_PACKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Flags, as they lie in bytes 12 and 13 of the header. */
#define FIN	0x001
#define SYN	0x002
#define RST	0x004
#define PSH	0x008
#define ACK	0x010
#define URG	0x020
#define ECE	0x040
#define CWR	0x080
#define AE	0x100
/* Only in expect(): PSH may be there or not. */
#define ANYPSH	0x1000

#define ANY	INT64_MIN		/* expect(): every value will do */
#define UNSET	(INT64_MIN + 1)		/* take what would come next in order */
#define LAST_TS	(INT64_MIN + 2)		/* TS(): the last timestamp received */
/* A sequence number that is meant as it stands, not counted from the ISN. */
#define ABS(x)	((int64_t)(uint32_t)(x) | (1LL << 40))
#define IS_ABS(x) ((x) > 0 && (x) & (1LL << 40))

enum opt_type {
	OPT_END, OPT_NONE, OPT_EOL, OPT_NOP, OPT_MSS, OPT_WS, OPT_SACKOK,
	OPT_SACK, OPT_TS, OPT_RAW,
};

/*
 * One option. The macros below make an options list read like tcpdump's:
 *	.opts = { MSS(1460), SACKOK, TS(100, 0), NOP, WS(7) }
 */
struct opt {
	enum opt_type type;
	int64_t v[8];			/* SACK: left, right, left, ... */
	const void *raw;
	int len;			/* of raw, or numbers used in v */
};

#define NONE		{ .type = OPT_NONE }	/* explicitly no option */
#define EOL		{ .type = OPT_EOL }
#define NOP		{ .type = OPT_NOP }
#define MSS(x)		{ .type = OPT_MSS, .v = { (x) } }
#define WS(x)		{ .type = OPT_WS, .v = { (x) } }
#define SACKOK		{ .type = OPT_SACKOK }
#define TS(val, ecr)	{ .type = OPT_TS, .v = { (val), (ecr) } }
#define SACK(...)	{ .type = OPT_SACK, .v = { __VA_ARGS__ }, \
			  .len = sizeof((int64_t[]){ __VA_ARGS__ }) / 8 }
/* Bytes of a string literal, whatever they mean; padded with zeros if last. */
#define RAW(s)		{ .type = OPT_RAW, .raw = (s), .len = sizeof(s) - 1 }
#define RAWBUF(p, n)	{ .type = OPT_RAW, .raw = (p), .len = (n) }

#define MAX_OPTS	20

struct seg {
	int flags;
	int64_t seq, ack;		/* relative, or ABS() */
	int64_t wnd;			/* the 16 bits as they are, unscaled */
	int64_t urg;
	int64_t len;
	const void *data;		/* NULL: the pattern of the stream */
	struct opt opts[MAX_OPTS];

	/* What follows makes a segment odd; received ones have it filled in. */
	int64_t doff;			/* data offset in words */
	int64_t res;			/* the three reserved bits */
	int64_t badsum;			/* XORed into the right checksum */
	int64_t sport, dport;
	int64_t ttl, tos;
	int64_t label;			/* of IPv6 */
	const char *src, *dst;		/* other addresses, as text */
	/* IPv4 options, a multiple of 4 bytes; or an IPv6 extension header, of 8 */
	const void *ipopt;
	int ipoptlen;
	int exttype;			/* of that header: IPPROTO_HOPOPTS and so on */
	int frag;			/* send as fragments of that many bytes */
	int cut;			/* leave that many bytes off the end */
	int gso;			/* a GRO'd packet of segments this size */
	int linear;			/* so much of a page and more is in one piece */
	bool keep;			/* does not move our own sequence number */
};

/* Left unsaid, everything is UNSET; later initialisers override these. */
#define SEG(f, ...) \
	&(struct seg){ .flags = (f), .seq = UNSET, .ack = UNSET, \
		.wnd = UNSET, .urg = UNSET, .len = UNSET, .doff = UNSET, \
		.res = UNSET, .badsum = UNSET, .sport = UNSET, \
		.dport = UNSET, .ttl = UNSET, .tos = UNSET, .label = UNSET, \
		##__VA_ARGS__ }

/* A payload given as a string literal: expect(w, ACK | PSH, TEXT("hello")). */
#define TEXT(s)		.data = (s), .len = sizeof(s) - 1

#define MAX_PACKET	(65536 + 128)

struct addr {
	int family;
	uint8_t b[16];
};

/* A segment in terms of what is on the wire: no default, no relation. */
struct rawseg {
	struct addr src, dst;
	struct addr hop;		/* dst of the IP header: a source route's */
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint16_t wnd, urg, flags;
	uint8_t res, doff, ttl, tos;
	bool df;
	uint8_t opt[40];
	int optlen;			/* also when doff claims otherwise */
	const uint8_t *data;
	int len;
	uint16_t sum;
	const void *ipopt;
	int ipoptlen, exttype;
	uint32_t label;
	uint16_t ipid;
};

struct addr addr_parse(const char *text);
const char *addr_text(const struct addr *a, char *buf, size_t size);
bool addr_equal(const struct addr *a, const struct addr *b);

/* The byte at a stream offset; differs between neighbours and pages. */
uint8_t pattern(uint64_t offset);
void pattern_fill(void *buf, uint64_t offset, size_t len);

uint32_t csum_add(uint32_t sum, const void *data, size_t len);
uint16_t csum_fold(uint32_t sum);
uint16_t csum_pseudo(const struct addr *src, const struct addr *dst,
		     int proto, uint32_t len);

/* Options list to bytes; returns the length, padded to a word if @pad. */
int opts_build(const struct opt *o, uint8_t *to, bool pad);
/* Bytes to list; false if they are malformed. */
bool opts_parse(const uint8_t *from, int len, struct opt *o);
const struct opt *opts_find(const struct opt *o, enum opt_type type);
/* True if the list has something in it, OPT_NONE included. */
bool opts_given(const struct opt *o);

/* Returns the length of the IP packet written to @to. */
int packet_build(const struct rawseg *s, uint8_t *to, uint16_t badsum);
/* Puts an IP header in front of @len bytes of payload that lie behind it. */
int ip_header_build(uint8_t *to, const struct rawseg *s, int proto, int len);
/* False if the packet is no TCP segment; *@why says what is malformed. */
bool packet_parse(const uint8_t *from, int len, struct rawseg *s,
		  const char **why);
bool packet_sum_ok(const uint8_t *from, int len);

/* In tcpdump's words; seq and ack are printed as given in @s. */
int seg_show(char *buf, size_t size, const struct seg *s);

#endif /* SELFTESTS_LIB_PACKET_H */
