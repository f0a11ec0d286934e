/* SPDX-License-Identifier: MIT */
/*
 * Network interfaces through rtnetlink: settings in one request, and removal of many at once by
 * link group, which costs the kernel one grace period instead of one each.
 */
#ifndef L2TPD_OS_LINK_H
#define L2TPD_OS_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct link_channel;			/* an rtnetlink socket in the namespace where it was opened */

struct link_channel *link_channel_open(struct error *error);
void link_channel_close(struct link_channel *channel);

/* The index of an interface in the channel's namespace, 0 when there is none of that name. */
uint32_t link_index(struct link_channel *channel, const char *name);

/* What the interface of this index is called now, and its MTU. False when there is none. */
bool link_get(struct link_channel *channel, uint32_t ifindex, char name[IF_NAMESIZE], uint32_t *mtu);

/* Does it carry Ethernet frames? */
bool link_is_ethernet(struct link_channel *channel, uint32_t ifindex);

/* What it has received and sent, bytes without any header of the link's. */
struct link_counters {
	uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes, rx_errors, tx_errors;
};
bool link_counters(struct link_channel *channel, uint32_t ifindex, struct link_counters *counters);

/* How many packets a PPP interface has deciphered with the keys that it has. False: that cannot be found out. */
bool link_deciphered(struct link_channel *channel, uint32_t ifindex, uint32_t *packets);

struct link_settings {
	const char *name;		/* to be called; NULL: leave */
	int netns_fd;			/* of the network namespace to move it to, where it may get another index;
					 * 0: leave */
	uint32_t group;			/* 0: leave */
	uint32_t mtu;			/* 0: leave */
	const uint8_t *mac;		/* six octets, NULL: leave */
	uint32_t master;		/* ifindex of a bridge, 0: leave */
	bool up;			/* set it up */
	bool no_own_addresses;		/* the kernel gives it no IPv6 address that nobody asked for */
};

int link_set(struct link_channel *channel, uint32_t ifindex, const struct link_settings *settings,
	     struct error *error);
/* No queueing discipline, as the kernel's own tunnel devices have it. For a device that is down: its own is never made
 * then. */
bool link_set_noqueue(struct link_channel *channel, uint32_t ifindex);
/* What it receives (inwards) or sends is dropped above so many octets each second, with bursts of that many; rate 0: no
 * more. -1 with errno; ENOENT, EOPNOTSUPP: the kernel has no clsact, matchall or police. */
int link_limit(struct link_channel *channel, uint32_t ifindex, bool inwards, uint64_t rate, uint32_t burst);
/* What it sends gets this VLAN's tag; of what it receives the outermost tag is taken off, and what has none is dropped.
 * For an interface without filters. -1 with errno, as above (vlan instead of police). */
int link_tag(struct link_channel *channel, uint32_t ifindex, uint16_t vlan_id);
/* A non-blocking descriptor that becomes readable when interfaces or routes change; -1 with errno. */
int link_monitor_open(void);
/* Take what it has to say; was there anything? */
bool link_monitor_drain(int monitor);

/* Remove every interface of this group. Returns 1 when there were some, 0 when none, -1 on error. */
int link_delete_group(struct link_channel *channel, uint32_t group);

#endif
