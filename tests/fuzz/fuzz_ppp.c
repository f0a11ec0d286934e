/* SPDX-License-Identifier: MIT */
/*
 * The PPP engine, told what to do by an input: each octet chooses what happens next (a frame of the peer, made of what
 * the engine sent last or of the input's own octets; a command of the owner; time that passes), the following say how.
 *
 * Whatever happened: what the engine sends can be read, what is told comes in its order, and when the link has been
 * closed and some time has passed, it is down and nothing is left.
 */
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "ppp/ppp.h"
#include "wire/ppp.h"

#define STEPS_MAX 300
#define REST_MS 600000
#define SECRET "secret"

struct packet {
	uint16_t protocol;
	size_t length;
	uint8_t octets[PPP_FRAME_MAX];		/* from the code on */
};

static struct ppp *ppp;
static handle link_handle;
static uint64_t now;
static uint32_t random_state;
static struct ppp_settings settings;
static struct packet last;			/* that the engine sent */
static struct packet requests[4];		/* its Configure-Requests */
static bool asked, wanted, down, ipv4, ipv6, mppe;
static struct credentials_verdict verdict;

static void next_random(void *octets, size_t length)
{
	random_octets(&random_state, octets, length);
}

static size_t take_octets(struct input *input, uint8_t *out, size_t most)
{
	size_t length = next(input);

	length = length < most ? length : most;
	for (size_t i = 0; i < length; i++)
		out[i] = next(input);
	return length;
}

/* --- what comes out --- */

static void flip(bool *state, bool to)
{
	must(*state != to);
	*state = to;
}

static void check_credentials(const struct credentials *credentials)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < credentials->name_length; i++)
		sum ^= credentials->name[i];
	for (size_t i = 0; i < credentials->challenge_length; i++)
		sum ^= credentials->challenge[i];
	for (size_t i = 0; i < credentials->response_length; i++)
		sum ^= credentials->response[i];
	must(credentials->method != CREDENTIALS_NONE && (sum || !sum));
	if (credentials->method != CREDENTIALS_EAP)
		ppp_verify(credentials, (const uint8_t *)SECRET, sizeof(SECRET) - 1, &verdict);
}

static void check_event(const struct ppp_event *event)
{
	must(event->link == link_handle && event->owner == &link_handle && !down);
	switch (event->kind) {
	case PPP_EVENT_LINK_UP:
		must(!ipv4 && !ipv6 && !mppe);
		asked = wanted = false;
		break;
	case PPP_EVENT_CREDENTIALS:
		check_credentials(event->credentials);
		asked = true;
		break;
	case PPP_EVENT_NETWORK:
		wanted = true;
		break;
	case PPP_EVENT_IPV4_UP:
	case PPP_EVENT_IPV4_DOWN:
		flip(&ipv4, event->kind == PPP_EVENT_IPV4_UP);
		break;
	case PPP_EVENT_IPV6_UP:
	case PPP_EVENT_IPV6_DOWN:
		flip(&ipv6, event->kind == PPP_EVENT_IPV6_UP);
		break;
	case PPP_EVENT_MPPE_UP:
		must(event->keys && (event->keys->key_length == 8 || event->keys->key_length == 16));
		flip(&mppe, true);
		break;
	case PPP_EVENT_MPPE_DOWN:
		flip(&mppe, false);
		break;
	case PPP_EVENT_MPPE_RESET:
		must(mppe);
		break;
	case PPP_EVENT_DOWN:
		must(!ipv4 && !ipv6 && !mppe && event->text && memchr(event->text, 0, PPP_TEXT_MAX));
		down = true;
	}
	must(!settings.mppe_required || mppe || (!ipv4 && !ipv6));
}

static struct packet *request_of(uint16_t protocol)
{
	return protocol == PPP_LCP ? &requests[0] : protocol == PPP_IPCP ? &requests[1] :
	       protocol == PPP_IPV6CP ? &requests[2] : &requests[3];
}

