/* SPDX-License-Identifier: MIT */
/*
 * The four call machines (RFC 2661 sections 7.4 and 7.5).  Each role has few messages to look for; what comes in
 * any other state or to any other role clears the call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/internal.h"

/* --- what is sent --- */

#define BIT(row) AVP_BIT(AVP_##row)

/* Of a call's settings, what goes into which message; of these, what must be there whatever was set. */
static const struct call_message {
	avp_set takes, needs;
} call_messages[MESSAGE_TYPE_COUNT] = {
	[MESSAGE_ICRQ] = { BIT(CALL_SERIAL_NUMBER) | BIT(BEARER_TYPE) | BIT(PHYSICAL_CHANNEL_ID) |
			   BIT(CALLING_NUMBER) | BIT(CALLED_NUMBER) | BIT(SUB_ADDRESS) | BIT(SERVICE_CATEGORY) |
			   BIT(SERVICE_NAME) | BIT(CALLING_SUB_ADDRESS) | BIT(VPI_VCI) | BIT(SESSION_DS),
			   BIT(CALL_SERIAL_NUMBER) },
	[MESSAGE_ICCN] = { BIT(TX_CONNECT_SPEED) | BIT(FRAMING_TYPE) | BIT(INITIAL_RECEIVED_LCP_CONFREQ) |
			   BIT(LAST_SENT_LCP_CONFREQ) | BIT(LAST_RECEIVED_LCP_CONFREQ) | BIT(PROXY_AUTHEN_TYPE) |
			   BIT(PROXY_AUTHEN_NAME) | BIT(PROXY_AUTHEN_CHALLENGE) | BIT(PROXY_AUTHEN_ID) |
			   BIT(PROXY_AUTHEN_RESPONSE) | BIT(PRIVATE_GROUP_ID) | BIT(RX_CONNECT_SPEED) |
			   BIT(SEQUENCING_REQUIRED) | BIT(LCP_WANT_OPTIONS) | BIT(LCP_ALLOW_OPTIONS),
			   BIT(TX_CONNECT_SPEED) | BIT(FRAMING_TYPE) },
	[MESSAGE_OCRQ] = { BIT(CALL_SERIAL_NUMBER) | BIT(MINIMUM_BPS) | BIT(MAXIMUM_BPS) | BIT(BEARER_TYPE) |
			   BIT(FRAMING_TYPE) | BIT(CALLED_NUMBER) | BIT(SUB_ADDRESS) | BIT(RX_MINIMUM_BPS) |
			   BIT(RX_MAXIMUM_BPS) | BIT(SERVICE_CATEGORY) | BIT(SERVICE_NAME) | BIT(SESSION_DS),
			   BIT(CALL_SERIAL_NUMBER) | BIT(MINIMUM_BPS) | BIT(MAXIMUM_BPS) | BIT(BEARER_TYPE) |
			   BIT(FRAMING_TYPE) | BIT(CALLED_NUMBER) },
	[MESSAGE_OCRP] = { BIT(PHYSICAL_CHANNEL_ID) | BIT(VPI_VCI), 0 },
	[MESSAGE_OCCN] = { BIT(TX_CONNECT_SPEED) | BIT(FRAMING_TYPE) | BIT(RX_CONNECT_SPEED) |
			   BIT(SEQUENCING_REQUIRED) | BIT(LCP_WANT_OPTIONS) | BIT(LCP_ALLOW_OPTIONS),
			   BIT(TX_CONNECT_SPEED) | BIT(FRAMING_TYPE) },
};

/* Some peers end a call whose speed is 0. */
#define CONNECT_SPEED 100000000		/* bit/s, where none was set */
#define FRAMING_SYNC 1
#define BEARER_DIGITAL 1

/* What must be sent and was not set. */
static void set_defaults(struct control *control, avp_set set, struct message *message)
{
	avp_set missing = message->present & ~set;

	if (missing & BIT(CALL_SERIAL_NUMBER))
		message->call_serial_number = ++control->call_serial_number;
	if (missing & BIT(FRAMING_TYPE))
		message->framing_type = FRAMING_SYNC;
	if (missing & BIT(BEARER_TYPE))
		message->bearer_type = BEARER_DIGITAL;
	if (missing & BIT(TX_CONNECT_SPEED))
		message->tx_connect_speed = CONNECT_SPEED;
	if (missing & BIT(MAXIMUM_BPS))
		message->maximum_bps = CONNECT_SPEED;
}

