/* SPDX-License-Identifier: MIT */
/*
 * The kernel asks two for their rights when a message comes over a netlink socket: who sends it and who
 * opened the socket.  So one that is opened with the program's capabilities gives it no others,
 * though l2tpd will send over it.
 */
#include "l2tprun/proxy.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/netns.h"

struct capabilities {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
};

/* Keep those alone of our effective ones that are in wanted. *before: what to give back. */
static int lower_capabilities(uint64_t wanted, struct capabilities *before)
{
	struct capabilities lower;

	*before = (struct capabilities){ .header.version = _LINUX_CAPABILITY_VERSION_3 };
	if (syscall(SYS_capget, &before->header, before->data) < 0)
		return -1;
	lower = *before;
	lower.data[0].effective &= (uint32_t)wanted;
	lower.data[1].effective &= (uint32_t)(wanted >> 32);
	return (int)syscall(SYS_capset, &lower.header, lower.data);
}

static void restore_capabilities(struct capabilities *before)
{
	if (syscall(SYS_capset, &before->header, before->data) < 0)
		abort();	/* nothing would work any more, and nobody would know why */
}

static int open_here(const struct caller_rights *rights, struct error *error)
{
	struct capabilities before;
	int fd, failed;

	if (lower_capabilities(rights->capabilities, &before) < 0)
		return error_system(error, errno, NULL, "cannot act with the program's rights");
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);
	failed = errno;
	restore_capabilities(&before);
	if (fd < 0)
		return error_system(error, failed, NULL, "cannot open a netlink socket");
	return fd;
}

static bool is_own(int netns)
{
	uint64_t its = netns_identity_fd(netns);

	return its && its == netns_identity("");
}

int proxy_open(int netns, const struct caller_rights *rights, struct error *error)
{
	int fd, saved = is_own(netns) ? netns_enter("", error) : netns_enter_fd(netns, error);

	if (saved < 0)
		return -1;
	fd = open_here(rights, error);
	netns_leave(saved);
	return fd;
}
