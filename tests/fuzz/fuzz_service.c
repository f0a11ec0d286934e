/* SPDX-License-Identifier: MIT */
/*
 * The service over the null datapath under arbitrary commands, and under what happens to it
 * meanwhile: after each step all its maps agree with each other and with the datapath.
 *
 * The input is a text of commands.  What would only show something does other things here: `system
 * show` and `tunnel list` answer a request for addresses, `session list` makes the datapath refuse an
 * operation, `tunnel show` and `session show` make it report trouble; these lists also let time pass.
 * `user list` makes an authorizer come or go, and `peer list` lets it answer; others pass its time.
 * `system reload` reloads what was created and modified since the last one, refused or not.
 *
 * There is a peer, another service, which accepts what is asked of it: `peer profile list` lets the two talk,
 * `tunnel profile list` does so over a bad network, `session profile list` lets the peer do something, each time
 * another thing, and `ppp profile list` lets a minute pass.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/null/null.h"
#include "fuzz.h"
#include "service/authorize.h"
#include "service/bearer.h"
#include "service/debug.h"
#include "service/internal.h"
#include "service/save.h"
#include "service/session_call.h"

#include "../service_check.h"

#define SAVED_MAX (256 * 1024)	/* octets: of so many commands */
#define COMMANDS_MAX 64		/* of one input: more only makes it slow */

struct world {
	struct datapath *dp, *peer_dp;
	struct service *service, *peer;	/* peer NULL: nothing was said to it yet */
	uint64_t now;
	uint32_t messages, deeds;	/* how many there were */
	struct command commands[COMMANDS_MAX];
	unsigned int count;
	uint32_t authorizers;		/* how many came or went */
	uint32_t answers;
};

static uint64_t random_state;

static void some_random(void *octets, size_t length)
{
	uint8_t *out = octets;

	for (size_t i = 0; i < length; i++) {
		random_state = random_state * 6364136223846793005u + 1442695040888963407u;
		out[i] = (uint8_t)(random_state >> 56);
	}
}

/* --- what happens --- */

/* Addresses for whoever asked: those of the number's bits, good and bad ones. */
static void answer(struct world *world, uint32_t which)
{
	static const char *const texts[] = { "192.0.2.1", "192.0.2.2", "2001:db8::1", "224.0.0.1", "fe80::1" };
	struct address addresses[5];
	struct service_request request;
	unsigned int count = 0;

	if (!service_next_request(world->service, &request))
		return;
	for (unsigned int i = 0; i < 5; i++) {
		if (which >> i & 1)
			must(address_parse(texts[i], &addresses[count++]));
	}
	service_resolved(world->service, request.tunnel, addresses, count, NULL, world->now);
}

static void report(struct world *world, const struct command *command, enum datapath_event_kind kind)
{
	struct datapath_event event = { .kind = kind };
	const struct session *session;
	const struct tunnel *tunnel;

	if (kind == DATAPATH_EVENT_DEVICE_GONE) {
		session = lookup_session(world->service, &command->config.session, NULL);
		event.session = session ? session->datapath : 1;
	} else {
		tunnel = lookup_tunnel(world->service, command->config.tunnel.tunnel_name,
				       command->config.tunnel.tunnel_id, NULL);
		event.tunnel = tunnel ? tunnel->datapath : 1;
	}
	service_datapath_event(world->service, &event, world->now);
}

/* --- what runs, as commands: given back, they change nothing --- */

static void save(struct world *world, char *text)
{
	struct service_save position = { 0 };
	struct param_set secrets;
	struct command command;
	size_t used = 0;

	text[0] = '\0';
	while (service_save_next(world->service, &position, &command, &secrets)) {
		int length = command_write(&command, text + used, SAVED_MAX - used - 1);

		must(length > 0);
		used += (size_t)length;
		text[used++] = '\n';
		text[used] = '\0';
	}
}

static void restore(struct world *world, const char *text)
{
	struct service_reload *reload = service_reload_begin();
	struct command_reader reader;
	struct command command;
	struct config_place place;
	struct error error;

	must(reload && !command_reader_begin(&reader, text, strlen(text)));
	while (command_reader_next(&reader, &command, &place, &error) > 0)
		must(!service_reload_command(reload, &command, &error));
	must(!service_reload_finish(reload, world->service, SERVICE_RELOAD_ALL, world->now, NULL, &error));
	command_reader_end(&reader);
}