static void send_message(struct control *control, struct control_call *call, enum message_type type)
{
	struct message message = { .type = MESSAGE_NONE };

	if (call->settings) {
		message = call->settings->avps;
		message.present = (message.present & call_messages[type].takes) | call_messages[type].needs;
		set_defaults(control, call->settings->avps.present, &message);
	}
	message.type = type;
	if (type != MESSAGE_ICCN && type != MESSAGE_OCCN) {
		message.assigned_session_id = call->id;
		message.present |= AVP_BIT(AVP_ASSIGNED_SESSION_ID);
	}
	(void)control_compose(control, call->tunnel, call->peer_id, &message);
}

static void send_disconnect(struct control *control, struct control_tunnel *tunnel, uint16_t id, uint16_t peer_id,
			    const struct control_reason *reason)
{
	struct message message = { .type = MESSAGE_CDN, .present = AVP_BIT(AVP_ASSIGNED_SESSION_ID) };

	message.assigned_session_id = id;
	control_compose_result(&message, reason->result, reason->error, reason->text);
	if (reason->cause.code) {
		message.ppp_disconnect_cause = reason->cause;
		message.present |= AVP_BIT(AVP_PPP_DISCONNECT_CAUSE);
	}
	if (reason->q931.cause) {
		message.cause_code = reason->q931;
		message.present |= AVP_BIT(AVP_CAUSE_CODE);
	}
	(void)control_compose(control, tunnel, peer_id, &message);
}

/* --- settings: their octets are ours as long as there is something to send --- */

static const size_t octets_members[] = {
	offsetof(struct message, called_number), offsetof(struct message, calling_number),
	offsetof(struct message, sub_address), offsetof(struct message, initial_received_lcp_confreq),
	offsetof(struct message, last_sent_lcp_confreq), offsetof(struct message, last_received_lcp_confreq),
	offsetof(struct message, proxy_authen_name), offsetof(struct message, proxy_authen_challenge),
	offsetof(struct message, proxy_authen_response), offsetof(struct message, private_group_id),
	offsetof(struct message, service_name), offsetof(struct message, calling_sub_address),
	offsetof(struct message, lcp_want_options), offsetof(struct message, lcp_allow_options),
};
#define OCTETS_MEMBERS (sizeof(octets_members) / sizeof(octets_members[0]))

static struct avp_octets *member(struct message *message, size_t i)
{
	return (void *)((char *)message + octets_members[i]);
}

static struct control_call_settings *copy_settings(const struct control_call_settings *settings)
{
	struct control_call_settings source = *settings, *copy;
	size_t total = sizeof(*copy);
	uint8_t *octets;

	for (size_t i = 0; i < OCTETS_MEMBERS; i++)
		total += member(&source.avps, i)->length;
	copy = malloc(total);
	if (!copy)
		return NULL;
	*copy = source;
	octets = (uint8_t *)(copy + 1);
	for (size_t i = 0; i < OCTETS_MEMBERS; i++) {
		struct avp_octets *to = member(&copy->avps, i);

		if (to->length)
			memcpy(octets, to->octets, to->length);
		to->octets = octets;
		octets += to->length;
	}
	return copy;
}

/* Also hidden: else nothing would be sent, and the call would wait for an answer. */
static bool fits(const struct control_call_settings *settings, struct error *error)
{
	struct control_call_settings source = *settings;

	for (size_t i = 0; i < OCTETS_MEMBERS; i++)
		if (member(&source.avps, i)->length > CONTROL_VALUE_MAX) {
			error_set(error, ERROR_VALUE, NULL, "no control message carries a value of more than %u octets",
				  CONTROL_VALUE_MAX);
			return false;
		}
	return true;
}

static void forget_settings(struct control_call *call)
{
	free(call->settings);
	call->settings = NULL;
}

/* --- beginning and end --- */

