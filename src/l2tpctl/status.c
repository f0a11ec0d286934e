/* SPDX-License-Identifier: MIT */
/*
 * Three calls make one picture: how all of it is doing, the tunnels, and those sessions that are down although their
 * tunnel is up.  What is not well comes first; what can be done about it is said where it is known.
 */
#include "l2tpctl/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "l2tpctl/duration.h"
#include "l2tpctl/rates.h"
#include "l2tpctl/table.h"

#define DOWN_SESSIONS_MAX 20
#define TUNNELS_SHOWN 20
#define FAILURES_SHOWN 5
#define TEXT_MAX 512

static json_int_t number_at(const json_t *object, const char *part, const char *name)
{
	return json_integer_value(json_object_get(part ? json_object_get(object, part) : object, name));
}

static const char *text_at(const json_t *object, const char *part, const char *name)
{
	const char *text = json_string_value(json_object_get(part ? json_object_get(object, part) : object, name));

	return text ? text : "";
}

/* --- the head --- */

/* "3 tunnels (2 up, 1 down)": states that nothing is in are left out. */
static void print_count(const json_t *state, const char *what, const char *const *states, FILE *out)
{
	json_int_t total = number_at(state, NULL, what), count;
	const char *separator = " (";
	char name[64];

	fprintf(out, "%" JSON_INTEGER_FORMAT " %.*s%s", total, (int)strlen(what) - 1, what, total == 1 ? "" : "s");
	for (; *states; states++) {
		snprintf(name, sizeof(name), "%s_%s", what, *states);
		count = number_at(state, NULL, name);
		if (!count)
			continue;
		fprintf(out, "%s%" JSON_INTEGER_FORMAT " %s", separator, count, *states);
		separator = ", ";
	}
	if (separator[0] == ',')
		fputc(')', out);
}

static void print_head(const json_t *status, FILE *out)
{
	static const char *const states[] = {
		"up", "authorizing", "resolving", "connecting", "waiting", "down", NULL
	};
	const json_t *state = json_object_get(status, "state");
	char since[DURATION_TEXT_MAX];

	fprintf(out, "l2tpd %s, running for %s: ", text_at(status, NULL, "version"),
		duration_text(number_at(state, NULL, "uptime"), since));
	print_count(state, "tunnels", states, out);
	fputs(", ", out);
	print_count(state, "sessions", states, out);
	fputc('\n', out);
	if (text_at(state, NULL, "load_error")[0])
		fprintf(out, "The configuration was refused %s ago, and what ran before runs on: %s\n",
			duration_text(number_at(state, NULL, "load_age"), since), text_at(state, NULL, "load_error"));
}

/* --- tunnels --- */

static bool is_up(const json_t *tunnel)
{
	return strcmp(text_at(tunnel, "state", "state"), "up") == 0;
}

/* The name, or the id of what has none. */
static const char *name_of(const json_t *object, const char *kind, char out[TEXT_MAX])
{
	const json_t *config = json_object_get(object, "config") ? json_object_get(object, "config") : object;
	char name[32], id[32];

	snprintf(name, sizeof(name), "%s_name", kind);
	snprintf(id, sizeof(id), "%s_id", kind);
	if (text_at(config, NULL, name)[0])
		snprintf(out, TEXT_MAX, "%s", text_at(config, NULL, name));
	else
		snprintf(out, TEXT_MAX, "%" JSON_INTEGER_FORMAT, number_at(config, NULL, id));
	text_make_printable(out);
	return out;
}

static void add_octets(struct table *table, const json_t *tunnel, const char *counter)
{
	char text[RATE_UNIT_MAX];

	table_add(table, rate_unit_text((double)number_at(tunnel, "statistics", counter), "B", text));
}

static bool any_reason(const json_t *tunnels)
{
	const json_t *tunnel;
	size_t i;

	json_array_foreach(tunnels, i, tunnel)
		if (text_at(tunnel, "state", "reason")[0])
			return true;
	return false;
}

#define COLUMNS 9	/* the last is that of reasons, which is left out when there are none */

