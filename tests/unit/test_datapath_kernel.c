/* SPDX-License-Identifier: MIT */
/* What the kernel's datapath says to the kernel, octet by octet; what it reads; and what it refuses. */
#include "datapath/kernel/message.h"

#include <limits.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/l2tp.h>		/* it wants those before it */

#include "datapath/kernel/refuse.h"
#include "test.h"

#define FAMILY 0x123
#define HEADERS 20			/* octets of a netlink and a generic netlink header */

static _Alignas(struct nlmsghdr) char buffer[NATIVE_REQUEST_MAX];

/* A request to this effect, with these attributes and no more. */
static void expect(const struct nlmsghdr *message, uint8_t command, const uint8_t *attributes, size_t length)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(message);

	assert_ptr_equal(message, buffer);
	assert_int_equal(message->nlmsg_type, FAMILY);
	assert_int_equal(message->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(genl->cmd, command);
	assert_int_equal(genl->version, 1);
	assert_int_equal(message->nlmsg_len, HEADERS + length);
	assert_memory_equal(buffer + HEADERS, attributes, length);
}

static void a_tunnel_is_its_ids_and_its_socket(void **state)
{
	static const uint8_t udp[] = {
		8, 0, L2TP_ATTR_CONN_ID, 0, 0x44, 0x33, 0x22, 0x11,
		8, 0, L2TP_ATTR_PEER_CONN_ID, 0, 9, 0, 0, 0,
		5, 0, L2TP_ATTR_PROTO_VERSION, 0, 3, 0, 0, 0,
		6, 0, L2TP_ATTR_ENCAP_TYPE, 0, 0, 0, 0, 0,
		8, 0, L2TP_ATTR_FD, 0, 77, 0, 0, 0,
	};
	struct datapath_tunnel_config config = { .encap = L2TP_ENCAP_UDP, .tunnel_id = 5, .peer_tunnel_id = 9 };
	uint8_t ip[sizeof(udp)];

	expect(native_tunnel_create(buffer, FAMILY, &config, 0x11223344, 77), L2TP_CMD_TUNNEL_CREATE, udp, sizeof(udp));
	memcpy(ip, udp, sizeof(ip));
	ip[28] = 1;
	config.encap = L2TP_ENCAP_IP;
	config.version = 3;
	expect(native_tunnel_create(buffer, FAMILY, &config, 0x11223344, 77), L2TP_CMD_TUNNEL_CREATE, ip, sizeof(ip));
	expect(native_tunnel_request(buffer, FAMILY, L2TP_CMD_TUNNEL_DELETE, 0x11223344), L2TP_CMD_TUNNEL_DELETE,
	       udp, 8);
}

static void a_session_has_all_of_it(void **state)
{
	static const uint8_t all[] = {
		8, 0, L2TP_ATTR_CONN_ID, 0, 1, 0, 0, 0,
		8, 0, L2TP_ATTR_SESSION_ID, 0, 11, 0, 0, 0,
		8, 0, L2TP_ATTR_PEER_SESSION_ID, 0, 12, 0, 0, 0,
		6, 0, L2TP_ATTR_PW_TYPE, 0, 5, 0, 0, 0,
		5, 0, L2TP_ATTR_L2SPEC_TYPE, 0, 1, 0, 0, 0,
		12, 0, L2TP_ATTR_COOKIE, 0, 1, 2, 3, 4, 5, 6, 7, 8,
		8, 0, L2TP_ATTR_PEER_COOKIE, 0, 9, 10, 11, 12,
		8, 0, L2TP_ATTR_IFNAME, 0, 'p', 'w', '0', 0,
		5, 0, L2TP_ATTR_RECV_SEQ, 0, 0, 0, 0, 0,
		5, 0, L2TP_ATTR_SEND_SEQ, 0, 1, 0, 0, 0,
		5, 0, L2TP_ATTR_LNS_MODE, 0, 1, 0, 0, 0,
		12, 0, L2TP_ATTR_RECV_TIMEOUT, 0, 0x2c, 1, 0, 0, 0, 0, 0, 0,
	};
	struct datapath_session_config config = {
		.pw_type = L2TP_PW_ETH, .session_id = 11, .peer_session_id = 12, .l2spec = L2TP_L2SPEC_DEFAULT,
		.cookie = { 1, 2, 3, 4, 5, 6, 7, 8 }, .cookie_length = 8, .peer_cookie = { 9, 10, 11, 12 },
		.peer_cookie_length = 4, .send_seq = true, .lns_mode = true, .reorder_timeout = 300,
	};

	expect(native_session_create(buffer, FAMILY, &config, 1, "pw0"), L2TP_CMD_SESSION_CREATE, all, sizeof(all));
}

