/* SPDX-License-Identifier: MIT */
/* See auth.h, and internal.h for what the link wants from here. */
#include "ppp/auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* --- memory --- */

static void drop_packet(struct auth_packet **packet)
{
	if (*packet)
		explicit_bzero((*packet)->octets, (*packet)->length);
	free(*packet);
	*packet = NULL;
}

static void forget(struct ppp_link *link)
{
	struct auth *auth = link->auth;

	if (!auth)
		return;
	drop_packet(&auth->peer.last);
	drop_packet(&auth->own.last);
	free(auth->peer.name);
	explicit_bzero(auth, sizeof(*auth));
	free(auth);
	link->auth = NULL;
	link_set_timer(link, LINK_TIMER_OWN_AUTH, PPP_NEVER);
	link_set_timer(link, LINK_TIMER_AUTH_LIMIT, PPP_NEVER);
}

void auth_end(struct ppp_link *link)
{
	forget(link);
	link_set_timer(link, LINK_TIMER_PEER_AUTH, PPP_NEVER);
}

static struct auth *auth_of(struct ppp_link *link)
{
	if (!link->auth)
		link->auth = calloc(1, sizeof(*link->auth));
	return link->auth;
}

static uint64_t patience(const struct ppp_retries *retries)
{
	return (uint64_t)retries->restart * (retries->max_configure ? retries->max_configure : 1);
}

/* What was said last is kept where the other side, having missed it, would need it word by word. */
static bool may_be_missed(const struct ppp_link *link)
{
	return link->auth->peer.last && link->peer_method & (PPP_MSCHAPV2 | PPP_EAP);
}

static bool is_over(uint8_t state)
{
	return state == AUTH_IDLE || state == AUTH_DONE;
}

/* At the end of everything that may have been the last. */
static void tidy(struct ppp_link *link, uint64_t now)
{
	struct auth *auth = link->auth;

	if (!auth || !is_over(auth->peer.state) || !is_over(auth->own.state))
		return;
	if (!may_be_missed(link)) {
		forget(link);
		return;
	}
	drop_packet(&auth->own.last);
	if (link->timers[LINK_TIMER_AUTH_LIMIT] == PPP_NEVER)
		link_set_timer(link, LINK_TIMER_AUTH_LIMIT, now + patience(&link->settings->chap));
}

/* --- packets --- */

void auth_write(struct auth_writer *writer)
{
	writer->data = cursor_over(writer->octets + PPP_PACKET_LENGTH, sizeof(writer->octets) - PPP_PACKET_LENGTH);
}

static void keep(struct auth_packet **last, const uint8_t *octets, size_t length)
{
	drop_packet(last);
	*last = malloc(sizeof(**last) + length);
	if (!*last)
		return;
	(*last)->length = (uint16_t)length;
	memcpy((*last)->octets, octets, length);
}

void auth_send(struct ppp_link *link, uint16_t protocol, uint8_t code, uint8_t identifier, struct auth_writer *writer,
	       struct auth_packet **last)
{
	size_t length = (size_t)(writer->data.position - writer->octets);

	if (cursor_ok(&writer->data)) {
		ppp_packet_write(code, identifier, length - PPP_PACKET_LENGTH, writer->octets);
		if (last)
			keep(last, writer->octets, length);
		link_send(link, protocol, writer->octets, length);
	}
	explicit_bzero(writer->octets, length);
}

void auth_send_text(struct ppp_link *link, uint16_t protocol, uint8_t code, uint8_t identifier, const char *text,
		    struct auth_packet **last)
{
	struct auth_writer writer;

	auth_write(&writer);
	cursor_put(&writer.data, text, strlen(text));
	auth_send(link, protocol, code, identifier, &writer, last);
}

void auth_send_again(struct ppp_link *link, uint16_t protocol, const struct auth_packet *last)
{
	if (last)
		link_send(link, protocol, last->octets, last->length);
}

void auth_text(const uint8_t *octets, size_t length, char text[PPP_TEXT_MAX])
{
	if (length > PPP_TEXT_MAX - 1)
		length = PPP_TEXT_MAX - 1;
	if (length)
		memcpy(text, octets, length);
	text[length] = '\0';
	text_make_printable(text);
}

