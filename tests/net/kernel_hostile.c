/* SPDX-License-Identifier: MIT */
/*
 * A program that makes whatever calls there are of the kernel's L2TP API, in any order and with any arguments, in
 * several threads and processes at once, which are killed now and then.
 *
 *	kernel_hostile SEED CALLS
 *
 * Says how many calls each process made that lived to the end; what they returned is nobody's business.
 */
#include <fcntl.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <linux/if_pppox.h>	/* it wants the one before it */
#include <linux/l2tp.h>		/* likewise */
#include <linux/ppp-ioctl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 6
#define PROCESSES 4
#define KEPT 4			/* descriptors of each kind that a thread has */
#define L2TP_PROTOCOL 115

enum kind { NETLINK, PPPOX, PROTOCOL_4, PROTOCOL_6, UDP, PPP, FILES, KINDS };

struct hostile {
	pthread_t thread;
	unsigned int seed;
	int calls;
	int fds[KINDS][KEPT];
	int32_t channel;		/* that it was told last */
	uint8_t octets[512];
};

static unsigned int any(struct hostile *hostile, unsigned int most)
{
	return (unsigned int)rand_r(&hostile->seed) % most;
}

/* Of this kind, mostly. */
static int fd_of(struct hostile *hostile, enum kind kind)
{
	if (!any(hostile, 100))
		return (int)any(hostile, 1100) - 2;
	return hostile->fds[any(hostile, 12) ? kind : any(hostile, KINDS)][any(hostile, KEPT)];
}

static int some_fd(struct hostile *hostile)
{
	return fd_of(hostile, any(hostile, KINDS));
}

/* Where there is memory, mostly. */
static void *some_place(struct hostile *hostile)
{
	static uint8_t *const bad[] = { NULL, (uint8_t *)8, (uint8_t *)-4096, (uint8_t *)-1 };

	return any(hostile, 8) ? hostile->octets + any(hostile, 128) : bad[any(hostile, 4)];
}

static socklen_t some_length(struct hostile *hostile)
{
	static const socklen_t lengths[] = {
		0, 2, 4, 12, 16, 24, 28, 32, 38, 46, 50, 58, 96, 128, 4096, -1u, 1u << 31
	};

	return lengths[any(hostile, sizeof(lengths) / sizeof(lengths[0]))];
}

static void scribble(struct hostile *hostile)
{
	for (size_t i = 0; i < sizeof(hostile->octets); i++)
		hostile->octets[i] = any(hostile, 3) ? 0 : (uint8_t)any(hostile, 256);
}

static void keep(struct hostile *hostile, enum kind kind, int fd)
{
	int *place = &hostile->fds[kind][any(hostile, KEPT)];

	if (fd < 0)
		return;
	if (*place >= 0)
		close(*place);
	*place = fd;
}

/* --- what there is to open --- */

static void open_file(struct hostile *hostile)
{
	static const char *const files[] = { "/proc/net/pppol2tp", "/sys/kernel/debug/l2tp/tunnels",
					     "/proc/self/task/1/net/pppol2tp", "/proc/1/net/pppol2tp" };

	if (any(hostile, 2))
		keep(hostile, PPP, open("/dev/ppp", O_RDWR | O_NONBLOCK));
	else
		keep(hostile, FILES, open(files[any(hostile, 4)], (int)any(hostile, 3) | O_NONBLOCK));
}

static void open_udp(struct hostile *hostile)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd >= 0 && any(hostile, 8))
		bind(fd, (struct sockaddr *)&name, sizeof(name));
	name.sin_port = htons((uint16_t)(20000 + any(hostile, 64)));
	if (fd >= 0 && any(hostile, 4))
		connect(fd, (struct sockaddr *)&name, sizeof(name));
	keep(hostile, UDP, fd);
}

