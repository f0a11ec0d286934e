/* SPDX-License-Identifier: MIT */
/*
 * Who proves what to whom, against a peer that says anything at any time: PAP, CHAP, MS-CHAP and EAP, as authenticator,
 * as who is asked, and as both.  In place of the link there is one here that checks: nobody is let in without
 * a verdict that says so, nobody who does not know our secret passes for genuine, and nothing happens to a link
 * that has ended.
 *
 * An input: how the peer proves itself, how we do, the settings; then commands, see act().
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "ppp/auth.h"

#define OCTETS_MAX 600

struct end {
	struct ppp_link link;		/* first */
	struct ppp_settings settings;
	struct input input;
	uint64_t now;
	uint32_t random;
	bool failed, asked, accepted;
	uint8_t identifier;		/* of the last packet sent */
	uint8_t type;			/* and its first octet */
};

static struct end *end_of(struct ppp_link *link)
{
	return (struct end *)link;
}

/* --- in place of link.c --- */

void link_send(struct ppp_link *link, uint16_t protocol, const void *octets, size_t length)
{
	struct ppp_packet packet;

	must(!end_of(link)->failed);
	must(length <= PPP_FRAME_MAX - PPP_HEADER_LENGTH);
	must(ppp_packet_read(octets, length, &packet) && packet.length == length - PPP_PACKET_LENGTH);
	must(protocol == PPP_PAP_PROTOCOL || protocol == PPP_CHAP_PROTOCOL || protocol == PPP_EAP_PROTOCOL);
	end_of(link)->identifier = packet.identifier;
	end_of(link)->type = packet.length ? packet.data[0] : 0;
}

void link_set_timer(struct ppp_link *link, enum link_timer timer, uint64_t when)
{
	link->timers[timer] = when;
}

void link_ask(struct ppp_link *link, const struct credentials *credentials)
{
	struct end *end = end_of(link);
	struct credentials_verdict verdict;

	must(!end->failed && !end->asked);
	must(credentials->name_length < PPP_NAME_MAX);
	must(!credentials->name_length || !memchr(credentials->name, '\0', credentials->name_length));
	ppp_verify(credentials, (const uint8_t *)"nobody guesses this", 19, &verdict);
	must(verdict.result == CREDENTIALS_REJECTED);
	end->asked = true;
}

void link_peer_proved(struct ppp_link *link, enum credentials_method method, const char *name, size_t name_length,
		      const struct credentials_keys *keys)
{
	must(end_of(link)->accepted && !end_of(link)->failed);
	must(name_length < PPP_NAME_MAX);
	must(link->peer_method && method == auth_credentials_method(link->peer_method));
	link->peer_proved_by = (uint8_t)method;
	link->told_ipv4 = true;		/* the network follows at once */
}

/* Nobody can say what MS-CHAPv2 wants who does not know our password. */
void link_own_proved(struct ppp_link *link, enum credentials_method method, const struct credentials_keys *keys)
{
	must(!end_of(link)->failed);
	must(link->our_method && method == auth_credentials_method(link->our_method));
	must(method != CREDENTIALS_MSCHAPV2);
	must(method != CREDENTIALS_EAP || !keys->there);
	link->proved_by = (uint8_t)method;
}

void link_fail(struct ppp_link *link, const struct link_failure *failure)
{
	must(!end_of(link)->failed);
	must(failure->text && failure->text[0]);
	end_of(link)->failed = true;
	auth_end(link);
	must(!link->auth);
}

void link_random(struct ppp_link *link, void *octets, size_t length)
{
	for (uint8_t *octet = octets; length--; octet++)
		*octet = (uint8_t)((end_of(link)->random = end_of(link)->random * 1664525 + 1013904223) >> 24);
}

/* --- what an input does --- */

static size_t take(struct end *end, uint8_t octets[OCTETS_MAX])
{
	size_t length = next(&end->input) * 2U, i;

	for (i = 0; i < length && end->input.left; i++)
		octets[i] = next(&end->input);
	return i;
}

/* Of its own length, so that reading past the end is found. */
static void receive(struct end *end, uint16_t protocol, const uint8_t *octets, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);

	must(copy != NULL);
	memcpy(copy, octets, length);
	auth_receive(&end->link, protocol, copy, length, end->now);
	free(copy);
}

static void receive_anything(struct end *end, uint16_t protocol)
{
	uint8_t octets[OCTETS_MAX];

	receive(end, protocol, octets, take(end, octets));
}

