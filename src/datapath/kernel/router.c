/* SPDX-License-Identifier: MIT */
/*
 * What a subscriber asks of its router by IPv6 packets, and what it is told by it, is the engine's, too (service/
 * router.c).  The kernel carries those as any others; so a packet socket on the PPP device has copies.  Its filter lets
 * nothing else in, and nothing else wakes us.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "datapath/kernel/internal.h"
#include "os/cbpf.h"
#include "os/close.h"

#define TO_HEAR "hear what subscribers ask of their router"
#define WAITING (64 << 10)		/* octets that wait for us: who asks more than that asks again */

/* Where the device is. */
static int open_there(const struct native_session *session, struct error *error)
{
	int fd = native_packet_socket(session->config.netns, TO_HEAR, error), size = WAITING;

	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

static bool bind_to(int fd, uint32_t ifindex)
{
	const struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IPV6),
					     .sll_ifindex = (int)ifindex };

	return bind(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)) == 0;
}

/* Only when it has a filter it may hear anything. */
static int begin(const struct native_datapath *dp, struct native_session *session, const struct sock_filter *code,
		 unsigned int count, struct error *error)
{
	struct native_ppp *ppp = session->ppp;
	bool is_new = ppp->router < 0;

	if (is_new)
		ppp->router = open_there(session, error);
	if (ppp->router < 0)
		return -1;
	if (cbpf_attach(ppp->router, SO_ATTACH_FILTER, code, count) == 0 &&
	    (!is_new || (bind_to(ppp->router, session->ifindex) &&
			 native_watch_frames(dp, session, ppp->router, error) == 0)))
		return 0;
	error_system(error, errno, NULL, "cannot " TO_HEAR);
	os_close(&ppp->router);
	return -1;
}

int native_router_hear(const struct native_datapath *dp, struct native_session *session,
		       const struct datapath_ppp *ppp, struct error *error)
{
	struct sock_filter code[NATIVE_FILTER_MAX];
	unsigned int count = native_filter_router(ppp, code);

	if (count)
		return begin(dp, session, code, count, error);
	os_close(&session->ppp->router);
	return 0;
}
