/* SPDX-License-Identifier: MIT */
/*
 * Types of values, seen through parameters of the real tables.
 */
#include "config/value.h"

#include <string.h>

#include "config/objects.h"
#include "test.h"

static const struct param *row_of(enum config_object object, const char *name)
{
	return &config_tables[object]->params[config_row(object, name)];
}

/* What text is printed as once parsed; NULL when it is refused. Check hooks are not asked. */
static const char *again(const struct param *param, const char *text)
{
	static char out[PARAM_TEXT_MAX];
	_Alignas(max_align_t) unsigned char member[VALUE_SIZE_MAX] = { 0 };

	if (!value_parse(param, text, member))
		return NULL;
	value_format(param, member, out);
	return out;
}

struct sample {
	const char *text, *printed;	/* printed NULL: refused */
};

static void try_all(const struct param *param, const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *printed = again(param, samples[i].text);

		print_message("# %s=%s\n", param->name, samples[i].text);
		if (samples[i].printed) {
			assert_non_null(printed);
			assert_string_equal(printed, samples[i].printed);
		} else {
			assert_null(printed);
		}
	}
}

static void truth(void **state)
{
	static const struct sample samples[] = {
		{ "yes", "yes" }, { "Y", "yes" }, { "enable", "yes" }, { "T", "yes" }, { "on", "yes" }, { "1", "yes" },
		{ "no", "no" }, { "n", "no" }, { "dis", "no" }, { "FALSE", "no" }, { "off", "no" }, { "0", "no" },
		{ "o", NULL }, { "", NULL }, { "2", NULL }, { "yess", NULL }, { "01", NULL },
	};

	try_all(row_of(CONFIG_SESSION, "mss_clamp"), samples, ARRAY_SIZE(samples));
}

static void numbers(void **state)
{
	static const struct sample ids[] = {
		{ "1", "1" }, { "4294967295", "4294967295" }, { "0xffffffff", "4294967295" }, { "017", "15" },
		{ "0", NULL }, { "4294967296", NULL }, { "18446744073709551617", NULL }, { "-1", NULL }, { "", NULL },
		{ "1 ", NULL }, { "9223372036854775808", NULL }, { "a", NULL },
	};
	static const struct sample ports[] = { { "65535", "65535" }, { "65536", NULL }, { "0", NULL },
			{ "131073", NULL } };
	static const struct sample ours[] = { { "65535", "65535" }, { "65536", NULL }, { "0", "0" } };
	static const struct sample marks[] = { { "0", "0x0" }, { "255", "0xff" }, { "0xFFFFFFFF", "0xffffffff" } };

	try_all(row_of(CONFIG_TUNNEL, "tunnel_id"), ids, ARRAY_SIZE(ids));
	try_all(row_of(CONFIG_TUNNEL, "peer_udp_port"), ports, ARRAY_SIZE(ports));
	try_all(row_of(CONFIG_TUNNEL, "our_udp_port"), ours, ARRAY_SIZE(ours));
	try_all(row_of(CONFIG_TUNNEL, "fwmark"), marks, ARRAY_SIZE(marks));
}

static void words_and_their_numbers(void **state)
{
	static const struct sample types[] = {
		{ "eth", "eth" }, { "E", "eth" }, { "VLAN", "vlan" }, { "i", "ip" }, { "5", "eth" }, { "4", "vlan" },
		{ "11", "ip" }, { "0xb", "ip" }, { "6", NULL }, { "7", "ppp" }, { "ppp", "ppp" }, { "", NULL },
		{ "18446744073709551621", NULL }, { "4294967301", NULL },
	};
	static const struct sample sublayers[] = {
		{ "none", "none" }, { "0", "none" }, { "def", "default" }, { "1", "default" }, { "2", NULL },
	};
	static const struct sample encaps[] = { { "0", "udp" }, { "1", "ip" }, { "UDP", "udp" }, { "-1", NULL } };

	try_all(row_of(CONFIG_SESSION, "pw_type"), types, ARRAY_SIZE(types));
	try_all(row_of(CONFIG_SESSION, "l2spec_type"), sublayers, ARRAY_SIZE(sublayers));
	try_all(row_of(CONFIG_TUNNEL, "encap"), encaps, ARRAY_SIZE(encaps));
}

