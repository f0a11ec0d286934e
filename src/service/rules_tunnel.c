/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a tunnel's configuration whatever else exists.  Single values were checked when
 * they were read (the tables of config); here is what one parameter means for another, and what the
 * peer's address, which may be known only later, means for all.
 */
#include <string.h>

#include "service/internal.h"

static bool given(const struct param_set *set, const char *parameter)
{
	return param_set_has(set, config_row(CONFIG_TUNNEL, parameter));
}

static bool link_local(const struct address *address)
{
	return address->family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&address->v6);
}

int rules_version(enum config_object object, uint32_t version, const struct param_set *set, struct error *error)
{
	unsigned int other = version == 2 ? PARAM_V3 : PARAM_V2;
	const struct param_table *table = config_tables[object];

	for (unsigned int row = param_set_next(set, 0); row < table->count; row = param_set_next(set, row + 1)) {
		const char *name = table->params[row].name;

		if (table->params[row].flags & other)
			return error_set(error, ERROR_VALUE, name, "%s means nothing in %s of version %u: leave it out",
					 name, object == CONFIG_SESSION ? "a session" : "a tunnel", version);
	}
	return 0;
}

static int check_peer_given(const struct tunnel_config *config, struct error *error)
{
	if (!config->dest_ipaddr[0])
		return error_set(error, ERROR_MISSING, "dest_ipaddr",
				 "give dest_ipaddr, the peer's address or host name");
	return 0;
}

/* Version 3 without its control protocol. */
static int check_static(const struct tunnel_config *config, const struct param_set *set, struct error *error)
{
	if (!config->peer_tunnel_id)
		return error_set(error, ERROR_UNSUPPORTED, "peer_tunnel_id",
				 "the L2TPv3 control protocol is not supported yet: "
				 "give peer_tunnel_id=ID, the peer's id, for a static tunnel");
	if (config->encap == CONFIG_ENCAP_UDP && !config->our_udp_port && given(set, "our_udp_port") &&
	    !config->is_shadow)
		return error_set(error, ERROR_VALUE, "our_udp_port",
				 "a static tunnel needs a port that the peer knows: give our_udp_port=1..65535");
	return 0;
}

/* What only the two together mean. */
static int check_proof(const struct tunnel_config *config, struct error *error)
{
	bool has_secret = config->secret[0] || config->secret_file[0];	/* which a dry run does not read */

	if (config->auth_mode == CONFIG_AUTH_CHALLENGE && !has_secret)
		return error_set(error, ERROR_MISSING, "secret",
				 "auth_mode=challenge asks the peer for the secret: give secret or secret_file");
	if (config->hide_avps && !has_secret)
		return error_set(error, ERROR_MISSING, "secret",
				 "hide_avps hides with the secret that both ends have: give secret or secret_file");
	return 0;
}

/* Version 2. */
static int check_managed(const struct tunnel_config *config, const struct param_set *set, struct error *error)
{
	if (config->encap == CONFIG_ENCAP_IP && given(set, "encap"))
		return error_set(error, ERROR_VALUE, "encap",
				 "version 2 has UDP only: give encap=udp, or version=3");
	if (config->tunnel_id > RULES_ID_MAX_V2)
		return error_set(error, ERROR_VALUE, "tunnel_id", "ids of version 2 are 1..%d: got %u",
				 RULES_ID_MAX_V2, config->tunnel_id);
	return check_proof(config, error);
}

static int check_encap(const struct tunnel_config *config, const struct param_set *set, struct error *error)
{
	static const char *const udp_only[] = {
		"our_udp_port", "peer_udp_port", "use_udp_checksums", "udp_zero_csum6_tx", "udp_zero_csum6_rx",
	};

	/* version 2 knows no other than UDP, whatever a profile says */
	if (config->encap != CONFIG_ENCAP_IP || config->version == 2)
		return 0;
	for (unsigned int i = 0; i < sizeof(udp_only) / sizeof(udp_only[0]); i++) {
		if (given(set, udp_only[i]))
			return error_set(error, ERROR_VALUE, udp_only[i],
					 "%s means nothing with encap=ip: leave it out, or give encap=udp",
					 udp_only[i]);
	}
	return 0;
}