static void a_session_without_anything_says_so(void **state)
{
	static const uint8_t beginning[] = {
		8, 0, L2TP_ATTR_CONN_ID, 0, 1, 0, 0, 0,
		8, 0, L2TP_ATTR_SESSION_ID, 0, 11, 0, 0, 0,
		8, 0, L2TP_ATTR_PEER_SESSION_ID, 0, 12, 0, 0, 0,
		6, 0, L2TP_ATTR_PW_TYPE, 0, 5, 0, 0, 0,
		5, 0, L2TP_ATTR_L2SPEC_TYPE, 0, 0, 0, 0, 0,
		8, 0, L2TP_ATTR_IFNAME, 0, 'p', 'w', '0', 0,
	};
	struct datapath_session_config config = {
		.pw_type = L2TP_PW_ETH, .session_id = 11, .peer_session_id = 12, .l2spec = L2TP_L2SPEC_NONE,
	};

	(void)native_session_create(buffer, FAMILY, &config, 1, "pw0");
	assert_memory_equal(buffer + HEADERS, beginning, sizeof(beginning));
}

/* What is not to be changed is not told: the kernel would take it. */
static void a_change_is_what_changes(void **state)
{
	static const uint8_t change[] = {
		8, 0, L2TP_ATTR_CONN_ID, 0, 1, 0, 0, 0,
		8, 0, L2TP_ATTR_SESSION_ID, 0, 11, 0, 0, 0,
		5, 0, L2TP_ATTR_SEND_SEQ, 0, 1, 0, 0, 0,
	};
	struct datapath_session_config config = { .session_id = 11, .send_seq = true, .recv_seq = true };

	expect(native_session_change(buffer, FAMILY, &config, 1, DATAPATH_SESSION_SEND_SEQ | DATAPATH_SESSION_MTU),
	       L2TP_CMD_SESSION_MODIFY, change, sizeof(change));
	expect(native_session_request(buffer, FAMILY, L2TP_CMD_SESSION_GET, 1, 11), L2TP_CMD_SESSION_GET, change, 16);
}

static void a_record_is_read(void **state)
{
	static const uint16_t types[] = {
		L2TP_ATTR_TX_PACKETS, L2TP_ATTR_TX_BYTES, L2TP_ATTR_TX_ERRORS, L2TP_ATTR_RX_PACKETS, L2TP_ATTR_RX_BYTES,
		L2TP_ATTR_RX_SEQ_DISCARDS, L2TP_ATTR_RX_COOKIE_DISCARDS, L2TP_ATTR_RX_OOS_PACKETS, L2TP_ATTR_RX_ERRORS,
		L2TP_ATTR_RX_INVALID,
	};
	static const struct datapath_stats wanted = {
		.tx_packets = 1, .tx_bytes = 2, .tx_errors = 3, .rx_packets = 4, .rx_bytes = 5, .rx_seq_discards = 6,
		.rx_cookie_discards = 7, .rx_oos_packets = 8, .rx_errors = 9, .rx_invalid = 10,
	};
	struct nlmsghdr *message = native_session_request(buffer, FAMILY, L2TP_CMD_SESSION_GET, 1, 2);
	struct native_record record;
	struct nlattr *nest;

	mnl_attr_put_u8(message, L2TP_ATTR_SEND_SEQ, 1);
	nest = mnl_attr_nest_start(message, L2TP_ATTR_STATS);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		mnl_attr_put_u64(message, types[i], i + 1);
	mnl_attr_put(message, L2TP_ATTR_STATS_PAD, 0, NULL);
	mnl_attr_nest_end(message, nest);
	native_record_read(message, &record);
	assert_true(record.send_seq);
	assert_memory_equal(&record.stats, &wanted, sizeof(wanted));
	native_record_read(native_tunnel_request(buffer, FAMILY, L2TP_CMD_TUNNEL_GET, 1), &record);
	assert_false(record.send_seq);
	assert_int_equal(record.stats.tx_packets + record.stats.rx_invalid, 0);
}

