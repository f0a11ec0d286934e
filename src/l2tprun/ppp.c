/* SPDX-License-Identifier: MIT */
/* See ppp.h. */
#include "l2tprun/ppp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/ioctl.h>
#include <linux/ppp-comp.h>
#include <linux/ppp-ioctl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "l2tprun/notification.h"
#include "l2tprun/pending.h"
#include "l2tprun/remote.h"
#include "os/process.h"

/* --- opening --- */

/* 0; -1: there is no l2tpd, so it is the kernel's; or an errno for the program. */
static int prepare(struct supervisor *supervisor, const struct trapped *trapped,
		   const struct file_opening *opening, struct pending *asked)
{
	struct error error;
	int netns;

	if (daemon_connect(&supervisor->daemon, &error) < 0) {
		supervisor_tell(supervisor, error.text);
		return -1;
	}
	netns = caller_netns(&trapped->caller);
	if (netns < 0)
		return errno;
	asked->fds[KERNEL_PPP_FD_NETNS] = netns;
	if (os_process_administers(trapped->caller.tid, netns) != OS_PROCESS_MAY)
		return EPERM;
	return pending_pair(asked, KERNEL_PPP_FD_FRAMES, opening->flags & O_NONBLOCK) < 0 ? errno : 0;
}

static void give_up(struct supervisor *supervisor, const struct trapped *trapped, struct pending *asked, int failed)
{
	if (failed < 0)
		supervisor_continue(supervisor, trapped->id);
	else
		supervisor_answer(supervisor, trapped->id, failed);
	pending_drop(asked);
}

void ppp_open(struct supervisor *supervisor, const struct trapped *trapped, const struct file_opening *opening)
{
	struct pending asked = { PENDING(trapped->id),
				 .close_on_exec = opening->flags & O_CLOEXEC, .client.kind = CLIENT_PPP,
				 .request.kind = KERNEL_ATTACH_PPP };
	int failed = prepare(supervisor, trapped, opening, &asked);

	if (failed) {
		give_up(supervisor, trapped, &asked, failed);
		return;
	}
	supervisor_sweep(supervisor);
	asked.client.number = ++supervisor->last_client;
	asked.request.client = asked.client.number;
	pending_ask(supervisor, &asked);
}

/* --- other calls --- */

/* PPPIOCSCOMPRESS of programs of 32 bits. */
struct option_data_32 {
	uint32_t place;
	uint32_t length;
	int32_t transmit;
};
#define SCOMPRESS_32 _IOW('t', 77, struct option_data_32)

static bool is_compress(const struct trapped *trapped)
{
	uint32_t command = (uint32_t)trapped->call.arguments[1];

	return command == PPPIOCSCOMPRESS || command == SCOMPRESS_32;
}

/* Where its option is, and all else as l2tpd wants it. */
static bool read_compress(struct trapped *trapped, struct ppp_option_data *data, uint64_t *place)
{
	uint64_t address = trapped->call.arguments[2];
	struct option_data_32 data_32;

	if ((uint32_t)trapped->call.arguments[1] == PPPIOCSCOMPRESS) {
		if (!caller_read(&trapped->caller, address, data, sizeof(*data)))
			return false;
		*place = (uint64_t)(uintptr_t)data->ptr;
		data->ptr = NULL;
		return true;
	}
	if (!caller_read(&trapped->caller, address, &data_32, sizeof(data_32)))
		return false;
	*data = (struct ppp_option_data){ .length = data_32.length, .transmit = data_32.transmit };
	*place = data_32.place;
	return true;
}

/* The option that it points to goes with it. */
static void call_compress(struct supervisor *supervisor, struct trapped *trapped, const struct client *client)
{
	struct pending asked = {
		PENDING(trapped->id),
		.request = { .kind = KERNEL_ATTACH_CALL, .option = KERNEL_CALL_IOCTL,
			     .value = (int32_t)PPPIOCSCOMPRESS },
	};
	uint8_t *option = asked.request.octets + sizeof(struct ppp_option_data);
	struct ppp_option_data data;
	uint64_t place;
	uint32_t length;

	_Static_assert(sizeof(data) + CCP_MAX_OPTION_LENGTH <= sizeof(asked.request.octets), "it has room");
	if (!read_compress(trapped, &data, &place)) {
		supervisor_answer(supervisor, trapped->id, EFAULT);
		return;
	}
	length = data.length <= CCP_MAX_OPTION_LENGTH ? data.length : 0;	/* more is refused */
	if (length && !caller_read(&trapped->caller, place, option, length)) {
		supervisor_answer(supervisor, trapped->id, EFAULT);
		return;
	}
	memcpy(asked.request.octets, &data, sizeof(data));
	asked.request.length = (uint32_t)sizeof(data) + length;
	remote_ask(supervisor, trapped, client, &asked);
}

/* --- filters --- */

/* PPPIOCSPASS and PPPIOCSACTIVE of programs of 32 bits. */
struct fprog_32 {
	uint16_t count;
	uint32_t place;
};
#define SPASS_32 _IOW('t', 71, struct fprog_32)
#define SACTIVE_32 _IOW('t', 70, struct fprog_32)

