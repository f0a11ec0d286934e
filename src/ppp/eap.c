/* SPDX-License-Identifier: MIT */
/*
 * EAP, the peer's proof (RFC 3748): we ask who it is, and then either propose a method ourselves, whose credentials
 * are those of CHAP or MS-CHAPv2, or hand every packet to the link's owner, who has it answered (RADIUS).
 *
 *	Request, Response: type 8, data		Success, Failure: nothing
 *
 * MSCHAPv2 in EAP says each thing of MS-CHAPv2 in a Request and wants a Response, also to success and failure.
 */
#include <string.h>

#include "ppp/auth.h"

#define ROUNDS_MAX 100			/* requests of one conversation: certificates come in many pieces */
#define MSCHAP_RETRIES 2
#define TEXT_NO_METHOD "the peer knows no EAP method that is allowed"

enum tried { TRIED_MSCHAPV2 = 1 << 0, TRIED_MD5 = 1 << 1 };

/* --- requests --- */

static void send_request(struct ppp_link *link, struct auth_writer *writer, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;

	auth_send(link, PPP_EAP_PROTOCOL, EAP_REQUEST, peer->identifier, writer, &peer->last);
	auth_await_peer(link, &link->settings->chap, now);
}

static void begin_request(struct auth_peer *peer, struct auth_writer *writer, uint8_t type)
{
	peer->type = type;
	peer->identifier++;
	auth_write(writer);
	cursor_put(&writer->data, &type, 1);
}

void eap_identify(struct ppp_link *link, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;
	struct auth_writer writer;

	peer->state = AUTH_WAITING;
	peer->retries = MSCHAP_RETRIES;
	peer->identifier = link->auth_identifier;
	begin_request(peer, &writer, EAP_IDENTITY);
	send_request(link, &writer, now);
}

static void put_mschapv2_header(struct auth_writer *writer, uint8_t operation, uint8_t identifier, size_t value_length)
{
	const uint8_t octets[] = { operation, identifier };

	cursor_put(&writer->data, octets, sizeof(octets));
	cursor_put_u16(&writer->data, (uint16_t)(EAP_MSCHAPV2_HEADER - 1 + value_length));
}

static void propose(struct ppp_link *link, uint8_t type, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;
	const char *name = link->settings->local_name;
	struct auth_writer writer;

	peer->state = AUTH_WAITING;
	peer->tried |= type == EAP_MD5 ? TRIED_MD5 : TRIED_MSCHAPV2;
	peer->challenge_length = AUTH_CHALLENGE_MAX;
	link_random(link, peer->challenge, peer->challenge_length);
	begin_request(peer, &writer, type);
	peer->mschap_identifier = peer->identifier;
	if (type == EAP_MSCHAPV2)
		put_mschapv2_header(&writer, CHAP_CHALLENGE, peer->mschap_identifier,
				    1 + (size_t)peer->challenge_length + strlen(name));
	auth_value_write(&writer.data, peer->challenge, peer->challenge_length, name, strlen(name));
	send_request(link, &writer, now);
}

/* Success or failure of MSCHAPv2. */
static void send_result(struct ppp_link *link, enum chap_code operation, const char *text, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;
	struct auth_writer writer;

	begin_request(peer, &writer, EAP_MSCHAPV2);
	put_mschapv2_header(&writer, operation, peer->mschap_identifier, strlen(text));
	cursor_put(&writer.data, text, strlen(text));
	send_request(link, &writer, now);
}

/* --- ends --- */

static void succeed(struct ppp_link *link, const char *name, const struct credentials_keys *keys, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;

	auth_send_text(link, PPP_EAP_PROTOCOL, EAP_SUCCESS, peer->identifier, "", &peer->last);
	auth_peer_proved(link, CREDENTIALS_EAP, name, keys, now);
}

static void fail(struct ppp_link *link, const char *reason)
{
	auth_send_text(link, PPP_EAP_PROTOCOL, EAP_FAILURE, link->auth->peer.identifier, "", NULL);
	auth_peer_failed(link, reason);
}

/* --- methods of our own --- */

bool eap_type_is_allowed(unsigned int methods, uint8_t type)
{
	methods &= PPP_CHAP_MD5 | PPP_MSCHAPV2;
	if (type == EAP_MD5)
		return !methods || methods & PPP_CHAP_MD5;
	return type == EAP_MSCHAPV2 && (!methods || methods & PPP_MSCHAPV2);
}

