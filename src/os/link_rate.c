/* SPDX-License-Identifier: MIT */
/*
 * See link.h.  A queueing discipline that queues nothing (clsact) has a place for filters on either side of an
 * interface; there is one for all packets, whose action (police) drops those above the rate.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "os/link_channel.h"

#define PRIORITY 1
#define TICK_SHIFT 6			/* a tick is 64 ns */
#define RATE_TABLE 1024			/* octets, which the kernel wants and, since it computes, does not read */
#define CELL_LOG 3			/* of that table; not 0 */
#define NANOSECONDS 1000000000ull

static struct nlmsghdr *begin(struct link_channel *channel, uint16_t type, uint16_t flags, uint32_t ifindex,
			      uint32_t parent)
{
	struct nlmsghdr *header = link_request(channel, type, NLM_F_ACK | flags);
	struct tcmsg *tc = mnl_nlmsg_put_extra_header(header, sizeof(*tc));

	tc->tcm_ifindex = (int)ifindex;
	tc->tcm_parent = parent;
	return header;
}

static int make_places(struct link_channel *channel, uint32_t ifindex)
{
	struct nlmsghdr *header = begin(channel, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex, TC_H_CLSACT);
	struct tcmsg *tc = mnl_nlmsg_get_payload(header);

	tc->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	mnl_attr_put_strz(header, TCA_KIND, "clsact");
	return link_request_send(channel, header) == 0 || errno == EEXIST ? 0 : -1;
}

static uint32_t place_of(bool inwards)
{
	return TC_H_MAKE(TC_H_CLSACT, inwards ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
}

static struct nlmsghdr *begin_filter(struct link_channel *channel, uint16_t type, uint16_t flags, uint32_t ifindex,
				     bool inwards)
{
	struct nlmsghdr *header = begin(channel, type, flags, ifindex, place_of(inwards));
	struct tcmsg *tc = mnl_nlmsg_get_payload(header);

	tc->tcm_info = TC_H_MAKE(PRIORITY << 16, (uint32_t)__builtin_bswap16(ETH_P_ALL));
	mnl_attr_put_strz(header, TCA_KIND, "matchall");
	return header;
}

static void remove_filter(struct link_channel *channel, uint32_t ifindex, bool inwards)
{
	(void)link_request_send(channel, begin_filter(channel, RTM_DELTFILTER, 0, ifindex, inwards));
}

/* Of so many octets at this rate; the longest it can say are some four minutes. */
static uint32_t ticks_of(uint64_t octets, uint64_t rate)
{
	uint64_t ticks = octets * NANOSECONDS / rate >> TICK_SHIFT;

	return ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks;
}

static void put_police(struct nlmsghdr *header, uint64_t rate, uint32_t burst)
{
	static const uint8_t table[RATE_TABLE];
	struct tc_police police = {
		.action = TC_POLICE_SHOT,
		.burst = ticks_of(burst, rate),
		.mtu = UINT32_MAX,
		.rate = { .rate = rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate, .cell_log = CELL_LOG,
			  .linklayer = TC_LINKLAYER_ETHERNET },
	};

	mnl_attr_put(header, TCA_POLICE_TBF, sizeof(police), &police);
	mnl_attr_put(header, TCA_POLICE_RATE, sizeof(table), table);
	if (rate > UINT32_MAX)
		mnl_attr_put_u64(header, TCA_POLICE_RATE64, rate);
}

static int add_filter(struct link_channel *channel, uint32_t ifindex, bool inwards, uint64_t rate, uint32_t burst)
{
	struct nlmsghdr *header = begin_filter(channel, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, ifindex, inwards);
	struct nlattr *options = mnl_attr_nest_start(header, TCA_OPTIONS);
	struct nlattr *actions = mnl_attr_nest_start(header, TCA_MATCHALL_ACT);
	struct nlattr *first = mnl_attr_nest_start(header, 1);
	struct nlattr *police;

	mnl_attr_put_strz(header, TCA_ACT_KIND, "police");
	police = mnl_attr_nest_start(header, TCA_ACT_OPTIONS);
	put_police(header, rate, burst);
	mnl_attr_nest_end(header, police);
	mnl_attr_nest_end(header, first);
	mnl_attr_nest_end(header, actions);
	mnl_attr_nest_end(header, options);
	return link_request_send(channel, header);
}

int link_limit(struct link_channel *channel, uint32_t ifindex, bool inwards, uint64_t rate, uint32_t burst)
{
	remove_filter(channel, ifindex, inwards);
	if (!rate)
		return 0;
	if (make_places(channel, ifindex) < 0)
		return -1;
	return add_filter(channel, ifindex, inwards, rate, burst);
}
