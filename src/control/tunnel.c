/* SPDX-License-Identifier: MIT */
/*
 * The tunnel machine (RFC 2661 section 7.2).  A responder's tunnel begins here with the SCCCN: what is before is
 * admission's.  Once a tunnel is CLOSING all that is left of it is its channel: it repeats our StopCCN, or
 * acknowledges the peer's again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "control/internal.h"

static int give_error(struct error *error, enum error_code code, const char *parameter, const char *text)
{
	return error_set(error, code, parameter, "%s", text);
}

/* --- beginning and end --- */

static void begin_channel(struct control_tunnel *tunnel)
{
	const struct control_tunnel_settings *settings = &tunnel->settings;
	const struct channel_settings channel = {
		.version = 2,
		.receive_window = settings->receive_window,
		.retry_timeout = settings->retry_timeout,
		.retry_timeout_most = settings->retry_timeout_most,
		.max_retries = settings->max_retries,
	};

	channel_begin(&tunnel->channel, &channel);
}

struct control_tunnel *control_tunnel_new(struct control *control, uint16_t id, const struct control_path *path,
					  const struct control_tunnel_settings *settings, void *owner, uint64_t now)
{
	struct control_tunnel *tunnel = calloc(1, sizeof(*tunnel));

	if (!tunnel || deadline_reserve(&control->deadlines, control->tunnel_count + 1) < 0 ||
	    !(tunnel->self = handle_add(&control->tunnel_handles, tunnel))) {
		free(tunnel);
		return NULL;
	}
	tunnel->owner = owner;
	tunnel->id = id;
	tunnel->path = *path;
	tunnel->settings = *settings;
	tunnel->heard = now;
	tunnel->setup_at = tunnel->hello_at = tunnel->linger_at = CONTROL_NEVER;
	begin_channel(tunnel);
	control->tunnels[id] = tunnel;
	control_use_tunnel_id(control, id);
	control->tunnel_count++;
	return tunnel;
}

static void leave_opening(struct control *control, struct control_tunnel *tunnel)
{
	if (tunnel->state == CONTROL_TUNNEL_WAIT_REPLY)
		DL_DELETE2(control->opening, tunnel, opening_prev, opening_next);
}

static void free_calls(struct control *control, struct control_tunnel *tunnel)
{
	struct control_call *call;
	uint32_t position = 0;

	/* Others move up where one was. */
	for (; (call = call_map_next(&tunnel->calls_by_id, &position)); position--)
		control_call_free(control, call);
}

void control_tunnel_free(struct control *control, struct control_tunnel *tunnel)
{
	leave_opening(control, tunnel);
	tunnel->state = CONTROL_TUNNEL_CLOSING;
	free_calls(control, tunnel);
	if (control->delivering == tunnel)
		control->delivering = NULL;
	if (tunnel->is_ready)
		DL_DELETE2(control->ready, tunnel, ready_prev, ready_next);
	deadline_cancel(&control->deadlines, &tunnel->deadline);
	control->tunnels[tunnel->id] = NULL;
	control_rest_tunnel_id(control, tunnel->id);
	control->tunnel_count--;
	handle_remove(&control->tunnel_handles, tunnel->self);
	channel_add_counters(&control->counters.channel, &tunnel->channel.counters);
	channel_end(&tunnel->channel);
	explicit_bzero(tunnel->settings.secret, sizeof(tunnel->settings.secret));
	control_forget_ids(&tunnel->ids);
	free(tunnel);
}

/* What is left is to be polite. */
static void begin_closing(struct control *control, struct control_tunnel *tunnel, uint64_t now)
{
	leave_opening(control, tunnel);
	tunnel->state = CONTROL_TUNNEL_CLOSING;		/* ids need no rest any more */
	free_calls(control, tunnel);
	control_forget_ids(&tunnel->ids);
	tunnel->setup_at = tunnel->hello_at = CONTROL_NEVER;
	tunnel->linger_at = now + CONTROL_LINGER;
	tunnel->owner = NULL;
	control_touch(control, tunnel);
}

/* What waits to be sent has no meaning any more. */
static void send_stop(struct control *control, struct control_tunnel *tunnel, uint16_t result, uint16_t error,
		      const char *text)
{
	struct message message = { .type = MESSAGE_STOPCCN, .present = AVP_BIT(AVP_ASSIGNED_TUNNEL_ID) };

	channel_forget(&tunnel->channel, false);
	message.assigned_tunnel_id = tunnel->id;
	control_compose_result(&message, result, error, text);
	(void)control_compose(control, tunnel, 0, &message);
}

