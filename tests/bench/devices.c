/* SPDX-License-Identifier: MIT */
/*
 * The least that 2,000 idle sessions can cost: makes COUNT TAP devices as the daemon does - vnet
 * header, single queue, offloads, MTU, link group, up - and deletes them by group.
 *
 *	devices COUNT	prints the seconds that creation and removal took
 *
 * What is compared is the daemon's whole creation of as many sessions with this bare loop.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define GROUP 0x62656e63
#define MTU 1442

struct request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attributes[64];
};

static void put_u32(struct request *request, unsigned short type, unsigned int value)
{
	struct rtattr *attribute = (struct rtattr *)((char *)request + request->header.nlmsg_len);

	attribute->rta_type = type;
	attribute->rta_len = RTA_LENGTH(sizeof(value));
	memcpy(RTA_DATA(attribute), &value, sizeof(value));
	request->header.nlmsg_len += RTA_SPACE(sizeof(value));
}

static void talk(int netlink, struct request *request, const char *what)
{
	char answer[1024];

	request->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (send(netlink, request, request->header.nlmsg_len, 0) < 0 || recv(netlink, answer, sizeof(answer), 0) < 0 ||
	    ((struct nlmsgerr *)NLMSG_DATA((struct nlmsghdr *)answer))->error) {
		fprintf(stderr, "devices: %s failed\n", what);
		exit(1);
	}
}

static struct request link_request(unsigned short type, int ifindex)
{
	return (struct request){ .header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)), .nlmsg_type = type },
				 .info = { .ifi_index = ifindex } };
}

static void make_device(int netlink, int number)
{
	struct ifreq name = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), header = 12;
	struct request request;

	snprintf(name.ifr_name, sizeof(name.ifr_name), "bench%d", number);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &name) < 0 || ioctl(fd, TUNSETVNETHDRSZ, &header) < 0 ||
	    ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0) {
		perror("devices: /dev/net/tun");
		exit(1);
	}
	request = link_request(RTM_NEWLINK, (int)if_nametoindex(name.ifr_name));
	request.info.ifi_flags = request.info.ifi_change = IFF_UP;
	put_u32(&request, IFLA_MTU, MTU);
	put_u32(&request, IFLA_GROUP, GROUP);
	talk(netlink, &request, "setting a device up");
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0, netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct rlimit files = { (rlim_t)count + 64, (rlim_t)count + 64 };
	struct request request = link_request(RTM_DELLINK, 0);
	double start = now(), made;

	if (count <= 0) {
		fputs("usage: devices COUNT\n", stderr);
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &files);
	for (int i = 0; i < count; i++)
		make_device(netlink, i);
	made = now();
	put_u32(&request, IFLA_GROUP, GROUP);
	talk(netlink, &request, "deleting the group");
	printf("%.3f %.3f\n", made - start, now() - made);
	return 0;
}