static void numbers_or_words(void **state)
{
	static const struct sample mtus[] = {
		{ "auto", "auto" }, { "f", "follow" }, { "68", "68" }, { "65535", "65535" }, { "67", NULL },
		{ "65536", NULL }, { "0", NULL }, { "-1", NULL }, { "18446744073709551615", NULL }, { "", NULL },
	};
	static const struct sample ttls[] = {
		{ "default", "default" }, { "copy", "copy" }, { "1", "1" }, { "255", "255" }, { "0", NULL },
		{ "256", NULL },
	};
	static const struct sample dscps[] = { { "0", "0" }, { "63", "63" }, { "copy", "copy" }, { "64", NULL } };

	try_all(row_of(CONFIG_SESSION, "mtu"), mtus, ARRAY_SIZE(mtus));
	try_all(row_of(CONFIG_TUNNEL, "ttl"), ttls, ARRAY_SIZE(ttls));
	try_all(row_of(CONFIG_TUNNEL, "dscp"), dscps, ARRAY_SIZE(dscps));
}

static void speeds(void **state)
{
	static const struct sample samples[] = {
		{ "1000", "1000:1000" }, { "1000:1000", "1000:1000" }, { "0:1000000", "0:1000000" }, { "0", "0:0" },
		{ "4294967295:4294967295", "4294967295:4294967295" }, { "4294967296", NULL }, { "1:4294967296", NULL },
		{ "0x10:017", "16:15" }, { "", NULL }, { ":", NULL }, { "1:", NULL }, { ":1", NULL }, { "1:2:3", NULL },
		{ "1 :2", NULL }, { "-1:1", NULL }, { "a", NULL }, { "00000000000000000000001:1", NULL },
	};

	try_all(row_of(CONFIG_SESSION, "connect_speed"), samples, ARRAY_SIZE(samples));
}

#define LETTERS_15 "abcdefghijklmno"
#define LETTERS_60 LETTERS_15 LETTERS_15 LETTERS_15 LETTERS_15

static void strings(void **state)
{
	static const struct sample names[] = {
		{ "lon", "lon" }, { "a \"b\" \\c;#=", "a \"b\" \\c;#=" }, { LETTERS_60 "abc", LETTERS_60 "abc" },
		{ "\xc3\xa4", "\xc3\xa4" }, { LETTERS_60 "abcd", NULL }, { "", NULL },
		{ "a\tb", NULL },
		{ "a\nb", NULL },
		{ "\xff", NULL },
	};
	static const struct sample devices[] = { { "", "" }, { LETTERS_15, LETTERS_15 }, { LETTERS_15 "p", NULL } };

	try_all(row_of(CONFIG_TUNNEL, "tunnel_name"), names, ARRAY_SIZE(names));
	try_all(row_of(CONFIG_SESSION, "interface_name"), devices, ARRAY_SIZE(devices));
}

static void hosts(void **state)
{
	static const struct sample samples[] = {
		{ "192.0.2.1", "192.0.2.1" }, { "2001:DB8::1", "2001:DB8::1" },
		{ "lns.example.net", "lns.example.net" },
		{ "lns", "lns" }, { "lns.example.net.", "lns.example.net." }, { "3com.example", "3com.example" },
		{ "a_b", "a_b" }, { LETTERS_60 "abc.de", LETTERS_60 "abc.de" },
		{ "", NULL }, { ".", NULL }, { "a..b", NULL }, { "-a", NULL }, { "a-", NULL }, { "a b", NULL },
		{ "192.0.2.256", NULL }, { "1701", NULL }, { "192.0.2.1:1701", NULL }, { "[::1]", NULL },
		{ "fe80::1%eth0", NULL }, { "224.0.0.1", NULL }, { "0.0.0.0", NULL }, { "::", NULL },
		{ "ff02::1", NULL },
		{ "::ffff:192.0.2.1", NULL }, { "255.255.255.255", NULL }, { LETTERS_60 "abcd.de", NULL },
		{ "\xc3\xa4.example", NULL },
		{ LETTERS_60 "." LETTERS_60 "." LETTERS_60 "." LETTERS_60 "." "abcdefghij", NULL },
	};

	try_all(row_of(CONFIG_TUNNEL, "dest_ipaddr"), samples, ARRAY_SIZE(samples));
}

