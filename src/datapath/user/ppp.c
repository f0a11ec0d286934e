/* SPDX-License-Identifier: MIT */
/* See ppp.h. */
#include "datapath/user/ppp.h"

#include "datapath/user/punt.h"

#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057
#define PPP_COMPRESSED 0x00fd		/* MPPE's packets (RFC 3078 section 3) */

/* The protocol of what begins here, which is advanced past it; -1: too short. */
static int take_protocol(uint8_t **frame, size_t *length)
{
	size_t octets = *length && **frame & 1 ? 1 : 2;
	int protocol;

	if (*length < octets)
		return -1;
	protocol = octets == 1 ? **frame : **frame << 8 | (*frame)[1];
	*frame += octets;
	*length -= octets;
	return protocol;
}

static void refuse(struct worker *worker, struct session *session, enum datapath_drop drop)
{
	counter_add(session->others, 1);
	deliver_refuse(worker, session, drop);
}

static void punt(struct worker *worker, struct session *session, const uint8_t *frame, size_t length)
{
	counter_add(session->others, 1);
	if (!punt_frame(worker, session, frame, length))
		deliver_refuse(worker, session, DATAPATH_DROP_CROWDED);
}

void ppp_deliver(struct worker *worker, struct session *session, uint8_t *frame, size_t length)
{
	uint8_t *packet = frame + ppp_skip_address(frame, length);
	size_t left = length - (size_t)(packet - frame);

	switch (take_protocol(&packet, &left)) {
	case -1:
		refuse(worker, session, DATAPATH_DROP_INVALID);
		break;
	case PPP_IPV4:
	case PPP_IPV6:
	case PPP_COMPRESSED:
		refuse(worker, session, DATAPATH_DROP_CLOSED);
		break;
	default:
		punt(worker, session, frame, length);
	}
}