static uint16_t protocol_of(unsigned int method)
{
	return method == PPP_PAP ? PPP_PAP_PROTOCOL : method == PPP_EAP ? PPP_EAP_PROTOCOL : PPP_CHAP_PROTOCOL;
}

enum credentials_method auth_credentials_method(unsigned int method)
{
	switch (method) {
	case PPP_PAP: return CREDENTIALS_PAP;
	case PPP_CHAP_MD5: return CREDENTIALS_CHAP_MD5;
	case PPP_MSCHAPV1: return CREDENTIALS_MSCHAPV1;
	case PPP_MSCHAPV2: return CREDENTIALS_MSCHAPV2;
	case PPP_EAP: return CREDENTIALS_EAP;
	default: return CREDENTIALS_NONE;
	}
}

/* --- timers --- */

void auth_await_peer(struct ppp_link *link, const struct ppp_retries *retries, uint64_t now)
{
	link->auth->peer.attempts = retries->max_configure ? retries->max_configure - 1 : 0;
	link_set_timer(link, LINK_TIMER_PEER_AUTH, now + retries->restart);
}

void auth_await_own(struct ppp_link *link, const struct ppp_retries *retries, uint64_t now)
{
	link->auth->own.attempts = retries->max_configure ? retries->max_configure - 1 : 0;
	link_set_timer(link, LINK_TIMER_OWN_AUTH, now + retries->restart);
}

void auth_await_patiently(struct ppp_link *link, enum link_timer timer, const struct ppp_retries *retries,
			  uint64_t now)
{
	*(timer == LINK_TIMER_PEER_AUTH ? &link->auth->peer.attempts : &link->auth->own.attempts) = 0;
	link_set_timer(link, timer, now + patience(retries));
}

static const struct ppp_retries *retries_of(const struct ppp_link *link, unsigned int method)
{
	return method == PPP_PAP ? &link->settings->pap : &link->settings->chap;
}

/* --- the peer's proof --- */

static void challenge(struct ppp_link *link, uint64_t now)
{
	if (link->peer_method == PPP_EAP)
		eap_identify(link, now);
	else if (auth_is_chap(link->peer_method))
		chap_challenge(link, now);
	else
		link->auth->peer.state = AUTH_WAITING;	/* PAP: the peer begins */
}

/* Once more, in the network phase. Without memory it is left out.  Not before something is up: until then the peer may
 * not know that it was accepted, and would take this proof, and the keys that come of it, for the first. */
static void challenge_again(struct ppp_link *link, uint64_t now)
{
	if (!link->told_ipv4 && !link->told_ipv6) {
		link_set_timer(link, LINK_TIMER_PEER_AUTH, now + link->settings->chap_interval);
		return;
	}
	if (!auth_is_chap(link->peer_method) || !auth_of(link))
		return;
	drop_packet(&link->auth->peer.last);
	link->auth->peer.again = true;
	link_set_timer(link, LINK_TIMER_AUTH_LIMIT, PPP_NEVER);
	challenge(link, now);
}

bool auth_name(struct auth_peer *peer, const uint8_t *name, size_t length)
{
	char *copy;

	if (length > AUTH_NAME_MAX || (length && memchr(name, '\0', length)))
		return false;
	copy = malloc(length ? length : 1);
	if (!copy)
		return false;
	if (length)
		memcpy(copy, name, length);
	free(peer->name);
	peer->name = copy;
	peer->name_length = (uint8_t)length;
	return true;
}

void auth_ask(struct ppp_link *link, struct credentials *credentials)
{
	struct auth_peer *peer = &link->auth->peer;

	peer->state = AUTH_ASKED;
	link_set_timer(link, LINK_TIMER_PEER_AUTH, PPP_NEVER);
	credentials->name = (const uint8_t *)peer->name;
	credentials->name_length = peer->name_length;
	link_ask(link, credentials);
}

static size_t name_proved(const struct auth_peer *peer, const char *name, char out[PPP_NAME_MAX])
{
	size_t length = name ? strnlen(name, AUTH_NAME_MAX) : peer->name_length;

	if (length)
		memcpy(out, name ? name : peer->name, length);
	out[length] = '\0';
	return length;
}

bool auth_is_another(const struct ppp_link *link, const char *name)
{
	const struct auth_peer *peer = &link->auth->peer;
	char proved[PPP_NAME_MAX];

	name_proved(peer, name, proved);
	text_make_printable(proved);
	return peer->again && link->peer_name && strcmp(proved, link->peer_name) != 0;
}

