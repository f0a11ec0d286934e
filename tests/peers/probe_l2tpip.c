/* SPDX-License-Identifier: MIT */
/* See probe_l2tpip.h. */
#include "probe_l2tpip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <linux/l2tp.h>		/* it wants the one before it */
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "probe_sockets.h"

#define OCTETS_MAX 2048
#define RECV_MS 400
#define SOURCE_MAX 28

union name {
	struct sockaddr any;
	struct sockaddr_l2tpip v4;
	struct sockaddr_l2tpip6 v6;
	struct sockaddr_storage room;
};

static void result(long failed)
{
	printf("  %s\n", failed < 0 ? strerror(errno) : "well");
}

static void print_octets(const void *octets, size_t length)
{
	const uint8_t *at = octets;

	for (size_t i = 0; i < length; i++)
		printf("%02x", at[i]);
}

/* --- names --- */

/* ADDRESS ID [LENGTH [FAMILY [UNUSED]]] */
static socklen_t read_name(union name *name, char **words, int count)
{
	socklen_t length = sizeof(name->v4);
	uint32_t id = (uint32_t)strtoul(words[1], NULL, 0);

	char *interface = strchr(words[0], '%');

	memset(name, 0, sizeof(*name));
	if (interface)
		*interface = '\0';
	if (inet_pton(AF_INET, words[0], &name->v4.l2tp_addr) == 1) {
		name->v4.l2tp_family = AF_INET;
		name->v4.l2tp_conn_id = id;
	} else if (inet_pton(AF_INET6, words[0], &name->v6.l2tp_addr) == 1) {
		name->v6.l2tp_family = AF_INET6;
		name->v6.l2tp_conn_id = id;
		name->v6.l2tp_scope_id = interface ? if_nametoindex(interface + 1) : 0;
		length = sizeof(name->v6);
	} else {
		fprintf(stderr, "no address: %s\n", words[0]);
		exit(2);
	}
	if (count > 2 && atoi(words[2]))
		length = (socklen_t)atoi(words[2]);
	if (count > 3)
		name->any.sa_family = (sa_family_t)atoi(words[3]);
	if (count > 4)
		name->v4.l2tp_unused = htons((uint16_t)atoi(words[4]));
	return length;
}

static void print_name(int fd, int (*get)(int, struct sockaddr *, socklen_t *))
{
	union name name;
	socklen_t length = sizeof(name);

	if (get(fd, &name.any, &length) < 0) {
		result(-1);
		return;
	}
	printf("  %u ", length);
	print_octets(&name, length);
	putchar('\n');
}

static void do_disconnect(int fd)
{
	struct sockaddr name = { .sa_family = AF_UNSPEC };

	result(connect(fd, &name, sizeof(name)));
}

/* --- messages --- */

static size_t from_hex(const char *hex, uint8_t *octets)
{
	size_t length = 0;

	for (unsigned int octet; length < OCTETS_MAX && sscanf(hex, "%2x", &octet) == 1; hex += 2)
		octets[length++] = (uint8_t)octet;
	return length;
}

/* ADDRESS ID HEX [LENGTH [FAMILY [UNUSED]]] */
static void do_send(int fd, bool in_parts, char **words, int count)
{
	char *of_name[] = { words[0], words[1], count > 3 ? words[3] : NULL, count > 4 ? words[4] : NULL,
			    count > 5 ? words[5] : NULL };
	uint8_t octets[OCTETS_MAX];
	size_t length = from_hex(words[2], octets), half = length / 2;
	struct iovec parts[] = { { octets, half }, { octets + half, length - half } };
	union name name;
	struct msghdr message = { .msg_name = &name, .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t sent;

	message.msg_namelen = read_name(&name, of_name, count - 1);
	sent = in_parts ? sendmsg(fd, &message, 0) : sendto(fd, octets, length, 0, &name.any, message.msg_namelen);
	if (sent < 0)
		result(-1);
	else
		printf("  %zd\n", sent);
}

/* ADDRESS ID HEX [LENGTH]: in one call, to nobody in particular, unless the address is first, and there twice. */
static void do_send_several(int fd, bool first, char **words, int count)
{
	char *of_name[] = { words[0], words[1], count > 3 ? words[3] : NULL };
	uint8_t octets[OCTETS_MAX];
	struct iovec part = { octets, from_hex(words[2], octets) };
	struct mmsghdr messages[3] = { { .msg_hdr = { .msg_iov = &part, .msg_iovlen = 1 } } };
	unsigned int begin = first ? 1 : 0;
	union name name;
	int sent;

	for (int i = 1; i < 3; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &name, .msg_iov = &part, .msg_iovlen = 1,
						       .msg_namelen = read_name(&name, of_name, count - 1) };
	sent = sendmmsg(fd, messages + begin, 3 - begin, 0);
	if (sent < 0)
		result(-1);
	for (int i = 0; i < sent; i++)
		printf("  %u\n", messages[begin + (unsigned int)i].msg_len);
}

static void do_write(int fd, bool in_parts, const char *hex)
{
	uint8_t octets[OCTETS_MAX];
	size_t length = from_hex(hex, octets), half = length / 2;
	struct iovec parts[] = { { octets, half }, { octets + half, length - half } };
	ssize_t sent = in_parts ? writev(fd, parts, 2) : write(fd, octets, length);

	if (sent < 0)
		result(-1);
	else
		printf("  %zd\n", sent);
}

static void print_arrival(const struct msghdr *message, const union name *name, const uint8_t *octets, size_t room,
			  ssize_t length)
{
	printf("  %zd flags %x from ", length, (unsigned int)message->msg_flags);
	print_octets(name, message->msg_namelen < SOURCE_MAX ? message->msg_namelen : SOURCE_MAX);
	printf(": ");
	print_octets(octets, (size_t)length < room ? (size_t)length : room);
	putchar('\n');
}

static void do_recvfrom(int fd, char **words, int count)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	uint8_t octets[OCTETS_MAX];
	size_t room = count > 1 ? (size_t)atoi(words[1]) : sizeof(octets);
	struct iovec part = { octets, room };
	union name name;
	struct msghdr message = { .msg_name = &name, .msg_namelen = sizeof(name), .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t length;

	(void)poll(&waiting, 1, RECV_MS);
	length = recvmsg(fd, &message, MSG_DONTWAIT | (count > 0 ? (int)strtoul(words[0], NULL, 0) : 0));
	if (length < 0)
		result(-1);
	else
		print_arrival(&message, &name, octets, room, length);
}

static void do_told(int fd)
{
	union {
		struct cmsghdr aligned;
		char octets[512];
	} control;
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };

	(void)poll(&waiting, 1, RECV_MS);
	if (recvmsg(fd, &message, MSG_DONTWAIT) < 0) {
		result(-1);
		return;
	}
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
		printf("  %d %d: ", header->cmsg_level, header->cmsg_type);
		print_octets(CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
		putchar('\n');
	}
	printf("  flags %x\n", (unsigned int)message.msg_flags);
}

