/* SPDX-License-Identifier: GPL-2.0 */
/* The TUN device below a wire, what travelled over it, and its capture. */
#ifndef SELFTESTS_LIB_TUN_H
#define SELFTESTS_LIB_TUN_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stdint.h>

#define TUN_MAX_WIRES	32

struct wire;

struct tun {
	int fd;
	bool vnet;			/* packets carry a virtio_net_hdr */
	char name[16];
	int64_t t0;			/* CLOCK_MONOTONIC at open, microseconds */
	int pcap_fd;			/* -1: no capture */
	struct wire *wires[TUN_MAX_WIRES];
	int wire_count;
	char **log;
	int log_len, log_size;
	struct tun *next;
};

/* @label becomes part of the name of the capture. */
struct tun *tun_open(int mtu, bool offload, const char *label);
void tun_close(struct tun *t);
void tun_write(struct tun *t, const void *packet, int len,
	       const struct virtio_net_hdr *vh);
/* Waits until @deadline (tun_now()) at most; the length, 0 if nothing came. */
int tun_read(struct tun *t, uint8_t *buf, int size, int64_t deadline,
	     struct virtio_net_hdr *vh);
int64_t tun_now(const struct tun *t);
void tun_log(struct tun *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Prints the conversation over all devices. */
void tun_print_logs(void);
/* Names the captures of this process. */
void tun_name_test(const char *test);

#endif /* SELFTESTS_LIB_TUN_H */
