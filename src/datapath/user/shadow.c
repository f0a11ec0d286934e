/* SPDX-License-Identifier: MIT */
/*
 * See shadow.h.  A raw IPv4 socket gives the IP header, which receive.c takes off, a raw IPv6 socket does not; neither
 * looks at UDP's checksum.
 */
#include "datapath/user/shadow.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/octets.h"
#include "datapath/user/checksum.h"
#include "os/cbpf.h"
#include "os/close.h"

#define SHADOW_BUFFER (8 << 20)		/* octets, as of other groups */
#define DATA_MIN 14			/* octets: the kernel takes no shorter one for a data packet */
#define CHECKSUM_AT 6			/* in a UDP header */

/* --- opening --- */

/* From the peer's port, if there is a peer, to ours, and T is clear. */
static int attach_filter(int fd, const struct socket_group *group)
{
	const struct sock_filter code[] = {
		cbpf_raw_header(group->local.address.family),
		CBPF(BPF_LD | BPF_W | BPF_LEN, 0),
		CBPF(BPF_ALU | BPF_SUB | BPF_X, 0),
		CBPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, SHADOW_HEADER + DATA_MIN, 0, 6),
		CBPF(BPF_LD | BPF_W | BPF_IND, 0),
		CBPF(BPF_ALU | BPF_AND | BPF_K, group->peer.port ? 0xffffffffu : 0xffffu),
		CBPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)group->peer.port << 16 | group->local.port, 0, 3),
		CBPF(BPF_LD | BPF_H | BPF_IND, SHADOW_HEADER),
		CBPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x8000, 1, 0),
		CBPF(BPF_RET | BPF_K, CBPF_ALL),
		CBPF(BPF_RET | BPF_K, 0),
	};

	return cbpf_attach(fd, SO_ATTACH_FILTER, code, sizeof(code) / sizeof(code[0]));
}

static void set_int(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static void set_options(int fd, sa_family_t family)
{
	set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, SHADOW_BUFFER);
	set_int(fd, SOL_SOCKET, SO_SNDBUFFORCE, SHADOW_BUFFER);
	if (family == AF_INET6) {
		set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_WANT);
		set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
	} else {
		set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT);
		set_int(fd, IPPROTO_IP, IP_RECVERR, 1);
	}
}

/* Between these two addresses only: other packets are not even copied for it. */
static int lead(int fd, const struct socket_group *group)
{
	struct endpoint local = { .address = group->local.address }, peer = { .address = group->peer.address };
	struct sockaddr_storage name;
	socklen_t length;

	if (*group->bind_interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, group->bind_interface,
						 (socklen_t)strlen(group->bind_interface)) < 0)
		return -1;
	length = endpoint_to_sockaddr(&local, &name);
	if (bind(fd, (struct sockaddr *)&name, length) < 0)
		return -1;
	if (address_is_any(&peer.address))
		return 0;
	length = endpoint_to_sockaddr(&peer, &name);
	return connect(fd, (struct sockaddr *)&name, length);
}

static int open_one(const struct socket_group *group)
{
	int fd = socket(group->local.address.family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);

	if (fd < 0)
		return -1;
	set_options(fd, group->local.address.family);
	if (attach_filter(fd, group) < 0 || lead(fd, group) < 0)
		os_close(&fd);
	return fd;
}

int shadow_open(struct socket_group *group, struct error *error)
{
	int fd = open_one(group);

	group->data[group->receiver].fd = fd;
	for (unsigned int i = 0; i < group->sockets && fd >= 0; i++)
		if (i != group->receiver && (group->data[i].fd = fcntl(group->data[group->receiver].fd,
									 F_DUPFD_CLOEXEC, 0)) < 0)
			fd = -1;
	if (fd < 0)
		return error_system(error, errno, NULL, "cannot open a socket beside that of the program");
	/* opened later, it gets its copy first */
	group->joined = joined_new(open_one(group), group->local.address.family, group->local.port, group->peer.port);
	return 0;
}

/* --- checksums --- */

/* Of what is not in the header: addresses, protocol and length. In either order. */
static uint64_t sum_pseudo(const struct address *a, const struct address *b, size_t length)
{
	size_t octets = a->family == AF_INET6 ? 16 : 4;

	return checksum_sum(a->bytes, octets) + checksum_sum(b->bytes, octets) + htobe16(IPPROTO_UDP) +
	       htobe32((uint32_t)length);
}

/* Also one that nobody has finished: a packet that never left the machine has the sum of those in place of it. */
static bool is_right(const struct socket_group *group, const struct address *from, const uint8_t *udp, size_t length)
{
	uint64_t pseudo = sum_pseudo(&group->local.address, from, length);
	uint16_t checksum;

	if (address_is_any(&group->local.address))	/* nobody knows here which it came to */
		return true;

	memcpy(&checksum, udp + CHECKSUM_AT, sizeof(checksum));
	if (!checksum)
		return group->local.address.family == AF_INET || group->zero_checksum_users;
	return checksum == checksum_fold(pseudo) || checksum_fold(pseudo + checksum_sum(udp, length)) == 0xffff;
}

/* A part that begins at an odd distance has its octets in each other's place. */
static uint64_t sum_part(const struct iovec *part, size_t distance)
{
	uint16_t sum = checksum_fold(checksum_sum(part->iov_base, part->iov_len));

	return distance % 2 ? (uint16_t)(sum << 8 | sum >> 8) : sum;
}

/* --- packets --- */

bool shadow_strip(const struct socket_group *group, const struct sockaddr_storage *name, uint8_t **octets,
		  size_t *length)
{
	const uint8_t *udp = *octets;
	struct endpoint from;
	size_t claimed;

	if (*length < SHADOW_HEADER + DATA_MIN || !endpoint_from_sockaddr(name, &from) ||
	    (group->peer.port && !address_equal(&from.address, &group->peer.address)))
		return false;
	claimed = octets_be16(udp + 4);
	if (claimed < SHADOW_HEADER + DATA_MIN || claimed > *length ||
	    (group->peer.port && octets_be16(udp) != group->peer.port) ||
	    octets_be16(udp + 2) != group->local.port || !is_right(group, &from.address, udp, claimed))
		return false;
	*octets += SHADOW_HEADER;
	*length = claimed - SHADOW_HEADER;
	return true;
}

void shadow_put_header(const struct path *path, uint8_t header[SHADOW_HEADER], const struct iovec *iov, size_t count)
{
	size_t length = SHADOW_HEADER;
	uint64_t sum = 0;
	uint16_t checksum;

	for (size_t i = 0; i < count; length += iov[i++].iov_len)
		sum += path->zero_checksum ? 0 : sum_part(&iov[i], length);
	octets_put_be16(header, path->local.port);
	octets_put_be16(header + 2, path->peer.port);
	octets_put_be16(header + 4, (uint16_t)length);
	octets_put_be16(header + CHECKSUM_AT, 0);
	if (path->zero_checksum)
		return;
	sum += sum_pseudo(&path->local.address, &path->peer.address, length) + checksum_sum(header, SHADOW_HEADER);
	checksum = checksum_finish_udp(sum);
	memcpy(header + CHECKSUM_AT, &checksum, sizeof(checksum));
}
