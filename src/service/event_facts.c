/* SPDX-License-Identifier: MIT */
/* What events tell (event.h), by the names that the API and the hook programs have for it: a row each. */
#include <stddef.h>
#include <stdio.h>

#include "service/event.h"

enum fact_type {
	FACT_TEXT,		/* "": it is not told; likewise those up to FACT_NUMBER */
	FACT_ORIGIN,
	FACT_ADDRESS,
	FACT_PREFIX,
	FACT_ACCM,
	FACT_NUMBER,		/* 0: it is not told */
	FACT_LONG,		/* likewise, of 64 bits */
	FACT_VALUE,		/* it is told although it is 0 */
	FACT_DESCRIPTOR,	/* negative: it is not told */
};

struct fact_row {
	const char *name;
	enum fact_type type;
	size_t offset;		/* in struct service_event */
	uint64_t kinds;		/* bit N: it is told in events of kind N. 0: in all */
};

#define KIND(kind) (UINT64_C(1) << SERVICE_EVENT_##kind)
#define TUNNELS KIND(REGISTER_TUNNEL)
#define SESSIONS KIND(REGISTER_SESSION)
#define NUMBERS (KIND(SESSION_SEQNUM_UPDATE) | KIND(SESSION_SEQNUM_RESET))
#define PACKETS (KIND(SESSION_PKT_EXPIRED) | KIND(SESSION_PKT_OUTSIDE_RX_WINDOW) | KIND(SESSION_PKT_OOS))
_Static_assert(SERVICE_EVENT_COUNT <= 64, "each kind has a bit");

#define ROW(name, type, member) { name, FACT_##type, offsetof(struct service_event, member), 0 }
#define KERNEL(type, member, kinds) { #member, FACT_##type, offsetof(struct service_event, kernel.member), kinds }

static const struct fact_row rows[] = {
	ROW("origin", ORIGIN, origin),
	ROW("tunnel_name", TEXT, tunnel_name),
	ROW("tunnel_id", NUMBER, tunnel_id),
	ROW("session_name", TEXT, session_name),
	ROW("session_id", NUMBER, session_id),
	ROW("interface_name", TEXT, interface_name),
	ROW("netns", TEXT, netns),
	ROW("profile_name", TEXT, profile_name),
	ROW("peer", ADDRESS, peer),
	ROW("peer_host_name", TEXT, peer_host_name),
	ROW("calling_number", TEXT, calling_number),
	ROW("called_number", TEXT, called_number),
	ROW("user_name", TEXT, ppp.user_name),
	ROW("local_ipaddr", ADDRESS, ppp.local),
	ROW("remote_ipaddr", ADDRESS, ppp.remote),
	ROW("local_ipv6", ADDRESS, ppp.local_ipv6),
	ROW("remote_ipv6", ADDRESS, ppp.remote_ipv6),
	ROW("dns_ipaddr_pri", ADDRESS, ppp.dns[0]),
	ROW("dns_ipaddr_sec", ADDRESS, ppp.dns[1]),
	ROW("ipv6_prefix", PREFIX, ppp.ipv6_prefix),
	ROW("delegated_prefix", PREFIX, ppp.delegated),
	ROW("filter_id", TEXT, ppp.filter),
	ROW("connect_time", NUMBER, ppp.connect_time),
	ROW("octets_sent", LONG, ppp.octets_sent),
	ROW("octets_received", LONG, ppp.octets_received),
	ROW("send_accm", ACCM, line.accm.send),
	ROW("receive_accm", ACCM, line.accm.receive),
	ROW("call_crc_errors", NUMBER, line.errors.crc),
	ROW("call_framing_errors", NUMBER, line.errors.framing),
	ROW("call_hardware_overruns", NUMBER, line.errors.hardware_overruns),
	ROW("call_buffer_overruns", NUMBER, line.errors.buffer_overruns),
	ROW("call_timeout_errors", NUMBER, line.errors.timeouts),
	ROW("call_alignment_errors", NUMBER, line.errors.alignment),
	KERNEL(TEXT, name, 0),
	KERNEL(DESCRIPTOR, fd, TUNNELS),
	KERNEL(VALUE, tid, TUNNELS | SESSIONS),
	KERNEL(VALUE, ptid, TUNNELS | SESSIONS),
	KERNEL(VALUE, version, TUNNELS),
	KERNEL(VALUE, encap, TUNNELS),
	KERNEL(VALUE, sid, SESSIONS),
	KERNEL(VALUE, psid, SESSIONS),
	KERNEL(VALUE, pwtype, SESSIONS),
	KERNEL(VALUE, pkt_ns, PACKETS),
	KERNEL(VALUE, my_nr, PACKETS),
	KERNEL(VALUE, reorder_q_len, PACKETS),
	KERNEL(VALUE, ns, NUMBERS),
	KERNEL(VALUE, nr, NUMBERS),
	ROW("reason", TEXT, reason),
	ROW("count", NUMBER, count),
};
#define ROWS (sizeof(rows) / sizeof(*rows))
_Static_assert(ROWS <= SERVICE_EVENT_FACTS_MAX, "an event may tell all of them");

static bool tell_number(struct service_event_fact *fact, uint64_t number)
{
	fact->number = number;
	return number;
}

static bool tell_text(struct service_event_fact *fact, const char *text)
{
	fact->text = text;
	return text[0];
}

static bool tell_accm(struct service_event_fact *fact, uint32_t accm)
{
	snprintf(fact->written, sizeof(fact->written), "0x%08x", accm);
	return tell_text(fact, fact->written);
}

/* Whether there is anything to tell. */
static bool tell(struct service_event_fact *fact, const struct service_event *event, const struct fact_row *row)
{
	const void *member = (const char *)event + row->offset;

	*fact = (struct service_event_fact){ .name = row->name };
	switch (row->type) {
	case FACT_TEXT:
		return tell_text(fact, member);
	case FACT_ORIGIN:
		return tell_text(fact, service_origin_words[*(const enum service_origin *)member]);
	case FACT_ADDRESS:
		return tell_text(fact, address_format(member, fact->written, sizeof(fact->written)));
	case FACT_PREFIX:
		return tell_text(fact, prefix_format(member, fact->written, sizeof(fact->written)));
	case FACT_ACCM:
		return event->line.has_accm && tell_accm(fact, *(const uint32_t *)member);
	case FACT_NUMBER:
		return tell_number(fact, *(const uint32_t *)member);
	case FACT_LONG:
		return tell_number(fact, *(const uint64_t *)member);
	case FACT_VALUE:
		tell_number(fact, *(const uint32_t *)member);
		return true;
	case FACT_DESCRIPTOR:
		tell_number(fact, *(const uint32_t *)member);
		return *(const int32_t *)member >= 0;
	}
	return false;
}

void service_event_facts(const struct service_event *event, struct service_event_facts *facts)
{
	facts->count = 0;
	for (unsigned int i = 0; i < ROWS; i++)
		if (!rows[i].kinds || rows[i].kinds >> event->kind & 1)
			facts->count += tell(&facts->facts[facts->count], event, &rows[i]);
}

const char *service_event_fact_name(unsigned int fact, bool *is_text, const char *const **words)
{
	if (fact >= ROWS)
		return NULL;
	*is_text = rows[fact].type < FACT_NUMBER;
	*words = rows[fact].type == FACT_ORIGIN ? service_origin_words : NULL;
	return rows[fact].name;
}
