/* SPDX-License-Identifier: MIT */
/*
 * Strings are the only thing that has to be understood: brackets in them do not count.
 */
#include "l2tpctl/scanner.h"

#include <stdio.h>
#include <string.h>

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t\r\n");
}

/* text is at the quote. */
static const char *skip_string(const char *text)
{
	for (text++; *text != '"'; text++) {
		text += strcspn(text, "\"\\");
		if (*text == '\\' && text[1])
			text++;
		else if (*text == '"')
			break;
		else if (!*text)
			return NULL;
	}
	return text + 1;
}

/* text is at the bracket. */
static const char *skip_nested(const char *text)
{
	unsigned int depth = 0;

	for (;;) {
		text += strcspn(text, "\"{}[]");
		if (!*text)
			return NULL;
		if (*text == '"') {
			text = skip_string(text);
			if (!text)
				return NULL;
			continue;
		}
		depth += *text == '{' || *text == '[' ? 1 : -1u;
		text++;
		if (!depth)
			return text;
	}
}

const char *scanner_skip(const char *value)
{
	const char *begin = skip_blanks(value), *end;

	if (*begin == '"')
		return skip_string(begin);
	if (*begin == '{' || *begin == '[')
		return skip_nested(begin);
	end = begin + strcspn(begin, ",]} \t\r\n");
	return end > begin && *end ? end : NULL;
}

/* The next member from position on: its name, still in its quotes. Returns where its value begins; NULL: the object
 * has ended. */
static const char *next_member(const char *position, const char **name, size_t *length)
{
	const char *end;

	*name = skip_blanks(position);
	if (**name == ',' || **name == '{')
		*name = skip_blanks(*name + 1);
	end = **name == '"' ? skip_string(*name) : NULL;
	if (!end)
		return NULL;
	*length = (size_t)(end - *name);
	end = skip_blanks(end);
	return *end == ':' ? skip_blanks(end + 1) : NULL;
}

static bool is_object(const char *text)
{
	return *skip_blanks(text) == '{';
}

void scanner_members(const char *object, const char *const *names, const char **values, unsigned int count)
{
	const char *position = is_object(object) ? object : NULL, *name, *value;
	size_t length;

	memset(values, 0, count * sizeof(*values));
	while (position && (value = next_member(position, &name, &length))) {
		position = scanner_skip(value);
		for (unsigned int i = 0; position && i < count; i++)
			if (length == strlen(names[i]) + 2 && strncmp(name + 1, names[i], length - 2) == 0)
				values[i] = value;
	}
}

const char *scanner_member(const char *object, const char *name)
{
	const char *value;

	scanner_members(object, &name, &value, 1);
	return value;
}

const char *scanner_path(const char *object, const char *path)
{
	const char *dot = strchr(path, '.');
	char part[64];

	if (!dot)
		return scanner_member(object, path);
	snprintf(part, sizeof(part), "%.*s", (int)(dot - path), path);
	object = scanner_member(object, part);
	return object ? scanner_path(object, dot + 1) : NULL;
}

const char *scanner_array(const char *object)
{
	const char *position = is_object(object) ? object : NULL, *name, *value;
	size_t length;

	while (position && (value = next_member(position, &name, &length))) {
		if (*value == '[')
			return value;
		position = scanner_skip(value);
	}
	return NULL;
}

bool scanner_next(const char **position, const char **element, size_t *length)
{
	const char *begin = skip_blanks(*position), *end;

	if (*begin != '[' && *begin != ',')
		return false;
	*element = skip_blanks(begin + 1);
	if (**element == ']')
		return false;
	end = scanner_skip(*element);
	if (!end)
		return false;
	*length = (size_t)(end - *element);
	*position = end;
	return true;
}

bool scanner_text(const char *value, char *out, size_t size)
{
	const char *end = value ? scanner_skip(value) : NULL;

	if (!end || strncmp(value, "null", 4) == 0)
		return false;
	if (*value == '"')
		snprintf(out, size, "%.*s", (int)(end - value - 2), value + 1);
	else
		snprintf(out, size, "%.*s", (int)(end - value), value);
	return true;
}
