/* SPDX-License-Identifier: MIT */
/*
 * sd_notify(3) in the four words that the daemon has to say.
 */
#include "os/notify.h"

#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#define STATUS_MAX 256

void os_notify_ready(void)
{
	sd_notify(0, "READY=1");
}

void os_notify_reloading(void)
{
	struct timespec now;

	/* the time lets systemd match the READY=1 that follows with this reload (Type=notify-reload) */
	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000);
}

void os_notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void os_notify_status(const char *format, ...)
{
	char status[STATUS_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(status, sizeof(status), format, arguments);
	va_end(arguments);
	sd_notifyf(0, "STATUS=%s", status);
}
