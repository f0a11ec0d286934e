/* SPDX-License-Identifier: MIT */
/*
 * EAP, our proof: see eap.c.  The authenticator asks, we answer, and say which methods we know when it wants
 * another.  That it is content counts only once a method has been gone through, MSCHAPv2 with its own proof.
 */
#include <stdio.h>
#include <string.h>

#include "ppp/auth.h"

static void respond(struct ppp_link *link, const struct ppp_packet *request, struct auth_writer *writer, uint64_t now)
{
	struct auth_own *own = &link->auth->own;

	own->identifier = request->identifier;
	own->type = request->data[0];
	auth_send(link, PPP_EAP_PROTOCOL, EAP_RESPONSE, request->identifier, writer, &own->last);
	auth_await_patiently(link, LINK_TIMER_OWN_AUTH, &link->settings->chap, now);
}

static void begin(struct auth_writer *writer, uint8_t type)
{
	auth_write(writer);
	cursor_put(&writer->data, &type, 1);
}

static void tell_identity(struct ppp_link *link, const struct ppp_packet *request, uint64_t now)
{
	struct auth_writer writer;

	begin(&writer, EAP_IDENTITY);
	cursor_put(&writer.data, link->secret->octets, link->secret->name_length);
	respond(link, request, &writer, now);
}

static void acknowledge(struct ppp_link *link, const struct ppp_packet *request, uint64_t now)
{
	struct auth_writer writer;

	begin(&writer, EAP_NOTIFICATION);
	respond(link, request, &writer, now);
}

static void want_another(struct ppp_link *link, const struct ppp_packet *request, uint64_t now)
{
	static const uint8_t types[] = { EAP_MSCHAPV2, EAP_MD5 };
	struct auth_writer writer;

	begin(&writer, EAP_NAK);
	for (size_t i = 0; i < sizeof(types); i++)
		if (eap_type_is_allowed(link->settings->our_methods, types[i]))
			cursor_put(&writer.data, &types[i], 1);
	respond(link, request, &writer, now);
}

/* With our name: pppd looks for the secret by it, and not by the identity. */
static void answer_md5(struct ppp_link *link, const struct ppp_packet *request, uint64_t now)
{
	const struct link_secret *secret = link->secret;
	uint8_t response[CHAP_MD5_LENGTH];
	struct auth_writer writer;
	struct auth_value challenge;

	if (!auth_value_read(request->data + 1, request->length - 1, &challenge) || !challenge.length)
		return;
	chap_md5_response(request->identifier, auth_password(secret), secret->password_length, challenge.value,
			  challenge.length, response);
	begin(&writer, EAP_MD5);
	auth_value_write(&writer.data, response, sizeof(response), secret->octets, secret->name_length);
	link->auth->own.state = AUTH_RESULT;
	explicit_bzero(&link->auth->own.keys, sizeof(link->auth->own.keys));	/* of an MSCHAPv2 before */
	respond(link, request, &writer, now);
}

/* --- MSCHAPv2 --- */

static void answer_challenge(struct ppp_link *link, const struct ppp_packet *request, uint64_t now)
{
	const struct link_secret *secret = link->secret;
	uint8_t response[MSCHAP_RESPONSE];
	const uint8_t header[] = { CHAP_RESPONSE, request->data[2] };
	struct auth_writer writer;
	struct auth_value challenge;

	if (!auth_value_read(request->data + EAP_MSCHAPV2_HEADER, request->length - EAP_MSCHAPV2_HEADER, &challenge) ||
	    challenge.length != MSCHAP_V2_CHALLENGE)
		return;
	link->auth->own.state = AUTH_WAITING;
	auth_mschap_answer(link, &link->auth->own, challenge.value, challenge.length, response);
	begin(&writer, EAP_MSCHAPV2);
	cursor_put(&writer.data, header, sizeof(header));
	cursor_put_u16(&writer.data, (uint16_t)(EAP_MSCHAPV2_HEADER + sizeof(response) + secret->name_length));
	auth_value_write(&writer.data, response, sizeof(response), secret->octets, secret->name_length);
	respond(link, request, &writer, now);
}

