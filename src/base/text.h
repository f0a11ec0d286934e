/* SPDX-License-Identifier: MIT */
/*
 * Text <-> simple values, strictly: the whole text must be the value, no sign where none is
 * meant, no silent overflow.  All return false and leave *value alone on bad text.
 */
#ifndef L2TPD_BASE_TEXT_H
#define L2TPD_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal, 0x hexadecimal or 0 octal, as OpenL2TP reads numbers. */
bool text_to_u64(const char *text, uint64_t *value);
/* yes enable true on 1 / no disable false off 0, any case. */
bool text_to_bool(const char *text, bool *value);
#define TEXT_OCTETS_MAX 128	/* longest value of text_to_octets(); more than any parameter takes */
/* Hex octets, optional 0x, ':' between octets allowed; *length gets the count (<= size). "" is 0 octets. */
bool text_to_octets(const char *text, uint8_t *octets, size_t size, size_t *length);
/* Lower-case hex without separators; out needs 2 * length + 1. Returns out. */
const char *text_from_octets(const uint8_t *octets, size_t length, char *out);
/* aa:bb:cc:dd:ee:ff; multicast addresses are the caller's business. */
bool text_to_mac(const char *text, uint8_t mac[6]);
const char *text_from_mac(const uint8_t mac[6], char out[18]);

/* The next of "a,b,c" into item; *text is then behind its comma, NULL behind the last. False when it does not fit. */
bool text_next_item(const char **text, char *item, size_t size);

/* Octets of text before the first that must not be shown: a control character (also one of direction) or what is not
 * UTF-8.  strlen(text) when all of it is fit for terminals, logs and JSON. */
size_t text_printable_length(const char *text);
/* Replace each octet that must not be shown by '?'. A character cut off at the end counts as such. */
void text_make_printable(char *text);
/* Text for a log: each octet that must not be shown becomes \xNN, and each of the characters in also
 * (may be "") gets a backslash before it. What does not fit is cut off, between characters. Returns the length. */
size_t text_escape(const char *text, const char *also, char *out, size_t size);

#endif
