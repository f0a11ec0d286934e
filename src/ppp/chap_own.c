/* SPDX-License-Identifier: MIT */
/*
 * CHAP, our proof: see chap.c.  A challenge may come at any time; what answers it is sent again until the peer says
 * what it thinks of it.  Of MS-CHAPv2 the peer must prove that it knows our secret, too.
 */
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>

#include "ppp/auth.h"

/* The peer would have us answer the challenge that it cannot answer itself. */
static bool is_our_own(const struct ppp_link *link, const struct auth_value *challenge)
{
	const struct auth_peer *peer = &link->auth->peer;

	return peer->challenge_length && peer->challenge_length == challenge->length &&
	       memeql_sec(peer->challenge, challenge->value, challenge->length);
}

static bool length_is_right(const struct ppp_link *link, size_t length)
{
	switch (link->our_method) {
	case PPP_MSCHAPV1: return length == MSCHAP_V1_CHALLENGE;
	case PPP_MSCHAPV2: return length == MSCHAP_V2_CHALLENGE;
	default: return length > 0;
	}
}

/* Returns the response's length. */
static size_t compute(struct ppp_link *link, struct auth_own *own, uint8_t identifier,
		      const struct auth_value *challenge, uint8_t response[MSCHAP_RESPONSE])
{
	if (link->our_method != PPP_CHAP_MD5) {
		auth_mschap_answer(link, own, challenge->value, challenge->length, response);
		return MSCHAP_RESPONSE;
	}
	chap_md5_response(identifier, auth_password(link->secret), link->secret->password_length, challenge->value,
			  challenge->length, response);
	return CHAP_MD5_LENGTH;
}

static void respond(struct ppp_link *link, struct auth_own *own, uint8_t identifier, const struct auth_value *challenge,
		    uint64_t now)
{
	const struct link_secret *secret = link->secret;
	uint8_t response[MSCHAP_RESPONSE];
	size_t length = compute(link, own, identifier, challenge, response);
	struct auth_writer writer;

	own->state = AUTH_WAITING;
	own->identifier = identifier;
	auth_write(&writer);
	auth_value_write(&writer.data, response, length, secret->octets, secret->name_length);
	auth_send(link, PPP_CHAP_PROTOCOL, CHAP_RESPONSE, identifier, &writer, &own->last);
	auth_await_own(link, &link->settings->chap, now);
}

/* It came again, before our answer did: the same answer, since MS-CHAPv2's is never the same when made anew. */
static bool is_answered(const struct ppp_link *link, const struct auth_own *own, uint8_t identifier,
			const struct auth_value *challenge)
{
	return own->state == AUTH_WAITING && own->last && own->identifier == identifier &&
	       link->our_method != PPP_CHAP_MD5 &&
	       memeql_sec(own->challenge, challenge->value, challenge->length);
}

static void receive_challenge(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now)
{
	struct auth_value challenge;
	struct auth_own *own;

	if (!auth_value_read(packet->data, packet->length, &challenge) || !length_is_right(link, challenge.length))
		return;
	own = auth_own_of(link);
	if (!own)
		return;
	if (is_our_own(link, &challenge))
		auth_own_failed(link, "the peer gave us our own challenge back");
	else if (is_answered(link, own, packet->identifier, &challenge))
		auth_send_again(link, PPP_CHAP_PROTOCOL, own->last);
	else
		respond(link, own, packet->identifier, &challenge, now);
}

static void receive_success(struct ppp_link *link, const struct ppp_packet *packet)
{
	if (link->our_method == PPP_MSCHAPV2 && !auth_mschap_genuine(&link->auth->own, packet->data, packet->length))
		auth_own_failed(link, TEXT_NOT_GENUINE);
	else
		auth_own_proved(link, auth_credentials_method(link->our_method));
}

/* That we may try again is of no use to who has one password only. */
static void receive_failure(struct ppp_link *link, const struct ppp_packet *packet)
{
	char reason[PPP_TEXT_MAX];

	if (link->our_method == PPP_CHAP_MD5)
		auth_text(packet->data, packet->length, reason);
	else
		auth_mschap_reason(packet->data, packet->length, reason);
	auth_own_refused(link, reason);
}

void chap_own_receive(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now)
{
	const struct auth_own *own = link->auth ? &link->auth->own : NULL;

	if (packet->code == CHAP_CHALLENGE) {
		receive_challenge(link, packet, now);
		return;
	}
	if (!own || own->state != AUTH_WAITING || !own->last || packet->identifier != own->identifier)
		return;		/* an answer to nothing that we said */
	if (packet->code == CHAP_SUCCESS)
		receive_success(link, packet);
	else
		receive_failure(link, packet);
}