/* As a peer would: what answers the last packet, or comes next. */
static void receive_packet(struct end *end, uint16_t protocol)
{
	uint8_t octets[OCTETS_MAX + PPP_PACKET_LENGTH], code = next(&end->input) % 9;
	uint8_t identifier = (uint8_t)(end->identifier + (next(&end->input) & 3));
	size_t length = take(end, octets + PPP_PACKET_LENGTH);

	ppp_packet_write(code, identifier, length, octets);
	receive(end, protocol, octets, length + PPP_PACKET_LENGTH);
}

static void answer(struct end *end)
{
	static const enum credentials_result results[] = { CREDENTIALS_REJECTED, CREDENTIALS_ACCEPTED,
							   CREDENTIALS_CONTINUE, CREDENTIALS_CONTINUE };
	uint8_t how = next(&end->input), eap[OCTETS_MAX];
	struct credentials_verdict verdict = { .result = results[how & 3], .keys = { .there = how & 4 } };

	if (how & 8)
		memcpy(verdict.mschap_success, "S=407A5589115FD0D6209F510FE9C04566932CDA56", 43);
	if (how & 16)
		memcpy(verdict.message, "E=691 R=1 C=5B5D7C7D7B3F2F3E3C2C602132262628 V=3 M=no", 54);
	verdict.eap_length = take(end, eap);
	verdict.eap = eap;
	if (!end->asked)
		return;
	end->asked = false;
	end->accepted = verdict.result == CREDENTIALS_ACCEPTED;
	auth_verdict(&end->link, &verdict, how & 32 ? "the user" : NULL, end->now);
	if (!end->link.auth || end->link.auth->peer.state != AUTH_RESULT)
		end->accepted = false;
}

static void expire(struct end *end)
{
	int earliest = LINK_TIMER_PEER_AUTH;

	for (int timer = LINK_TIMER_PEER_AUTH; timer <= LINK_TIMER_AUTH_LIMIT; timer++)
		if (end->link.timers[timer] < end->link.timers[earliest])
			earliest = timer;
	if (end->link.timers[earliest] == PPP_NEVER)
		return;
	if (end->link.timers[earliest] > end->now)
		end->now = end->link.timers[earliest];
	end->link.timers[earliest] = PPP_NEVER;
	auth_expire(&end->link, (enum link_timer)earliest, end->now);
}

static void act(struct end *end)
{
	static const uint16_t protocols[] = { PPP_PAP_PROTOCOL, PPP_CHAP_PROTOCOL, PPP_EAP_PROTOCOL };
	uint8_t what = next(&end->input);
	uint16_t protocol = protocols[(what >> 4) % 3];

	switch (what % 6) {
	case 0: receive_anything(end, protocol); break;
	case 1: case 2: receive_packet(end, protocol); break;
	case 3: answer(end); break;
	case 4: expire(end); break;
	default:
		if (what == UINT8_MAX)
			auth_rejected(&end->link, protocol, end->now);
	}
}

static struct link_secret *make_secret(void)
{
	static const char name[] = "User", password[] = "clientPass";
	struct link_secret *secret = malloc(sizeof(*secret) + sizeof(name) + sizeof(password));

	must(secret != NULL);
	secret->name_length = sizeof(name) - 1;
	secret->password_length = sizeof(password) - 1;
	memcpy(secret->octets, name, sizeof(name));
	memcpy(secret->octets + sizeof(name), password, sizeof(password));
	return secret;
}

static void prepare(struct end *end)
{
	uint8_t how;

	end->now = 1000;
	end->settings.chap = end->settings.pap = (struct ppp_retries){ 3000, 3, 2, 5 };
	end->link.settings = &end->settings;
	for (int i = 0; i < LINK_TIMERS; i++)
		end->link.timers[i] = PPP_NEVER;
	end->link.peer_method = (uint8_t)(1 << next(&end->input) % 6) & 31;
	end->link.our_method = (uint8_t)(1 << next(&end->input) % 6) & 31;
	how = next(&end->input);
	end->settings.eap_through = how & 1;
	end->settings.chap_interval = how & 2 ? 60000 : 0;
	end->settings.auth_timeout = how & 4 ? 20000 : 0;
	end->settings.peer_methods = end->settings.our_methods = how >> 3;
	end->link.secret = make_secret();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct end *end = calloc(1, sizeof(*end));

	must(end != NULL);
	end->input = (struct input){ data, length };
	prepare(end);
	if (end->link.peer_method || end->link.our_method)
		auth_begin(&end->link, end->now);
	while (end->input.left && !end->failed)
		act(end);
	auth_end(&end->link);
	for (int timer = LINK_TIMER_PEER_AUTH; timer <= LINK_TIMER_AUTH_LIMIT; timer++)
		must(end->link.timers[timer] == PPP_NEVER);
	free(end->link.secret);
	free(end);
	return 0;
}
