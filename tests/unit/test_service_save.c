/* SPDX-License-Identifier: MIT */
/*
 * Saving: what runs, as commands; restored elsewhere they make the same, restored here they change nothing.
 * Besides a few cases by hand, that is tried on many configurations, made at random from the parameter tables:
 * a row that is new is tried here without a word being said about it.
 */
#include "service_world.h"

#include "service/save.h"

#define CASES 2000
#define TEXT_MAX (256 * 1024)

/* --- saving and restoring --- */

/* All of it as a text; the caller frees it. */
static char *save(const struct service *service)
{
	struct service_save position = { 0 };
	struct param_set secrets;
	struct command command;
	char *text = calloc(1, TEXT_MAX);
	size_t used = 0;

	assert_non_null(text);
	while (service_save_next(service, &position, &command, &secrets)) {
		int length = command_write(&command, text + used, TEXT_MAX - used - 1);

		assert_in_range(length, 1, COMMAND_TEXT_MAX - 1);
		used += (size_t)length;
		text[used++] = '\n';
	}
	return text;
}

static void restore(struct service *service, enum service_reload_mode mode, const char *text)
{
	struct service_reload *reload = service_reload_begin();
	unsigned int count, failed;
	struct command *commands = world_parse(text, &count);
	struct error error = { 0 };

	assert_non_null(reload);
	for (unsigned int i = 0; i < count; i++) {
		if (service_reload_command(reload, &commands[i], &error) < 0)
			fail_msg("command %u of what was saved is refused: %s\n%s", i, error.text, text);
	}
	if (service_reload_finish(reload, service, mode, 0, &failed, &error) < 0)
		fail_msg("what was saved is refused at command %u: %s\n%s", failed, error.text, text);
	free(commands);
}

static void expect_saved(struct world *world, const char *expected)
{
	char *text = save(world->service);

	assert_string_equal(text, expected);
	free(text);
}

/* --- by hand --- */

static void nothing_is_saved_of_nothing(void **state)
{
	expect_saved(*state, "");
}

static void what_was_given_and_what_was_chosen_is_saved(void **state)
{
	struct world *world = *state;

	DO(world, "system modify max_tunnels=9");
	DO(world, "tunnel create version=3 dest_ipaddr=peer.example.test tunnel_id=7 peer_tunnel_id=8 ttl=copy "
		  "encap=udp");
	DO(world, "session create tunnel_id=7 session_id=3 peer_session_id=4 cookie=00112233");
	DO(world, "session create tunnel_id=7 session_name=\"a \\\"b\\\" \\\\#;\" session_id=5 peer_session_id=6 "
		  "interface_name=pw0 mtu=1400");
	expect_saved(world,
		     "system modify max_tunnels=9\n"
		     "tunnel create tunnel_name=l2tp7 tunnel_id=7 peer_tunnel_id=8 version=3 encap=udp "
		     "dest_ipaddr=peer.example.test ttl=copy\n"
		     "session create tunnel_name=l2tp7 session_id=3 peer_session_id=4 cookie=00112233 "
		     "interface_name=l2tpeth0\n"
		     "session create tunnel_name=l2tp7 session_name=\"a \\\"b\\\" \\\\#;\" session_id=5 "
		     "peer_session_id=6 interface_name=pw0 mtu=1400\n");
}

static void a_default_that_was_given_is_saved(void **state)
{
	struct world *world = *state;

	RELOAD(world, "system modify max_tunnels=0\n" TUNNEL("lon", "1") "tunnel modify tunnel_name=lon ttl=default\n");
	expect_saved(world, "tunnel create tunnel_name=lon tunnel_id=1 peer_tunnel_id=1 version=3 "
			    "dest_ipaddr=192.0.2.2 ttl=default\n");
}

