/* SPDX-License-Identifier: MIT */
/*
 * Another configuration for a daemon that runs.
 */
#ifndef L2TPD_L2TPD_RELOAD_H
#define L2TPD_L2TPD_RELOAD_H

#include "manage/manage.h"
#include "service/service.h"

/* The configuration file, read again, behind the commands that came before it at the start ("").
 * -1: what was running runs on, *error says why, and the log has all. */
int reload_file(const char *before, const char *path, struct service *service, struct manage *manage,
		struct error *error);

/* What a client sent: manage_host's restore. */
int reload_texts(struct service *service, struct manage *manage, struct manage_restore *restore);

#endif
