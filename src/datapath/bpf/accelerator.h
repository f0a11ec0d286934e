/* SPDX-License-Identifier: MIT */
/*
 * BPF programs that carry TCP between the devices of sessions and the wire without leaving the kernel, beside a
 * datapath that has these sessions: what the programs (accelerate.bpf.c) do not take reaches it as if they were not
 * there.  Packets go past netfilter and IPsec.  In: sessions; out: their counters.  Everything here is the calling
 * thread's, and in its network namespace; the kernel removes all of it with the process, as it does the sessions'
 * devices, however that ends.
 *
 * Needs Linux 6.6 (TCX) with cls_bpf, CAP_BPF and CAP_NET_ADMIN.
 */
#ifndef L2TPD_DATAPATH_BPF_ACCELERATOR_H
#define L2TPD_DATAPATH_BPF_ACCELERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

struct accelerator;
struct accelerated;			/* one session */

/* An Ethernet session over UDP without checksums, whose packets are not numbered. Copied. */
struct accelerator_session {
	uint32_t device;		/* index of its network device */
	uint32_t wire;			/* of that by which packets leave to the peer and arrive from it */
	uint32_t mtu;			/* of the path: octets of an IP packet; what is longer goes the other way */
	struct endpoint local, peer;	/* with addresses of one family and ports */
	int16_t ttl, dscp;		/* as in struct datapath_tunnel_config */
	uint32_t session_id;		/* of arriving packets */
	bool receives;			/* those without checksum are welcome */
	const uint8_t *header;		/* of L2TP, before each packet */
	uint8_t header_length;
	const uint8_t *cookie;		/* of arriving packets */
	uint8_t cookie_length;		/* 0, 4 or 8 */
};

/* Since the session was added: as in struct datapath_stats. */
struct accelerator_counters {
	uint64_t tx_packets, tx_bytes, rx_packets, rx_bytes;
};

/* NULL: the kernel does not take the programs, or out of memory. */
struct accelerator *accelerator_open(void);
void accelerator_close(struct accelerator *accelerator);	/* NULL is legal; of sessions there are none any more */

/* NULL: out of memory, or one of the devices is not there or none that carries Ethernet. */
struct accelerated *accelerator_add(struct accelerator *accelerator, const struct accelerator_session *session);
/* Is the program still on the session's device? A visit to another namespace takes it away, as others can. */
bool accelerator_holds(const struct accelerated *accelerated);
/* From now on all packets take the other way. *counters, if not NULL: how many took this one. */
void accelerator_remove(struct accelerated *accelerated, struct accelerator_counters *counters);
void accelerator_count(const struct accelerated *accelerated, struct accelerator_counters *counters);

#endif