/* Of the control protocol's objects ids that were chosen are not saved; and that there is no path has words. */
static void calls_are_saved_without_what_was_chosen(void **state)
{
	struct world *world = *state;

	DO(world, "tunnel create dest_ipaddr=192.0.2.2 tunnel_name=t\nsession create tunnel_name=t session_name=a");
	expect_saved(world, "tunnel create tunnel_name=t dest_ipaddr=192.0.2.2\n"
			    "session create tunnel_name=t session_name=a\n");
	DO(world, "tunnel delete tunnel_name=t\ntunnel create dest_ipaddr=192.0.2.2 tunnel_name=u tunnel_id=70\n"
		  "session create tunnel_name=u session_name=b");
	DO(world, "session profile modify profile_name=default frame_socket=/x");
	expect_saved(world, "session profile modify profile_name=default frame_socket=/x\n"
			    "tunnel create tunnel_name=u tunnel_id=70 dest_ipaddr=192.0.2.2\n"
			    "session create tunnel_name=u session_name=b frame_socket=\"\"\n");
}

/* What would refuse the others stands behind them. */
static void limits_that_came_late_come_last(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("a", "1") TUNNEL("b", "2") SESSION("a", "s", "1"));
	DO(world, "system modify max_tunnels=1 max_sessions=9 deny_local_tunnel_creates=yes");
	expect_saved(world, "system modify max_sessions=9\n"
			    "tunnel create tunnel_name=a tunnel_id=1 peer_tunnel_id=1 version=3 dest_ipaddr=192.0.2.2\n"
			    "session create tunnel_name=a session_name=s session_id=1 peer_session_id=1 "
			    "interface_name=l2tpeth0\n"
			    "tunnel create tunnel_name=b tunnel_id=2 peer_tunnel_id=2 version=3 dest_ipaddr=192.0.2.2\n"
			    "system modify max_tunnels=1 deny_local_tunnel_creates=yes\n");
}

/* Between two steps all may happen. */
static void a_save_survives_changes(void **state)
{
	struct world *world = *state;
	struct service_save position = { 0 };
	struct param_set secrets;
	struct command command;

	DO(world, TUNNEL("a", "1") SESSION("a", "s", "1") SESSION("a", "t", "2") TUNNEL("b", "2"));
	assert_true(service_save_next(world->service, &position, &command, &secrets));
	assert_true(service_save_next(world->service, &position, &command, &secrets));
	assert_string_equal(command.config.session.session_name, "s");
	DO(world, "tunnel delete tunnel_name=a");
	assert_true(service_save_next(world->service, &position, &command, &secrets));
	assert_string_equal(command.config.tunnel.tunnel_name, "b");
	assert_false(service_save_next(world->service, &position, &command, &secrets));
}

static void secrets_are_told_apart(void **state)
{
	struct world *world = *state;
	struct service_save position = { 0 };
	unsigned int token = config_row(CONFIG_SYSTEM, "metrics_token");
	struct param_set secrets;
	struct command command;

	DO(world, "system modify metrics_token=s3cret max_tunnels=3");
	assert_true(service_save_next(world->service, &position, &command, &secrets));
	assert_true(param_set_has(&secrets, token));
	assert_false(param_set_has(&secrets, config_row(CONFIG_SYSTEM, "max_tunnels")));
	assert_string_equal(command.config.system.metrics_token, "s3cret");
	/* one that is read from a file stays there */
	DO(world, "system modify metrics_token_file=/etc/token");
	position = (struct service_save){ 0 };
	assert_true(service_save_next(world->service, &position, &command, &secrets));
	assert_true(param_set_is_empty(&secrets));
	assert_false(param_set_has(&command.set, token));
	assert_string_equal(command.config.system.metrics_token_file, "/etc/token");
	DO(world, "tunnel profile create profile_name=a secret=s3cret secret_file=\"\"\n"
		  "tunnel profile create profile_name=b secret=\"\" secret_file=\"\"");
	assert_true(service_save_next(world->service, &position, &command, &secrets));
	assert_true(param_set_has(&secrets, config_row(CONFIG_TUNNEL, "secret")));
	assert_false(param_set_has(&command.set, config_row(CONFIG_TUNNEL, "secret_file")));
	assert_true(service_save_next(world->service, &position, &command, &secrets));
	assert_true(param_set_is_empty(&secrets));	/* that there is none is no secret */
	assert_true(param_set_has(&command.set, config_row(CONFIG_TUNNEL, "secret")));
}

