/* SPDX-License-Identifier: MIT */
/*
 * Compression of units, of which there is only MPPE (RFC 3078).  Programs say which key a direction has
 * (PPPIOCSCOMPRESS) and negotiate; which mode it has, and when it begins and ends, is read from the frames of CCP that
 * pass by, as in the kernel.  The ciphers themselves are the line's.
 *
 * Stricter than the kernel in one point: what was enciphered once is not sent in clear before CCP is closed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ppp-comp.h>
#include <string.h>

#include "kernel/ppp_internal.h"
#include "wire/ccp.h"

#define PROTOCOL_OCTETS 2

static const struct kernel_cipher *running(const struct unit_ccp *ccp, bool send)
{
	if (!(ccp->state & (send ? SC_COMP_RUN : SC_DECOMP_RUN)))
		return NULL;
	return send ? &ccp->send.cipher : &ccp->receive.cipher;
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

bool ccp_stops(const struct kernel_unit *unit)
{
	bool runs = unit->ccp.state & SC_COMP_RUN;

	if (unit->flags & SC_MUST_COMP && !(runs && unit->flags & SC_CCP_UP))
		return true;
	return unit->ccp.send.has_run && !runs;
}

/* --- beginning and ending --- */

/* What is not carried any more must not leave in clear meanwhile. */
static void stop(struct kernel_unit *unit, bool send)
{
	uint32_t bit = send ? SC_COMP_RUN : SC_DECOMP_RUN;

	if (!(unit->ccp.state & bit))
		return;
	unit->ccp.state &= ~bit;
	unit_carry(unit);
	tell(unit, send);
}

static void forget(struct ccp_direction *direction)
{
	explicit_bzero(direction->cipher.key, sizeof(direction->cipher.key));
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

/* From here on the option says how. */
static void start(struct kernel_unit *unit, bool send, const uint8_t *option, size_t length)
{
	struct ccp_direction *direction = send ? &unit->ccp.send : &unit->ccp.receive;
	uint32_t bits;

	if (!direction->is_set || length != CILEN_MPPE || option[0] != CI_MPPE || option[1] != CILEN_MPPE)
		return;
	memcpy(&bits, option + CCP_OPT_MINLEN, sizeof(bits));
	bits = ntohl(bits);
	if (!(bits & (CCP_MPPE_128 | CCP_MPPE_40)))
		return;
	direction->cipher.bits = bits & CCP_MPPE_128 ? 128 : 40;
	direction->cipher.stateful = !(bits & CCP_MPPE_STATELESS);
	direction->has_run = true;
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

	if (!(unit->flags & SC_CCP_UP))
		return;
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

	if (length < PROTOCOL_OCTETS + CCP_HDRLEN || (frame[0] << 8 | frame[1]) != PPP_CCP)
		return;
	if ((size_t)CCP_LENGTH(packet) <= length - PROTOCOL_OCTETS)
		look(unit, packet, (size_t)CCP_LENGTH(packet), inbound);
}

void ccp_failed(struct kernel_unit *unit)
{
	const struct kernel_cipher *cipher = running(&unit->ccp, false);

	/* without state only new keys help: the program has to close it */
	if (cipher)
		unit->ccp.state |= cipher->stateful ? SC_DC_ERROR : SC_DC_FERROR;
}

/* --- keys --- */

int ccp_set(struct kernel_unit *unit, const struct kernel_ioctl *ioctl)
{
	const uint8_t *option = ioctl->octets + sizeof(struct ppp_option_data);
	struct ccp_direction *direction;
	struct ppp_option_data asked;

	_Static_assert(sizeof(asked) + CCP_MAX_OPTION_LENGTH <= sizeof(ioctl->octets), "the option has room");
	memcpy(&asked, ioctl->octets, sizeof(asked));
	if (asked.length > CCP_MAX_OPTION_LENGTH)
		return EFAULT;
	if (asked.length < CCP_OPT_MINLEN || option[1] < CCP_OPT_MINLEN || option[1] > asked.length ||
	    option[0] != CI_MPPE)
		return EINVAL;
	if (asked.length != CILEN_MPPE + KERNEL_CIPHER_KEY || option[1] != CILEN_MPPE)
		return ENOBUFS;
	direction = asked.transmit ? &unit->ccp.send : &unit->ccp.receive;
	stop(unit, asked.transmit);
	direction->is_set = true;
	memcpy(direction->cipher.key, option + CILEN_MPPE, KERNEL_CIPHER_KEY);
	return 0;
}
