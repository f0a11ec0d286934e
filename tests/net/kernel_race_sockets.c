/* SPDX-License-Identifier: MIT */
/*
 * Sockets that all threads of kernel_race have at the same numbers: UDP and protocol-115 sockets of tunnels, and
 * PPPoL2TP sockets of tunnels and sessions.  While one thread closes a socket, or puts a new one in its place, others
 * are in the middle of calls on it.
 */
#include "_kernel_race.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_pppox.h>
#include <linux/l2tp.h>
#include <linux/ppp-ioctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_FD 2000		/* where nothing else gets its number by itself */
#define FDS_MAX 4096
#define L2TP_PROTOCOL 115

/* As race_sockets_act() chooses them. */
static int tunnel_fd(uint32_t id)
{
	return FIRST_FD + (int)id;
}

static int session_fd(uint32_t number)
{
	return FIRST_FD + RACE_TUNNELS + 1 + (int)number;
}

bool race_sockets_begin(void)
{
	const struct rlimit limit = { FDS_MAX, FDS_MAX };

	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

void race_put_socket(struct nlmsghdr *header, uint32_t id)
{
	mnl_attr_put_u8(header, L2TP_ATTR_PROTO_VERSION, (uint8_t)race_version(id));
	mnl_attr_put_u16(header, L2TP_ATTR_ENCAP_TYPE, race_is_ip(id) ? L2TP_ENCAPTYPE_IP : L2TP_ENCAPTYPE_UDP);
	mnl_attr_put_u32(header, L2TP_ATTR_FD, (uint32_t)tunnel_fd(id));
}

static int errno_of(int result)
{
	return result < 0 ? errno : 0;
}

/* --- opening and closing --- */

static void put(int fd, int number)
{
	race_ends(errno_of(fd < 0 ? -1 : dup3(fd, number, O_CLOEXEC)), NONE_RIGHT);
	if (fd >= 0)
		close(fd);
}

/* To nobody, from wherever. */
static int open_udp(uint32_t id)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)(30000 + id)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	return -1;
}

/* What has the connection id already may have it still. */
static void open_ip(uint32_t id)
{
	struct sockaddr_l2tpip name = { .l2tp_family = AF_INET, .l2tp_addr.s_addr = htonl(INADDR_LOOPBACK),
					.l2tp_conn_id = id };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, L2TP_PROTOCOL);

	race_ends(errno_of(fd), NONE_RIGHT);
	race_begins("bind protocol 115");
	race_ends(errno_of(bind(fd, (struct sockaddr *)&name, sizeof(name))), (const int[]){ EADDRINUSE, 0 });
	race_begins("connect protocol 115");
	race_ends(errno_of(connect(fd, (struct sockaddr *)&name, sizeof(name))), (const int[]){ EINVAL, 0 });
	race_begins("put protocol 115");
	put(fd, tunnel_fd(id));
}

static void open_tunnel(uint32_t id)
{
	race_begins("open a socket");
	if (race_is_ip(id))
		open_ip(id);
	else
		put(open_udp(id), tunnel_fd(id));
}

static void open_session(uint32_t number)
{
	race_begins("open PPPoL2TP");
	put(socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC, PX_PROTO_OL2TP), session_fd(number));
}

static void close_one(int fd)
{
	race_begins("close");
	race_ends(errno_of(close(fd)), (const int[]){ EBADF, 0 });
}

/* --- PPPoL2TP --- */

/* To a tunnel of version 2, which is made of its UDP socket when there is no session's id. */
static void connect_session(uint32_t number, uint32_t id, bool has_session)
{
	uint16_t session = has_session ? (uint16_t)race_session_id(id) : 0;
	struct sockaddr_pppol2tp name = {
		.sa_family = AF_PPPOX, .sa_protocol = PX_PROTO_OL2TP,
		.pppol2tp = { .fd = has_session ? -1 : tunnel_fd(id), .s_tunnel = (uint16_t)id, .s_session = session,
			      .d_tunnel = (uint16_t)id, .d_session = session },
	};

	race_begins(has_session ? "connect to a session" : "connect to a tunnel");
	race_ends(errno_of(connect(session_fd(number), (struct sockaddr *)&name, sizeof(name))),
		  has_session ? (const int[]){ EBADF, EBUSY, EALREADY, EEXIST, ENOENT, ENODEV, 0 } :
				(const int[]){ EBADF, EBUSY, EALREADY, EEXIST, ENODEV, 0 });
}

static void use_session(uint32_t number)
{
	const uint8_t frame[] = { 0xc0, 0x21, 9, 1, 0, 8, 1, 2, 3, 4 };
	uint8_t octets[64];
	int fd = session_fd(number);

	race_begins("send a frame");
	race_ends(errno_of((int)send(fd, frame, sizeof(frame), MSG_DONTWAIT | MSG_NOSIGNAL)),
		  (const int[]){ EBADF, ENOTCONN, EAGAIN, 0 });
	race_begins("receive a frame");
	race_ends(errno_of((int)recv(fd, octets, sizeof(octets), MSG_DONTWAIT)),
		  (const int[]){ EBADF, ENOTCONN, EAGAIN, EIO, 0 });
}

