/* SPDX-License-Identifier: MIT */
/*
 * Replies as text: whatever they are, nothing is read behind their end; and where they are JSON, the scanner of
 * l2tpctl finds in them what jansson finds.
 */
#include "l2tpctl/scanner.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* What may be compared octet by octet: names that no escape can stand for. */
static bool is_plain(const char *name)
{
	return *name && !strpbrk(name, "\"\\/.") && strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name);
}

static void compare_array(const char *text, const json_t *array)
{
	const char *element;
	size_t count = 0, length;

	while (scanner_next(&text, &element, &length)) {
		json_t *one = json_loadb(element, length, JSON_DECODE_ANY, NULL);

		must(one && json_equal(one, json_array_get(array, count++)));
		json_decref(one);
	}
	must(count == json_array_size(array));
}

static void compare_object(const char *text, json_t *object)
{
	const char *name, *value;
	json_t *member;

	json_object_foreach(object, name, member) {
		if (!is_plain(name))
			continue;
		value = scanner_member(text, name);
		/* with an escape in it, jansson's name may not be in the text */
		if (!value)
			continue;
		must(scanner_skip(value) != NULL);
		if (json_is_array(member))
			compare_array(value, member);
		else if (json_is_object(member))
			compare_object(value, member);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	char *text = malloc(length + 1), out[16];
	const char *position, *element;
	size_t size;
	json_t *json;

	if (!text)
		return 0;
	memcpy(text, data, length);
	text[length] = '\0';
	scanner_text(text, out, sizeof(out));
	scanner_text(scanner_path(text, "a.b"), out, sizeof(out));
	scanner_array(text);
	position = text;
	while (scanner_next(&position, &element, &size))
		must(element + size <= text + strlen(text));
	json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(json))
		compare_object(text, json);
	else if (json_is_array(json))
		compare_array(text, json);
	json_decref(json);
	free(text);
	return 0;
}