/* "192.0.2.2", "lns.example (192.0.2.2)": its name is the one that it was given here, or gives itself. */
static const char *peer_of(const json_t *tunnel, char out[TEXT_MAX])
{
	const char *peer = text_at(tunnel, "state", "peer"), *given = text_at(tunnel, "config", "dest_ipaddr");
	const char *calls_itself = text_at(tunnel, "state", "peer_host_name");

	if (peer[0] && strcmp(peer, given) != 0)
		snprintf(out, TEXT_MAX, "%s (%s)", given, peer);
	else if (calls_itself[0])
		snprintf(out, TEXT_MAX, "%s (%s)", calls_itself, given);
	else
		snprintf(out, TEXT_MAX, "%s", given);
	return out;
}

/* Why it is not up, and when that will be tried again. */
static const char *reason_of(const json_t *object, char out[TEXT_MAX])
{
	const char *reason = text_at(object, "state", "reason");
	const json_t *next = json_object_get(json_object_get(object, "state"), "next_attempt");
	char when[DURATION_TEXT_MAX];

	if (next)
		snprintf(out, TEXT_MAX, "%s%snext attempt in %s", reason, reason[0] ? "; " : "",
			 duration_text(json_integer_value(next), when));
	else
		snprintf(out, TEXT_MAX, "%s", reason);
	return out;
}

static void add_tunnel(struct table *table, const json_t *tunnel)
{
	char text[TEXT_MAX], since[DURATION_TEXT_MAX];

	table_add(table, name_of(tunnel, "tunnel", text));
	table_add(table, peer_of(tunnel, text));
	table_add(table, text_at(tunnel, "state", "origin"));
	table_add(table, text_at(tunnel, "state", "state"));
	table_add(table, is_up(tunnel) ? duration_text(number_at(tunnel, "state", "up_age"), since) : "-");
	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, number_at(tunnel, "state", "sessions"));
	table_add(table, text);
	add_octets(table, tunnel, "rx_bytes");
	add_octets(table, tunnel, "tx_bytes");
	if (table->columns == COLUMNS)
		table_add(table, reason_of(tunnel, text));
}

/* Those that are up, or those that are not: at most max of them. Returns how many. */
static size_t add_tunnels(struct table *table, const json_t *tunnels, bool up, size_t max)
{
	const json_t *tunnel;
	size_t i, count = 0;

	json_array_foreach(tunnels, i, tunnel) {
		if (is_up(tunnel) != up || count == max)
			continue;
		add_tunnel(table, tunnel);
		count++;
	}
	return count;
}

static void print_tunnels(const json_t *tunnels, bool all, FILE *out)
{
	static const char *const headings[COLUMNS] = {
		"Tunnel", "Peer", "By", "State", "Up for", "Sessions", "Received", "Sent", "Reason",
	};
	size_t total = json_array_size(tunnels), max = all ? total : TUNNELS_SHOWN, shown;
	struct table table;

	if (!total)
		return;
	fputc('\n', out);
	table_begin(&table, any_reason(tunnels) ? COLUMNS : COLUMNS - 1, headings);
	shown = add_tunnels(&table, tunnels, false, max);
	shown += add_tunnels(&table, tunnels, true, max - shown);
	table_end(&table, out);
	if (shown < total)
		fprintf(out, "... and %zu more: `l2tpctl status all`, `l2tpctl tunnel list`\n", total - shown);
}

/* --- what is not well --- */

static void print_down_sessions(const json_t *sessions, FILE *out)
{
	char tunnel[TEXT_MAX], name[TEXT_MAX], reason[TEXT_MAX];
	const json_t *session;
	size_t i;

	if (json_array_size(sessions))
		fputs("\nSessions that are not up although their tunnel is:\n", out);
	json_array_foreach(sessions, i, session) {
		if (i == DOWN_SESSIONS_MAX) {
			fputs("  ... and more: `l2tpctl session list state!=up`\n", out);
			break;
		}
		reason_of(session, reason);
		if (!reason[0])
			snprintf(reason, sizeof(reason), "%s", text_at(session, "state", "state"));
		text_make_printable(reason);
		fprintf(out, "  %s of tunnel %s: %s\n", name_of(session, "session", name),
			name_of(session, "tunnel", tunnel), reason);
	}
}

static void print_failure(const json_t *failure, FILE *out)
{
	char text[TEXT_MAX], since[DURATION_TEXT_MAX];

	fprintf(out, "  %s ago: ", duration_text(number_at(failure, NULL, "age"), since));
	if (number_at(failure, NULL, "session_id"))
		fprintf(out, "session %s of ", name_of(failure, "session", text));
	if (number_at(failure, NULL, "tunnel_id"))
		fprintf(out, "tunnel %s: ", name_of(failure, "tunnel", text));
	snprintf(text, sizeof(text), "%s", text_at(failure, NULL, "reason"));
	text_make_printable(text);
	fprintf(out, "%s\n", text);
}

