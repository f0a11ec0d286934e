/* SPDX-License-Identifier: MIT */
/*
 * A link's phases (RFC 1661 section 3.2): which protocol may speak when, what a change of one means to the others, and
 * how a link ends.
 *
 *	Establish -> Authenticate -> wait for the network's values -> Network -> Terminate -> Dead
 *
 * Whatever ends an open LCP in between (the peer negotiates anew) leads back to Establish.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/engine.h"

/* --- how it ends --- */

void link_note(struct ppp_link *link, const struct link_failure *failure)
{
	struct negotiation *negotiation = negotiate_memory(link);

	if (!negotiation || negotiation->is_final)
		return;
	negotiation->failure = *failure;
	negotiation->failure.text = negotiation->text;
	if (failure->text != negotiation->text)
		snprintf(negotiation->text, sizeof(negotiation->text), "%s", failure->text);
	negotiation->has_failure = true;
}

void link_explain(struct ppp_link *link, const char *why)
{
	struct negotiation *negotiation = link->negotiation;
	size_t length;

	if (!negotiation || !negotiation->failure.is_unexplained || !*why)
		return;
	negotiation->failure.is_unexplained = false;
	length = strlen(negotiation->text);
	snprintf(negotiation->text + length, sizeof(negotiation->text) - length, ": %s", why);
}

static void dead(struct ppp_link *link)
{
	if (link->phase == PPP_DEAD)
		return;
	link->phase = PPP_DEAD;
	if (link->negotiation)
		link->negotiation->is_final = true;
	ppp_tell(link, PPP_EVENT_DOWN, false);
}

/* In these states the automaton sends no Terminate-Request, and tells nothing when it is closed. */
static bool says_nothing(uint8_t state)
{
	return state == AUTOMATON_INITIAL || state == AUTOMATON_CLOSED || state == AUTOMATON_STOPPED;
}

void link_fail(struct ppp_link *link, const struct link_failure *failure)
{
	if (link->phase >= PPP_TERMINATE)
		return;
	link_note(link, failure);
	if (link->negotiation)
		link->negotiation->is_final = true;
	link->phase = PPP_TERMINATE;
	auth_end(link);
	if (!link->negotiation || says_nothing(link->state[CONTROL_LCP])) {
		negotiate_abandon(link, CONTROL_LCP);
		dead(link);
		return;
	}
	negotiate_close(link, CONTROL_LCP);
}

/* --- LCP --- */

static void ask_for_network(struct ppp_link *link)
{
	link->phase = PPP_WAIT_NETWORK;
	ppp_tell(link, PPP_EVENT_NETWORK, link->was_authenticated);
	link->was_authenticated = true;
}

static void check_authenticated(struct ppp_link *link)
{
	if (link->phase == PPP_AUTHENTICATE && (!link->peer_method || link->peer_proved_by) &&
	    (!link->our_method || link->proved_by))
		ask_for_network(link);
}

/* A new LCP, new proofs. */
static void forget_proofs(struct ppp_link *link)
{
	link->peer_proved_by = link->proved_by = CREDENTIALS_NONE;
	link->verdict_awaited = false;
	free(link->peer_name);
	link->peer_name = NULL;
	if (link->keys)
		explicit_bzero(link->keys, sizeof(*link->keys));
	free(link->keys);
	link->keys = NULL;
}

static bool is_up(struct ppp_link *link)
{
	struct negotiation *negotiation = link->negotiation;

	if (negotiation && !negotiation->is_final)
		negotiation->has_failure = false;	/* what was noted did not come true */
	link->phase = PPP_AUTHENTICATE;
	ppp_tell(link, PPP_EVENT_LINK_UP, link->was_up);
	link->was_up = true;
	echo_begin(link);
	return true;
}

void link_lcp_up(struct ppp_link *link)
{
	is_up(link);
	if (link->peer_method || link->our_method)
		auth_begin(link, link->ppp->now);
	else
		check_authenticated(link);
}

void link_lcp_down(struct ppp_link *link)
{
	bool closing = link->state[CONTROL_LCP] == AUTOMATON_CLOSING || link->state[CONTROL_LCP] == AUTOMATON_STOPPING;

	if (link->phase < PPP_TERMINATE)
		link->phase = closing ? PPP_TERMINATE : PPP_ESTABLISH;
	if (closing && link->negotiation)
		link->negotiation->is_final = link->negotiation->has_failure;
	echo_end(link);
	auth_end(link);
	negotiate_abandon(link, CONTROL_IPCP);
	negotiate_abandon(link, CONTROL_IPV6CP);
	negotiate_abandon(link, CONTROL_CCP);
	link_network_changed(link);
	forget_proofs(link);
}

