/* SPDX-License-Identifier: MIT */
/*
 * The text of a scrape.  First all objects are summed up, then come the daemon's own metrics, those of pools and RADIUS
 * servers (metrics_kept.c), then for
 * each metric of tunnels (and sessions) a line of every tunnel: the format wants the lines of one
 * metric together.
 */
#include "manage/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manage/hooks.h"
#include "manage/metrics_text.h"
#include "manage/openl2tp.h"
#include "manage/server.h"

#define SCAN_MAX 1024			/* objects looked at in one step */
#define STEP_OCTETS (16u << 10)		/* about so much text in one step */

enum phase { SUM_TUNNELS, SUM_SESSIONS, DAEMON, KEPT, TUNNELS, SESSIONS, COMPLETE };

struct metrics {
	struct manage *manage;
	struct service_status status;
	struct control_counters control;
	enum phase phase;
	unsigned int family;			/* of the phase */
	uint32_t series;			/* of the family, so far */
	uint64_t after_tunnel_id, after_session_id;
	handle tunnel;				/* whose sessions are next */
	char tunnel_label[4 * CONFIG_NAME_MAX];	/* its name as a label's value */
	uint64_t sums[METRICS_SUMS_MAX];
	uint64_t scrapes_before;		/* that were summed up when this one began */
	struct field_view view;
};

struct metrics *metrics_begin(struct manage *manage)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics)
		return NULL;
	metrics->manage = manage;
	metrics->scrapes_before = manage->metrics_memory.scrapes;
	service_status(manage->service, &metrics->status);
	service_control_counters(manage->service, &metrics->control);
	return metrics;
}

void metrics_end(struct metrics *metrics)
{
	free(metrics);
}

/* --- the daemon --- */

static const char *const *state_words(const struct state_table *table)
{
	for (unsigned int i = 0; i < table->count; i++)
		if (table->rows[i].type == STATE_WORD && strcmp(table->rows[i].name, "state") == 0)
			return table->rows[i].words;
	abort();	/* a defect of the table */
}

static void put_states(struct emit *text, const char *name, const char *help, const struct state_table *table,
		       const uint32_t *counts)
{
	const char *const *words = state_words(table);
	char labels[64];

	metrics_family(text, name, "gauge", help);
	for (int i = 0; words[i]; i++) {
		snprintf(labels, sizeof(labels), "{state=\"%s\"}", words[i]);
		metrics_sample(text, name, labels, counts[i]);
	}
}

/* Every counter of a table. */
static void put_counters(struct emit *text, const char *prefix, const struct state_table *table, const void *base)
{
	char name[METRICS_NAME_MAX];

	for (unsigned int i = 0; i < table->count; i++) {
		const struct state_row *row = &table->rows[i];

		if (row->type != STATE_U64)
			continue;
		snprintf(name, sizeof(name), "%s%s_total", prefix, row->name);
		metrics_single(text, name, "counter", row->help, *(const uint64_t *)((const char *)base + row->offset));
	}
}

/* Those of the control protocol have its name. */
static void put_control(struct emit *text, const struct control_counters *counters)
{
	char name[METRICS_NAME_MAX];

	for (unsigned int i = 0; i < state_control.count; i++) {
		const struct state_row *row = &state_control.rows[i];
		const char *member = (const char *)counters + row->offset;
		bool gauge = row->type == STATE_U32;

		snprintf(name, sizeof(name), "control_%s%s", row->name, gauge ? "" : "_total");
		metrics_single(text, name, gauge ? "gauge" : "counter", row->help,
			   gauge ? *(const uint32_t *)(const void *)member : *(const uint64_t *)(const void *)member);
	}
}

/* Control messages by type. */
static void put_messages(struct emit *text, const char *name, const char *help, const uint64_t *by_type)
{
	char labels[64];

	metrics_family(text, name, "counter", help);
	for (unsigned int type = 0; type < MESSAGE_TYPE_COUNT; type++) {
		if (!message_name(type))
			continue;
		snprintf(labels, sizeof(labels), "{type=\"%s\"}", message_name(type));
		metrics_sample(text, name, labels, by_type[type]);
	}
}