static void take(void)
{
	struct ppp_event event;
	struct ppp_frame frame;

	while (ppp_next_event(ppp, &event))
		check_event(&event);
	while (ppp_next_frame(ppp, &frame)) {
		struct ppp_packet packet;
		const uint8_t *octets;
		size_t length;

		must(ppp_frame_read(frame.octets, frame.length, &last.protocol, &octets, &length));
		must(ppp_packet_read(octets, length, &packet));
		must(packet.length + PPP_PACKET_LENGTH == length);
		last.length = length;
		memcpy(last.octets, octets, length);
		if (packet.code >= 1 && packet.code <= 4 && last.protocol != PPP_CHAP_PROTOCOL &&
		    last.protocol != PPP_PAP_PROTOCOL && last.protocol != PPP_EAP_PROTOCOL)
			must(ppp_options_are_whole(packet.data, packet.length));
		if (packet.code == 1)
			*request_of(last.protocol) = last;
	}
}

/* --- what goes in --- */

static void frame_in(const uint8_t *octets, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);

	must(copy != NULL);
	if (length)
		memcpy(copy, octets, length);
	ppp_receive(ppp, link_handle, copy, length, now);
	free(copy);
}

static void packet_in(const struct packet *packet)
{
	uint8_t frame[PPP_HEADER_LENGTH + PPP_FRAME_MAX];

	ppp_header_write(packet->protocol, frame);
	memcpy(frame + PPP_HEADER_LENGTH, packet->octets, packet->length);
	frame_in(frame, PPP_HEADER_LENGTH + packet->length);
}

static void raw(struct input *input)
{
	uint8_t octets[255];
	size_t length = take_octets(input, octets, sizeof(octets));

	frame_in(octets, length);
}

static const uint16_t protocols[] = { PPP_LCP, PPP_IPCP, PPP_IPV6CP, PPP_CCP, PPP_CHAP_PROTOCOL, PPP_PAP_PROTOCOL,
				      PPP_EAP_PROTOCOL, 0x8053 };

/* A packet with a right length; identifier 255: that of what the engine sent last. */
static void packet_made(struct input *input)
{
	struct packet packet = { .protocol = protocols[next(input) % 8] };
	uint8_t code = next(input), identifier = next(input);

	if (identifier == 255)
		identifier = last.octets[1];
	packet.length = take_octets(input, packet.octets + PPP_PACKET_LENGTH, 250);
	ppp_packet_write(code, identifier, packet.length, packet.octets);
	packet.length += PPP_PACKET_LENGTH;
	packet_in(&packet);
}

/* The engine's last request of a protocol with another code, perhaps spoilt. */
static void answered(struct input *input)
{
	struct packet packet = requests[next(input) % 4];
	uint8_t how = next(input);

	if (!packet.length)
		return;
	packet.octets[0] = (uint8_t)(1 + how % 6);
	if (how >= 128)
		packet.octets[next(input) % packet.length] ^= (uint8_t)(1u << how % 8);
	packet_in(&packet);
}

static void given_back(struct input *input)
{
	struct packet packet = last;
	uint8_t code = next(input);

	if (!packet.length)
		return;
	if (code)
		packet.octets[0] = code;
	packet_in(&packet);
}

/* --- the owner --- */

static void decide(struct input *input)
{
	uint8_t how = next(input);
	struct credentials_verdict other = { .result = how % 3, .eap = requests[0].octets, .eap_length = how,
					     .keys = { .there = true } };

	if (!asked)
		return;
	asked = false;
	if (how & 128)
		verdict = other;
	ppp_verdict(ppp, link_handle, &verdict, how & 64 ? "other" : NULL, now);
}