/* Tell the peer, and the owner. */
static void fail(struct control *control, struct control_tunnel *tunnel, uint16_t result, uint16_t error,
		 const char *text, uint64_t now)
{
	control_reason_local(&control->reason, result, error, text);
	control_tell(control, CONTROL_EVENT_TUNNEL_DOWN, tunnel, NULL, false);
	send_stop(control, tunnel, result, error, text);
	begin_closing(control, tunnel, now);
}

void control_close(struct control *control, handle h, uint16_t result, uint16_t error, const char *text, uint64_t now)
{
	struct control_tunnel *tunnel = handle_get(&control->tunnel_handles, h);

	control->now = now;
	if (!tunnel || tunnel->state == CONTROL_TUNNEL_CLOSING)
		return;
	/* The peer does not even know of it. */
	if (tunnel->initiator && !tunnel->channel.counters.sent) {
		control_tunnel_free(control, tunnel);
		return;
	}
	send_stop(control, tunnel, result, error, text);
	begin_closing(control, tunnel, now);
}

/* --- opening --- */

static void send_request(struct control *control, struct control_tunnel *tunnel)
{
	struct message message = { .type = MESSAGE_SCCRQ };

	control_compose_setup(&tunnel->settings, tunnel->id, &message);
	if (tunnel->settings.auth == CONTROL_AUTH_CHALLENGE) {
		control_random(control, tunnel->challenge, sizeof(tunnel->challenge));
		message.challenge = (struct avp_octets){ tunnel->challenge, sizeof(tunnel->challenge) };
		message.present |= AVP_BIT(AVP_CHALLENGE);
	}
	if (tunnel->settings.use_tiebreaker) {
		control_random(control, &tunnel->tie_breaker, sizeof(tunnel->tie_breaker));
		message.tie_breaker = tunnel->tie_breaker;
		message.present |= AVP_BIT(AVP_TIE_BREAKER);
	}
	(void)control_compose(control, tunnel, 0, &message);
}

/* Who names an id may have that of a tunnel which only waits for the peer to be acknowledged. */
static int clear_id(struct control *control, uint16_t id, struct error *error)
{
	struct control_tunnel *tunnel = control->tunnels[id];
	const uint8_t *octets;
	size_t length;

	if (control_tunnel_id_is_reserved(control, id))
		return give_error(error, ERROR_EXISTS, "tunnel_id", "another tunnel, without control protocol, has "
				  "this tunnel_id: choose another, or delete that tunnel");
	if (tunnel && tunnel->state != CONTROL_TUNNEL_CLOSING)
		return give_error(error, ERROR_EXISTS, "tunnel_id",
				  "another tunnel has this tunnel_id: choose another, or delete that tunnel");
	admission_give_up_id(control, id);
	/* The peer must not take the new SCCRQ for the old one, nor the old one's StopCCN for the new tunnel's. */
	control->replies_first = true;
	if (!tunnel)
		return 0;
	octets = channel_last_words(&tunnel->channel, &length);
	if (octets)
		control_reply(control, &tunnel->path, octets, length);
	/* Who opens anew may still be reading why the old one closed. */
	if (control->delivering == tunnel)
		control->kept = channel_keep_held(&tunnel->channel);
	control_tunnel_free(control, tunnel);
	return 0;
}

int control_open(struct control *control, const struct control_path *path, uint16_t tunnel_id,
		 const struct control_tunnel_settings *settings, void *owner, handle *result, uint64_t now,
		 struct error *error)
{
	struct control_tunnel *tunnel;
	uint16_t id;

	control->now = now;
	if (settings->auth == CONTROL_AUTH_CHALLENGE && !settings->secret_length)
		return give_error(error, ERROR_MISSING, "secret", "a challenge needs a secret");
	if (tunnel_id && clear_id(control, tunnel_id, error) < 0)
		return -1;
	id = tunnel_id ? tunnel_id : control_new_tunnel_id(control);
	if (!id)
		return give_error(error, ERROR_LIMIT, NULL, "all 65,535 tunnel ids are in use");
	tunnel = control_tunnel_new(control, id, path, settings, owner, now);
	if (!tunnel)
		return give_error(error, ERROR_SYSTEM, NULL, "out of memory");
	tunnel->initiator = true;
	tunnel->state = CONTROL_TUNNEL_WAIT_REPLY;
	DL_APPEND2(control->opening, tunnel, opening_prev, opening_next);
	if (settings->establish_timeout)
		tunnel->setup_at = now + settings->establish_timeout;
	send_request(control, tunnel);
	*result = tunnel->self;
	return 0;
}