void link_lcp_finished(struct ppp_link *link)
{
	auth_end(link);
	dead(link);
}

/* --- authentication --- */

/* What was there and is the same stays: a challenge anew while the network is up changes no key. */
static void keep_keys(struct ppp_link *link, const struct credentials_keys *keys)
{
	if (!keys || !keys->there || !link->settings->mppe || link->phase != PPP_AUTHENTICATE)
		return;
	if (!link->keys)
		link->keys = malloc(sizeof(*link->keys));
	if (link->keys)
		*link->keys = *keys;
}

void link_peer_proved(struct ppp_link *link, enum credentials_method method, const char *name, size_t name_length,
		      const struct credentials_keys *keys)
{
	char *copy = malloc(name_length + 1);

	if (copy) {
		ppp_printable((const uint8_t *)name, name_length, copy, name_length + 1);
		free(link->peer_name);
		link->peer_name = copy;
	}
	link->peer_proved_by = method;
	keep_keys(link, keys);
	check_authenticated(link);
}

void link_own_proved(struct ppp_link *link, enum credentials_method method, const struct credentials_keys *keys)
{
	link->proved_by = method;
	keep_keys(link, keys);
	check_authenticated(link);
}

/* --- network --- */

static bool wants_mppe(const struct ppp_link *link)
{
	unsigned int usable = link->keys && link->keys->long_only ? PPP_MPPE_128 :
								    PPP_MPPE_40 | PPP_MPPE_56 | PPP_MPPE_128;

	return link->keys && link->mppe & usable;
}

/* MPPE is required, and up, or not required. */
static bool may_carry(const struct ppp_link *link)
{
	return !link->mppe_required || (negotiate_is_open(link, CONTROL_CCP) && link->mppe_option);
}

static void tell_change(struct ppp_link *link, bool *told, bool is, enum ppp_event_kind up, enum ppp_event_kind down)
{
	if (*told == is)
		return;
	*told = is;
	ppp_tell(link, is ? up : down, false);
}

/* Encryption is told of before what it encrypts, and its end after. */
void link_network_changed(struct ppp_link *link)
{
	bool mppe = negotiate_is_open(link, CONTROL_CCP) && link->mppe_option;
	bool ipv4 = negotiate_is_open(link, CONTROL_IPCP) && may_carry(link);
	bool ipv6 = negotiate_is_open(link, CONTROL_IPV6CP) && may_carry(link);
	bool before_ipv4 = link->told_ipv4 && ipv4, before_ipv6 = link->told_ipv6 && ipv6;

	tell_change(link, &link->told_ipv4, before_ipv4, PPP_EVENT_IPV4_UP, PPP_EVENT_IPV4_DOWN);
	tell_change(link, &link->told_ipv6, before_ipv6, PPP_EVENT_IPV6_UP, PPP_EVENT_IPV6_DOWN);
	tell_change(link, &link->told_mppe, mppe, PPP_EVENT_MPPE_UP, PPP_EVENT_MPPE_DOWN);
	tell_change(link, &link->told_ipv4, ipv4, PPP_EVENT_IPV4_UP, PPP_EVENT_IPV4_DOWN);
	tell_change(link, &link->told_ipv6, ipv6, PPP_EVENT_IPV6_UP, PPP_EVENT_IPV6_DOWN);
}

static bool is_wanted(const struct ppp_link *link, enum control_protocol which)
{
	return which == CONTROL_IPCP   ? link->want_ipv4 :
	       which == CONTROL_IPV6CP ? link->want_ipv6 :
					 wants_mppe(link);
}

static void start(struct ppp_link *link, enum control_protocol which)
{
	struct held *held;

	if (link->phase != PPP_NETWORK || !is_wanted(link, which) || link->state[which] != AUTOMATON_INITIAL)
		return;
	negotiate_open(link, which);
	held = negotiate_take_held(link, which);
	if (held)
		negotiate_receive(link, which, held->octets, held->length);
	free(held);
}

/* What came too early, and is not wanted. */
static void refuse_held(struct ppp_link *link, enum control_protocol which)
{
	struct held *held = is_wanted(link, which) ? NULL : negotiate_take_held(link, which);

	if (held)
		lcp_protocol_reject(link, negotiate_number(which), held->octets, held->length);
	free(held);
}

static void start_network(struct ppp_link *link)
{
	start(link, CONTROL_CCP);
	if (may_carry(link)) {
		start(link, CONTROL_IPCP);
		start(link, CONTROL_IPV6CP);
	}
}