static void what_came_by_the_kernels_api_is_not_saved(void **state)
{
	struct world *world = *state;
	struct service_save position = { 0 };
	struct param_set secrets;
	struct command command;

	world_expect(world, world_execute(world, SERVICE_ORIGIN_KERNEL, TUNNEL("api", "1") SESSION("api", "x", "1")));
	DO(world, TUNNEL("admin", "2"));
	assert_true(service_save_next(world->service, &position, &command, &secrets));
	assert_string_equal(command.config.tunnel.tunnel_name, "admin");
	assert_false(service_save_next(world->service, &position, &command, &secrets));
	/* nor does a restore remove it */
	restore(world->service, SERVICE_RELOAD_ALL, "");
	assert_true(world_has(world, "session show tunnel_name=api session_name=x"));
	assert_false(world_has(world, "tunnel show tunnel_name=admin"));
}

static void a_restore_removes_whatever_it_does_not_name(void **state)
{
	struct world *world = *state;

	RELOAD(world, "system modify max_tunnels=5\n" TUNNEL("file", "1") SESSION("file", "s", "1"));
	DO(world, TUNNEL("admin", "2") SESSION("file", "t", "2"));
	DO(world, "system modify max_sessions=7");
	restore(world->service, SERVICE_RELOAD_ALL, TUNNEL("file", "1") SESSION("file", "s", "1") TUNNEL("new", "3"));
	assert_false(world_has(world, "tunnel show tunnel_name=admin"));
	assert_false(world_has(world, "session show tunnel_name=file session_name=t"));
	assert_int_equal(world_status(world).config.max_sessions, 0);
	assert_int_equal(world_status(world).config.max_tunnels, 0);
	assert_int_equal(world_tunnel(world, "file").origin, SERVICE_ORIGIN_FILE);
	assert_int_equal(world_tunnel(world, "new").origin, SERVICE_ORIGIN_ADMIN);
	/* the file is still what it was */
	RELOAD(world, TUNNEL("file", "1"));
	assert_true(world_has(world, "tunnel show tunnel_name=new"));
}

/* -1: it was refused. */
static int try_restore(struct service *service, const char *text)
{
	struct service_reload *reload = service_reload_begin();
	struct error error = { 0 };
	unsigned int count, failed;
	struct command *commands = world_parse(text, &count);

	assert_non_null(reload);
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(service_reload_command(reload, &commands[i], &error), 0);
	free(commands);
	return service_reload_finish(reload, service, SERVICE_RELOAD_ALL, 0, &failed, &error);
}

