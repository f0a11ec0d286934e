/* SPDX-License-Identifier: MIT */
/*
 * MPPE, by the kernel's ppp_mppe.  The kernel begins to encipher, and to decipher, when it sees an acknowledgement of
 * CCP's pass through a unit: which direction it has been given a key for before (armed), and with what strength says
 * the packet.  So the unit is there before CCP begins, and CCP's packets go through it; the keys are given anew before
 * each, because a key that was begun with is used up.
 *
 *	our Configure-Request: armed to receive        the peer's Ack passes: the kernel deciphers
 *	our Configure-Ack: armed to send, it passes: the kernel enciphers, and drops until it is told that CCP is open
 *
 * A packet that it cannot decipher it gives us as it is, and then deciphers none until a Reset-Ack of the peer's
 * passes, or it is armed anew.
 *
 * What pppd sets besides, SC_MUST_COMP, is left out: it reads the same as SC_DC_ERROR in what the kernel tells, and
 * takes away the packets by which we know that it is lost.  The kernel accepts packets in clear with it and without: it
 * is the filter that refuses them.
 */
#include <errno.h>
#include <string.h>

#include "datapath/kernel/internal.h"
#include "os/clock.h"
#include "wire/ccp.h"
#include "wire/ppp.h"

#define OPTION_LENGTH (PPP_OPTION_LENGTH + CCP_MPPE_VALUE)
#define RESET_PATIENCE_MS 1000		/* that a peer has to answer a Reset-Request */
#define RESETS_MAX 2			/* of them in a row, before CCP begins anew */

/* --- what the kernel is told --- */

static int arm(const struct native_ppp *ppp, bool transmit)
{
	uint8_t option[OPTION_LENGTH + sizeof(ppp->mppe.send_key)] = { CCP_MPPE, OPTION_LENGTH };
	int result;

	memcpy(option + OPTION_LENGTH, transmit ? ppp->mppe.send_key : ppp->mppe.receive_key,
	       sizeof(ppp->mppe.send_key));
	result = native_ppp_arm(ppp->unit, transmit, option, sizeof(option));
	explicit_bzero(option, sizeof(option));
	return result;
}

static int forget(const struct native_ppp *ppp)
{
	return native_ppp_set_ccp(ppp->unit, false, false);	/* then the kernel wipes its keys */
}

/* --- that it may come --- */

int native_mppe_expect(struct native_datapath *dp, struct native_session *session, const struct datapath_mppe *config,
		       struct error *error)
{
	struct native_mppe *mppe = &session->ppp->mppe;

	if (native_ppp_make_unit(dp, session, error) < 0)
		return -1;
	*mppe = (struct native_mppe){ .keyed = true };
	memcpy(mppe->send_key, config->send_key, sizeof(mppe->send_key));
	memcpy(mppe->receive_key, config->receive_key, sizeof(mppe->receive_key));
	/* A trial: there is no other question that the kernel answers. */
	if (native_ppp_set_ccp(session->ppp->unit, true, false) == 0 && arm(session->ppp, true) == 0 &&
	    arm(session->ppp, false) == 0)
		return forget(session->ppp);
	explicit_bzero(mppe, sizeof(*mppe));
	return error_set(error, ERROR_UNSUPPORTED, "mppe", "this kernel does not encrypt PPP (%s): "
			 "`modprobe ppp_mppe`, mppe=no, or datapath=user", strerror(errno));
}

/* --- that it is there --- */

/* It can be begun only when the kernel has seen our Ack, which is on its way when CCP is open here. */
static void try_begin(struct native_ppp *ppp)
{
	if (!ppp->mppe.wanted || ppp->mppe.on || !(native_ppp_ccp(ppp->unit) & NATIVE_ENCIPHERS))
		return;
	if (native_ppp_set_ccp(ppp->unit, true, true) < 0)
		return;
	ppp->mppe.on = true;
	(void)native_ppp_pass(ppp, &ppp->carried, NULL);
}

static int refuse(const struct native_ppp *ppp, const struct datapath_mppe *config, struct error *error)
{
	if (config->bits == 56)
		return error_set(error, ERROR_UNSUPPORTED, "mppe_bits", "the kernel has no keys of 56 bits "
				 "(mppe_bits=40,128): datapath=user has");
	if (ppp->unit < 0 || !ppp->mppe.keyed || !(native_ppp_ccp(ppp->unit) & NATIVE_DECIPHERS))
		return error_set(error, ERROR_SYSTEM, "mppe", "the kernel did not begin to decipher: mppe=no, or "
				 "datapath=user");
	if (ppp->mppe.acked_bits != config->bits)
		return error_set(error, ERROR_UNSUPPORTED, "mppe_bits", "the peer acknowledged more than one number of "
				 "bits, of which the kernel takes another: give one (mppe_bits=%u), or datapath=user",
				 config->bits);
	return 0;
}

