/* SPDX-License-Identifier: MIT */
/*
 * Control messages for people who follow them: what AVPs are there, and what they say.  Nothing is revealed that is
 * hidden, and of secrets, challenges and the answers to them only the length is told.
 */
#ifndef L2TPD_WIRE_DESCRIBE_H
#define L2TPD_WIRE_DESCRIBE_H

#include "base/cursor.h"
#include "wire/message.h"

/* An AVP as it stands in a message. */
struct described_avp {
	int row;			/* enum avp_row; -1: none that we know */
	bool mandatory, hidden;
	uint16_t vendor, attribute;
	uint16_t length;		/* of its value, in octets */
	const uint8_t *value;		/* in the message */
};

/* cursor: over what follows the message's header. False: there are no more, or what follows is malformed. */
bool describe_next(struct cursor *cursor, struct described_avp *avp);

#define DESCRIBE_NAME_MAX 40
#define DESCRIBE_VALUE_MAX 192	/* what is longer is cut off */
/* "Host Name", "AVP 77", "AVP 5 of vendor 9". Returns out, or a constant. */
const char *describe_name(const struct described_avp *avp, char out[DESCRIBE_NAME_MAX]);
/* "5", "\"lac.example\"", "(hidden, 20 octets)"; "" when it has none. Returns out. */
const char *describe_value(const struct described_avp *avp, char out[DESCRIBE_VALUE_MAX]);
/* Its octets in hexadecimal; of what must not be seen as describe_value() does. Returns out. */
const char *describe_octets(const struct described_avp *avp, char out[DESCRIBE_VALUE_MAX]);

/* "SCCRQ" of the message that begins with this AVP; NULL: it begins with none, or with no type we know. */
const char *describe_type(const uint8_t *octets, size_t length);

#endif
