/* SPDX-License-Identifier: MIT */
/*
 * How a tunnel with a control protocol lives.
 *
 *	none ---- managed_start() ----> waiting (its time is now)
 *	waiting -- the time comes ----> opening -- the peer agrees --> up
 *	opening, up -- it is lost ----> waiting, when it is to persist; else the tunnel is deleted
 *	up ----- unused for long -----> idle, when it is to persist, until a session wants it; else deleted
 *
 * An id that nobody gave is chosen anew for each attempt: a peer takes a request that names the same id again for a
 * repetition of the one before.  A peer's tunnel begins as up, and is deleted when it is lost.
 */
#include "service/managed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/session_call.h"
#include "service/listen.h"
#include "service/settings.h"
#include "service/state.h"
#include "service/trace.h"

#define RETRY_FIRST_MS 1000		/* after a tunnel was lost; twice that after the next failure, ... */

#define STEADY_MS 60000			/* one that was up for so long did not fail, but was lost */

/* of StopCCN: RFC 2661 section 4.4.2 */
#define RESULT_CLEARED 1
#define RESULT_ERROR 2
#define RESULT_NOT_AUTHORISED 4
#define ERROR_CODE_RESOURCES 4

int managed_reserve(struct service *service, size_t tunnels)
{
	return deadline_reserve(&service->managed_deadlines, tunnels);
}

static void set_phase(struct service *service, struct tunnel *tunnel, enum managed_phase phase)
{
	deadline_cancel(&service->managed_deadlines, &tunnel->managed.deadline);
	tunnel->managed.phase = phase;
}

static void wait_until(struct service *service, struct tunnel *tunnel, uint64_t when)
{
	set_phase(service, tunnel, MANAGED_WAITING);
	deadline_set(&service->managed_deadlines, &tunnel->managed.deadline, when);
}

void managed_start(struct service *service, struct tunnel *tunnel)
{
	if (service->control && !service->is_stopping && tunnel_is_managed(tunnel) &&
	    tunnel->managed.phase == MANAGED_NONE && tunnel->origin != SERVICE_ORIGIN_PEER)
		wait_until(service, tunnel, service->now);
}

/* --- it is lost --- */

uint64_t managed_back_off(struct service *service, uint32_t failures, uint32_t most_s)
{
	uint64_t most_ms = (uint64_t)most_s * 1000, delay_ms = RETRY_FIRST_MS;

	for (uint32_t i = 0; i < failures && delay_ms < most_ms; i++)
		delay_ms *= 2;
	if (delay_ms > most_ms)
		delay_ms = most_ms;
	return delay_ms * 3 / 4 + service_random(service) % (delay_ms / 2 + 1);
}

static void delete_tunnel(struct service *service, struct tunnel *tunnel, const char *reason)
{
	const char *before = service->cause;

	service->cause = reason;
	tunnel_detach(service, tunnel);
	tunnel_free(service, tunnel);
	service->cause = before;
}

static bool comes_back(const struct tunnel *tunnel)
{
	return tunnel->config.persist && tunnel->origin != SERVICE_ORIGIN_PEER;
}

/* The engine has forgotten it, or never knew it. */
static void lost(struct service *service, struct tunnel *tunnel, const char *reason)
{
	struct managed *managed = &tunnel->managed;

	if (tunnel->up_since && service->now - tunnel->up_since >= STEADY_MS)
		managed->failures = 0;
	if (managed->control != HANDLE_NONE)	/* the peer's StopCCN is to be acknowledged, or ours repeated */
		listen_linger(service, tunnel);
	managed->control = HANDLE_NONE;
	managed->peer_tunnel_id = 0;
	names_hold_tunnel_id(service, tunnel, true);
	session_call_tunnel_down(service, tunnel);
	if (!comes_back(tunnel)) {
		delete_tunnel(service, tunnel, reason);
		return;
	}
	tunnel_set_reason(service, tunnel, reason);
	wait_until(service, tunnel,
		   service->now + managed_back_off(service, managed->failures++,
						   service->system.tunnel_persist_pend_timeout));
	state_tunnel_update(service, tunnel);
}

static void failed(struct service *service, struct tunnel *tunnel, const char *reason)
{
	history_add(service, SERVICE_FAILURE_PROTOCOL, tunnel, NULL, reason);
	if (!comes_back(tunnel))
		log_limited_about(&service->reasons, service->now, LOG_LEVEL_WARNING, ABOUT_TUNNEL(tunnel),
				  "tunnel %s: %s", tunnel->config.tunnel_name, reason);
	lost(service, tunnel, reason);
}

void managed_down(struct service *service, struct tunnel *tunnel, const char *reason, bool by_peer)
{
	char copy[ERROR_TEXT_MAX];

	snprintf(copy, sizeof(copy), "%s", reason);
	if (by_peer && tunnel->origin == SERVICE_ORIGIN_PEER)	/* it goes as it came */
		lost(service, tunnel, copy);
	else
		failed(service, tunnel, copy);
}

