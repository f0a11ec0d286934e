/* SPDX-License-Identifier: MIT */
/*
 * Sessions.  Of Ethernet the kernel makes the device with the session, in the tunnel's namespace; from there it is
 * moved to where it shall be.  Of PPP: ppp.c.
 */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <linux/l2tp.h>		/* it wants the one before it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "base/packet.h"
#include "datapath/kernel/internal.h"
#include "datapath/kernel/refuse.h"
#include "os/netns.h"
#include "wire/data_header_v2.h"

#define DEVICE_MTU_LEAST 68		/* RFC 791 */
#define NAME_PREFIX "l2tpeth"
#define NUMBERS 100000000u		/* of names: what fits behind the prefix */
#define CHANGEABLE (DATAPATH_SESSION_SEND_SEQ | DATAPATH_SESSION_RECV_SEQ | DATAPATH_SESSION_LNS_MODE | \
		    DATAPATH_SESSION_REORDER)	/* by L2TP_CMD_SESSION_MODIFY */

/* --- MTU --- */

static uint32_t header_length(const struct native_session *session)
{
	const struct datapath_tunnel_config *tunnel = &session->tunnel->config;

	if (tunnel->version == 2)
		return (uint32_t)data_header_v2_length(session->config.send_seq);
	return (uint32_t)data_header_length(tunnel->encap, session->config.cookie_length, session->config.l2spec);
}

uint32_t native_session_path(const struct native_session *session)
{
	const struct native_tunnel *tunnel = session->tunnel;
	uint32_t overhead = header_length(session), mtu;

	if (!tunnel->connected)
		return 0;
	overhead += tunnel->config.peer.address.family == AF_INET6 ? IPV6_HEADER : IPV4_HEADER;
	overhead += tunnel->config.encap == L2TP_ENCAP_UDP ? UDP_HEADER : 0;
	mtu = native_socket_path_mtu(tunnel->fd);
	return mtu > overhead + ETHERNET_HEADER + VLAN_TAG + DEVICE_MTU_LEAST ? mtu - overhead : 0;
}

/* Of an Ethernet session's device; 0: not known. */
static uint32_t path_mtu(const struct native_session *session)
{
	uint32_t path = native_session_path(session);

	if (!path)
		return 0;
	return path - ETHERNET_HEADER - (session->config.pw_type == L2TP_PW_ETH_VLAN ? VLAN_TAG : 0);
}

/* 0: what the kernel gave it stays. */
static uint32_t wanted_mtu(const struct native_session *session, const struct datapath_session_config *config)
{
	return config->mtu_mode == DATAPATH_MTU_FIXED ? config->mtu : path_mtu(session);
}

int native_session_set_mtu(struct native_session *session, uint32_t mtu, struct error *error)
{
	struct link_settings settings = { .mtu = mtu };

	if (!mtu || mtu == session->mtu)
		return 0;
	if (link_set(session->space->links, session->ifindex, &settings, error) < 0)
		return -1;
	session->mtu = mtu;
	return 0;
}

void native_session_settle(struct native_session *session)
{
	bool is_done = session->settled && session->config.mtu_mode != DATAPATH_MTU_FOLLOW;
	uint32_t mtu = session->config.mtu_mode != DATAPATH_MTU_FIXED ? path_mtu(session) : 0;

	if (is_done || !mtu || session->ppp || session->gone)
		return;
	session->settled = true;
	(void)native_session_set_mtu(session, mtu, NULL);
}

/* --- the device --- */

static void choose_name(const struct native_session *session, char name[IF_NAMESIZE])
{
	uint32_t *number = &session->space->next_number;

	if (*session->config.ifname) {
		memcpy(name, session->config.ifname, IF_NAMESIZE);
		return;
	}
	do {
		snprintf(name, IF_NAMESIZE, NAME_PREFIX "%u", (*number)++ % NUMBERS);
	} while (link_index(session->space->links, name));
}

/* Where it comes into being is not where it will be: nobody there is in the way, and nobody takes notice. */
static void choose_passing_name(const struct native_session *session, char name[IF_NAMESIZE])
{
	uint32_t number = session->config.session_id;

	do {
		snprintf(name, IF_NAMESIZE, "l2tp-%x", number++);
	} while (link_index(session->tunnel->space->links, name));
}

