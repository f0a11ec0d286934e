/* SPDX-License-Identifier: MIT */
/*
 * The Link Control Protocol: its options (RFC 1661 section 6, RFC 1662 section 7), and its own codes (section 5.7 on,
 * RFC 1570).  What belongs to multilink, quality, callback and the like is rejected.
 */
#include <string.h>

#include "base/octets.h"
#include "ppp/engine.h"

enum lcp_option {
	OPTION_MRU = 1, OPTION_ACCM = 2, OPTION_AUTHENTICATION = 3, OPTION_MAGIC = 5, OPTION_PFC = 7, OPTION_ACFC = 8,
};

#define CHAP_MD5 0x05
#define CHAP_MSV1 0x80
#define CHAP_MSV2 0x81

/* --- authentication methods --- */

static const struct {
	uint8_t method;
	uint8_t length, value[3];
} methods[] = {				/* those that give keys and prove both ends go first */
	{ PPP_MSCHAPV2, 3, { 0xc2, 0x23, CHAP_MSV2 } },
	{ PPP_EAP, 2, { 0xc2, 0x27 } },
	{ PPP_CHAP_MD5, 3, { 0xc2, 0x23, CHAP_MD5 } },
	{ PPP_MSCHAPV1, 3, { 0xc2, 0x23, CHAP_MSV1 } },
	{ PPP_PAP, 2, { 0xc0, 0x23 } },
};

#define METHODS (sizeof(methods) / sizeof(methods[0]))
#define METHODS_WITH_KEYS (PPP_MSCHAPV2 | PPP_MSCHAPV1 | PPP_EAP)

unsigned int lcp_method_read(const struct ppp_option *option)
{
	for (size_t i = 0; i < METHODS; i++)
		if (option->length == methods[i].length && !memcmp(option->value, methods[i].value, option->length))
			return methods[i].method;
	return 0;
}

static void put_method(struct cursor *out, unsigned int method)
{
	for (size_t i = 0; i < METHODS; i++)
		if (methods[i].method == method)
			ppp_option_put(out, OPTION_AUTHENTICATION, methods[i].value, methods[i].length);
}

/* Of these; 0: there is none. EAP goes first where a server decides how. */
static uint8_t strongest(unsigned int set, bool eap_first)
{
	if (eap_first && (set & PPP_EAP))
		return PPP_EAP;
	for (size_t i = 0; i < METHODS; i++)
		if (set & methods[i].method)
			return methods[i].method;
	return 0;
}

/* Where encryption is required, a method without keys is of no use. */
uint8_t lcp_usable_methods(const struct ppp_settings *settings)
{
	unsigned int with_keys = settings->peer_methods & METHODS_WITH_KEYS;

	return (uint8_t)(settings->mppe_required && with_keys ? with_keys : settings->peer_methods);
}

/* --- our request --- */

static uint32_t new_magic(struct ppp_link *link)
{
	uint32_t magic = 0;

	while (!magic)
		link_random(link, &magic, sizeof(magic));
	return magic;
}

static bool is_refused(const struct ppp_link *link, enum lcp_option type)
{
	return link->negotiation->protocols[CONTROL_LCP].refused & 1u << type;
}

static void refuse(struct ppp_link *link, enum lcp_option type)
{
	link->negotiation->protocols[CONTROL_LCP].refused |= 1u << type;
}

static void begin(struct ppp_link *link)
{
	const struct ppp_settings *settings = link->settings;

	link->local_mru = settings->mru ? settings->mru : PPP_MRU_DEFAULT;
	link->local_accm = settings->accm;
	link->local_magic = settings->use_magic ? new_magic(link) : 0;
	link->negotiation->methods = lcp_usable_methods(settings);
	link->negotiation->insisted = false;
	link->peer_method = strongest(link->negotiation->methods, settings->eap_through);
	link->proxied = false;
	link->no_echo = false;
	lcp_default_peer(link);
}

static void compose(struct ppp_link *link, struct cursor *out)
{
	const struct ppp_settings *settings = link->settings;

	if (!is_refused(link, OPTION_MRU) && (settings->mru || link->local_mru != PPP_MRU_DEFAULT))
		ppp_option_put_u16(out, OPTION_MRU, link->local_mru);
	if (!is_refused(link, OPTION_ACCM) && link->local_accm != UINT32_MAX)
		ppp_option_put_u32(out, OPTION_ACCM, link->local_accm);
	if (link->peer_method)
		put_method(out, link->peer_method);
	if (link->local_magic)
		ppp_option_put_u32(out, OPTION_MAGIC, link->local_magic);
	if (!is_refused(link, OPTION_PFC) && settings->use_pfc)
		ppp_option_put(out, OPTION_PFC, NULL, 0);
	if (!is_refused(link, OPTION_ACFC) && settings->use_acfc)
		ppp_option_put(out, OPTION_ACFC, NULL, 0);
}

/* --- the peer's request --- */

