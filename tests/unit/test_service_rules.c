/* SPDX-License-Identifier: MIT */
/* What one parameter of a tunnel or session means for another. */
#include "service/internal.h"
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

/* --- versions --- */

/* A value of this parameter. */
static const char *value_of(const struct param *param, char out[PARAM_TEXT_MAX])
{
	if (param->default_text)
		return param->default_text;
	switch (param->type) {
	case PARAM_HOST:
		return "192.0.2.9";
	case PARAM_PATH:
		return "/run/x";
	case PARAM_MAC:
		return "02:00:00:00:00:01";
	case PARAM_ENUM:
		return param->words[0].name;
	case PARAM_OCTETS:
		return "00112233";
	default:
		snprintf(out, PARAM_TEXT_MAX, "%s", param->type == PARAM_STRING ? "x" : "1");
		return out;
	}
}

/* Also their defaults: a parameter is never accepted and then ignored. */
static void rows_of_the_other_version_are_refused(void **state)
{
	static const struct {
		enum config_object object;
		unsigned int flags, count;
		const char *text, *says;
	} cases[] = {
		{ CONFIG_TUNNEL, PARAM_V2, 20, STATIC "dest_ipaddr=192.0.2.2 %s=%s", "a tunnel of version 3" },
		{ CONFIG_TUNNEL, PARAM_V3, 3, "tunnel create dest_ipaddr=192.0.2.2 %s=%s", "a tunnel of version 2" },
		{ CONFIG_SESSION, PARAM_V2, 22, "session create tunnel_name=lon peer_session_id=2 %s=%s",
		  "a session of version 3" },
	};

	DO(*state, TUNNEL("lon", "9"));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct param_table *table = config_tables[cases[i].object];
		char text[512], value[PARAM_TEXT_MAX];
		unsigned int tried = 0;

		for (unsigned int row = 0; row < table->count; row++) {
			const struct param *param = &table->params[row];

			if (!(param->flags & cases[i].flags))
				continue;
			tried++;
			snprintf(text, sizeof(text), cases[i].text, param->name, value_of(param, value));
			if (strcmp(param->name, "dest_ipaddr") == 0)
				continue;	/* it finds the tunnel */
			REFUSED(*state, ERROR_VALUE, param->name, cases[i].says, text);
		}
		assert_int_equal(tried, cases[i].count);
	}
	REFUSED(*state, ERROR_VALUE, "persist", "a tunnel of version 3", "tunnel modify tunnel_name=lon persist=no");
	REFUSED(*state, ERROR_VALUE, "our_udp_port", "a port that the peer knows",
		STATIC "dest_ipaddr=192.0.2.2 our_udp_port=0");
}

/* They are for whom they mean something. */
static void profiles_serve_both_versions(void **state)
{
	struct world *world = *state;
	struct service_tunnel_view view;
	struct service_session_view session;
	uint64_t after = 0, after_session = 0;
	handle found;

	DO(world, "tunnel profile modify profile_name=default persist=yes hello_timeout=5 secret=x hide_avps=yes "
		  "our_udp_port=0 resolve_interval=7\n"
		  "session profile modify profile_name=default session_type=lnoc framing_type=sync mtu=1400");
	DO(world, STATIC "dest_ipaddr=192.0.2.2 tunnel_name=lon\n" SESSION_OF "peer_session_id=1");
	assert_true(service_next_tunnel(world->service, &after, &found));
	assert_int_equal(service_tunnel_view(world->service, found, &view), 0);
	assert_int_equal(view.config.our_udp_port, 1701);
	assert_int_equal(view.config.resolve_interval, 7);
	assert_true(!view.config.persist && !view.config.secret[0] && view.config.hello_timeout == 60);
	assert_true(service_next_session(world->service, found, &after_session, &found));
	assert_int_equal(service_session_view(world->service, found, &session), 0);
	assert_int_equal(session.config.pw_type, CONFIG_PW_ETH);
	assert_int_equal(session.config.mtu, 1400);
	assert_int_equal(session.config.session_type, CONFIG_SESSION_TYPE_AUTO);
	DO(world, "tunnel profile apply profile_name=default\nsession profile apply profile_name=default");
	assert_int_equal(service_session_view(world->service, found, &session), 0);
	assert_int_equal(session.config.pw_type, CONFIG_PW_ETH);
}

static void ppp_where_there_is_none(void **state)
{
	struct world *world = *state;

	DO(world, "session profile modify profile_name=default no_ppp=yes\n" TUNNEL("lon", "9"));
	REFUSED(world, ERROR_VALUE, "user_name", "means nothing in a session without PPP",
		"session create tunnel_name=lon peer_session_id=2 user_name=u");
	DO(world, "session create tunnel_name=lon peer_session_id=2 session_name=s");
	assert_false(world_session(world, "lon", "s").config.no_ppp);
	REFUSED(world, ERROR_VALUE, "bridge", "with pw_type=ppp there are no Ethernet frames",
		"session create tunnel_name=lon peer_session_id=3 pw_type=ppp bridge=br0");
}

