// SPDX-License-Identifier: GPL-2.0
/*
 * TCP Fast Open, RFC 7413: the cookie that proves an address, the keys it is made
 * of, and the limit of connections whose address nobody has proved yet.
 */
#include <linux/types.h>
#include <linux/minmax.h>
#include <linux/siphash.h>
#include <linux/string.h>

#include "mytcp/proto/fastopen.h"

#define WORDS		4	/* of a key's text, of 32 bits each */
#define DIGITS		8	/* of a word */
#define PAUSE_DOUBLES	6	/* times at most */

static u64 get_le64(const u8 *octets)
{
	u64 value = 0;
	int i;

	for (i = 7; i >= 0; i--)
		value = value << 8 | octets[i];
	return value;
}

static void put_le64(u8 *octets, u64 value)
{
	int i;

	for (i = 0; i < 8; i++)
		octets[i] = value >> 8 * i;
}

/*
 * The peer's address and ours, as they stand in the header of its SYN, no port:
 * what the kernel's TCP makes of the same key is the same, so servers of either
 * stack behind one balancer know each other's cookies.
 */
static void make_with(const siphash_key_t *key,
		      const struct mytcp_cookie_tuple *tuple,
		      struct mytcp_fastopen_cookie *cookie)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	u32 ends[8] __aligned(8);
	size_t len = sizeof(ends);

	memcpy(ends, tuple->raddr, sizeof(tuple->raddr));
	memcpy(ends + 4, tuple->laddr, sizeof(tuple->laddr));
	if (!memcmp(ends, mapped, sizeof(mapped))) {
		ends[0] = tuple->raddr[3];
		ends[1] = tuple->laddr[3];
		len = 2 * sizeof(ends[0]);
	}
	cookie->len = MYTCP_FASTOPEN_COOKIE_LEN;
	put_le64(cookie->octet, siphash(ends, len, key));
}

/**
 * mytcp_fastopen_make() - a cookie for a client, RFC 7413 4.1.2
 * @keys: the server's
 * @tuple: the connection; its ports do not count
 * @cookie: result
 *
 * Context: any, no locks.
 */
void mytcp_fastopen_make(const struct mytcp_fastopen_keys *keys,
			 const struct mytcp_cookie_tuple *tuple,
			 struct mytcp_fastopen_cookie *cookie)
{
	make_with(&keys->key[0], tuple, cookie);
}

/* All octets are looked at, whichever differs: no clock tells of them. */
static bool same(const struct mytcp_fastopen_cookie *a,
		 const struct mytcp_fastopen_cookie *b)
{
	u8 differ = a->len ^ b->len;
	int i;

	for (i = 0; i < MYTCP_FASTOPEN_COOKIE_LEN; i++)
		differ |= a->octet[i] ^ b->octet[i];
	return !differ;
}

/**
 * mytcp_fastopen_judge() - what to do with a SYN, RFC 7413 4.2.2
 * @keys: the server's
 * @tuple: the connection
 * @opts: of the SYN
 * @text: it has data
 * @free: this server wants no cookie
 *
 * Context: any, no locks.
 * Return: the act.
 */
enum mytcp_fastopen_act
mytcp_fastopen_judge(const struct mytcp_fastopen_keys *keys,
		     const struct mytcp_cookie_tuple *tuple,
		     const struct mytcp_opts *opts, bool text, bool free)
{
	bool option = opts->has & MYTCP_HAS_FASTOPEN;
	struct mytcp_fastopen_cookie ours;
	unsigned int i;

	if (free && (text || option))
		return MYTCP_FASTOPEN_TAKE;
	if (!option)
		return MYTCP_FASTOPEN_IGNORE;
	if (!opts->fastopen.len)
		return MYTCP_FASTOPEN_GIVE;
	for (i = 0; i < keys->count; i++) {
		make_with(&keys->key[i], tuple, &ours);
		if (same(&ours, &opts->fastopen))
			return i ? MYTCP_FASTOPEN_RENEW : MYTCP_FASTOPEN_TAKE;
	}
	return MYTCP_FASTOPEN_REFUSE;
}

/**
 * mytcp_fastopen_keys_load() - keys from the octets of TCP_FASTOPEN_KEY
 * @keys: result
 * @octets: MYTCP_FASTOPEN_KEY_LEN for each key
 * @count: keys, 1 or 2
 *
 * Context: any, no locks.
 */
void mytcp_fastopen_keys_load(struct mytcp_fastopen_keys *keys,
			      const u8 *octets, unsigned int count)
{
	unsigned int i;

	memset(keys, 0, sizeof(*keys));
	keys->count = count;
	for (i = 0; i < count; i++, octets += MYTCP_FASTOPEN_KEY_LEN) {
		keys->key[i].key[0] = get_le64(octets);
		keys->key[i].key[1] = get_le64(octets + 8);
	}
}

/**
 * mytcp_fastopen_keys_store() - the inverse
 * @keys: the keys
 * @octets: room for two
 *
 * Context: any, no locks.
 * Return: octets written.
 */