/* A device that is gone is made anew: then there is something to do. */
static bool has_lost_devices(const struct service *service)
{
	const struct session *session;
	uint32_t position = 0;

	while ((session = handle_next(&service->session_handles, &position)))
		if (session->device_gone)
			return true;
	return false;
}

static void save_and_restore(struct world *world)
{
	static char before[SAVED_MAX], after[SAVED_MAX];
	size_t operations;

	if (has_lost_devices(world->service))
		return;
	save(world, before);
	datapath_null_log_begin(world->dp);
	restore(world, before);
	datapath_null_log(world->dp, &operations);
	must(!operations);
	service_check(world->service, world->dp);
	save(world, after);
	must(!strcmp(before, after));
}

/* A reload succeeds or names a command; one more without a change touches nothing. */
static void reload(struct world *world)
{
	struct error error = { 0 };
	unsigned int failed = UINT32_MAX;
	size_t operations;

	if (service_reload(world->service, world->commands, world->count, world->now, &failed, &error) < 0) {
		must(error.text[0] && failed <= world->count);
		return;
	}
	service_check(world->service, world->dp);
	datapath_null_log_begin(world->dp);
	must(!service_reload(world->service, world->commands, world->count, world->now, &failed, &error));
	datapath_null_log(world->dp, &operations);
	must(!operations);
}

static void refuse(struct world *world, uint32_t which)
{
	static const enum datapath_null_operation operations[] = {
		DATAPATH_NULL_TUNNEL_ADD, DATAPATH_NULL_TUNNEL_MODIFY, DATAPATH_NULL_SESSION_ADD,
		DATAPATH_NULL_SESSION_MODIFY,
	};
	struct error error = { .code = ERROR_SYSTEM, .text = "refused" };

	datapath_null_fail(world->dp, operations[which % 4], which / 4 % 8, &error);
}

static void come_or_go(struct world *world)
{
	uint32_t kinds = 3 - world->authorizers++ % 4;	/* both, one, the other, none */

	must(!service_set_authorizers(world->service, kinds & 1, kinds >> 1 & 1, world->now, NULL));
}

/* Each answer is another one: yes, no, with a parameter, with one that is wrong. */
static void answer_question(struct world *world)
{
	struct service_answer reply = { .object = CONFIG_SESSION };
	struct service_question question;
	struct error error = { 0 };

	if (!service_next_question(world->service, &question, world->now))
		return;
	reply.object = question.session ? CONFIG_SESSION : CONFIG_TUNNEL;
	reply.accept = world->answers % 3 != 0;
	if (reply.object == CONFIG_SESSION && world->answers % 5 == 1) {
		reply.config.session.mtu = 1400 + world->answers % 2 * 100000;
		param_set_add(&reply.set, config_row(CONFIG_SESSION, world->answers % 2 ? "mtu" : "session_id"));
	}
	world->answers++;
	if (service_answer(world->service, question.id, &reply, world->now, &error) < 0)
		must(error.text[0]);
}

static void execute(struct world *world, const struct command *command)
{
	/* only within a file profiles may name others that are not there yet */
	enum service_origin origin = world->count % 2 && !config_is_profile(command->object) ? SERVICE_ORIGIN_FILE :
											       SERVICE_ORIGIN_ADMIN;
	struct error error = { 0 };

	if (service_execute(world->service, command, origin, world->now, NULL, &error) < 0)
		must(error.code != ERROR_NONE && error.text[0]);
}

/* --- the peer --- */

static void begin_peer(struct world *world)
{
	struct command command = { .object = CONFIG_PEER_PROFILE, .verb = CONFIG_MODIFY };

	world->peer_dp = datapath_null_new();
	world->peer = world->peer_dp ? service_new(world->peer_dp, some_random) : NULL;
	must(world->peer);
	memcpy(command.config.peer_profile.profile_name, "default", sizeof("default"));
	command.config.peer_profile.accept_tunnels = true;
	param_set_add(&command.set, config_row(CONFIG_PEER_PROFILE, "profile_name"));
	param_set_add(&command.set, config_row(CONFIG_PEER_PROFILE, "accept_tunnels"));
	must(!service_execute(world->peer, &command, SERVICE_ORIGIN_ADMIN, world->now, NULL, NULL));
	datapath_null_keep_sent(world->dp);
	datapath_null_keep_sent(world->peer_dp);
}

