/* SPDX-License-Identifier: MIT */
/*
 * Compression of units: MPPE (RFC 3078) or Deflate (RFC 1979).  Programs say what a direction has (PPPIOCSCOMPRESS) and
 * negotiate; which mode it has, and when it begins and ends, is read from the frames of CCP that pass by, as in the
 * kernel.  MPPE's ciphers are the line's; what Deflate makes shorter is made so here.
 */
#include <errno.h>
#include <linux/ppp-comp.h>
#include <string.h>

#include "kernel/ppp_internal.h"
#include "wire/ccp.h"

#define MPPE_FIRST 0x0021		/* protocols that are enciphered: from this ... */
#define MPPE_LAST 0x00fa		/* ... to this one */
#define ADDRESS_OCTETS 2		/* before the protocol field, which the kernel counts */

static const struct kernel_cipher *running(const struct unit_ccp *ccp, bool send)
{
	const struct ccp_direction *direction = send ? &ccp->send : &ccp->receive;

	return ccp->state & (send ? SC_COMP_RUN : SC_DECOMP_RUN) && direction->is_set ? &direction->cipher : NULL;
}

/* NULL: it does not run. */
static struct ppp_deflate *running_deflate(const struct unit_ccp *ccp, bool send)
{
	if (!(ccp->state & (send ? SC_COMP_RUN : SC_DECOMP_RUN)))
		return NULL;
	return send ? ccp->send.deflate : ccp->receive.deflate;
}

static void tell(const struct kernel_unit *unit, bool send)
{
	const struct kernel_line *line = unit->lines;

	if (line && line->ops)
		(void)line->ops->encrypt(line->owner, send, running(&unit->ccp, send));
}

void ccp_tell(const struct kernel_unit *unit)
{
	if (running(&unit->ccp, true))
		tell(unit, true);
	if (running(&unit->ccp, false))
		tell(unit, false);
}

bool ccp_holds_back(const struct kernel_unit *unit)
{
	bool is_dropped = running(&unit->ccp, true) && !(unit->flags & SC_CCP_UP);

	return is_dropped || running_deflate(&unit->ccp, true) || running_deflate(&unit->ccp, false);
}

/* --- beginning and ending --- */

/* What is not carried any more must not leave in clear meanwhile. */
static void stop(struct kernel_unit *unit, bool send)
{
	uint32_t bit = send ? SC_COMP_RUN : SC_DECOMP_RUN;

	if (!(unit->ccp.state & bit))
		return;
	unit_settle(unit);
	unit->ccp.state &= ~bit;
	unit_carry(unit);
	tell(unit, send);
}

static void forget(struct ccp_direction *direction)
{
	explicit_bzero(direction->cipher.key, sizeof(direction->cipher.key));
	ppp_deflate_free(direction->deflate);
	*direction = (struct ccp_direction){ 0 };
}

void ccp_close(struct kernel_unit *unit)
{
	stop(unit, true);
	stop(unit, false);
	unit->flags &= ~(uint32_t)(SC_CCP_OPEN | SC_CCP_UP);
	unit->ccp.state = 0;
	forget(&unit->ccp.send);
	forget(&unit->ccp.receive);
}

static bool agree_cipher(struct ccp_direction *direction, const uint8_t *option, size_t length)
{
	uint32_t bits;

	if (!direction->is_set || length != CILEN_MPPE || option[0] != CI_MPPE || option[1] != CILEN_MPPE)
		return false;
	bits = octets_be32(option + CCP_OPT_MINLEN);
	if (!(bits & (CCP_MPPE_128 | CCP_MPPE_40)))
		return false;
	direction->cipher.bits = bits & CCP_MPPE_128 ? 128 : 40;
	direction->cipher.stateful = !(bits & CCP_MPPE_STATELESS);
	return true;
}

/* From here on the option says how. */
static void start(struct kernel_unit *unit, bool send, const uint8_t *option, size_t length)
{
	struct ccp_direction *direction = send ? &unit->ccp.send : &unit->ccp.receive;

	if (direction->deflate ? !ppp_deflate_begin(direction->deflate, option, length, unit->mru) :
				 !agree_cipher(direction, option, length))
		return;
	unit_settle(unit);
	unit->ccp.state |= send ? SC_COMP_RUN : SC_DECOMP_RUN;
	if (!send)
		unit->ccp.state &= ~(uint32_t)(SC_DC_ERROR | SC_DC_FERROR);
	tell(unit, send);
	unit_carry(unit);
}