/* MD5 gives no keys. */
static bool may_propose(const struct ppp_link *link, uint8_t type)
{
	return eap_type_is_allowed(link->settings->peer_methods, type) &&
	       !(type == EAP_MD5 && link->settings->mppe_required);
}

/* The strongest that was not tried; 0: none. wanted NULL: any, else one of those. */
static uint8_t next_type(const struct ppp_link *link, const uint8_t *wanted, size_t length)
{
	static const uint8_t types[] = { EAP_MSCHAPV2, EAP_MD5 }, bits[] = { TRIED_MSCHAPV2, TRIED_MD5 };

	for (size_t i = 0; i < sizeof(types); i++)
		if (!(link->auth->peer.tried & bits[i]) && may_propose(link, types[i]) &&
		    (!wanted || (length && memchr(wanted, types[i], length))))
			return types[i];
	return 0;
}

static void propose_next(struct ppp_link *link, const uint8_t *wanted, size_t length, uint64_t now)
{
	uint8_t type = next_type(link, wanted, length);

	if (type)
		propose(link, type, now);
	else
		fail(link, TEXT_NO_METHOD);
}

static void receive_md5(struct ppp_link *link, const struct ppp_packet *packet)
{
	struct auth_peer *peer = &link->auth->peer;
	struct credentials credentials = { .method = CREDENTIALS_CHAP_MD5, .identifier = packet->identifier,
					   .challenge = peer->challenge, .challenge_length = peer->challenge_length };
	struct auth_value value;

	if (!auth_value_read(packet->data + 1, packet->length - 1, &value))
		return;
	if (value.length != CHAP_MD5_LENGTH) {
		fail(link, TEXT_WRONG);
		return;
	}
	credentials.response = value.value;
	credentials.response_length = value.length;
	auth_ask(link, &credentials);
}

/* The name in the response counts, and not the identity: the response was computed with it. */
static void receive_mschapv2_response(struct ppp_link *link, const struct ppp_packet *packet)
{
	struct auth_peer *peer = &link->auth->peer;
	struct credentials credentials = { .method = CREDENTIALS_MSCHAPV2, .challenge = peer->challenge,
					   .challenge_length = peer->challenge_length };
	struct auth_value value;

	if (packet->length < EAP_MSCHAPV2_HEADER ||
	    !auth_value_read(packet->data + EAP_MSCHAPV2_HEADER, packet->length - EAP_MSCHAPV2_HEADER, &value))
		return;
	if (value.length != MSCHAP_RESPONSE || !auth_name(peer, value.name, value.name_length)) {
		fail(link, TEXT_WRONG);
		return;
	}
	credentials.identifier = packet->data[2];
	credentials.response = value.value;
	credentials.response_length = value.length;
	auth_ask(link, &credentials);
}

/* It has understood the result. */
static void receive_result(struct ppp_link *link, uint8_t operation, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;
	struct credentials_keys keys = peer->keys;

	if (peer->refused)
		fail(link, TEXT_WRONG);
	else if (operation == CHAP_SUCCESS)
		succeed(link, NULL, &keys, now);
	explicit_bzero(&keys, sizeof(keys));
}

static void receive_mschapv2(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now)
{
	uint8_t operation = packet->length > 1 ? packet->data[1] : 0;
	uint8_t state = link->auth->peer.state;

	if (state == AUTH_RESULT && (operation == CHAP_SUCCESS || operation == CHAP_FAILURE))
		receive_result(link, operation, now);
	else if (state == AUTH_WAITING && operation == CHAP_FAILURE)
		fail(link, TEXT_WRONG);		/* it gives up */
	else if (state != AUTH_RESULT && operation == CHAP_RESPONSE)
		receive_mschapv2_response(link, packet);
}

/* --- what comes --- */

/* To the owner, whole. */
static void pass_through(struct ppp_link *link, const struct ppp_packet *packet)
{
	struct credentials credentials = { .method = CREDENTIALS_EAP, .identifier = packet->identifier,
					   .response = packet->data - PPP_PACKET_LENGTH,
					   .response_length = packet->length + PPP_PACKET_LENGTH };

	auth_ask(link, &credentials);
}

static void receive_identity(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now)
{
	if (packet->data[0] != EAP_IDENTITY)
		fail(link, "the peer does not say who it is");
	else if (!auth_name(&link->auth->peer, packet->data + 1, packet->length - 1))
		fail(link, TEXT_WRONG);
	else if (link->settings->eap_through)
		pass_through(link, packet);
	else
		propose_next(link, NULL, 0, now);
}