static int refuse_device(const struct native_session *session, struct error *error)
{
	const char *bridge = session->config.bridge;

	if (session->space != session->tunnel->space && link_index(session->space->links, session->ifname))
		return error_set(error, ERROR_EXISTS, "interface_name", "an interface %s exists already",
				 session->ifname);
	if (*bridge && !link_index(session->space->links, bridge))
		return error_set(error, ERROR_UNKNOWN, "bridge", "there is no bridge %s: make it with "
				 "`ip link add %s type bridge`", bridge, bridge);
	return 0;
}

int native_session_place(struct native_session *session, const char *made_as, struct error *error)
{
	struct link_channel *links = session->tunnel->space->links;
	bool is_renamed = strcmp(made_as, session->ifname) != 0, moves = session->space != session->tunnel->space;
	struct link_settings settings = { .name = is_renamed ? session->ifname : NULL };
	int result = 0;

	if (moves) {
		settings.netns_fd = netns_open(session->config.netns, error);
		if (settings.netns_fd < 0)
			return -1;
	}
	if (is_renamed || moves)
		result = link_set(links, link_index(links, made_as), &settings, error);
	if (moves)
		close(settings.netns_fd);
	session->ifindex = link_index(session->space->links, session->ifname);
	return result;
}

/* The kernel has no pseudowires of VLANs; of Ethernet it has, and filters that put tags on. */
static int tag_device(const struct native_session *session, struct error *error)
{
	if (session->config.pw_type != L2TP_PW_ETH_VLAN ||
	    link_tag(session->space->links, session->ifindex, session->config.vlan_id) == 0)
		return 0;
	return error_set(error, ERROR_UNSUPPORTED, "pw_type", "this kernel does not tag what its interfaces carry "
			 "(%s): `modprobe -a sch_ingress cls_matchall act_vlan`, or datapath=user", strerror(errno));
}

static int set_up_device(struct native_session *session, const char *made_as, struct error *error)
{
	const struct datapath_session_config *config = &session->config;
	struct link_settings settings = {
		.mtu = wanted_mtu(session, config), .mac = config->has_mac ? config->mac : NULL,
		.up = config->interface_up,
	};

	if (native_session_place(session, made_as, error) < 0)
		return -1;
	if (*config->bridge)
		settings.master = link_index(session->space->links, config->bridge);
	session->settled = session->tunnel->connected;
	session->mtu = settings.mtu;
	if (tag_device(session, error) < 0)
		return -1;
	return link_set(session->space->links, session->ifindex, &settings, error);
}

/* --- making one --- */

static int create(const struct native_datapath *dp, const struct native_session *session, const char *ifname)
{
	const struct native_tunnel *tunnel = session->tunnel;
	_Alignas(struct nlmsghdr) char buffer[NATIVE_REQUEST_MAX];

	return native_channel_create(tunnel->space->channel,
				     native_session_create(buffer, dp->family, &session->config, tunnel->tunnel_id,
							   ifname));
}

int native_session_tell(const struct native_datapath *dp, const struct native_session *session, const char *ifname,
			struct error *error)
{
	const struct native_tunnel *tunnel = session->tunnel;
	uint32_t id = session->config.session_id;

	if (create(dp, session, ifname) == 0 ||
	    (errno == ENODEV && native_tunnel_revive(dp, session->tunnel) == 0 && create(dp, session, ifname) == 0))
		return 0;
	if (errno == EEXIST && *ifname && link_index(tunnel->space->links, ifname))
		return error_set(error, ERROR_EXISTS, "interface_name", "an interface %s exists already", ifname);
	if (errno == EEXIST)
		return error_set(error, ERROR_EXISTS, "session_id", "the kernel has session %u already: "
				 "`ip l2tp show session` tells of whom", id);
	if (errno == EPROTONOSUPPORT)
		return error_set(error, ERROR_UNSUPPORTED, "pw_type", "this kernel has no %s over L2TP: "
				 "`modprobe %s`, or datapath=user", *ifname ? "Ethernet" : "PPP",
				 *ifname ? "l2tp_eth" : "l2tp_ppp");
	if (errno == ENODEV)
		return error_set(error, ERROR_SYSTEM, NULL, "somebody removed the tunnel from the kernel: "
				 "delete it and make it again");
	return error_system(error, errno, NULL, "the kernel does not make the session");
}

