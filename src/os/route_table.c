/* SPDX-License-Identifier: MIT */
/* See route_table.h. */
#include "os/route_table.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "os/link_channel.h"

#define REMOVED_MAX 64			/* leftovers of one run: there is one for each default route */

/* --- ours --- */

static struct nlmsghdr *begin(struct link_channel *channel, uint16_t type, uint16_t flags, const struct route *route)
{
	struct nlmsghdr *header = link_request(channel, type, NLM_F_ACK | flags);
	struct rtmsg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));
	const struct prefix *destination = &route->destination;

	message->rtm_family = (uint8_t)destination->address.family;
	message->rtm_dst_len = destination->length;
	message->rtm_table = RT_TABLE_MAIN;
	message->rtm_protocol = ROUTE_PROTOCOL;
	message->rtm_scope = route->gateway.family == AF_UNSPEC && destination->address.family == AF_INET ?
				     RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	message->rtm_type = RTN_UNICAST;
	if (type == RTM_DELROUTE)
		message->rtm_scope = RT_SCOPE_NOWHERE;
	if (destination->length)
		link_put_address(header, RTA_DST, &destination->address);
	if (route->gateway.family != AF_UNSPEC)
		link_put_address(header, RTA_GATEWAY, &route->gateway);
	mnl_attr_put_u32(header, RTA_OIF, route->ifindex);
	if (route->metric)
		mnl_attr_put_u32(header, RTA_PRIORITY, route->metric);
	return header;
}

int route_add(struct link_channel *channel, const struct route *route, struct error *error)
{
	char text[PREFIX_TEXT_MAX];

	/* Before others of its metric, which come back when it goes. */
	if (link_request_send(channel, begin(channel, RTM_NEWROUTE, NLM_F_CREATE, route)) == 0 ||
	    errno == EEXIST)
		return 0;
	return error_system(error, errno, NULL, "cannot make a route to %s",
			    prefix_format(&route->destination, text, sizeof(text)));
}

void route_remove(struct link_channel *channel, const struct route *route)
{
	(void)link_request_send(channel, begin(channel, RTM_DELROUTE, 0, route));
}

/* --- what there is --- */

/* An entry of the table. */
struct entry {
	struct route route;
	uint32_t table;
	uint8_t protocol, type;
};

static void get_address(const struct nlattr *attribute, sa_family_t family, struct address *address)
{
	size_t length = family == AF_INET6 ? 16 : 4;

	if (mnl_attr_get_payload_len(attribute) < length)
		return;
	address->family = family;
	memcpy(address->bytes, mnl_attr_get_payload(attribute), length);
}

/* A gateway of the other family (RFC 5549): not for us. */
static void get_next_hop(const struct nlattr *attribute, sa_family_t family, struct route *route)
{
	switch (mnl_attr_get_type(attribute)) {
	case RTA_OIF:
		route->ifindex = mnl_attr_get_u32(attribute);
		break;
	case RTA_GATEWAY:
		get_address(attribute, family, &route->gateway);
		break;
	}
}

/* Of several ways the first. */
static void get_multipath(const struct nlattr *attribute, sa_family_t family, struct route *route)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attribute);
	size_t octets = mnl_attr_get_payload_len(attribute);
	const struct nlattr *attr;

	if (octets < sizeof(*hop) || hop->rtnh_len < sizeof(*hop) || hop->rtnh_len > octets)
		return;
	route->ifindex = (uint32_t)hop->rtnh_ifindex;
	mnl_attr_for_each_payload((const void *)(hop + 1), hop->rtnh_len - sizeof(*hop))
		get_next_hop(attr, family, route);
}

static void read_entry(const struct nlmsghdr *header, struct entry *entry)
{
	const struct rtmsg *message = mnl_nlmsg_get_payload(header);
	const struct nlattr *attribute;

	*entry = (struct entry){ .table = message->rtm_table, .protocol = message->rtm_protocol,
				 .type = message->rtm_type };
	entry->route.destination.address.family = message->rtm_family;
	entry->route.destination.length = message->rtm_dst_len;
	mnl_attr_for_each(attribute, header, sizeof(*message)) {
		switch (mnl_attr_get_type(attribute)) {
		case RTA_DST:
			get_address(attribute, message->rtm_family, &entry->route.destination.address);
			break;
		case RTA_PRIORITY:
			entry->route.metric = mnl_attr_get_u32(attribute);
			break;
		case RTA_TABLE:
			entry->table = mnl_attr_get_u32(attribute);
			break;
		case RTA_MULTIPATH:
			get_multipath(attribute, message->rtm_family, &entry->route);
			break;
		default:
			get_next_hop(attribute, message->rtm_family, &entry->route);
		}
	}
}

