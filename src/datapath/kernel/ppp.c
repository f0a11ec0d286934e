/* SPDX-License-Identifier: MIT */
/*
 * PPP sessions: first a channel, whose frames are the engine's; when the engine says that IP packets are to be carried,
 * a unit, which is their network device, with addresses, routes and a filter.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/kernel/internal.h"
#include "os/address.h"
#include "os/close.h"
#include "os/netns.h"
#include "wire/mppe.h"
#include "wire/ppp.h"

#define BURST_MS 100			/* when nobody says how much: what so much time carries */
#define BURST_LEAST (96 << 10)
#define BURST_MOST (1u << 30)
#define IPV6_LEAST 1280			/* octets of an IPv6 packet that each link carries (RFC 8200 section 5) */

static bool is_carried(const struct datapath_ppp *ppp)
{
	return ppp->ipv4 || ppp->ipv6;
}

/* --- beginning and end --- */

static int open_in_place(struct native_session *session, struct error *error)
{
	struct native_ppp *ppp = session->ppp;

	ppp->socket = native_ppp_socket(session, error);
	if (ppp->socket < 0 || session->config.frames)
		return ppp->socket < 0 ? -1 : 0;
	ppp->channel = native_ppp_channel(ppp->socket, error);
	return ppp->channel < 0 ? -1 : 0;
}

/* Channels are found in the namespace in which their tunnel is. */
static int open_channel(struct native_session *session, struct error *error)
{
	int saved = netns_enter(session->tunnel->config.netns, error), result;

	if (saved < 0)
		return -1;
	result = open_in_place(session, error);
	netns_leave(saved);
	return result;
}

static int watch(const struct native_datapath *dp, struct native_session *session, struct error *error)
{
	if (session->config.frames)
		return native_frames_begin(dp, session, session->config.frames, error);
	return native_watch_frames(dp, session, session->ppp->channel, error);
}

int native_ppp_begin(struct native_datapath *dp, struct native_session *session, struct error *error)
{
	session->ppp = calloc(1, sizeof(*session->ppp));
	if (!session->ppp)
		return error_system(error, ENOMEM, NULL, "cannot make the session");
	session->ppp->socket = session->ppp->channel = session->ppp->unit = session->ppp->router = -1;
	if (session->tunnel->fd < 0)
		return error_set(error, ERROR_UNKNOWN, NULL, "the tunnel is not up: its peer's id is not known");
	if (native_session_tell(dp, session, "", error) < 0)
		return -1;
	if (open_channel(session, error) == 0 && watch(dp, session, error) == 0) {
		session->config.frames = NULL;
		return 0;
	}
	native_ppp_end(dp, session);	/* the kernel lets go of it only without its socket */
	native_session_untell(dp, session);
	return -1;
}

/* --- its device --- */

/* What the system was told of it: addresses and routes are gone with a device, or were taken away. */
static void forget_network(struct native_datapath *dp, struct native_session *session)
{
	struct native_ppp *ppp = session->ppp;

	own_pin_remove(&dp->pins, session);
	if (ppp->proxy_ifindex)
		(void)address_proxy(session->space->links, ppp->proxy_ifindex, &ppp->carried.peer4, false);
	ppp->proxy_ifindex = 0;
	os_close(&ppp->router);
	free(ppp->prefixes);
	ppp->prefixes = NULL;
	ppp->carried = (struct datapath_ppp){ 0 };
}

static void end_device(struct native_datapath *dp, struct native_session *session)
{
	struct native_ppp *ppp = session->ppp;

	explicit_bzero(&ppp->mppe, sizeof(ppp->mppe));
	if (ppp->unit < 0)
		return;
	forget_network(dp, session);
	os_close(&ppp->unit);
	ppp->others = 0;
	*session->ifname = '\0';
	session->ifindex = session->mtu = 0;
}

/* The kernel's keys are the unit's: it stays, with a device that nobody is told of. */
static void rest(struct native_datapath *dp, struct native_session *session)
{
	struct native_ppp *ppp = session->ppp;
	const struct datapath_ppp nothing = { 0 };

	(void)native_ppp_pass(ppp, &nothing, NULL);
	if (session->ifindex)
		(void)own_change(session->space->links, session->ifindex, &ppp->carried, NULL, NULL);
	forget_network(dp, session);
}

void native_ppp_end(struct native_datapath *dp, struct native_session *session)
{
	struct native_ppp *ppp = session->ppp;

	if (!ppp)
		return;
	end_device(dp, session);
	native_frames_end(session);
	os_close(&ppp->channel);
	os_close(&ppp->socket);
	free(ppp);
	session->ppp = NULL;
}