static void agreed(struct kernel_unit *unit, bool send, const uint8_t *packet, size_t length)
{
	if ((unit->flags & (SC_CCP_OPEN | SC_CCP_UP)) == SC_CCP_OPEN && length >= CCP_HDRLEN + CCP_OPT_MINLEN)
		start(unit, send, packet + CCP_HDRLEN, length - CCP_HDRLEN);
}

static void restarted(struct kernel_unit *unit, bool send)
{
	const struct kernel_line *line = unit->lines;
	struct ppp_deflate *deflate = running_deflate(&unit->ccp, send);

	if (!(unit->flags & SC_CCP_UP))
		return;
	if (deflate)
		ppp_deflate_reset(deflate);
	if (!send)
		unit->ccp.state &= ~(uint32_t)SC_DC_ERROR;
	else if (running(&unit->ccp, true) && line && line->ops)
		line->ops->restart(line->owner);
}

/* Who asks for something says what it wants to receive: by that the other direction ends until it is acknowledged. */
static void look(struct kernel_unit *unit, const uint8_t *packet, size_t length, bool inbound)
{
	switch (CCP_CODE(packet)) {
	case CCP_CONFREQ:
		stop(unit, inbound);
		break;
	case CCP_TERMREQ:
	case CCP_TERMACK:
		stop(unit, true);
		stop(unit, false);
		break;
	case CCP_CONFACK:
		agreed(unit, !inbound, packet, length);
		break;
	case CCP_RESETACK:
		restarted(unit, !inbound);
		break;
	}
}

void ccp_look(struct kernel_unit *unit, const uint8_t *frame, size_t length, bool inbound)
{
	const uint8_t *packet = frame + PROTOCOL_OCTETS;

	if (length < PROTOCOL_OCTETS + CCP_HDRLEN || frame_protocol(frame) != PPP_CCP)
		return;
	if ((size_t)CCP_LENGTH(packet) <= length - PROTOCOL_OCTETS)
		look(unit, packet, (size_t)CCP_LENGTH(packet), inbound);
}

/* --- frames --- */

bool ccp_pack(struct kernel_unit *unit, struct frame *frame)
{
	struct ppp_deflate *deflate = running_deflate(&unit->ccp, true);
	uint16_t protocol = frame_protocol(frame->octets);
	bool is_up = unit->flags & SC_CCP_UP;
	size_t length;

	if (!(unit->ccp.state & SC_COMP_RUN) || protocol == PPP_LCP || protocol == PPP_CCP)
		return true;
	if (!is_up && unit->flags & SC_MUST_COMP)
		return false;
	if (!deflate && (protocol < MPPE_FIRST || protocol > MPPE_LAST))
		return true;
	if (!deflate && is_up)		/* the line enciphers it */
		ccp_count(unit, true, 1, frame->length - PROTOCOL_OCTETS);
	if (!deflate)
		return is_up;
	length = ppp_deflate_pack(deflate, frame->octets, frame->length, unit->ppp->packed);
	if (length)
		*frame = (struct frame){ unit->ppp->packed, length };
	return is_up || !length;
}

/* An enciphered one comes here only when the line could not decipher it. */
static bool failed(struct kernel_unit *unit, const struct kernel_cipher *cipher)
{
	/* without state only new keys help: the program has to close it */
	unit->ccp.state |= cipher->stateful ? SC_DC_ERROR : SC_DC_FERROR;
	return false;
}

static bool unpack(struct kernel_unit *unit, struct ppp_deflate *deflate, struct frame *frame)
{
	uint8_t *out = unit->ppp->packed;
	size_t length;

	_Static_assert(sizeof(unit->ppp->packed) > FRAME_OCTETS, "there is room for one octet more");
	switch (ppp_deflate_unpack(deflate, frame->octets, frame->length, out, FRAME_OCTETS, &length)) {
	case PPP_DEFLATE_FRAME:
		*frame = (struct frame){ out, length };
		return true;
	case PPP_DEFLATE_BROKEN:
		unit->ccp.state |= SC_DC_FERROR;
		/* fallthrough */
	case PPP_DEFLATE_LOST:
		break;
	}
	unit->ccp.state |= SC_DC_ERROR;
	return false;
}

