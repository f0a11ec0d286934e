/* SPDX-License-Identifier: MIT */
/*
 * Proxy LCP and authentication (RFC 2661 section 4.4.5): a LAC has negotiated LCP with its subscriber, and may have
 * seen who it says it is.  When that is what we would have agreed to ourselves it is taken over; else LCP begins anew,
 * by a Configure-Request, and nothing that the LAC says counts.
 */
#include <string.h>

#include "ppp/engine.h"

enum proxy_type { PROXY_TEXT = 1, PROXY_CHAP = 2, PROXY_PAP = 3, PROXY_NONE = 4, PROXY_MSCHAPV1 = 5 };

#define OPTION_MRU 1
#define OPTION_ACCM 2
#define OPTION_AUTHENTICATION 3
#define OPTION_MAGIC 5

static bool is_list(const struct ppp_octets *octets)
{
	return octets->octets && ppp_options_are_whole(octets->octets, octets->length);
}

/* All that the subscriber asked for is what we would ack. */
static bool peer_is_acceptable(struct ppp_link *link, const struct ppp_octets *received)
{
	uint8_t ignored[PPP_OPTION_VALUE_MAX];
	struct ppp_option option;
	size_t position = 0;

	while (ppp_option_next(received->octets, received->length, &position, &option)) {
		struct cursor nak = cursor_over(ignored, sizeof(ignored));

		if (lcp_protocol.judge(link, &option, &nak) != JUDGE_ACK)
			return false;
	}
	return true;
}

/* What the LAC asked for in our place. False: an option that is malformed, or that we know nothing of. */
static bool take_ours(struct ppp_link *link, const struct ppp_octets *sent)
{
	struct ppp_option option;
	size_t position = 0;

	link->local_mru = PPP_MRU_DEFAULT;
	link->local_accm = UINT32_MAX;
	link->local_magic = 0;
	link->peer_method = 0;
	while (ppp_option_next(sent->octets, sent->length, &position, &option)) {
		if (option.type == OPTION_MRU && option.length == 2)
			link->local_mru = ppp_option_u16(&option);
		else if (option.type == OPTION_ACCM && option.length == 4)
			link->local_accm = ppp_option_u32(&option);
		else if (option.type == OPTION_MAGIC && option.length == 4)
			link->local_magic = ppp_option_u32(&option);
		else if (option.type == OPTION_AUTHENTICATION)
			link->peer_method = (uint8_t)lcp_method_read(&option);
		else if (option.length)
			return false;	/* those without a value say what the subscriber may send: we take all of it */
		if (option.type == OPTION_AUTHENTICATION && !link->peer_method)
			return false;
	}
	return true;
}

/* The subscriber may send no more than we want, and proves itself as it must. */
static bool ours_is_acceptable(const struct ppp_link *link)
{
	const struct ppp_settings *settings = link->settings;
	uint16_t most = settings->mru ? settings->mru : PPP_MRU_DEFAULT;

	if (link->local_mru > most || link->local_mru < PPP_MRU_LEAST)
		return false;
	if (!settings->peer_methods)
		return !link->peer_method;
	return link->peer_method & lcp_usable_methods(settings);
}

bool proxy_take(struct ppp_link *link, const struct ppp_proxy *proxy)
{
	struct negotiation *negotiation = negotiate_memory(link);

	if (!negotiation || !is_list(&proxy->last_sent) || !is_list(&proxy->last_received) ||
	    !take_ours(link, &proxy->last_sent) || !ours_is_acceptable(link) ||
	    !peer_is_acceptable(link, &proxy->last_received))
		return false;
	negotiate_take_over(link, CONTROL_LCP, proxy->last_received.octets, proxy->last_received.length);
	link->proxied = true;
	return true;
}

/* --- authentication --- */

static enum credentials_method method_of(uint16_t type)
{
	switch (type) {
	case PROXY_TEXT:
	case PROXY_PAP:
		return CREDENTIALS_PAP;
	case PROXY_CHAP:
		return CREDENTIALS_CHAP_MD5;
	case PROXY_MSCHAPV1:
		return CREDENTIALS_MSCHAPV1;
	default:
		return CREDENTIALS_NONE;
	}
}

bool proxy_authenticate(struct ppp_link *link, const struct ppp_proxy *proxy)
{
	const struct credentials credentials = {
		.method = method_of(proxy->type), .identifier = proxy->identifier,
		.name = proxy->name.octets, .name_length = proxy->name.length,
		.challenge = proxy->challenge.octets, .challenge_length = proxy->challenge.length,
		.response = proxy->response.octets, .response_length = proxy->response.length,
	};

	if (!link->peer_method || credentials.method == CREDENTIALS_NONE || !credentials.name || !credentials.response)
		return false;
	return auth_begin_proxied(link, &credentials, link->ppp->now);
}