/* UDP checksums of packets that are cut later nobody can compute. */
static int check_bpf(const struct tunnel_config *config, const struct address *peer, struct error *error)
{
	if (config->datapath != CONFIG_DATAPATH_BPF)
		return 0;
	if (config->version != 3 || config->encap != CONFIG_ENCAP_UDP)
		return error_set(error, ERROR_VALUE, "datapath",
				 "BPF programs know version=3 with encap=udp only: give datapath=auto");
	if (peer->family == AF_INET && config->use_udp_checksums)
		return error_set(error, ERROR_VALUE, "use_udp_checksums",
				 "datapath=bpf sends no UDP checksums: give use_udp_checksums=no");
	if (peer->family == AF_INET6 && !config->udp_zero_csum6_tx)
		return error_set(error, ERROR_VALUE, "udp_zero_csum6_tx",
				 "datapath=bpf sends no UDP checksums: give udp_zero_csum6_tx=yes, and let the peer "
				 "accept that");
	return 0;
}

static int check_source(const struct tunnel_config *config, struct error *error)
{
	if (link_local(&config->src_ipaddr) && !config->bind_interface[0])
		return error_set(error, ERROR_MISSING, "bind_interface",
				 "src_ipaddr is a link-local address: give bind_interface, the link that is meant");
	return 0;
}

/* Of version 2 with somebody else's control protocol nothing is configured but what is needed. */
static int check_protocol(const struct tunnel_config *config, const struct param_set *set, struct error *error)
{
	if (config->wire_tunnel_id)
		return 0;
	if (rules_version(CONFIG_TUNNEL, config->version, set, error) < 0)
		return -1;
	return config->version == 2 ? check_managed(config, set, error) : check_static(config, set, error);
}

int rules_tunnel(const struct tunnel_config *config, const struct param_set *set, struct error *error)
{
	struct address peer;

	if (check_protocol(config, set, error) < 0 ||
	    check_peer_given(config, error) < 0 || check_encap(config, set, error) < 0 ||
	    check_source(config, error) < 0)
		return -1;
	return address_parse(config->dest_ipaddr, &peer) ? rules_peer(config, set, &peer, error) : 0;
}

static int check_family(const struct tunnel_config *config, const struct param_set *set, const struct address *peer,
			struct error *error)
{
	const char *zero6 = config->udp_zero_csum6_tx ? "udp_zero_csum6_tx" :
			    config->udp_zero_csum6_rx ? "udp_zero_csum6_rx" : NULL;

	if (config->src_ipaddr.family != AF_UNSPEC && config->src_ipaddr.family != peer->family)
		return error_set(error, ERROR_VALUE, "src_ipaddr",
				 "src_ipaddr and dest_ipaddr must both be IPv4 or both IPv6 addresses");
	if (peer->family == AF_INET && zero6)
		return error_set(error, ERROR_VALUE, zero6,
				 "this is for IPv6, the peer's address is IPv4: use_udp_checksums=no sends none there");
	if (peer->family == AF_INET6 && !config->use_udp_checksums && given(set, "use_udp_checksums"))
		return error_set(error, ERROR_VALUE, "use_udp_checksums",
				 "this is for IPv4, the peer's address is IPv6: "
				 "udp_zero_csum6_tx=yes sends none there");
	return 0;
}

bool rules_loops(const struct tunnel_config *config, const struct address *peer)
{
	if (peer->family == AF_UNSPEC || !address_equal(&config->src_ipaddr, peer))
		return false;
	return config->encap == CONFIG_ENCAP_IP || config->our_udp_port == config->peer_udp_port;
}

int rules_peer(const struct tunnel_config *config, const struct param_set *set, const struct address *peer,
	       struct error *error)
{
	char text[ADDRESS_TEXT_MAX];

	if (config->is_shadow && address_is_any(peer))	/* its program has not connected the socket yet */
		return 0;
	if (!address_is_unicast(peer))
		return error_set(error, ERROR_VALUE, "dest_ipaddr", "%s is not the address of one host",
				 address_format(peer, text, sizeof(text)));
	if (link_local(peer) && !config->bind_interface[0])
		return error_set(error, ERROR_MISSING, "bind_interface",
				 "%s is a link-local address: give bind_interface, the link that is meant",
				 address_format(peer, text, sizeof(text)));
	if (check_family(config, set, peer, error) < 0 || check_bpf(config, peer, error) < 0)
		return -1;
	if (rules_loops(config, peer) && config->tunnel_id && config->tunnel_id == config->peer_tunnel_id)
		return error_set(error, ERROR_VALUE, "peer_tunnel_id",
				 "the tunnel would lead to itself: its ends have the same address, port and id");
	return 0;
}
