/* SPDX-License-Identifier: MIT */
/* See link.h and link_channel.h. One request, one acknowledgement, on libmnl. */
#include "os/link.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/ppp-ioctl.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "os/link_channel.h"

struct link_channel *link_channel_open(struct error *error)
{
	struct link_channel *channel = calloc(1, sizeof(*channel));
	int strict = 1;

	if (!channel) {
		error_system(error, ENOMEM, NULL, "cannot open a netlink socket");
		return NULL;
	}
	channel->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!channel->socket || mnl_socket_bind(channel->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		error_system(error, errno, NULL, "cannot open a netlink socket");
		link_channel_close(channel);
		return NULL;
	}
	/* Then the kernel gives of a table only what is asked for. Older than 4.20, it gives all. */
	(void)mnl_socket_setsockopt(channel->socket, NETLINK_GET_STRICT_CHK, &strict, sizeof(strict));
	return channel;
}

void link_channel_close(struct link_channel *channel)
{
	if (!channel)
		return;
	if (channel->socket)
		mnl_socket_close(channel->socket);
	free(channel);
}

/* if_nametoindex() would open and close a socket for each question. */
uint32_t link_index(struct link_channel *channel, const char *name)
{
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(mnl_socket_get_fd(channel->socket), SIOCGIFINDEX, &request) < 0)
		return 0;
	return (uint32_t)request.ifr_ifindex;
}

bool link_get(struct link_channel *channel, uint32_t ifindex, char name[IF_NAMESIZE], uint32_t *mtu)
{
	int fd = mnl_socket_get_fd(channel->socket);
	struct ifreq request = { .ifr_ifindex = (int)ifindex };

	if (ioctl(fd, SIOCGIFNAME, &request) < 0)
		return false;
	snprintf(name, IF_NAMESIZE, "%.*s", IF_NAMESIZE - 1, request.ifr_name);
	if (ioctl(fd, SIOCGIFMTU, &request) == 0)
		*mtu = (uint32_t)request.ifr_mtu;
	return true;
}

bool link_is_ethernet(struct link_channel *channel, uint32_t ifindex)
{
	int fd = mnl_socket_get_fd(channel->socket);
	struct ifreq request = { .ifr_ifindex = (int)ifindex };

	return ioctl(fd, SIOCGIFNAME, &request) == 0 && ioctl(fd, SIOCGIFHWADDR, &request) == 0 &&
	       request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
}

bool link_deciphered(struct link_channel *channel, uint32_t ifindex, uint32_t *packets)
{
	struct ppp_comp_stats stats = { 0 };
	struct ifreq request = { .ifr_data = (void *)&stats };
	uint32_t mtu;

	if (!link_get(channel, ifindex, request.ifr_name, &mtu) ||
	    ioctl(mnl_socket_get_fd(channel->socket), SIOCGPPPCSTATS, &request) < 0)
		return false;
	*packets = stats.d.comp_packets;
	return true;
}

struct nlmsghdr *link_request(struct link_channel *channel, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(channel->message);

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = ++channel->sequence;
	return header;
}

static struct nlmsghdr *request_begin(struct link_channel *channel, uint16_t type, uint32_t ifindex, bool up)
{
	struct nlmsghdr *header = link_request(channel, type, NLM_F_ACK);
	struct ifinfomsg *info;

	info = mnl_nlmsg_put_extra_header(header, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)ifindex;
	info->ifi_flags = up ? IFF_UP : 0;
	info->ifi_change = up ? IFF_UP : 0;
	return header;
}

int link_request_send(struct link_channel *channel, const struct nlmsghdr *header)
{
	unsigned int port = mnl_socket_get_portid(channel->socket);
	ssize_t length;
	int verdict = 1;

	if (mnl_socket_sendto(channel->socket, header, header->nlmsg_len) < 0)
		return -1;
	while (verdict > 0) {
		length = mnl_socket_recvfrom(channel->socket, channel->message, sizeof(channel->message));
		if (length < 0)
			return -1;
		verdict = mnl_cb_run(channel->message, (size_t)length, channel->sequence, port, NULL, NULL);
	}
	return verdict;
}

int link_request_ask(struct link_channel *channel, const struct nlmsghdr *header, mnl_cb_t take, void *context)
{
	unsigned int port = mnl_socket_get_portid(channel->socket);
	char part[LINK_DUMP_MAX];
	bool whole = !(header->nlmsg_flags & NLM_F_DUMP);
	int verdict = 1;

	if (mnl_socket_sendto(channel->socket, header, header->nlmsg_len) < 0)
		return -1;
	while (verdict > 0) {
		ssize_t length = mnl_socket_recvfrom(channel->socket, part, sizeof(part));

		if (length < 0)
			return -1;
		verdict = mnl_cb_run(part, (size_t)length, channel->sequence, port, take, context);
		if (whole)
			break;
	}
	return verdict < 0 ? -1 : 0;
}

