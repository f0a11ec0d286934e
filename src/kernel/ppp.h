/* SPDX-License-Identifier: MIT */
/*
 * The kernel's generic part of PPP, as programs use it by /dev/ppp.  A program that opens that has a file, of which
 * it makes one of two things by ioctl():
 *
 *	a unit		an interface pppN.  Frames of the network control protocols are read from its file and
 *			written to it; IP packets go by the interface.
 *	a line		what the kernel calls a channel: something that takes frames to a peer.  Frames of LCP and of
 *			authentication are read from its file and written to it.  What remains is the unit's
 *			that it is connected to.
 *
 *	session <--frames--> line <--connected--> unit <--> pppN
 *	                      ^                    ^
 *	                      file                 file        <--> pppd
 *
 * IP packets do not come by here if nobody has to look at them: a line is told by carry() that they go between it and
 * the unit's device.  Where there are filters, compression or somebody who waits for traffic they do.
 *
 * What a kernel built without multilink and BSD compression refuses is refused here, with its errors.
 * Pure: files, devices and what lines lead to are the caller's (struct kernel_ppp_host).
 */
#ifndef L2TPD_KERNEL_PPP_H
#define L2TPD_KERNEL_PPP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel_ppp;
struct kernel_file;
struct kernel_line;
struct ppp_stats;			/* linux/ppp_defs.h, whose names are those of others here */
struct ppp_comp_stats;

struct kernel_ppp_host {
	void *context;
	/* Make a TUN device of this name in this network namespace: its descriptor, or an errno, negative. EEXIST: an
	 * interface there is called so. */
	int (*device_new)(void *context, const char *netns, const char *name);
	void (*device_free)(void *context, int device);
	/* Its packets are told by kernel_device_packet(), each a whole one; or not: somebody else takes them. At first
	 * they are not. */
	void (*device_watch)(void *context, int device, bool on);
	/* An IP packet that has arrived. */
	void (*device_write)(void *context, int device, const void *packet, size_t length);
	/* Code of a packet filter, of so many instructions (struct sock_filter): its number, or an errno, negative. */
	int (*filter_new)(void *context, const void *code, uint16_t count);
	void (*filter_free)(void *context, int filter);
	bool (*filter_passes)(void *context, int filter, const uint8_t *octets, size_t length);
	uint64_t (*now)(void *context);		/* monotonic ms */
	/* Two descriptors whose frames go from one to the other (struct kernel_line_ops, frames()). 0 or an errno. */
	int (*pair_new)(void *context, int ends[2]);
	void (*pair_free)(void *context, const int ends[2]);
	/* A frame for whoever reads this file (kernel_file_new()). Without octets: the next read() returns 0. */
	void (*give)(void *context, void *owner, const void *octets, size_t length);
	/* From now on each read() returns 0. */
	void (*end)(void *context, void *owner);
	/* Somebody wants the line of this index, which is not there yet: kernel_line_new(), or NULL: there is none. */
	struct kernel_line *(*line)(void *context, struct kernel_ppp *ppp, const char *netns, int32_t index);
};

/* *host is copied. NULL: out of memory. */
struct kernel_ppp *kernel_ppp_new(const struct kernel_ppp_host *host);
/* All files must be freed. Lines end. NULL is legal. */
void kernel_ppp_free(struct kernel_ppp *ppp);

/* --- lines --- */

struct kernel_cipher;			/* kernel.h */

/* IP packets. */
struct kernel_carried {
	uint64_t sent_packets, sent_octets, received_packets, received_octets;
	int64_t last_sent, last_received;	/* monotonic ms; without any packet it means nothing */
};

/* These are called inside of the functions below, and must not call anything here. */
struct kernel_line_ops {
	/* A frame for the peer: from its protocol field on, which has two octets. */
	void (*send)(void *owner, const void *frame, size_t length);
	/* Carry IP packets of these versions between the peer and the TUN device with this descriptor, which stays the
	 * caller's; others are given to kernel_line_receive(). Neither: device is -1, and the one that it was may be
	 * closed next. 0 or an errno. */
	int (*carry)(void *owner, bool ipv4, bool ipv6, int device);
	/* All frames are from now on given and taken by this descriptor, which is copied: its other end is another
	 * line's. -1: no more. 0 or an errno. */
	int (*frames)(void *owner, int end);
	/* Packets that are sent, or that arrive, are enciphered; NULL: they are not. send() enciphers, too. 0 or an
	 * errno. */
	int (*encrypt)(void *owner, bool send, const struct kernel_cipher *cipher);
	/* The peer wants what is sent to begin anew. */
	void (*restart)(void *owner);
	/* What has been carried so far. False: it is not known any more. */
	bool (*carried)(void *owner, struct kernel_carried *carried);
};

/* Its file gets it when this returns: what the peer has sent before may be told at once. netns: as the rows of that
 * name. *ops must stay. NULL: out of memory. */
struct kernel_line *kernel_line_new(struct kernel_ppp *ppp, const char *netns, int32_t index,
				    const struct kernel_line_ops *ops, void *owner);
/* The unit that it is connected to; -1: none. */
int32_t kernel_line_unit(const struct kernel_line *line);
/* A frame from the peer that carry() does not concern: from its protocol field on. */
void kernel_line_receive(struct kernel_line *line, const uint8_t *frame, size_t length);
/* There may be no peer soon: what it has carried is added up. */
void kernel_line_settle(struct kernel_line *line);
/* There is no peer any more: no operation is called from now on, and the line must not be used. NULL is legal. */
void kernel_line_gone(struct kernel_line *line);

struct kernel;
/* For the host's line(): the channel of this index, of a session of this room.  NULL: there is none, or somebody has
 * it. */
struct kernel_line *kernel_line_of_channel(struct kernel *kernel, struct kernel_ppp *ppp, const char *netns,
					   int32_t index);

/* --- files --- */

#define KERNEL_IOCTL_MAX 96		/* octets: no structure of those known is larger */

struct kernel_ioctl {
	uint32_t command;		/* as linux/ppp-ioctl.h has it */
	/* in: of octets, as the command says, and behind them what the option is that PPPIOCSCOMPRESS points to, as far
	 * as its length says; out: of what is to be copied back */
	size_t length;
	_Alignas(8) uint8_t octets[KERNEL_IOCTL_MAX];
	const void *code;	/* in: what the argument of PPPIOCSPASS and PPPIOCSACTIVE points to */
	size_t code_length;
};

/* Opened; owner is the caller's own for it. NULL: out of memory. */
struct kernel_file *kernel_file_new(struct kernel_ppp *ppp, const char *netns, void *owner);
/* Closed. NULL is legal. */
void kernel_file_free(struct kernel_file *file);
/* 0 or an errno. now: monotonic ms. */
int kernel_file_ioctl(struct kernel_file *file, struct kernel_ioctl *ioctl, uint64_t now);
/* What one write() wrote. */
void kernel_file_write(struct kernel_file *file, const uint8_t *frame, size_t length);

/* --- devices --- */

/* A packet of this unit's device, with 2 octets of room before it that length counts. */
void kernel_device_packet(struct kernel_ppp *ppp, int device, uint8_t *octets, size_t length);
/* SIOCGPPPSTATS and SIOCGPPPCSTATS. False: it is no unit's. */
bool kernel_device_stats(const struct kernel_ppp *ppp, int device, struct ppp_stats *stats);
bool kernel_device_compression(const struct kernel_ppp *ppp, int device, struct ppp_comp_stats *stats);

#endif