/* The command that both have; 0: it is another. */
static uint32_t filter_command(const struct trapped *trapped)
{
	switch ((uint32_t)trapped->call.arguments[1]) {
	case PPPIOCSPASS:
	case SPASS_32:
		return PPPIOCSPASS;
	case PPPIOCSACTIVE:
	case SACTIVE_32:
		return PPPIOCSACTIVE;
	default:
		return 0;
	}
}

/* How many instructions there are, and where. */
static bool read_filter(struct trapped *trapped, uint32_t command, struct sock_fprog *filter, uint64_t *place)
{
	uint64_t address = trapped->call.arguments[2];
	struct fprog_32 narrow;

	if ((uint32_t)trapped->call.arguments[1] == command) {
		if (!caller_read(&trapped->caller, address, filter, sizeof(*filter)))
			return false;
		*place = (uint64_t)(uintptr_t)filter->filter;
		filter->filter = NULL;
		return true;
	}
	if (!caller_read(&trapped->caller, address, &narrow, sizeof(narrow)))
		return false;
	*filter = (struct sock_fprog){ .len = narrow.count };
	*place = narrow.place;
	return true;
}

/* A descriptor with what is there, or an errno, negative. */
static int copy_code(struct trapped *trapped, uint64_t place, size_t length)
{
	void *code = malloc(length);
	int fd = code ? memfd_create("filter", MFD_CLOEXEC) : -1, failed = 0;

	if (fd < 0)
		failed = ENOMEM;
	else if (!caller_read(&trapped->caller, place, code, length))
		failed = EFAULT;
	else if (pwrite(fd, code, length, 0) != (ssize_t)length)
		failed = ENOMEM;
	if (failed && fd >= 0)
		close(fd);
	free(code);
	return failed ? -failed : fd;
}

/* The instructions go with it. */
static void call_filter(struct supervisor *supervisor, struct trapped *trapped, const struct client *client,
			uint32_t command)
{
	struct pending asked = {
		PENDING(trapped->id),
		.request = { .kind = KERNEL_ATTACH_CALL, .option = KERNEL_CALL_IOCTL, .value = (int32_t)command,
			     .length = sizeof(struct sock_fprog) },
	};
	struct sock_fprog filter;
	uint64_t place = 0;
	int code = -1;

	if (!read_filter(trapped, command, &filter, &place))
		code = -EFAULT;
	else if (filter.len)
		code = copy_code(trapped, place, filter.len * sizeof(struct sock_filter));
	if (code < -1) {
		supervisor_answer(supervisor, trapped->id, -code);
		return;
	}
	memcpy(asked.request.octets, &filter, sizeof(filter));
	asked.fds[0] = code;
	remote_ask(supervisor, trapped, client, &asked);
}

void ppp_call(struct supervisor *supervisor, struct trapped *trapped, struct client *client)
{
	uint32_t filter = trapped->call.kind == CALL_IOCTL ? filter_command(trapped) : 0;

	if (trapped->call.kind == CALL_IOCTL && is_compress(trapped))
		call_compress(supervisor, trapped, client);
	else if (filter)
		call_filter(supervisor, trapped, client, filter);
	else if (trapped->call.kind == CALL_IOCTL)
		remote_ioctl(supervisor, trapped, client);
	else
		supervisor_answer(supervisor, trapped->id, ENOTSOCK);
}

/* --- devices --- */

bool ppp_is_about_device(const struct trapped *trapped)
{
	return ((uint32_t)trapped->call.arguments[1] & CALL_PPP_DEVICE_MASK) == CALL_PPP_DEVICE;
}

/* struct ifreq of programs of 32 bits. */
struct ifreq_32 {
	char name[IFNAMSIZ];
	uint32_t data;
	uint32_t rest[3];
};

/* Which device it is about, and where the answer goes. */
static bool read_device(struct trapped *trapped, void *name, uint64_t *place)
{
	uint64_t address = trapped->call.arguments[2];
	struct ifreq_32 narrow;
	struct ifreq wide;

	if (trapped->call.is_narrow) {
		if (!caller_read(&trapped->caller, address, &narrow, sizeof(narrow)))
			return false;
		memcpy(name, narrow.name, sizeof(narrow.name));
		*place = narrow.data;
		return true;
	}
	if (!caller_read(&trapped->caller, address, &wide, sizeof(wide)))
		return false;
	memcpy(name, wide.ifr_name, sizeof(wide.ifr_name));
	*place = (uint64_t)(uintptr_t)wide.ifr_data;
	return true;
}

/* Where programs have nothing of ours the device is not ours, either. */
void ppp_device_call(struct supervisor *supervisor, struct trapped *trapped)
{
	struct pending asked = { PENDING(trapped->id), .request.kind = KERNEL_ATTACH_PPP_DEVICE,
				 .request.value = (int32_t)trapped->call.arguments[1],
				 .request.length = IFNAMSIZ, .place.room = KERNEL_ATTACH_OCTETS };
	struct client nobody = { .number = ++supervisor->last_client };

	if (!HASH_COUNT(supervisor->clients.by_inode) ||
	    !read_device(trapped, asked.request.octets, &asked.place.address) ||
	    !notification_waits(supervisor->listener, trapped->id)) {
		supervisor_continue(supervisor, trapped->id);
		return;
	}
	asked.fds[0] = caller_netns(&trapped->caller);
	remote_ask(supervisor, trapped, &nobody, &asked);
}