static void print_failures(const json_t *status, FILE *out)
{
	const json_t *failures = json_object_get(status, "failures"), *failure;
	json_int_t total = number_at(status, "state", "failures");
	size_t i;

	if (json_array_size(failures))
		fprintf(out, "\nWhat failed last, of %" JSON_INTEGER_FORMAT " since the start:\n", total);
	json_array_foreach(failures, i, failure) {
		if (i < FAILURES_SHOWN)
			print_failure(failure, out);
	}
}

/* {version, state, tunnels, down_sessions, failures}. all: every tunnel, not only the first TUNNELS_SHOWN; those that
 * are not up come first. */
static void print_status(const json_t *status, bool all, FILE *out)
{
	const json_t *tunnels = json_object_get(status, "tunnels");

	print_head(status, out);
	print_tunnels(tunnels, all, out);
	print_down_sessions(json_object_get(status, "down_sessions"), out);
	print_failures(status, out);
	if (!json_array_size(tunnels))
		fputs("There are no tunnels yet: `l2tpctl tunnel create` makes one, l2tpd.conf(5) tells how.\n", out);
}

/* --- the calls --- */

/* All objects of a list into one array. */
static enum api_outcome list(struct api *api, const char *method, json_t *parameters, json_t *all, size_t max,
			     struct error *error)
{
	enum api_outcome outcome = api_call(api, method, parameters, true, error);
	bool continues = true;
	json_t *reply, *objects;
	const char *name;

	while (outcome == API_OK && continues && json_array_size(all) <= max) {
		outcome = api_reply(api, &reply, &continues, error);
		json_object_foreach(reply, name, objects)
			json_array_extend(all, objects);
		json_decref(reply);
	}
	if (outcome == API_OK && continues)
		api_close(api);		/* the rest is not wanted */
	return outcome;
}

static json_t *tunnel_fields(void)
{
	return json_pack("{s:[s,s,s,s,s,s,s,s,s,s,s,s,s]}", "fields", "config.tunnel_id", "config.tunnel_name",
			 "config.dest_ipaddr", "state.state", "state.reason", "state.up_age", "state.peer",
			 "state.sessions", "state.origin", "state.peer_host_name", "state.next_attempt",
			 "statistics.rx_bytes", "statistics.tx_bytes");
}

/* Sessions whose tunnel is down are down, too: the tunnel's line tells of them. */
static json_t *down_sessions(void)
{
	return json_pack("{s:[s,s], s:[s,s,s,s,s,s,s]}", "where", "state!=up", "reason!=its tunnel is not up",
			 "fields", "config.tunnel_id", "config.tunnel_name", "config.session_id",
			 "config.session_name", "state.state", "state.reason", "state.next_attempt");
}

static enum api_outcome ask(struct api *api, json_t **status, struct error *error)
{
	json_t *tunnels = json_array(), *sessions = json_array();
	enum api_outcome outcome = api_call(api, "Status", json_object(), false, error);
	bool continues;

	*status = NULL;
	if (outcome == API_OK)
		outcome = api_reply(api, status, &continues, error);
	if (outcome == API_OK)
		outcome = list(api, "TunnelList", tunnel_fields(), tunnels, SIZE_MAX, error);
	if (outcome == API_OK && number_at(*status, "state", "sessions_up") < number_at(*status, "state", "sessions"))
		outcome = list(api, "SessionList", down_sessions(), sessions, DOWN_SESSIONS_MAX, error);
	if (*status) {
		json_object_set(*status, "tunnels", tunnels);
		json_object_set(*status, "down_sessions", sessions);
	}
	json_decref(tunnels);
	json_decref(sessions);
	return outcome;
}

enum status status_run(struct run *run, const struct command *command, struct error *error)
{
	enum api_outcome outcome;
	json_t *status;

	outcome = ask(&run->api, &status, error);
	if (outcome == API_OK && run->json) {
		json_dumpf(status, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (outcome == API_OK) {
		print_status(status, command->options & CONFIG_OPTION_ALL, stdout);
	}
	json_decref(status);
	return run_status(outcome);
}