/* Wherever the datapath refuses, all is as it was, to the last word of what would be saved. */
static void a_restore_is_all_or_nothing(void **state)
{
	static const char one[] =
		"system modify max_tunnels=9 trace_flags=fsm\n"
		"tunnel profile create profile_name=p ttl=7\n"
		"session profile modify profile_name=default mtu=1300\n"
		TUNNEL("a", "1") SESSION("a", "s", "1") SESSION("a", "t", "2") TUNNEL("b", "2") SESSION("b", "s", "3")
		"tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_name=c tunnel_id=3 peer_tunnel_id=3 "
		"profile_name=p\n";
	static const char other[] =
		"system modify max_sessions=9\n"
		"tunnel profile create profile_name=q dscp=7\n"
		"session profile modify profile_name=default mtu=1200\n"
		TUNNEL("a", "1") SESSION("a", "s", "1") SESSION("a", "u", "5") "tunnel modify tunnel_name=a ttl=3\n"
		"tunnel create version=3 dest_ipaddr=192.0.2.9 tunnel_name=b tunnel_id=2 peer_tunnel_id=2 "
		"profile_name=q\n"
		SESSION("b", "s", "3") TUNNEL("d", "4") SESSION("d", "s", "6");
	const struct error refusal = { .code = ERROR_SYSTEM, .text = "refused" };
	struct world *world = *state;
	unsigned int refused = 0;

	restore(world->service, SERVICE_RELOAD_ALL, one);
	for (unsigned int i = 0; i < DATAPATH_NULL_OPERATION_COUNT * 8; i++) {
		char *before = save(world->service);

		datapath_null_fail(world->dp, i / 8, i % 8, &refusal);
		if (try_restore(world->service, other) < 0) {
			refused++;
			expect_saved(world, before);
		}
		datapath_null_fail(world->dp, i / 8, 0, NULL);
		restore(world->service, SERVICE_RELOAD_ALL, before);
		expect_saved(world, before);
		free(before);
	}
	assert_in_range(refused, 10, 40);
}

/* --- at random --- */

static uint64_t random_state;

static uint32_t random_below(uint32_t bound)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % bound;
}

static const char *one_of(const char *const *words, uint32_t count)
{
	return words[random_below(count)];
}

static void random_number(const struct param *param, char *out, size_t size)
{
	uint64_t span = (uint64_t)(param->max - param->min) + 1;

	snprintf(out, size, "%lld", (long long)(param->min + (int64_t)(((uint64_t)random_below(1u << 30) << 20 |
			 random_below(1u << 20)) % span)));
}

static void random_string(char *out)
{
	static const char *const pieces[] = {
		"a", "B", "0", "_", "-", ".", " ", "\"", "\\", "#", ";", "=", "\xc3\xa9", "'",
	};
	uint32_t count = 1 + random_below(7);

	out[0] = '\0';
	for (uint32_t i = 0; i < count; i++)
		strcat(out, one_of(pieces, sizeof(pieces) / sizeof(pieces[0])));
}

static void random_word(const struct param_word *words, char *out, size_t size)
{
	uint32_t count = 0;

	while (words[count].name)
		count++;
	snprintf(out, size, "%s", words[random_below(count)].name);
}

static bool names_profile(const struct param *param)
{
	return strstr(param->name, "profile_name");
}

static const char *random_profile(void)
{
	static const char *const names[] = { "default", "one", "\"two\"", "#3" };

	return one_of(names, 4);
}

/* Something that could stand for the parameter's value. */
static void random_value(const struct param *param, char *out, size_t size)
{
	static const char *const hosts[] = { "192.0.2.1", "192.0.2.2", "2001:db8::1", "peer.example.test", "0.0.0.0" };
	static const char *const octets[] = { "", "00112233", "0011223344556677", "deadbeef" };

	switch (param->type) {
	case PARAM_U16:
	case PARAM_U32:
		random_number(param, out, size);
		break;
	case PARAM_U32_OR_WORD:
		if (random_below(2))
			random_number(param, out, size);
		else
			random_word(param_words(param), out, size);
		break;
	case PARAM_BOOL:
	case PARAM_ENUM:
		random_word(param_words(param), out, size);
		break;
	case PARAM_HOST:
	case PARAM_ADDRESS:
		snprintf(out, size, "%s", one_of(hosts, 5));
		break;
	case PARAM_OCTETS:
		snprintf(out, size, "%s", one_of(octets, 4));
		break;
	case PARAM_SPEED:
		snprintf(out, size, random_below(2) ? "%u" : "%u:%u", random_below(UINT32_MAX), random_below(3));
		break;
	case PARAM_MAC:
		snprintf(out, size, "02:00:00:00:00:%02x", random_below(256));
		break;
	default:
		if (names_profile(param))
			snprintf(out, size, "%s", random_profile());
		else
			random_string(out);
	}
}