void lcp_default_peer(struct ppp_link *link)
{
	link->peer_mru = PPP_MRU_DEFAULT;
	link->peer_accm = UINT32_MAX;
	link->peer_magic = 0;
	link->our_method = 0;
	link->send_pfc = link->send_acfc = false;
}

static void looped(struct ppp_link *link)
{
	static const struct link_failure failure = {
		.cause = PPP_CAUSE_LOOP, .code = DISCONNECT_LOOP, .protocol = PPP_LCP,
		.text = "what we send comes back: the line is looped",
	};

	if (++link->negotiation->loops >= NEGOTIATE_LOOPS_MAX)
		link_fail(link, &failure);
}

/*
 * What EAP would be about is only said when it is agreed to, and may be what we do not know: TLS, with SoftEther, which
 * then waits for ever.  MS-CHAPv2 is as good as the best that we know in EAP: would the peer take that?  Not asked of
 * others: pppd, which must have EAP, gives up when it is asked.  SoftEther asks for a proof and nothing else.
 */
static bool would_decline(struct ppp_link *link, unsigned int method, unsigned int ours)
{
	if (method != PPP_EAP || !(ours & PPP_MSCHAPV2) || !link->negotiation->asks_little ||
	    link->negotiation->eap_declined)
		return false;
	link->negotiation->eap_declined = true;
	return true;
}

static enum judgement judge_authentication(struct ppp_link *link, const struct ppp_option *option, struct cursor *nak)
{
	unsigned int ours = link->secret ? link->settings->our_methods : 0, method = lcp_method_read(option);

	if (method & ours && !would_decline(link, method, ours))
		return JUDGE_ACK;
	if (!ours)
		return JUDGE_REJECT;
	put_method(nak, strongest(ours, false));
	return JUDGE_NAK;
}

/* The other end has chosen the same number: by chance once in four thousand million times. */
static enum judgement judge_magic(struct ppp_link *link, const struct ppp_option *option, struct cursor *nak)
{
	if (option->length != 4 || !link->settings->use_magic)
		return JUDGE_REJECT;
	if (ppp_option_u32(option) && ppp_option_u32(option) != link->local_magic)
		return JUDGE_ACK;
	ppp_option_put_u32(nak, OPTION_MAGIC, new_magic(link));
	if (ppp_option_u32(option))
		looped(link);
	return JUDGE_NAK;
}

static enum judgement judge_mru(const struct ppp_option *option, struct cursor *nak)
{
	if (option->length != 2)
		return JUDGE_REJECT;
	if (ppp_option_u16(option) >= PPP_MRU_LEAST)
		return JUDGE_ACK;
	ppp_option_put_u16(nak, OPTION_MRU, PPP_MRU_LEAST);
	return JUDGE_NAK;
}

static enum judgement judge(struct ppp_link *link, const struct ppp_option *option, struct cursor *nak)
{
	switch (option->type) {
	case OPTION_MRU:
		return judge_mru(option, nak);
	case OPTION_ACCM:
		return option->length == 4 ? JUDGE_ACK : JUDGE_REJECT;
	case OPTION_AUTHENTICATION:
		return judge_authentication(link, option, nak);
	case OPTION_MAGIC:
		return judge_magic(link, option, nak);
	case OPTION_PFC:
		return !option->length && link->settings->use_pfc ? JUDGE_ACK : JUDGE_REJECT;
	case OPTION_ACFC:
		return !option->length && link->settings->use_acfc ? JUDGE_ACK : JUDGE_REJECT;
	}
	return JUDGE_REJECT;
}

static void agree_option(struct ppp_link *link, const struct ppp_option *option)
{
	switch (option->type) {
	case OPTION_MRU:
		link->peer_mru = ppp_option_u16(option);
		break;
	case OPTION_ACCM:
		link->peer_accm = ppp_option_u32(option);
		break;
	case OPTION_AUTHENTICATION:
		link->our_method = (uint8_t)lcp_method_read(option);
		break;
	case OPTION_MAGIC:
		link->peer_magic = ppp_option_u32(option);
		break;
	case OPTION_PFC:
		link->send_pfc = true;
		break;
	case OPTION_ACFC:
		link->send_acfc = true;
		break;
	}
}

static void asked(struct ppp_link *link, const uint8_t *options, size_t length)
{
	link->negotiation->asks_little = length && options[1] == length;
}

static void agree(struct ppp_link *link, const uint8_t *options, size_t length)
{
	struct ppp_option option;
	size_t position = 0;

	lcp_default_peer(link);
	while (ppp_option_next(options, length, &position, &option))
		agree_option(link, &option);
}

/* --- answers to ours --- */

static void no_authentication(struct ppp_link *link)
{
	static const struct link_failure failure = {
		.cause = PPP_CAUSE_NEGOTIATION, .code = DISCONNECT_AUTH_PROTOCOL, .direction = DIRECTION_PEER,
		.protocol = PPP_LCP, .text = "the peer refuses every way to prove its name that it may use",
	};

	link_fail(link, &failure);
}