static void no_encryption(struct ppp_link *link, const char *text)
{
	const struct link_failure failure = {
		.cause = PPP_CAUSE_NEGOTIATION, .code = DISCONNECT_ENCRYPTION, .direction = DIRECTION_PEER,
		.text = text,
	};

	link_fail(link, &failure);
}

static void copy_v4(struct in_addr *to, const struct address *from)
{
	to->s_addr = from->family == AF_INET ? from->v4.s_addr : INADDR_ANY;
}

static void keep_encryption(struct ppp_link *link, const struct ppp_network *network)
{
	unsigned int all = link->settings->mppe;

	if (network->no_mppe)
		all = 0;
	link->mppe = (uint8_t)(network->mppe ? all & (network->mppe | PPP_MPPE_STATEFUL) : all);
	link->mppe_required = link->settings->mppe_required || network->mppe_required;
}

static void keep_network(struct ppp_link *link, const struct ppp_network *network)
{
	link->want_ipv4 = network->ipv4 && link->settings->ipv4;
	link->want_ipv6 = network->ipv6 && link->settings->ipv6;
	link->want_dns = network->want_dns;
	link->local_may_change = network->local_may_change || network->local.family != AF_INET;
	link->peer_may_choose = network->peer_may_choose || network->peer.family != AF_INET;
	copy_v4(&link->local, &network->local);
	copy_v4(&link->peer, &network->peer);
	for (unsigned int i = 0; i < 2; i++) {
		copy_v4(&link->offered_dns[i], &network->dns[i]);
		copy_v4(&link->offered_nbns[i], &network->nbns[i]);
	}
	keep_encryption(link, network);
	memcpy(link->local_identifier, network->local_identifier, sizeof(link->local_identifier));
	memcpy(link->peer_identifier, network->peer_identifier, sizeof(link->peer_identifier));
	link->peer_identifier_fixed = !ipv6cp_is_zero(link->peer_identifier);
}

void link_set_network(struct ppp_link *link, const struct ppp_network *network)
{
	if (link->phase != PPP_WAIT_NETWORK)
		return;
	keep_network(link, network);
	link->phase = PPP_NETWORK;
	if (link->mppe_required && !wants_mppe(link)) {
		no_encryption(link, "encryption is required, and needs a proof by MS-CHAP");
		return;
	}
	if (!link->want_ipv4 && !link->want_ipv6) {
		link_fail(link, &(struct link_failure){ .cause = PPP_CAUSE_NEGOTIATION, .code = DISCONNECT_NO_NCP,
							.text = "no network protocol is wanted" });
		return;
	}
	start_network(link);
	for (unsigned int i = CONTROL_IPCP; i < CONTROL_PROTOCOLS; i++)
		refuse_held(link, i);
}

/* No network protocol is left: neither is the link. */
static void check_alive(struct ppp_link *link)
{
	static const struct link_failure none = {
		.cause = PPP_CAUSE_NEGOTIATION, .code = DISCONNECT_NO_NCP, .text = "no network protocol is left",
	};
	const struct negotiation *negotiation = link->negotiation;

	if (link->phase != PPP_NETWORK || negotiate_is_alive(link, CONTROL_IPCP) ||
	    negotiate_is_alive(link, CONTROL_IPV6CP))
		return;
	link_fail(link, negotiation && negotiation->has_failure ? &negotiation->failure : &none);
}

/* Encryption that is required comes before all else. */
bool link_ncp_up(struct ppp_link *link)
{
	link_network_changed(link);
	start_network(link);
	return true;
}

void link_ncp_finished(struct ppp_link *link, enum control_protocol which)
{
	if (which == CONTROL_CCP && link->mppe_required)
		no_encryption(link, "encryption is required, and the peer did not agree to it");
	else if (which != CONTROL_CCP)
		check_alive(link);
}

/* --- frames --- */

static void drop(struct ppp_link *link)
{
	link->counters.dropped++;
}

static void receive_lcp(struct ppp_link *link, const uint8_t *octets, size_t length)
{
	if (link->phase == PPP_DEAD && (!length || octets[0] != PPP_TERMINATE_REQUEST)) {
		drop(link);
		return;
	}
	negotiate_receive(link, CONTROL_LCP, octets, length);
	if (link->negotiation)		/* it may have begun with this */
		link->negotiation->heard = true;
}

