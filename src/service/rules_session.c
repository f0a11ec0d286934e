/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a session's configuration whatever other sessions exist.
 */
#include <string.h>

#include "base/packet.h"
#include "service/internal.h"

#define IP_PACKET_MAX 65535	/* RFC 791 section 3.1; what the pseudowire's packets must fit into */

static int check_vlan(const struct session_config *config, struct error *error)
{
	if (config->pw_type == CONFIG_PW_VLAN && !config->vlan_id)
		return error_set(error, ERROR_MISSING, "vlan_id",
				 "pw_type=vlan needs vlan_id, the VLAN of the frames sent");
	if (config->pw_type != CONFIG_PW_VLAN && config->vlan_id)
		return error_set(error, ERROR_VALUE, "vlan_id",
				 "vlan_id is for pw_type=vlan: give that, or leave vlan_id out");
	return 0;
}

/* Sequence numbers are in the sublayer. The kernel's API lets who wants them without it have what that means: what
 * must be numbered never is. */
static int check_sequence(const struct tunnel *tunnel, const struct session_config *config, struct error *error)
{
	const char *parameter = NULL;

	if (config->l2spec_type != CONFIG_L2SPEC_NONE || tunnel->origin == SERVICE_ORIGIN_KERNEL)
		return 0;
	if (config->use_sequence_numbers)
		parameter = "use_sequence_numbers";
	else if (config->sequencing_required)
		parameter = "sequencing_required";
	else if (config->reorder_timeout)
		parameter = "reorder_timeout";
	if (!parameter)
		return 0;
	return error_set(error, ERROR_VALUE, parameter,
			 "%s needs sequence numbers, which l2spec_type=none has no room for: "
			 "give l2spec_type=default at both ends", parameter);
}

static int check_device(const struct session_config *config, struct error *error)
{
	static const uint8_t none[sizeof(config->mac_address)];

	if (config->pw_type != CONFIG_PW_IP && config->pw_type != CONFIG_PW_PPP)
		return 0;
	if (memcmp(config->mac_address, none, sizeof(none)) != 0)
		return error_set(error, ERROR_VALUE, "mac_address",
				 "with pw_type=%s the device has no hardware address: leave mac_address out",
				 config->pw_type == CONFIG_PW_IP ? "ip" : "ppp");
	if (config->bridge[0])
		return error_set(error, ERROR_VALUE, "bridge",
				 "with pw_type=%s there are no Ethernet frames to bridge: "
				 "leave it out, or give pw_type=eth", config->pw_type == CONFIG_PW_IP ? "ip" : "ppp");
	return 0;
}

static bool is_ipv4(const struct tunnel *tunnel)
{
	return tunnel->peer.family == AF_INET || tunnel->config.src_ipaddr.family == AF_INET;
}

static int check_mtu(const struct tunnel *tunnel, const struct session_config *config, struct error *error)
{
	enum l2tp_encap encap = tunnel->config.encap == CONFIG_ENCAP_IP ? L2TP_ENCAP_IP : L2TP_ENCAP_UDP;
	enum l2tp_l2spec l2spec = config->l2spec_type == CONFIG_L2SPEC_NONE ? L2TP_L2SPEC_NONE : L2TP_L2SPEC_DEFAULT;
	int64_t most = IP_PACKET_MAX;

	most -= is_ipv4(tunnel) ? IPV4_HEADER : IPV6_HEADER;
	most -= encap == L2TP_ENCAP_UDP ? UDP_HEADER : 0;
	most -= (int64_t)data_header_length(encap, config->cookie.length, l2spec);
	if (config->pw_type != CONFIG_PW_IP)
		most -= ETHERNET_HEADER + (config->pw_type == CONFIG_PW_VLAN ? VLAN_TAG : 0);
	if (config->mtu > most)
		return error_set(error, ERROR_VALUE, "mtu",
				 "mtu %d and the headers around it exceed what an IP packet can hold: at most %d here",
				 (int)config->mtu, (int)most);
	return 0;
}

