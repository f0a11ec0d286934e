/* SPDX-License-Identifier: MIT */
/*
 * What link.c, address.c and route_table.c share: requests on an rtnetlink socket, and answers of many parts.
 */
#ifndef L2TPD_OS_LINK_CHANNEL_H
#define L2TPD_OS_LINK_CHANNEL_H

#include <libmnl/libmnl.h>
#include <stdint.h>

#include "base/address.h"
#include "os/link.h"

#define LINK_MESSAGE_MAX 8192
#define LINK_DUMP_MAX 32768		/* the largest part of a long answer */

struct link_channel {
	struct mnl_socket *socket;
	uint32_t sequence;
	char message[LINK_MESSAGE_MAX];
};

/* Begin a request in channel->message; flags besides NLM_F_REQUEST. */
struct nlmsghdr *link_request(struct link_channel *channel, uint16_t type, uint16_t flags);
/* Send one that was begun with NLM_F_ACK and wait for the verdict: 0, or -1 with errno. */
int link_request_send(struct link_channel *channel, const struct nlmsghdr *header);
/* Send one that was begun without, and give each message of the answer to take. 0, or -1 with errno. */
int link_request_ask(struct link_channel *channel, const struct nlmsghdr *header, mnl_cb_t take, void *context);

static inline size_t link_address_length(const struct address *address)
{
	return address->family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

static inline void link_put_address(struct nlmsghdr *header, uint16_t type, const struct address *address)
{
	mnl_attr_put(header, type, link_address_length(address), address->bytes);
}

#endif