static struct control_call *find(const struct control_tunnel *tunnel, uint16_t id)
{
	return call_map_find(&tunnel->calls_by_id, id);
}

static struct control_call *find_by_peer_id(const struct control_tunnel *tunnel, uint16_t peer_id)
{
	return call_map_find(&tunnel->calls_by_peer_id, peer_id);
}

static void cancel_setup(struct control *control, struct control_call *call)
{
	deadline_cancel(&control->call_deadlines, &call->deadline);
}

void control_call_free(struct control *control, struct control_call *call)
{
	struct control_tunnel *tunnel = call->tunnel;

	call_map_remove(&tunnel->calls_by_id, call->id, call);
	call_map_remove(&tunnel->calls_by_peer_id, call->peer_id, call);
	if (call->id && tunnel->state != CONTROL_TUNNEL_CLOSING)
		control_rest_call_id(control, tunnel, call->id);
	cancel_setup(control, call);
	handle_remove(&control->call_handles, call->self);
	forget_settings(call);
	free(call);
}

static bool set_id(struct control *control, struct control_call *call, uint16_t id)
{
	call->id = id ? id : control_new_call_id(control, call->tunnel);
	if (!call->id || find(call->tunnel, call->id) ||
	    !call_map_add(&call->tunnel->calls_by_id, call->id, call)) {
		call->id = 0;
		return false;
	}
	control_use_call_id(call->tunnel, call->id);
	return true;
}

/* No other call has it. */
static bool set_peer_id(struct control_call *call, uint16_t peer_id)
{
	call->peer_id = peer_id;
	return call_map_add(&call->tunnel->calls_by_peer_id, peer_id, call);
}

static struct control_call *call_new(struct control *control, struct control_tunnel *tunnel,
				     enum control_call_role role, void *owner)
{
	struct control_call *call = calloc(1, sizeof(*call));

	if (!call || deadline_reserve(&control->call_deadlines, control->call_handles.used + 1) < 0 ||
	    !(call->self = handle_add(&control->call_handles, call))) {
		free(call);
		return NULL;
	}
	call->tunnel = tunnel;
	call->role = role;
	call->owner = owner;
	return call;
}

/* Tell the owner, and the peer. */
static void fail(struct control *control, struct control_call *call, uint16_t result, uint16_t error, const char *text)
{
	control_reason_local(&control->reason, result, error, text);
	control_tell(control, CONTROL_EVENT_CALL_DOWN, call->tunnel, call, false);
	send_disconnect(control, call->tunnel, call->id, call->peer_id, &control->reason);
	control_call_free(control, call);
}

static bool is_full(const struct control_tunnel *tunnel)
{
	uint32_t calls = tunnel->calls_by_id.count, most = tunnel->settings.max_calls;

	return calls >= (most ? most : CONTROL_IDS - 1);
}

static bool is_lac(const struct control_call *call)
{
	return call->role == CONTROL_CALL_LAC_INCOMING || call->role == CONTROL_CALL_LAC_OUTGOING;
}

/* --- commands --- */

static void start(struct control *control, struct control_call *call, uint64_t now)
{
	bool incoming = call->role == CONTROL_CALL_LAC_INCOMING;

	call->state = CONTROL_CALL_WAIT_REPLY;
	if (call->settings->establish_timeout)
		deadline_set(&control->call_deadlines, &call->deadline, now + call->settings->establish_timeout);
	send_message(control, call, incoming ? MESSAGE_ICRQ : MESSAGE_OCRQ);
}

int control_call_open(struct control *control, handle h, enum control_call_role role, uint16_t session_id,
		      const struct control_call_settings *settings, void *owner, handle *result, uint64_t now,
		      struct error *error)
{
	struct control_tunnel *tunnel = handle_get(&control->tunnel_handles, h);
	struct control_call *call;