static void peer_is_done(struct ppp_link *link, uint64_t now)
{
	uint32_t interval = auth_is_chap(link->peer_method) ? link->settings->chap_interval : 0;

	link->auth->peer.state = AUTH_DONE;
	link_set_timer(link, LINK_TIMER_PEER_AUTH, interval ? now + interval : PPP_NEVER);
	link_set_timer(link, LINK_TIMER_AUTH_LIMIT, PPP_NEVER);
}

void auth_peer_undecided(struct ppp_link *link, uint64_t now)
{
	drop_packet(&link->auth->peer.last);
	peer_is_done(link, now);
}

void auth_peer_proved(struct ppp_link *link, enum credentials_method method, const char *name,
		      const struct credentials_keys *keys, uint64_t now)
{
	struct auth_peer *peer = &link->auth->peer;
	char proved[PPP_NAME_MAX];
	size_t length = name_proved(peer, name, proved);

	peer_is_done(link, now);
	link_peer_proved(link, method, proved, length, peer->again ? NULL : keys);
}

void auth_peer_failed(struct ppp_link *link, const char *text)
{
	const struct link_failure failure = {
		.cause = PPP_CAUSE_REFUSED, .code = DISCONNECT_AUTH_FAILED, .direction = DIRECTION_PEER,
		.protocol = protocol_of(link->peer_method), .text = text,
	};

	link_fail(link, &failure);
}

void auth_broken(struct ppp_link *link, const char *text)
{
	const struct link_failure failure = {
		.cause = PPP_CAUSE_ERROR, .code = DISCONNECT_AUTH_FAILED, .direction = DIRECTION_PEER,
		.protocol = protocol_of(link->peer_method), .text = text,
	};

	link_fail(link, &failure);
}

static void peer_timed_out(struct ppp_link *link, enum ppp_cause cause, const char *text)
{
	const struct link_failure failure = {
		.cause = cause, .code = DISCONNECT_AUTH_TIMEOUT, .direction = DIRECTION_PEER,
		.protocol = protocol_of(link->peer_method), .by_peer = true, .text = text,
	};

	link_fail(link, &failure);
}

bool auth_was_refused(const struct ppp_link *link)
{
	return link->auth && link->auth->peer.state == AUTH_RETRY;
}

bool auth_is_proving(const struct ppp_link *link)
{
	return link->auth && link->our_method && !link->proved_by;
}

static void expire_peer(struct ppp_link *link, uint64_t now)
{
	struct auth_peer *peer = link->auth ? &link->auth->peer : NULL;

	if (!peer || is_over(peer->state)) {
		challenge_again(link, now);
	} else if (peer->state == AUTH_RETRY) {
		auth_peer_failed(link, TEXT_WRONG);
	} else if (peer->state != AUTH_ASKED) {
		if (!peer->attempts) {
			peer_timed_out(link, PPP_CAUSE_LOST, TEXT_NO_PROOF);
			return;
		}
		peer->attempts--;
		auth_send_again(link, protocol_of(link->peer_method), peer->last);
		link_set_timer(link, LINK_TIMER_PEER_AUTH, now + link->settings->chap.restart);
	}
}

/* --- ours --- */

struct auth_own *auth_own_of(struct ppp_link *link)
{
	bool again = !link->auth || is_over(link->auth->own.state);

	if (!link->secret || !auth_of(link))
		return NULL;
	link->auth->own.again |= again;
	return &link->auth->own;
}

const uint8_t *auth_password(const struct link_secret *secret)
{
	return secret->octets + secret->name_length + 1;
}

static void prove(struct ppp_link *link, uint64_t now)
{
	link->auth->own.state = AUTH_WAITING;
	if (link->our_method == PPP_PAP)
		pap_request(link, now);
	else
		auth_await_patiently(link, LINK_TIMER_OWN_AUTH, &link->settings->chap, now);
}

void auth_own_proved(struct ppp_link *link, enum credentials_method method)
{
	struct auth_own *own = &link->auth->own;
	struct credentials_keys keys = own->keys;

	own->state = AUTH_DONE;
	explicit_bzero(&own->keys, sizeof(own->keys));
	link_set_timer(link, LINK_TIMER_OWN_AUTH, PPP_NEVER);
	if (!own->again)
		link_own_proved(link, method, &keys);
	explicit_bzero(&keys, sizeof(keys));
}

