/* SPDX-License-Identifier: MIT */
/* Commands: words to objects, verbs and parameters, and the message for each mistake. */
#include "config/command.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define WORDS_MAX 16

/* Split at blanks and parse. */
static int parse(const char *text, struct command *command, unsigned int *bad_word, struct error *error)
{
	const char *words[WORDS_MAX];
	char copy[512], *rest = copy, *word;
	unsigned int count = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strtok_r(rest, " ", &rest)))
		words[count++] = word;
	return command_parse(words, count, command, NULL, bad_word, error);
}

static void a_whole_command(void **state)
{
	struct command command;
	unsigned int row = 0, set = 0;

	assert_int_equal(parse("tunnel create tunnel_name=lon version=3 encap=udp src_ipaddr=192.0.2.1 "
			       "dest_ipaddr=192.0.2.2 our_udp_port=1702 tunnel_id=1 peer_tunnel_id=2",
			       &command, NULL, NULL), 0);
	assert_int_equal(command.object, CONFIG_TUNNEL);
	assert_int_equal(command.verb, CONFIG_CREATE);
	assert_string_equal(command.config.tunnel.tunnel_name, "lon");
	assert_string_equal(command.config.tunnel.dest_ipaddr, "192.0.2.2");
	assert_int_equal(command.config.tunnel.version, 3);
	assert_int_equal(command.config.tunnel.our_udp_port, 1702);
	assert_int_equal(command.config.tunnel.peer_udp_port, 0);	/* not given: not filled in */
	for (; row < config_tables[CONFIG_TUNNEL]->count; row++)
		set += param_set_has(&command.set, row);
	assert_int_equal(set, 8);
	assert_true(param_set_has(&command.set, config_row(CONFIG_TUNNEL, "our_udp_port")));
	assert_false(param_set_has(&command.set, config_row(CONFIG_TUNNEL, "peer_udp_port")));
}

static void everything_may_be_abbreviated(void **state)
{
	struct command command;

	assert_int_equal(parse("TUN cre dest=192.0.2.2 VERS=3", &command, NULL, NULL), 0);
	assert_int_equal(command.object, CONFIG_TUNNEL);
	assert_int_equal(command.verb, CONFIG_CREATE);
	assert_string_equal(command.config.tunnel.dest_ipaddr, "192.0.2.2");
	assert_int_equal(parse("sys sh conf", &command, NULL, NULL), 0);
	assert_int_equal(command.options, CONFIG_OPTION_CONFIG);
}

static void values_keep_what_looks_like_syntax(void **state)
{
	struct command command;

	assert_int_equal(parse("tunnel show tunnel_name=a=b", &command, NULL, NULL), 0);
	assert_string_equal(command.config.tunnel.tunnel_name, "a=b");
}