static void addresses(void **state)
{
	static const struct sample samples[] = {
		{ "192.0.2.1", "192.0.2.1" }, { "2001:DB8:0::1", "2001:db8::1" }, { "0.0.0.0", "0.0.0.0" },
		{ "::", "::" },
		{ "", NULL }, { "lns", NULL }, { "1", NULL },
	};

	try_all(row_of(CONFIG_TUNNEL, "src_ipaddr"), samples, ARRAY_SIZE(samples));
}

static void octets(void **state)
{
	static const struct sample samples[] = {
		{ "0011223344556677", "0011223344556677" }, { "0xAABBCCDD", "aabbccdd" }, { "aa:bb", "aabb" },
		{ "", "" },
		{ "0", NULL }, { "001122334455667788", NULL }, { "xyz", NULL },
	};

	try_all(row_of(CONFIG_SESSION, "cookie"), samples, ARRAY_SIZE(samples));
}

static void macs(void **state)
{
	static const struct sample samples[] = {
		{ "02:00:00:00:00:01", "02:00:00:00:00:01" }, { "FE:FF:FF:FF:FF:FF", "fe:ff:ff:ff:ff:ff" },
		{ "01:00:5e:00:00:01", NULL }, { "ff:ff:ff:ff:ff:ff", NULL }, { "00:00:00:00:00:00", NULL },
		{ "", NULL },
	};

	try_all(row_of(CONFIG_SESSION, "mac_address"), samples, ARRAY_SIZE(samples));
}

