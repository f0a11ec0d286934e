/* SPDX-License-Identifier: MIT */
/* The tables behind message_decode() and message_encode(): what AVPs and messages there are. */
#ifndef L2TPD_WIRE_AVP_H
#define L2TPD_WIRE_AVP_H

#include "wire/message.h"

#define AVP_HEADER_LENGTH 6
#define AVP_FLAG_MANDATORY 0x8000
#define AVP_FLAG_HIDDEN 0x4000
#define AVP_FLAGS_RESERVED 0x3c00
#define AVP_LENGTH_MASK 0x03ff

enum avp_kind {			/* how the value is written, and what the member is */
	AVP_KIND_EMPTY,		/* no octets, no member */
	AVP_KIND_U16, AVP_KIND_U32, AVP_KIND_U64,
	AVP_KIND_OCTETS,	/* struct avp_octets */
	AVP_KIND_RESULT,	/* struct avp_result */
	AVP_KIND_VERSION,	/* struct avp_protocol_version */
	AVP_KIND_CAUSE,		/* struct avp_cause */
	AVP_KIND_ERRORS,	/* struct avp_call_errors */
	AVP_KIND_ACCM,		/* struct avp_accm */
	AVP_KIND_DISCONNECT,	/* struct avp_disconnect_cause */
};

struct avp_definition {
	const char *name;
	uint16_t attribute;
	enum avp_kind kind;
	bool mandatory;		/* the M bit that we send; that of a known AVP is not looked at when it arrives */
	bool hideable;
	bool nonzero;		/* 0 is no value (ids, the window) */
	uint16_t least, most;	/* octets of the value */
	size_t offset;		/* in struct message */
};

struct message_definition {
	const char *name;	/* NULL: no such message */
	bool session;
	avp_set required;
};

extern const struct avp_definition avp_definitions[AVP_ROW_COUNT];
extern const struct message_definition message_definitions[MESSAGE_TYPE_COUNT];

/* The row of an attribute of the IETF's (vendor 0); -1: none. */
int avp_find(uint16_t attribute);

#endif