static void options(void **state)
{
	static const struct {
		const char *text;
		unsigned int options;
	} rows[] = {
		{ "system show", 0 },
		{ "system show configuration", CONFIG_OPTION_CONFIG },
		{ "system show status", CONFIG_OPTION_STATUS },
		{ "system show stati", CONFIG_OPTION_STATISTICS },
		{ "system show version", CONFIG_OPTION_VERSION },
		{ "system show status version", CONFIG_OPTION_STATUS | CONFIG_OPTION_VERSION },
		{ "tunnel list names", CONFIG_OPTION_NAMES },
		{ "session list tunnel_name=lon n", CONFIG_OPTION_NAMES },
		{ "tunnel show config tunnel_id=1", CONFIG_OPTION_CONFIG },
		{ "system reload", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct command command;

		print_message("# %s\n", rows[i].text);
		assert_int_equal(parse(rows[i].text, &command, NULL, NULL), 0);
		assert_int_equal(command.options, rows[i].options);
	}
}

static const struct refusal {
	const char *text;
	unsigned int bad_word;
	enum error_code code;
	const char *message;		/* one that ends with * only begins so: what there is grows */
} refusals[] = {
	{ "", 0, ERROR_SYNTAX, "a command begins with one of system, tunnel, session, *" },
	{ "foo", 0, ERROR_SYNTAX, "'foo' is no object: system, tunnel, session, *" },
	{ "tunel list", 0, ERROR_SYNTAX, "'tunel' is no object, did you mean tunnel: system, tunnel, session, *" },
	{ "s list", 0, ERROR_SYNTAX, "'s' is ambiguous: system, session, server, status" },
	{ "ppp profile create profile_name=x multilink=yes", 4, ERROR_UNSUPPORTED,
	  "multilink=yes is not supported yet: it comes with a later version" },
	{ "ppp profile create profile_name=x multilink=t", 4, ERROR_UNSUPPORTED,
	  "multilink=true is not supported yet: it comes with a later version" },
	{ "ppp profile create profile_name=x mtu=127", 4, ERROR_VALUE, "mtu must be 128..65535|auto: got '127'" },
	{ "test log", 0, ERROR_UNSUPPORTED, "test is not supported: only test builds of OpenL2TP have it" },
	{ "tunnel", 1, ERROR_SYNTAX, "after tunnel comes one of create, modify, delete, show, list*" },
	{ "tunnel destroy", 1, ERROR_SYNTAX, "'destroy' is no verb of tunnel: create, modify, delete, show, list*" },
	{ "tunnel reload", 1, ERROR_SYNTAX, "'reload' is no verb of tunnel: create, modify, delete, show, list*" },
	{ "tunnel create tunnel_id=1 p=1", 3, ERROR_SYNTAX, "'p' is ambiguous: peer_tunnel_id, peer_udp_port, "
	  "profile_name, peer_profile_name, ppp_profile_name, persist" },
	{ "tunnel create tunnel_id=1 tunnel_i=1", 3, ERROR_SYNTAX, "tunnel_id is given twice" },
	{ "tunnel create =1", 2, ERROR_SYNTAX, "tunnel has no parameter '': l2tpd.conf(5) lists what it has" },
	{ "tunnel list interface_name=x", 2, ERROR_UNSUPPORTED, "interface_name is not supported: sessions have "
	  "network devices, tunnels have none: use it in session create" },
	{ "session create use_ppp_proxy", 2, ERROR_SYNTAX, "use_ppp_proxy needs a value: use_ppp_proxy=..." },
	{ "session list user_password=x", 2, ERROR_SYNTAX,
	  "user_password is never shown, so nothing is listed by it" },
	{ "tunnel create reason=x", 2, ERROR_SYNTAX, "reason is for tunnel delete: leave it out" },
	{ "session modify session_id=1 reason=x", 3, ERROR_SYNTAX, "reason is for session delete: leave it out" },
	{ "tunnel profile delete reason=x", 3, ERROR_SYNTAX, "reason is for tunnel delete: leave it out" },
	{ "tunnel list secret=x", 2, ERROR_SYNTAX, "secret is never shown, so nothing is listed by it" },
	{ "tunnel create secret", 2, ERROR_SYNTAX, "secret needs a value: secret=..." },
	{ "tunnel create interface_name=x", 2, ERROR_UNSUPPORTED, "interface_name is not supported: sessions have "
	  "network devices, tunnels have none: use it in session create" },
	{ "session create ttl=1", 2, ERROR_SYNTAX, "ttl is a parameter of tunnel, not of session" },
	{ "tunnel create tunnel_id", 2, ERROR_SYNTAX, "tunnel_id needs a value: tunnel_id=..." },
	{ "tunnel create tunnel_id=0", 2, ERROR_VALUE, "tunnel_id must be 1..4294967295: got '0'" },
	{ "tunnel modify tunnel_id=1 version=3", 3, ERROR_IMMUTABLE,
	  "version cannot be changed on a live tunnel: delete it and create it anew" },
	{ "tunnel show tunnel_id=1 version=3", 3, ERROR_SYNTAX, "tunnel show does not take version, only tunnel_name, "
	  "tunnel_id" },
	{ "tunnel delete ttl=1", 2, ERROR_SYNTAX, "tunnel delete does not take ttl, only tunnel_name, tunnel_id, "
	  "reason" },
	{ "session delete mtu=1400", 2, ERROR_SYNTAX, "session delete does not take mtu, only tunnel_name, tunnel_id, "
	  "session_name, session_id, reason" },
	{ "system show max_tunnels=1", 2, ERROR_SYNTAX, "system show takes no parameters" },
	{ "system show foo", 2, ERROR_SYNTAX,
	  "system show does not take 'foo', but configuration, statistics, status, version" },
	{ "system reload now", 2, ERROR_SYNTAX, "system reload takes no further words: got 'now'" },
	{ "tunnel create names", 2, ERROR_SYNTAX, "tunnel create does not take 'names', but parameters as name=value" },
	{ "tunnel list foo", 2, ERROR_SYNTAX,
	  "tunnel list does not take 'foo', but names, local_only, remote_only, and parameters as name=value" },
	{ "session show transport", 2, ERROR_SYNTAX,
	  "session show does not take 'transport', but configuration, statistics, status, and parameters as name=value" },
	{ "tunnel profile create profile_name=x tunnel_id=5", 4, ERROR_SYNTAX,
	  "a tunnel profile has no tunnel_id: each tunnel has its own, give it in tunnel create" },
	{ "session profile unset profile_name=x cookie", 4, ERROR_SYNTAX,
	  "a session profile has no cookie: each session has its own, give it in session create" },
	{ "session profile unset profile_name=x mtu=1400", 4, ERROR_SYNTAX,
	  "session profile unset takes mtu without a value" },
	{ "session profile unset profile_name", 3, ERROR_SYNTAX, "profile_name needs a value: profile_name=..." },
	{ "session profile unset colour", 3, ERROR_SYNTAX,
	  "session has no parameter 'colour': l2tpd.conf(5) lists what it has" },
	{ "tunnel profile delete profile_name=x ttl=5", 4, ERROR_SYNTAX,
	  "tunnel profile delete does not take ttl, only profile_name" },
	{ "config restore /etc/l2tpd.conf", 2, ERROR_SYNTAX,
	  "config restore does not take '/etc/l2tpd.conf', but parameters as name=value" },
	{ "include a b", 2, ERROR_SYNTAX, "config include does not take 'b', but parameters as name=value" },
	{ "tunnel list local_only remote_only", 3, ERROR_SYNTAX, "local_only and remote_only together leave nothing" },
};

static void assert_message(const char *text, const char *message)
{
	size_t length = strlen(message) - 1;

	if (message[length] != '*')
		assert_string_equal(text, message);
	else if (strncmp(text, message, length) != 0)
		fail_msg("'%s' does not begin as '%s'", text, message);
}

static void what_is_wrong_is_said(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct command command;
		unsigned int bad_word = 99;
		struct error error;

		print_message("# %s\n", refusals[i].text);
		assert_int_equal(parse(refusals[i].text, &command, &bad_word, &error), -1);
		assert_message(error.text, refusals[i].message);
		assert_int_equal(error.code, refusals[i].code);
		assert_int_equal(bad_word, refusals[i].bad_word);
	}
}

