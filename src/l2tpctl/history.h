/* SPDX-License-Identifier: MIT */
/*
 * The lines typed into the interactive shell, kept in a file over its end as OpenL2TP keeps them:
 * ~/.l2tp_history, or what L2TP_HISTFILE names (empty: no file), of at most L2TP_HISTFILESIZE lines.
 */
#ifndef L2TPD_L2TPCTL_HISTORY_H
#define L2TPD_L2TPCTL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#define HISTORY_LINES 1000	/* kept, unless L2TP_HISTFILESIZE says otherwise */
#define HISTORY_LINES_MAX 100000
#define HISTORY_PATH_MAX 4096

/* The file's path in out; false: no file is wanted, or there is no home. */
bool history_path(char out[HISTORY_PATH_MAX]);
/* How many lines are kept. */
unsigned int history_size(void);

typedef void history_line_fn(void *context, const char *line);

/* Give each of the file's last lines, the oldest first. A file that has twice as many as are kept is cut. A file
 * that cannot be read has none. */
void history_load(const char *path, unsigned int keep, history_line_fn *take, void *context);
/* Append a line (with or without its line end), mode 0600. What cannot be written is not kept. */
void history_append(const char *path, const char *line);

/* May the line be kept? Not when a secret parameter has its value in it. */
bool history_may_keep(const char *line);

#endif
