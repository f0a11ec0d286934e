/* SPDX-License-Identifier: MIT */
/* The L2TP header before a PPP frame, of either version, and the PPP header of an IP packet. */
#include <string.h>

#include "base/cursor.h"
#include "datapath/user/ppp.h"
#include "wire/data_header_v2.h"

static uint32_t next_number(struct session *session)
{
	uint32_t number = session->next_sequence;

	shared_set(session->next_sequence, (number + 1) & DATA_SEQUENCE_MASK);
	return number;
}

static size_t put_v2(struct session *session, bool numbered, bool control, uint8_t *end)
{
	struct data_header_v2 header = { .tunnel_id = shared_get(session->peer_tunnel_id),
					 .session_id = (uint16_t)session->config.peer_session_id,
					 .numbered = numbered,
					 .priority = control && shared_get(session->priority) };
	size_t length = data_header_v2_length(numbered);

	if (numbered)
		header.ns = (uint16_t)next_number(session);
	data_header_v2_write(&header, end - length);
	return length;
}

size_t header_length_ppp(const struct datapath_ppp *ppp)
{
	return (ppp->send_acfc ? 0 : 2) + (ppp->send_pfc ? 1 : 2);
}

size_t header_put_ppp(const struct network *network, uint16_t protocol, uint8_t *end)
{
	uint8_t *start = end;

	*--start = (uint8_t)protocol;
	if (!network->ppp.send_pfc || protocol > 0xff)
		*--start = (uint8_t)(protocol >> 8);
	if (!network->ppp.send_acfc) {
		*--start = 0x03;
		*--start = 0xff;
	}
	return (size_t)(end - start);
}

size_t header_put(struct session *session, bool control, uint8_t *end)
{
	bool numbered = shared_get(session->send_seq);
	struct cursor sublayer;

	if (session->kind == SESSION_V2)
		return put_v2(session, numbered, control, end);
	memcpy(end - session->header_length, session->header, session->header_length);
	if (session->sublayer_length && numbered) {
		sublayer = cursor_over(end - 4, 4);
		cursor_put_u32(&sublayer, data_sublayer_from_sequence(next_number(session)));
	}
	return session->header_length;
}
