/* SPDX-License-Identifier: MIT */
/*
 * What programs opened as /dev/ppp: one end each of a pair of sockets, whose messages are frames; and the devices pppN
 * that they have made.  See kernel/ppp.h.
 *
 * A device has no other life than its descriptor here: whatever ends, it is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/ppp-ioctl.h>	/* it wants the one before it */
#include <linux/ppp_defs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "l2tpd/kernel_internal.h"
#include "os/clock.h"
#include "os/close.h"
#include "os/link.h"
#include "os/socket.h"
#include "os/tap.h"

#define FRAME_MAX 65536
#define AT_ONCE 16			/* frames of one, before others have their turn */

struct unit_device {
	int fd;
	char netns[NETNS_NAME_MAX];	/* as rows call it */
	struct unit_device *prev, *next;
};

/* --- devices --- */

/* As the kernel's own: without a queue, and without addresses that nobody gave it. */
static void furnish(const char *name)
{
	static const struct link_settings settings = { .no_own_addresses = true };
	struct link_channel *links = link_channel_open(NULL);
	uint32_t ifindex = links ? link_index(links, name) : 0;

	if (ifindex) {
		(void)link_set_noqueue(links, ifindex);
		(void)link_set(links, ifindex, &settings, NULL);
	}
	link_channel_close(links);
}

static int make_here(const char *wanted)
{
	char name[IF_NAMESIZE];
	struct error error;
	int device;

	snprintf(name, sizeof(name), "%s", wanted);
	device = tap_open(name, false, &error);
	if (device < 0)
		return error.code == ERROR_EXISTS ? -EEXIST : -ENOMEM;
	(void)tap_enable_offloads(device);
	furnish(name);
	return device;
}

static int make_there(struct kernel_api *api, const char *netns, const char *name)
{
	int saved = space_visit(api, netns), device;

	if (saved < 0)
		return -ENODEV;
	device = make_here(name);
	netns_leave(saved);
	return device;
}

static int device_new(void *context, const char *netns, const char *name)
{
	struct kernel_api *api = context;
	struct unit_device *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->fd = make_there(api, netns, name);
	if (made->fd < 0) {
		int failed = made->fd;

		free(made);
		return failed;
	}
	snprintf(made->netns, sizeof(made->netns), "%s", netns);
	DL_APPEND(api->unit_devices, made);
	return made->fd;
}

static void device_free(void *context, int device)
{
	struct kernel_api *api = context;
	struct unit_device *made;

	DL_SEARCH_SCALAR(api->unit_devices, made, fd, device);
	if (made) {
		DL_DELETE(api->unit_devices, made);
		free(made);
	}
	close(device);
}

/* --- bridges --- */

static int pair_new(void *context, int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0 ? errno : 0;
}