void control_peer_learn(struct control_peer *peer, const struct message *message)
{
	*peer = (struct control_peer){
		.tunnel_id = message->assigned_tunnel_id,
		.window = message_has(message, AVP_RECEIVE_WINDOW_SIZE) ? message->receive_window_size :
									  CHANNEL_WINDOW_DEFAULT,
		.firmware = message->firmware_revision,
		.framing = message->framing_capabilities,
		.bearer = message->bearer_capabilities,
		.protocol = { message->protocol_version.version, message->protocol_version.revision },
	};
	control_printable(&message->host_name, peer->host_name, sizeof(peer->host_name));
	control_printable(&message->vendor_name, peer->vendor_name, sizeof(peer->vendor_name));
}

void control_tunnel_set_peer(struct control_tunnel *tunnel, const struct control_peer *peer)
{
	uint16_t window = peer->window, most = tunnel->settings.send_window;

	tunnel->peer = *peer;
	channel_set_peer(&tunnel->channel, peer->tunnel_id, most && most < window ? most : window);
}

void control_tunnel_connected(struct control *control, struct control_tunnel *tunnel, uint64_t now)
{
	tunnel->state = CONTROL_TUNNEL_ESTABLISHED;
	tunnel->setup_at = CONTROL_NEVER;
	tunnel->port_settled = true;
	if (tunnel->settings.hello_timeout)
		tunnel->hello_at = now + tunnel->settings.hello_timeout;
	control_touch(control, tunnel);
	control_tell(control, CONTROL_EVENT_TUNNEL_UP, tunnel, NULL, true);
	control_call_tunnel_up(control, tunnel, now);
}

static bool answers_challenge(const struct control_tunnel *tunnel, const struct message *message)
{
	uint8_t wanted[CHALLENGE_RESPONSE_LENGTH];

	if (tunnel->settings.auth != CONTROL_AUTH_CHALLENGE)
		return true;
	if (!message_has(message, AVP_CHALLENGE_RESPONSE))
		return false;
	challenge_response(MESSAGE_SCCRP, tunnel->settings.secret, tunnel->settings.secret_length, tunnel->challenge,
			   sizeof(tunnel->challenge), wanted);
	return challenge_response_equal(wanted, message->challenge_response.octets);
}

static void send_connected(struct control *control, struct control_tunnel *tunnel, const struct avp_octets *challenge)
{
	struct message message = { .type = MESSAGE_SCCCN };
	uint8_t response[CHALLENGE_RESPONSE_LENGTH];

	if (challenge->length) {
		challenge_response(MESSAGE_SCCCN, tunnel->settings.secret, tunnel->settings.secret_length,
				   challenge->octets, challenge->length, response);
		message.challenge_response = (struct avp_octets){ response, sizeof(response) };
		message.present |= AVP_BIT(AVP_CHALLENGE_RESPONSE);
	}
	(void)control_compose(control, tunnel, 0, &message);
}

static void take_reply(struct control *control, struct control_tunnel *tunnel, uint64_t now)
{
	const struct message *message = &control->message;
	struct control_peer peer;

	control_peer_learn(&peer, message);
	control_tunnel_set_peer(tunnel, &peer);
	if (message->protocol_version.version != 1) {
		fail(control, tunnel, RESULT_VERSION, 1, "only version 1 of the protocol is spoken here", now);
	} else if (!answers_challenge(tunnel, message)) {
		control->counters.authentication_failures++;
		fail(control, tunnel, RESULT_NOT_AUTHORISED, 0,
		     message_has(message, AVP_CHALLENGE_RESPONSE) ? TEXT_WRONG_RESPONSE : TEXT_NO_RESPONSE, now);
	} else if (message_has(message, AVP_CHALLENGE) && !tunnel->settings.secret_length) {
		control->counters.authentication_failures++;
		fail(control, tunnel, RESULT_NOT_AUTHORISED, 0, TEXT_NO_SECRET, now);
	} else {
		leave_opening(control, tunnel);
		send_connected(control, tunnel, &message->challenge);
		control_tunnel_connected(control, tunnel, now);
	}
}

