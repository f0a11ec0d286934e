/* SPDX-License-Identifier: MIT */
/*
 * The file with the daemon's process id, for those who want one (-P).  What keeps a second daemon away is the
 * socket's lock, so what an old file says does not matter.
 */
#ifndef L2TPD_L2TPD_PID_FILE_H
#define L2TPD_L2TPD_PID_FILE_H

/* Both do nothing with NULL. A file that cannot be written is logged, and no reason to end. */
void pid_file_write(const char *path);
void pid_file_remove(const char *path);

#endif