void auth_own_refused(struct ppp_link *link, const char *reason)
{
	char text[2 * PPP_TEXT_MAX];
	const struct link_failure failure = {
		.cause = PPP_CAUSE_NOT_TRUSTED, .code = DISCONNECT_AUTH_FAILED, .direction = DIRECTION_OURS,
		.protocol = protocol_of(link->our_method), .by_peer = true, .text = text, .is_unexplained = !reason[0],
	};

	snprintf(text, sizeof(text), "the peer refused our name and password%s%s", reason[0] ? ": " : "", reason);
	link_fail(link, &failure);
}

void auth_own_failed(struct ppp_link *link, const char *text)
{
	const struct link_failure failure = {
		.cause = PPP_CAUSE_NOT_TRUSTED, .code = DISCONNECT_AUTH_FAILED, .direction = DIRECTION_OURS,
		.protocol = protocol_of(link->our_method), .text = text,
	};

	link_fail(link, &failure);
}

static void own_timed_out(struct ppp_link *link)
{
	const struct link_failure failure = {
		.cause = PPP_CAUSE_LOST, .code = DISCONNECT_AUTH_TIMEOUT, .direction = DIRECTION_OURS,
		.protocol = protocol_of(link->our_method), .by_peer = true,
		.text = "the peer did not say whether it accepts our name and password",
	};

	link_fail(link, &failure);
}

static void own_rejected(struct ppp_link *link)
{
	const struct link_failure failure = {
		.cause = PPP_CAUSE_NOT_TRUSTED, .code = DISCONNECT_AUTH_PROTOCOL, .direction = DIRECTION_OURS,
		.protocol = protocol_of(link->our_method), .by_peer = true,
		.text = "the peer does not know the protocol that it asked us to prove our name by",
	};

	link_fail(link, &failure);
}

static void expire_own(struct ppp_link *link, uint64_t now)
{
	struct auth_own *own = &link->auth->own;

	if (own->attempts) {
		own->attempts--;
		auth_send_again(link, protocol_of(link->our_method), own->last);
		link_set_timer(link, LINK_TIMER_OWN_AUTH, now + retries_of(link, link->our_method)->restart);
	} else if (own->rejected) {
		own_rejected(link);
	} else if (own->again) {
		own->state = AUTH_DONE;		/* the peer will ask again, or LCP finds that it is gone */
	} else {
		own_timed_out(link);
	}
}

/* --- what the link wants --- */

static bool begin(struct ppp_link *link, uint64_t now)
{
	if (!auth_of(link)) {
		auth_broken(link, TEXT_NO_MEMORY);
		return false;
	}
	link_random(link, &link->auth_identifier, 1);
	if (link->peer_method && link->settings->auth_timeout)
		link_set_timer(link, LINK_TIMER_AUTH_LIMIT, now + link->settings->auth_timeout);
	return true;
}

void auth_begin(struct ppp_link *link, uint64_t now)
{
	if (!begin(link, now))
		return;
	if (link->peer_method)
		challenge(link, now);
	if (link->our_method)
		prove(link, now);
}

bool auth_begin_proxied(struct ppp_link *link, const struct credentials *credentials, uint64_t now)
{
	struct credentials asked = *credentials;
	struct auth_peer *peer;

	if (credentials->method == CREDENTIALS_NONE || credentials->method == CREDENTIALS_EAP ||
	    credentials->method != auth_credentials_method(link->peer_method))
		return false;
	if (!begin(link, now))
		return true;
	peer = &link->auth->peer;
	peer->identifier = credentials->identifier;
	link->auth_identifier = credentials->identifier;
	if (!auth_name(peer, credentials->name, credentials->name_length)) {
		auth_peer_failed(link, TEXT_WRONG);
		return true;
	}
	auth_ask(link, &asked);
	if (link->auth && link->our_method)
		prove(link, now);
	return true;
}

static void receive_pap(struct ppp_link *link, const struct ppp_packet *packet)
{
	if (packet->code == 1 && link->peer_method == PPP_PAP)
		pap_receive_request(link, packet);
	else if (packet->code != 1 && link->our_method == PPP_PAP)
		pap_receive_answer(link, packet);
}

