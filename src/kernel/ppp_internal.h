/* SPDX-License-Identifier: MIT */
/*
 * What the files ppp_*.c of this room share: files, units, lines, and who reads what they have.
 */
#ifndef L2TPD_KERNEL_PPP_INTERNAL_H
#define L2TPD_KERNEL_PPP_INTERNAL_H

#include <linux/ioctl.h>
#include <linux/ppp-ioctl.h>
#include <linux/ppp_defs.h>
#include <utlist.h>

#include "base/octets.h"
#include "config/objects.h"
#include "kernel/held.h"
#include "kernel/kernel.h"
#include "kernel/ppp.h"
#include "kernel/ppp_deflate.h"
#include "wire/vj.h"

#define PROTOCOL_OCTETS 2	/* with which a frame begins */
#define FRAME_OCTETS 65536	/* of one that passes by a unit */

/* It has at least these. */
static inline uint16_t frame_protocol(const uint8_t *frame)
{
	return octets_be16(frame);
}

/* On its way; octets are somebody else's. */
struct frame {
	const uint8_t *octets;
	size_t length;
};

struct kernel_ppp {
	struct kernel_ppp_host host;
	struct kernel_line *lines;
	struct kernel_unit *units;
	/* What becomes of a frame: as filters see it, with its headers compressed or expanded, packed or unpacked. */
	uint8_t seen[FRAME_OCTETS + PROTOCOL_OCTETS];
	uint8_t headers[FRAME_OCTETS + VJ_HEADERS_MAX];
	uint8_t packed[FRAME_OCTETS + PPP_DEFLATE_MORE];
};

/* What a unit and a line have in common: who reads from them. */
struct readers {
	struct kernel_file *files;	/* the first one gets it */
	struct held held;
};

struct kernel_line {
	struct kernel_line *prev, *next;
	struct kernel_ppp *ppp;
	char netns[CONFIG_NETNS_MAX];
	int32_t index;
	const struct kernel_line_ops *ops;	/* NULL: it is gone, and only files are left */
	void *owner;
	struct readers readers;
	struct kernel_unit *unit;		/* connected to it */
	struct kernel_line *unit_prev, *unit_next;
	struct kernel_line *bridge;		/* frames go from one to the other */
};

enum network_protocol { NETWORK_IP, NETWORK_IPV6, NETWORK_IPX, NETWORK_AT, NETWORK_MPLS_UC, NETWORK_MPLS_MC, NETWORKS };

/* What a unit knows of its own compression (ppp_ccp.c): of each direction MPPE, Deflate, or none. */
struct unit_ccp {
	uint32_t state;			/* SC_COMP_RUN, SC_DECOMP_RUN, SC_DC_ERROR, SC_DC_FERROR */
	struct ccp_direction {
		bool is_set;		/* there is a key */
		struct kernel_cipher cipher;
		struct compstat enciphered;
		struct ppp_deflate *deflate;	/* instead */
	} send, receive;
};

enum { FILTER_PASS, FILTER_ACTIVE, FILTERS };

struct kernel_unit {
	struct kernel_unit *prev, *next;
	struct kernel_ppp *ppp;
	char netns[CONFIG_NETNS_MAX];
	int32_t index;
	int device;			/* -1: its maker has closed it, and only files are left */
	bool watched;			/* the device: its packets come here */
	const struct kernel_file *maker;
	struct readers readers;
	struct kernel_line *lines;	/* the first one carries */
	uint32_t flags;			/* SC_* that were set */
	struct unit_ccp ccp;
	struct vj *vj;			/* NULL: TCP headers are not compressed */
	int filters[FILTERS];		/* the host's; -1: none */
	uint32_t mru;			/* that the program has said */
	uint32_t debug;
	uint8_t mode[NETWORKS];		/* enum NPmode */
	struct kernel_carried counted;	/* all until its line was asked last ... */
	struct kernel_carried before;	/* ... and what that said then */
	uint32_t sent_errors, received_errors;
};

static inline bool unit_filters(const struct kernel_unit *unit)
{
	return unit->filters[FILTER_PASS] >= 0 || unit->filters[FILTER_ACTIVE] >= 0;
}