/* Not this one: the one that the peer would rather, if it may, else the next.  EAP once more: the peer may well know
 * it, and only have asked for something that is no surprise (as we do). */
static void other_method(struct ppp_link *link, unsigned int wanted)
{
	struct negotiation *negotiation = link->negotiation;

	if (link->peer_method == PPP_EAP && !(wanted & negotiation->methods) && !negotiation->insisted) {
		negotiation->insisted = true;
		return;
	}
	negotiation->methods &= (uint8_t)~link->peer_method;
	link->peer_method = wanted & negotiation->methods ? (uint8_t)wanted :
							    strongest(negotiation->methods, false);
	if (!link->peer_method)
		no_authentication(link);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void naked_magic(struct ppp_link *link, const struct ppp_option *option)
{
	if (!link->local_magic)
		return;
	/* Our own Nak that came back says what we just did. */
	if (option->length == 4 && ppp_option_u32(option) == link->local_magic)
		looped(link);
	link->local_magic = new_magic(link);
}

static void naked(struct ppp_link *link, const struct ppp_option *option)
{
	uint16_t most = link->settings->mru ? link->settings->mru : PPP_MRU_DEFAULT;

	if (option->type == OPTION_MRU && option->length == 2 && ppp_option_u16(option) >= PPP_MRU_LEAST)
		link->local_mru = (uint16_t)smaller(ppp_option_u16(option), most);
	else if (option->type == OPTION_ACCM && option->length == 4 && link->local_accm != UINT32_MAX)
		link->local_accm |= ppp_option_u32(option);
	else if (option->type == OPTION_AUTHENTICATION && link->peer_method)
		other_method(link, lcp_method_read(option));
	else if (option->type == OPTION_MAGIC)
		naked_magic(link, option);
	else if (option->type == OPTION_PFC || option->type == OPTION_ACFC)
		refuse(link, option->type);
}

static void rejected(struct ppp_link *link, const struct ppp_option *option)
{
	refuse(link, option->type);
	if (option->type == OPTION_MRU)
		link->local_mru = PPP_MRU_DEFAULT;
	else if (option->type == OPTION_ACCM)
		link->local_accm = UINT32_MAX;
	else if (option->type == OPTION_MAGIC)
		link->local_magic = 0;
	else if (option->type == OPTION_AUTHENTICATION)
		no_authentication(link);
}

/* --- up and down --- */

static bool up(struct ppp_link *link)
{
	link->negotiation->loops = 0;
	link_lcp_up(link);
	return true;
}

/* --- codes of its own --- */

void lcp_protocol_reject(struct ppp_link *link, uint16_t protocol, const uint8_t *information, size_t length)
{
	uint8_t data[PPP_FRAME_MAX];
	size_t most = smaller(sizeof(data), link->peer_mru) - PPP_PACKET_LENGTH - PPP_HEADER_LENGTH;

	length = length < most ? length : most;
	octets_put_be16(data, protocol);
	if (length)
		memcpy(data + 2, information, length);
	negotiate_send(link, CONTROL_LCP, PPP_PROTOCOL_REJECT, negotiate_identifier(link, CONTROL_LCP), data,
		       length + 2);
}

static void receive_protocol_reject(struct ppp_link *link, const struct ppp_packet *packet)
{
	uint16_t protocol = packet->length < 2 ? 0 : octets_be16(packet->data);

	if (!negotiate_is_open(link, CONTROL_LCP))
		return;
	if (protocol == PPP_LCP)
		negotiate_protocol_rejected(link, CONTROL_LCP);
	else if (protocol == PPP_PAP_PROTOCOL || protocol == PPP_CHAP_PROTOCOL || protocol == PPP_EAP_PROTOCOL)
		auth_rejected(link, protocol, link->ppp->now);
	for (unsigned int i = CONTROL_IPCP; i < CONTROL_PROTOCOLS; i++)
		if (protocol == negotiate_number(i) && link->state[i] != AUTOMATON_INITIAL)
			negotiate_protocol_rejected(link, i);
}

static bool packet(struct ppp_link *link, const struct ppp_packet *lcp)
{
	switch (lcp->code) {
	case PPP_PROTOCOL_REJECT:
		receive_protocol_reject(link, lcp);
		return true;
	case PPP_ECHO_REQUEST:
		echo_request(link, lcp);
		return true;
	case PPP_ECHO_REPLY:
		echo_reply(link);
		return true;
	case PPP_DISCARD_REQUEST:
	case PPP_IDENTIFICATION:	/* RFC 1570: to be taken in any state, and nothing more */
	case PPP_TIME_REMAINING:
		return true;
	}
	return false;
}

const struct protocol lcp_protocol = {
	.number = PPP_LCP,
	.begin = begin,
	.compose = compose,
	.asked = asked,
	.judge = judge,
	.agree = agree,
	.naked = naked,
	.rejected = rejected,
	.up = up,
	.down = link_lcp_down,
	.finished = link_lcp_finished,
	.packet = packet,
};
