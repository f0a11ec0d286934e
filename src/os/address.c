/* SPDX-License-Identifier: MIT */
/* See address.h. */
#include "os/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "os/link_channel.h"

static struct nlmsghdr *begin(struct link_channel *channel, uint16_t type, uint16_t flags, uint32_t ifindex,
			      const struct link_address *address)
{
	struct nlmsghdr *header = link_request(channel, type, NLM_F_ACK | flags);
	struct ifaddrmsg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));

	message->ifa_family = (uint8_t)address->local.family;
	message->ifa_prefixlen = address->length;
	message->ifa_flags = address->local.family == AF_INET6 ? IFA_F_NODAD : 0;
	message->ifa_index = ifindex;
	link_put_address(header, IFA_LOCAL, &address->local);
	link_put_address(header, IFA_ADDRESS, address->peer.family == AF_UNSPEC ? &address->local : &address->peer);
	return header;
}

int address_add(struct link_channel *channel, uint32_t ifindex, const struct link_address *address,
		struct error *error)
{
	char text[ADDRESS_TEXT_MAX];
	struct nlmsghdr *header = begin(channel, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, ifindex, address);

	if (link_request_send(channel, header) == 0)
		return 0;
	return error_system(error, errno, NULL, "cannot give the interface the address %s",
			    address_format(&address->local, text, sizeof(text)));
}

void address_remove(struct link_channel *channel, uint32_t ifindex, const struct link_address *address)
{
	(void)link_request_send(channel, begin(channel, RTM_DELADDR, 0, ifindex, address));
}

/* --- whose network is it? --- */

struct network_search {
	uint32_t wanted;		/* the address, in host order */
	uint32_t but;
	uint32_t ifindex;		/* found so far */
	unsigned int length;
};

static int consider(const struct nlmsghdr *header, void *context)
{
	const struct ifaddrmsg *message = mnl_nlmsg_get_payload(header);
	struct network_search *search = context;
	const struct nlattr *attribute;
	uint32_t network = 0, mask;

	mnl_attr_for_each(attribute, header, sizeof(*message))
		if (mnl_attr_get_type(attribute) == IFA_ADDRESS && mnl_attr_get_payload_len(attribute) == 4)
			memcpy(&network, mnl_attr_get_payload(attribute), sizeof(network));
	if (message->ifa_family != AF_INET || message->ifa_index == search->but || !message->ifa_prefixlen ||
	    message->ifa_prefixlen >= 32 || message->ifa_prefixlen <= search->length)
		return MNL_CB_OK;
	mask = 0xffffffffu << (32 - message->ifa_prefixlen);
	if ((ntohl(network) ^ search->wanted) & mask)
		return MNL_CB_OK;
	search->ifindex = message->ifa_index;
	search->length = message->ifa_prefixlen;
	return MNL_CB_OK;
}

uint32_t address_network(struct link_channel *channel, const struct address *address, uint32_t but)
{
	struct network_search search = { .wanted = ntohl(address->v4.s_addr), .but = but };
	struct nlmsghdr *header = link_request(channel, RTM_GETADDR, NLM_F_DUMP);
	struct ifaddrmsg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));

	message->ifa_family = AF_INET;
	if (address->family != AF_INET || link_request_ask(channel, header, consider, &search) < 0)
		return 0;
	return search.ifindex;
}

int address_proxy(struct link_channel *channel, uint32_t ifindex, const struct address *address, bool answer)
{
	struct nlmsghdr *header = link_request(channel, answer ? RTM_NEWNEIGH : RTM_DELNEIGH,
					       NLM_F_ACK | (answer ? NLM_F_CREATE | NLM_F_REPLACE : 0));
	struct ndmsg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));

	message->ndm_family = (uint8_t)address->family;
	message->ndm_ifindex = (int)ifindex;
	message->ndm_state = NUD_PERMANENT;
	message->ndm_flags = NTF_PROXY;
	link_put_address(header, NDA_DST, address);
	return link_request_send(channel, header);
}
