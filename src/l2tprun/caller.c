/* SPDX-License-Identifier: MIT */
/* See caller.h. */
#include "l2tprun/caller.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "os/close.h"

#define PIECE 256		/* octets of text read at once; divides a page, so that all are there or none */
#define STATUS_MAX 8192		/* of /proc/ID/status, of which 2,000 octets are known ... */
#define STATUS_LINE_MAX 512	/* ... and one line, the list of groups, has any length */

bool caller_read(struct caller *caller, uint64_t address, void *octets, size_t length)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/mem", (int)caller->tid);
	if (caller->memory < 0)
		caller->memory = openat(caller->proc, path, O_RDWR | O_CLOEXEC);
	return caller->memory >= 0 && pread(caller->memory, octets, length, (off_t)address) == (ssize_t)length;
}

bool caller_write(const struct caller *caller, uint64_t address, const void *octets, size_t length)
{
	return caller->memory >= 0 && pwrite(caller->memory, octets, length, (off_t)address) == (ssize_t)length;
}

void caller_close(struct caller *caller)
{
	os_close(&caller->memory);
}

bool caller_string(const struct caller *caller, uint64_t address, char *text, size_t size)
{
	for (size_t at = 0; at < size;) {
		size_t here = PIECE - (address + at) % PIECE;
		struct iovec to = { text + at, here < size - at ? here : size - at };
		struct iovec from = { (void *)(uintptr_t)(address + at), to.iov_len };

		if (process_vm_readv(caller->tid, &to, 1, &from, 1, 0) != (ssize_t)to.iov_len)
			return false;
		if (memchr(to.iov_base, '\0', to.iov_len))
			return true;
		at += to.iov_len;
	}
	return false;
}

static bool read_link(const struct caller *caller, const char *name, char *target)
{
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "%d/%s", (int)caller->tid, name);
	length = readlinkat(caller->proc, path, target, PATH_MAX - 1);
	if (length <= 0)
		return false;
	target[length] = '\0';
	return target[0] == '/';
}

bool caller_folder(const struct caller *caller, int fd, char *path)
{
	char name[32];

	if (fd == AT_FDCWD)
		return read_link(caller, "cwd", path);
	snprintf(name, sizeof(name), "fd/%d", fd);
	return read_link(caller, name, path);
}

bool caller_root(const struct caller *caller, char *path)
{
	return read_link(caller, "root", path);
}

bool caller_socket(const struct caller *caller, int fd, uint64_t *inode)
{
	char path[64], target[64];
	unsigned long long found;
	ssize_t length;

	*inode = 0;
	snprintf(path, sizeof(path), "%d/fd/%d", (int)caller->tid, fd);
	length = readlinkat(caller->proc, path, target, sizeof(target) - 1);
	if (length < 0)
		return errno != ENOENT;
	target[length] = '\0';
	if (sscanf(target, "socket:[%llu]", &found) == 1)
		*inode = found;
	return true;
}

bool caller_has(const struct caller *caller, int fd)
{
	char path[64], target[1];

	snprintf(path, sizeof(path), "%d/fd/%d", (int)caller->tid, fd);
	return readlinkat(caller->proc, path, target, sizeof(target)) >= 0;
}

int caller_netns(const struct caller *caller)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/ns/net", (int)caller->tid);
	return openat(caller->proc, path, O_RDONLY | O_CLOEXEC);
}

/* What follows the name of a line, or NULL. Elsewhere the same may be what the program calls itself. */
static const char *line_value(const char *status, const char *name)
{
	size_t length = strlen(name);

	while (strncmp(status, name, length) != 0) {
		status = strchr(status, '\n');
		if (!status)
			return NULL;
		status++;
	}
	return status + length;
}

bool caller_parse_status(const char *status, struct caller_rights *rights)
{
	const char *process = line_value(status, "NStgid:"), *capabilities = line_value(status, "CapEff:");
	const char *user = line_value(status, "Uid:");
	size_t length;

	/* real, effective, saved, of files */
	if (!process || !capabilities || !user ||
	    sscanf(user, "%" SCNu32 "%*u%*u%" SCNu32, &rights->uid, &rights->file_uid) != 2)
		return false;
	/* one number for each pid namespace, the first is ours, the innermost the program's own */
	rights->process = (pid_t)strtol(process, NULL, 10);
	length = strcspn(process, "\n");
	while (length && process[length - 1] >= '0' && process[length - 1] <= '9')
		length--;
	rights->pid = (uint32_t)strtoul(process + length, NULL, 10);
	rights->capabilities = strtoull(capabilities, NULL, 16);
	return rights->pid != 0;
}

/* Without the list of groups. */
static void take_lines(FILE *file, char *status)
{
	char *line = NULL;
	size_t size = 0, used = 0;
	ssize_t length;

	while ((length = getline(&line, &size, file)) > 0) {
		if (length > STATUS_LINE_MAX || used + (size_t)length >= STATUS_MAX)
			continue;
		memcpy(status + used, line, (size_t)length);
		used += (size_t)length;
	}
	status[used] = '\0';
	free(line);
}

static bool read_status(const struct caller *caller, char *status)
{
	char path[64];
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "%d/status", (int)caller->tid);
	fd = openat(caller->proc, path, O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file && fd >= 0)
		close(fd);
	if (!file)
		return false;
	take_lines(file, status);
	fclose(file);
	return true;
}

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

/* The number of the process that a thread is of, as we count; 0: it is gone. */
static pid_t process_of(const struct caller *caller)
{
	char status[STATUS_MAX];
	const char *process = read_status(caller, status) ? line_value(status, "Tgid:") : NULL;

	return process ? (pid_t)strtoul(process, NULL, 10) : 0;
}

/* A thread may have descriptors of its own, which kernels before 6.9 do not show us: they have the process's. */
static int open_thread(const struct caller *caller)
{
	int thread = (int)syscall(SYS_pidfd_open, caller->tid, PIDFD_THREAD);

	if (thread < 0 && errno == EINVAL)
		thread = (int)syscall(SYS_pidfd_open, process_of(caller), 0);
	return thread;
}

int caller_borrow(const struct caller *caller, int fd)
{
	int thread = open_thread(caller), copy;

	if (thread < 0)
		return -1;
	copy = (int)syscall(SYS_pidfd_getfd, thread, fd, 0);
	os_close(&thread);
	return copy;
}

/* Capabilities are those over one's own user namespace: has it the same as we? */
static bool shares_user_namespace(const struct caller *caller)
{
	struct stat ours, its;
	char path[64];

	snprintf(path, sizeof(path), "%d/ns/user", (int)caller->tid);
	if (fstatat(caller->proc, path, &its, 0) < 0)
		return errno == ENOENT && fstatat(caller->proc, "self/ns/user", &ours, 0) < 0;
	return fstatat(caller->proc, "self/ns/user", &ours, 0) == 0 && ours.st_ino == its.st_ino &&
	       ours.st_dev == its.st_dev;
}

bool caller_rights(const struct caller *caller, struct caller_rights *rights)
{
	char status[STATUS_MAX];

	if (!read_status(caller, status) || !caller_parse_status(status, rights))
		return false;
	if (!shares_user_namespace(caller))
		rights->capabilities = 0;
	return true;
}
