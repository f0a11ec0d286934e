/* SPDX-License-Identifier: MIT */
/* LCP's Echo (RFC 1661 section 5.8): whether the peer is there, and whether it is not ourselves. */
#include <string.h>

#include "ppp/engine.h"

#define MAGIC_LENGTH 4

static void put_magic(const struct ppp_link *link, uint8_t out[MAGIC_LENGTH])
{
	struct cursor cursor = cursor_over(out, MAGIC_LENGTH);

	cursor_put_u32(&cursor, link->local_magic);
}

static uint32_t get_magic(const struct ppp_packet *packet)
{
	struct ppp_option magic = { .value = packet->data };

	return packet->length < MAGIC_LENGTH ? 0 : ppp_option_u32(&magic);
}

void echo_begin(struct ppp_link *link)
{
	link->unanswered = 0;
	link->is_looped = false;
	if (link->settings->echo_interval && !link->no_echo)
		link_set_timer(link, LINK_TIMER_ECHO, link->ppp->now + link->settings->echo_interval);
}

void echo_end(struct ppp_link *link)
{
	link_set_timer(link, LINK_TIMER_ECHO, PPP_NEVER);
}

static void silent(struct ppp_link *link)
{
	link_fail(link, &(struct link_failure){
		.cause = link->is_looped ? PPP_CAUSE_LOOP : PPP_CAUSE_LOST,
		.code = link->is_looped ? DISCONNECT_LOOP : DISCONNECT_ECHO,
		.protocol = PPP_LCP, .by_peer = !link->is_looped,
		.text = link->is_looped ? "what we send comes back: the line is looped" :
					  "the peer does not answer echoes any more" });
}

void echo_expire(struct ppp_link *link)
{
	uint32_t most = link->settings->echo_failures;
	uint8_t data[MAGIC_LENGTH];

	if (most && link->unanswered >= most) {
		silent(link);
		return;
	}
	if (link->unanswered < UINT16_MAX)
		link->unanswered++;
	link->counters.echoes_sent++;
	put_magic(link, data);
	negotiate_send(link, CONTROL_LCP, PPP_ECHO_REQUEST, negotiate_identifier(link, CONTROL_LCP), data,
		       sizeof(data));
	link_set_timer(link, LINK_TIMER_ECHO, link->ppp->now + link->settings->echo_interval);
}

/* Our own is not answered: then echoes fail, and we know why. */
void echo_request(struct ppp_link *link, const struct ppp_packet *packet)
{
	uint8_t data[PPP_FRAME_MAX];

	if (!negotiate_is_open(link, CONTROL_LCP) || packet->length < MAGIC_LENGTH)
		return;
	if (link->local_magic && get_magic(packet) == link->local_magic) {
		link->is_looped = true;
		return;
	}
	link->counters.echoes_received++;
	memcpy(data, packet->data, packet->length);
	put_magic(link, data);
	negotiate_send(link, CONTROL_LCP, PPP_ECHO_REPLY, packet->identifier, data, packet->length);
}

/* Some peers give our own magic number back: whoever answers is there. */
void echo_reply(struct ppp_link *link)
{
	if (!negotiate_is_open(link, CONTROL_LCP) || !link->unanswered)
		return;
	link->unanswered = 0;
	link->is_looped = false;
	link->counters.echoes_answered++;
}