	control->now = now;
	if (!tunnel || tunnel->state == CONTROL_TUNNEL_CLOSING)
		return error_set(error, ERROR_UNKNOWN, NULL, "the tunnel is closing");
	if (is_full(tunnel))
		return error_set(error, ERROR_LIMIT, "max_sessions", "the tunnel has all the sessions it may have");
	if (!fits(settings, error))
		return -1;
	call = call_new(control, tunnel, role, owner);
	if (!call)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	call->settings = copy_settings(settings);
	if (!call->settings || !set_id(control, call, session_id)) {
		control_call_free(control, call);
		return error_set(error, ERROR_EXISTS, "session_id", "another session of the tunnel has this id");
	}
	call->state = CONTROL_CALL_WAIT_TUNNEL;
	*result = call->self;
	if (tunnel->state == CONTROL_TUNNEL_ESTABLISHED)
		start(control, call, now);
	return 0;
}

void control_call_tunnel_up(struct control *control, struct control_tunnel *tunnel, uint64_t now)
{
	struct control_call *call;
	uint32_t position = 0;

	while ((call = call_map_next(&tunnel->calls_by_id, &position)))
		if (call->state == CONTROL_CALL_WAIT_TUNNEL)
			start(control, call, now);
}

/* Nobody has been told the id that it has. */
static int change_id(struct control *control, struct control_call *call, uint16_t id, struct error *error)
{
	if (!id || id == call->id)
		return 0;
	if (find(call->tunnel, id))
		return error_set(error, ERROR_EXISTS, "session_id", "another session of the tunnel has this id");
	call_map_remove(&call->tunnel->calls_by_id, call->id, call);
	control_rest_call_id(control, call->tunnel, call->id);
	if (!set_id(control, call, id))
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	return 0;
}

int control_call_accept(struct control *control, handle h, uint16_t session_id,
			const struct control_call_settings *settings, void *owner, uint64_t now, struct error *error)
{
	struct control_call *call = handle_get(&control->call_handles, h);
	bool outgoing = call && call->role == CONTROL_CALL_LAC_OUTGOING;

	control->now = now;
	if (!call || call->state != CONTROL_CALL_WAIT_DECISION)
		return error_set(error, ERROR_UNKNOWN, NULL, "the call is gone");
	if (!fits(settings, error) || change_id(control, call, session_id, error) < 0)
		return -1;
	/* The LNS of an incoming call says nothing of its own. */
	if (outgoing && !(call->settings = copy_settings(settings)))
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	call->owner = owner;
	call->state = outgoing ? CONTROL_CALL_WAIT_BEARER : CONTROL_CALL_WAIT_CONNECT;
	cancel_setup(control, call);
	if (settings->establish_timeout)
		deadline_set(&control->call_deadlines, &call->deadline, now + settings->establish_timeout);
	send_message(control, call, outgoing ? MESSAGE_OCRP : MESSAGE_ICRP);
	if (outgoing)
		control_tell(control, CONTROL_EVENT_CALL_BEARER, call->tunnel, call, false);
	return 0;
}

static void established(struct control *control, struct control_call *call, bool with_message)
{
	call->state = CONTROL_CALL_ESTABLISHED;
	cancel_setup(control, call);
	forget_settings(call);
	control_tell(control, CONTROL_EVENT_CALL_UP, call->tunnel, call, with_message);
}

void control_call_set_owner(struct control *control, handle h, void *owner)
{
	struct control_call *call = handle_get(&control->call_handles, h);

	if (call)
		call->owner = owner;
}

void control_call_connected(struct control *control, handle h, uint64_t now)
{
	struct control_call *call = handle_get(&control->call_handles, h);

	if (!call || call->state != CONTROL_CALL_WAIT_BEARER)
		return;
	send_message(control, call, MESSAGE_OCCN);
	established(control, call, false);
}

void control_call_close(struct control *control, handle h, const struct control_reason *reason, uint64_t now)
{
	struct control_call *call = handle_get(&control->call_handles, h);

	control->now = now;
	if (!call)
		return;
	/* One that waits for its tunnel is known to nobody. */
	if (call->state != CONTROL_CALL_WAIT_TUNNEL)
		send_disconnect(control, call->tunnel, call->id, call->peer_id, reason);
	control_call_free(control, call);
}

void control_call_errors(struct control *control, handle h, const struct avp_call_errors *errors)
{
	struct control_call *call = handle_get(&control->call_handles, h);
	const struct message message = { .type = MESSAGE_WEN, .present = AVP_BIT(AVP_CALL_ERRORS),
					 .call_errors = *errors };

	if (call && call->state == CONTROL_CALL_ESTABLISHED && is_lac(call))
		(void)control_compose(control, call->tunnel, call->peer_id, &message);
}

