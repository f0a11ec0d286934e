/* SPDX-License-Identifier: MIT */
/*
 * A subscriber behind `near`, made by hand, for what our own engine never does: near is its LAC, which has no PPP, and
 * what far says to it is answered here.  It agrees to whatever it is asked for.
 */
#ifndef L2TPD_TESTS_UNIT_SERVICE_PPP_PEER_H
#define L2TPD_TESTS_UNIT_SERVICE_PPP_PEER_H

#include "service/session_ppp.h"
#include "wire/ppp.h"

#include "service_ppp.h"

enum { PEER_REQUEST = 1, PEER_ACK, PEER_NAK };

#define PEER_FRAME_MAX 256

static uint8_t peer_identifier;		/* of the last request */
static uint8_t peer_challenge;		/* identifier of the last packet of CHAP that came */

static inline const struct session *peer_session(struct pair *pair)
{
	return handle_get(&pair->far->service->session_handles, pair_first_session(pair->far).handle);
}

static inline void peer_say(struct pair *pair, uint16_t protocol, uint8_t code, uint8_t identifier, const void *data,
			    size_t length)
{
	uint8_t frame[PEER_FRAME_MAX];
	const struct datapath_message message = {
		.session = peer_session(pair)->datapath, .octets = frame,
		.length = (uint32_t)(PPP_HEADER_LENGTH + PPP_PACKET_LENGTH + length),
	};

	assert_in_range(message.length, 1, sizeof(frame));
	ppp_header_write(protocol, frame);
	ppp_packet_write(code, identifier, length, frame + PPP_HEADER_LENGTH);
	memcpy(frame + PPP_HEADER_LENGTH + PPP_PACKET_LENGTH, data, length);
	assert_true(datapath_null_message(pair->far->dp, &message));
}

static inline void peer_answer(struct pair *pair, const struct datapath_message *sent)
{
	const uint8_t *octets;
	struct ppp_packet packet;
	uint16_t protocol;
	size_t length;

	assert_true(ppp_frame_read(sent->octets, sent->length, &protocol, &octets, &length));
	if ((protocol == PPP_LCP || protocol == PPP_IPCP) && ppp_packet_read(octets, length, &packet) &&
	    packet.code == PEER_REQUEST)
		peer_say(pair, protocol, PEER_ACK, packet.identifier, packet.data, packet.length);
	if (protocol == PPP_CHAP_PROTOCOL && ppp_packet_read(octets, length, &packet))
		peer_challenge = packet.identifier;
}

/* False: all are silent. */
static inline bool peer_talk(struct pair *pair)
{
	static struct datapath_message messages[64];
	bool any;
	int count;

	service_receive(pair->near->service, pair->near->now);
	service_receive(pair->far->service, pair->far->now);
	any = pair_transmit(pair, 0);
	service_transmit(pair->far->service, pair->far->now);
	while ((count = datapath_null_sent(pair->far->dp, messages, 64)) > 0) {
		any = true;
		for (int i = 0; i < count; i++)
			if (messages[i].session != HANDLE_NONE && ppp_far_has(pair))
				peer_answer(pair, &messages[i]);
	}
	return any;
}

/* As pair_run(). */
static inline void peer_run(struct pair *pair, uint64_t ms)
{
	uint64_t end = pair->near->now + ms, next;

	while (peer_talk(pair))
		;
	while ((next = pair_deadline(pair)) <= end) {
		if (next > pair->near->now)
			pair->near->now = pair->far->now = next;
		service_expire(pair->near->service, next);
		service_expire(pair->far->service, next);
		while (peer_talk(pair))
			;
	}
	pair->near->now = pair->far->now = end;
}

/* LCP, from the beginning or anew. */
static inline void peer_lcp(struct pair *pair)
{
	const uint8_t magic[] = { 5, 6, 1, 2, 3, ++peer_identifier };

	peer_say(pair, PPP_LCP, PEER_REQUEST, peer_identifier, magic, sizeof(magic));
	peer_run(pair, 4000);
}

static inline void peer_pap(struct pair *pair, const char *name, const char *password)
{
	char data[PEER_FRAME_MAX / 2];

	snprintf(data, sizeof(data), "%c%s%c%s", (int)strlen(name), name, (int)strlen(password), password);
	peer_say(pair, PPP_PAP_PROTOCOL, PEER_REQUEST, ++peer_identifier, data, strlen(data));
	peer_run(pair, 100);
}

/* A response of MS-CHAP: whether it is right is the server's to say. */
static inline void peer_mschap(struct pair *pair, const char *name, uint8_t identifier)
{
	uint8_t data[PEER_FRAME_MAX / 2] = { 49, [49] = 1 };

	memcpy(data + 50, name, strlen(name));
	peer_say(pair, PPP_CHAP_PROTOCOL, 2, identifier, data, 50 + strlen(name));
	peer_run(pair, 100);
}

static inline void peer_ipcp(struct pair *pair, const char *address)
{
	uint8_t option[6] = { 3, 6 };
	struct address wanted;

	assert_true(address_parse(address, &wanted));
	memcpy(option + 2, wanted.bytes, 4);
	peer_say(pair, PPP_IPCP, PEER_REQUEST, ++peer_identifier, option, sizeof(option));
	peer_run(pair, 4000);
}

#define PEER_PROFILE                                                                                                  \
	"ppp profile modify profile_name=default auth_pap=yes auth_chap=no auth_mschapv2=no auth_eap=no ipv6=no\n"

/* The session is there, and LCP is open. */
static inline void peer_begin(struct pair *pair)
{
	DO(pair->far, PEER_PROFILE);
	DO(pair->near, "system modify session_persist_pend_timeout=0");
	ppp_dial(pair, "no_ppp=yes");
	peer_lcp(pair);
}

#endif
