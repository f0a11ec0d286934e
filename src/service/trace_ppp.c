/* SPDX-License-Identifier: MIT */
/*
 * See trace_ppp.h.
 */
#include "service/trace_ppp.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "service/ppp_settings.h"
#include "service/session_ppp.h"
#include "service/trace.h"
#include "wire/ppp.h"

#define OPTIONS_TEXT_MAX 256
#define VALUE_SHOWN_MAX 16	/* octets of an option: more has none that people read */

static uint32_t mask_of(const struct service *service, const struct session *session)
{
	const struct session_ppp *ppp = session->ppp;
	uint32_t profile = ppp && service->events ? ppp_profile_of(ppp->terms)->trace_flags : 0;

	return trace_mask_session(service, session) | profile;
}

/* --- packets --- */

/* RFC 1661 section 5; CCP has two more (RFC 1962). */
static const char *const codes[] = {
	[1] = "Configure-Request", [2] = "Configure-Ack", [3] = "Configure-Nak", [4] = "Configure-Reject",
	[5] = "Terminate-Request", [6] = "Terminate-Ack", [7] = "Code-Reject", [8] = "Protocol-Reject",
	[9] = "Echo-Request", [10] = "Echo-Reply", [11] = "Discard-Request", [12] = "Identification",
	[14] = "Reset-Request", [15] = "Reset-Ack",
};
static const char *const pap_codes[] = {
	[1] = "Authenticate-Request", [2] = "Authenticate-Ack", [3] = "Authenticate-Nak",
};
static const char *const chap_codes[] = { [1] = "Challenge", [2] = "Response", [3] = "Success", [4] = "Failure" };
static const char *const eap_codes[] = { [1] = "Request", [2] = "Response", [3] = "Success", [4] = "Failure" };

#define NAME(table, code) ((code) < sizeof(table) / sizeof((table)[0]) ? (table)[code] : NULL)

static const char *code_name(uint16_t protocol, uint8_t code)
{
	const char *name = protocol == PPP_PAP_PROTOCOL	 ? NAME(pap_codes, code) :
			   protocol == PPP_CHAP_PROTOCOL ? NAME(chap_codes, code) :
			   protocol == PPP_EAP_PROTOCOL	 ? NAME(eap_codes, code) :
							   NAME(codes, code);

	return name ? name : "packet";
}

static bool has_options(uint16_t protocol, const struct ppp_packet *packet)
{
	bool negotiates = protocol == PPP_LCP || protocol == PPP_IPCP || protocol == PPP_IPV6CP || protocol == PPP_CCP;

	return negotiates && packet->code >= 1 && packet->code <= 4 &&
	       ppp_options_are_whole(packet->data, packet->length);
}

/* " 1=0578 5=1a2b3c4d": types and values. */
static void put_options(const struct ppp_packet *packet, char out[OPTIONS_TEXT_MAX])
{
	struct ppp_option option;
	size_t position = 0, used = 0;
	char value[2 * VALUE_SHOWN_MAX + 1];

	out[0] = '\0';
	while (ppp_option_next(packet->data, packet->length, &position, &option) && used < OPTIONS_TEXT_MAX) {
		text_from_octets(option.value, option.length < VALUE_SHOWN_MAX ? option.length : VALUE_SHOWN_MAX,
				 value);
		value[2 * (option.length < VALUE_SHOWN_MAX ? option.length : VALUE_SHOWN_MAX)] = '\0';
		used += (size_t)snprintf(out + used, OPTIONS_TEXT_MAX - used, " %u%s%s", option.type,
					 option.length ? "=" : "", value);
	}
}

void trace_ppp_frame(const struct service *service, const struct session *session, bool sent, const uint8_t *frame,
		     size_t length)
{
	uint32_t mask = mask_of(service, session);
	char options[OPTIONS_TEXT_MAX];
	const char *way = sent ? "sent" : "received";
	const uint8_t *information;
	struct ppp_packet packet;
	size_t size;
	uint16_t protocol;

	if (!(mask & TRACE_PPP))
		return;
	options[0] = '\0';
	if (!ppp_frame_read(frame, length, &protocol, &information, &size)) {
		trace(mask, TRACE_PPP, ABOUT_SESSION(session), "%s a frame that is none, of %zu octets", way, length);
	} else if (!ppp_protocol_name(protocol)[0] || !ppp_packet_read(information, size, &packet)) {
		trace(mask, TRACE_PPP, ABOUT_SESSION(session), "%s protocol 0x%04x, %zu octets", way, protocol, size);
	} else {
		if (has_options(protocol, &packet))
			put_options(&packet, options);
		trace(mask, TRACE_PPP, ABOUT_SESSION(session), "%s %s %s %u, %zu octets%s%s", way,
		      ppp_protocol_name(protocol), code_name(protocol, packet.code), packet.identifier, size,
		      options[0] ? ":" : "", options);
	}
}

/* --- events --- */

void trace_ppp_event(const struct service *service, const struct session *session, const struct ppp_event *event)
{
	static const char *const texts[] = {
		[PPP_EVENT_LINK_UP] = "the link is up", [PPP_EVENT_CREDENTIALS] = "the peer proves its name",
		[PPP_EVENT_NETWORK] = "names are proved", [PPP_EVENT_IPV4_UP] = "IPv4 is up",
		[PPP_EVENT_IPV4_DOWN] = "IPv4 is down", [PPP_EVENT_IPV6_UP] = "IPv6 is up",
		[PPP_EVENT_IPV6_DOWN] = "IPv6 is down", [PPP_EVENT_MPPE_UP] = "encryption is up",
		[PPP_EVENT_MPPE_DOWN] = "encryption is down", [PPP_EVENT_MPPE_RESET] = "the peer lost track of keys",
	};
	uint32_t mask = mask_of(service, session);

	if (event->kind == PPP_EVENT_DOWN)
		trace(mask, TRACE_PPP, ABOUT_SESSION(session), "PPP engine: it is over: %s", event->text);
	else
		trace(mask, TRACE_PPP, ABOUT_SESSION(session), "PPP engine: %s", texts[event->kind]);
}