static void flags(void **state)
{
	static const struct sample samples[] = {
		{ "none", "none" }, { "0", "none" }, { "all", "all" }, { "2047", "all" }, { "0x7ff", "all" },
		{ "fsm", "fsm" }, { "FSM", "fsm" }, { "f", NULL }, { "fs", "fsm" }, { "2", "fsm" },
		{ "api,fsm", "fsm,api" }, { "fsm,api,fsm", "fsm,api" }, { "6", "fsm,api" }, { "none,fsm", "fsm" },
		{ "proto,fsm,api,data,system", "protocol,fsm,api,data,system" },
		{ "proto,fsm,api,data,system,tra,func,avp,ppp", "all" }, { "all,fsm", "all" },
		{ "proto,fsm,api,data,system,tra,func,avp", "protocol,fsm,api,data,system,transport,func,avp_info,"
		  "avp_hide,avp_data" }, { "ppp_c", "ppp_control" }, { "fsm,ppp", "fsm,ppp_control" },
		{ "", NULL }, { ",", NULL }, { "fsm,", NULL }, { ",fsm", NULL }, { "fsm api", NULL },
		{ "colour", NULL },
		{ "2048", NULL }, { "4294967296", NULL }, { "-1", NULL }, { "128", "transport" },
		{ "1024", "ppp_control" },
		{ "3,fsm", NULL },
		{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop", NULL },
	};

	try_all(row_of(CONFIG_SYSTEM, "trace_flags"), samples, ARRAY_SIZE(samples));
}

static void words_that_are_not_supported_yet(void **state)
{
	static const struct {
		const char *text, *word;
	} rows[] = {
		{ "yes", "yes" }, { "y", "yes" }, { "TRUE", "true" }, { "1", "1" }, { "enab", "enable" },
		{ "no", NULL }, { "off", NULL }, { "0", NULL }, { "colour", NULL }, { "", NULL }, { "o", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct param *param = row_of(CONFIG_PPP_PROFILE, "multilink");
		const struct param_word *word = value_unsupported_word(param, rows[i].text);

		print_message("# %s\n", rows[i].text);
		assert_int_equal(word != NULL, rows[i].word != NULL);
		if (word)
			assert_string_equal(word->name, rows[i].word);
	}
	assert_null(value_unsupported_word(row_of(CONFIG_TUNNEL, "tunnel_id"), "ppp"));
}

static void prefixes(void **state)
{
	static const struct sample samples[] = {
		{ "192.0.2.0/24", "192.0.2.0/24" }, { "192.0.2.1", "192.0.2.1" }, { "2001:DB8::/32", "2001:db8::/32" },
		{ "0.0.0.0/0", "0.0.0.0/0" }, { "192.0.2.1/24", NULL }, { "lns", NULL }, { "", NULL },
		{ "::ffff:192.0.2.1", NULL },
	};

	try_all(row_of(CONFIG_PEER_PROFILE, "peer_ipaddr"), samples, ARRAY_SIZE(samples));
}

static void paths(void **state)
{
	static const struct sample samples[] = {
		{ "/etc/l2tpd.conf", "/etc/l2tpd.conf" }, { "a b", "a b" }, { "-", "-" }, { "", NULL },
		{ "a\tb", NULL }, { "/\xff", NULL },
	};

	try_all(row_of(CONFIG_CONFIG, "file"), samples, ARRAY_SIZE(samples));
}

static void lists_of_names(void **state)
{
	static const char longest[] = "a234567890123456789012345678901234567890123456789012345678901234";
	static const struct sample samples[] = {
		{ "a", "a" }, { "a,b.c,d-e", "a,b.c,d-e" }, { "", "" }, { ",", NULL }, { "a,", NULL }, { ",a", NULL },
		{ "a,,b", NULL }, { "a b", NULL }, { "a, b", NULL }, { longest + 1, longest + 1 }, { longest, NULL },
	};

	try_all(row_of(CONFIG_PPP_PROFILE, "radius_servers"), samples, ARRAY_SIZE(samples));
}

static void lists_of_ranges(void **state)
{
	static const struct sample samples[] = {
		{ "192.0.2.1", "192.0.2.1" }, { "192.0.2.1-192.0.2.1", "192.0.2.1-192.0.2.1" },
		{ "192.0.2.10-192.0.2.250,198.51.100.0/24", "192.0.2.10-192.0.2.250,198.51.100.0/24" },
		{ "2001:db8::/32,2001:db9::/48", "2001:db8::/32,2001:db9::/48" },
		{ "192.0.2.2-192.0.2.1", NULL }, { "192.0.2.1/24", NULL }, { "192.0.2.0/24,192.0.2.9", NULL },
		{ "192.0.2.0/24,2001:db8::/32", NULL }, { "192.0.2.1,", NULL }, { ",", NULL }, { "lon", NULL },
		{ "192.0.2.1-2001:db8::1", NULL }, { "192.0.2.1 - 192.0.2.2", NULL }, { "", NULL },
		{ "10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,10.0.0.5,10.0.0.6,10.0.0.7,10.0.0.8,10.0.0.9,10.0.0.10,"
		  "10.0.0.11,10.0.0.12,10.0.0.13,10.0.0.14,10.0.0.15,10.0.0.16,10.0.0.17", NULL },
	};

	try_all(row_of(CONFIG_POOL, "range"), samples, ARRAY_SIZE(samples));
}

static void long_octets(void **state)
{
	static const struct sample samples[] = {
		{ "0x0104057803051223", "0104057803051223" }, { "", "" }, { "05:06:12:34:ab:cd", "05061234abcd" },
		{ "0", NULL }, { "zz", NULL },
	};
	char longest[2 * (PARAM_LONG_OCTETS_MAX + 1) + 1];

	try_all(row_of(CONFIG_SESSION, "last_sent_lcp_confreq"), samples, ARRAY_SIZE(samples));
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_null(again(row_of(CONFIG_SESSION, "last_sent_lcp_confreq"), longest));
	longest[sizeof(longest) - 3] = '\0';
	assert_string_equal(again(row_of(CONFIG_SESSION, "last_sent_lcp_confreq"), longest), longest);
	assert_null(again(row_of(CONFIG_SESSION, "cookie"), longest));
}

static void lengths_of_keys(void **state)
{
	static const struct sample samples[] = {
		{ "40", "40bit" }, { "128,40", "40bit,128bit" }, { "40,56,128", "all" }, { "56bit", "56bit" },
		{ "none", "none" }, { "64", NULL }, { "", NULL },
	};

	try_all(row_of(CONFIG_PPP_PROFILE, "mppe_bits"), samples, ARRAY_SIZE(samples));
}

static void the_unsupported_has_no_value(void **state)
{
	static const struct sample samples[] = { { "", NULL }, { "1", NULL } };

	try_all(row_of(CONFIG_TUNNEL, "interface_name"), samples, ARRAY_SIZE(samples));
}

static void what_is_allowed(void **state)
{
	static const struct {
		enum config_object object;
		const char *name, *allowed;
	} rows[] = {
		{ CONFIG_SESSION, "mss_clamp", "no|yes" },
		{ CONFIG_TUNNEL, "tunnel_id", "1..4294967295" },
		{ CONFIG_TUNNEL, "peer_udp_port", "1..65535" },
		{ CONFIG_SESSION, "connect_speed", "RX:TX, each 0..4294967295, or one number for both" },
		{ CONFIG_TUNNEL, "version", "2..3" },
		{ CONFIG_TUNNEL, "ttl", "1..255|default|copy" },
		{ CONFIG_TUNNEL, "dscp", "0..63|copy" },
		{ CONFIG_TUNNEL, "encap", "udp|ip" },
		{ CONFIG_SESSION, "vlan_id", "1..4094" },
		{ CONFIG_SESSION, "l2spec_type", "default|none" },
		{ CONFIG_SESSION, "pw_type", "eth|vlan|ip|ppp" },
		{ CONFIG_SESSION, "mtu", "68..65535|auto|follow" },
		{ CONFIG_TUNNEL, "tunnel_name", "1 to 63 printable characters" },
		{ CONFIG_SESSION, "cookie", "0 to 8 octets (hex digits)" },
		{ CONFIG_SYSTEM, "trace_flags",
		  "protocol|fsm|api|data|system|transport|func|avp_info|avp_hide|avp_data|avp|ppp_control, "
		  "several with commas; "
		  "all|none; a number" },
		{ CONFIG_PEER_PROFILE, "peer_ipaddr", "an IPv4 or IPv6 address, or a network as ADDRESS/LENGTH" },
		{ CONFIG_CONFIG, "file", "a path of 1 to 511 printable characters" },
	};
	char out[PARAM_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		value_allowed(row_of(rows[i].object, rows[i].name), out);
		assert_string_equal(out, rows[i].allowed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(truth),
		cmocka_unit_test(numbers),
		cmocka_unit_test(words_and_their_numbers),
		cmocka_unit_test(numbers_or_words),
		cmocka_unit_test(speeds),
		cmocka_unit_test(strings),
		cmocka_unit_test(hosts),
		cmocka_unit_test(addresses),
		cmocka_unit_test(octets),
		cmocka_unit_test(macs),
		cmocka_unit_test(flags),
		cmocka_unit_test(words_that_are_not_supported_yet),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(paths),
		cmocka_unit_test(lists_of_names),
		cmocka_unit_test(lists_of_ranges),
		cmocka_unit_test(long_octets),
		cmocka_unit_test(lengths_of_keys),
		cmocka_unit_test(the_unsupported_has_no_value),
		cmocka_unit_test(what_is_allowed),
	};

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