void control_call_link(struct control *control, handle h, const struct avp_accm *accm)
{
	struct control_call *call = handle_get(&control->call_handles, h);
	const struct message message = { .type = MESSAGE_SLI, .present = AVP_BIT(AVP_ACCM), .accm = *accm };

	if (call && call->state == CONTROL_CALL_ESTABLISHED && !is_lac(call))
		(void)control_compose(control, call->tunnel, call->peer_id, &message);
}

/* --- messages --- */

static void refuse(struct control *control, struct control_tunnel *tunnel, uint16_t peer_id, uint16_t result,
		   uint16_t error, const char *text)
{
	struct control_reason reason;

	control_reason_local(&reason, result, error, text);
	/* The AVP is mandatory, and there is no session: an id that was never in use. */
	send_disconnect(control, tunnel, control_new_call_id(control, tunnel), peer_id, &reason);
}

/* ICRQ or OCRQ. Who decides has as long as the tunnel had. */
static void requested(struct control *control, struct control_tunnel *tunnel, uint64_t now)
{
	const struct message *message = &control->message;
	bool incoming = message->type == MESSAGE_ICRQ;
	struct control_call *call;

	if (is_full(tunnel)) {
		refuse(control, tunnel, message->assigned_session_id, CDN_NO_FACILITIES, 0, "too many sessions");
		return;
	}
	call = call_new(control, tunnel, incoming ? CONTROL_CALL_LNS_INCOMING : CONTROL_CALL_LAC_OUTGOING, NULL);
	if (!call || !set_id(control, call, 0) || !set_peer_id(call, message->assigned_session_id)) {
		if (call)
			control_call_free(control, call);
		refuse(control, tunnel, message->assigned_session_id, RESULT_ERROR, ERROR_CODE_RESOURCES,
		       "out of memory");
		return;
	}
	call->state = CONTROL_CALL_WAIT_DECISION;
	if (tunnel->settings.establish_timeout)
		deadline_set(&control->call_deadlines, &call->deadline, now + tunnel->settings.establish_timeout);
	control_tell(control, CONTROL_EVENT_CALL_REQUEST, tunnel, call, true);
}

static void disconnected(struct control *control, struct control_call *call)
{
	control_reason_peer(&control->reason, &control->message);
	control_tell(control, CONTROL_EVENT_CALL_DOWN, call->tunnel, call, true);
	control_call_free(control, call);
}

/* ICRP or OCRP: the peer's id is known from here on. */
static void replied(struct control *control, struct control_call *call)
{
	if (find_by_peer_id(call->tunnel, control->message.assigned_session_id)) {
		fail(control, call, RESULT_ERROR, ERROR_CODE_SESSION, "the session id is that of another session");
	} else if (!set_peer_id(call, control->message.assigned_session_id)) {
		fail(control, call, RESULT_ERROR, ERROR_CODE_RESOURCES, "out of memory");
	} else if (call->role == CONTROL_CALL_LAC_INCOMING) {
		send_message(control, call, MESSAGE_ICCN);
		established(control, call, true);
	} else {
		call->state = CONTROL_CALL_WAIT_CONNECT;
	}
}

/* Which message a call in its state waits for. */
static enum message_type awaited(const struct control_call *call)
{
	bool lac = call->role == CONTROL_CALL_LAC_INCOMING;

	switch (call->state) {
	case CONTROL_CALL_WAIT_REPLY:
		return lac ? MESSAGE_ICRP : MESSAGE_OCRP;
	case CONTROL_CALL_WAIT_CONNECT:
		return call->role == CONTROL_CALL_LNS_INCOMING ? MESSAGE_ICCN : MESSAGE_OCCN;
	case CONTROL_CALL_WAIT_TUNNEL:
	case CONTROL_CALL_WAIT_DECISION:
	case CONTROL_CALL_WAIT_BEARER:
	case CONTROL_CALL_ESTABLISHED:
		break;
	}
	return MESSAGE_NONE;
}

