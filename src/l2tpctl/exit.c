/* SPDX-License-Identifier: MIT */
/*
 * One table for --help and for EXIT STATUS of l2tpctl(1).
 */
#include "l2tpctl/exit.h"

const char *const status_help[STATUS_COUNT] = {
	[STATUS_OK] = "done",
	[STATUS_REFUSED] = "the daemon refused, or the output could not be written",
	[STATUS_USAGE] = "not understood; nothing was sent",
	[STATUS_UNREACHABLE] = "the daemon cannot be reached",
	[STATUS_DENIED] = "who asks is not permitted to",
	[STATUS_UNKNOWN] = "there is no such tunnel, session or profile",
};
