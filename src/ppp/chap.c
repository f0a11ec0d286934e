/* SPDX-License-Identifier: MIT */
/*
 * CHAP, the peer's proof (RFC 1994): we challenge it, again and again until it responds, and later anew.
 *
 *	Challenge, Response: length 8, value, name		Success, Failure: message
 *
 * MS-CHAP (RFC 2433, RFC 2759) has challenges of a certain length, and says in the messages what else there is to say:
 * that it may try again, and in version 2, that we know its secret, too.  Its password changes are refused.
 */
#include <string.h>

#include "ppp/auth.h"

#define MSCHAP_RETRIES 2		/* of one link: three guesses */
#define CHAP_MD5_CHALLENGE 16

enum change_code { CHANGE_PASSWORD_1 = 5, CHANGE_PASSWORD_2 = 6, CHANGE_PASSWORD_3 = 7 };

static bool is_mschap(const struct ppp_link *link)
{
	return link->peer_method & (PPP_MSCHAPV1 | PPP_MSCHAPV2);
}

static size_t challenge_length(const struct ppp_link *link)
{
	return link->peer_method == PPP_MSCHAPV1 ? MSCHAP_V1_CHALLENGE : CHAP_MD5_CHALLENGE;
}

static size_t response_length(const struct ppp_link *link)
{
	return is_mschap(link) ? MSCHAP_RESPONSE : CHAP_MD5_LENGTH;
}

void chap_challenge(struct ppp_link *link, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;
	const char *name = link->settings->local_name;
	struct auth_writer writer;

	peer->state = AUTH_WAITING;
	peer->retries = MSCHAP_RETRIES;
	peer->identifier = ++link->auth_identifier;
	peer->challenge_length = (uint8_t)challenge_length(link);
	link_random(link, peer->challenge, peer->challenge_length);
	auth_write(&writer);
	auth_value_write(&writer.data, peer->challenge, peer->challenge_length, name, strlen(name));
	auth_send(link, PPP_CHAP_PROTOCOL, CHAP_CHALLENGE, peer->identifier, &writer, &peer->last);
	auth_await_peer(link, &link->settings->chap, now);
}

/* text: for the peer. */
static void refuse(struct ppp_link *link, const char *text, const char *reason)
{
	auth_send_text(link, PPP_CHAP_PROTOCOL, CHAP_FAILURE, link->auth->peer.identifier, text, NULL);
	auth_peer_failed(link, reason);
}

/* As if a verdict had said so, and finally. */
static void refuse_at_once(struct ppp_link *link)
{
	static const struct credentials_verdict wrong = { .result = CREDENTIALS_REJECTED };
	char text[MSCHAP_MESSAGE_MAX], reason[PPP_TEXT_MAX];

	if (!is_mschap(link)) {
		refuse(link, TEXT_WRONG, TEXT_WRONG);
		return;
	}
	link->auth->peer.retries = 0;
	auth_mschap_failure_text(link, &wrong, challenge_length(link), text, reason);
	refuse(link, text, TEXT_WRONG);
}

static void receive_response(struct ppp_link *link, const struct ppp_packet *packet)
{
	struct auth_peer *peer = &link->auth->peer;
	struct credentials credentials = { .method = auth_credentials_method(link->peer_method),
					   .identifier = packet->identifier, .challenge = peer->challenge,
					   .challenge_length = peer->challenge_length };
	struct auth_value value;

	if (!auth_value_read(packet->data, packet->length, &value))
		return;
	if (value.length != response_length(link) || !auth_name(peer, value.name, value.name_length)) {
		refuse_at_once(link);
		return;
	}
	credentials.response = value.value;
	credentials.response_length = value.length;
	auth_ask(link, &credentials);
}

static void refuse_change(struct ppp_link *link, const struct ppp_packet *packet)
{
	const struct mschap_failure failure = { .error = MSCHAP_ERROR_CHANGING_PASSWORD };
	char text[MSCHAP_MESSAGE_MAX];

	mschap_failure_format(&failure, text, sizeof(text));
	link->auth->peer.identifier = packet->identifier;
	refuse(link, text, "the peer wants to change its password, which is not possible here");
}

