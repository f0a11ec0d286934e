/* SPDX-License-Identifier: MIT */
/*
 * See users.h.  A file that is wrong is told once; what it said before counts until it is right.
 */
#include "l2tpd/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "os/file.h"
#include "os/secret_file.h"

#define LOOK_MS 1000
#define FILE_MAX (64 << 20)		/* octets: a million users */

static int64_t nanoseconds(const struct timespec *time)
{
	return time->tv_sec * INT64_C(1000000000) + time->tv_nsec;
}

static void identify(const char *path, struct users_source *file)
{
	struct stat st;

	*file = (struct users_source){ .modified = 0 };
	snprintf(file->path, sizeof(file->path), "%s", path);
	if (!path[0] || stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	file->modified = nanoseconds(&st.st_mtim);
	file->changed = nanoseconds(&st.st_ctim);
	file->inode = st.st_ino;
}

static bool is_same(const struct users_source *a, const struct users_source *b)
{
	return strcmp(a->path, b->path) == 0 && a->modified == b->modified && a->changed == b->changed &&
	       a->inode == b->inode;
}

static void load(struct service *service, const struct users_source *file, bool pap)
{
	char *text = NULL;
	size_t length = 0;
	struct error error = { .text = "" };

	if (file->modified && os_file_read(file->path, FILE_MAX, &text, &length, &error) < 0) {
		log_error("%s: %s", file->path, error.text);
		return;
	}
	if (service_load_users(service, pap, file->path, text ? text : "", length, &error) < 0)
		log_error("%s", error.text);
	if (text)
		explicit_bzero(text, length);
	free(text);
}

static void look_at(struct service *service, const char *path, struct users_source *known, bool pap)
{
	struct users_source file;

	identify(path, &file);
	if (is_same(&file, known))
		return;
	*known = file;
	load(service, &file, pap);
}

void users_look(struct users_files *files, struct service *service, uint64_t now)
{
	const struct system_config *system = service_system(service);

	if (files->looked && now - files->looked < LOOK_MS)
		return;
	files->looked = now;
	look_at(service, system->chap_secrets, &files->chap, false);
	look_at(service, system->pap_secrets, &files->pap, true);
}

int users_read_secret(void *context, const char *path, char *out, size_t size, size_t *length, struct error *error)
{
	bool exposed = false;

	if (os_secret_read(path, out, size, length, &exposed, error) < 0)
		return -1;
	if (exposed)
		log_warning("everybody may read the secret in %s: chmod 600 it", path);
	return 0;
}