static void send_operation(struct ppp_link *link, const struct ppp_packet *request, uint8_t operation, uint64_t now)
{
	struct auth_writer writer;

	begin(&writer, EAP_MSCHAPV2);
	cursor_put(&writer.data, &operation, 1);
	respond(link, request, &writer, now);
}

static void take_success(struct ppp_link *link, const struct ppp_packet *request, uint64_t now)
{
	if (!auth_mschap_genuine(&link->auth->own, request->data + EAP_MSCHAPV2_HEADER,
				 request->length - EAP_MSCHAPV2_HEADER)) {
		auth_own_failed(link, TEXT_NOT_GENUINE);
		return;
	}
	link->auth->own.state = AUTH_RESULT;
	send_operation(link, request, CHAP_SUCCESS, now);
}

static void take_failure(struct ppp_link *link, const struct ppp_packet *request, uint64_t now)
{
	char reason[PPP_TEXT_MAX];

	auth_mschap_reason(request->data + EAP_MSCHAPV2_HEADER, request->length - EAP_MSCHAPV2_HEADER, reason);
	send_operation(link, request, CHAP_FAILURE, now);
	auth_own_refused(link, reason);
}

static void answer_mschapv2(struct ppp_link *link, const struct ppp_packet *request, uint64_t now)
{
	if (request->length < EAP_MSCHAPV2_HEADER)
		return;
	if (request->data[1] == CHAP_CHALLENGE)
		answer_challenge(link, request, now);
	else if (request->data[1] == CHAP_SUCCESS)
		take_success(link, request, now);
	else if (request->data[1] == CHAP_FAILURE)
		take_failure(link, request, now);
}

/* --- what comes --- */

/* A challenge of our own could come back, as with CHAP. */
static bool is_our_own(const struct ppp_link *link, const struct ppp_packet *request)
{
	const struct auth_peer *peer = &link->auth->peer;

	return peer->challenge_length && request->length >= peer->challenge_length &&
	       memmem(request->data, request->length, peer->challenge, peer->challenge_length);
}

/* Some (SoftEther) ask another thing with the same identifier. */
static bool is_repeated(const struct auth_own *own, const struct ppp_packet *request)
{
	return own->last && own->state != AUTH_DONE && own->identifier == request->identifier &&
	       own->type == request->data[0];
}

static void receive_request(struct ppp_link *link, const struct ppp_packet *request, uint64_t now)
{
	struct auth_own *own = auth_own_of(link);
	uint8_t type = request->length ? request->data[0] : 0;

	if (!own || !type)
		return;
	if (is_repeated(own, request)) {
		auth_send_again(link, PPP_EAP_PROTOCOL, own->last);
		return;
	}
	if (own->state == AUTH_IDLE || own->state == AUTH_DONE)
		own->state = AUTH_WAITING;
	if (is_our_own(link, request))
		auth_own_failed(link, "the peer gave us our own challenge back");
	else if (type == EAP_IDENTITY)
		tell_identity(link, request, now);
	else if (type == EAP_NOTIFICATION)
		acknowledge(link, request, now);
	else if (!eap_type_is_allowed(link->settings->our_methods, type))
		want_another(link, request, now);
	else if (type == EAP_MD5)
		answer_md5(link, request, now);
	else
		answer_mschapv2(link, request, now);
}

/* Some count on with the result, as was once allowed. */
static bool is_answer(const struct auth_own *own, uint8_t identifier)
{
	return own->last && (identifier == own->identifier || identifier == (uint8_t)(own->identifier + 1));
}

void eap_own_receive(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now)
{
	const struct auth_own *own = link->auth ? &link->auth->own : NULL;

	if (packet->code == EAP_REQUEST)
		receive_request(link, packet, now);
	else if (!own || !is_answer(own, packet->identifier))
		return;
	else if (packet->code == EAP_SUCCESS && own->state == AUTH_RESULT)
		auth_own_proved(link, CREDENTIALS_EAP);
	else if (packet->code == EAP_FAILURE && (own->state == AUTH_RESULT || own->state == AUTH_WAITING))
		auth_own_refused(link, "");
}