static void give(struct command *command, const char *name, const char *value)
{
	unsigned int row = config_row(command->object, name);

	if (param_parse(config_tables[command->object], row, value, &command->config, NULL) == 0)
		param_set_add(&command->set, row);
}

static void give_number(struct command *command, const char *name, uint32_t number)
{
	char value[16];

	snprintf(value, sizeof(value), "%u", number);
	give(command, name, value);
}

static bool has_version(const struct command *command, uint32_t version)
{
	return command->config.tunnel.version == version &&
	       param_set_has(&command->set, config_row(CONFIG_TUNNEL, "version"));
}

/* Rows that are refused in this version. */
static void take_others(struct command *command, uint32_t version)
{
	const struct param_table *table = config_tables[command->object];

	for (unsigned int row = 0; row < table->count; row++)
		if (table->params[row].flags & (version == 2 ? PARAM_V3 : PARAM_V2))
			param_set_remove(&command->set, row);
}

/* Some of the rows that the verb takes and that are no keys; no secrets in files, which nobody reads here. */
static void give_some(struct command *command)
{
	const struct param_table *table = config_tables[command->object];
	char value[PARAM_TEXT_MAX];

	for (unsigned int row = 0; row < table->count; row++) {
		const struct param *param = &table->params[row];

		if (param->flags & (PARAM_KEY | PARAM_READ_FILE) || random_below(4) ||
		    !config_param_allowed(command->object, command->verb, row))
			continue;
		random_value(param, value, sizeof(value));
		give(command, param->name, value);
	}
}

static void random_tunnel(struct command *command)
{
	char name[64];

	*command = (struct command){ .object = CONFIG_TUNNEL, .verb = CONFIG_CREATE };
	if (random_below(2)) {
		random_string(name);
		give(command, "tunnel_name", name);
	}
	give_some(command);
	give(command, "version", random_below(4) ? "3" : "2");
	/* one of version 2 that nobody gave is another in the copy: by_hand tries that */
	if (random_below(2) || !has_version(command, 3))
		give_number(command, "tunnel_id", 1 + random_below(20));
	if (has_version(command, 3))
		give_number(command, "peer_tunnel_id", 1 + random_below(20));
	else
		give(command, "encap", "udp");
	take_others(command, command->config.tunnel.version);
	if (!param_set_has(&command->set, config_row(CONFIG_TUNNEL, "dest_ipaddr")))
		give(command, "dest_ipaddr", "198.51.100.7");
	if (random_below(2))
		give_number(command, "our_udp_port", 5000 + random_below(5));
}

/* Of the tunnels that there are. */
static void random_session(struct service *service, struct command *command)
{
	struct service_tunnel_view view;
	uint64_t after = random_below(2) ? 0 : random_below(UINT32_MAX);
	char name[64];
	handle tunnel;

	*command = (struct command){ .object = CONFIG_SESSION, .verb = CONFIG_CREATE };
	if (!service_next_tunnel(service, &after, &tunnel) || service_tunnel_view(service, tunnel, &view) < 0)
		return;
	give_number(command, "tunnel_id", view.config.tunnel_id);
	if (random_below(2)) {
		random_string(name);
		give(command, "session_name", name);
	}
	if (random_below(2) || view.config.version == 2)
		give_number(command, "session_id", 1 + random_below(50));
	give_some(command);
	take_others(command, view.config.version);
	if (view.config.version == 2) {
		give(command, "pw_type", "ppp");
		return;
	}
	give_number(command, "peer_session_id", 1 + random_below(1000));
	if (command->config.session.pw_type == CONFIG_PW_PPP)
		give(command, "pw_type", "ip");
	if (param_set_has(&command->set, config_row(CONFIG_SESSION, "vlan_id")))
		give(command, "pw_type", "vlan");
}

