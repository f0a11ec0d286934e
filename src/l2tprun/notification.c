/* SPDX-License-Identifier: MIT */
/* See notification.h. */
#include "l2tprun/notification.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

/* A later kernel may have more to tell, and want more to be told: what it says nothing about is zero. */
union received {
	struct seccomp_notif notification;
	char room[512];
};

union answer {
	struct seccomp_notif_resp response;
	char room[512];
};

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1ul << 0)
#endif

void notification_hurry(int listener)
{
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

bool notification_receive(int listener, struct seccomp_notif *notification)
{
	union received received;

	memset(&received, 0, sizeof(received));
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &received) < 0)
		return false;
	*notification = received.notification;
	return true;
}

bool notification_waits(int listener, uint64_t id)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static void send_answer(int listener, const struct seccomp_notif_resp *response)
{
	union answer answer;

	memset(&answer, 0, sizeof(answer));
	answer.response = *response;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);	/* fails when the thread is gone */
}

void notification_continue(int listener, uint64_t id)
{
	send_answer(listener, &(struct seccomp_notif_resp){ .id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE });
}

void notification_answer(int listener, uint64_t id, int error)
{
	send_answer(listener, &(struct seccomp_notif_resp){ .id = id, .error = -error });
}

void notification_return(int listener, uint64_t id, int64_t value)
{
	send_answer(listener, &(struct seccomp_notif_resp){ .id = id, .val = value });
}

int notification_inject(int listener, uint64_t id, int fd, bool close_on_exec)
{
	return notification_inject_as(listener, id, fd, -1, close_on_exec);
}

int notification_inject_as(int listener, uint64_t id, int fd, int number, bool close_on_exec)
{
	struct seccomp_notif_addfd addition = { .id = id, .flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = (uint32_t)fd,
						.newfd_flags = close_on_exec ? O_CLOEXEC : 0 };

	if (number >= 0) {
		addition.flags |= SECCOMP_ADDFD_FLAG_SETFD;
		addition.newfd = (uint32_t)number;
	}
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addition) < 0 ? errno : 0;
}
