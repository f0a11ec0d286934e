/* SPDX-License-Identifier: MIT */
/*
 * modprobe (that of kmod) reads more options from its environment.  A folder of configuration that is
 * named there replaces all of its own ones, so those have to be named as well.
 */
#include "l2tprun/modules.h"

#include <stdio.h>
#include <stdlib.h>

#define VARIABLE "MODPROBE_OPTIONS"
#define FOLDERS "-C /etc/modprobe.d -C /run/modprobe.d -C /usr/local/lib/modprobe.d -C /usr/lib/modprobe.d " \
		"-C /lib/modprobe.d"

void modules_pretend(void)
{
	const char *before = getenv(VARIABLE);
	char *all;

	if (asprintf(&all, "%s%s-C " L2TPRUN_MODPROBE_CONF " " FOLDERS, before ? before : "", before ? " " : "") < 0)
		return;		/* then modprobe says that there is no such module, which is as true */
	setenv(VARIABLE, all, 1);
	free(all);
}