/* record: of what the kernel answers; NULL: that does not matter. -1 with errno. */
static int request(const struct native_datapath *dp, const struct native_session *session, uint8_t command,
		   struct native_record *record)
{
	_Alignas(struct nlmsghdr) char buffer[NATIVE_REQUEST_MAX];

	return native_channel_request(session->tunnel->space->channel,
				      native_session_request(buffer, dp->family, command, session->tunnel->tunnel_id,
							     session->config.session_id), record);
}

static void await_end(const struct native_datapath *dp, const struct native_session *session)
{
	_Alignas(struct nlmsghdr) char buffer[NATIVE_REQUEST_MAX];

	native_channel_await_end(session->tunnel->space->channel,
				 native_session_request(buffer, dp->family, L2TP_CMD_SESSION_GET,
							session->tunnel->tunnel_id, session->config.session_id));
}

void native_session_untell(const struct native_datapath *dp, const struct native_session *session)
{
	(void)request(dp, session, L2TP_CMD_SESSION_DELETE, NULL);
	await_end(dp, session);
}

bool native_session_is_there(const struct native_datapath *dp, const struct native_session *session)
{
	return request(dp, session, L2TP_CMD_SESSION_GET, NULL) == 0;
}

/* A device that is not where it was may have been moved. */
bool native_session_is_lost(const struct native_datapath *dp, const struct native_session *session)
{
	char name[IF_NAMESIZE];
	uint32_t mtu;

	if (session->ppp || link_get(session->space->links, session->ifindex, name, &mtu))
		return false;
	return !native_session_is_there(dp, session);
}

static void session_free(struct native_datapath *dp, struct native_session *session)
{
	handle_remove(&dp->sessions, session->self);
	native_space_put(dp, session->space);
	free(session);
}

static int begin_ethernet(struct native_datapath *dp, struct native_session *session, struct error *error)
{
	char made_as[IF_NAMESIZE];

	choose_name(session, session->ifname);
	memcpy(made_as, session->ifname, sizeof(made_as));
	if (session->space != session->tunnel->space)
		choose_passing_name(session, made_as);
	if (refuse_device(session, error) < 0 || native_session_tell(dp, session, made_as, error) < 0)
		return -1;
	if (set_up_device(session, made_as, error) == 0)
		return 0;
	native_session_untell(dp, session);
	return -1;
}

static int session_begin(struct native_datapath *dp, struct native_session *session, struct error *error)
{
	session->space = native_space_get(dp, session->config.netns, error);
	if (!session->space)
		return -1;
	session->self = handle_add(&dp->sessions, session);
	if (session->self == HANDLE_NONE)
		return error_system(error, ENOMEM, NULL, "cannot make the session");
	if (session->config.pw_type == L2TP_PW_PPP)
		return native_ppp_begin(dp, session, error);
	return begin_ethernet(dp, session, error);
}

int native_session_add(struct datapath *base, const struct datapath_session_config *config, handle *result,
		       struct error *error)
{
	struct native_datapath *dp = native_of(base);
	struct native_tunnel *tunnel = handle_get(&dp->tunnels, config->tunnel);
	struct native_session *session;

	if (!tunnel)
		return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such tunnel");
	if (native_refuse_session(config, UINT_MAX, error) < 0)
		return -1;
	session = calloc(1, sizeof(*session));
	if (!session)
		return error_system(error, ENOMEM, NULL, "cannot make the session");
	session->tunnel = tunnel;
	session->config = *config;
	if (session_begin(dp, session, error) < 0) {
		native_ppp_end(dp, session);
		session_free(dp, session);
		return -1;
	}
	DL_APPEND(tunnel->sessions, session);
	native_follow(dp, session);
	*result = session->self;
	return 0;
}

struct native_session *native_session_find(const struct native_tunnel *tunnel, uint32_t session_id)
{
	struct native_session *session;

	DL_FOREACH(tunnel->sessions, session)
		if (session->config.session_id == session_id)
			break;
	return session;
}

/* --- changing one --- */

