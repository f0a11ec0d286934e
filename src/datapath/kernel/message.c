/* SPDX-License-Identifier: MIT */
/* See message.h. */
#include "datapath/kernel/message.h"

#include <linux/genetlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include <linux/l2tp.h>		/* it wants the ones before it */

#define FAMILY_VERSION 1

static struct nlmsghdr *begin(char *buffer, uint16_t family, uint8_t command, uint32_t tunnel_id)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(message, sizeof(*genl));

	message->nlmsg_type = family;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl->cmd = command;
	genl->version = FAMILY_VERSION;
	mnl_attr_put_u32(message, L2TP_ATTR_CONN_ID, tunnel_id);
	return message;
}

struct nlmsghdr *native_tunnel_create(char *buffer, uint16_t family, const struct datapath_tunnel_config *config,
				      uint32_t tunnel_id, int fd)
{
	struct nlmsghdr *message = begin(buffer, family, L2TP_CMD_TUNNEL_CREATE, tunnel_id);

	mnl_attr_put_u32(message, L2TP_ATTR_PEER_CONN_ID, config->peer_tunnel_id);
	mnl_attr_put_u8(message, L2TP_ATTR_PROTO_VERSION, config->version ? config->version : 3);
	mnl_attr_put_u16(message, L2TP_ATTR_ENCAP_TYPE,
			 config->encap == L2TP_ENCAP_IP ? L2TP_ENCAPTYPE_IP : L2TP_ENCAPTYPE_UDP);
	mnl_attr_put_u32(message, L2TP_ATTR_FD, (uint32_t)fd);
	return message;
}

struct nlmsghdr *native_tunnel_request(char *buffer, uint16_t family, uint8_t command, uint32_t tunnel_id)
{
	return begin(buffer, family, command, tunnel_id);
}

/* --- sessions --- */

static void put_changeable(struct nlmsghdr *message, const struct datapath_session_config *config, unsigned int fields)
{
	if (fields & DATAPATH_SESSION_RECV_SEQ)
		mnl_attr_put_u8(message, L2TP_ATTR_RECV_SEQ, config->recv_seq);
	if (fields & DATAPATH_SESSION_SEND_SEQ)
		mnl_attr_put_u8(message, L2TP_ATTR_SEND_SEQ, config->send_seq);
	if (fields & DATAPATH_SESSION_LNS_MODE)
		mnl_attr_put_u8(message, L2TP_ATTR_LNS_MODE, config->lns_mode);
	if (fields & DATAPATH_SESSION_REORDER)
		mnl_attr_put_u64(message, L2TP_ATTR_RECV_TIMEOUT, config->reorder_timeout);
}

struct nlmsghdr *native_session_create(char *buffer, uint16_t family, const struct datapath_session_config *config,
				       uint32_t tunnel_id, const char *ifname)
{
	struct nlmsghdr *message = native_session_request(buffer, family, L2TP_CMD_SESSION_CREATE, tunnel_id,
							  config->session_id);

	mnl_attr_put_u32(message, L2TP_ATTR_PEER_SESSION_ID, config->peer_session_id);
	/* of VLANs it has none: their tags are the device's business */
	mnl_attr_put_u16(message, L2TP_ATTR_PW_TYPE, (uint16_t)(config->pw_type == L2TP_PW_ETH_VLAN ? L2TP_PW_ETH :
								config->pw_type));
	mnl_attr_put_u8(message, L2TP_ATTR_L2SPEC_TYPE,
			config->l2spec == L2TP_L2SPEC_NONE ? L2TP_L2SPECTYPE_NONE : L2TP_L2SPECTYPE_DEFAULT);
	if (config->cookie_length)
		mnl_attr_put(message, L2TP_ATTR_COOKIE, config->cookie_length, config->cookie);
	if (config->peer_cookie_length)
		mnl_attr_put(message, L2TP_ATTR_PEER_COOKIE, config->peer_cookie_length, config->peer_cookie);
	if (*ifname)
		mnl_attr_put_strz(message, L2TP_ATTR_IFNAME, ifname);
	put_changeable(message, config, ~0u);
	return message;
}

struct nlmsghdr *native_session_change(char *buffer, uint16_t family, const struct datapath_session_config *config,
				       uint32_t tunnel_id, unsigned int fields)
{
	struct nlmsghdr *message = native_session_request(buffer, family, L2TP_CMD_SESSION_MODIFY, tunnel_id,
							  config->session_id);

	put_changeable(message, config, fields);
	return message;
}

struct nlmsghdr *native_session_request(char *buffer, uint16_t family, uint8_t command, uint32_t tunnel_id,
					uint32_t session_id)
{
	struct nlmsghdr *message = begin(buffer, family, command, tunnel_id);

	mnl_attr_put_u32(message, L2TP_ATTR_SESSION_ID, session_id);
	return message;
}

/* --- records --- */

static const struct {
	uint16_t type;
	size_t offset;
} counters[] = {
	{ L2TP_ATTR_TX_PACKETS, offsetof(struct datapath_stats, tx_packets) },
	{ L2TP_ATTR_TX_BYTES, offsetof(struct datapath_stats, tx_bytes) },
	{ L2TP_ATTR_TX_ERRORS, offsetof(struct datapath_stats, tx_errors) },
	{ L2TP_ATTR_RX_PACKETS, offsetof(struct datapath_stats, rx_packets) },
	{ L2TP_ATTR_RX_BYTES, offsetof(struct datapath_stats, rx_bytes) },
	{ L2TP_ATTR_RX_ERRORS, offsetof(struct datapath_stats, rx_errors) },
	{ L2TP_ATTR_RX_SEQ_DISCARDS, offsetof(struct datapath_stats, rx_seq_discards) },
	{ L2TP_ATTR_RX_OOS_PACKETS, offsetof(struct datapath_stats, rx_oos_packets) },
	{ L2TP_ATTR_RX_COOKIE_DISCARDS, offsetof(struct datapath_stats, rx_cookie_discards) },
	{ L2TP_ATTR_RX_INVALID, offsetof(struct datapath_stats, rx_invalid) },
};

static void read_counter(const struct nlattr *attribute, struct datapath_stats *stats)
{
	uint64_t value;

	if (mnl_attr_validate(attribute, MNL_TYPE_U64) < 0)
		return;		/* padding */
	value = mnl_attr_get_u64(attribute);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		if (counters[i].type == mnl_attr_get_type(attribute))
			memcpy((char *)stats + counters[i].offset, &value, sizeof(value));
}

void native_record_read(const struct nlmsghdr *message, struct native_record *record)
{
	const struct nlattr *attribute, *counter;

	memset(record, 0, sizeof(*record));
	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) == L2TP_ATTR_SEND_SEQ &&
		    mnl_attr_validate(attribute, MNL_TYPE_U8) == 0)
			record->send_seq = mnl_attr_get_u8(attribute);
		if (mnl_attr_get_type(attribute) != L2TP_ATTR_STATS)
			continue;
		mnl_attr_for_each_nested(counter, attribute)
			read_counter(counter, &record->stats);
	}
}