/* --- options --- */

static void do_option(int fd, char **words, int count)
{
	int level = atoi(words[0]), option = atoi(words[1]), value = count > 2 ? atoi(words[2]) : 0;
	socklen_t length = sizeof(value);

	if (count > 2)
		result(setsockopt(fd, level, option, &value, sizeof(value)));
	if (getsockopt(fd, level, option, &value, &length) < 0)
		result(-1);
	else
		printf("  %d, %u octets\n", value, length);
}

static void do_waiting(int fd)
{
	int in = -1, out = -1;

	result(ioctl(fd, SIOCINQ, &in));
	result(ioctl(fd, SIOCOUTQ, &out));
	printf("  %d %d\n", in, out);
	result(ioctl(fd, 0x8980, &in));
}

static void do_interface(int fd, const char *name)
{
	static const unsigned long asked[] = { SIOCGIFINDEX, SIOCGIFFLAGS, SIOCGIFMTU, SIOCGIFADDR, SIOCGIFNETMASK };
	struct ifreq request, mtu, many[64];
	struct ifconf all = { .ifc_len = sizeof(many), .ifc_req = many };

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		memset(&request, 0, sizeof(request));
		snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
		result(ioctl(fd, asked[i], &request));
		if (asked[i] == SIOCGIFMTU)
			mtu = request;
		printf("  ");
		print_octets(&request.ifr_addr, sizeof(request.ifr_addr));
		putchar('\n');
	}
	result(ioctl(fd, SIOCGIFCONF, &all));
	printf("  %s\n", all.ifc_len > 0 ? "some" : "none");
	result(ioctl(fd, SIOCGIFNAME, NULL));
	result(ioctl(fd, SIOCSIFMTU, &mtu));
}

/* --- which --- */

static void do_l2tp(int number, char **words)
{
	int fd = socket(atoi(words[0]) == 6 ? AF_INET6 : AF_INET, atoi(words[1]), 115);

	if (fd >= 0)
		probe_sockets_put(number, fd);
	result(fd);
}

static void do_copy(int fd, bool by_fcntl, int number)
{
	int copy = by_fcntl ? fcntl(fd, F_DUPFD_CLOEXEC, 5) : dup(fd);

	if (copy >= 0)
		probe_sockets_put(number, copy);
	result(copy);
}

static bool do_name(const char *verb, int fd, char **words, int count)
{
	union name name;
	socklen_t length;

	if (strcmp(verb, "bind") != 0 && strcmp(verb, "connect-to") != 0)
		return false;
	length = read_name(&name, words, count);
	result((*verb == 'b' ? bind : connect)(fd, &name.any, length));
	return true;
}

bool probe_l2tpip_do(const char *verb, int number, char **words, int count)
{
	int fd = probe_sockets_fd(number);

	if (strcmp(verb, "l2tp") == 0 && count == 2) {
		do_l2tp(number, words);
	} else if (strcmp(verb, "names") == 0) {
		print_name(fd, getsockname);
		print_name(fd, getpeername);
	} else if (strcmp(verb, "disconnect") == 0) {
		do_disconnect(fd);
	} else if (strncmp(verb, "sendmmsg", 8) == 0 && count > 2) {
		do_send_several(fd, strcmp(verb, "sendmmsg") == 0, words, count);
	} else if (strncmp(verb, "send", 4) == 0 && count > 2) {
		do_send(fd, strcmp(verb, "sendmsg") == 0, words, count);
	} else if (strcmp(verb, "recvfrom") == 0) {
		do_recvfrom(fd, words, count);
	} else if (strcmp(verb, "option") == 0 && count > 1) {
		do_option(fd, words, count);
	} else if (strcmp(verb, "waiting") == 0) {
		do_waiting(fd);
	} else if (strcmp(verb, "copy") == 0 && count == 1) {
		do_copy(fd, false, atoi(words[0]));
	} else if (strcmp(verb, "copy-by-fcntl") == 0 && count == 1) {
		do_copy(fd, true, atoi(words[0]));
	} else if (strncmp(verb, "write", 5) == 0 && count == 1) {
		do_write(fd, strcmp(verb, "writev") == 0, words[0]);
	} else if (strcmp(verb, "interface") == 0 && count == 1) {
		do_interface(fd, words[0]);
	} else if (strcmp(verb, "told") == 0) {
		do_told(fd);
	} else {
		return count > 1 && do_name(verb, fd, words, count);
	}
	return true;
}