static void open_something(struct hostile *hostile)
{
	static const int kinds[][3] = {
		[NETLINK] = { AF_NETLINK, SOCK_RAW, NETLINK_GENERIC },
		[PPPOX] = { AF_PPPOX, SOCK_DGRAM, PX_PROTO_OL2TP },
		[PROTOCOL_4] = { AF_INET, SOCK_DGRAM, L2TP_PROTOCOL },
		[PROTOCOL_6] = { AF_INET6, SOCK_DGRAM, L2TP_PROTOCOL },
	};
	enum kind kind = any(hostile, KINDS);

	if (kind == UDP)
		open_udp(hostile);
	else if (kind >= PPP)
		open_file(hostile);
	else
		keep(hostile, kind, socket(kinds[kind][0], kinds[kind][1] | SOCK_NONBLOCK, kinds[kind][2]));
}

/* --- names --- */

static void name_inet(struct hostile *hostile)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons((uint16_t)(any(hostile, 64) + 20000)),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	memcpy(hostile->octets, &name, sizeof(name));
}

static void name_l2tp(struct hostile *hostile)
{
	struct sockaddr_l2tpip name = { .l2tp_family = AF_INET, .l2tp_addr.s_addr = htonl(INADDR_LOOPBACK),
					.l2tp_conn_id = any(hostile, 20) };

	memcpy(hostile->octets, &name, sizeof(name));
}

static void name_pppox(struct hostile *hostile)
{
	struct sockaddr_pppol2tp name = {
		.sa_family = AF_PPPOX, .sa_protocol = PX_PROTO_OL2TP,
		.pppol2tp = { .fd = fd_of(hostile, UDP), .s_tunnel = (uint16_t)(1 + any(hostile, 4)),
			      .s_session = (uint16_t)any(hostile, 3), .d_tunnel = 1 },
	};

	name.pppol2tp.d_session = name.pppol2tp.s_session;
	memcpy(hostile->octets, &name, sizeof(name));
}

static void call_names(struct hostile *hostile)
{
	static void (*const names[])(struct hostile *) = { name_inet, name_l2tp, name_pppox, scribble };
	static const socklen_t lengths[] = { sizeof(struct sockaddr_in), sizeof(struct sockaddr_l2tpip), 38, 32 };
	static const enum kind whose[] = { UDP, PROTOCOL_4, PPPOX, PROTOCOL_6 };
	unsigned int which = any(hostile, 4);
	socklen_t length = any(hostile, 6) ? lengths[which] : some_length(hostile);
	void *place = any(hostile, 12) ? hostile->octets : some_place(hostile);
	int fd = fd_of(hostile, whose[which]);

	names[which](hostile);
	if (any(hostile, 2))
		bind(fd, place, length);
	else
		connect(fd, place, length);
}

static void call_told(struct hostile *hostile)
{
	static const int levels[] = { SOL_SOCKET, SOL_NETLINK, SOL_PPPOL2TP, IPPROTO_IP, IPPROTO_IPV6 };
	socklen_t length = some_length(hostile);
	int level = levels[any(hostile, 5)], option = (int)any(hostile, 64), fd = some_fd(hostile);
	void *place = some_place(hostile);
	socklen_t *room = any(hostile, 10) ? &length : some_place(hostile);

	if (length > sizeof(hostile->octets) - 128)
		length = any(hostile, 2) ? 64 : -1u;
	switch (any(hostile, 4)) {
	case 0:
		syscall(SYS_getsockname, fd, place, room);
		break;
	case 1:
		syscall(SYS_getpeername, fd, place, room);
		break;
	case 2:
		syscall(SYS_getsockopt, fd, level, option, place, room);
		break;
	default:
		if (level != SOL_SOCKET)	/* a time limit would make a call of ours wait */
			setsockopt(fd, level, option, place, length);
	}
}

/* --- requests --- */

static void put(uint8_t **end, uint16_t type, uint32_t value, uint16_t length)
{
	struct nlattr attribute = { .nla_len = (uint16_t)(sizeof(attribute) + length), .nla_type = type };

	memcpy(*end, &attribute, sizeof(attribute));
	memcpy(*end + sizeof(attribute), &value, length);
	*end += sizeof(attribute) + 4;
}