static void end_peer(struct world *world)
{
	if (!world->peer)
		return;
	service_free(world->peer);
	datapath_ops(world->peer_dp)->close(world->peer_dp);
}

/* What one has sent arrives at the other, or most of it, or more: it is sent again, now that they are joined. */
static int carry(struct world *world, struct datapath *from, struct datapath *to, bool bad)
{
	struct datapath_message messages[64], again;
	int count = datapath_null_sent(from, messages, 64);

	datapath_null_join(from, to);
	for (int i = 0; i < count; i++) {
		struct datapath_message *message = &messages[i];
		uint32_t number = ++world->messages;

		if (bad && number % 3 == 0)
			continue;
		if (bad && number % 7 == 0)
			message->octets[number * 31 % message->length] ^= (uint8_t)(1 << number % 8);
		datapath_ops(from)->send(from, message, 1);
		if (bad && number % 5 == 0)
			datapath_ops(from)->send(from, message, 1);
	}
	datapath_null_join(from, NULL);
	while (datapath_null_sent(from, &again, 1))
		;
	return count;
}

static void talk(struct world *world, bool bad)
{
	for (int round = 0; round < 8; round++) {
		int count;

		service_transmit(world->service, world->now);
		service_transmit(world->peer, world->now);
		count = carry(world, world->dp, world->peer_dp, bad) + carry(world, world->peer_dp, world->dp, bad);
		if (!count)
			break;
		service_receive(world->service, world->now);
		service_check(world->service, world->dp);
		service_receive(world->peer, world->now);
	}
}

/* About its first tunnel, and the first session there, which may be neither. */
static void do_something(struct world *world)
{
	static const struct { enum config_object object; enum config_verb verb; int type; } deeds[] = {
		{ CONFIG_SESSION, CONFIG_CREATE, CONFIG_SESSION_TYPE_LAIC },
		{ CONFIG_SESSION, CONFIG_CREATE, CONFIG_SESSION_TYPE_LNOC },
		{ CONFIG_SESSION, CONFIG_DELETE, 0 },
		{ CONFIG_TUNNEL, CONFIG_CREATE, 0 },
		{ CONFIG_SESSION, CONFIG_CREATE, CONFIG_SESSION_TYPE_LAIC },
		{ CONFIG_TUNNEL, CONFIG_DELETE, 0 },
	};
	unsigned int deed = world->deeds++ % (sizeof(deeds) / sizeof(deeds[0]));
	const struct tunnel *tunnel = lookup_tunnel_from(world->peer, 0);
	const struct session *session = tunnel ? lookup_session_from(tunnel, 0) : NULL;
	struct command command = { .object = deeds[deed].object, .verb = deeds[deed].verb };

	if (command.object == CONFIG_SESSION) {
		command.config.session.tunnel_id = tunnel ? tunnel->config.tunnel_id : 1;
		command.config.session.session_type = deeds[deed].type;
		memcpy(command.config.session.called_number, "1", sizeof("1"));
		param_set_add(&command.set, config_row(CONFIG_SESSION, "session_type"));
		param_set_add(&command.set, config_row(CONFIG_SESSION, "called_number"));
		if (command.verb == CONFIG_DELETE)
			command.config.session.session_id = session ? session_id(session) : 1;
	} else if (command.verb == CONFIG_DELETE) {
		command.config.tunnel.tunnel_id = tunnel ? tunnel->config.tunnel_id : 1;
	} else {
		memcpy(command.config.tunnel.dest_ipaddr, "192.0.2.1", sizeof("192.0.2.1"));
		param_set_add(&command.set, config_row(CONFIG_TUNNEL, "dest_ipaddr"));
	}
	(void)service_execute(world->peer, &command, SERVICE_ORIGIN_ADMIN, world->now, NULL, &(struct error){ 0 });
}

