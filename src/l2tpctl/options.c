/* SPDX-License-Identifier: MIT */
/*
 * The table of l2tpctl's options, for the program and its man page.
 */
#include "l2tpctl/options.h"

#include "l2tpctl/exit.h"
#include "os/unix_socket.h"

static const struct os_option options[] = {
	{ 's', "socket", "PATH", "socket of the daemon, " OS_SOCKET_DEFAULT " unless given", NULL },
	{ 'H', "host", "HOST", "the daemon of another host, over ssh; [user@]host as ssh takes it", NULL },
	{ 'j', "json", NULL, "print JSON, errors on standard error too", NULL },
	{ 'q', "quiet", NULL, "no notices about what was done", NULL },
	{ 'h', "help", NULL, "show this", NULL },
	{ 'V', "version", NULL, "show the version", NULL },
	{ OPTION_COMPLETE, "complete", NULL, "print how the last word may go on, for the completion of shells", NULL },
	{ OPTION_BRIDGE, "bridge", NULL, "join standard input and output to the daemon's socket: the far end of -H",
	  NULL },
	{ 'R', NULL, "HOST", NULL, "-H HOST reaches other hosts, over ssh; l2tpd listens on no network" },
	{ 't', NULL, NULL, NULL, "answers of any size arrive; -H HOST reaches other hosts, over ssh" },
	{ .id = 0 },
};

const struct os_program l2tpctl_program = {
	.name = "l2tpctl",
	.synopsis = "[OPTION...] [COMMAND...]",
	.summary = "Look at l2tpd and tell it what to do. Without a command: interactively, or from standard input.",
	.options = options,
	.more = "Commands are those of l2tpd.conf(5): OBJECT VERB [NAME=VALUE...], for example\n"
		"  l2tpctl status\n"
		"  l2tpctl tunnel list\n"
		"  l2tpctl session show tunnel_name=lon session_name=office\n"
		"  l2tpctl -j system show statistics\n\n",
};

void l2tpctl_help(FILE *out)
{
	os_options_help(&l2tpctl_program, out);
	fputs("Exit status:\n", out);
	for (int status = 0; status < STATUS_COUNT; status++)
		fprintf(out, "  %d  %s\n", status, status_help[status]);
}
