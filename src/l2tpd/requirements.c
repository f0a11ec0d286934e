/* SPDX-License-Identifier: MIT */
/*
 * Asked before anything is touched, so that what is missing is told in one clear line and not by
 * the first system call that fails.
 */
#include "l2tpd/requirements.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES_WANTED 1048576	/* what the kernel allows unless told otherwise (fs.nr_open) */

static bool has_capability(unsigned int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return true;	/* not to be asked: the system calls themselves will tell */
	return data[capability / 32].effective >> capability % 32 & 1;
}

static int check_tun(struct error *error)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (errno == ENOENT)
		return error_set(error, ERROR_SYSTEM, NULL, "there is no /dev/net/tun: as root, "
				 "`mkdir -p /dev/net && mknod /dev/net/tun c 10 200` makes it");
	if (errno == ENODEV || errno == ENXIO)
		return error_set(error, ERROR_SYSTEM, NULL,
				 "this kernel has no TUN/TAP driver loaded: as root, `modprobe tun`");
	if (errno == EACCES || errno == EPERM)
		return error_system(error, errno, NULL, "/dev/net/tun may not be opened: run l2tpd as root; "
				    "a container must be given the device (c 10:200 rw)");
	return error_system(error, errno, NULL, "cannot open /dev/net/tun");
}

int requirements_check(struct error *error)
{
	if (!has_capability(CAP_NET_ADMIN))
		return error_set(error, ERROR_SYSTEM, NULL, "l2tpd makes network devices, which takes CAP_NET_ADMIN: "
				 "run it as root, or through its systemd unit (--check needs no rights)");
	if (!has_capability(CAP_NET_RAW))
		return error_set(error, ERROR_SYSTEM, NULL, "l2tpd opens sockets of IP protocol 115, which takes "
				 "CAP_NET_RAW: run it as root, or through its systemd unit");
	return check_tun(error);
}

bool requirements_see_programs(void)
{
	return has_capability(CAP_SYS_PTRACE);
}

void requirements_raise_limits(void)
{
	struct rlimit limit = { FILES_WANTED, FILES_WANTED };

	if (setrlimit(RLIMIT_NOFILE, &limit) == 0 || getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
