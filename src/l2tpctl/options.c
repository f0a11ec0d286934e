/* SPDX-License-Identifier: MIT */
/*
 * The table of l2tpctl's options, for the program and its man page.
 */
#include "l2tpctl/options.h"

#include "os/unix_socket.h"

static const struct os_option options[] = {
	{ 's', "socket", "PATH", "socket of the daemon, " OS_SOCKET_DEFAULT " unless given" },
	{ 'j', "json", NULL, "print JSON, errors on standard error too" },
	{ 'q', "quiet", NULL, "no notices about what was done" },
	{ 'h', "help", NULL, "show this" },
	{ 'V', "version", NULL, "show the version" },
	{ OPTION_COMPLETE, "complete", NULL, "print how the last word may go on, for the completion of shells" },
	{ .id = 0 },
};

const struct os_program l2tpctl_program = {
	.name = "l2tpctl",
	.synopsis = "[OPTION...] [COMMAND...]",
	.summary = "Look at l2tpd and tell it what to do. Without a command: interactively, or from standard input.",
	.options = options,
	.more = "Commands are those of l2tpd.conf(5): OBJECT VERB [NAME=VALUE...], for example\n"
		"  l2tpctl tunnel list\n"
		"  l2tpctl session show tunnel_name=lon session_name=office\n"
		"  l2tpctl -j system show statistics\n\n"
		"Exit status: 0 done, 1 the daemon refused or the output could not be written,\n"
		"2 not understood (nothing was sent), 3 the daemon cannot be reached.\n",
};
