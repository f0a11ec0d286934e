/* SPDX-License-Identifier: MIT */
/*
 * The kernel's descriptors of a PPP session: a PPPoL2TP socket joins the session that netlink has made; its channel, by
 * which frames come and go, and a unit, which is the network device, are opened by /dev/ppp.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>	/* these want some of those before them */
#include <linux/if_pppox.h>
#include <linux/ppp-ioctl.h>

#include "datapath/kernel/internal.h"

#define MRU_DEFAULT 1500		/* RFC 1661 section 6.1: what a peer may send whatever it was told */

/* Who does not insist on the kernel gets another datapath. */
static int lacks(struct error *error, const char *what, const char *remedy)
{
	return error_set(error, ERROR_UNSUPPORTED, "datapath", "%s (%s): %s, or datapath=user", what, strerror(errno),
			 remedy);
}

static int connect_v2(int fd, const struct native_session *session)
{
	const struct datapath_tunnel_config *tunnel = &session->tunnel->config;
	struct sockaddr_pppol2tp address = {
		.sa_family = AF_PPPOX, .sa_protocol = PX_PROTO_OL2TP,
		.pppol2tp = { .fd = -1, .s_tunnel = (uint16_t)session->tunnel->tunnel_id,
			      .s_session = (uint16_t)session->config.session_id,
			      .d_tunnel = (uint16_t)tunnel->peer_tunnel_id,
			      .d_session = (uint16_t)session->config.peer_session_id },
	};

	return connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address));
}

static int connect_v3(int fd, const struct native_session *session)
{
	struct sockaddr_pppol2tpv3 address = {
		.sa_family = AF_PPPOX, .sa_protocol = PX_PROTO_OL2TP,
		.pppol2tp = { .fd = -1, .s_tunnel = session->tunnel->tunnel_id,
			      .s_session = session->config.session_id,
			      .d_tunnel = session->tunnel->config.peer_tunnel_id,
			      .d_session = session->config.peer_session_id },
	};

	return connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address));
}

int native_ppp_socket(const struct native_session *session, struct error *error)
{
	int fd = socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, PX_PROTO_OL2TP);

	if (fd < 0)
		return lacks(error, "this kernel has no PPP over L2TP", "`modprobe l2tp_ppp`");
	if ((session->tunnel->config.version == 2 ? connect_v2 : connect_v3)(fd, session) == 0)
		return fd;
	error_system(error, errno, NULL, "the kernel does not open PPP in the session");
	close(fd);
	return -1;
}

static int open_ppp(struct error *error)
{
	int fd = open("/dev/ppp", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0 ? fd : lacks(error, "cannot open /dev/ppp", "`modprobe ppp_generic`, or "
				    "`mknod /dev/ppp c 108 0`");
}

int native_ppp_channel(int sock, struct error *error)
{
	int fd = open_ppp(error), index;

	if (fd < 0)
		return -1;
	if (ioctl(sock, PPPIOCGCHAN, &index) == 0 && ioctl(fd, PPPIOCATTCHAN, &index) == 0)
		return fd;
	error_system(error, errno, NULL, "the kernel does not give the session's frames");
	close(fd);
	return -1;
}

static int set_mode(int unit, int protocol, bool pass)
{
	struct npioctl request = { .protocol = protocol, .mode = pass ? NPMODE_PASS : NPMODE_DROP };

	return ioctl(unit, PPPIOCSNPMODE, &request);
}

int native_ppp_unit(int channel, int *number, struct error *error)
{
	int fd = open_ppp(error);

	if (fd < 0)
		return -1;
	*number = -1;
	if (ioctl(fd, PPPIOCNEWUNIT, number) == 0 && set_mode(fd, PPP_IP, false) == 0 &&
	    set_mode(fd, PPP_IPV6, false) == 0 && ioctl(channel, PPPIOCCONNECT, number) == 0)
		return fd;
	error_system(error, errno, "interface_name", "the kernel does not make a PPP interface");
	close(fd);
	return -1;
}

/* What shall not pass is stopped before, what shall after the filter is there, and what is to be enciphered when the
 * kernel does that. */
int native_ppp_pass(const struct native_ppp *ppp, const struct datapath_ppp *as, struct error *error)
{
	struct sock_filter instructions[NATIVE_FILTER_MAX];
	struct sock_fprog program = { .filter = instructions };
	bool may = !ppp->mppe.wanted || ppp->mppe.on;

	program.len = (unsigned short)native_filter(as, ppp->mppe.wanted, instructions);
	if (ioctl(ppp->unit, PPPIOCSPASS, &program) < 0 && program.len)
		return error_system(error, errno, "check_source", "this kernel cannot check packets of PPP "
				    "(PPP_FILTER): check_source=no and mppe=no, or datapath=user");
	if (set_mode(ppp->unit, PPP_IP, may && as->ipv4) == 0 && set_mode(ppp->unit, PPP_IPV6, may && as->ipv6) == 0)
		return 0;
	return error_system(error, errno, NULL, "the kernel does not carry the session's packets");
}

int native_ppp_set_mru(int unit, uint16_t mru)
{
	int octets = mru > MRU_DEFAULT ? mru : MRU_DEFAULT;

	return ioctl(unit, PPPIOCSMRU, &octets);
}

int native_ppp_arm(int unit, bool transmit, uint8_t *option, uint32_t length)
{
	struct ppp_option_data data = { .ptr = option, .length = length, .transmit = transmit };

	return ioctl(unit, PPPIOCSCOMPRESS, &data);
}

int native_ppp_set_ccp(int unit, bool open, bool up)
{
	int flags = (open ? SC_CCP_OPEN : 0) | (up ? SC_CCP_UP : 0);

	return ioctl(unit, PPPIOCSFLAGS, &flags);
}

unsigned int native_ppp_ccp(int unit)
{
	unsigned int flags = 0;

	if (ioctl(unit, PPPIOCGFLAGS, &flags) < 0)
		return 0;
	return (flags & SC_COMP_RUN ? NATIVE_ENCIPHERS : 0) | (flags & SC_DECOMP_RUN ? NATIVE_DECIPHERS : 0) |
	       (flags & SC_DC_ERROR ? NATIVE_LOST : 0) | (flags & SC_DC_FERROR ? NATIVE_LOST_FOR_GOOD : 0);
}
