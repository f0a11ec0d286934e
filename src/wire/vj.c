/* SPDX-License-Identifier: MIT */
/* See vj.h. Headers are kept as octets, as they were. */
#include "wire/vj.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/octets.h"

/* What the first octet of a compressed packet says (RFC 1144 section 3.2.2). */
#define CHANGE_SLOT 0x40
#define CHANGE_ID 0x20
#define PUSH 0x10
#define CHANGE_SEQUENCE 0x08
#define CHANGE_ACK 0x04
#define CHANGE_WINDOW 0x02
#define URGENT 0x01
#define SPECIALS 0x0f
#define SPECIAL_ECHO (CHANGE_SEQUENCE | CHANGE_WINDOW | URGENT)		/* both numbers: by the last one's payload */
#define SPECIAL_DATA (SPECIAL_ECHO | CHANGE_ACK)				/* the sequence number alone */

#define IP_LEAST 20
#define TCP_LEAST 20
#define CHANGES_MAX 16		/* octets of what has changed: five numbers of three */
#define TCP_PROTOCOL 6

/* Where things are in the header of IP ... */
enum {
	IP_TOS = 1, IP_LENGTH = 2, IP_ID = 4, IP_FRAGMENT = 6, IP_TTL = 8, IP_PROTOCOL = 9, IP_SUM = 10,
	IP_ADDRESSES = 12
};
/* ... and of TCP. */
enum { TCP_SEQUENCE = 4, TCP_ACK = 8, TCP_LENGTH = 12, TCP_FLAGS = 13, TCP_WINDOW = 14, TCP_SUM = 16, TCP_URGENT = 18 };
enum { FLAG_FIN = 0x01, FLAG_SYN = 0x02, FLAG_RST = 0x04, FLAG_PSH = 0x08, FLAG_ACK = 0x10, FLAG_URG = 0x20 };

struct slot {
	bool known;
	uint8_t headers[VJ_HEADERS_MAX];	/* of the last packet */
};

struct vj {
	struct vj_counters counters;
	bool toss;
	bool has_sent;			/* `sent` is one */
	uint8_t sent, received;		/* the last one's slot */
	unsigned int receive_slots, send_slots;
	uint8_t order[VJ_SLOTS_MAX];	/* slots to send, the one that was used last first */
	struct slot *receive, *send;
};

static size_t ip_length(const uint8_t *ip)
{
	return (ip[0] & 0x0fu) * 4u;
}

static size_t tcp_length(const uint8_t *tcp)
{
	return (tcp[TCP_LENGTH] >> 4) * 4u;
}

struct vj *vj_new(unsigned int receive_slots, unsigned int send_slots)
{
	struct vj *vj = calloc(1, sizeof(*vj));

	if (!vj)
		return NULL;
	vj->receive = calloc(receive_slots, sizeof(*vj->receive));
	vj->send = calloc(send_slots, sizeof(*vj->send));
	if (!vj->receive || !vj->send) {
		vj_free(vj);
		return NULL;
	}
	vj->receive_slots = receive_slots;
	vj->send_slots = send_slots;
	for (unsigned int i = 0; i < send_slots; i++)
		vj->order[i] = (uint8_t)(send_slots - 1 - i);
	vj->toss = true;
	return vj;
}

void vj_free(struct vj *vj)
{
	if (!vj)
		return;
	free(vj->receive);
	free(vj->send);
	free(vj);
}

const struct vj_counters *vj_counters(const struct vj *vj)
{
	return &vj->counters;
}

void vj_toss(struct vj *vj)
{
	vj->toss = true;
}

/* --- sending --- */

/* A packet on its way. */
struct sending {
	const uint8_t *ip, *tcp;
	size_t headers;			/* octets of both */
	uint8_t *last_ip, *last_tcp;	/* of its slot */
	uint8_t changes;
	uint8_t numbers[CHANGES_MAX];
	size_t length;			/* of numbers */
};