/* --- messages --- */

static void stopped(struct control *control, struct control_tunnel *tunnel, uint64_t now)
{
	control_reason_peer(&control->reason, &control->message);
	control_tell(control, CONTROL_EVENT_TUNNEL_DOWN, tunnel, NULL, true);
	channel_forget(&tunnel->channel, true);
	begin_closing(control, tunnel, now);
}

/* The peer's id, from a reply that is no good, or comes when we have closed: so that StopCCN finds its tunnel. */
static void learn_id(struct control *control, struct control_tunnel *tunnel)
{
	const struct message *message = &control->message;
	struct control_peer peer;

	if (message->type != MESSAGE_SCCRP || tunnel->peer.tunnel_id || !message_has(message, AVP_ASSIGNED_TUNNEL_ID))
		return;
	control_peer_learn(&peer, message);
	control_tunnel_set_peer(tunnel, &peer);
	control_touch(control, tunnel);
}

static void out_of_turn(struct control *control, struct control_tunnel *tunnel, uint64_t now)
{
	char text[CONTROL_TEXT_MAX];

	snprintf(text, sizeof(text), "%s out of turn", message_name(control->message.type));
	fail(control, tunnel, RESULT_STATE, 0, text, now);
}

void control_tunnel_message(struct control *control, struct control_tunnel *tunnel, enum message_verdict verdict,
			    const struct message_problem *problem, uint64_t now)
{
	enum message_type type = control->message.type;

	if (verdict == MESSAGE_REFUSED || tunnel->state == CONTROL_TUNNEL_CLOSING)
		learn_id(control, tunnel);
	if (tunnel->state == CONTROL_TUNNEL_CLOSING || verdict == MESSAGE_UNKNOWN)
		return;
	if (type == MESSAGE_STOPCCN)	/* with all its mistakes */
		stopped(control, tunnel, now);
	else if (verdict == MESSAGE_REFUSED)
		fail(control, tunnel, problem->result, problem->error, problem->text, now);
	else if (type == MESSAGE_HELLO)
		tunnel->hellos_received++;
	else if (type == MESSAGE_SCCRP && tunnel->state == CONTROL_TUNNEL_WAIT_REPLY)
		take_reply(control, tunnel, now);
	else
		out_of_turn(control, tunnel, now);
}

/* --- time --- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t control_tunnel_due(const struct control_tunnel *tunnel)
{
	return earlier(earlier(channel_deadline(&tunnel->channel), tunnel->setup_at),
		       earlier(tunnel->hello_at, tunnel->linger_at));
}

/* The network is gone: nobody is there who could be told. */
static void give_up(struct control *control, struct control_tunnel *tunnel, const char *text)
{
	if (tunnel->state != CONTROL_TUNNEL_CLOSING) {
		control_reason_local(&control->reason, 0, 0, text);
		control_tell(control, CONTROL_EVENT_TUNNEL_DOWN, tunnel, NULL, false);
	}
	control_tunnel_free(control, tunnel);
}

static void quiet(struct control *control, struct control_tunnel *tunnel, uint64_t now)
{
	uint64_t due = tunnel->heard + tunnel->settings.hello_timeout;

	tunnel->hello_at = due > now ? due : now + tunnel->settings.hello_timeout;
	/* A message on its way will tell as well whether the peer is there. */
	if (due <= now && channel_is_idle(&tunnel->channel))
		control_tell(control, CONTROL_EVENT_QUIET, tunnel, NULL, false);
}

void control_tunnel_expire(struct control *control, struct control_tunnel *tunnel, uint64_t now)
{
	control_touch(control, tunnel);
	if (!channel_expire(&tunnel->channel, now)) {
		give_up(control, tunnel,
			tunnel->state == CONTROL_TUNNEL_WAIT_REPLY ? "no answer" : "the peer does not answer any more");
	} else if (tunnel->linger_at <= now) {
		control_tunnel_free(control, tunnel);
	} else if (tunnel->setup_at <= now) {
		fail(control, tunnel, RESULT_GENERAL, 0, "not established in time", now);
	} else if (tunnel->hello_at <= now) {
		quiet(control, tunnel, now);
	}
}