static void close_control(struct service *service, struct tunnel *tunnel, uint16_t result, uint16_t code,
			  const char *text)
{
	struct managed *managed = &tunnel->managed;

	if (managed->control == HANDLE_NONE)
		return;
	listen_linger(service, tunnel);
	control_close(service->control, managed->control, result, code, text, service->now);
	managed->control = HANDLE_NONE;
	managed->peer_tunnel_id = 0;
	names_hold_tunnel_id(service, tunnel, true);
}

void managed_stop(struct service *service, struct tunnel *tunnel)
{
	close_control(service, tunnel, RESULT_CLEARED, 0, service->cause);
}

void managed_forget(struct service *service, struct tunnel *tunnel)
{
	struct managed *managed = &tunnel->managed;

	if (managed->control != HANDLE_NONE)
		control_close(service->control, managed->control, RESULT_CLEARED, 0, service->cause, service->now);
	set_phase(service, tunnel, MANAGED_NONE);
	/* what a reload puts back is the same as before, but opened anew */
	*managed = (struct managed){
		.port = managed->port, .on_demand = managed->on_demand, .was_open = managed->was_open,
		.peer_host_name = managed->peer_host_name,
	};
}

/* --- opening --- */

static void path_of(struct service *service, const struct tunnel *tunnel, struct control_path *path)
{
	struct datapath_tunnel_info info = { 0 };

	datapath_ops(service->dp)->tunnel_info(service->dp, tunnel->datapath, &info);
	*path = (struct control_path){
		.port = info.port,
		.local = info.local,
		.peer = { .address = tunnel->peer, .port = tunnel->config.peer_udp_port },
	};
}

void *managed_owner(const struct tunnel *tunnel)
{
	return (void *)(uintptr_t)tunnel->handle;
}

static bool id_is_given(const struct tunnel *tunnel)
{
	return param_set_has(&tunnel->provenance.explicit_rows, ROW_TUNNEL_ID);
}

static void open_tunnel(struct service *service, struct tunnel *tunnel)
{
	struct managed *managed = &tunnel->managed;
	struct control_tunnel_settings settings;
	struct control_path path;
	struct error error;

	managed->peer_port = 0;
	if ((managed->failures || managed->was_open) && !id_is_given(tunnel) &&
	    tunnel_renew_id(service, tunnel, &error) < 0) {
		failed(service, tunnel, error.text);
		return;
	}
	managed->was_open = true;
	names_hold_tunnel_id(service, tunnel, false);
	settings_tunnel(service, &tunnel->config, &settings);
	path_of(service, tunnel, &path);
	if (control_open(service->control, &path, (uint16_t)tunnel->config.tunnel_id, &settings, managed_owner(tunnel),
			 &managed->control, service->now, &error) < 0) {
		failed(service, tunnel, error.text);
		return;
	}
	set_phase(service, tunnel, MANAGED_OPENING);
	state_tunnel_update(service, tunnel);
}

/* Not now: whoever refuses looks at more than this one. */
void managed_refused(struct service *service, struct tunnel *tunnel)
{
	if (tunnel->origin == SERVICE_ORIGIN_PEER)
		deadline_set(&service->managed_deadlines, &tunnel->managed.deadline, service->now);
}

/* After a failure another of its addresses may do better; each attempt asks for them anew. */
static void attempt(struct service *service, struct tunnel *tunnel)
{
	struct managed *managed = &tunnel->managed;

	if (managed->was_open && !managed->asks && resolve_again_for(service, tunnel, managed->failures)) {
		managed->asks = true;
		set_phase(service, tunnel, MANAGED_NONE);	/* the answer starts it */
		state_tunnel_update(service, tunnel);
		return;
	}
	managed->asks = false;
	open_tunnel(service, tunnel);
}

/* --- up --- */

void managed_learn_name(struct tunnel *tunnel, const struct control_tunnel_info *info)
{
	free(tunnel->managed.peer_host_name);
	tunnel->managed.peer_host_name = info->peer_host_name[0] ? strdup(info->peer_host_name) : NULL;
}

static int tell_datapath(struct service *service, struct tunnel *tunnel, const struct endpoint *peer,
			 struct error *error)
{
	struct control_tunnel_info info;

	if (control_tunnel_info(service->control, tunnel->managed.control, &info) < 0)
		return error_set(error, ERROR_UNKNOWN, NULL, "it is gone");
	tunnel->managed.peer_tunnel_id = info.peer_tunnel_id;
	tunnel->managed.peer_port = peer->port;
	managed_learn_name(tunnel, &info);
	return tunnel_tell_peer(service, tunnel, error);
}