#define V2 "tunnel create dest_ipaddr=192.0.2.2 "

static void what_a_tunnel_of_version_2_may_be(void **state)
{
	REFUSED(*state, ERROR_VALUE, "encap", "give encap=udp", V2 "encap=ip");
	REFUSED(*state, ERROR_VALUE, "tunnel_id", "1..65535: got 65536", V2 "tunnel_id=65536");
	REFUSED(*state, ERROR_MISSING, "secret", "give secret or secret_file", V2 "auth_mode=challenge");
	REFUSED(*state, ERROR_MISSING, "secret", "give secret or secret_file", V2 "hide_avps=yes");
	REFUSED(*state, ERROR_MISSING, "dest_ipaddr", "give dest_ipaddr", "tunnel create tunnel_name=x");
	DO(*state, "tunnel profile create profile_name=careful auth_mode=challenge");
	REFUSED(*state, ERROR_MISSING, "secret", "auth_mode=challenge", V2 "profile_name=careful");
}

/* What is wrong with a session of version 2, given so. */
static void refused_call(const char *parameter, const char *says, const char *text)
{
	struct tunnel tunnel = { .config = { .version = 2, .tunnel_name = "lon" } };
	struct session_config config;
	struct error error = { 0 };
	struct command *command;
	unsigned int count;
	int ret;

	command = world_parse(text, &count);
	assert_int_equal(count, 1);
	param_defaults(config_tables[CONFIG_SESSION], &config);
	config.pw_type = CONFIG_PW_PPP;
	rows_overlay(config_tables[CONFIG_SESSION], &config, &command->config.session, &command->set);
	ret = rules_session(&tunnel, &config, &command->set, &error);
	if (!ret)
		ret = rules_session_asked(&config, &command->set, &error);
	assert_int_equal(ret, parameter ? -1 : 0);
	if (parameter) {
		assert_string_equal(error.parameter, parameter);
		assert_non_null(strstr(error.text, says));
	}
	free(command);
}

#define CALL "session create tunnel_name=lon "

static void what_a_session_of_version_2_may_be(void **state)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];
	const struct tunnel tunnel = { .config = { .version = 2, .tunnel_name = "lon" } };
	char text[512], value[PARAM_TEXT_MAX];
	struct session_config config;
	struct param_set set = { 0 };

	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (!(param->flags & PARAM_V3))
			continue;
		snprintf(text, sizeof(text), CALL "%s=%s", param->name, value_of(param, value));
		refused_call(param->name, "means nothing in a session of version 2", text);
	}
	refused_call("pw_type", "carry PPP", CALL "pw_type=eth");
	refused_call("session_id", "1..65535: got 65536", CALL "session_id=65536");
	refused_call("minimum_bps", "minimum_bps is 2, more than maximum_bps, which is 1",
		     CALL "minimum_bps=2 maximum_bps=1");
	refused_call("session_type", "the peer asks for", CALL "session_type=laoc");
	refused_call("session_type", "the peer asks for", CALL "session_type=lnic");
	refused_call("called_number", "give called_number", CALL "session_type=lnoc");
	refused_call(NULL, NULL, CALL "session_type=lnoc called_number=5551234 minimum_bps=9600");
	refused_call(NULL, NULL, CALL "session_type=laic minimum_bps=1 maximum_bps=1 pw_type=ppp session_id=65535 "
		     "use_sequence_numbers=yes sequencing_required=yes reorder_timeout=10 connect_speed=5");
	refused_call(NULL, NULL, CALL);
	config = (struct session_config){ .session_type = CONFIG_SESSION_TYPE_LNIC, .session_id = 1,
					  .pw_type = CONFIG_PW_PPP };
	param_set_add(&set, config_row(CONFIG_SESSION, "session_type"));
	assert_int_equal(rules_session(&tunnel, &config, &set, NULL), 0);	/* the peer's, when it is changed */
}

static void nothing_is_new_while_draining(void **state)
{
	DO(*state, TUNNEL("lon", "1") "\nsystem modify drain_tunnels=yes");
	REFUSED(*state, ERROR_LIMIT, "drain_tunnels", "drain_tunnels=no allows it", TUNNEL("par", "2"));
	REFUSED(*state, ERROR_LIMIT, "drain_tunnels", "drain_tunnels=no allows it", SESSION_OF "peer_session_id=1");
	DO(*state, "tunnel modify tunnel_name=lon ttl=7\nsystem modify drain_tunnels=no\n"
		   SESSION_OF "peer_session_id=1");
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
		TEST(rows_of_the_other_version_are_refused),
		TEST(profiles_serve_both_versions),
		TEST(ppp_where_there_is_none),
		TEST(what_a_tunnel_of_version_2_may_be),
		TEST(what_a_session_of_version_2_may_be),
		TEST(nothing_is_new_while_draining),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
