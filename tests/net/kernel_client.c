/* SPDX-License-Identifier: MIT */
/*
 * A program that knows nothing but the kernel's netlink, linked statically: which number has the family "l2tp"?
 *
 *	kernel_client			ask once
 *	kernel_client threads N ROUNDS	N threads open, ask and close at the same time, ROUNDS times each
 *	kernel_client i386|socketcall	open, name and ask with the calls of 32-bit programs
 *	kernel_client send i386|socketcall ADDRESS	control messages of IP protocol 115, likewise
 *	kernel_client device		what a PPP device tells of its driver, by the call of 32-bit programs
 *	kernel_client open PATH		print what is in a file, opened with the call of 32-bit programs
 *	kernel_client hang		open sockets until killed
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/l2tp.h>
#include <linux/ppp-ioctl.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FAMILY_NAME "l2tp"

struct request {
	struct nlmsghdr header;
	struct genlmsghdr command;
	struct nlattr attribute;
	char name[8];
};

static bool send_request(int fd)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct request request = {
		.header = { .nlmsg_len = sizeof(request), .nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST,
			    .nlmsg_seq = 1 },
		.command = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attribute = { .nla_len = sizeof(request.attribute) + sizeof(FAMILY_NAME),
			       .nla_type = CTRL_ATTR_FAMILY_NAME },
		.name = FAMILY_NAME,
	};

	return sendto(fd, &request, sizeof(request), 0, (struct sockaddr *)&kernel, sizeof(kernel)) ==
	       sizeof(request);
}

/* The number, or a negative errno. */
static int read_reply(int fd, uint32_t port)
{
	char octets[8192];
	struct sockaddr_nl from;
	struct iovec part = { octets, sizeof(octets) };
	struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t length = recvmsg(fd, &message, 0);
	const struct nlmsghdr *header = (const struct nlmsghdr *)octets;

	if (length < (ssize_t)sizeof(*header))
		return length < 0 ? -errno : -ENODATA;
	if (message.msg_namelen != sizeof(from) || from.nl_pid || header->nlmsg_pid != port)
		return -EPROTO;
	if (header->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
	for (size_t at = NLMSG_LENGTH(GENL_HDRLEN); at + NLA_HDRLEN <= (size_t)length;) {
		const struct nlattr *attribute = (const struct nlattr *)(octets + at);

		if (attribute->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(const uint16_t *)(attribute + 1);
		at += NLA_ALIGN(attribute->nla_len);
	}
	return -ENOENT;
}

static int ask(int fd, uint32_t *port)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK };
	socklen_t length = sizeof(name);

	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&name, &length) < 0)
		return -errno;
	if (length != sizeof(name) || name.nl_family != AF_NETLINK)
		return -EAFNOSUPPORT;
	*port = name.nl_pid;
	return send_request(fd) ? read_reply(fd, name.nl_pid) : -errno;
}

static int ask_once(uint32_t *port)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), found;

	if (fd < 0)
		return -errno;
	found = ask(fd, port);
	close(fd);
	return found;
}

static int tell(int found, uint32_t port)
{
	if (found < 0)
		printf("%s\n", strerror(-found));
	else
		printf("family %d port %u\n", found, port);
	return found < 0;
}

struct racer {
	pthread_t thread;
	int rounds, wrong;
};

static void *race(void *context)
{
	struct racer *racer = context;
	uint32_t port;

	for (int i = 0; i < racer->rounds; i++)
		racer->wrong += ask_once(&port) < 0;
	return NULL;
}

static int race_all(unsigned int count, int rounds)
{
	struct racer *racers = calloc(count, sizeof(*racers));
	int wrong = 0;

	for (unsigned int i = 0; racers && i < count; i++) {
		racers[i].rounds = rounds;
		if (pthread_create(&racers[i].thread, NULL, race, &racers[i]))
			return 2;
	}
	for (unsigned int i = 0; racers && i < count; i++) {
		pthread_join(racers[i].thread, NULL);
		wrong += racers[i].wrong;
	}
	free(racers);
	printf("%u threads, %d wrong\n", count, wrong);
	return wrong != 0;
}

#ifdef __x86_64__
/* What both see has to lie where an address has 32 bits. */
struct low {
	uint32_t arguments[4];
	struct sockaddr_nl name;
	socklen_t length;
};

