/* SPDX-License-Identifier: MIT */
/*
 * See link.h.  A queueing discipline that queues nothing (clsact) has a place for filters on either side of an
 * interface.  Ours are for all packets, or all of a protocol (matchall), and each has an action: one that drops those
 * above a rate (police), or one that puts a tag on, or takes it off (vlan).
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_vlan.h>
#include <string.h>

#include "os/link_channel.h"

#define TICK_SHIFT 6			/* a tick is 64 ns */
#define RATE_TABLE 1024			/* octets, which the kernel wants and, since it computes, does not read */
#define CELL_LOG 3			/* of that table; not 0 */
#define NANOSECONDS 1000000000ull

struct filter {
	bool inwards;
	uint16_t priority;		/* which of a place's is asked first */
	uint16_t protocol;		/* ETH_P_...: of the packets */
};

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

static struct nlmsghdr *begin_filter(struct link_channel *channel, uint16_t type, uint16_t flags, uint32_t ifindex,
				     const struct filter *filter)
{
	uint32_t place = TC_H_MAKE(TC_H_CLSACT, filter->inwards ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
	struct nlmsghdr *header = begin(channel, type, flags, ifindex, place);
	struct tcmsg *tc = mnl_nlmsg_get_payload(header);

	tc->tcm_info = TC_H_MAKE((uint32_t)filter->priority << 16, (uint32_t)__builtin_bswap16(filter->protocol));
	mnl_attr_put_strz(header, TCA_KIND, "matchall");
	return header;
}

/* --- actions --- */

struct action {
	struct nlattr *filter, *list, *first, *options;
};

static struct action begin_action(struct nlmsghdr *header, const char *kind)
{
	struct action action;

	action.filter = mnl_attr_nest_start(header, TCA_OPTIONS);
	action.list = mnl_attr_nest_start(header, TCA_MATCHALL_ACT);
	action.first = mnl_attr_nest_start(header, 1);
	mnl_attr_put_strz(header, TCA_ACT_KIND, kind);
	action.options = mnl_attr_nest_start(header, TCA_ACT_OPTIONS);
	return action;
}

static void end_action(struct nlmsghdr *header, const struct action *action)
{
	mnl_attr_nest_end(header, action->options);
	mnl_attr_nest_end(header, action->first);
	mnl_attr_nest_end(header, action->list);
	mnl_attr_nest_end(header, action->filter);
}

/* --- rates --- */

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

int link_limit(struct link_channel *channel, uint32_t ifindex, bool inwards, uint64_t rate, uint32_t burst)
{
	const struct filter filter = { inwards, 1, ETH_P_ALL };
	struct nlmsghdr *header = begin_filter(channel, RTM_DELTFILTER, 0, ifindex, &filter);
	struct action action;

	(void)link_request_send(channel, header);
	if (!rate)
		return 0;
	if (make_places(channel, ifindex) < 0)
		return -1;
	header = begin_filter(channel, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, ifindex, &filter);
	action = begin_action(header, "police");
	put_police(header, rate, burst);
	end_action(header, &action);
	return link_request_send(channel, header);
}

/* --- tags --- */

/* vlan_id 0: take it off, where there is one. verdict: TC_ACT_..., on the packet. */
static int add_tagger(struct link_channel *channel, uint32_t ifindex, const struct filter *filter, uint16_t vlan_id,
		      int verdict)
{
	const struct tc_vlan vlan = { .action = verdict, .v_action = vlan_id ? TCA_VLAN_ACT_PUSH : TCA_VLAN_ACT_POP };
	struct nlmsghdr *header = begin_filter(channel, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, ifindex, filter);
	struct action action = begin_action(header, "vlan");

	mnl_attr_put(header, TCA_VLAN_PARMS, sizeof(vlan), &vlan);
	if (vlan_id)
		mnl_attr_put_u16(header, TCA_VLAN_PUSH_VLAN_ID, vlan_id);
	end_action(header, &action);
	return link_request_send(channel, header);
}

int link_tag(struct link_channel *channel, uint32_t ifindex, uint16_t vlan_id)
{
	static const struct filter out = { false, 1, ETH_P_ALL };
	static const struct filter in[] = {
		{ true, 1, ETH_P_8021Q }, { true, 2, ETH_P_8021AD }, { true, 3, ETH_P_ALL },
	};

	if (make_places(channel, ifindex) < 0 || add_tagger(channel, ifindex, &out, vlan_id, TC_ACT_OK) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (add_tagger(channel, ifindex, &in[i], 0, in[i].protocol == ETH_P_ALL ? TC_ACT_SHOT : TC_ACT_OK) < 0)
			return -1;
	return 0;
}