/* Nothing is kept any more. It may have missed that it was let in; what MS-CHAPv2 said then is not known any more. */
static void repeat(struct ppp_link *link, const struct ppp_packet *packet)
{
	if (packet->code == CHAP_RESPONSE && packet->identifier == link->auth_identifier &&
	    link->peer_proved_by && link->peer_method != PPP_MSCHAPV2)
		auth_send_text(link, PPP_CHAP_PROTOCOL, CHAP_SUCCESS, packet->identifier, "", NULL);
}

void chap_receive(struct ppp_link *link, const struct ppp_packet *packet)
{
	struct auth_peer *peer = link->auth ? &link->auth->peer : NULL;

	if (!peer || peer->state == AUTH_IDLE || (peer->state == AUTH_DONE && !peer->last)) {
		repeat(link, packet);
	} else if (packet->code >= CHANGE_PASSWORD_1 && packet->code <= CHANGE_PASSWORD_3) {
		if (is_mschap(link) && (peer->state == AUTH_WAITING || peer->state == AUTH_RETRY))
			refuse_change(link, packet);
	} else if (packet->code == CHAP_RESPONSE) {
		if ((peer->state == AUTH_WAITING || peer->state == AUTH_RETRY) &&
		    packet->identifier == peer->identifier)
			receive_response(link, packet);
		else if ((peer->state == AUTH_DONE && packet->identifier == peer->identifier) ||
			 (peer->state == AUTH_RETRY && packet->identifier == (uint8_t)(peer->identifier - 1)))
			auth_send_again(link, PPP_CHAP_PROTOCOL, peer->last);
	}
}

static void let_in(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name, uint64_t now)
{
	char text[MSCHAP_SUCCESS + CREDENTIALS_MESSAGE_MAX + 4];
	const char *success = verdict->message;
	struct auth_peer *peer = &link->auth->peer;

	if (auth_is_another(link, name)) {
		refuse_at_once(link);
		return;
	}
	if (link->peer_method == PPP_MSCHAPV2) {
		if (!auth_mschap_success_text(verdict, text, sizeof(text))) {
			auth_broken(link, "the peer was accepted without what MS-CHAPv2 must tell it");
			return;
		}
		success = text;
	}
	auth_send_text(link, PPP_CHAP_PROTOCOL, CHAP_SUCCESS, peer->identifier, success, &peer->last);
	auth_peer_proved(link, auth_credentials_method(link->peer_method), name, &verdict->keys, now);
}

/* The response is confirmed all the same where that says nothing of the secret, lest the peer takes us for dead. */
static void skip(struct ppp_link *link, uint64_t now)
{
	if (link->peer_method != PPP_MSCHAPV2)
		auth_send_text(link, PPP_CHAP_PROTOCOL, CHAP_SUCCESS, link->auth->peer.identifier, "", NULL);
	auth_peer_undecided(link, now);
}

/* The next response has the next identifier (RFC 2759 section 9.1.4). */
static void reject_mschap(struct ppp_link *link, const struct credentials_verdict *verdict, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;
	char text[MSCHAP_MESSAGE_MAX], reason[PPP_TEXT_MAX];

	if (!auth_mschap_failure_text(link, verdict, challenge_length(link), text, reason)) {
		refuse(link, text, reason);
		return;
	}
	auth_send_text(link, PPP_CHAP_PROTOCOL, CHAP_FAILURE, peer->identifier, text, &peer->last);
	peer->state = AUTH_RETRY;
	peer->identifier = ++link->auth_identifier;
	auth_await_patiently(link, LINK_TIMER_PEER_AUTH, &link->settings->chap, now);
}

void chap_verdict(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name, uint64_t now)
{
	const char *text = verdict->message[0] ? verdict->message : TEXT_WRONG;

	if (verdict->result == CREDENTIALS_ACCEPTED)
		let_in(link, verdict, name, now);
	else if (verdict->result == CREDENTIALS_UNDECIDED && link->auth->peer.again)
		skip(link, now);
	else if (is_mschap(link))
		reject_mschap(link, verdict, now);
	else
		refuse(link, text, text);
}
