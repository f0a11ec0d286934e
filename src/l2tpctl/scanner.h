/* SPDX-License-Identifier: MIT */
/*
 * JSON looked at as text: where a member's value begins and a value ends.  A list of 100,000 objects that is only to
 * be passed on would take far longer as trees.  The text ends with a NUL; what is no JSON has no members and no end.
 */
#ifndef L2TPD_L2TPCTL_SCANNER_H
#define L2TPD_L2TPCTL_SCANNER_H

#include <stdbool.h>
#include <stddef.h>

/* Behind the value that begins here, blanks before it included; NULL: it does not end. Only brackets and quotes are
 * looked at: what is between them is taken as it is. */
const char *scanner_skip(const char *value);

/* Where the value of this member of an object begins; NULL: there is none, or this is no object. */
const char *scanner_member(const char *object, const char *name);
/* Several of them at once: values[i] is names[i]'s. */
void scanner_members(const char *object, const char *const *names, const char **values, unsigned int count);
/* The same along "statistics.rx_bytes". */
const char *scanner_path(const char *object, const char *path);
/* The first member that is an array: where it begins. */
const char *scanner_array(const char *object);

/* The elements of an array, one by one. *position: where the array begins at first. False: there are no more. */
bool scanner_next(const char **position, const char **element, size_t *length);

/* The value as text, a string without its quotes, cut off at size; false: there is no value, or it is null. */
bool scanner_text(const char *value, char *out, size_t size);

#endif