/* Made, changed, or taken out of. */
static void random_profile_command(struct command *command)
{
	static const enum config_verb verbs[] = { CONFIG_CREATE, CONFIG_CREATE, CONFIG_MODIFY, CONFIG_UNSET };
	unsigned int row;

	*command = (struct command){ .object = CONFIG_PEER_PROFILE + random_below(4), .verb = verbs[random_below(4)] };
	row = config_profile_row(command->object);
	if (command->verb == CONFIG_UNSET)
		param_set_add(&command->set, random_below(config_tables[command->object]->count));
	else
		give_some(command);
	if (command->verb == CONFIG_UNSET && (param_set_has(&command->set, row) ||
	    !config_param_allowed(command->object, CONFIG_MODIFY, param_set_next(&command->set, 0))))
		memset(&command->set, 0, sizeof(command->set));
	give(command, config_tables[command->object]->params[row].name, random_profile());
}

/* Commands, of which those that are right make something. */
static unsigned int random_commands(struct world *world)
{
	enum service_origin origin;
	unsigned int made = 0;
	struct command command;

	for (uint32_t left = 3 + random_below(20); left > 0; left--) {
		origin = random_below(2) ? SERVICE_ORIGIN_FILE : SERVICE_ORIGIN_ADMIN;
		switch (random_below(12)) {
		case 0:
			command = (struct command){ .object = CONFIG_SYSTEM, .verb = CONFIG_MODIFY };
			give_some(&command);
			give_number(&command, "max_tunnels", random_below(4));
			give_number(&command, "max_sessions", random_below(4));
			break;
		case 1:
		case 2:
		case 3:
			random_profile_command(&command);
			origin = SERVICE_ORIGIN_ADMIN;	/* a file's profiles are looked at as a whole */
			break;
		case 4:
		case 5:
			random_tunnel(&command);
			break;
		default:
			random_session(world->service, &command);
		}
		made += service_execute(world->service, &command, origin, 0, NULL, NULL) == 0;
	}
	return made;
}

/* All that can be seen of it, but for the name of a device, which the copy was given. */
static void expect_same_config(const struct param_table *table, const void *a, const void *b)
{
	for (unsigned int row = 0; row < table->count; row++) {
		if (table->params[row].type != PARAM_UNSUPPORTED &&
		    strcmp(table->params[row].name, "interface_name") != 0 && !param_equal(table, row, a, b))
			fail_msg("%s of the %s is another one", table->params[row].name, table->object);
	}
}

static void expect_same_sessions(struct service *one, handle in_one, struct service *other, handle in_other)
{
	struct service_session_view a, b;
	uint64_t at = 0, other_at = 0;
	handle session, other_session;

	while (service_next_session(one, in_one, &at, &session)) {
		assert_true(service_next_session(other, in_other, &other_at, &other_session));
		assert_int_equal(service_session_view(one, session, &a), 0);
		assert_int_equal(service_session_view(other, other_session, &b), 0);
		expect_same_config(config_tables[CONFIG_SESSION], &a.config, &b.config);
		assert_string_equal(a.info.ifname, b.info.ifname);
	}
	assert_false(service_next_session(other, in_other, &other_at, &other_session));
}

static void expect_same(struct service *one, struct service *other)
{
	struct service_tunnel_view a, b;
	struct service_status status, other_status;
	uint64_t at = 0, other_at = 0;
	handle tunnel, other_tunnel;

	service_status(one, &status);
	service_status(other, &other_status);
	expect_same_config(config_tables[CONFIG_SYSTEM], &status.config, &other_status.config);
	while (service_next_tunnel(one, &at, &tunnel)) {
		assert_true(service_next_tunnel(other, &other_at, &other_tunnel));
		assert_int_equal(service_tunnel_view(one, tunnel, &a), 0);
		assert_int_equal(service_tunnel_view(other, other_tunnel, &b), 0);
		expect_same_config(config_tables[CONFIG_TUNNEL], &a.config, &b.config);
		expect_same_sessions(one, tunnel, other, other_tunnel);
	}
	assert_false(service_next_tunnel(other, &other_at, &other_tunnel));
}