static void receive_chap(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now)
{
	bool from_authenticator = packet->code == CHAP_CHALLENGE || packet->code == CHAP_SUCCESS ||
				  packet->code == CHAP_FAILURE;

	if (from_authenticator && auth_is_chap(link->our_method))
		chap_own_receive(link, packet, now);
	else if (!from_authenticator && auth_is_chap(link->peer_method))
		chap_receive(link, packet);
}

static void receive_eap(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now)
{
	if (packet->code == EAP_RESPONSE && link->peer_method == PPP_EAP)
		eap_receive(link, packet, now);
	else if (packet->code != EAP_RESPONSE && link->our_method == PPP_EAP)
		eap_own_receive(link, packet, now);
}

void auth_receive(struct ppp_link *link, uint16_t protocol, const uint8_t *octets, size_t length, uint64_t now)
{
	struct ppp_packet packet;

	if (!ppp_packet_read(octets, length, &packet))
		return;
	if (protocol == PPP_PAP_PROTOCOL)
		receive_pap(link, &packet);
	else if (protocol == PPP_CHAP_PROTOCOL)
		receive_chap(link, &packet, now);
	else if (protocol == PPP_EAP_PROTOCOL)
		receive_eap(link, &packet, now);
	tidy(link, now);
}

void auth_expire(struct ppp_link *link, enum link_timer timer, uint64_t now)
{
	struct auth *auth = link->auth;

	if (timer == LINK_TIMER_PEER_AUTH)
		expire_peer(link, now);
	else if (auth && timer == LINK_TIMER_OWN_AUTH && !is_over(auth->own.state))
		expire_own(link, now);
	else if (auth && timer == LINK_TIMER_AUTH_LIMIT && auth->peer.state == AUTH_ASKED)
		peer_timed_out(link, PPP_CAUSE_ERROR, TEXT_NO_VERDICT);
	else if (auth && timer == LINK_TIMER_AUTH_LIMIT && !is_over(auth->peer.state))
		peer_timed_out(link, PPP_CAUSE_REFUSED, TEXT_NO_PROOF);
	else if (auth && timer == LINK_TIMER_AUTH_LIMIT)
		drop_packet(&auth->peer.last);
	tidy(link, now);
}

void auth_verdict(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name, uint64_t now)
{
	if (!link->auth || link->auth->peer.state != AUTH_ASKED)
		return;
	if (link->peer_method == PPP_PAP)
		pap_verdict(link, verdict, name, now);
	else if (link->peer_method == PPP_EAP)
		eap_verdict(link, verdict, name, now);
	else
		chap_verdict(link, verdict, name, now);
	tidy(link, now);
}

/* EAP's last word is not repeated when it is lost (RFC 3748 section 4.2); all that had to be proved was. */
void auth_overtaken(struct ppp_link *link, uint64_t now)
{
	if (!link->auth || link->auth->own.state != AUTH_RESULT)
		return;
	auth_own_proved(link, CREDENTIALS_EAP);
	tidy(link, now);
}

/* Who rejects EAP has asked for it, and wanted a method that we do not know: SoftEther then asks for something else, by
 * LCP. It is given the time for that. */
static void own_is_rejected(struct ppp_link *link, uint64_t now)
{
	struct auth_own *own = &link->auth->own;

	if (link->our_method != PPP_EAP) {
		own_rejected(link);
		return;
	}
	own->rejected = true;
	own->attempts = 0;
	drop_packet(&own->last);
	link_set_timer(link, LINK_TIMER_OWN_AUTH, now + link->settings->chap.restart);
}

void auth_rejected(struct ppp_link *link, uint16_t protocol, uint64_t now)
{
	const struct link_failure failure = {
		.cause = PPP_CAUSE_REFUSED, .code = DISCONNECT_AUTH_PROTOCOL, .direction = DIRECTION_PEER,
		.protocol = protocol, .by_peer = true,
		.text = "the peer does not know the protocol that it was to prove its name by",
	};

	if (!link->auth)
		return;
	if (link->auth->peer.state != AUTH_DONE && link->peer_method && protocol_of(link->peer_method) == protocol)
		link_fail(link, &failure);
	else if (link->auth->own.state != AUTH_DONE && link->our_method && protocol_of(link->our_method) == protocol)
		own_is_rejected(link, now);
}