/* What the line has deciphered is not known from what came in clear, but that nobody sends packets so. */
static void count_deciphered(struct kernel_unit *unit, const struct frame *frame, uint16_t protocol)
{
	struct compstat *stats = &unit->ccp.receive.enciphered;

	if (protocol >= MPPE_FIRST && protocol <= MPPE_LAST) {
		ccp_count(unit, false, 1, frame->length - PROTOCOL_OCTETS);
		return;
	}
	stats->inc_packets++;
	stats->inc_bytes += (uint32_t)frame->length + ADDRESS_OCTETS;
	stats->unc_packets++;
	stats->unc_bytes += (uint32_t)frame->length + ADDRESS_OCTETS;
}

bool ccp_unpack(struct kernel_unit *unit, struct frame *frame)
{
	struct ppp_deflate *deflate = running_deflate(&unit->ccp, false);
	const struct kernel_cipher *cipher = running(&unit->ccp, false);
	bool is_packed = frame_protocol(frame->octets) == PPP_COMP;

	if (cipher && is_packed)
		return failed(unit, cipher);
	if (cipher)
		count_deciphered(unit, frame, frame_protocol(frame->octets));
	if (!deflate || unit->ccp.state & (SC_DC_ERROR | SC_DC_FERROR))
		return true;
	if (is_packed)
		return unpack(unit, deflate, frame);
	ppp_deflate_see(deflate, frame->octets, frame->length);
	return true;
}

/* --- counting --- */

/* What the kernel counts of a packet's header, plain and enciphered, was found out by asking it. */
void ccp_count(struct kernel_unit *unit, bool send, uint64_t packets, uint64_t octets)
{
	static const struct { uint32_t plain, enciphered; } headers[] = { { 4, 2 }, { 2, 8 } };
	struct compstat *stats = send ? &unit->ccp.send.enciphered : &unit->ccp.receive.enciphered;

	if (!running(&unit->ccp, send))
		return;
	stats->unc_packets += (uint32_t)packets;
	stats->unc_bytes += (uint32_t)(octets + packets * headers[send].plain);
	stats->comp_packets += (uint32_t)packets;
	stats->comp_bytes += (uint32_t)(octets + packets * headers[send].enciphered);
}

static const struct compstat *stats_of(const struct ccp_direction *direction)
{
	return direction->deflate ? ppp_deflate_stats(direction->deflate) : &direction->enciphered;
}

void ccp_stats(struct kernel_unit *unit, struct ppp_comp_stats *stats)
{
	unit_settle(unit);
	stats->c = *stats_of(&unit->ccp.send);
	stats->d = *stats_of(&unit->ccp.receive);
}

/* --- what programs set --- */

static int set_deflate(struct kernel_unit *unit, const uint8_t *option, size_t length, bool send)
{
	struct ccp_direction *direction = send ? &unit->ccp.send : &unit->ccp.receive;
	struct ppp_deflate *deflate = ppp_deflate_new(option, length, send);

	if (!deflate)
		return ENOBUFS;
	stop(unit, send);
	forget(direction);
	direction->deflate = deflate;
	return 0;
}

static int set_key(struct kernel_unit *unit, const uint8_t *option, size_t length, bool send)
{
	struct ccp_direction *direction = send ? &unit->ccp.send : &unit->ccp.receive;

	if (length != CILEN_MPPE + KERNEL_CIPHER_KEY || option[1] != CILEN_MPPE)
		return ENOBUFS;
	stop(unit, send);
	forget(direction);
	direction->is_set = true;
	memcpy(direction->cipher.key, option + CILEN_MPPE, KERNEL_CIPHER_KEY);
	return 0;
}

int ccp_set(struct kernel_unit *unit, const struct kernel_ioctl *ioctl)
{
	const uint8_t *option = ioctl->octets + sizeof(struct ppp_option_data);
	struct ppp_option_data asked;

	_Static_assert(sizeof(asked) + CCP_MAX_OPTION_LENGTH <= sizeof(ioctl->octets), "the option has room");
	memcpy(&asked, ioctl->octets, sizeof(asked));
	if (asked.length > CCP_MAX_OPTION_LENGTH)
		return EFAULT;
	if (asked.length < CCP_OPT_MINLEN || option[1] < CCP_OPT_MINLEN || option[1] > asked.length)
		return EINVAL;
	switch (option[0]) {
	case CI_MPPE:
		return set_key(unit, option, asked.length, asked.transmit);
	case CI_DEFLATE:
	case CI_DEFLATE_DRAFT:
		return set_deflate(unit, option, asked.length, asked.transmit);
	default:
		return EINVAL;
	}
}
