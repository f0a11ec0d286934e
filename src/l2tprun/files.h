/* SPDX-License-Identifier: MIT */
/*
 * Files that a kernel with L2TP has: opening one of their paths, and asking what is there, is answered here.  Every
 * other path goes on to the kernel, which looks at it anew.
 *
 * A path is one in the program's own root.  Who lists the folder does not see the file, and a symbolic link of another
 * name does not lead to it.
 */
#ifndef L2TPD_L2TPRUN_FILES_H
#define L2TPD_L2TPRUN_FILES_H

#include <sys/stat.h>

#include "l2tprun/supervisor.h"

struct file;

/* What a program wants of a file. */
struct file_opening {
	const struct file *file;
	const char *path;	/* absolute, as path_absolute() makes them */
	uint64_t flags;		/* as of open() */
};

/* The program may do that, and waited after its path was read.  Its call has to be answered: now, or later. */
typedef void file_open_fn(struct supervisor *supervisor, const struct trapped *trapped,
			  const struct file_opening *opening);

struct file {
	const char *path;	/* a pattern of fnmatch() in which * is one part of a path; the last part is none */
	uint32_t mode;		/* kind and rights: what stat() tells, and opening respects */
	uint32_t major, minor;	/* of a device */
	file_open_fn *open;
	/* The descriptor (which stays the function's) that the next one to open it gets the file of: stat() tells the
	 * same numbers, so that it is known again.  NULL: there is none yet. */
	int (*next)(struct supervisor *supervisor, const struct file *file);
};

/* One of the calls of call.h that have a path. */
void files_call(struct supervisor *supervisor, struct trapped *trapped);

/* --- file_status.c --- */
/* What stat() would write of this file, or statx(): 0, or EFAULT. Asks whether the thread waits. */
int file_status_write(struct supervisor *supervisor, struct trapped *trapped, const struct file *file);

#endif