static void give_network(struct input *input)
{
	uint8_t how = next(input);
	struct ppp_network network = {
		.ipv4 = how & 1, .ipv6 = how & 2, .local_may_change = how & 4, .peer_may_choose = how & 8,
		.want_dns = how & 16,
	};

	if (how & 32)
		network.local = (struct address){ AF_INET, .bytes = { 192, 0, 2, 1 } };
	if (how & 64)
		network.peer = (struct address){ AF_INET, .bytes = { 192, 0, 2, 9 } };
	if (how & 128)
		network.dns[0] = (struct address){ AF_INET, .bytes = { 192, 0, 2, 53 } };
	ppp_network(ppp, link_handle, &network, now);
}

static void wait(uint64_t ms)
{
	uint64_t until = now + ms;
	unsigned int steps = 0;

	while (ppp_deadline(ppp) <= until) {
		now = ppp_deadline(ppp) > now ? ppp_deadline(ppp) : now;
		while (ppp_expire(ppp, now)) {
			take();
			must(++steps < 100000);
		}
	}
	now = until;
}

static void step(struct input *input)
{
	switch (next(input) % 10) {
	case 0: raw(input); break;
	case 1: case 2: packet_made(input); break;
	case 3: case 4: answered(input); break;
	case 5: given_back(input); break;
	case 6: decide(input); break;
	case 7: give_network(input); break;
	case 8: wait(next(input) * 100u); break;
	case 9:
		if (next(input) % 8)
			ppp_mppe_lost(ppp, link_handle, now);
		else
			ppp_close(ppp, link_handle, "enough", now);
	}
	take();
}

static void set_up(struct input *input, struct ppp_proxy *proxy)
{
	static uint8_t sent[64], received[64];
	uint8_t how = next(input);

	settings = (struct ppp_settings){
		.mru = how & 1 ? 1400 : 0, .accm = how & 2 ? 0 : UINT32_MAX, .use_magic = how & 4, .use_pfc = how & 8,
		.use_acfc = how & 8, .passive = how & 16, .eap_through = how & 32, .peer_methods = next(input),
		.our_methods = next(input), .local_name = "here", .auth_timeout = 30000, .chap_interval = 20000,
		.lcp = { 3000, 10, 2, 5 }, .ipcp = { 3000, 10, 2, 5 }, .pap = { 3000, 10, 2, 5 },
		.chap = { 3000, 10, 2, 5 }, .echo_interval = 10000, .echo_failures = 5, .ipv4 = true, .ipv6 = true,
	};
	settings.mppe = next(input);
	settings.mppe_required = settings.mppe & 16 && settings.mppe & 7;
	memset(&verdict, 0, sizeof(verdict));
	memset(requests, 0, sizeof(requests));
	memset(&last, 0, sizeof(last));
	asked = wanted = down = ipv4 = ipv6 = mppe = false;
	*proxy = (struct ppp_proxy){ .type = how >> 6 };
	if (how < 128)
		return;
	proxy->last_sent = (struct ppp_octets){ sent, (uint16_t)take_octets(input, sent, sizeof(sent)) };
	proxy->last_received.octets = received;
	proxy->last_received.length = (uint16_t)take_octets(input, received, sizeof(received));
	proxy->name = proxy->challenge = proxy->response = proxy->last_sent;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	struct input input = { data, length };
	struct ppp_proxy proxy;
	const struct ppp_open open = {
		.settings = &settings, .user_name = length & 1 ? "user" : "", .password = (const uint8_t *)SECRET,
		.password_length = sizeof(SECRET) - 1, .proxy = &proxy, .owner = &link_handle,
	};

	random_state = 1;
	now = 1000;
	ppp = ppp_new(next_random);
	must(ppp != NULL);
	set_up(&input, &proxy);
	must(ppp_open(ppp, &open, &link_handle, now, NULL) == 0);
	take();
	for (unsigned int i = 0; i < STEPS_MAX && input.left; i++)
		step(&input);
	ppp_close(ppp, link_handle, "the end", now);
	take();
	wait(REST_MS);
	must(down);
	ppp_release(ppp, link_handle);
	must(ppp_deadline(ppp) == PPP_NEVER);
	ppp_free(ppp);
	return 0;
}