/* Of a tunnel's socket what is asked about session 0 is about the tunnel; and some options are a session's alone. */
static void ask_session(uint32_t number)
{
	struct pppol2tp_ioc_stats stats = { .session_id = 0 };
	uint8_t name[128];
	socklen_t length = sizeof(name), room = sizeof(int);
	int fd = session_fd(number), value = 1;

	race_begins("name of PPPoL2TP");
	race_ends(errno_of(getsockname(fd, (struct sockaddr *)name, &length)), (const int[]){ EBADF, ENOTCONN, 0 });
	race_begins("statistics of PPPoL2TP");
	race_ends(errno_of(ioctl(fd, PPPIOCGL2TPSTATS, &stats)), (const int[]){ EBADF, ENOTCONN, 0 });
	race_begins("set an option of PPPoL2TP");
	race_ends(errno_of(setsockopt(fd, SOL_PPPOL2TP, PPPOL2TP_SO_SENDSEQ, &value, sizeof(value))),
		  (const int[]){ EBADF, ENOTCONN, ENOPROTOOPT, 0 });
	race_begins("get an option of PPPoL2TP");
	race_ends(errno_of(getsockopt(fd, SOL_PPPOL2TP, PPPOL2TP_SO_LNSMODE, &value, &room)),
		  (const int[]){ EBADF, ENOTCONN, ENOPROTOOPT, 0 });
}

/* The channel of a tunnel's socket is none. */
static void attach_session(uint32_t number, bool has_unit)
{
	int channel = -1, unit = -1, fd = open("/dev/ppp", O_RDWR | O_CLOEXEC);
	int other = has_unit ? open("/dev/ppp", O_RDWR | O_CLOEXEC) : -1;

	race_begins("channel of PPPoL2TP");
	race_ends(errno_of(ioctl(session_fd(number), PPPIOCGCHAN, &channel)), (const int[]){ EBADF, ENOTCONN, 0 });
	race_begins("attach to a channel");
	race_ends(errno_of(ioctl(fd, PPPIOCATTCHAN, &channel)), (const int[]){ ENXIO, 0 });
	if (has_unit) {
		race_begins("make a unit");
		race_ends(errno_of(ioctl(other, PPPIOCNEWUNIT, &unit)), NONE_RIGHT);
		race_begins("connect a channel");
		race_ends(errno_of(ioctl(fd, PPPIOCCONNECT, &unit)),
			  (const int[]){ ENXIO, EINVAL, ENOTTY, ENOTCONN, 0 });
		close(other);
	}
	close(fd);
}

/* --- tunnels' sockets --- */

static void use_tunnel(uint32_t id)
{
	/* a message of the control protocol, which is the socket's, of version 2 and 3 */
	uint8_t message[] = { 0xc8, (uint8_t)race_version(id), 0, 12, 0, 0, 0, 0, 0, 0, 0, 0 }, name[64];
	socklen_t length = sizeof(name);
	int fd = tunnel_fd(id);

	race_begins("name of a tunnel's socket");
	race_ends(errno_of(getsockname(fd, (struct sockaddr *)name, &length)), (const int[]){ EBADF, 0 });
	race_begins("send a message");
	race_ends(errno_of((int)send(fd, message, sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL)),
		  (const int[]){ EBADF, EAGAIN, ECONNREFUSED, EDESTADDRREQ, 0 });
	race_begins("receive a message");
	race_ends(errno_of((int)recv(fd, message, sizeof(message), MSG_DONTWAIT)),
		  (const int[]){ EBADF, EAGAIN, ECONNREFUSED, 0 });
}

/* To somebody else, whom its tunnel follows. */
static void move_tunnel(uint32_t id)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)(31000 + id)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	race_begins("connect a tunnel's socket");
	if (!race_is_ip(id))
		race_ends(errno_of(connect(tunnel_fd(id), (struct sockaddr *)&to, sizeof(to))),
			  (const int[]){ EBADF, 0 });
}

void race_sockets_act(unsigned int *seed)
{
	uint32_t id = 1 + RACE_OF_A_KIND + (uint32_t)rand_r(seed) % (2 * RACE_OF_A_KIND);
	uint32_t of_version_2 = 1 + RACE_OF_A_KIND + (uint32_t)rand_r(seed) % RACE_OF_A_KIND / 2 * 2;
	uint32_t number = (uint32_t)rand_r(seed) % (2 * RACE_OF_A_KIND);

	switch (rand_r(seed) % 12) {
	case 0:
	case 1:
		open_tunnel(id);
		break;
	case 2:
	case 3:
		open_session(number);
		break;
	case 4:
		connect_session(number, of_version_2, false);
		break;
	case 5:
	case 6:
		connect_session(number, of_version_2, true);
		break;
	case 7:
		use_session(number);
		break;
	case 8:
		ask_session(number);
		break;
	case 9:
		attach_session(number, rand_r(seed) % 4 == 0);
		break;
	case 10:
		if (rand_r(seed) % 2)
			use_tunnel(id);
		else
			move_tunnel(id);
		break;
	default:
		close_one(rand_r(seed) % 2 ? tunnel_fd(id) : session_fd(number));
	}
}