static int take_counters(const struct nlmsghdr *header, void *context)
{
	struct link_counters *counters = context;
	struct rtnl_link_stats64 stats;
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, header, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attribute) != IFLA_STATS64 ||
		    mnl_attr_get_payload_len(attribute) < offsetof(struct rtnl_link_stats64, rx_dropped))
			continue;
		memset(&stats, 0, sizeof(stats));
		memcpy(&stats, mnl_attr_get_payload(attribute), offsetof(struct rtnl_link_stats64, rx_dropped));
		*counters = (struct link_counters){ stats.rx_packets, stats.tx_packets, stats.rx_bytes,
						    stats.tx_bytes, stats.rx_errors, stats.tx_errors };
	}
	return MNL_CB_OK;
}

bool link_counters(struct link_channel *channel, uint32_t ifindex, struct link_counters *counters)
{
	struct nlmsghdr *header = link_request(channel, RTM_GETLINK, 0);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));

	info->ifi_index = (int)ifindex;
	return link_request_ask(channel, header, take_counters, counters) == 0;
}

/* IFLA_AF_SPEC of IPv6. */
static void put_no_own_addresses(struct nlmsghdr *header)
{
	struct nlattr *all = mnl_attr_nest_start(header, IFLA_AF_SPEC);
	struct nlattr *ipv6 = mnl_attr_nest_start(header, AF_INET6);

	mnl_attr_put_u8(header, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(header, ipv6);
	mnl_attr_nest_end(header, all);
}

int link_set(struct link_channel *channel, uint32_t ifindex, const struct link_settings *settings,
	     struct error *error)
{
	struct nlmsghdr *header = request_begin(channel, RTM_NEWLINK, ifindex, settings->up);

	if (settings->netns_fd)
		mnl_attr_put_u32(header, IFLA_NET_NS_FD, (uint32_t)settings->netns_fd);
	if (settings->name)
		mnl_attr_put_strz(header, IFLA_IFNAME, settings->name);
	if (settings->group)
		mnl_attr_put_u32(header, IFLA_GROUP, settings->group);
	if (settings->mtu)
		mnl_attr_put_u32(header, IFLA_MTU, settings->mtu);
	if (settings->mac)
		mnl_attr_put(header, IFLA_ADDRESS, 6, settings->mac);
	if (settings->master)
		mnl_attr_put_u32(header, IFLA_MASTER, settings->master);
	if (settings->no_own_addresses)
		put_no_own_addresses(header);
	if (link_request_send(channel, header) == 0)
		return 0;
	if (settings->master && (errno == EOPNOTSUPP || errno == EINVAL))
		return error_set(error, ERROR_VALUE, "bridge",
				 "the interface named is no bridge: name one, or make it with `ip link add NAME type bridge`");
	return error_system(error, errno, NULL, "cannot set up the interface");
}

bool link_set_noqueue(struct link_channel *channel, uint32_t ifindex)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(channel->message);
	struct tcmsg *tc;

	header->nlmsg_type = RTM_NEWQDISC;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
	header->nlmsg_seq = ++channel->sequence;
	tc = mnl_nlmsg_put_extra_header(header, sizeof(*tc));
	tc->tcm_ifindex = (int)ifindex;
	tc->tcm_parent = TC_H_ROOT;
	mnl_attr_put_strz(header, TCA_KIND, "noqueue");
	return link_request_send(channel, header) == 0;
}

int link_delete_group(struct link_channel *channel, uint32_t group)
{
	struct nlmsghdr *header = request_begin(channel, RTM_DELLINK, 0, false);

	mnl_attr_put_u32(header, IFLA_GROUP, group);
	if (link_request_send(channel, header) == 0)
		return 1;
	return errno == ENODEV ? 0 : -1;
}

int link_monitor_open(void)
{
	const struct sockaddr_nl name = { .nl_family = AF_NETLINK,
					  .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)&name, sizeof(name)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

bool link_monitor_drain(int monitor)
{
	char message[LINK_MESSAGE_MAX];
	bool any = false;

	/* ENOBUFS: more happened than there was room for, which is to say that something happened. */
	while (recv(monitor, message, sizeof(message), 0) >= 0 || errno == ENOBUFS)
		any = true;
	return any;
}
