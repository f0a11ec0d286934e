/* SPDX-License-Identifier: MIT */
/* radiusclient.conf and its file with secrets. */
#include "aaa/radius_hint.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static struct radius_hint hint;
static struct error error;

static int read_text(const char *text)
{
	return radius_hint_read(&hint, text, strlen(text), &error);
}

static int read_secrets(const char *text)
{
	return radius_hint_read_secrets(&hint, text, strlen(text), &error);
}

static const char sample[] =
	"# General settings\n"
	"auth_order\tradius,local\n"
	"login_tries\t4\n"
	"\n"
	"authserver \tradius.example.net:1645\r\n"
	"authserver 192.0.2.9\n"
	"acctserver 192.0.2.9:1646\n"
	"acctserver [2001:db8::9]:1813\n"
	"servers\t\t/etc/radiusclient/servers\n"
	"dictionary /etc/radiusclient/dictionary\n"
	"radius_timeout\t5\n"
	"radius_retries\t2\n"
	"radius_deadtime 30\n"
	"bindaddr 192.0.2.2\n"
	"nas-identifier lns";

static void a_file_as_it_is(void **state)
{
	struct radius_server_settings settings;
	char text[ADDRESS_TEXT_MAX];

	assert_int_equal(read_text(sample), 0);
	assert_int_equal(hint.count, 3);
	assert_string_equal(hint.secrets_file, "/etc/radiusclient/servers");
	assert_string_equal(hint.nas_identifier, "lns");
	assert_string_equal(hint.servers[0].host, "radius.example.net");
	assert_int_equal(read_secrets("#Server\tKey\nradius.example.net s1\n192.0.2.9/localhost \t s2 \n"
				      "2001:db8::9 s3\nunknown x\n"), 0);
	radius_hint_settings(&hint, 0, "hint1", &settings);
	assert_string_equal(settings.name, "hint1");
	assert_int_equal(settings.address.family, AF_UNSPEC);
	assert_int_equal(settings.auth_port, 1645);
	assert_int_equal(settings.acct_port, 0);
	assert_int_equal(settings.timeout, 5000);
	assert_int_equal(settings.retries, 1);
	assert_int_equal(settings.dead_time, 30000);
	radius_hint_settings(&hint, 1, "hint2", &settings);
	assert_string_equal(address_format(&settings.address, text, sizeof(text)), "192.0.2.9");
	assert_string_equal(address_format(&settings.source, text, sizeof(text)), "192.0.2.2");
	assert_int_equal(settings.auth_port, 1812);
	assert_int_equal(settings.acct_port, 1646);
	assert_int_equal(settings.secret_length, 2);
	assert_memory_equal(settings.secret, "s2", 2);
	radius_hint_settings(&hint, 2, "hint3", &settings);
	assert_string_equal(address_format(&settings.address, text, sizeof(text)), "2001:db8::9");
	assert_int_equal(settings.auth_port, 0);
	assert_int_equal(settings.acct_port, 1813);
}

static void other_ways_to_write_servers(void **state)
{
	assert_int_equal(read_text("authserver 192.0.2.9:1812:secret1,2001:db8::9,[2001:db8::a]:1645:se:cret"), 0);
	assert_int_equal(hint.count, 3);
	assert_string_equal(hint.servers[0].secret, "secret1");
	assert_string_equal(hint.servers[1].host, "2001:db8::9");
	assert_int_equal(hint.servers[1].auth_port, 1812);
	assert_string_equal(hint.servers[2].host, "2001:db8::a");
	assert_string_equal(hint.servers[2].secret, "se:cret");
	assert_int_equal(hint.timeout, 10000);
	assert_int_equal(hint.retries, 2);
	assert_int_equal(read_text("authserver localhost::secret\nbindaddr *"), 0);
	assert_int_equal(hint.servers[0].auth_port, 1812);
	assert_string_equal(hint.servers[0].secret, "secret");
	assert_int_equal(hint.source.family, AF_UNSPEC);
}

static void what_is_wrong_is_told(void **state)
{
	static const struct { const char *text, *wanted; } cases[] = {
		{ "", "there is no line with authserver" },
		{ "# nothing\nlogin_tries 4", "there is no line with authserver" },
		{ "\nauthserver", "line 2: authserver wants a server" },
		{ "authserver a:0", "line 1: authserver wants a port of 1 to 65535" },
		{ "authserver a:65536", "line 1: authserver wants a port of 1 to 65535" },
		{ "authserver :1812", "line 1: authserver wants HOST[:PORT[:SECRET]], IPv6 addresses in brackets" },
		{ "authserver [::1", "line 1: authserver wants HOST[:PORT[:SECRET]], IPv6 addresses in brackets" },
		{ "authserver [::1]x", "line 1: authserver wants HOST[:PORT[:SECRET]], IPv6 addresses in brackets" },
		{ "radius_timeout 0", "line 1: radius_timeout wants another number" },
		{ "radius_retries x", "line 1: radius_retries wants another number" },
		{ "servers", "line 1: servers is empty or too long" },
		{ "bindaddr eth0", "line 1: bindaddr wants an address, or *" },
		{ "authserver a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "line 1: authserver is one server too many" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(read_text(cases[i].text), -1);
		assert_string_equal(error.text, cases[i].wanted);
	}
}

static void secrets_that_are_missing(void **state)
{
	assert_int_equal(read_text("authserver a,b"), 0);
	assert_int_equal(read_secrets("a s1"), -1);
	assert_string_equal(error.text, "there is no secret of b");
	assert_int_equal(read_secrets("b"), -1);
	assert_string_equal(error.text, "line 1: this line wants HOST SECRET");
	assert_int_equal(read_secrets("B s2"), 0);
	assert_string_equal(hint.servers[0].secret, "s1");
}

static void long_lines(void **state)
{
	char text[2000];

	memset(text, 'x', sizeof(text));
	assert_int_equal(radius_hint_read(&hint, text, sizeof(text), &error), -1);
	assert_string_equal(error.text, "line 1: this line is too long");
	text[1023] = '\n';
	memset(text + 1024, '\n', sizeof(text) - 1024);
	assert_int_equal(radius_hint_read(&hint, text, sizeof(text), &error), -1);
	assert_int_equal(error.code, ERROR_MISSING);
	memcpy(text, "authserver ", 11);
	assert_int_equal(radius_hint_read(&hint, text, sizeof(text), &error), -1);
	memcpy(text, "authserver a #", 14);
	assert_int_equal(radius_hint_read(&hint, text, 1024, &error), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_as_it_is),
		cmocka_unit_test(other_ways_to_write_servers),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(secrets_that_are_missing),
		cmocka_unit_test(long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