/* Of those that begin or end a connection each is as important as rare. */
static bool is_compressible(const uint8_t *packet, size_t length, struct sending *sending)
{
	size_t header;

	if (length < IP_LEAST || packet[0] >> 4 != 4 || packet[IP_PROTOCOL] != TCP_PROTOCOL ||
	    octets_be16(packet + IP_FRAGMENT) & 0x3fff)
		return false;
	header = ip_length(packet);
	if (header < IP_LEAST || length < header + TCP_LEAST)
		return false;
	sending->ip = packet;
	sending->tcp = packet + header;
	sending->headers = header + tcp_length(sending->tcp);
	return tcp_length(sending->tcp) >= TCP_LEAST && sending->headers <= length &&
	       (sending->tcp[TCP_FLAGS] & (FLAG_SYN | FLAG_FIN | FLAG_RST | FLAG_ACK)) == FLAG_ACK;
}

/* Addresses and ports. */
static bool is_of_slot(const struct slot *slot, const struct sending *sending)
{
	return memcmp(slot->headers + IP_ADDRESSES, sending->ip + IP_ADDRESSES, 8) == 0 && slot->known &&
	       memcmp(slot->headers + ip_length(slot->headers), sending->tcp, 4) == 0;
}

/* Its slot, or the one that was not used for longest; *found: it was its own. */
static uint8_t take_slot(struct vj *vj, const struct sending *sending, bool *found)
{
	unsigned int i = 0, last = vj->send_slots - 1;
	uint8_t number;

	while (!(*found = is_of_slot(&vj->send[vj->order[i]], sending)) && i < last) {
		vj->counters.searches++;
		i++;
	}
	if (!*found)
		vj->counters.misses++;
	number = vj->order[i];
	memmove(vj->order + 1, vj->order, i);
	vj->order[0] = number;
	return number;
}

/* All that a compressed packet cannot tell. */
static bool is_alike(const struct sending *sending)
{
	const uint8_t *ip = sending->ip, *last_ip = sending->last_ip;
	const uint8_t *tcp = sending->tcp, *last_tcp = sending->last_tcp;

	if (ip[0] != last_ip[0] || ip[IP_TOS] != last_ip[IP_TOS] || ip[IP_TTL] != last_ip[IP_TTL] ||
	    (ip[IP_FRAGMENT] ^ last_ip[IP_FRAGMENT]) & 0x40 || tcp_length(tcp) != tcp_length(last_tcp))
		return false;
	if (memcmp(ip + IP_LEAST, last_ip + IP_LEAST, ip_length(ip) - IP_LEAST) != 0 ||
	    memcmp(tcp + TCP_LEAST, last_tcp + TCP_LEAST, tcp_length(tcp) - TCP_LEAST) != 0)
		return false;
	return tcp[TCP_FLAGS] & FLAG_URG || octets_be16(tcp + TCP_URGENT) == octets_be16(last_tcp + TCP_URGENT);
}

static void add_number(struct sending *sending, uint8_t change, uint16_t value)
{
	sending->changes |= change;
	if (value == 0 || value > 0xff) {
		sending->numbers[sending->length] = 0;
		octets_put_be16(sending->numbers + sending->length + 1, value);
		sending->length += 3;
	} else {
		sending->numbers[sending->length++] = (uint8_t)value;
	}
}

/* Numbers that have moved on, by no more than can be told. */
static bool add_moved(struct sending *sending, uint8_t change, unsigned int where)
{
	uint32_t moved = octets_be32(sending->tcp + where) - octets_be32(sending->last_tcp + where);

	if (moved > UINT16_MAX)
		return false;
	if (moved)
		add_number(sending, change, (uint16_t)moved);
	return true;
}

/* What else may be left out: where all moved by what the last one carried. False: it must go as it is. */
static bool find_special(struct sending *sending)
{
	uint32_t payload = octets_be16(sending->last_ip + IP_LENGTH) - (uint32_t)sending->headers;
	uint32_t sequence = octets_be32(sending->tcp + TCP_SEQUENCE) - octets_be32(sending->last_tcp + TCP_SEQUENCE);
	uint32_t ack = octets_be32(sending->tcp + TCP_ACK) - octets_be32(sending->last_tcp + TCP_ACK);
	uint8_t special = 0;

	switch (sending->changes) {
	case 0:		/* payload after none is new; all else may be because the other end missed it */
		return memcmp(sending->ip + IP_LENGTH, sending->last_ip + IP_LENGTH, 2) != 0 && payload == 0;
	case SPECIAL_ECHO:
	case SPECIAL_DATA:
		return false;
	case CHANGE_SEQUENCE | CHANGE_ACK:
		special = sequence == ack && sequence == payload ? SPECIAL_ECHO : 0;
		break;
	case CHANGE_SEQUENCE:
		special = sequence == payload ? SPECIAL_DATA : 0;
		break;
	}
	if (special) {
		sending->changes = special;
		sending->length = 0;
	}
	return true;
}