void control_set_owner(struct control *control, handle h, void *owner)
{
	struct control_tunnel *tunnel = handle_get(&control->tunnel_handles, h);

	if (tunnel)
		tunnel->owner = owner;
}

void control_heard(struct control *control, handle h, uint64_t now)
{
	struct control_tunnel *tunnel = handle_get(&control->tunnel_handles, h);

	if (tunnel)
		tunnel->heard = now;
}

void control_hello(struct control *control, handle h, uint64_t now)
{
	struct control_tunnel *tunnel = handle_get(&control->tunnel_handles, h);
	const struct message message = { .type = MESSAGE_HELLO };

	if (!tunnel || tunnel->state != CONTROL_TUNNEL_ESTABLISHED)
		return;
	tunnel->hellos_sent++;
	(void)control_compose(control, tunnel, 0, &message);
}

/* --- tie --- */

/* RFC 2661 section 4.4.3: the lower one wins; who has none loses against who has; with the same both lose. */
bool control_tunnel_tie(struct control *control, const struct control_path *path, const struct message *message)
{
	bool theirs = message_has(message, AVP_TIE_BREAKER), same = false;
	struct control_tunnel *tunnel, *loser = NULL;

	DL_FOREACH2(control->opening, tunnel, opening_next) {
		bool ours = tunnel->settings.use_tiebreaker;

		if ((!ours && !theirs) || !address_equal(&tunnel->path.peer.address, &path->peer.address))
			continue;
		if (ours && (!theirs || tunnel->tie_breaker < message->tie_breaker))
			return true;
		if (!loser)
			loser = tunnel;
		same = same || (ours && tunnel->tie_breaker == message->tie_breaker);
	}
	/* One for one: there may be several tunnels to a peer. */
	if (loser)
		give_up(control, loser, "the peer asked for a tunnel at the same time, and goes first");
	return same;
}

/* --- looking, and changing --- */

void control_change(struct control *control, handle h, const struct control_tunnel_settings *settings, uint64_t now)
{
	struct control_tunnel *tunnel = handle_get(&control->tunnel_handles, h);

	if (!tunnel)
		return;
	tunnel->settings.max_calls = settings->max_calls;
	tunnel->settings.hello_timeout = settings->hello_timeout;
	tunnel->channel.settings.max_retries = tunnel->settings.max_retries = settings->max_retries;
	tunnel->channel.settings.retry_timeout = tunnel->settings.retry_timeout = settings->retry_timeout;
	if (tunnel->state == CONTROL_TUNNEL_ESTABLISHED)
		tunnel->hello_at = settings->hello_timeout ? now + settings->hello_timeout : CONTROL_NEVER;
	control_touch(control, tunnel);
}

int control_tunnel_info(const struct control *control, handle h, struct control_tunnel_info *info)
{
	const struct control_tunnel *tunnel = handle_get(&control->tunnel_handles, h);

	if (!tunnel)
		return -1;
	*info = (struct control_tunnel_info){
		.state = tunnel->state, .initiator = tunnel->initiator, .tunnel_id = tunnel->id,
		.peer_tunnel_id = tunnel->peer.tunnel_id, .path = tunnel->path,
		.calls = tunnel->calls_by_id.count,
		.ns = tunnel->channel.ns_queued, .nr = tunnel->channel.nr, .peer_window = tunnel->channel.peer_window,
		.in_flight = tunnel->channel.in_flight, .peer_nr = channel_acknowledged(&tunnel->channel),
		.cwnd_part = tunnel->channel.cwnd_part,
		.cwnd = tunnel->channel.cwnd, .ssthresh = tunnel->channel.ssthresh, .channel = tunnel->channel.counters,
		.hellos_sent = tunnel->hellos_sent, .hellos_received = tunnel->hellos_received,
		.peer_framing = tunnel->peer.framing, .peer_bearer = tunnel->peer.bearer,
		.peer_firmware = tunnel->peer.firmware,
		.peer_protocol = { tunnel->peer.protocol[0], tunnel->peer.protocol[1] },
	};
	memcpy(info->peer_host_name, tunnel->peer.host_name, sizeof(info->peer_host_name));
	memcpy(info->peer_vendor_name, tunnel->peer.vendor_name, sizeof(info->peer_vendor_name));
	return 0;
}
