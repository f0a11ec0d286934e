/* SPDX-License-Identifier: MIT */
/*
 * What l2tprun and l2tpd say to each other.  A program under l2tprun holds one end of a pair of sockets where it
 * believes to hold a netlink socket; l2tpd gets the other end, and from then on the two talk without l2tprun.
 *
 * The channel is a connection of SOCK_SEQPACKET to l2tpd's socket, which belongs to root (mode 0600), one for each
 * l2tprun.  l2tprun sends struct kernel_attach, a message each; l2tpd answers each with one struct
 * kernel_attached, those of one client in the order in which they came.  l2tprun waits for KERNEL_ATTACH_WAIT_MS and
 * no longer.
 *
 * KERNEL_ATTACH_NETLINK: a new client, with KERNEL_ATTACH_FDS descriptors (SCM_RIGHTS), in this order:
 *
 *   KERNEL_ATTACH_FD_CLIENT: l2tpd's end of the pair, SOCK_SEQPACKET, non-blocking.  Each message that the program
 *   sends is one message here, with SCM_CREDENTIALS of the sender (SO_PASSCRED is set already); each message sent
 *   here is one that it receives, from address { nl_pid 0 }.  End of file: the program has closed the last
 *   descriptor.
 *
 *   KERNEL_ATTACH_FD_NETNS: the network namespace in which the program opened its socket.
 *
 *   KERNEL_ATTACH_FD_PROXY: a NETLINK_GENERIC socket of the kernel's there, not bound, non-blocking: what is for other
 *   families than l2tp is sent here, and what it receives passed on.  Its names are the ones that the program is told:
 *   it is bound and connected when the program does that, or sends something first; then to port_id, if that is free.
 *   It was opened with no more capabilities than the program has, and the kernel asks
 *   whoever opened a socket for its rights as well as whoever sends - but only if the message has no destination
 *   address.  So l2tpd may pass on whatever the program wants to send, with send(), and must not with sendto(); and
 *   with no more capabilities than who sent it has, who may be another one, or have fewer by now.
 *
 *   The descriptors are l2tpd's whatever it answers.  error 0: the program gets its end now, so the first request
 *   may come.  Any other error: the program gets a socket of the kernel's instead, as if there were no l2tprun.
 *
 * KERNEL_ATTACH_OPTION: the program sets an option of level SOL_NETLINK.  error is what setsockopt() shall say;
 * ENOTCONN when there is no such client.  Groups that a program names in bind() come as NETLINK_ADD_MEMBERSHIP.
 *
 * KERNEL_ATTACH_BIND: bind() of one, to port_id, 0: to any. KERNEL_ATTACH_CONNECT: connect() to the name in octets;
 * value is the thread that asks.  error as above.  Its own name is asked for by a KERNEL_ATTACH_CALL.
 *
 * KERNEL_ATTACH_VIEW: a program opens a file in which the kernel tells of tunnels.  Two descriptors: an empty memfd in
 * place of KERNEL_ATTACH_FD_CLIENT, and the network namespace; option is the view (enum kernel_view).  error 0: the
 * text is in the memfd.  Else the program finds no such file.
 *
 * KERNEL_ATTACH_PPPOX: connect() of an AF_PPPOX socket, with descriptors in this order, the last only where the address
 * names one that the program has:
 *
 *   KERNEL_PPPOX_FD_LISTENER: a listening SOCK_SEQPACKET socket of AF_UNIX.  KERNEL_PPPOX_FD_SOCKET: what the program
 *   holds for an AF_PPPOX socket, a SOCK_SEQPACKET socket that is not connected.  l2tpd connects the one to the other
 *   when connect() succeeds, and what it accepts then is its end of the program's socket: each PPP frame is a message.
 *
 *   KERNEL_PPPOX_FD_NETNS: as above.  KERNEL_PPPOX_FD_TUNNEL: a copy of the descriptor that the address names.
 *
 *   octets are the address, value is the thread that asks.
 *
 * KERNEL_ATTACH_CALL: another call on what l2tpd serves for the program: option says which (enum kernel_call), value
 * the number of the option or the command of the ioctl(), octets what the program gave.  octets of the answer are what
 * the program gets where error is 0.  ENOTCONN when there is no such client.  With PPPIOCSPASS and PPPIOCSACTIVE comes
 * a descriptor: a memfd with the instructions of the filter.
 *
 * KERNEL_ATTACH_PPP: a program opens /dev/ppp.  KERNEL_PPP_FD_FRAMES: l2tpd's end of a pair as above, but without a
 * name and credentials, on which each message is a PPP frame.  KERNEL_PPP_FD_NETNS: as above.  error: what open() shall
 * say, or 0: the program gets its end now, and ioctl() on it is a KERNEL_ATTACH_CALL.
 *
 * KERNEL_ATTACH_PPP_DEVICE: a program asks about a network device by an ioctl() of PPP (value: SIOCGPPPSTATS and the
 * like) on a socket; with one descriptor, the network namespace, and the device's name as octets.  octets of the answer
 * are what the program gets; ENODEV: it is no unit's.
 *
 * KERNEL_ATTACH_L2TPIP: a program opens a socket of IP protocol 115, with two descriptors: a raw socket of that
 * protocol in its network namespace, which is what it has on the wire; and the network namespace in which the UDP
 * socket is that the program has itself (l2tprun/annex.h).  The names of the former are the program's socket's at any
 * time; but the peer's has a port, if there is a peer.  cookie: SO_COOKIE of the latter: by it a tunnel's descriptor
 * (L2TP_ATTR_FD) is known for one, and whether it is closed already.  error 0: the program gets it.
 *
 * KERNEL_ATTACH_L2TPIP_BIND: it is bound (the raw socket is already), option: to this connection id.  error:
 * EADDRINUSE when another one has it, and an address with it that is not another's; it is not bound then.
 *
 * KERNEL_ATTACH_L2TPIP_AGAIN: it has another raw socket on the wire, which comes with it.
 *
 * KERNEL_ATTACH_L2TPIP_MOVED: it was connected; the answer comes when its tunnel is, too.
 *
 * KERNEL_ATTACH_L2TPIP_CLOSED: the program has closed the last descriptor; its tunnel goes.
 *
 * KERNEL_ATTACH_MOVED: a program calls bind() or connect() on a socket that is none of the above, whose inode number is
 * the cookie: if it is a tunnel's it will be somewhere else soon, and there is no answer; value 1: it is already, and
 * the answer comes when its tunnel is, too.
 *
 * Nobody asks for what l2tpd tells with client 0: the socket whose inode number is in the octets is a tunnel's from now
 * on, or with an error is none any more.
 *
 * When the connection ends nothing happens to the clients of netlink: their programs may live on.  But their options
 * cannot be set any more, a new connection knows none of them.  Sockets of IP protocol 115 are gone with it, since
 * l2tprun carries what they say.
 */