unsigned int mytcp_fastopen_keys_store(const struct mytcp_fastopen_keys *keys,
				       u8 *octets)
{
	unsigned int i;

	for (i = 0; i < keys->count; i++, octets += MYTCP_FASTOPEN_KEY_LEN) {
		put_le64(octets, keys->key[i].key[0]);
		put_le64(octets + 8, keys->key[i].key[1]);
	}
	return keys->count * MYTCP_FASTOPEN_KEY_LEN;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One to eight digits. Returns what follows them, or NULL. */
static const char *parse_word(const char *text, u32 *word)
{
	int digits = 0;

	for (*word = 0; digit_of(*text) >= 0; digits++)
		*word = *word << 4 | digit_of(*text++);
	return digits && digits <= DIGITS ? text : NULL;
}

/* Four words, with a dash between them. */
static const char *parse_key(const char *text, siphash_key_t *key)
{
	u32 words[WORDS];
	int i;

	for (i = 0; i < WORDS; i++) {
		if (i && *text++ != '-')
			return NULL;
		text = parse_word(text, &words[i]);
		if (!text)
			return NULL;
	}
	key->key[0] = (u64)words[1] << 32 | words[0];
	key->key[1] = (u64)words[3] << 32 | words[2];
	return text;
}

/**
 * mytcp_fastopen_keys_parse() - keys as the setting fastopen_key has them
 * @keys: result, unchanged when the text is wrong
 * @text: one key or two with a comma between; a line feed may end it
 *
 * A key is four words in hexadecimal digits, the octets of each in the opposite
 * order: so does the kernel write its tcp_fastopen_key on most machines.
 *
 * Context: any, no locks.
 * Return: true when the text is right.
 */
bool mytcp_fastopen_keys_parse(struct mytcp_fastopen_keys *keys,
			       const char *text)
{
	struct mytcp_fastopen_keys read = { .count = 1 };

	text = parse_key(text, &read.key[0]);
	if (text && *text == ',') {
		read.count++;
		text = parse_key(text + 1, &read.key[1]);
	}
	if (!text)
		return false;
	if (*text == '\n')
		text++;
	if (*text)
		return false;
	*keys = read;
	return true;
}

static char *print_word(char *text, u32 word)
{
	int i;

	for (i = DIGITS - 1; i >= 0; i--)
		*text++ = "0123456789abcdef"[word >> 4 * i & 0xf];
	return text;
}

static char *print_key(char *text, const siphash_key_t *key)
{
	int i;

	for (i = 0; i < WORDS; i++) {
		if (i)
			*text++ = '-';
		text = print_word(text, key->key[i / 2] >> 32 * (i % 2));
	}
	return text;
}

/**
 * mytcp_fastopen_keys_print() - the inverse
 * @keys: the keys
 * @text: MYTCP_FASTOPEN_TEXT_LEN characters
 *
 * Context: any, no locks.
 * Return: characters written, without the NUL that ends them.
 */
unsigned int mytcp_fastopen_keys_print(const struct mytcp_fastopen_keys *keys,
				       char *text)
{
	char *at = print_key(text, &keys->key[0]);

	if (keys->count > 1) {
		*at++ = ',';
		at = print_key(at, &keys->key[1]);
	}
	*at = '\0';
	return at - text;
}

/* Time has gone on: seconds that are too old give their place to new ones. */
static void limit_age(struct mytcp_fastopen_limit *limit, u32 now)
{
	u32 passed = min_t(u32, now - limit->second, MYTCP_FASTOPEN_PENALTY);
	u32 i;

	/* who has read the clock before another does not turn it back */
	if ((s32)(now - limit->second) <= 0)
		return;
	for (i = 0; i < passed; i++) {
		u32 *oldest = &limit->each[(now - i) % MYTCP_FASTOPEN_PENALTY];

		limit->resets -= *oldest;
		*oldest = 0;
	}
	limit->second = now;
}

/**
 * mytcp_fastopen_limit_join() - may another connection be pending?
 * @limit: of the listener; caller's lock
 * @now: a clock, seconds
 *
 * Context: any.
 * Return: true when it is one of them now.
 */
bool mytcp_fastopen_limit_join(struct mytcp_fastopen_limit *limit, u32 now)
{
	limit_age(limit, now);
	if (limit->pending + limit->resets >= limit->most)
		return false;
	limit->pending++;
	return true;
}

/**
 * mytcp_fastopen_limit_leave() - a connection is pending no more
 * @limit: of the listener it came in by; caller's lock
 * @now: a clock, seconds
 * @reset: it has ended before its handshake has
 *
 * Context: any.
 */
void mytcp_fastopen_limit_leave(struct mytcp_fastopen_limit *limit, u32 now,
				bool reset)
{
	limit_age(limit, now);
	limit->pending--;
	if (!reset)
		return;
	limit->resets++;
	limit->each[limit->second % MYTCP_FASTOPEN_PENALTY]++;
}

/**
 * mytcp_fastopen_pause() - how long not to try again
 * @seconds: after the first failure
 * @times: failures in a row
 *
 * Context: any, no locks.
 * Return: seconds, doubled with each failure, six times at most.
 */
u64 mytcp_fastopen_pause(u32 seconds, u32 times)
{
	if (!times)
		return 0;
	return (u64)seconds << min_t(u32, times - 1, PAUSE_DOUBLES);
}

/**
 * mytcp_fastopen_room() - octets of data that a SYN may have
 * @mss: octets without options, by the path and by what the peer said last time
 *
 * RFC 7413 4.2.1. All the options there could be are left room for: a middlebox
 * may add some to a SYN, and it must not be fragmented then.
 *
 * Context: any, no locks.
 * Return: octets.
 */
u32 mytcp_fastopen_room(u32 mss)
{
	return mss > MYTCP_OPT_SPACE ? mss - MYTCP_OPT_SPACE : 0;
}
