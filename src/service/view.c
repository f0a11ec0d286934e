/* SPDX-License-Identifier: MIT */
/*
 * Tunnels and sessions as those see them who are not this room: copies, with what the datapath and the engine of the
 * control protocol know of them, and in words where there are words for it.
 */
#include <stdio.h>
#include <string.h>

#include "service/call_line.h"
#include "service/session_call.h"
#include "service/ppp_device.h"
#include "service/state.h"
#include "service/view_ppp.h"

static const char *const framings[] = { "none", "sync", "async", "any" };
static const char *const bearers[] = { "none", "digital", "analog", "any" };

static const char *const roles[] = {
	[CONTROL_CALL_LAC_INCOMING] = "LAC Incoming Call",
	[CONTROL_CALL_LNS_INCOMING] = "LNS Incoming Call",
	[CONTROL_CALL_LNS_OUTGOING] = "LNS Outgoing Call",
	[CONTROL_CALL_LAC_OUTGOING] = "LAC Outgoing Call",
};

static const char *const call_phases[] = {
	[CONTROL_CALL_WAIT_TUNNEL] = "wait for the tunnel",
	[CONTROL_CALL_WAIT_DECISION] = "wait for our decision",
	[CONTROL_CALL_WAIT_REPLY] = "wait for the peer's reply",
	[CONTROL_CALL_WAIT_CONNECT] = "wait for the peer to connect",
	[CONTROL_CALL_WAIT_BEARER] = "wait for the bearer",
	[CONTROL_CALL_ESTABLISHED] = "established",
};

/* --- tunnels --- */

static void view_peer(struct service_tunnel_view *view)
{
	const struct control_tunnel_info *peer = &view->transport;

	if (!peer->peer_host_name[0])
		return;		/* it has not said anything yet */
	view->peer_framing = framings[peer->peer_framing & 3];
	view->peer_bearer = bearers[peer->peer_bearer & 3];
	snprintf(view->peer_protocol, sizeof(view->peer_protocol), "%u.%u", peer->peer_protocol[0],
		 peer->peer_protocol[1]);
	if (peer->peer_firmware)
		snprintf(view->peer_firmware, sizeof(view->peer_firmware), "0x%04x", peer->peer_firmware);
}

static void view_managed(const struct service *service, const struct tunnel *tunnel, struct service_tunnel_view *view)
{
	const struct managed *managed = &tunnel->managed;

	view->peer_tunnel_id = managed->peer_tunnel_id;
	view->failed_attempts = managed->failures;
	if (managed->phase == MANAGED_WAITING && managed->failures)
		view->next_attempt = managed->deadline.when;
	view->opened_by = tunnel->origin == SERVICE_ORIGIN_PEER ? "peer" : "us";
	if (managed->peer_port)
		view->peer_port = managed->peer_port;
	if (service->control && control_tunnel_info(service->control, managed->control, &view->transport) == 0) {
		view->has_transport = true;
		view_peer(view);
	}
}

int service_tunnel_view(struct service *service, handle tunnel, struct service_tunnel_view *view)
{
	const struct tunnel *found = handle_get(&service->tunnel_handles, tunnel);

	if (!found)
		return -1;
	*view = (struct service_tunnel_view){
		.handle = tunnel,
		.config = found->config,
		.set = found->provenance.explicit_rows,
		.origin = found->origin,
		.state = found->state,
		.reason_since = found->reason_since,
		.created = found->created,
		.up_since = found->up_since,
		.peer = found->peer,
		.sessions = order_count(&found->sessions),
		.peer_tunnel_id = found->config.peer_tunnel_id,
		.peer_port = found->config.encap == CONFIG_ENCAP_UDP ? found->config.peer_udp_port : 0,
		.moved_by = datapath_ops(service->dp)->moved_by(service->dp, found->datapath),
	};
	memcpy(view->reason, found->reason, sizeof(view->reason));
	if (datapath_ops(service->dp)->tunnel_info(service->dp, found->datapath, &view->info) < 0)
		memset(&view->info, 0, sizeof(view->info));
	if (tunnel_is_managed(found))
		view_managed(service, found, view);
	return 0;
}

/* --- sessions --- */

static void view_reports(const struct service_call_reports *reports, struct service_session_view *view)
{
	view->reports = *reports;
	if (!reports->has_accm)
		return;
	snprintf(view->send_accm, sizeof(view->send_accm), "0x%08x", reports->accm.send);
	snprintf(view->receive_accm, sizeof(view->receive_accm), "0x%08x", reports->accm.receive);
}

static void view_call(const struct service *service, const struct session_call *call,
		      struct service_session_view *view)
{
	struct control_call_info info;

	view->peer_session_id = call->phase == CALL_UP ? call->peer_session_id : 0;
	view->serial_number = call->serial_number;
	view->failed_attempts = call->failures;
	if (call->phase == CALL_WAITING && call->deadline.place)
		view->next_attempt = call->deadline.when;
	if (call->phase != CALL_WAITING)
		view->role = roles[call->role];
	if (control_call_info(service->control, call->control, &info) == 0)
		view->call_phase = call_phases[info.state];
	if (call_line_reports(call))
		view_reports(call_line_reports(call), view);
}

int service_session_view(struct service *service, handle session, struct service_session_view *view)
{
	const struct session *found = handle_get(&service->session_handles, session);

	if (!found)
		return -1;
	*view = (struct service_session_view){
		.handle = session,
		.tunnel = found->tunnel->handle,
		.set = session_provenance(found)->explicit_rows,
		.origin = found->origin,
		.state = found->state,
		.created = found->created,
		.up_since = found->up_since,
		.peer_session_id = found->peer_session_id,
		.moved_by = datapath_ops(service->dp)->moved_by(service->dp, found->tunnel->datapath),
	};
	if (datapath_ops(service->dp)->session_info(service->dp, found->datapath, &view->info) < 0) {
		memset(&view->info, 0, sizeof(view->info));
		snprintf(view->info.ifname, sizeof(view->info.ifname), "%s", session_ifname(found));
	}
	if (view->info.moved_by)
		view->moved_by = view->info.moved_by;
	session_compose(found, &view->config);
	if (found->device_gone)
		view->info.carrier = false;
	state_session_reason(found, view->reason, sizeof(view->reason));
	if (view->info.is_elsewhere && !view->reason[0])
		session_elsewhere_reason(found, &view->config, view->reason, sizeof(view->reason));
	if (found->call)
		view_call(service, found->call, view);
	if (found->ppp && found->ppp->device)
		snprintf(view->info.ifname, sizeof(view->info.ifname), "%s", ppp_device_name(found->ppp));
	if (found->ppp)
		view_ppp(service, found->ppp, &view->ppp);
	return 0;
}