static void put_histogram(struct emit *text, const char *name, const char *help, const struct service_setup *setup)
{
	char series[METRICS_NAME_MAX], labels[64];
	uint64_t sum = 0;

	metrics_family(text, name, "histogram", help);
	snprintf(series, sizeof(series), "%s_bucket", name);
	for (int i = 0; i < SERVICE_SETUP_BUCKETS; i++) {
		sum += setup->buckets[i];
		snprintf(labels, sizeof(labels), "{le=\"%g\"}", service_setup_bounds_ms[i] / 1000.0);
		metrics_sample(text, series, labels, sum);
	}
	metrics_sample(text, series, "{le=\"+Inf\"}", setup->count);
	snprintf(labels, sizeof(labels), METRICS_PREFIX "%s_sum %.3f\n", name, (double)setup->sum_ms / 1000.0);
	emit_raw(text, labels);
	snprintf(series, sizeof(series), "%s_count", name);
	metrics_sample(text, series, "", setup->count);
}

/* Sums as counters, which never fall.  Those of a scrape that another one overtook are older than the last ones,
 * and less says nothing then. */
static void put_sums(struct metrics *metrics, struct emit *text)
{
	struct metrics_memory *memory = &metrics->manage->metrics_memory;
	bool overtaken = memory->scrapes != metrics->scrapes_before;
	char name[METRICS_NAME_MAX];

	memory->scrapes++;
	for (unsigned int i = 0; i < state_statistics.count; i++) {
		if (overtaken && metrics->sums[i] < memory->last[i])
			metrics->sums[i] = memory->last[i];
		if (metrics->sums[i] < memory->last[i])
			memory->lost[i] += memory->last[i] - metrics->sums[i];
		memory->last[i] = metrics->sums[i];
		snprintf(name, sizeof(name), "%s_total", state_statistics.rows[i].name);
		metrics_single(text, name, "counter", state_statistics.rows[i].help,
			       metrics->sums[i] + memory->lost[i]);
	}
}

static void put_api(struct metrics *metrics, struct emit *text)
{
	const struct manage_counters *counters = &metrics->manage->counters;

	metrics_single(text, "api_clients", "gauge", "clients of the API", metrics->manage->count);
	metrics_single(text, "api_clients_total", "counter", "clients there have been", counters->clients);
	metrics_single(text, "api_calls_total", "counter", "calls of the API", counters->calls);
	metrics_single(text, "api_cut_off_total", "counter", "clients that were cut off", counters->cut_off);
	metrics_single(text, "api_refused_total", "counter", "clients that were refused when they came",
		       counters->refused);
}

static void put_hooks(struct metrics *metrics, struct emit *text)
{
	const struct hooks_counters *counters = hooks_counters(metrics->manage->hooks);

	metrics_single(text, "hooks_run_total", "counter", "hook programs that were run", counters->run);
	metrics_single(text, "hooks_failed_total", "counter", "of these, or could not be run", counters->failed);
	metrics_single(text, "hooks_out_of_time_total", "counter", "that were ended at hook_timeout",
		   counters->out_of_time);
	metrics_single(text, "hooks_lost_total", "counter", "events whose programs were not run: too many waited",
		   counters->lost);
}

static bool truncated(const struct metrics *metrics)
{
	const struct service_status *status = &metrics->status;

	return (status->config.metrics_detail >= CONFIG_METRICS_TUNNELS && status->tunnels > METRICS_TUNNELS_MAX) ||
	       (status->config.metrics_detail >= CONFIG_METRICS_SESSIONS && status->sessions > METRICS_SESSIONS_MAX);
}

static void put_daemon(struct metrics *metrics, struct emit *text)
{
	const struct service_status *status = &metrics->status;
	uint64_t now = metrics->manage->host.now();
	struct openl2tp_counters as_openl2tp;
	char labels[128];

	metrics_family(text, "info", "gauge", "what is running: always 1");
	snprintf(labels, sizeof(labels), "{version=\"%s\",datapath=\"%s\"}", L2TPD_VERSION, status->datapath);
	metrics_sample(text, "info", labels, 1);
	metrics_single(text, "uptime_seconds", "gauge", "how long the daemon has been running",
		   (now > status->started ? now - status->started : 0) / 1000);
	put_states(text, "tunnels", "tunnels that exist", &state_tunnel, status->tunnels_in);
	put_states(text, "sessions", "sessions that exist", &state_session, status->sessions_in);
	put_histogram(text, "tunnel_setup_seconds", "from created to up for the first time", &status->tunnel_setup);
	put_histogram(text, "session_setup_seconds", "from created to up for the first time", &status->session_setup);
	put_sums(metrics, text);
	put_counters(text, "", &state_system, status);
	put_counters(text, "", &state_system_statistics, &status->totals);
	openl2tp_count(metrics->manage, &as_openl2tp);
	put_counters(text, "openl2tp_", &state_openl2tp, &as_openl2tp);
	put_control(text, &metrics->control);
	put_messages(text, "control_messages_sent_total", "control messages sent", metrics->control.messages_sent);
	put_messages(text, "control_messages_received_total", "control messages received",
		     metrics->control.messages_received);
	put_messages(text, "control_messages_bad_total", "control messages received that cannot be used",
		     metrics->control.messages_bad);
	metrics_single(text, "events_total", "counter", "events there have been", status->last_event);
	put_api(metrics, text);
	put_hooks(metrics, text);
	metrics_single(text, "log_dropped_total", "counter", "lines that were not logged: they came too fast",
		   log_limited_dropped());
	metrics_single(text, "metrics_truncated", "gauge",
		       "1: there are more tunnels or sessions than have series here",
		   truncated(metrics));
}

