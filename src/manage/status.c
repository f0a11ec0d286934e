/* SPDX-License-Identifier: MIT */
/*
 * Status: how all of it is doing, and what failed last; the tunnels and sessions themselves are listed.
 */
#include "manage/methods.h"
#include "service/event.h"

static void emit_failure(struct emit *emit, const struct service_failure *failure, uint64_t now)
{
	char peer[ADDRESS_TEXT_MAX];

	emit_open(emit, '{');
	emit_unsigned_member(emit, "age", now > failure->when ? (now - failure->when) / 1000 : 0);
	emit_string_member(emit, "kind", service_failure_name(failure->class));
	if (failure->tunnel_id)
		emit_unsigned_member(emit, "tunnel_id", failure->tunnel_id);
	if (failure->tunnel_name[0])
		emit_string_member(emit, "tunnel_name", failure->tunnel_name);
	if (failure->session_id)
		emit_unsigned_member(emit, "session_id", failure->session_id);
	if (failure->session_name[0])
		emit_string_member(emit, "session_name", failure->session_name);
	if (failure->peer.family)
		emit_string_member(emit, "peer", address_format(&failure->peer, peer, sizeof(peer)));
	emit_string_member(emit, "reason", failure->reason);
	emit_close(emit, '}');
}

static enum call_step status_step(struct call *call, struct emit *result, json_t **error)
{
	struct service_failure failures[SERVICE_FAILURES_MAX];
	unsigned int count = service_failures(call->service, failures, SERVICE_FAILURES_MAX);
	uint64_t now = call->host->now();
	struct service_status status;

	service_status(call->service, &status);
	emit_string_member(result, "version", L2TPD_VERSION);
	emit_member(result, "state");
	emit_state(result, &state_system, &status, now, NULL);
	emit_open_member(result, "failures", '[');
	for (unsigned int i = 0; i < count; i++)
		emit_failure(result, &failures[i], now);
	emit_close(result, ']');
	return CALL_LAST;
}

static const char types[] =
	"# Something that failed, so many seconds ago: resolve (a peer's name), unreachable (a peer), device, carrier,\n"
	"# authorizer, limit or configuration.\n"
	"type Failure (\n  age: int,\n  kind: string,\n  tunnel_id: ?int,\n  tunnel_name: ?string,\n"
	"  session_id: ?int,\n  session_name: ?string,\n  peer: ?string,\n  reason: string\n)\n";

static const struct method methods[] = {
	{ "Status", ROLE_READ, "()", "(version: string, state: SystemState, failures: []Failure)",
	  "Tell how the daemon is doing, and what failed last, the newest first.",
	  CONFIG_SYSTEM, CONFIG_STATUS, .step = status_step },
	{ .name = NULL },
};

const struct method_table methods_status = { .types = types, .methods = methods };
