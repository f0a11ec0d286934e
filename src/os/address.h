/* SPDX-License-Identifier: MIT */
/*
 * The addresses of interfaces, and those for which an interface answers ARP in the place of others, through rtnetlink.
 * Channels are link.h's: each works in the namespace where it was opened.
 */
#ifndef L2TPD_OS_ADDRESS_H
#define L2TPD_OS_ADDRESS_H

#include "base/address.h"
#include "os/link.h"

struct link_address {
	struct address local;
	struct address peer;		/* at the other end; AF_UNSPEC: none */
	uint8_t length;			/* bits of the network, of the peer where there is one */
};

/* One that is there already is no error. Addresses are usable at once: nobody is asked whether he has them. */
int address_add(struct link_channel *channel, uint32_t ifindex, const struct link_address *address,
		struct error *error);
void address_remove(struct link_channel *channel, uint32_t ifindex, const struct link_address *address);

/* The interface with the smallest IPv4 network that contains this address, which is not `but`; 0: there is none. */
uint32_t address_network(struct link_channel *channel, const struct address *address, uint32_t but);
/* Answer, or no more, for this address there. 0 or -1 with errno. */
int address_proxy(struct link_channel *channel, uint32_t ifindex, const struct address *address, bool answer);

#endif