void managed_up(struct service *service, struct tunnel *tunnel, const struct control_event *event)
{
	struct error error;

	if (tell_datapath(service, tunnel, &event->path.peer, &error) < 0) {	/* its sessions would be nobody's */
		close_control(service, tunnel, RESULT_ERROR, ERROR_CODE_RESOURCES, "it cannot be set up here");
		failed(service, tunnel, error.text);
		return;
	}
	set_phase(service, tunnel, MANAGED_UP);
	tunnel_set_reason(service, tunnel, "");
	state_tunnel_update(service, tunnel);
	session_call_tunnel_up(service, tunnel);
}

void managed_changed(struct service *service, struct tunnel *tunnel)
{
	struct control_tunnel_settings settings;

	if (tunnel->managed.control == HANDLE_NONE)
		return;
	settings_tunnel(service, &tunnel->config, &settings);
	control_change(service->control, tunnel->managed.control, &settings, service->now);
	if (tunnel->managed.phase == MANAGED_UP && !order_count(&tunnel->sessions) && tunnel->managed.was_used)
		managed_unwanted(service, tunnel);
}

/* Nothing was heard on the control channel; where data arrives the peer is alive. */
void managed_quiet(struct service *service, struct tunnel *tunnel)
{
	struct managed *managed = &tunnel->managed;
	struct datapath_tunnel_info info = { 0 };

	datapath_ops(service->dp)->tunnel_info(service->dp, tunnel->datapath, &info);
	if (info.stats.rx_packets != managed->received)
		control_heard(service->control, managed->control, service->now);
	else
		control_hello(service->control, managed->control, service->now);
	managed->received = info.stats.rx_packets;
}

/* --- used and unused --- */

void managed_wanted(struct service *service, struct tunnel *tunnel)
{
	struct managed *managed = &tunnel->managed;

	managed->was_used = true;
	if (managed->phase != MANAGED_WAITING)
		deadline_cancel(&service->managed_deadlines, &managed->deadline);
	if (managed->phase != MANAGED_IDLE)
		return;
	wait_until(service, tunnel, service->now);
	tunnel_set_reason(service, tunnel, "");
	state_tunnel_update(service, tunnel);
}

void managed_unwanted(struct service *service, struct tunnel *tunnel)
{
	struct managed *managed = &tunnel->managed;

	if (managed->phase == MANAGED_WAITING && managed->on_demand) {	/* instead of the attempt */
		wait_until(service, tunnel, service->now);
		return;
	}
	if (managed->phase != MANAGED_UP && !managed->on_demand)
		return;
	if (!tunnel->config.idle_timeout && !managed->on_demand)
		deadline_cancel(&service->managed_deadlines, &managed->deadline);
	else
		deadline_set(&service->managed_deadlines, &managed->deadline,
			     service->now + (uint64_t)tunnel->config.idle_timeout * 1000);
}

static void idle_for_long(struct service *service, struct tunnel *tunnel)
{
	char reason[ERROR_TEXT_MAX];

	if (tunnel->config.idle_timeout)
		snprintf(reason, sizeof(reason), "it had no session for idle_timeout, which is %u s",
			 tunnel->config.idle_timeout);
	else
		snprintf(reason, sizeof(reason), "its last session is gone");
	if (tunnel->managed.on_demand || !tunnel->config.persist || tunnel->origin == SERVICE_ORIGIN_PEER) {
		delete_tunnel(service, tunnel, reason);
		return;
	}
	close_control(service, tunnel, RESULT_CLEARED, 0, reason);
	set_phase(service, tunnel, MANAGED_IDLE);
	tunnel->managed.failures = 0;
	tunnel_set_reason(service, tunnel, reason);
	state_tunnel_update(service, tunnel);
}

static void refused(struct service *service, struct tunnel *tunnel)
{
	char reason[ERROR_TEXT_MAX];

	snprintf(reason, sizeof(reason), "%s", tunnel->reason);
	close_control(service, tunnel, RESULT_NOT_AUTHORISED, 0, reason);
	delete_tunnel(service, tunnel, reason);
}

static bool is_left(const struct tunnel *tunnel)
{
	return tunnel->managed.on_demand && !order_count(&tunnel->sessions);
}

void managed_expire(struct service *service)
{
	struct deadline *first;

	while ((first = deadline_first(&service->managed_deadlines)) && first->when <= service->now) {
		struct tunnel *tunnel = container_of(first, struct tunnel, managed.deadline);

		deadline_cancel(&service->managed_deadlines, first);
		if (tunnel->authorization == AUTHORIZATION_REFUSED)
			refused(service, tunnel);
		else if (tunnel->managed.phase == MANAGED_UP || is_left(tunnel))
			idle_for_long(service, tunnel);
		else if (tunnel->managed.phase == MANAGED_WAITING)
			attempt(service, tunnel);
	}
}