static void end(struct native_ppp *ppp)
{
	ppp->mppe.wanted = ppp->mppe.on = ppp->mppe.lost = false;
	if (ppp->unit >= 0)
		(void)forget(ppp);
}

static void tell_lost(const struct native_datapath *dp, struct native_session *session, enum datapath_remedy remedy)
{
	session->ppp->mppe.remedy = remedy;
	session->ppp->mppe.untold = true;
	native_notice(dp);
}

int native_mppe_set(struct native_datapath *dp, struct native_session *session, const struct datapath_mppe *config,
		    struct error *error)
{
	struct native_ppp *ppp = session->ppp;
	bool wanted = config->send || config->receive;

	if (wanted && refuse(ppp, config, error) < 0)
		return -1;
	if (!wanted)
		end(ppp);
	ppp->mppe.wanted = wanted;
	ppp->mppe.resets = 0;
	/* Two acknowledgements came: the second began with a key that was used up. */
	if (wanted && ppp->mppe.acks > 1)
		tell_lost(dp, session, DATAPATH_REMEDY_ANEW);
	try_begin(ppp);
	return native_ppp_adapt(session, error);
}

/* --- CCP's packets --- */

bool native_mppe_has_way(const struct native_session *session, uint16_t protocol)
{
	return protocol == PPP_CCP && session->ppp->mppe.keyed && session->ppp->unit >= 0;
}

void native_mppe_before(struct native_session *session, const uint8_t *packet, size_t length)
{
	struct native_ppp *ppp = session->ppp;

	if (!length || (packet[0] != PPP_CONFIGURE_REQUEST && packet[0] != PPP_CONFIGURE_ACK))
		return;
	ppp->mppe.on = false;
	if (packet[0] == PPP_CONFIGURE_REQUEST)
		ppp->mppe.acks = 0;
	if (native_ppp_set_ccp(ppp->unit, true, false) == 0)
		(void)arm(ppp, packet[0] == PPP_CONFIGURE_ACK);	/* if not, it is seen to when CCP is open */
}

void native_mppe_after(struct native_session *session)
{
	try_begin(session->ppp);
}

static void take_ack(struct native_mppe *mppe, const struct ppp_packet *ccp)
{
	struct ppp_option option;
	size_t position = 0;
	uint32_t bits;

	mppe->acks++;
	mppe->acked_bits = 0;
	if (!ppp_options_are_whole(ccp->data, ccp->length) ||
	    !ppp_option_next(ccp->data, ccp->length, &position, &option) || option.type != CCP_MPPE ||
	    option.length != CCP_MPPE_VALUE)
		return;
	bits = ppp_option_u32(&option);
	mppe->acked_bits = bits & CCP_MPPE_128 ? 128 : bits & CCP_MPPE_40 ? 40 : 0;
}

/* --- what cannot be deciphered --- */

/* A reset that helped is none of those in a row.  Without state there is what it does not help against: who is told of
 * a count far ahead takes what is in order for late. */
static void count_reset(struct native_session *session)
{
	struct native_mppe *mppe = &session->ppp->mppe;
	uint32_t deciphered = 0;

	if (!link_deciphered(session->space->links, session->ifindex, &deciphered) || deciphered != mppe->deciphered)
		mppe->resets = 0;
	mppe->deciphered = deciphered;
	mppe->resets++;
}

static void take_undeciphered(struct native_datapath *dp, struct native_session *session)
{
	struct native_mppe *mppe = &session->ppp->mppe;
	unsigned int is = native_ppp_ccp(session->ppp->unit);
	uint64_t now = os_clock_ms();

	if (!mppe->wanted || !(is & (NATIVE_LOST | NATIVE_LOST_FOR_GOOD)) ||
	    (mppe->lost && now - mppe->lost_at < RESET_PATIENCE_MS))
		return;
	mppe->lost = true;
	mppe->lost_at = now;
	count_reset(session);
	tell_lost(dp, session, is & NATIVE_LOST_FOR_GOOD || mppe->resets > RESETS_MAX ? DATAPATH_REMEDY_ANEW :
										   DATAPATH_REMEDY_RESET);
}

bool native_mppe_take(struct native_datapath *dp, struct native_session *session, uint16_t protocol,
		      const uint8_t *information, size_t length)
{
	struct native_mppe *mppe = &session->ppp->mppe;
	struct ppp_packet ccp;

	if (protocol == PPP_COMPRESSED)
		take_undeciphered(dp, session);
	if (protocol != PPP_CCP || !ppp_packet_read(information, length, &ccp))
		return protocol == PPP_COMPRESSED;
	if (ccp.code == PPP_CONFIGURE_ACK)
		take_ack(mppe, &ccp);
	if (ccp.code == PPP_RESET_ACK)
		mppe->lost = false;
	return false;
}
