/* SPDX-License-Identifier: MIT */
/*
 * The Compression Control Protocol (RFC 1962), of which only encryption is used: MPPE (RFC 3078).  Both directions get
 * the same strength and mode: what one end acks, the other asks for.
 *
 * Without it a link lives, unless mppe_required says that it must not.
 */
#include "ppp/engine.h"
#include "wire/ccp.h"

#define PATIENCE 2			/* Naks for the sake of stateless mode */

static const struct {
	uint32_t bit;
	unsigned int mppe;
} strengths[] = { { CCP_MPPE_128, PPP_MPPE_128 }, { CCP_MPPE_56, PPP_MPPE_56 }, { CCP_MPPE_40, PPP_MPPE_40 } };

#define STRENGTHS (sizeof(strengths) / sizeof(strengths[0]))

static uint32_t our_strengths(const struct ppp_link *link)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < STRENGTHS; i++)
		if (link->mppe & strengths[i].mppe)
			bits |= strengths[i].bit;
	if (link->keys && link->keys->long_only)
		bits &= CCP_MPPE_128;
	return bits;
}

static uint32_t strongest(uint32_t bits)
{
	for (size_t i = 0; i < STRENGTHS; i++)
		if (bits & strengths[i].bit)
			return strengths[i].bit;
	return 0;
}

static bool may_be_stateful(const struct ppp_link *link)
{
	return link->mppe & PPP_MPPE_STATEFUL;
}

static uint32_t find_mppe(const uint8_t *options, size_t length)
{
	struct ppp_option option;
	size_t position = 0;

	while (ppp_option_next(options, length, &position, &option))
		if (option.type == CCP_MPPE && option.length == CCP_MPPE_VALUE)
			return ppp_option_u32(&option);
	return 0;
}

static uint32_t asked_for(const struct ppp_link *link)
{
	const struct negotiate *negotiate = &link->negotiation->protocols[CONTROL_CCP];

	return find_mppe(negotiate->sent, negotiate->length);
}

/* --- our request: all that we can, and without state, which packets that are lost cannot harm --- */

static void begin(struct ppp_link *link)
{
	link->negotiation->mppe_wish = our_strengths(link) | CCP_MPPE_STATELESS;
	link->negotiation->mppe_peer = 0;
	link->mppe_option = 0;
}

static void compose(struct ppp_link *link, struct cursor *out)
{
	if (link->negotiation->mppe_wish)
		ppp_option_put_u32(out, CCP_MPPE, link->negotiation->mppe_wish);
}

/* --- the peer's --- */

/* What we would ack when the peer asks for this. */
static uint32_t acceptable(const struct ppp_link *link, uint32_t value)
{
	const struct negotiation *negotiation = link->negotiation;
	uint32_t common = value & our_strengths(link);
	bool patient = negotiation->mppe_wish & CCP_MPPE_STATELESS &&
		       negotiation->protocols[CONTROL_CCP].refusals_sent < PATIENCE;

	if (link->state[CONTROL_CCP] == AUTOMATON_ACK_RCVD)
		return strongest(asked_for(link)) | (asked_for(link) & CCP_MPPE_STATELESS);
	if (!common)
		common = our_strengths(link);
	if (value & CCP_MPPE_STATELESS || !may_be_stateful(link) || patient)
		return strongest(common) | CCP_MPPE_STATELESS;
	return strongest(common);
}

static enum judgement judge(struct ppp_link *link, const struct ppp_option *option, struct cursor *nak)
{
	uint32_t best;

	if (option->type != CCP_MPPE || option->length != CCP_MPPE_VALUE || !link->negotiation->mppe_wish)
		return JUDGE_REJECT;
	best = acceptable(link, ppp_option_u32(option));
	if (ppp_option_u32(option) == best)
		return JUDGE_ACK;
	ppp_option_put_u32(nak, CCP_MPPE, best);
	return JUDGE_NAK;
}

static void miss(struct ppp_link *link, const uint8_t *options, size_t length, struct cursor *nak)
{
	if (link->mppe_required && !find_mppe(options, length))
		ppp_option_put_u32(nak, CCP_MPPE, acceptable(link, CCP_MPPE_STATELESS));
}

