/* SPDX-License-Identifier: MIT */
/*
 * What the service manager is told (sd_notify(3)). Without one these do nothing.
 */
#ifndef L2TPD_OS_NOTIFY_H
#define L2TPD_OS_NOTIFY_H

void os_notify_ready(void);		/* also ends os_notify_reloading() */
void os_notify_reloading(void);
void os_notify_stopping(void);
/* One line for `systemctl status`. */
void os_notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