static void hostile_words(void **state)
{
	static char huge[100000];
	const char *words[] = { "tunnel", "create", huge };
	struct command command;
	struct error error;

	memset(huge, 'a', sizeof(huge) - 1);
	for (int i = 0; i < 3; i++) {
		const char *saved = words[i];

		words[i] = huge;
		assert_int_equal(command_parse(words, 3, &command, NULL, NULL, &error), -1);
		words[i] = saved;
	}
	huge[50000] = '=';
	assert_int_equal(command_parse(words, 3, &command, NULL, NULL, &error), -1);
	memcpy(huge, "tunnel_name=", 12);
	assert_int_equal(command_parse(words, 3, &command, NULL, NULL, &error), -1);
	assert_int_equal(error.code, ERROR_VALUE);
}

static void what_verbs_take(void **state)
{
	unsigned int id = config_row(CONFIG_TUNNEL, "tunnel_id"), ttl = config_row(CONFIG_TUNNEL, "ttl");
	unsigned int encap = config_row(CONFIG_TUNNEL, "encap"), secret = config_row(CONFIG_TUNNEL, "secret");
	unsigned int reason = config_row(CONFIG_TUNNEL, "reason");
	unsigned int never = config_row(CONFIG_TUNNEL, "interface_name");

	for (int verb = CONFIG_CREATE; verb <= CONFIG_LIST; verb++) {
		assert_true(config_verb_allowed(CONFIG_TUNNEL, verb));
		assert_non_null(config_verb_help(CONFIG_TUNNEL, verb));
		assert_true(config_param_allowed(CONFIG_TUNNEL, verb, id));
		assert_int_equal(config_param_allowed(CONFIG_TUNNEL, verb, ttl),
				 verb == CONFIG_CREATE || verb == CONFIG_MODIFY || verb == CONFIG_LIST);
		assert_int_equal(config_param_allowed(CONFIG_TUNNEL, verb, encap),
				 verb == CONFIG_CREATE || verb == CONFIG_LIST);
		assert_int_equal(config_param_allowed(CONFIG_TUNNEL, verb, secret), verb == CONFIG_CREATE);
		assert_int_equal(config_param_allowed(CONFIG_TUNNEL, verb, reason), verb == CONFIG_DELETE);
		assert_int_equal(config_param_allowed(CONFIG_SESSION, verb, config_row(CONFIG_SESSION, "reason")),
				 verb == CONFIG_DELETE);
		assert_false(config_param_allowed(CONFIG_TUNNEL_PROFILE, verb, reason));
		assert_false(config_param_allowed(CONFIG_TUNNEL, verb, never));
	}
	assert_false(config_verb_allowed(CONFIG_TUNNEL, CONFIG_RELOAD));
	assert_null(config_verb_help(CONFIG_TUNNEL, CONFIG_RELOAD));
	assert_false(config_param_allowed(CONFIG_TUNNEL, CONFIG_RELOAD, id));
	assert_int_equal(config_options_allowed(CONFIG_TUNNEL, CONFIG_RELOAD), 0);
	assert_int_equal(config_options_allowed(CONFIG_SESSION, CONFIG_LIST),
			 CONFIG_OPTION_NAMES | CONFIG_OPTION_LOCAL_ONLY | CONFIG_OPTION_REMOTE_ONLY);
}

