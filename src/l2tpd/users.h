/* SPDX-License-Identifier: MIT */
/* The files of secrets, which are read when they change. */
#ifndef L2TPD_L2TPD_USERS_H
#define L2TPD_L2TPD_USERS_H

#include "service/service.h"

struct users_source {
	char path[CONFIG_PATH_MAX];	/* as it was read last */
	int64_t modified, changed;	/* ns, of the file that was read; 0: there was none */
	uint64_t inode;
};

struct users_files {			/* zero-initialise */
	struct users_source chap, pap;
	uint64_t looked;		/* monotonic ms */
};

/* At most once a second: read what is another than it was. */
void users_look(struct users_files *files, struct service *service, uint64_t now);
/* A users_read_fn: a secret in a file of its own. context is not used. */
int users_read_secret(void *context, const char *path, char *out, size_t size, size_t *length, struct error *error);

#endif