/* False: it cannot be told what has changed. */
static bool find_changes(struct sending *sending)
{
	int window = octets_be16(sending->tcp + TCP_WINDOW) - octets_be16(sending->last_tcp + TCP_WINDOW);
	int id = octets_be16(sending->ip + IP_ID) - octets_be16(sending->last_ip + IP_ID);

	if (!is_alike(sending))
		return false;
	if (sending->tcp[TCP_FLAGS] & FLAG_URG)
		add_number(sending, URGENT, octets_be16(sending->tcp + TCP_URGENT));
	if (window)
		add_number(sending, CHANGE_WINDOW, (uint16_t)window);
	if (!add_moved(sending, CHANGE_ACK, TCP_ACK) || !add_moved(sending, CHANGE_SEQUENCE, TCP_SEQUENCE) ||
	    !find_special(sending))
		return false;
	if (id != 1)
		add_number(sending, CHANGE_ID, (uint16_t)id);
	if (sending->tcp[TCP_FLAGS] & FLAG_PSH)
		sending->changes |= PUSH;
	return true;
}

/* Returns its length. */
static size_t put_compressed(struct vj *vj, const struct sending *sending, uint8_t slot, bool drop_slot, size_t length,
			     uint8_t *out)
{
	uint8_t *at = out + 1;

	*out = sending->changes;
	if (!drop_slot || !vj->has_sent || vj->sent != slot) {
		*out |= CHANGE_SLOT;
		*at++ = slot;
	}
	memcpy(at, sending->tcp + TCP_SUM, 2);
	at += 2;
	memcpy(at, sending->numbers, sending->length);
	at += sending->length;
	memcpy(at, sending->ip + sending->headers, length - sending->headers);
	return (size_t)(at - out) + length - sending->headers;
}

enum vj_kind vj_compress(struct vj *vj, const uint8_t *packet, size_t *length, bool drop_slot, uint8_t *out)
{
	struct sending sending = { .changes = 0 };
	enum vj_kind kind = VJ_UNCOMPRESSED;
	struct slot *slot;
	uint8_t number;
	bool found;

	if (!is_compressible(packet, *length, &sending))
		return VJ_PLAIN;
	number = take_slot(vj, &sending, &found);
	slot = &vj->send[number];
	sending.last_ip = slot->headers;
	sending.last_tcp = slot->headers + ip_length(slot->headers);
	if (found && find_changes(&sending)) {
		kind = VJ_COMPRESSED;
		*length = put_compressed(vj, &sending, number, drop_slot, *length, out);
		vj->counters.sent_compressed++;
	} else {
		memcpy(out, packet, *length);
		out[IP_PROTOCOL] = number;
		vj->counters.sent_uncompressed++;
	}
	slot->known = true;
	memcpy(slot->headers, packet, sending.headers);
	vj->sent = number;
	vj->has_sent = true;
	return kind;
}

/* --- receiving --- */