static int modify(struct native_datapath *dp, struct native_session *session,
		  const struct datapath_session_config *config, unsigned int fields, struct error *error)
{
	struct datapath_session_config wanted = session->config;
	_Alignas(struct nlmsghdr) char buffer[NATIVE_REQUEST_MAX];
	uint32_t before = session->mtu;

	datapath_session_take(&wanted, config, fields);
	if (!session->ppp && fields & DATAPATH_SESSION_MTU &&
	    native_session_set_mtu(session, wanted_mtu(session, &wanted), error) < 0)
		return -1;
	if (fields & CHANGEABLE &&
	    native_channel_request(session->tunnel->space->channel,
				   native_session_change(buffer, dp->family, &wanted, session->tunnel->tunnel_id,
							 fields), NULL) < 0) {
		error_system(error, errno, NULL, "the kernel does not change the session");
		(void)native_session_set_mtu(session, before, NULL);
		return -1;
	}
	session->config = wanted;
	native_follow(dp, session);
	return 0;
}

int native_session_modify(struct datapath *base, handle h, const struct datapath_session_config *config,
			  unsigned int fields, struct error *error)
{
	struct native_datapath *dp = native_of(base);
	struct native_session *session = handle_get(&dp->sessions, h);

	if (!session)
		return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such session");
	if (native_refuse_session(config, fields, error) < 0 ||
	    (session->ppp && native_ppp_modify(dp, session, config, fields, error) < 0))
		return -1;
	return modify(dp, session, config, fields, error);
}

/* --- the rest --- */

static void free_name(const struct native_session *session)
{
	uint32_t freed;

	if (*session->config.ifname || session->config.pw_type == L2TP_PW_PPP)
		return;
	freed = (uint32_t)strtoul(session->ifname + strlen(NAME_PREFIX), NULL, 10);
	if (freed < session->space->next_number)
		session->space->next_number = freed;
}

/* All are told to go before the last is waited for. */
void native_session_delete(struct datapath *base, const handle *sessions, int count)
{
	struct native_datapath *dp = native_of(base);
	struct native_session *session;

	for (int i = 0; i < count; i++) {
		session = handle_get(&dp->sessions, sessions[i]);
		if (session)
			(void)request(dp, session, L2TP_CMD_SESSION_DELETE, NULL);
	}
	for (int i = 0; i < count; i++) {
		session = handle_get(&dp->sessions, sessions[i]);
		if (!session)
			continue;
		native_ppp_end(dp, session);
		await_end(dp, session);
		free_name(session);
		native_tap_forget_session(dp, session);
		DL_DELETE(session->tunnel->sessions, session);
		session_free(dp, session);
	}
}

/* Of PPP it may rest, and then nobody is told of it. */
static bool has_device(const struct native_session *session)
{
	return session->ifindex && (!session->ppp || session->ppp->carried.ipv4 || session->ppp->carried.ipv6);
}

/* What the device has carried, without those that it did not. */
static uint64_t packets_of(const struct link_counters *counters, uint64_t others)
{
	uint64_t all = counters->rx_packets + counters->tx_packets;

	return all > others ? all - others : 0;
}

static void tell_device(const struct native_session *session, struct datapath_session_info *info)
{
	struct link_counters counters = { 0 };

	info->ifindex = session->ifindex;
	info->mtu = session->mtu;
	memcpy(info->ifname, session->ifname, sizeof(info->ifname));
	/* Renamed, or given another MTU; or moved, and then nothing is known of it. */
	(void)link_get(session->space->links, session->ifindex, info->ifname, &info->mtu);
	if (session->ppp && link_counters(session->space->links, session->ifindex, &counters))
		info->network_packets = packets_of(&counters, session->ppp->others);
}

int native_session_info(struct datapath *base, handle h, struct datapath_session_info *info)
{
	struct native_datapath *dp = native_of(base);
	const struct native_session *session = handle_get(&dp->sessions, h);
	struct native_record record = { 0 };

	if (!session)
		return -1;
	*info = (struct datapath_session_info){ .carrier = !session->gone };
	if (has_device(session))
		tell_device(session, info);
	else
		info->mtu = native_session_path(session);
	(void)request(dp, session, L2TP_CMD_SESSION_GET, &record);
	info->send_seq = record.send_seq;
	info->stats = record.stats;
	if (session->ppp)
		native_frames_info(session, info);
	return 0;
}
