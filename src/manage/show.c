/* SPDX-License-Identifier: MIT */
/*
 * Objects as show and list tell them: what was configured, what of it explicitly, how it is doing,
 * what it counted.
 */
#include "manage/field.h"
#include "manage/methods.h"
#include "manage/openl2tp.h"

void show_object(struct call *call, const struct field_view *view, const struct fields *fields, struct emit *emit)
{
	const struct param_table *table = config_tables[view->object];

	emit_open(emit, '{');
	if (fields_want(fields, FIELD_CONFIG)) {
		emit_member(emit, "config");
		emit_config(emit, table, field_config(view), fields_rows(fields, FIELD_CONFIG));
	}
	if (fields_want(fields, FIELD_EXPLICIT)) {
		emit_member(emit, "explicit");
		emit_set(emit, table, field_explicit(view));
	}
	if (fields_want(fields, FIELD_STATE)) {
		emit_member(emit, "state");
		emit_state(emit, field_table(view->object, FIELD_STATE), &view->tunnel, call->host->now(),
			   fields_rows(fields, FIELD_STATE));
	}
	if (fields_want(fields, FIELD_STATISTICS)) {
		emit_member(emit, "statistics");
		emit_state(emit, &state_statistics, field_statistics(view), 0, fields_rows(fields, FIELD_STATISTICS));
	}
	if (view->object == CONFIG_TUNNEL && view->tunnel.has_transport && fields_want(fields, FIELD_TRANSPORT)) {
		emit_member(emit, "transport");
		emit_state(emit, &state_transport, &view->tunnel.transport, 0, fields_rows(fields, FIELD_TRANSPORT));
	}
	emit_close(emit, '}');
}

static void emit_messages(struct emit *emit, const char *name, const uint64_t *by_type)
{
	emit_member(emit, name);
	emit_state(emit, &state_messages, by_type, 0, NULL);
}

void show_system(struct call *call, struct emit *emit)
{
	struct openl2tp_counters openl2tp;
	struct control_counters control;
	struct service_status status;

	service_status(call->service, &status);
	service_control_counters(call->service, &control);
	emit_string_member(emit, "version", L2TPD_VERSION);
	emit_member(emit, "config");
	emit_config(emit, config_tables[CONFIG_SYSTEM], &status.config, NULL);
	emit_member(emit, "state");
	emit_state(emit, &state_system, &status, call->host->now(), NULL);
	emit_member(emit, "statistics");
	emit_state(emit, &state_system_statistics, &status.totals, 0, NULL);
	emit_member(emit, "control");
	emit_state(emit, &state_control, &control, 0, NULL);
	emit_messages(emit, "messages_sent", control.messages_sent);
	emit_messages(emit, "messages_received", control.messages_received);
	emit_messages(emit, "messages_bad", control.messages_bad);
	openl2tp_count(call->manage, &openl2tp);
	emit_member(emit, "openl2tp");
	emit_state(emit, &state_openl2tp, &openl2tp, 0, NULL);
}