static void out_of_turn(struct control *control, struct control_call *call, enum message_type type)
{
	char text[CONTROL_TEXT_MAX];

	snprintf(text, sizeof(text), "%s out of turn", message_name(type));
	fail(control, call, RESULT_ERROR, ERROR_CODE_NONE, text);
}

static void act(struct control *control, struct control_call *call, enum message_type type)
{
	bool up = call->state == CONTROL_CALL_ESTABLISHED;

	if (type == awaited(call) && call->state == CONTROL_CALL_WAIT_REPLY)
		replied(control, call);
	else if (type == awaited(call))
		established(control, call, true);
	else if (type == MESSAGE_WEN && up && !is_lac(call))
		control_tell(control, CONTROL_EVENT_CALL_ERRORS, call->tunnel, call, true);
	else if (type == MESSAGE_SLI && up && is_lac(call))
		control_tell(control, CONTROL_EVENT_CALL_LINK, call->tunnel, call, true);
	else if (type != MESSAGE_WEN && type != MESSAGE_SLI)	/* these two harm nobody */
		out_of_turn(control, call, type);
}

/* A message of a session that there is not. */
static void astray(struct control *control, struct control_tunnel *tunnel, enum message_type type)
{
	control->counters.unknown_session++;
	if (type == MESSAGE_ICRP || type == MESSAGE_OCRP)
		refuse(control, tunnel, control->message.assigned_session_id, RESULT_ERROR, ERROR_CODE_SESSION,
		       "there is no such session");
}

static bool is_request(enum message_type type)
{
	return type == MESSAGE_ICRQ || type == MESSAGE_OCRQ;
}

/* By our id; a message that was sent before the peer knew it has the peer's own. */
static struct control_call *addressee(const struct control *control, const struct control_tunnel *tunnel,
				      uint16_t session_id)
{
	const struct message *message = &control->message;
	bool has_own = message_has(message, AVP_ASSIGNED_SESSION_ID);

	/* Some peers write an id into the header of a request: there is none that it could mean. */
	if (session_id && (!is_request(message->type) || find(tunnel, session_id)))
		return find(tunnel, session_id);
	return has_own ? find_by_peer_id(tunnel, message->assigned_session_id) : NULL;
}

void control_call_message(struct control *control, struct control_tunnel *tunnel, enum message_verdict verdict,
			  const struct message_problem *problem, uint16_t session_id, uint64_t now)
{
	enum message_type type = control->message.type;
	struct control_call *call;

	if (tunnel->state != CONTROL_TUNNEL_ESTABLISHED)
		return;
	call = addressee(control, tunnel, session_id);
	if (call && type == MESSAGE_CDN)	/* with all its mistakes */
		disconnected(control, call);
	else if (verdict == MESSAGE_REFUSED && call)
		fail(control, call, problem->result, problem->error, problem->text);
	else if (verdict == MESSAGE_REFUSED && message_has(&control->message, AVP_ASSIGNED_SESSION_ID))
		refuse(control, tunnel, control->message.assigned_session_id, problem->result, problem->error,
		       problem->text);
	else if (verdict == MESSAGE_REFUSED)
		control->counters.unknown_session++;
	else if (call)
		act(control, call, type);
	else if (is_request(type))
		requested(control, tunnel, now);
	else
		astray(control, tunnel, type);
}

/* --- time --- */

void control_call_expire(struct control *control, struct control_call *call)
{
	fail(control, call, CDN_TIMEOUT, 0, "not established in time");
}

int control_call_info(const struct control *control, handle h, struct control_call_info *info)
{
	const struct control_call *call = handle_get(&control->call_handles, h);

	if (!call)
		return -1;
	*info = (struct control_call_info){
		.role = call->role, .state = call->state, .tunnel = call->tunnel->self, .session_id = call->id,
		.peer_session_id = call->peer_id,
	};
	return 0;
}

void *control_call_owner(const struct control *control, handle h, uint16_t peer_session_id)
{
	const struct control_tunnel *tunnel = handle_get(&control->tunnel_handles, h);
	const struct control_call *call = tunnel ? find_by_peer_id(tunnel, peer_session_id) : NULL;

	return call ? call->owner : NULL;
}
