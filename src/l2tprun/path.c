/* SPDX-License-Identifier: MIT */
/* See path.h. */
#include "l2tprun/path.h"

#include <stddef.h>
#include <string.h>

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Length of whole without its last part. */
static size_t parent(const char *whole, size_t length)
{
	while (length && whole[--length] != '/')
		;
	return length;
}

static bool add_part(char *whole, size_t *length, const char *part, size_t size)
{
	if (!size || (size == 1 && part[0] == '.'))
		return true;
	if (size == 2 && part[0] == '.' && part[1] == '.') {
		*length = parent(whole, *length);
		return true;
	}
	if (*length + 1 + size >= PATH_TEXT_MAX)
		return false;
	whole[(*length)++] = '/';
	memcpy(whole + *length, part, size);
	*length += size;
	return true;
}

static bool add_parts(char *whole, size_t *length, const char *path)
{
	bool fits = true;

	while (*path && fits) {
		size_t size = strcspn(path, "/");

		fits = add_part(whole, length, path, size);
		path += size + (path[size] == '/');
	}
	return fits;
}

bool path_absolute(const char *folder, const char *path, char *whole)
{
	size_t length = 0;

	if (*path != '/' && !add_parts(whole, &length, folder))
		return false;
	if (!add_parts(whole, &length, path))
		return false;
	if (!length)
		whole[length++] = '/';
	whole[length] = '\0';
	return true;
}

bool path_below(char *path, const char *root)
{
	size_t length = strlen(root);

	if (length == 1)	/* "/" */
		return true;
	if (strncmp(path, root, length) != 0 || (path[length] && path[length] != '/'))
		return false;
	memmove(path, path + length, strlen(path + length) + 1);
	if (!path[0])
		memcpy(path, "/", sizeof("/"));
	return true;
}