static long call_i386_4(long number, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static long call_i386(long number, uint32_t a, uint32_t b, uint32_t c)
{
	return call_i386_4(number, a, b, c, 0);
}

static uint32_t address(const void *pointer)
{
	return (uint32_t)(uintptr_t)pointer;
}

static long call_either(struct low *low, bool multiplexed, long direct, long function, uint32_t a, uint32_t b,
			uint32_t c)
{
	if (!multiplexed)
		return call_i386(direct, a, b, c);
	low->arguments[0] = a;
	low->arguments[1] = b;
	low->arguments[2] = c;
	return call_i386(102, (uint32_t)function, address(low->arguments), 0);
}

static int ask_i386(bool multiplexed)
{
	/* cppcheck-suppress invalidFunctionArg ; there is no file */
	struct low *low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1,
			       0);
	long fd;

	if (low == MAP_FAILED)
		return -errno;
	fd = call_either(low, multiplexed, 359, 1, AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (fd < 0)
		return (int)fd;
	low->name = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	low->length = sizeof(low->name);
	if (call_either(low, multiplexed, 361, 2, (uint32_t)fd, address(&low->name), sizeof(low->name)) < 0 ||
	    call_either(low, multiplexed, 367, 6, (uint32_t)fd, address(&low->name), address(&low->length)) < 0)
		return -EBADF;
	return send_request((int)fd) ? tell(read_reply((int)fd, low->name.nl_pid), low->name.nl_pid) : -errno;
}

/* Control messages, by all calls that name an address. */
struct low_messages {
	uint32_t arguments[6];
	struct sockaddr_l2tpip name;
	uint32_t parts[2];
	uint32_t messages[2][8];	/* of eight members, the last is what was sent */
	uint8_t octets[20];
};

static long send_either(struct low_messages *low, bool multiplexed, long direct, long function, uint32_t fd,
			uint32_t count)
{
	if (!multiplexed)
		return call_i386_4(direct, fd, address(low->messages), count, 0);
	memcpy(low->arguments, (uint32_t[]){ fd, address(low->messages), count, 0 }, 4 * sizeof(uint32_t));
	return call_i386(102, (uint32_t)function, address(low->arguments), 0);
}

static int send_i386(bool multiplexed, const char *to)
{
	/* cppcheck-suppress invalidFunctionArg ; there is no file */
	struct low_messages *low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 115);
	long one, two;

	if (low == MAP_FAILED || fd < 0)
		return -errno;
	low->name = (struct sockaddr_l2tpip){ .l2tp_family = AF_INET };
	inet_pton(AF_INET, to, &low->name.l2tp_addr);
	memcpy(low->octets, "\xc8\x03\x00\x14", 4);
	low->octets[7] = 7;
	memcpy(low->parts, (uint32_t[]){ address(low->octets), sizeof(low->octets) }, sizeof(low->parts));
	for (int i = 0; i < 2; i++)
		memcpy(low->messages[i], (uint32_t[]){ address(&low->name), sizeof(low->name), address(low->parts), 1 },
		       4 * sizeof(uint32_t));
	one = send_either(low, multiplexed, 370, 16, (uint32_t)fd, 0);
	two = send_either(low, multiplexed, 345, 20, (uint32_t)fd, 2);
	printf("sendmsg %ld sendmmsg %ld of %u and %u\n", one, two, low->messages[0][7], low->messages[1][7]);
	return 0;
}

static int open_i386(const char *path)
{
	/* cppcheck-suppress invalidFunctionArg ; there is no file */
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ssize_t length;
	long fd;

	if (low == MAP_FAILED)
		return -errno;
	snprintf(low, 4096, "%s", path);
	fd = call_i386(5, address(low), 0, 0);
	if (fd < 0)
		return (int)fd;
	length = read((int)fd, low, 4096);
	return length < 0 || fwrite(low, 1, (size_t)length, stdout) != (size_t)length ? -EIO : 0;
}
#define PAGE 4096

/* The structure ends where there is no more memory, and has what nobody has set. */
static int device_i386(void)
{
	/* cppcheck-suppress invalidFunctionArg ; there is no file */
	char *low = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int ppp = open("/dev/ppp", O_RDWR), any = socket(AF_INET, SOCK_DGRAM, 0), unit = -1;
	uint32_t *request = (uint32_t *)(void *)(low + PAGE - 32);
	long told;

	if (low == MAP_FAILED || munmap(low + PAGE, PAGE) < 0 || ioctl(ppp, PPPIOCNEWUNIT, &unit) < 0)
		return -errno;
	memset(request, 0xff, 32);
	snprintf((char *)request, 16, "ppp%d", unit);
	request[4] = address(low);
	told = call_i386(54, (uint32_t)any, SIOCGPPPVER, address(request));
	printf("%ld %s\n", told, low);
	return 0;
}
#else
static int device_i386(void)
{
	return -ENOSYS;
}

static int send_i386(bool multiplexed, const char *to)
{
	return -ENOSYS;
}

static int open_i386(const char *path)
{
	return -ENOSYS;
}

static int ask_i386(bool multiplexed)
{
	return -ENOSYS;
}
#endif

int main(int argc, char **argv)
{
	uint32_t port = 0;
	int result;

	if (argc == 4 && strcmp(argv[1], "threads") == 0)
		return race_all((unsigned int)atoi(argv[2]), atoi(argv[3]));
	if (argc == 2 && (strcmp(argv[1], "i386") == 0 || strcmp(argv[1], "socketcall") == 0)) {
		result = ask_i386(argv[1][0] == 's');
		return result < 0 ? tell(result, 0) : result;
	}
	if (argc == 4 && strcmp(argv[1], "send") == 0)
		return send_i386(argv[2][0] == 's', argv[3]) < 0;
	if (argc == 3 && strcmp(argv[1], "open") == 0) {
		result = open_i386(argv[2]);
		return result < 0 ? tell(result, 0) : result;
	}
	if (argc == 2 && strcmp(argv[1], "device") == 0) {
		result = device_i386();
		return result < 0 ? tell(result, 0) : result;
	}
	while (argc == 2 && strcmp(argv[1], "hang") == 0)
		ask_once(&port);
	result = ask_once(&port);
	return tell(result, port);
}