static void agree(struct ppp_link *link, const uint8_t *options, size_t length)
{
	struct negotiation *negotiation = link->negotiation;

	negotiation->mppe_peer = find_mppe(options, length);
	if (negotiation->mppe_peer)
		negotiation->mppe_wish = negotiation->mppe_peer;
}

/* --- answers to ours --- */

static void rejected(struct ppp_link *link, const struct ppp_option *option)
{
	if (option->type != CCP_MPPE)
		return;
	link->negotiation->mppe_wish = 0;
	if (link->mppe_required)
		negotiate_give_up(link, CONTROL_CCP);
}

static void naked(struct ppp_link *link, const struct ppp_option *option)
{
	struct negotiation *negotiation = link->negotiation;
	uint32_t value, strength;

	if (option->type != CCP_MPPE || option->length != CCP_MPPE_VALUE || !negotiation->mppe_wish ||
	    negotiation->mppe_peer)
		return;
	value = ppp_option_u32(option);
	strength = strongest(value & our_strengths(link));
	if (!strength)
		rejected(link, option);
	else
		negotiation->mppe_wish = strength | (may_be_stateful(link) ? value & CCP_MPPE_STATELESS :
									     CCP_MPPE_STATELESS);
}

/* --- up and down --- */

static uint8_t option_of(uint32_t value)
{
	unsigned int mppe = value & CCP_MPPE_STATELESS ? 0 : PPP_MPPE_STATEFUL;

	for (size_t i = 0; i < STRENGTHS; i++)
		if (strongest(value) == strengths[i].bit)
			mppe |= strengths[i].mppe;
	return (uint8_t)mppe;
}

/* Both ways, or no way. Some peers ack all the strengths that we offer, and mean the one that they asked for. */
static bool up(struct ppp_link *link)
{
	uint32_t theirs = link->negotiation->mppe_peer, ours = asked_for(link);

	if (!theirs && !ours)
		return !link->mppe_required;
	if (!theirs || (theirs & ours) != theirs || ((theirs ^ ours) & CCP_MPPE_STATELESS))
		return false;
	link->mppe_option = option_of(theirs);
	return link_ncp_up(link);
}

static void down(struct ppp_link *link)
{
	link->mppe_option = 0;
	link_network_changed(link);
}

static void finished(struct ppp_link *link)
{
	link_ncp_finished(link, CONTROL_CCP);
}

/* --- codes of its own --- */

/* The next packet says by its A bit that it starts anew, and needs no Reset-Ack for it (RFC 3078 section 8).  But RFC
 * 1962 wants one, and Linux deciphers nothing without, also when MPPE has no state and a packet came late. */
static bool packet(struct ppp_link *link, const struct ppp_packet *ccp)
{
	if (ccp->code != PPP_RESET_REQUEST && ccp->code != PPP_RESET_ACK)
		return false;
	if (ccp->code == PPP_RESET_ACK || !negotiate_is_open(link, CONTROL_CCP))
		return true;
	if (link->told_mppe && link->mppe_option & PPP_MPPE_STATEFUL)
		ppp_tell(link, PPP_EVENT_MPPE_RESET, false);
	negotiate_send(link, CONTROL_CCP, PPP_RESET_ACK, ccp->identifier, NULL, 0);
	return true;
}

/* With state, the peer starts anew when it is asked to.  Without, only both can, with new keys: CCP begins anew. */
void ccp_lost(struct ppp_link *link)
{
	ccp_restart(link, !(link->mppe_option & PPP_MPPE_STATEFUL));
}

void ccp_restart(struct ppp_link *link, bool anew)
{
	if (!negotiate_is_open(link, CONTROL_CCP) || !link->mppe_option)
		return;
	if (!anew) {
		negotiate_send(link, CONTROL_CCP, PPP_RESET_REQUEST, negotiate_identifier(link, CONTROL_CCP), NULL, 0);
		return;
	}
	negotiate_abandon(link, CONTROL_CCP);
	negotiate_open(link, CONTROL_CCP);
}

const struct protocol ccp_protocol = {
	.number = PPP_CCP,
	.begin = begin,
	.compose = compose,
	.judge = judge,
	.miss = miss,
	.agree = agree,
	.naked = naked,
	.rejected = rejected,
	.up = up,
	.down = down,
	.finished = finished,
	.packet = packet,
};