static unsigned int one_case(uint32_t number)
{
	struct world *world, *copy;
	void *state, *copy_state;
	unsigned int made;
	char *text, *again;

	random_state = number * 2654435761u + 1;
	world_begin(&state);
	world_begin(&copy_state);
	world = state;
	copy = copy_state;
	made = random_commands(world);
	text = save(world->service);
	restore(copy->service, number % 2 ? SERVICE_RELOAD_ALL : SERVICE_RELOAD_FILE, text);
	expect_same(world->service, copy->service);
	again = save(copy->service);
	assert_string_equal(again, text);
	datapath_null_log_begin(world->dp);
	restore(world->service, number % 2 ? SERVICE_RELOAD_ALL : SERVICE_RELOAD_FILE, text);
	if (world_log_length(world))
		fail_msg("case %u: to restore what runs is not nothing:\n%s", number, text);
	free(again);
	again = save(world->service);
	assert_string_equal(again, text);
	free(again);
	free(text);
	world_end(&state);
	world_end(&copy_state);
	return made;
}

static void saved_and_restored_is_the_same(void **state)
{
	unsigned int made = 0;

	for (uint32_t number = 0; number < CASES; number++)
		made += one_case(number);
	assert_in_range(made, CASES, UINT32_MAX);	/* the generator makes what can be made */
}

/* What is saved can be typed, or piped into l2tpctl: what a command names is there already. */
static void profiles_are_saved_before_those_that_name_them(void **state)
{
	struct world *world = *state, *copy;
	void *copy_state;
	char *text, *again;

	DO(world, "ppp profile create profile_name=d; session profile create profile_name=c ppp_profile_name=d\n"
		  "peer profile create profile_name=a\n"
		  "tunnel profile create profile_name=b version=3 peer_profile_name=a session_profile_name=c\n"
		  "peer profile modify profile_name=a tunnel_profile_name=b ppp_profile_name=d\n"
		  "tunnel profile modify profile_name=default peer_profile_name=a\n"
		  "tunnel create version=3 tunnel_name=t tunnel_id=1 peer_tunnel_id=1 dest_ipaddr=192.0.2.2 "
		  "peer_profile_name=a\n");
	text = save(world->service);
	assert_int_equal(strncmp(text, "ppp profile create profile_name=d\n"
				       "session profile create profile_name=c ppp_profile_name=d\n"
				       "tunnel profile create profile_name=b version=3 session_profile_name=c\n"
				       "peer profile create profile_name=a tunnel_profile_name=b", 217), 0);
	world_begin(&copy_state);
	copy = copy_state;
	DO(copy, text);
	again = save(copy->service);
	assert_string_equal(again, text);
	free(again);
	free(text);
	world_end(&copy_state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_saved_of_nothing, world_begin, world_end),
		cmocka_unit_test_setup_teardown(what_was_given_and_what_was_chosen_is_saved, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_default_that_was_given_is_saved, world_begin, world_end),
		cmocka_unit_test_setup_teardown(calls_are_saved_without_what_was_chosen, world_begin, world_end),
		cmocka_unit_test_setup_teardown(limits_that_came_late_come_last, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_save_survives_changes, world_begin, world_end),
		cmocka_unit_test_setup_teardown(secrets_are_told_apart, world_begin, world_end),
		cmocka_unit_test_setup_teardown(what_came_by_the_kernels_api_is_not_saved, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_restore_removes_whatever_it_does_not_name, world_begin, world_end),
		cmocka_unit_test_setup_teardown(a_restore_is_all_or_nothing, world_begin, world_end),
		cmocka_unit_test(saved_and_restored_is_the_same),
		cmocka_unit_test_setup_teardown(profiles_are_saved_before_those_that_name_them, world_begin, world_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