struct kernel_file {
	struct kernel_file *prev, *next;	/* of the same unit or line */
	struct kernel_ppp *ppp;
	char netns[CONFIG_NETNS_MAX];
	void *owner;
	struct kernel_unit *unit;	/* one of these at most */
	struct kernel_line *line;
};

/* --- ppp_file.c --- */
void readers_add(struct readers *readers, struct kernel_file *file);
void readers_give(struct readers *readers, const struct kernel_ppp *ppp, const uint8_t *frame, size_t length);
/* Each read() returns 0 from now on. */
void readers_end(struct readers *readers);

/* An ioctl's argument: an int. */
int32_t ioctl_int(const struct kernel_ioctl *ioctl);
int ioctl_answer(struct kernel_ioctl *ioctl, const void *octets, size_t length);
static inline int ioctl_answer_int(struct kernel_ioctl *ioctl, int32_t value)
{
	return ioctl_answer(ioctl, &value, sizeof(value));
}

/* --- ppp_line.c --- */
struct kernel_line *line_find(struct kernel_ppp *ppp, const char *netns, int32_t index);
void line_disconnect(struct kernel_line *line);
/* A file has let go of it. */
void line_put(struct kernel_line *line);
int line_ioctl(struct kernel_file *file, struct kernel_ioctl *ioctl);

/* --- ppp_unit.c --- */
int unit_new(struct kernel_file *file, struct kernel_ioctl *ioctl);
struct kernel_unit *unit_find(const struct kernel_ppp *ppp, const char *netns, int32_t index);
/* A file has let go of it. */
void unit_put(struct kernel_unit *unit, const struct kernel_file *file);
int unit_ioctl(struct kernel_file *file, struct kernel_ioctl *ioctl, uint64_t now);
void unit_join(struct kernel_unit *unit, struct kernel_line *line);
void unit_leave(struct kernel_unit *unit, struct kernel_line *line);
/* What its line is to carry may be something else now. */
void unit_carry(struct kernel_unit *unit);
/* NULL: it is none's. */
struct kernel_unit *unit_of_device(const struct kernel_ppp *ppp, int device);

/* --- ppp_packet.c --- */
/* enum network_protocol; -1: none of those. */
int network_of(uint32_t protocol);
/* A frame that is not the line's own. */
void unit_receive(struct kernel_unit *unit, const uint8_t *frame, size_t length);
/* A frame of the program's, or with a packet of the device. */
void unit_send(struct kernel_unit *unit, const uint8_t *frame, size_t length);

/* --- ppp_stats.c --- */
void unit_counts(struct kernel_unit *unit, struct kernel_carried *all);
/* Its line is going, or may: what it has carried is added. */
void unit_settle(struct kernel_unit *unit);
/* Its line is another one. */
void unit_begin_counting(struct kernel_unit *unit);
int unit_idle(struct kernel_unit *unit, struct kernel_ioctl *ioctl, uint64_t now);

/* --- ppp_ccp.c --- */
/* PPPIOCSCOMPRESS. */
int ccp_set(struct kernel_unit *unit, const struct kernel_ioctl *ioctl);
/* A frame of CCP, from the peer or to it: what has been agreed on begins, or ends. */
void ccp_look(struct kernel_unit *unit, const uint8_t *frame, size_t length, bool inbound);
/* The flag SC_CCP_OPEN is off now, or the unit goes: all is forgotten. */
void ccp_close(struct kernel_unit *unit);
/* The line that carries is told what holds. */
void ccp_tell(const struct kernel_unit *unit);
/* Are IP packets dropped at present, or must each be seen, so that no line can carry them? */
bool ccp_holds_back(const struct kernel_unit *unit);
/* Compress a frame. False: it must not be sent. */
bool ccp_pack(struct kernel_unit *unit, struct frame *frame);
/* The opposite. False: it cannot be; the frame is as it was. */
bool ccp_unpack(struct kernel_unit *unit, struct frame *frame);
/* So many packets were enciphered, or deciphered, or would have been if that runs. */
void ccp_count(struct kernel_unit *unit, bool send, uint64_t packets, uint64_t octets);
void ccp_stats(struct kernel_unit *unit, struct ppp_comp_stats *stats);

#endif