/* "tunnel profile" and "create": three words. */
static unsigned int split_names(int object, int verb, char text[64], const char *words[4])
{
	unsigned int count = 0;
	char *rest = text, *word;

	snprintf(text, 64, "%s %s", config_object_name(object), config_verb_name(verb));
	while ((word = strtok_r(rest, " ", &rest)))
		words[count++] = word;
	return count;
}

static void names_are_read_as_what_they_name(void **state)
{
	for (int object = 0; object < CONFIG_OBJECT_COUNT; object++) {
		for (int verb = 0; verb < CONFIG_VERB_COUNT; verb++) {
			const char *words[4];
			char text[64];
			unsigned int count = split_names(object, verb, text, words);
			struct command command;

			if (!config_verb_allowed(object, verb))
				continue;
			print_message("# %s %s\n", config_object_name(object), config_verb_name(verb));
			assert_int_equal(command_parse(words, count, &command, NULL, NULL, NULL), 0);
			assert_int_equal(command.object, object);
			assert_int_equal(command.verb, verb);
			for (int i = 0; i < CONFIG_OPTION_COUNT && verb != CONFIG_INCLUDE && verb != CONFIG_UNSET;
			     i++) {
				unsigned int option = 1u << i & config_options_allowed(object, verb);

				words[count] = config_option_name(1u << i);
				assert_non_null(words[count]);
				assert_int_equal(command_parse(words, count + 1, &command, NULL, NULL, NULL),
						 option ? 0 : -1);
				assert_int_equal(command.options, option);
			}
		}
	}
}

static void what_is_right_about_a_wrong_command(void **state)
{
	static const char *const words[] = { "tunnel", "create", "tunnel_id=7x", "colour=red",
					     "tunnel_name=lon", "names" };
	struct command command;

	assert_true(command_salvage(words, 6, &command));
	assert_int_equal(command.object, CONFIG_TUNNEL);
	assert_int_equal(command.verb, CONFIG_CREATE);
	assert_string_equal(command.config.tunnel.tunnel_name, "lon");
	assert_true(param_set_has(&command.set, config_row(CONFIG_TUNNEL, "tunnel_name")));
	assert_false(param_set_has(&command.set, config_row(CONFIG_TUNNEL, "tunnel_id")));
	assert_int_equal(command.config.tunnel.tunnel_id, 0);
	assert_false(command_salvage(words, 1, &command));
	assert_false(command_salvage(words + 1, 5, &command));
}

