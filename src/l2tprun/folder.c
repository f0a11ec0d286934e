/* SPDX-License-Identifier: MIT */
/* See folder.h. */
#include "l2tprun/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "l2tprun/notification.h"
#include "os/close.h"

/* As in /sys. */
static const struct {
	const char *path;
	uint32_t mode;
} parts[] = {
	{ "sys", S_IFDIR | 0755 }, { "sys/kernel", S_IFDIR | 0755 }, { "sys/kernel/debug", S_IFDIR | 0700 },
	{ "sys/kernel/debug/l2tp", S_IFDIR | 0755 }, { "sys/kernel/debug/l2tp/tunnels", S_IFREG | 0600 },
};

/* -1: who may not mount has none, and may not look into debugfs either. */
static int new_file_system(void)
{
	int context = fsopen("tmpfs", FSOPEN_CLOEXEC), mount = -1;

	if (context < 0)
		return -1;
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mount = fsmount(context, FSMOUNT_CLOEXEC, 0);
	os_close(&context);
	return mount;
}

static bool fill(int mount)
{
	bool done = true;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && done; i++)
		done = (S_ISDIR(parts[i].mode) ? mkdirat(mount, parts[i].path, parts[i].mode & 0777) :
						 mknodat(mount, parts[i].path, parts[i].mode, 0)) == 0 &&
		       fchmodat(mount, parts[i].path, parts[i].mode & 0777, 0) == 0;
	return done;
}

int folder_next(struct supervisor *supervisor, const struct file *file)
{
	int mount = supervisor->folder < 0 ? new_file_system() : -1;

	if (mount < 0)
		return supervisor->folder;
	if (fill(mount))
		supervisor->folder = openat(mount, file->path + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(mount);
	return supervisor->folder;
}

/* Each has a place of its own in it. */
void folder_open(struct supervisor *supervisor, const struct trapped *trapped, const struct file_opening *opening)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "self/fd/%d", folder_next(supervisor, opening->file));
	fd = openat(supervisor->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || notification_inject(supervisor->listener, trapped->id, fd, opening->flags & O_CLOEXEC) != 0)
		supervisor_continue(supervisor, trapped->id);
	os_close(&fd);
}