/* To the family, whose number is known well enough. */
static void call_netlink(struct hostile *hostile)
{
	static const uint16_t types[] = { L2TP_ATTR_CONN_ID, L2TP_ATTR_PEER_CONN_ID, L2TP_ATTR_SESSION_ID,
					  L2TP_ATTR_PEER_SESSION_ID, L2TP_ATTR_FD, L2TP_ATTR_IP_SADDR,
					  L2TP_ATTR_IP_DADDR, L2TP_ATTR_RECV_TIMEOUT };
	struct nlmsghdr header = { .nlmsg_type = any(hostile, 8) ? 0x3f0 : GENL_ID_CTRL, .nlmsg_seq = 1 };
	struct genlmsghdr genl = { .cmd = (uint8_t)any(hostile, 11), .version = 1 };
	uint8_t message[512], *end = message + sizeof(header) + sizeof(genl);

	header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (any(hostile, 2) ? NLM_F_ACK : 0) |
					(any(hostile, 6) ? 0 : NLM_F_DUMP));
	put(&end, L2TP_ATTR_PROTO_VERSION, any(hostile, 8) ? 3 : any(hostile, 256), 1);
	put(&end, L2TP_ATTR_ENCAP_TYPE, any(hostile, 3) == 1, 2);
	put(&end, L2TP_ATTR_PW_TYPE, any(hostile, 3) ? 5 : any(hostile, 14), 2);
	put(&end, L2TP_ATTR_UDP_SPORT, 20100 + any(hostile, 50), 2);
	put(&end, L2TP_ATTR_UDP_DPORT, 20100 + any(hostile, 50), 2);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (any(hostile, 20) && (types[i] != L2TP_ATTR_FD || any(hostile, 2)))
			put(&end, types[i], types[i] == L2TP_ATTR_FD ? (uint32_t)fd_of(hostile, UDP) :
			    types[i] >= L2TP_ATTR_IP_SADDR ? htonl(INADDR_LOOPBACK) : 1 + any(hostile, 5), 4);
	header.nlmsg_len = (uint32_t)(end - message) + (any(hostile, 9) ? 0 : any(hostile, 3) - 1);
	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), &genl, sizeof(genl));
	send(fd_of(hostile, NETLINK), message, (size_t)(end - message), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void call_ioctl(struct hostile *hostile)
{
	static const unsigned long commands[] = { 0xc004743e, 0x4004743d, 0x40047438, 0x4004743a, 0x7439, 0x80047456,
						  0x40047459, 0x40047452, 0x4008744b, 0x8010743f, 0x4010744d,
						  0x40047435, 0x7434, 0x80047437, 0x80487436, 0x89f0, 0x89f1, 0x89f3 };
	unsigned long command = any(hostile, 6) ? commands[any(hostile, sizeof(commands) / sizeof(commands[0]))] :
				(0x7400 | any(hostile, 256) | (unsigned long)any(hostile, 0x10000) << 16);

	int32_t argument = any(hostile, 2) ? hostile->channel : (int32_t)any(hostile, 6) - 1;

	scribble(hostile);
	memcpy(hostile->octets, &argument, sizeof(argument));
	ioctl(fd_of(hostile, any(hostile, 3) ? PPP : PPPOX), command,
	      any(hostile, 12) ? hostile->octets : some_place(hostile));
}

/* As pppd begins. */
static void call_line(struct hostile *hostile)
{
	int32_t unit = -1;

	ioctl(fd_of(hostile, PPPOX), PPPIOCGCHAN, &hostile->channel);
	ioctl(fd_of(hostile, PPP), PPPIOCATTCHAN, &hostile->channel);
	ioctl(fd_of(hostile, PPP), PPPIOCNEWUNIT, &unit);
	ioctl(fd_of(hostile, PPP), PPPIOCCONNECT, &unit);
}

/* CCP's packets begin and end encryption, with keys that were given. */
static void call_cipher(struct hostile *hostile)
{
	uint8_t option[22] = { 18, 6, (uint8_t)any(hostile, 2), 0, 0, 0x40 };
	struct ppp_option_data data = { option, sizeof(option), (int)any(hostile, 2) };
	uint8_t frame[] = { 0x80, 0xfd, (uint8_t)(1 + any(hostile, 15)), 1, 0, 10, 18, 6, option[2], 0, 0, 0x40 };
	int flags = (int)(any(hostile, 4) << 6);
	int unit = fd_of(hostile, PPP);

	if (!any(hostile, 4))
		data.length = any(hostile, 64);
	ioctl(unit, PPPIOCSFLAGS, &flags);
	ioctl(unit, PPPIOCSCOMPRESS, &data);
	for (int i = 0; i < 3; i++) {
		frame[2] = (uint8_t)(1 + any(hostile, 15));
		if (write(unit, frame, any(hostile, 5) ? sizeof(frame) : any(hostile, sizeof(frame))) < 0)
			return;
	}
}

static void call_bridge(struct hostile *hostile)
{
	int32_t other = hostile->channel - (int32_t)any(hostile, 3);
	int line = fd_of(hostile, PPP);

	ioctl(line, PPPIOCBRIDGECHAN, &other);
	if (any(hostile, 2))
		ioctl(line, PPPIOCUNBRIDGECHAN);
}

static void call_transfer(struct hostile *hostile)
{
	size_t length = any(hostile, 10) ? any(hostile, 200) : 0;
	struct iovec parts[] = { { hostile->octets, length }, { some_place(hostile), any(hostile, 100) } };
	struct msghdr message = { .msg_name = some_place(hostile), .msg_namelen = some_length(hostile),
				  .msg_iov = parts, .msg_iovlen = any(hostile, 20) ? any(hostile, 3) : 5000 };
	int fd = some_fd(hostile);

	switch (any(hostile, 5)) {
	case 0:
		recv(fd, hostile->octets, length, MSG_DONTWAIT);
		break;
	case 1:
		name_l2tp(hostile);
		sendto(fd, hostile->octets, length, MSG_DONTWAIT | MSG_NOSIGNAL, (void *)hostile->octets, 16);
		break;
	case 2:
		sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	case 3:
		send(fd, hostile->octets, length, MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	default:
		shutdown(fd, (int)any(hostile, 4));
	}
}

/* --- which process, which thread --- */

static void call_descriptors(struct hostile *hostile)
{
	struct stat about;

	switch (any(hostile, 4)) {
	case 0:
		keep(hostile, any(hostile, KINDS), dup(some_fd(hostile)));
		break;
	case 1:
		keep(hostile, PROTOCOL_4, fcntl(fd_of(hostile, PROTOCOL_4), F_DUPFD, 955 + any(hostile, 20)));
		break;
	case 2:
		stat(any(hostile, 2) ? "/dev/ppp" : "/proc/net/pppol2tp", &about);
		break;
	default:
		sched_yield();
	}
}

static void close_something(struct hostile *hostile)
{
	int *place = &hostile->fds[any(hostile, KINDS)][any(hostile, KEPT)];

	if (*place >= 0)
		close(*place);
	*place = -1;
}

static void *make_calls(void *context)
{
	static void (*const calls[])(struct hostile *) = {
		open_something, open_something, call_names, call_names, call_told, call_netlink, call_netlink,
		call_ioctl, call_line, call_transfer, call_transfer, call_descriptors, close_something,
		call_cipher, call_bridge,
	};
	struct hostile *hostile = context;

	if (!any(hostile, 3))
		unshare(CLONE_FILES);
	for (int i = 0; i < hostile->calls; i++)
		calls[any(hostile, sizeof(calls) / sizeof(calls[0]))](hostile);
	return NULL;
}

static void run(unsigned int seed, int calls)
{
	struct hostile threads[THREADS];

	for (int i = 0; i < THREADS; i++) {
		threads[i] = (struct hostile){ .seed = seed * 100 + (unsigned int)i, .calls = calls };
		memset(threads[i].fds, -1, sizeof(threads[i].fds));
		pthread_create(&threads[i].thread, NULL, make_calls, &threads[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i].thread, NULL);
	_exit(EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 1 ? (unsigned int)atoi(argv[1]) : 1;
	int calls = argc > 2 ? atoi(argv[2]) : 1000, lived = 0, status;
	pid_t children[PROCESSES];

	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] == 0)
			run(seed * 10 + (unsigned int)i, calls);
	}
	usleep(300000);
	kill(children[0], SIGKILL);
	for (int i = 0; i < PROCESSES; i++)
		if (waitpid(children[i], &status, 0) == children[i] && WIFEXITED(status) &&
		    WEXITSTATUS(status) == EXIT_SUCCESS)
			lived++;
	printf("%d lived\n", lived);
	return EXIT_SUCCESS;
}