/* --- objects --- */

/* A tunnel's counters of these rows are its sessions' together, also of those that are gone. */
static bool tunnel_has_sum(const struct state_row *row)
{
	static const size_t offsets[] = {
		offsetof(struct datapath_stats, tx_packets), offsetof(struct datapath_stats, tx_bytes),
		offsetof(struct datapath_stats, tx_errors), offsetof(struct datapath_stats, rx_packets),
		offsetof(struct datapath_stats, rx_bytes),
	};

	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		if (row->offset == offsets[i])
			return true;
	return false;
}

static void add_to_sums(struct metrics *metrics)
{
	bool is_tunnel = metrics->view.object == CONFIG_TUNNEL;
	const char *base = (const char *)field_statistics(&metrics->view);

	for (unsigned int i = 0; i < state_statistics.count; i++) {
		const struct state_row *row = &state_statistics.rows[i];

		if (is_tunnel || !tunnel_has_sum(row))
			metrics->sums[i] += *(const uint64_t *)(base + row->offset);
	}
}

/* Go to the next tunnel. False: there is no other. */
static bool next_tunnel(struct metrics *metrics)
{
	struct service *service = metrics->manage->service;

	metrics->view.object = CONFIG_TUNNEL;
	metrics->after_session_id = 0;
	if (!service_next_tunnel(service, &metrics->after_tunnel_id, &metrics->tunnel) ||
	    service_tunnel_view(service, metrics->tunnel, &metrics->view.tunnel) < 0)
		return false;
	metrics_label(metrics->view.tunnel.config.tunnel_name, metrics->tunnel_label);
	return true;
}

/* Go to the next session, of any tunnel. False: there is no other. */
static bool next_session(struct metrics *metrics)
{
	struct service *service = metrics->manage->service;
	handle session;

	while (!metrics->tunnel ||
	       !service_next_session(service, metrics->tunnel, &metrics->after_session_id, &session))
		if (!next_tunnel(metrics))
			return false;
	metrics->view.object = CONFIG_SESSION;
	return service_session_view(service, session, &metrics->view.session) == 0;
}

static void go_to_start(struct metrics *metrics)
{
	metrics->after_tunnel_id = metrics->after_session_id = 0;
	metrics->tunnel = HANDLE_NONE;
	metrics->series = 0;
}

static void begin_phase(struct metrics *metrics, enum phase phase)
{
	metrics->phase = phase;
	metrics->family = 0;
	go_to_start(metrics);
}

static void sum_up(struct metrics *metrics, bool (*next)(struct metrics *metrics), enum phase behind)
{
	for (int i = 0; i < SCAN_MAX; i++) {
		if (!next(metrics)) {
			begin_phase(metrics, behind);
			return;
		}
		add_to_sums(metrics);
	}
}

static void put_series(struct metrics *metrics, struct emit *text, const char *name, uint64_t value)
{
	char label[4 * CONFIG_NAME_MAX], labels[8 * CONFIG_NAME_MAX + 64];
	const struct session_config *session = &metrics->view.session.config;

	if (metrics->view.object == CONFIG_TUNNEL)
		snprintf(labels, sizeof(labels), "{tunnel=\"%s\"}", metrics->tunnel_label);
	else
		snprintf(labels, sizeof(labels), "{tunnel=\"%s\",session_id=\"%" PRIu32 "\",session=\"%s\"}",
			 metrics->tunnel_label, session->session_id, metrics_label(session->session_name, label));
	metrics_sample(text, name, labels, value);
}

/* The metrics of an object: each counter, of a tunnel those of its control messages, whether it is up, and of a tunnel
 * its sessions. */
