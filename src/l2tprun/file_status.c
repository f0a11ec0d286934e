/* SPDX-License-Identifier: MIT */
/*
 * What stat() and statx() tell of a file that is not there.
 */
#include <errno.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "l2tprun/files.h"
#include "l2tprun/notification.h"

#define BLOCK_SIZE 1024		/* of files of /proc */

static int write_out(const struct supervisor *supervisor, struct trapped *trapped, uint64_t address,
		     const void *octets, size_t length)
{
	char first;

	if (!caller_read(&trapped->caller, address, &first, sizeof(first)))
		return EFAULT;
	if (!notification_waits(supervisor->listener, trapped->id))
		return 0;
	return caller_write(&trapped->caller, address, octets, length) ? 0 : EFAULT;
}

/* Where it would be. */
static struct stat identity(struct supervisor *supervisor, const struct file *file)
{
	struct stat known = { .st_ino = 1 };
	int fd = file->next ? file->next(supervisor, file) : -1;

	if (fd >= 0)
		(void)fstat(fd, &known);
	return known;
}

static int write_stat(struct supervisor *supervisor, struct trapped *trapped, uint64_t address,
		      const struct file *file)
{
	struct stat known = identity(supervisor, file);
	struct stat status = { .st_dev = known.st_dev, .st_ino = known.st_ino, .st_mode = file->mode,
			       .st_nlink = S_ISDIR(file->mode) ? 2 : 1,
			       .st_blksize = BLOCK_SIZE, .st_rdev = makedev(file->major, file->minor) };

	status.st_atim.tv_sec = status.st_mtim.tv_sec = status.st_ctim.tv_sec = time(NULL);
	return write_out(supervisor, trapped, address, &status, sizeof(status));
}

static int write_statx(struct supervisor *supervisor, struct trapped *trapped, uint64_t address,
		       const struct file *file)
{
	struct stat known = identity(supervisor, file);
	struct statx status = { .stx_mask = STATX_BASIC_STATS, .stx_mode = (uint16_t)file->mode,
				.stx_ino = known.st_ino, .stx_dev_major = major(known.st_dev),
				.stx_dev_minor = minor(known.st_dev),
				.stx_nlink = S_ISDIR(file->mode) ? 2 : 1,
				.stx_blksize = BLOCK_SIZE, .stx_rdev_major = file->major,
				.stx_rdev_minor = file->minor };

	status.stx_atime.tv_sec = status.stx_mtime.tv_sec = status.stx_ctime.tv_sec = time(NULL);
	return write_out(supervisor, trapped, address, &status, sizeof(status));
}

int file_status_write(struct supervisor *supervisor, struct trapped *trapped, const struct file *file)
{
	const uint64_t *arguments = trapped->call.arguments;

	if (trapped->call.kind == CALL_STATX)
		return write_statx(supervisor, trapped, arguments[4], file);
	return write_stat(supervisor, trapped, arguments[trapped->call.kind == CALL_FSTATAT ? 2 : 1], file);
}