static uint32_t wanted_mtu(const struct native_session *session, const struct datapath_session_config *config)
{
	const struct datapath_ppp *ppp = &config->ppp;
	uint32_t path = native_session_path(session), mtu = UINT16_MAX;
	bool fixed = config->mtu_mode == DATAPATH_MTU_FIXED;

	if (!fixed && path > PPP_HEADER_LENGTH)	/* the kernel leaves out none of it */
		mtu = path - PPP_HEADER_LENGTH;
	if (ppp->mtu && ppp->mtu < mtu)
		mtu = ppp->mtu;
	if (session->ppp->mppe.wanted)
		mtu -= MPPE_OCTETS;
	if (fixed && config->mtu < mtu)
		mtu = config->mtu;
	/* Less, and the kernel takes IPv6 away from the device. */
	return ppp->ipv6 && mtu < IPV6_LEAST ? IPV6_LEAST : mtu;
}

static int place_device(struct native_session *session, const char *ifname, struct error *error)
{
	char made_as[IF_NAMESIZE];

	snprintf(made_as, sizeof(made_as), "ppp%d", session->ppp->number);
	snprintf(session->ifname, sizeof(session->ifname), "%s", *ifname ? ifname : made_as);
	return native_session_place(session, made_as, error);
}

/* Where the tunnel is: there the channel finds it. */
static int open_unit(struct native_session *session, struct error *error)
{
	int saved = netns_enter(session->tunnel->config.netns, error);
	struct native_ppp *ppp = session->ppp;

	if (saved < 0)
		return -1;
	ppp->unit = native_ppp_unit(ppp->channel, &ppp->number, error);
	netns_leave(saved);
	return ppp->unit < 0 ? -1 : 0;
}

int native_ppp_make_unit(struct native_datapath *dp, struct native_session *session, struct error *error)
{
	if (session->ppp->unit >= 0)
		return 0;
	if (open_unit(session, error) < 0)
		return -1;
	if (native_watch_frames(dp, session, session->ppp->unit, error) == 0)
		return 0;
	os_close(&session->ppp->unit);
	return -1;
}

static int make_device(struct native_datapath *dp, struct native_session *session,
		       const struct datapath_session_config *config, struct error *error)
{
	struct link_settings settings = { .mtu = wanted_mtu(session, config), .up = true, .no_own_addresses = true };

	if (native_ppp_make_unit(dp, session, error) < 0 || place_device(session, config->ifname, error) < 0 ||
	    link_set(session->space->links, session->ifindex, &settings, error) < 0)
		return -1;
	session->mtu = settings.mtu;
	return 0;
}

/* --- what the system is told of it --- */

static void set_proxy(struct native_session *session, const struct datapath_ppp *to)
{
	struct native_ppp *ppp = session->ppp;
	struct link_channel *links = session->space->links;
	uint32_t before = ppp->proxy_ifindex;

	ppp->proxy_ifindex = 0;
	if (to->proxy_arp && to->ipv4 && to->peer4.family == AF_INET)
		ppp->proxy_ifindex = address_network(links, &to->peer4, session->ifindex);
	if (ppp->proxy_ifindex && address_proxy(links, ppp->proxy_ifindex, &to->peer4, true) < 0)
		ppp->proxy_ifindex = 0;
	if (before && (before != ppp->proxy_ifindex || !address_equal(&to->peer4, &ppp->carried.peer4)))
		(void)address_proxy(links, before, &ppp->carried.peer4, false);
}

static int furnish(struct native_datapath *dp, struct native_session *session, const struct datapath_ppp *to,
		   struct error *error)
{
	struct native_ppp *ppp = session->ppp;
	bool pinned = to->default_route && !*session->config.netns && !*session->tunnel->config.netns;

	if (pinned)
		own_pin_add(&dp->pins, session, &session->tunnel->config.peer.address, &session->ifindex);
	if (own_change(session->space->links, session->ifindex, &ppp->carried, to, error) < 0)
		return -1;
	if (!pinned)
		own_pin_remove(&dp->pins, session);
	set_proxy(session, to);
	if (native_router_hear(dp, session, to, error) < 0)
		return -1;
	return native_ppp_pass(ppp, to, error);
}

static int copy_prefixes(const struct datapath_ppp *from, struct datapath_prefix **prefixes, struct error *error)
{
	*prefixes = NULL;
	if (!from->prefix_count)
		return 0;
	*prefixes = calloc(from->prefix_count, sizeof(**prefixes));
	if (!*prefixes)
		return error_system(error, ENOMEM, NULL, "cannot carry the session's packets");
	memcpy(*prefixes, from->prefixes, from->prefix_count * sizeof(**prefixes));
	return 0;
}