struct family {
	char name[METRICS_NAME_MAX];
	const char *type, *help;
	const struct state_row *row;
	uint64_t (*value)(const struct metrics *metrics, const struct family *family);
};

static uint64_t value_of_row(const struct metrics *metrics, const struct family *family)
{
	const char *base = (const char *)field_statistics(&metrics->view);

	return *(const uint64_t *)(base + family->row->offset);
}

static uint64_t value_of_transport(const struct metrics *metrics, const struct family *family)
{
	return *(const uint64_t *)((const char *)&metrics->view.tunnel.transport + family->row->offset);
}

static uint64_t value_of_up(const struct metrics *metrics, const struct family *family)
{
	return metrics->view.object == CONFIG_TUNNEL ? metrics->view.tunnel.state == SERVICE_TUNNEL_UP :
	       metrics->view.session.state == SERVICE_SESSION_UP;
}

static uint64_t value_of_sessions(const struct metrics *metrics, const struct family *family)
{
	return metrics->view.tunnel.sessions;
}

/* The counters of a tunnel's control messages, which come behind those of its packets. False: number is behind them. */
static bool find_transport(unsigned int *number, struct family *family)
{
	for (unsigned int i = 0; i < state_transport.count; i++) {
		const struct state_row *row = &state_transport.rows[i];

		if (row->type != STATE_U64 || (*number)--)
			continue;
		snprintf(family->name, sizeof(family->name), "tunnel_control_%s_total", row->name);
		family->type = "counter";
		family->help = row->help;
		family->row = row;
		family->value = value_of_transport;
		return true;
	}
	return false;
}

/* False: there are no more. */
static bool find_family(const struct metrics *metrics, struct family *family)
{
	const char *object = metrics->phase == TUNNELS ? "tunnel" : "session";
	unsigned int number = metrics->family;

	if (number < state_statistics.count) {
		snprintf(family->name, sizeof(family->name), "%s_%s_total", object,
			 state_statistics.rows[number].name);
		family->type = "counter";
		family->help = state_statistics.rows[number].help;
		family->row = &state_statistics.rows[number];
		family->value = value_of_row;
		return true;
	}
	number -= state_statistics.count;
	if (metrics->phase == TUNNELS && find_transport(&number, family))
		return true;
	family->type = "gauge";
	if (number == 0) {
		snprintf(family->name, sizeof(family->name), "%s_up", object);
		family->help = "1: packets can pass";
		family->value = value_of_up;
		return true;
	}
	snprintf(family->name, sizeof(family->name), "%s_sessions", object);
	family->help = "sessions in this tunnel";
	family->value = value_of_sessions;
	return number == 1 && metrics->phase == TUNNELS;
}

static void put_objects(struct metrics *metrics, struct emit *text)
{
	bool tunnels = metrics->phase == TUNNELS;
	uint32_t most = tunnels ? METRICS_TUNNELS_MAX : METRICS_SESSIONS_MAX;
	size_t begin = text->length;
	struct family family;

	if (!find_family(metrics, &family)) {
		begin_phase(metrics, tunnels && metrics->status.config.metrics_detail >= CONFIG_METRICS_SESSIONS ?
			    SESSIONS : COMPLETE);
		return;
	}
	if (!metrics->series)
		metrics_family(text, family.name, family.type, family.help);
	while (text->length - begin < STEP_OCTETS) {
		if (metrics->series == most || !(tunnels ? next_tunnel : next_session)(metrics)) {
			metrics->family++;
			go_to_start(metrics);
			return;
		}
		metrics->series++;
		if (family.value == value_of_transport && !metrics->view.tunnel.has_transport)
			continue;
		put_series(metrics, text, family.name, family.value(metrics, &family));
	}
}

bool metrics_next(struct metrics *metrics, struct emit *text)
{
	switch (metrics->phase) {
	case SUM_TUNNELS:
		sum_up(metrics, next_tunnel, SUM_SESSIONS);
		return true;
	case SUM_SESSIONS:
		sum_up(metrics, next_session, DAEMON);
		return true;
	case DAEMON:
		put_daemon(metrics, text);
		begin_phase(metrics, KEPT);
		return true;
	case KEPT:
		if (metrics_kept(text, metrics->manage->service, metrics->family++))
			return true;
		begin_phase(metrics, metrics->status.config.metrics_detail >= CONFIG_METRICS_TUNNELS ?
			    TUNNELS : COMPLETE);
		return true;
	case TUNNELS:
	case SESSIONS:
		put_objects(metrics, text);
		return true;
	case COMPLETE:
	default:
		return false;
	}
}
