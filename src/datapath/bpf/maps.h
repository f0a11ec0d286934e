/* SPDX-License-Identifier: MIT */
/*
 * What the programs (accelerate.bpf.c) and whoever loads them (accelerator.c) have in common: the keys and values of
 * their maps.  Octets of packets are as they are on the wire, all else is the machine's own.
 */
#ifndef L2TPD_DATAPATH_BPF_MAPS_H
#define L2TPD_DATAPATH_BPF_MAPS_H

#include <linux/types.h>

#define MAPS_SESSIONS_MAX 65536
#define MAPS_HEADERS_MAX 64		/* IPv6 40, UDP 8, L2TPv3 with a cookie of 8 octets: 16 */
#define MAPS_COOKIE_MAX 8

/* A session whose device's packets leave: key: the device's index. */
struct maps_outgoing {
	__u32 wire;			/* index of the device by which they leave */
	__u32 mtu;			/* octets of an outer packet */
	__u8 headers_length;		/* octets */
	__u8 ipv6;			/* the outer packet is */
	__u8 copy_ttl, copy_dscp;	/* from the packet inside */
	__u8 headers[MAPS_HEADERS_MAX];	/* but for lengths and checksum, which are 0, and what is copied */
};

/* Whose packet is it that arrived? IPv4 addresses are mapped into IPv6 ones. */
struct maps_incoming_key {
	__u8 peer[16], local[16];
	__u16 peer_port, local_port;	/* as on the wire */
	__u32 session_id;		/* as on the wire */
};

struct maps_incoming {
	__u32 device;			/* the session's; key of the counters */
	__u32 cookie_length;		/* 0, 4 or 8 */
	__u8 cookie[MAPS_COOKIE_MAX];
};

/* Key: the device's index; one for each CPU. As in struct datapath_stats, of packets as they are after the cut. */
struct maps_counters {
	__u64 tx_packets, tx_bytes, rx_packets, rx_bytes;
};

#endif