/* Of the main table; protocol 0: all. Callers look again, as not each kernel does. */
static int dump(struct link_channel *channel, sa_family_t family, uint8_t protocol, mnl_cb_t take, void *context)
{
	struct nlmsghdr *header = link_request(channel, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));

	message->rtm_family = (uint8_t)family;
	message->rtm_table = RT_TABLE_MAIN;
	message->rtm_protocol = protocol;
	return link_request_ask(channel, header, take, context);
}

/* --- around ours --- */

struct search {
	const struct address *to;
	uint32_t but;
	bool found;
	struct route route;
};

static bool is_better(const struct route *route, const struct route *than)
{
	if (route->destination.length != than->destination.length)
		return route->destination.length > than->destination.length;
	return route->metric < than->metric;
}

static int consider(const struct nlmsghdr *header, void *context)
{
	struct search *search = context;
	struct entry entry;

	read_entry(header, &entry);
	if (entry.table != RT_TABLE_MAIN || entry.type != RTN_UNICAST || entry.protocol == ROUTE_PROTOCOL ||
	    !entry.route.ifindex || entry.route.ifindex == search->but ||
	    !prefix_contains(&entry.route.destination, search->to) ||
	    (search->found && !is_better(&entry.route, &search->route)))
		return MNL_CB_OK;
	search->found = true;
	search->route = entry.route;
	return MNL_CB_OK;
}

bool route_around(struct link_channel *channel, const struct address *to, uint32_t but, struct route *route)
{
	struct search search = { .to = to, .but = but };

	if (dump(channel, to->family, 0, consider, &search) < 0 || !search.found)
		return false;
	*route = search.route;
	route->destination = (struct prefix){ *to, to->family == AF_INET6 ? 128 : 32 };
	return true;
}

/* --- leftovers --- */

struct leftovers {
	uint32_t metric;
	unsigned int count;
	struct route routes[REMOVED_MAX];
};

static int collect(const struct nlmsghdr *header, void *context)
{
	struct leftovers *leftovers = context;
	struct entry entry;

	read_entry(header, &entry);
	if (entry.table == RT_TABLE_MAIN && entry.protocol == ROUTE_PROTOCOL &&
	    entry.route.metric == leftovers->metric && leftovers->count < REMOVED_MAX)
		leftovers->routes[leftovers->count++] = entry.route;
	return MNL_CB_OK;
}

void route_remove_metric(struct link_channel *channel, uint32_t metric)
{
	static const sa_family_t families[] = { AF_INET, AF_INET6 };

	for (unsigned int i = 0; i < 2; i++) {
		struct leftovers leftovers = { .metric = metric };

		(void)dump(channel, families[i], ROUTE_PROTOCOL, collect, &leftovers);
		while (leftovers.count)
			route_remove(channel, &leftovers.routes[--leftovers.count]);
	}
}

/* --- what the kernel would do --- */

static int take_device(const struct nlmsghdr *header, void *context)
{
	struct entry entry;

	read_entry(header, &entry);
	if (entry.type == RTN_UNICAST)
		*(uint32_t *)context = entry.route.ifindex;
	return MNL_CB_OK;
}

uint32_t route_device(struct link_channel *channel, const struct address *from, const struct address *to)
{
	struct nlmsghdr *header = link_request(channel, RTM_GETROUTE, 0);
	struct rtmsg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));
	uint32_t ifindex = 0;

	message->rtm_family = (uint8_t)to->family;
	message->rtm_dst_len = message->rtm_src_len = (uint8_t)(link_address_length(to) * 8);
	link_put_address(header, RTA_DST, to);
	link_put_address(header, RTA_SRC, from);
	return link_request_ask(channel, header, take_device, &ifindex) < 0 ? 0 : ifindex;
}