/* OpenL2TP has it as a flag. */
static void an_action_needs_no_value(void **state)
{
	static const struct {
		const char *text;
		bool yes;
	} rows[] = {
		{ "system modify reset_statistics", true }, { "system modify reset_statistics=yes", true },
		{ "system modify max_tunnels=5 reset", true }, { "system modify reset_statistics=no", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct command command;

		assert_int_equal(parse(rows[i].text, &command, NULL, NULL), 0);
		assert_true(param_set_has(&command.set, config_row(CONFIG_SYSTEM, "reset_statistics")));
		assert_int_equal(command.config.system.reset_statistics, rows[i].yes);
	}
}

/* OpenL2TP's file has them without their last letter. */
static void old_spellings_of_capabilities(void **state)
{
	struct command command;

	assert_int_equal(parse("tunnel create framing_cap=sync bearer_cap=analog", &command, NULL, NULL), 0);
	assert_int_equal(command.config.tunnel.framing_caps, CONFIG_FRAMING_SYNC);
	assert_int_equal(command.config.tunnel.bearer_caps, CONFIG_BEARER_ANALOG);
	assert_int_equal(parse("tunnel create framing_caps=none bearer_caps=none", &command, NULL, NULL), 0);
	assert_int_equal(command.config.tunnel.framing_caps | command.config.tunnel.bearer_caps, 0);
	assert_int_equal(parse("peer profile create profile_name=x lac_lns=lnslac", &command, NULL, NULL), 0);
	assert_int_equal(command.config.peer_profile.lac_lns, CONFIG_PEER_LACLNS);
	assert_int_equal(parse("peer profile create profile_name=x lac_lns=lac", &command, NULL, NULL), 0);
	assert_int_equal(command.config.peer_profile.lac_lns, CONFIG_PEER_LAC);
	assert_int_equal(parse("session create framing_type=any bearer_type=none", &command, NULL, NULL), 0);
	assert_int_equal(command.config.session.framing_type, CONFIG_FRAMING_ANY);
	assert_int_equal(command.config.session.bearer_type, CONFIG_BEARER_NONE);
}

/* What was made of no text is looked at, too. */
static void rows_for_other_verbs(void **state)
{
	struct command command = { .object = CONFIG_TUNNEL, .verb = CONFIG_CREATE };
	struct error error = { 0 };

	param_set_add(&command.set, config_row(CONFIG_TUNNEL, "ttl"));
	param_set_add(&command.set, config_row(CONFIG_TUNNEL, "secret"));
	assert_int_equal(command_check_keys(&command, &error), 0);
	command.verb = CONFIG_LIST;
	assert_int_equal(command_check_keys(&command, &error), -1);
	assert_string_equal(error.parameter, "secret");
	memset(&command.set, 0, sizeof(command.set));
	param_set_add(&command.set, config_row(CONFIG_TUNNEL, "reason"));
	for (int verb = CONFIG_CREATE; verb <= CONFIG_LIST; verb++) {
		command.verb = verb;
		assert_int_equal(command_check_keys(&command, &error), verb == CONFIG_DELETE ? 0 : -1);
		assert_string_equal(error.parameter, verb == CONFIG_CREATE ? "reason" : error.parameter);
	}
}

/* Taken out by their names, which are no values. */
static void what_is_unset(void **state)
{
	struct command command;

	assert_int_equal(parse("tun prof unset profile_name=x ttl dscp", &command, NULL, NULL), 0);
	assert_int_equal(command.object, CONFIG_TUNNEL_PROFILE);
	assert_int_equal(command.verb, CONFIG_UNSET);
	assert_string_equal(command.config.tunnel.profile_name, "x");
	assert_true(param_set_has(&command.set, config_row(CONFIG_TUNNEL, "ttl")));
	assert_true(param_set_has(&command.set, config_row(CONFIG_TUNNEL, "dscp")));
	assert_false(param_set_has(&command.set, config_row(CONFIG_TUNNEL, "fwmark")));
	assert_true(config_param_bare(CONFIG_TUNNEL_PROFILE, CONFIG_UNSET, config_row(CONFIG_TUNNEL, "ttl")));
	assert_false(config_param_bare(CONFIG_TUNNEL_PROFILE, CONFIG_UNSET, config_row(CONFIG_TUNNEL, "profile_name")));
	assert_false(config_param_bare(CONFIG_TUNNEL_PROFILE, CONFIG_MODIFY, config_row(CONFIG_TUNNEL, "ttl")));
}

static void a_word_that_is_a_file(void **state)
{
	struct command command;

	assert_int_equal(parse("include /etc/a=b.conf", &command, NULL, NULL), 0);
	assert_string_equal(command.config.file.file, "/etc/a=b.conf");
	assert_int_equal(parse("include names", &command, NULL, NULL), 0);
	assert_string_equal(command.config.file.file, "names");
	assert_int_equal(parse("include file=x", &command, NULL, NULL), 0);
	assert_string_equal(command.config.file.file, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_command),
		cmocka_unit_test(everything_may_be_abbreviated),
		cmocka_unit_test(values_keep_what_looks_like_syntax),
		cmocka_unit_test(options),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(hostile_words),
		cmocka_unit_test(what_verbs_take),
		cmocka_unit_test(an_action_needs_no_value),
		cmocka_unit_test(old_spellings_of_capabilities),
		cmocka_unit_test(rows_for_other_verbs),
		cmocka_unit_test(names_are_read_as_what_they_name),
		cmocka_unit_test(what_is_unset),
		cmocka_unit_test(a_word_that_is_a_file),
		cmocka_unit_test(what_is_right_about_a_wrong_command),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