static void pair_free(void *context, const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/* --- what is asked about them --- */

/* Somebody may have given it another name. */
static const struct unit_device *find_device(const struct kernel_api *api, const char *netns, const char *wanted)
{
	const struct unit_device *device;
	char name[IF_NAMESIZE];

	DL_FOREACH(api->unit_devices, device)
		if (strcmp(device->netns, netns) == 0 && tap_name(device->fd, name) && strcmp(name, wanted) == 0)
			return device;
	return NULL;
}

static bool count(const struct unit_device *device, const char *name, struct link_counters *counters)
{
	int netns = tap_netns(device->fd), saved = netns_enter_fd(netns, NULL);
	struct link_channel *links = saved < 0 ? NULL : link_channel_open(NULL);
	bool known = links && link_counters(links, link_index(links, name), counters);

	link_channel_close(links);
	netns_leave(saved);
	os_close(&netns);
	return known;
}

static int tell_counters(const struct unit_device *device, const char *name, struct kernel_attached *told)
{
	struct link_counters counters = { 0 };
	struct ppp_stats stats = { 0 };

	_Static_assert(sizeof(stats) <= sizeof(told->octets), "they fit");
	if (!count(device, name, &counters))
		return ENODEV;
	stats.p.ppp_ipackets = (uint32_t)counters.rx_packets;
	stats.p.ppp_ibytes = (uint32_t)counters.rx_bytes;
	stats.p.ppp_ierrors = (uint32_t)counters.rx_errors;
	stats.p.ppp_opackets = (uint32_t)counters.tx_packets;
	stats.p.ppp_obytes = (uint32_t)counters.tx_bytes;
	stats.p.ppp_oerrors = (uint32_t)counters.tx_errors;
	told->length = sizeof(stats);
	memcpy(told->octets, &stats, sizeof(stats));
	return 0;
}

int opened_device(struct kernel_api *api, const struct kernel_attach *attach, int netns_fd,
		  struct kernel_attached *told)
{
	static const char version[] = "2.4.2";	/* of the kernel's driver, for ever */
	const char *netns = space_called(api, netns_fd);
	const struct unit_device *device;
	char name[IF_NAMESIZE];

	snprintf(name, sizeof(name), "%.*s", IF_NAMESIZE - 1, (const char *)attach->octets);
	device = netns ? find_device(api, netns, name) : NULL;
	if (!device)
		return ENODEV;
	switch ((uint32_t)attach->value) {
	case SIOCGPPPSTATS:
		return tell_counters(device, name, told);
	case SIOCGPPPVER:
		told->length = sizeof(version);
		memcpy(told->octets, version, sizeof(version));
		return 0;
	case SIOCGPPPCSTATS:	/* nothing is compressed */
		told->length = sizeof(struct ppp_comp_stats);
		return 0;
	default:
		return ENODEV;
	}
}

/* --- frames --- */

/* Who is too slow loses them, as on a line. */
static void give(void *context, void *owner, const void *octets, size_t length)
{
	const struct opened *opened = owner;

	(void)send(opened->base.fd, octets, length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void end(void *context, void *owner)
{
	const struct opened *opened = owner;

	(void)shutdown(opened->base.fd, SHUT_WR);
}

static struct kernel_line *line(void *context, struct kernel_ppp *ppp, const char *netns, int32_t index)
{
	const struct kernel_api *api = context;

	return kernel_line_of_channel(api->kernel, ppp, netns, index);
}

/* False: it was closed. */
static bool take_frame(struct opened *opened, bool *more)
{
	static uint8_t frame[FRAME_MAX];
	ssize_t length = recv(opened->base.fd, frame, sizeof(frame), MSG_DONTWAIT);

	*more = length >= 0;
	if (length > 0)
		kernel_file_write(opened->file, frame, (size_t)length);
	return length > 0 || (length == 0 && !os_socket_has_ended(opened->base.fd)) ||
	       (length < 0 && (errno == EAGAIN || errno == EINTR));
}

/* --- coming and going --- */

static void opened_free(struct served *served)
{
	struct opened *opened = (struct opened *)served;

	watch_end(opened->readable);
	kernel_file_free(opened->file);
	served_end(served);
	free(opened);
}

static const struct served_kind opened_kind = { sizeof(struct opened), opened_free };

static void readable(evutil_socket_t fd, short what, void *context)
{
	struct opened *opened = context;
	struct kernel_api *api = opened->base.api;
	bool open = true, more = true;

	for (int i = 0; i < AT_ONCE && open && more; i++)
		open = take_frame(opened, &more);
	if (!open)
		opened_free(&opened->base);
	api->changed(api->context);
}

static bool begin(struct opened *opened, int netns)
{
	struct kernel_api *api = opened->base.api;
	int fd = opened->base.fd;

	if (fd < 0 || !served_enter(&opened->base, netns))
		return false;
	opened->file = kernel_file_new(api->ppp, served_netns(&opened->base), opened);
	opened->readable = event_new(api->loop, fd, EV_READ | EV_PERSIST, readable, opened);
	return opened->file && opened->readable && event_add(opened->readable, NULL) == 0;
}

int opened_new(struct supervisor *supervisor, const struct kernel_attach *attach, const int fds[KERNEL_PPP_FDS])
{
	int frames = fcntl(fds[KERNEL_PPP_FD_FRAMES], F_DUPFD_CLOEXEC, 0);
	struct opened *opened = served_new(&opened_kind, supervisor, attach->client, frames);

	if (!opened)
		return ENOMEM;
	if (begin(opened, fds[KERNEL_PPP_FD_NETNS]))
		return 0;
	opened_free(&opened->base);
	return ENOMEM;
}

struct opened *opened_find(const struct supervisor *supervisor, uint64_t number)
{
	return served_find(&opened_kind, supervisor, number);
}

int opened_call(struct opened *opened, const struct kernel_attach *attach, struct kernel_attached *told)
{
	struct kernel_api *api = opened->base.api;
	struct kernel_ioctl ioctl = { .command = (uint32_t)attach->value, .length = attach->length };
	int failed;

	_Static_assert(sizeof(ioctl.octets) == sizeof(attach->octets), "what comes has room, and what goes");
	if (attach->option != KERNEL_CALL_IOCTL)
		return ENOTSOCK;
	memcpy(ioctl.octets, attach->octets, sizeof(ioctl.octets));
	failed = kernel_file_ioctl(opened->file, &ioctl, os_clock_ms());
	told->length = (uint32_t)ioctl.length;
	memcpy(told->octets, ioctl.octets, sizeof(told->octets));
	api->changed(api->context);
	return failed;
}

bool opened_begin(struct kernel_api *api)
{
	const struct kernel_ppp_host host = { .context = api, .device_new = device_new, .device_free = device_free,
					      .pair_new = pair_new, .pair_free = pair_free, .give = give, .end = end,
					      .line = line };

	api->ppp = kernel_ppp_new(&host);
	return api->ppp;
}