/* --- what the kernel cannot do --- */

static void refused_session(const struct datapath_session_config *config, unsigned int fields, const char *parameter)
{
	struct error error = { 0 };

	assert_int_equal(native_refuse_session(config, fields, &error), -1);
	assert_int_equal(error.code, ERROR_UNSUPPORTED);
	assert_string_equal(error.parameter, parameter);
	assert_non_null(strstr(error.text, "datapath=user"));
}

static void sessions_that_the_kernel_has_not(void **state)
{
	const struct datapath_session_config plain = { .pw_type = L2TP_PW_ETH };
	struct datapath_session_config config = plain;

	assert_int_equal(native_refuse_session(&config, UINT_MAX, NULL), 0);
	config.pw_type = L2TP_PW_ETH_VLAN;
	assert_int_equal(native_refuse_session(&config, UINT_MAX, NULL), 0);
	config.pw_type = L2TP_PW_IP;
	refused_session(&config, UINT_MAX, "pw_type");
	config = plain;
	config.mss_clamp = true;
	refused_session(&config, UINT_MAX, "mss_clamp");
	refused_session(&config, DATAPATH_SESSION_MSS, "mss_clamp");
	assert_int_equal(native_refuse_session(&config, DATAPATH_SESSION_SEND_SEQ, NULL), 0);
	config = plain;
	config.carrier_timeout = 1;
	refused_session(&config, DATAPATH_SESSION_CARRIER, "carrier_timeout");
}

static void refused_tunnel(const struct datapath_tunnel_config *config, unsigned int fields, const char *parameter)
{
	struct error error = { 0 };

	assert_int_equal(native_refuse_tunnel(config, fields, &error), -1);
	assert_int_equal(error.code, ERROR_UNSUPPORTED);
	assert_string_equal(error.parameter, parameter);
}

static void tunnels_that_the_kernel_has_not(void **state)
{
	struct datapath_tunnel_config config = { .version = 3 };

	assert_int_equal(native_refuse_tunnel(&config, UINT_MAX, NULL), 0);
	config.ttl = DATAPATH_HOP_COPY;
	refused_tunnel(&config, DATAPATH_TUNNEL_MARKING, "ttl");
	assert_int_equal(native_refuse_tunnel(&config, DATAPATH_TUNNEL_PEER, NULL), 0);
	config.ttl = DATAPATH_HOP_DEFAULT;
	config.dscp = DATAPATH_DSCP_COPY;
	refused_tunnel(&config, UINT_MAX, "dscp");
	config = (struct datapath_tunnel_config){ .version = 2 };
	assert_int_equal(native_refuse_tunnel(&config, UINT_MAX, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tunnel_is_its_ids_and_its_socket),
		cmocka_unit_test(a_session_has_all_of_it),
		cmocka_unit_test(a_session_without_anything_says_so),
		cmocka_unit_test(a_change_is_what_changes),
		cmocka_unit_test(a_record_is_read),
		cmocka_unit_test(sessions_that_the_kernel_has_not),
		cmocka_unit_test(tunnels_that_the_kernel_has_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
