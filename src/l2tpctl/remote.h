/* SPDX-License-Identifier: MIT */
/*
 * The daemon of another host, over ssh: `ssh HOST l2tpctl --bridge` joins its standard input and output to the
 * socket there (bridge.h).  All else (the language, files, history) stays here.
 */
#ifndef L2TPD_L2TPCTL_REMOTE_H
#define L2TPD_L2TPCTL_REMOTE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* The program run for ssh, for tests and for those who have another. */
#define REMOTE_PROGRAM_VARIABLE "L2TPCTL_SSH"

/* May this be a host's name for ssh ("user@host", "host")?  Else *error says why not. */
bool remote_host_allowed(const char *host, struct error *error);

/* Start it. path: of the socket there, NULL: its own default. Returns a connected socket, the caller's to close,
 * and *pid for remote_wait(); -1 with *error filled. */
int remote_open(const char *host, const char *path, pid_t *pid, struct error *error);

/* Wait for the end of it, once its socket is closed. end: make it end. Returns its exit status, or -1 when a signal
 * ended it. */
int remote_wait(pid_t pid, bool end);

/* Why a connection to this host ended before it had answered: what ssh's exit status tells. */
void remote_explain(const char *host, int exit_status, struct error *error);

#endif