static void receive_method(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;
	uint8_t type = packet->data[0];

	if (type == EAP_NAK && peer->state == AUTH_WAITING)
		propose_next(link, packet->data + 1, packet->length - 1, now);
	else if (type != peer->type)
		return;
	else if (type == EAP_MSCHAPV2)
		receive_mschapv2(link, packet, now);
	else
		receive_md5(link, packet);
}

void eap_receive(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now)
{
	struct auth_peer *peer = link->auth ? &link->auth->peer : NULL;

	if (!peer || !packet->length || packet->identifier != peer->identifier)
		return;
	if (peer->state == AUTH_DONE)
		auth_send_again(link, PPP_EAP_PROTOCOL, peer->last);	/* it missed that */
	else if (peer->state != AUTH_WAITING && peer->state != AUTH_RESULT)
		return;
	else if (peer->type == EAP_IDENTITY)
		receive_identity(link, packet, now);
	else if (link->settings->eap_through)
		pass_through(link, packet);
	else
		receive_method(link, packet, now);
}

/* --- verdicts --- */

static void accept_own(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;
	char text[MSCHAP_SUCCESS + CREDENTIALS_MESSAGE_MAX + 4];

	if (peer->type == EAP_MD5) {
		succeed(link, name, &verdict->keys, now);
		return;
	}
	if (!auth_mschap_success_text(verdict, text, sizeof(text)) ||
	    (name && !auth_name(peer, (const uint8_t *)name, strlen(name)))) {
		auth_broken(link, "the peer was accepted without what MS-CHAPv2 must tell it");
		return;
	}
	peer->keys = verdict->keys;
	peer->state = AUTH_RESULT;
	send_result(link, CHAP_SUCCESS, text, now);
}

static void reject_own(struct ppp_link *link, const struct credentials_verdict *verdict, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;
	char text[MSCHAP_MESSAGE_MAX], reason[PPP_TEXT_MAX];

	if (peer->type == EAP_MD5) {
		fail(link, verdict->message[0] ? verdict->message : TEXT_WRONG);
		return;
	}
	peer->refused = !auth_mschap_failure_text(link, verdict, MSCHAP_V2_CHALLENGE, text, reason);
	peer->state = peer->refused ? AUTH_RESULT : AUTH_WAITING;
	send_result(link, CHAP_FAILURE, text, now);
}

/* The packet that came with a verdict is to be the peer's; code: what it must be. */
static bool relay(struct ppp_link *link, const struct credentials_verdict *verdict, uint8_t code)
{
	struct auth_peer *peer = &link->auth->peer;
	struct ppp_packet packet;
	struct auth_writer writer;

	if (!verdict->eap || !ppp_packet_read(verdict->eap, verdict->eap_length, &packet) || packet.code != code)
		return false;
	peer->identifier = packet.identifier;
	peer->type = packet.length ? packet.data[0] : 0;
	auth_write(&writer);
	cursor_put(&writer.data, packet.data, packet.length);
	auth_send(link, PPP_EAP_PROTOCOL, code, packet.identifier, &writer, &peer->last);
	return cursor_ok(&writer.data);
}

static void go_on(struct ppp_link *link, const struct credentials_verdict *verdict, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;

	if (++peer->rounds > ROUNDS_MAX) {
		fail(link, "EAP comes to no end");
	} else if (relay(link, verdict, EAP_REQUEST)) {
		peer->state = AUTH_WAITING;
		auth_await_peer(link, &link->settings->chap, now);
	} else {
		auth_broken(link, "the RADIUS server continues without an EAP request");
	}
}

static void verdict_of_server(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name,
			      uint64_t now)
{
	if (verdict->result == CREDENTIALS_CONTINUE) {
		go_on(link, verdict, now);
	} else if (verdict->result == CREDENTIALS_ACCEPTED) {
		if (relay(link, verdict, EAP_SUCCESS))
			auth_peer_proved(link, CREDENTIALS_EAP, name, &verdict->keys, now);
		else
			succeed(link, name, &verdict->keys, now);
	} else if (relay(link, verdict, EAP_FAILURE)) {
		auth_peer_failed(link, verdict->message[0] ? verdict->message : TEXT_WRONG);
	} else {
		fail(link, verdict->message[0] ? verdict->message : TEXT_WRONG);
	}
}

void eap_verdict(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name, uint64_t now)
{
	if (link->settings->eap_through)
		verdict_of_server(link, verdict, name, now);
	else if (verdict->result == CREDENTIALS_ACCEPTED)
		accept_own(link, verdict, name, now);
	else
		reject_own(link, verdict, now);
}
