/* SPDX-License-Identifier: MIT */
/* The configuration of pppd's RADIUS client, and the file of secrets beside it. */
#include "config/radiusclient.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static struct radiusclient client;
static struct error error;

static int read_main(const char *text)
{
	memset(&error, 0, sizeof(error));
	return radiusclient_read(text, strlen(text), &client, &error);
}

static int read_secrets(const char *text)
{
	memset(&error, 0, sizeof(error));
	return radiusclient_read_secrets(text, strlen(text), &client, &error);
}

static void expect_server(unsigned int number, const char *name, uint16_t auth_port, uint16_t acct_port)
{
	assert_true(number < client.count);
	assert_string_equal(client.servers[number].radius_name, name);
	assert_int_equal(client.servers[number].auth_port, auth_port);
	assert_int_equal(client.servers[number].acct_port, acct_port);
}

static void what_it_says(void **state)
{
	assert_int_equal(read_main("# General settings\n\nauth_order\tradius,local\r\n"
				   "authserver \tlocalhost:1645\nacctserver\tlocalhost\n"
				   " authserver 192.0.2.7,[2001:db8::7]:1900\nacctserver 2001:db8::8\n"
				   "servers\t\t/etc/radiusclient/servers\nradius_timeout 10\nradius_retries\t2\n"
				   "login_tries 4\nbindaddr *"), 0);
	assert_int_equal(client.count, 4);
	expect_server(0, "radiusclient-127.0.0.1", 1645, 1813);
	expect_server(1, "radiusclient-192.0.2.7", 1812, 0);
	expect_server(2, "radiusclient-2001:db8::7", 1900, 0);
	expect_server(3, "radiusclient-2001:db8::8", 0, 1813);
	assert_string_equal(client.servers_file, "/etc/radiusclient/servers");
	assert_int_equal(client.timeout, 10);
	assert_int_equal(client.retries, 2);
	assert_int_equal(client.dead_time, RADIUSCLIENT_UNSAID);
	assert_int_equal(read_secrets("#localhost\tno\nlocalhost/lns  s3cret\t# a comment\n192.0.2.7\t\tother\r\n"
				      "192.0.2.7 second\n2001:db8::7 a\n\n2001:db8::8 b"), 0);
	assert_string_equal(client.servers[0].secret, "s3cret");
	assert_string_equal(client.servers[1].secret, "other");
	assert_string_equal(client.servers[2].secret, "a");
	assert_string_equal(client.servers[3].secret, "b");
}

static void what_it_cannot_say(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "it names no server" }, { "servers /x\n", "it names no server" },
		{ "authserver 192.0.2.1\n", "servers /PATH" }, { "authserver 192.0.2.1\nservers x", "servers /PATH" },
		{ "\nauthserver radius.example.com\nservers /x", "line 2: authserver must be the address" },
		{ "acctserver", "line 1: acctserver must be" }, { "authserver 192.0.2.1:0", "line 1" },
		{ "authserver 192.0.2.1:65536", "line 1" }, { "authserver [2001:db8::1", "line 1" },
		{ "authserver 192.0.2.1,", "line 1" }, { "authserver 255.255.255.255", "line 1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].text);
		assert_int_equal(read_main(rows[i].text), -1);
		assert_non_null(strstr(error.text, rows[i].says));
	}
}

static void too_many_servers(void **state)
{
	char text[1024] = "", *end = text;

	for (int i = 0; i <= RADIUSCLIENT_SERVERS_MAX; i++)
		end += sprintf(end, "authserver 192.0.2.%d\n", i + 1);
	assert_int_equal(read_main(text), -1);
	assert_int_equal(error.code, ERROR_LIMIT);
}

static void secrets_that_are_none(void **state)
{
	char text[400] = "192.0.2.1 ";

	assert_int_equal(read_main("authserver 192.0.2.1\nservers /x"), 0);
	assert_int_equal(read_secrets("192.0.2.2 hush\n192.0.2.1"), -1);
	assert_non_null(strstr(error.text, "no secret of 192.0.2.1"));
	memset(text + strlen(text), 'h', CONFIG_SECRET_MAX);
	assert_int_equal(read_secrets(text), -1);
	assert_true(strstr(error.text, "line 1") && !strstr(error.text, "hh"));
	assert_int_equal(read_secrets("192.0.2.1 hus\x01h"), -1);
	text[strlen(text) - 1] = '\0';
	assert_int_equal(read_secrets(text), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says),
		cmocka_unit_test(what_it_cannot_say),
		cmocka_unit_test(too_many_servers),
		cmocka_unit_test(secrets_that_are_none),
	};

	return cmocka_run_group_tests_name("radiusclient", tests, NULL, NULL);
}
