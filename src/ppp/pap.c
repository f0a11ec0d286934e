/* SPDX-License-Identifier: MIT */
/*
 * PAP (RFC 1334 section 2): who proves its name sends name and password, again and again until there is an answer.
 *
 *	Request: length 8, name, length 8, password		Ack, Nak: length 8, message
 */
#include <stdio.h>
#include <string.h>

#include "ppp/auth.h"

enum pap_code { PAP_REQUEST = 1, PAP_ACK, PAP_NAK };

#define FIELD_MAX 255

/* --- the peer's --- */

static void answer(struct ppp_link *link, enum pap_code code, uint8_t identifier, const char *message)
{
	struct auth_writer writer;
	const uint8_t length = (uint8_t)strnlen(message, FIELD_MAX);

	auth_write(&writer);
	cursor_put(&writer.data, &length, 1);
	cursor_put(&writer.data, message, length);
	auth_send(link, PPP_PAP_PROTOCOL, code, identifier, &writer, NULL);
}

/* A field and the length before it. */
static bool take_field(struct cursor *cursor, const uint8_t **field, size_t *length)
{
	const uint8_t *octet = cursor_take(cursor, 1);

	*length = octet ? *octet : 0;
	*field = cursor_take(cursor, *length);
	return cursor_ok(cursor);
}

static void ask(struct ppp_link *link, const struct ppp_packet *packet)
{
	struct cursor cursor = cursor_over((uint8_t *)packet->data, packet->length);
	struct credentials credentials = { .method = CREDENTIALS_PAP, .identifier = packet->identifier };
	const uint8_t *name;
	size_t length;

	if (!take_field(&cursor, &name, &length) ||
	    !take_field(&cursor, &credentials.response, &credentials.response_length))
		return;
	link->auth->peer.identifier = packet->identifier;
	if (!auth_name(&link->auth->peer, name, length)) {
		answer(link, PAP_NAK, packet->identifier, TEXT_WRONG);
		auth_peer_failed(link, TEXT_WRONG);
		return;
	}
	auth_ask(link, &credentials);
}

/* It may have missed our answer, and asks again also when it has been let in (RFC 1334 section 2). */
void pap_receive_request(struct ppp_link *link, const struct ppp_packet *packet)
{
	struct auth_peer *peer = link->auth ? &link->auth->peer : NULL;

	if (peer && peer->state == AUTH_WAITING)
		ask(link, packet);
	else if (peer && peer->state == AUTH_ASKED)
		peer->identifier = packet->identifier;
	else if (link->peer_proved_by == CREDENTIALS_PAP)
		answer(link, PAP_ACK, packet->identifier, "");
}

void pap_verdict(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name, uint64_t now)
{
	uint8_t identifier = link->auth->peer.identifier;
	const char *text = verdict->message[0] ? verdict->message : TEXT_WRONG;

	if (verdict->result == CREDENTIALS_ACCEPTED) {
		answer(link, PAP_ACK, identifier, verdict->message);
		auth_peer_proved(link, CREDENTIALS_PAP, name, &verdict->keys, now);
		return;
	}
	answer(link, PAP_NAK, identifier, text);
	auth_peer_failed(link, text);
}

/* --- ours --- */

void pap_request(struct ppp_link *link, uint64_t now)
{
	const struct link_secret *secret = link->secret;
	struct auth_own *own = &link->auth->own;
	struct auth_writer writer;
	uint8_t lengths[2];

	if (!secret || secret->name_length > FIELD_MAX || secret->password_length > FIELD_MAX) {
		auth_own_failed(link, "name or password is longer than PAP can carry");
		return;
	}
	lengths[0] = (uint8_t)secret->name_length;
	lengths[1] = (uint8_t)secret->password_length;
	own->identifier = link->auth_identifier;
	auth_write(&writer);
	cursor_put(&writer.data, &lengths[0], 1);
	cursor_put(&writer.data, secret->octets, secret->name_length);
	cursor_put(&writer.data, &lengths[1], 1);
	cursor_put(&writer.data, auth_password(secret), secret->password_length);
	auth_send(link, PPP_PAP_PROTOCOL, PAP_REQUEST, own->identifier, &writer, &own->last);
	auth_await_own(link, &link->settings->pap, now);
}

void pap_receive_answer(struct ppp_link *link, const struct ppp_packet *packet)
{
	struct auth_own *own = link->auth ? &link->auth->own : NULL;
	char message[PPP_TEXT_MAX];
	struct cursor cursor = cursor_over((uint8_t *)packet->data, packet->length);
	const uint8_t *said;
	size_t length;

	if (!own || own->state != AUTH_WAITING || packet->identifier != own->identifier)
		return;
	if (packet->code == PAP_ACK) {
		auth_own_proved(link, CREDENTIALS_PAP);
	} else if (packet->code == PAP_NAK) {
		if (!take_field(&cursor, &said, &length))
			length = 0;
		auth_text(said, length, message);
		auth_own_refused(link, message);
	}
}