static uint16_t header_sum(const uint8_t *ip)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < ip_length(ip); i += 2)
		sum += octets_be16(ip + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static bool has_headers(const uint8_t *packet, size_t length)
{
	size_t header = length < IP_LEAST ? 0 : ip_length(packet);

	return header >= IP_LEAST && length >= header + TCP_LEAST && tcp_length(packet + header) >= TCP_LEAST &&
	       length >= header + tcp_length(packet + header);
}

bool vj_remember(struct vj *vj, uint8_t *packet, size_t length)
{
	uint8_t number;

	vj->toss = true;
	if (!has_headers(packet, length))
		return false;
	number = packet[IP_PROTOCOL];
	packet[IP_PROTOCOL] = TCP_PROTOCOL;
	if (header_sum(packet) != 0)
		return false;
	if (number >= vj->receive_slots) {
		vj->counters.errors++;
		return false;
	}
	vj->toss = false;
	vj->received = number;
	vj->receive[number].known = true;
	memcpy(vj->receive[number].headers, packet,
	       ip_length(packet) + tcp_length(packet + ip_length(packet)));
	vj->counters.received_uncompressed++;
	return true;
}

static uint8_t take_octet(struct cursor *cursor)
{
	const uint8_t *octet = cursor_take(cursor, 1);

	return octet ? *octet : 0;
}

static uint16_t take_number(struct cursor *cursor)
{
	uint8_t octet = take_octet(cursor);

	return octet ? octet : cursor_get_u16(cursor);
}

static void move16(uint8_t *at, uint16_t by)
{
	octets_put_be16(at, (uint16_t)(octets_be16(at) + by));
}

static void move32(uint8_t *at, uint32_t by)
{
	octets_put_be32(at, octets_be32(at) + by);
}

/* What has changed in these headers. */
static void apply(uint8_t changes, struct cursor *cursor, uint8_t *ip, uint8_t *tcp)
{
	uint32_t payload = octets_be16(ip + IP_LENGTH) - (uint32_t)(ip_length(ip) + tcp_length(tcp));
	uint8_t specials = changes & SPECIALS;

	tcp[TCP_FLAGS] = (uint8_t)((tcp[TCP_FLAGS] & ~FLAG_PSH) | (changes & PUSH ? FLAG_PSH : 0));
	if (specials == SPECIAL_ECHO || specials == SPECIAL_DATA) {
		if (specials == SPECIAL_ECHO)
			move32(tcp + TCP_ACK, payload);
		move32(tcp + TCP_SEQUENCE, payload);
	} else {
		tcp[TCP_FLAGS] &= (uint8_t)~FLAG_URG;
		if (changes & URGENT) {
			tcp[TCP_FLAGS] |= FLAG_URG;
			octets_put_be16(tcp + TCP_URGENT, take_number(cursor));
		}
		if (changes & CHANGE_WINDOW)
			move16(tcp + TCP_WINDOW, take_number(cursor));
		if (changes & CHANGE_ACK)
			move32(tcp + TCP_ACK, take_number(cursor));
		if (changes & CHANGE_SEQUENCE)
			move32(tcp + TCP_SEQUENCE, take_number(cursor));
	}
	move16(ip + IP_ID, changes & CHANGE_ID ? take_number(cursor) : 1);
}

/* Of the packet whose first octet says so; NULL. */
static struct slot *received_slot(struct vj *vj, uint8_t changes, struct cursor *cursor)
{
	if (changes & CHANGE_SLOT) {
		uint8_t number = take_octet(cursor);

		if (number >= vj->receive_slots || !vj->receive[number].known) {
			vj->counters.errors++;
			vj->toss = true;
			return NULL;
		}
		vj->toss = false;
		vj->received = number;
	} else if (vj->toss) {
		vj->counters.tossed++;
		return NULL;
	}
	return &vj->receive[vj->received];
}

/* The payload comes behind the headers. Returns the length; 0: IPv4 has none that long. */
static size_t put_packet(uint8_t *headers, const struct cursor *cursor, uint8_t *out)
{
	size_t length = ip_length(headers), payload = cursor_left(cursor);

	length += tcp_length(headers + length);
	if (length + payload > UINT16_MAX)
		return 0;
	octets_put_be16(headers + IP_LENGTH, (uint16_t)(length + payload));
	octets_put_be16(headers + IP_SUM, 0);
	octets_put_be16(headers + IP_SUM, header_sum(headers));
	memcpy(out, headers, length);
	memcpy(out + length, cursor->position, payload);
	return length + payload;
}

size_t vj_expand(struct vj *vj, const uint8_t *octets, size_t length, uint8_t *out)
{
	struct cursor cursor = cursor_over((void *)(uintptr_t)octets, length);
	struct slot *slot;
	uint8_t changes, *tcp;
	size_t made = 0;

	vj->counters.received_compressed++;
	if (length < 3) {
		vj->counters.errors++;
		return 0;
	}
	changes = take_octet(&cursor);
	slot = received_slot(vj, changes, &cursor);
	if (!slot)
		return 0;
	tcp = slot->headers + ip_length(slot->headers);
	octets_put_be16(tcp + TCP_SUM, cursor_get_u16(&cursor));
	apply(changes, &cursor, slot->headers, tcp);
	if (cursor_ok(&cursor))
		made = put_packet(slot->headers, &cursor, out);
	if (!made) {
		vj->counters.errors++;
		vj->toss = true;
	}
	return made;
}
