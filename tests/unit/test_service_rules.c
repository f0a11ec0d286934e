/* SPDX-License-Identifier: MIT */
/* What one parameter of a tunnel or session means for another. */
#include "service_world.h"

#define STATIC "tunnel create version=3 tunnel_id=1 peer_tunnel_id=2 "

static void udp_parameters_mean_nothing_over_ip(void **state)
{
	static const char *const parameters[][2] = {
		{ "our_udp_port", "1701" }, { "peer_udp_port", "1701" }, { "use_udp_checksums", "yes" },
		{ "udp_zero_csum6_tx", "no" }, { "udp_zero_csum6_rx", "no" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(parameters); i++) {
		char text[256];

		snprintf(text, sizeof(text), STATIC "encap=ip dest_ipaddr=192.0.2.2 %s=%s", parameters[i][0],
			 parameters[i][1]);
		REFUSED(*state, ERROR_VALUE, parameters[i][0], "means nothing with encap=ip", text);
	}
	DO(*state, STATIC "encap=ip dest_ipaddr=192.0.2.2");
	REFUSED(*state, ERROR_VALUE, "use_udp_checksums", "encap=udp",
		"tunnel modify tunnel_id=1 use_udp_checksums=no");
}

static void families_agree(void **state)
{
	REFUSED(*state, ERROR_VALUE, "src_ipaddr", "both be IPv4 or both IPv6",
		STATIC "src_ipaddr=192.0.2.1 dest_ipaddr=2001:db8::2");
	REFUSED(*state, ERROR_VALUE, "src_ipaddr", "both be IPv4 or both IPv6",
		STATIC "src_ipaddr=2001:db8::1 dest_ipaddr=192.0.2.2");
	REFUSED(*state, ERROR_VALUE, "src_ipaddr", "both be IPv4 or both IPv6",
		STATIC "src_ipaddr=:: dest_ipaddr=192.0.2.2");
	DO(*state, STATIC "src_ipaddr=0.0.0.0 dest_ipaddr=192.0.2.2");
}

static void checksum_parameters_have_their_family(void **state)
{
	REFUSED(*state, ERROR_VALUE, "udp_zero_csum6_tx", "use_udp_checksums=no",
		STATIC "dest_ipaddr=192.0.2.2 udp_zero_csum6_tx=yes");
	REFUSED(*state, ERROR_VALUE, "udp_zero_csum6_rx", "this is for IPv6",
		STATIC "dest_ipaddr=192.0.2.2 udp_zero_csum6_rx=yes");
	REFUSED(*state, ERROR_VALUE, "use_udp_checksums", "udp_zero_csum6_tx=yes",
		STATIC "dest_ipaddr=2001:db8::2 use_udp_checksums=no");
	DO(*state, STATIC "dest_ipaddr=2001:db8::2 use_udp_checksums=yes udp_zero_csum6_tx=yes udp_zero_csum6_rx=yes");
	REFUSED(*state, ERROR_VALUE, "use_udp_checksums", "this is for IPv4", "tunnel modify tunnel_id=1 use_udp=no");
	DO(*state, "tunnel delete tunnel_id=1\n"
	   STATIC "dest_ipaddr=192.0.2.2 udp_zero_csum6_tx=no use_udp_checksums=no");
}

static void link_local_addresses_need_their_link(void **state)
{
	REFUSED(*state, ERROR_MISSING, "bind_interface", "fe80::2 is a link-local address",
		STATIC "dest_ipaddr=fe80::2");
	REFUSED(*state, ERROR_MISSING, "bind_interface", "src_ipaddr is a link-local address",
		STATIC "src_ipaddr=fe80::1 dest_ipaddr=2001:db8::2");
	DO(*state, STATIC "src_ipaddr=fe80::1 dest_ipaddr=fe80::2 bind_interface=eth0");
}

static void a_tunnel_does_not_lead_to_itself(void **state)
{
	REFUSED(*state, ERROR_VALUE, "peer_tunnel_id", "would lead to itself",
		"tunnel create version=3 src_ipaddr=127.0.0.1 dest_ipaddr=127.0.0.1 tunnel_id=1 peer_tunnel_id=1");
	REFUSED(*state, ERROR_VALUE, "peer_tunnel_id", "would lead to itself",
		"tunnel create version=3 encap=ip src_ipaddr=::1 dest_ipaddr=::1 tunnel_id=1 peer_tunnel_id=1");
	DO(*state, "tunnel create version=3 src_ipaddr=127.0.0.1 dest_ipaddr=127.0.0.1 tunnel_id=1 peer_tunnel_id=1 "
		   "peer_udp_port=1702");
	DO(*state, "tunnel create version=3 src_ipaddr=127.0.0.1 dest_ipaddr=127.0.0.1 tunnel_id=2 peer_tunnel_id=3 "
		   "tunnel_name=there");
	DO(*state, "tunnel create version=3 src_ipaddr=127.0.0.1 dest_ipaddr=127.0.0.1 tunnel_id=3 peer_tunnel_id=2 "
		   "tunnel_name=back");
	REFUSED(*state, ERROR_VALUE, "peer_session_id", "session_id and peer_session_id must differ",
		"session create tunnel_name=there session_id=5 peer_session_id=5");
	DO(*state, "session create tunnel_name=there session_id=5 peer_session_id=6\n"
		   "session create tunnel_name=back session_id=6 peer_session_id=5\n"
		   "session create tunnel_id=1 session_id=7 peer_session_id=7");
}

#define SESSION_OF "session create tunnel_name=lon session_id=11 "

static void a_static_session_has_both_ids(void **state)
{
	DO(*state, TUNNEL("lon", "1"));
	REFUSED(*state, ERROR_MISSING, "peer_session_id", "tunnel lon is static", SESSION_OF);
	REFUSED(*state, ERROR_MISSING, "tunnel_name", "which tunnel", "session create session_id=1 peer_session_id=2");
	REFUSED(*state, ERROR_UNKNOWN, "tunnel_name", "no tunnel named par",
		"session create tunnel_name=par session_id=1 peer_session_id=2");
}

static void a_vlan_belongs_to_its_pseudowire(void **state)
{
	DO(*state, TUNNEL("lon", "1"));
	REFUSED(*state, ERROR_MISSING, "vlan_id", "pw_type=vlan needs vlan_id",
		SESSION_OF "peer_session_id=1 pw_type=vlan");
	REFUSED(*state, ERROR_VALUE, "vlan_id", "vlan_id is for pw_type=vlan",
		SESSION_OF "peer_session_id=1 vlan_id=7");
	REFUSED(*state, ERROR_VALUE, "vlan_id", "vlan_id is for pw_type=vlan",
		SESSION_OF "peer_session_id=1 pw_type=ip vlan_id=7");
	DO(*state, SESSION_OF "peer_session_id=1 pw_type=vlan vlan_id=7");
}

static void sequence_numbers_need_their_sublayer(void **state)
{
	DO(*state, TUNNEL("lon", "1"));
	REFUSED(*state, ERROR_VALUE, "use_sequence_numbers", "give l2spec_type=default",
		SESSION_OF "peer_session_id=1 l2spec_type=none use_sequence_numbers=yes");
	REFUSED(*state, ERROR_VALUE, "sequencing_required", "give l2spec_type=default",
		SESSION_OF "peer_session_id=1 l2spec_type=none sequencing_required=yes");
	REFUSED(*state, ERROR_VALUE, "reorder_timeout", "give l2spec_type=default",
		SESSION_OF "peer_session_id=1 l2spec_type=none reorder_timeout=10");
	DO(*state, SESSION_OF "peer_session_id=1 l2spec_type=none use_sequence_numbers=no reorder_timeout=0");
	REFUSED(*state, ERROR_VALUE, "sequencing_required", "give l2spec_type=default",
		"session modify tunnel_name=lon session_id=11 sequencing_required=yes");
}

static void ip_packets_have_no_hardware_address(void **state)
{
	DO(*state, TUNNEL("lon", "1"));
	REFUSED(*state, ERROR_VALUE, "mac_address", "leave mac_address out",
		SESSION_OF "peer_session_id=1 pw_type=ip mac_address=02:00:00:00:00:01");
	REFUSED(*state, ERROR_VALUE, "bridge", "no Ethernet frames to bridge",
		SESSION_OF "peer_session_id=1 pw_type=ip bridge=br0");
	DO(*state, SESSION_OF "peer_session_id=1 pw_type=ip");
}

static void an_mtu_fits_into_packets(void **state)
{
	struct world *world = *state;
	/* what an IP packet of 65,535 octets leaves: the kernel's figure for UDP over IPv4 is 65,481 */
	static const struct {
		const char *tunnel, *session;
		unsigned int most;
	} cases[] = {
		{ "dest_ipaddr=192.0.2.2", "", 65481 },
		{ "dest_ipaddr=192.0.2.2", "l2spec_type=none cookie=0011223344556677", 65535 - 20 - 8 - 16 - 14 },
		{ "dest_ipaddr=192.0.2.2", "pw_type=ip l2spec_type=none", 65535 - 20 - 8 - 8 },
		{ "dest_ipaddr=192.0.2.2", "pw_type=vlan vlan_id=5", 65477 },
		{ "dest_ipaddr=192.0.2.2 encap=ip", "", 65535 - 20 - 8 - 14 },
		{ "dest_ipaddr=2001:db8::2", "", 65461 },
		{ "dest_ipaddr=a.name.test", "", 65461 },
		{ "dest_ipaddr=a.name.test src_ipaddr=192.0.2.1", "", 65481 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[512], most[32];

		snprintf(text, sizeof(text), "tunnel create version=3 tunnel_name=lon tunnel_id=1 peer_tunnel_id=2 %s",
			 cases[i].tunnel);
		DO(world, text);
		snprintf(most, sizeof(most), "at most %u here", cases[i].most);
		snprintf(text, sizeof(text), SESSION_OF "peer_session_id=1 %s mtu=%u", cases[i].session,
			 cases[i].most + 1);
		REFUSED(world, ERROR_VALUE, "mtu", most, text);
		snprintf(text, sizeof(text), SESSION_OF "peer_session_id=1 %s mtu=%u", cases[i].session, cases[i].most);
		DO(world, text);
		REFUSED(world, ERROR_VALUE, "mtu", most, "session modify tunnel_name=lon session_id=11 mtu=65535");
		DO(world, "session modify tunnel_name=lon session_id=11 mtu=follow\ntunnel delete tunnel_name=lon");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(udp_parameters_mean_nothing_over_ip),
		TEST(families_agree),
		TEST(checksum_parameters_have_their_family),
		TEST(link_local_addresses_need_their_link),
		TEST(a_tunnel_does_not_lead_to_itself),
		TEST(a_static_session_has_both_ids),
		TEST(a_vlan_belongs_to_its_pseudowire),
		TEST(sequence_numbers_need_their_sublayer),
		TEST(ip_packets_have_no_hardware_address),
		TEST(an_mtu_fits_into_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