static void receive_auth(struct ppp_link *link, uint16_t protocol, const uint8_t *octets, size_t length)
{
	if (link->phase >= PPP_AUTHENTICATE && link->phase <= PPP_NETWORK && (link->peer_method || link->our_method))
		auth_receive(link, protocol, octets, length, link->ppp->now);
	else
		drop(link);
}

/* Too early is not wrong: we may still be asking who the peer is, or which addresses it gets, or a packet overtook
 * another.  The last one is as good as all. */
static void receive_ncp(struct ppp_link *link, enum control_protocol which, const uint8_t *octets, size_t length)
{
	if (link->phase == PPP_AUTHENTICATE || link->phase == PPP_WAIT_NETWORK) {
		negotiate_hold(link, which, octets, length);
		auth_overtaken(link, link->ppp->now);
	} else if (link->phase != PPP_NETWORK) {
		drop(link);
	} else if (!is_wanted(link, which) && link->state[which] <= AUTOMATON_STOPPED) {
		lcp_protocol_reject(link, negotiate_number(which), octets, length);
	} else if (link->state[which] == AUTOMATON_INITIAL) {
		negotiate_hold(link, which, octets, length);
	} else {
		negotiate_receive(link, which, octets, length);
	}
}

static void receive_other(struct ppp_link *link, uint16_t protocol, const uint8_t *octets, size_t length)
{
	bool data = protocol == PPP_IPV4 || protocol == PPP_IPV6 || protocol == PPP_COMPRESSED;

	if (!data && (link->phase == PPP_WAIT_NETWORK || link->phase == PPP_NETWORK))
		lcp_protocol_reject(link, protocol, octets, length);
	else
		drop(link);
}

void link_receive(struct ppp_link *link, const uint8_t *frame, size_t length)
{
	const uint8_t *octets;
	uint16_t protocol;

	if (length > PPP_FRAME_MAX || !ppp_frame_read(frame, length, &protocol, &octets, &length)) {
		drop(link);
		return;
	}
	switch (protocol) {
	case PPP_LCP:
		receive_lcp(link, octets, length);
		break;
	case PPP_PAP_PROTOCOL:
	case PPP_CHAP_PROTOCOL:
	case PPP_EAP_PROTOCOL:
		receive_auth(link, protocol, octets, length);
		break;
	case PPP_IPCP:
		receive_ncp(link, CONTROL_IPCP, octets, length);
		break;
	case PPP_IPV6CP:
		receive_ncp(link, CONTROL_IPV6CP, octets, length);
		break;
	case PPP_CCP:
		receive_ncp(link, CONTROL_CCP, octets, length);
		break;
	default:
		receive_other(link, protocol, octets, length);
	}
}

/* --- begin and time --- */

static void defaults(struct ppp_link *link)
{
	link->phase = PPP_ESTABLISH;
	link->local_mru = PPP_MRU_DEFAULT;
	link->local_accm = UINT32_MAX;
	lcp_default_peer(link);
	for (unsigned int i = 0; i < CONTROL_PROTOCOLS; i++)
		link_random(link, &link->identifier[i], sizeof(link->identifier[i]));
}

static void begin_proxied(struct ppp_link *link, const struct ppp_proxy *proxy)
{
	is_up(link);
	if (proxy_authenticate(link, proxy))
		return;
	if (link->peer_method || link->our_method)
		auth_begin(link, link->ppp->now);
	else
		check_authenticated(link);
}

void link_begin(struct ppp_link *link, const struct ppp_proxy *proxy)
{
	defaults(link);
	if (proxy && proxy_take(link, proxy))
		begin_proxied(link, proxy);
	else if (link->settings->passive)
		link->state[CONTROL_LCP] = AUTOMATON_STOPPED;
	else
		negotiate_open(link, CONTROL_LCP);
}

void link_expire(struct ppp_link *link)
{
	uint64_t now = link->ppp->now;
	enum link_timer timer = LINK_TIMER_PROTOCOLS;

	while (timer < LINK_TIMERS && link->timers[timer] > now)
		timer++;
	if (timer == LINK_TIMERS)
		return;
	link_set_timer(link, timer, PPP_NEVER);
	if (timer == LINK_TIMER_PROTOCOLS)
		negotiate_expire(link);
	else if (timer == LINK_TIMER_ECHO)
		echo_expire(link);
	else
		auth_expire(link, timer, now);
}

void link_clear(struct ppp_link *link)
{
	auth_end(link);
	negotiate_forget(link);
	forget_proofs(link);
	if (link->secret)
		explicit_bzero(link->secret, sizeof(*link->secret) + link->secret->name_length +
			       link->secret->password_length + 1u);
	free(link->secret);
	link->secret = NULL;
}
