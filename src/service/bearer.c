/* SPDX-License-Identifier: MIT */
/*
 * Calls that wait for somebody to open their bearer are in a queue, with the others that are being opened nowhere: the
 * answer names the session.
 */
#include "service/bearer.h"

#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "service/session_call.h"

/* of CDN: RFC 2661 section 4.4.2 */
#define CDN_NO_FACILITIES 4
#define CDN_INVALID_DESTINATION 6
#define CDN_NO_CARRIER 7
#define CDN_TIMED_OUT 10

void bearer_want(struct service *service, struct session_call *call)
{
	call->phase = CALL_BEARER;
	call->bearer_queued = true;
	DL_APPEND2(service->bearers, call, bearer_prev, bearer_next);
}

void bearer_forget(struct service *service, struct session_call *call)
{
	if (call->bearer_queued)
		DL_DELETE2(service->bearers, call, bearer_prev, bearer_next);
	call->bearer_queued = false;
}

bool service_next_bearer(struct service *service, struct service_bearer *bearer)
{
	struct session_call *call = service->bearers;
	struct session_config config;
	const struct session *session;

	if (!call)
		return false;
	bearer_forget(service, call);
	session = call->session;
	session_compose(session, &config);
	*bearer = (struct service_bearer){
		.session = session->handle,
		.tunnel_id = session->tunnel->config.tunnel_id,
		.session_id = session_id(session),
		.peer = session->tunnel->peer,
		.bearer_type = config.bearer_type,
		.framing_type = config.framing_type,
		.minimum_bps = config.minimum_bps,
		.maximum_bps = config.maximum_bps,
	};
	memcpy(bearer->tunnel_name, session->tunnel->config.tunnel_name, sizeof(bearer->tunnel_name));
	memcpy(bearer->called_number, config.called_number, sizeof(bearer->called_number));
	memcpy(bearer->sub_address, config.sub_address, sizeof(bearer->sub_address));
	return true;
}

/* An authorizer that has accepted the call has said enough. */
static void absent(struct service *service, struct session *session)
{
	if (session->authorization != AUTHORIZATION_ACCEPTED) {
		session_call_give_up(service, session, CDN_NO_FACILITIES, "nobody opens bearers here");
		return;
	}
	if (session_call_accept(service, session))
		session_call_connect(service, session);
}

void service_bearer(struct service *service, handle answered, enum service_bearer_outcome outcome, int cdn,
		    const char *reason, uint64_t now)
{
	struct session *session = handle_get(&service->session_handles, answered);

	service_start(service, now);
	if (!session || !session->call || session->call->role != CONTROL_CALL_LAC_OUTGOING)
		return;
	switch (outcome) {
	case SERVICE_BEARER_ABSENT:
		absent(service, session);
		break;
	case SERVICE_BEARER_BEGUN:
		session_call_accept(service, session);
		break;
	case SERVICE_BEARER_CONNECTED:
		session_call_connect(service, session);
		break;
	case SERVICE_BEARER_FAILED:
		if (cdn < CDN_INVALID_DESTINATION || cdn > CDN_TIMED_OUT)
			cdn = CDN_NO_CARRIER;
		session_call_give_up(service, session, (uint16_t)cdn, reason);
		break;
	}
}