#ifndef L2TPD_KERNEL_ATTACH_H
#define L2TPD_KERNEL_ATTACH_H

#include <stdint.h>

#define KERNEL_ATTACH_SOCKET_DEFAULT "/run/l2tpd/kernel.socket"
#define KERNEL_ATTACH_VERSION 3		/* another one is answered with EPROTONOSUPPORT: both are of one build */
#define KERNEL_ATTACH_WAIT_MS 5000	/* a daemon that does not answer for so long is taken for none */

#define KERNEL_ATTACH_CODE_MAX (65535 * 8)	/* of a filter: a kernel refuses much less */
#define KERNEL_ATTACH_OCTETS 96		/* of an address, or an ioctl's argument */

enum kernel_attach_kind {
	KERNEL_ATTACH_NETLINK = 1,
	KERNEL_ATTACH_OPTION = 2,
	KERNEL_ATTACH_PPPOX = 3,
	KERNEL_ATTACH_CALL = 4,
	KERNEL_ATTACH_PPP = 5,
	KERNEL_ATTACH_PPP_DEVICE = 6,
	KERNEL_ATTACH_VIEW = 7,
	KERNEL_ATTACH_L2TPIP = 8,
	KERNEL_ATTACH_L2TPIP_BIND,
	KERNEL_ATTACH_L2TPIP_AGAIN,
	KERNEL_ATTACH_L2TPIP_CLOSED,
	KERNEL_ATTACH_MOVED,
	KERNEL_ATTACH_BIND,
	KERNEL_ATTACH_CONNECT,
	KERNEL_ATTACH_L2TPIP_MOVED,
};

/* getsockname() and getpeername(); an option of SOL_PPPOL2TP, an int; likewise; ioctl() */
enum kernel_call { KERNEL_CALL_NAME = 1, KERNEL_CALL_GETSOCKOPT, KERNEL_CALL_SETSOCKOPT, KERNEL_CALL_IOCTL };

/* What the kernel tells as text. */
enum kernel_view {
	KERNEL_VIEW_PPPOL2TP,	/* /proc/net/pppol2tp: tunnels of version 2 */
	KERNEL_VIEW_TUNNELS,	/* l2tp/tunnels in debugfs: all */
	KERNEL_VIEWS
};

enum kernel_attach_fd {
	KERNEL_ATTACH_FD_CLIENT,
	KERNEL_ATTACH_FD_NETNS,
	KERNEL_ATTACH_FD_PROXY,
	KERNEL_ATTACH_FDS
};

enum kernel_pppox_fd {
	KERNEL_PPPOX_FD_LISTENER,
	KERNEL_PPPOX_FD_NETNS,
	KERNEL_PPPOX_FD_SOCKET,
	KERNEL_PPPOX_FD_TUNNEL,
	KERNEL_PPPOX_FDS
};

enum kernel_ppp_fd { KERNEL_PPP_FD_FRAMES, KERNEL_PPP_FD_NETNS, KERNEL_PPP_FDS };

#define KERNEL_ATTACH_FDS_MAX KERNEL_PPPOX_FDS	/* of whatever kind */

struct kernel_attach {
	uint32_t version;
	uint32_t kind;		/* enum kernel_attach_kind */
	uint64_t client;	/* l2tprun's number for it, unique in this connection */
	uint32_t port_id;	/* NETLINK: the one it gets first. BIND */
	/* OPTION: of level SOL_NETLINK. CALL: enum kernel_call. VIEW: which. L2TPIP_BIND: the connection id */
	int32_t option;
	int32_t value;		/* OPTION: its value. NETLINK: 1: who opens it may administer that network namespace */
	uint32_t uid;		/* NETLINK: who opens it */
	uint64_t cookie;	/* L2TPIP. MOVED: inode number */
	uint32_t length;	/* of octets; 0: none */
	uint8_t octets[KERNEL_ATTACH_OCTETS];
};

struct kernel_attached {
	uint64_t client;
	int32_t error;		/* 0, or the errno (positive) that the program shall see */
	uint32_t family_id;	/* NETLINK: of "l2tp" */
	uint32_t group_id;	/* NETLINK: of its multicast group */
	uint32_t port_id;	/* BIND, and CALL for a name of NETLINK: that it is bound to, and stays; 0: to none */
	uint32_t length;	/* CALL: of octets */
	uint8_t octets[KERNEL_ATTACH_OCTETS];
};

#endif
