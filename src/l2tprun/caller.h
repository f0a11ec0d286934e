/* SPDX-License-Identifier: MIT */
/*
 * A thread that waits in a system call of its own, as the supervisor sees it: its memory, descriptors, namespaces and
 * rights.  All of it is that thread's: others of its process may have others.
 *
 * What is read is only worth something if the thread still waits: the supervisor asks the kernel after it has read.
 */
#ifndef L2TPD_L2TPRUN_CALLER_H
#define L2TPD_L2TPRUN_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct caller {
	int proc;	/* the supervisor's own /proc, whatever the program has mounted */
	pid_t tid;
	int memory;	/* -1 until some is read: stays the same memory, whatever program the process becomes */
};

/* false: there is no such memory. */
bool caller_read(struct caller *caller, uint64_t address, void *octets, size_t length);
/* Only after something was read, and the thread waited then: else another program's memory might be written to. */
bool caller_write(const struct caller *caller, uint64_t address, const void *octets, size_t length);
void caller_close(struct caller *caller);
/* Text with its end, size octets at most.  Nothing is kept open for it, as it is read often. */
bool caller_string(const struct caller *caller, uint64_t address, char *text, size_t size);

/* What tells sockets apart, of this descriptor; 0 when it is no socket. False: it is not open. */
bool caller_socket(const struct caller *caller, int fd, uint64_t *inode);

/* The folder of this descriptor, or AT_FDCWD, and the program's root: absolute paths as we see them, with room for
 * PATH_MAX.  False: there is none. */
bool caller_folder(const struct caller *caller, int fd, char *path);
bool caller_root(const struct caller *caller, char *path);

/* Has it this descriptor? */
bool caller_has(const struct caller *caller, int fd);
/* A copy of it. -1 with errno. */
int caller_borrow(const struct caller *caller, int fd);

/* A descriptor of its network namespace, or -1 with errno. */
int caller_netns(const struct caller *caller);

struct caller_rights {
	uint32_t uid;		/* its real user */
	uint32_t file_uid;	/* as whom it opens files */
	pid_t process;		/* as we number it */
	uint32_t pid;		/* its process, as it numbers itself: what the kernel would make a port id of */
	uint64_t capabilities;	/* effective ones; none when it has a user namespace of its own */
};

/* false with errno: it is gone, or hidden from us. */
bool caller_rights(const struct caller *caller, struct caller_rights *rights);

/* The part that needs no caller: what /proc/ID/status says. */
bool caller_parse_status(const char *status, struct caller_rights *rights);

#endif