/* In a static tunnel. */
static int check_static(const struct tunnel *tunnel, const struct session_config *config, struct error *error)
{
	if (!config->peer_session_id && tunnel->origin != SERVICE_ORIGIN_KERNEL)	/* whose API takes 0 */
		return error_set(error, ERROR_MISSING, "peer_session_id",
				 "tunnel %s is static: give peer_session_id, the peer's id of the session",
				 tunnel->config.tunnel_name);
	if (config->mtu == CONFIG_MTU_FOLLOW && tunnel->config.netns[0])
		return error_set(error, ERROR_VALUE, "mtu",
				 "mtu=follow follows routes of the daemon's network namespace, and the tunnel is in %s: "
				 "give auto or a number", tunnel->config.netns);
	if (check_vlan(config, error) < 0 || check_sequence(tunnel, config, error) < 0 ||
	    check_device(config, error) < 0)
		return -1;
	return check_mtu(tunnel, config, error);
}

/* What is said of PPP where there is none. */
static int refuse_ppp(const struct session_config *config, const struct param_set *set, struct error *error)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];

	for (unsigned int row = param_set_next(set, 0); row < table->count; row = param_set_next(set, row + 1)) {
		if (table->params[row].flags & PARAM_PPP && config->pw_type != CONFIG_PW_PPP)
			return error_set(error, ERROR_VALUE, table->params[row].name,
					 "%s means nothing in a session without PPP: leave it out, or give pw_type=ppp",
					 table->params[row].name);
	}
	return 0;
}

static bool given(const struct param_set *set, const char *parameter)
{
	return param_set_has(set, config_row(CONFIG_SESSION, parameter));
}

static int check_speeds(const struct session_config *config, struct error *error)
{
	if (config->maximum_bps && config->minimum_bps > config->maximum_bps)
		return error_set(error, ERROR_VALUE, "minimum_bps",
				 "minimum_bps is %u, more than maximum_bps, which is %u", config->minimum_bps,
				 config->maximum_bps);
	return 0;
}

/* Who asks for a session here is the LAC of an incoming call, or the LNS of an outgoing one. */
int rules_session_asked(const struct session_config *config, const struct param_set *set, struct error *error)
{
	bool peers = config->session_type == CONFIG_SESSION_TYPE_LAOC ||
		     config->session_type == CONFIG_SESSION_TYPE_LNIC;

	if (!peers || !given(set, "session_type"))
		return 0;
	return error_set(error, ERROR_VALUE, "session_type",
			 "laoc and lnic are calls that the peer asks for: give laic, lnoc, or auto");
}

static int check_number(const struct session_config *config, struct error *error)
{
	if (config->session_type == CONFIG_SESSION_TYPE_LNOC && !config->called_number[0])
		return error_set(error, ERROR_MISSING, "called_number",
				 "session_type=lnoc asks the peer to call somebody: give called_number");
	return 0;
}

/* In a tunnel of version 2. */
static int check_call(const struct session_config *config, struct error *error)
{
	if (config->session_id > RULES_ID_MAX_V2)
		return error_set(error, ERROR_VALUE, "session_id", "ids of version 2 are 1..%d: got %u",
				 RULES_ID_MAX_V2, config->session_id);
	if (config->pw_type != CONFIG_PW_PPP)
		return error_set(error, ERROR_VALUE, "pw_type",
				 "sessions of version 2 carry PPP: give pw_type=ppp, or leave it out");
	if (check_number(config, error) < 0)
		return -1;
	return check_speeds(config, error);
}

int rules_session(const struct tunnel *tunnel, const struct session_config *config, const struct param_set *set,
		  struct error *error)
{
	if (!tunnel->config.wire_tunnel_id && rules_version(CONFIG_SESSION, tunnel->config.version, set, error) < 0)
		return -1;
	if (refuse_ppp(config, set, error) < 0)
		return -1;
	return tunnel->config.version == 2 ? check_call(config, error) : check_static(tunnel, config, error);
}

int rules_session_loop(uint32_t session_id, uint32_t peer_session_id, struct error *error)
{
	if (session_id != peer_session_id)
		return 0;
	return error_set(error, ERROR_VALUE, "peer_session_id",
			 "the session would lead to itself: the tunnel's ends have the same address and port, "
			 "so session_id and peer_session_id must differ");
}
