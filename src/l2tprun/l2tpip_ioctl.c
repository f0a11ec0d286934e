/* SPDX-License-Identifier: MIT */
/*
 * See l2tpip.h. Here: what ioctl() tells of network devices, which are the program's and not the annex's.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#include "l2tprun/l2tpip.h"
#include "l2tprun/notification.h"
#include "l2tprun/supervisor.h"
#include "os/close.h"
#include "os/process.h"

#define REQUEST_LENGTH 32		/* octets of struct ifreq that these use, which are the same for 32 bits */
#define LIST_MAX 1024			/* devices */

static const struct {
	uint32_t command;
	bool sets;			/* it is for those who may administer the network */
} commands[] = {
	{ SIOCGIFNAME, false }, { SIOCGIFINDEX, false }, { SIOCGIFFLAGS, false }, { SIOCSIFFLAGS, true },
	{ SIOCGIFADDR, false }, { SIOCSIFADDR, true }, { SIOCGIFDSTADDR, false }, { SIOCSIFDSTADDR, true },
	{ SIOCGIFBRDADDR, false }, { SIOCSIFBRDADDR, true }, { SIOCGIFNETMASK, false }, { SIOCSIFNETMASK, true },
	{ SIOCGIFMETRIC, false }, { SIOCSIFMETRIC, true }, { SIOCGIFMTU, false }, { SIOCSIFMTU, true },
	{ SIOCGIFHWADDR, false }, { SIOCSIFHWADDR, true }, { SIOCGIFTXQLEN, false }, { SIOCSIFTXQLEN, true },
	{ SIOCSIFNAME, true },
};

/* NULL: it is none of these. */
static const bool *sets(uint32_t command)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].command == command)
			return &commands[i].sets;
	return NULL;
}

bool l2tpip_is_ioctl(const struct trapped *trapped)
{
	uint32_t command = (uint32_t)trapped->call.arguments[1];

	return command == SIOCGIFCONF || sets(command);
}

/* Of that network, which need not be the one that the program is in. */
static bool may_set(const struct trapped *trapped, const struct l2tpip *socket)
{
	int netns = ioctl(socket->wire, SIOCGSKNS);
	bool may = netns >= 0 && os_process_administers(trapped->caller.tid, netns) == OS_PROCESS_MAY;

	os_close(&netns);
	return may;
}

/* About one device: 0 or an errno. */
static int ask(struct supervisor *supervisor, struct trapped *trapped, const struct l2tpip *socket)
{
	uint32_t command = (uint32_t)trapped->call.arguments[1];
	uint64_t address = trapped->call.arguments[2];
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	if (!caller_read(&trapped->caller, address, &request, REQUEST_LENGTH))
		return EFAULT;
	if (!notification_waits(supervisor->listener, trapped->id))
		return 0;
	if (*sets(command) && !may_set(trapped, socket))
		return EPERM;
	if (ioctl(socket->wire, command, &request) < 0)
		return errno;
	return caller_write(&trapped->caller, address, &request, REQUEST_LENGTH) ? 0 : EFAULT;
}

/* struct ifconf, of programs of 32 bits, too. */
struct list {
	int32_t length;
	uint64_t room;			/* 0: only the length is wanted */
};

static bool read_list(struct trapped *trapped, struct list *list)
{
	uint64_t address = trapped->call.arguments[2];
	size_t pointer = trapped->call.is_narrow ? sizeof(uint32_t) : offsetof(struct ifconf, ifc_buf);
	size_t size = trapped->call.is_narrow ? sizeof(uint32_t) : sizeof(uint64_t);

	*list = (struct list){ .room = 0 };
	return caller_read(&trapped->caller, address, &list->length, sizeof(list->length)) &&
	       caller_read(&trapped->caller, address + pointer, &list->room, size);
}

/* All devices that have an IPv4 address. */
static int ask_all(struct supervisor *supervisor, struct trapped *trapped, const struct l2tpip *socket)
{
	static struct ifreq devices[LIST_MAX];
	struct ifconf all = { .ifc_len = sizeof(devices), .ifc_req = devices };
	size_t each = trapped->call.is_narrow ? REQUEST_LENGTH : sizeof(devices[0]), count;
	struct list list;
	bool done;

	if (!read_list(trapped, &list))
		return EFAULT;
	if (!notification_waits(supervisor->listener, trapped->id))
		return 0;
	if (ioctl(socket->wire, SIOCGIFCONF, &all) < 0)
		return errno;
	count = (size_t)all.ifc_len / sizeof(devices[0]);
	if (list.room && (list.length < 0 || count > (size_t)list.length / each))
		count = list.length < 0 ? 0 : (size_t)list.length / each;
	for (size_t i = 0; list.room && i < count; i++)
		if (!caller_write(&trapped->caller, list.room + i * each, &devices[i], each))
			return EFAULT;
	list.length = (int32_t)(count * each);
	done = caller_write(&trapped->caller, trapped->call.arguments[2], &list.length, sizeof(list.length));
	return done ? 0 : EFAULT;
}

void l2tpip_ioctl(struct supervisor *supervisor, struct trapped *trapped, struct l2tpip *socket)
{
	bool of_all = (uint32_t)trapped->call.arguments[1] == SIOCGIFCONF;

	supervisor_answer(supervisor, trapped->id,
			  of_all ? ask_all(supervisor, trapped, socket) : ask(supervisor, trapped, socket));
}