static void pass_a_minute(struct world *world)
{
	for (uint64_t end = world->now + 60000; world->now < end; world->now += 5000) {
		service_expire(world->service, world->now);
		service_expire(world->peer, world->now);
		talk(world, false);
	}
}

static void meet_peer(struct world *world, enum config_object object)
{
	struct service_bearer bearer;

	if (!world->service->control)
		return;
	if (!world->peer)
		begin_peer(world);
	while (service_next_bearer(world->service, &bearer))
		service_bearer(world->service, bearer.session, world->messages % 4, 7, "", world->now);
	service_expire(world->service, world->now);
	if (object == CONFIG_SESSION_PROFILE)
		do_something(world);
	else if (object == CONFIG_PPP_PROFILE)
		pass_a_minute(world);
	else
		talk(world, object == CONFIG_TUNNEL_PROFILE);
}

static void debug(struct world *world, const struct command *command)
{
	struct error error = { 0 };
	struct service_debug flags;

	if (service_debug(world->service, command, world->now, &flags, &error) < 0)
		must(error.code != ERROR_NONE && error.text[0]);
	else
		must(!world->service->events || !(flags.flags & ~flags.effective));
}

/* Nothing is told twice, and of each value who gave it. */
static void explain(struct world *world, const struct command *command)
{
	static struct service_explained rows[SERVICE_EXPLAINED_MAX];
	struct service_peer_explained peer;
	struct error error = { 0 };
	int count;

	if (command->object == CONFIG_PEER) {
		must(!service_explain_peer(world->service, command, &peer, &error) || error.text[0]);
		return;
	}
	count = service_explain(world->service, command, rows, SERVICE_EXPLAINED_MAX, &error);
	must(count >= 0 || error.text[0]);
	for (int i = 0; i < count; i++) {
		must(!i || rows[i].of_ppp != rows[i - 1].of_ppp || rows[i].param > rows[i - 1].param);
		must((rows[i].source == SERVICE_SOURCE_PROFILE) == (rows[i].profile[0] != '\0'));
	}
}

static void step(struct world *world, const struct command *command)
{
	if (command->object == CONFIG_DEBUG) {
		debug(world, command);
		return;
	}
	switch (command->verb) {
	case CONFIG_RELOAD:
		reload(world);
		world->count = 0;
		break;
	case CONFIG_SHOW:
		if (config_is_profile(command->object))
			explain(world, command);
		else if (command->object == CONFIG_SYSTEM)
			answer(world, command->options);
		else
			report(world, command, command->object == CONFIG_SESSION ? DATAPATH_EVENT_DEVICE_GONE :
										   DATAPATH_EVENT_UNREACHABLE);
		break;
	case CONFIG_LIST:
		if (config_is_profile(command->object)) {
			meet_peer(world, command->object);
			return;
		}
		if (command->object == CONFIG_TUNNEL)
			answer(world, command->config.tunnel.tunnel_id);
		else if (command->object == CONFIG_USER)
			come_or_go(world);
		else if (command->object == CONFIG_PEER)
			answer_question(world);
		else
			refuse(world, command->config.session.session_id);
		if (command->object != CONFIG_PEER && command->object != CONFIG_USER)
			world->now += 7000;
		service_expire(world->service, world->now);
		break;
	case CONFIG_EXPLAIN:
		explain(world, command);
		break;
	default:
		execute(world, command);
		if (config_verb_in_files(command->object, command->verb))
			world->commands[world->count++] = *command;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static struct world world;	/* large; each input begins it anew */
	struct command_reader reader;
	struct command command;
	struct config_place place;
	struct error error;
	int ret;

	memset(&world, 0, sizeof(world));
	world.dp = datapath_null_new();
	world.service = world.dp ? service_new(world.dp, length % 2 ? some_random : NULL) : NULL;
	random_state = length;
	must(world.service && !command_reader_begin(&reader, (const char *)data, length));
	while (world.count < COMMANDS_MAX && (ret = command_reader_next(&reader, &command, &place, &error)) != 0) {
		if (ret < 0)
			continue;
		step(&world, &command);
		service_check(world.service, world.dp);
	}
	command_reader_end(&reader);
	save_and_restore(&world);
	end_peer(&world);
	service_free(world.service);
	datapath_ops(world.dp)->close(world.dp);
	return 0;
}