static int refuse(const struct datapath_session_config *config, struct error *error)
{
	if (config->network_device != HANDLE_NONE)
		return error_set(error, ERROR_UNSUPPORTED, "interface", "the kernel has no interfaces that PPP "
				 "sessions share (interface=shared): datapath=user has");
	if (!config->ppp.own_device)
		return error_set(error, ERROR_VALUE, NULL, "IP packets need a device");
	if (config->ppp.prefix_count > DATAPATH_PREFIXES_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "a session has at most %d prefixes", DATAPATH_PREFIXES_MAX);
	return 0;
}

static int carry(struct native_datapath *dp, struct native_session *session,
		 const struct datapath_session_config *config, struct error *error)
{
	struct native_ppp *ppp = session->ppp;
	struct datapath_prefix *prefixes;
	bool is_new = !session->ifindex;

	if (refuse(config, error) < 0 || copy_prefixes(&config->ppp, &prefixes, error) < 0)
		return -1;
	if ((is_new ? make_device(dp, session, config, error) :
		      native_session_set_mtu(session, wanted_mtu(session, config), error)) < 0 ||
	    furnish(dp, session, &config->ppp, error) < 0) {
		if (is_new)
			end_device(dp, session);
		free(prefixes);
		return -1;
	}
	(void)native_ppp_set_mru(ppp->unit, config->ppp.mru);
	free(ppp->prefixes);
	ppp->prefixes = prefixes;
	ppp->carried = config->ppp;
	ppp->carried.prefixes = prefixes;
	session->config.mtu_mode = config->mtu_mode;
	session->config.mtu = config->mtu;
	return 0;
}

int native_ppp_adapt(struct native_session *session, struct error *error)
{
	struct datapath_session_config as = session->config;

	as.ppp = session->ppp->carried;
	if (!is_carried(&as.ppp))
		return 0;
	if (native_session_set_mtu(session, wanted_mtu(session, &as), error) < 0)
		return -1;
	return native_ppp_pass(session->ppp, &as.ppp, error);
}

/* The kernel counts a packet that it will cut into segments as a whole: a burst is no less than the largest of them. */
static uint32_t burst_of(uint64_t rate, uint32_t asked)
{
	uint64_t octets = asked ? asked : rate * BURST_MS / 1000;

	if (octets < BURST_LEAST)
		return BURST_LEAST;
	return octets > BURST_MOST ? BURST_MOST : (uint32_t)octets;
}

static int limit(const struct native_session *session, bool inwards, uint64_t bits, uint32_t asked, struct error *error)
{
	uint64_t rate = bits && bits < 8 ? 1 : bits / 8;

	if (link_limit(session->space->links, session->ifindex, inwards, rate, burst_of(rate, asked)) == 0)
		return 0;
	return error_set(error, ERROR_UNSUPPORTED, inwards ? "rate_receive" : "rate_send", "this kernel does not limit "
			 "what its interfaces carry (%s): `modprobe -a sch_ingress cls_matchall act_police`, or "
			 "datapath=user", strerror(errno));
}

static int set_rates(const struct native_session *session, const struct datapath_rate *rate, struct error *error)
{
	if (!session->ifindex)
		return 0;	/* they are told again when it has a device */
	if (limit(session, false, rate->send, rate->send_burst, error) < 0)
		return -1;
	return limit(session, true, rate->receive, rate->receive_burst, error);
}

static int modify_network(struct native_datapath *dp, struct native_session *session,
			  const struct datapath_session_config *config, bool for_good, struct error *error)
{
	if (is_carried(&config->ppp))
		return carry(dp, session, config, error);
	if (session->ppp->mppe.keyed && !for_good)
		rest(dp, session);
	else
		end_device(dp, session);
	return 0;
}

int native_ppp_modify(struct native_datapath *dp, struct native_session *session,
		      const struct datapath_session_config *config, unsigned int fields, struct error *error)
{
	if (fields & DATAPATH_SESSION_MPPE_KEYS && native_mppe_expect(dp, session, &config->mppe, error) < 0)
		return -1;
	if (fields & DATAPATH_SESSION_MPPE && native_mppe_set(dp, session, &config->mppe, error) < 0)
		return -1;
	if (fields & DATAPATH_SESSION_PPP &&
	    modify_network(dp, session, config, fields & DATAPATH_SESSION_MPPE, error) < 0)
		return -1;
	return fields & DATAPATH_SESSION_RATE ? set_rates(session, &config->rate, error) : 0;
}
