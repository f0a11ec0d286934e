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

#include "config/objects.h"
#include "kernel/held.h"
#include "kernel/kernel.h"
#include "kernel/ppp.h"

struct kernel_ppp {
	struct kernel_ppp_host host;
	struct kernel_line *lines;
	struct kernel_unit *units;
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

/* What a unit knows of its own compression, which is MPPE or none (ppp_ccp.c). */
struct unit_ccp {
	uint32_t state;			/* SC_COMP_RUN, SC_DECOMP_RUN, SC_DC_ERROR, SC_DC_FERROR */
	struct ccp_direction {
		bool is_set;		/* there is a key */
		bool has_run;		/* packets were enciphered with this one or another */
		struct kernel_cipher cipher;
	} send, receive;
};

struct kernel_unit {
	struct kernel_unit *prev, *next;
	struct kernel_ppp *ppp;
	char netns[CONFIG_NETNS_MAX];
	int32_t index;
	int device;			/* -1: its maker has closed it, and only files are left */
	const struct kernel_file *maker;
	struct readers readers;
	struct kernel_line *lines;	/* the first one carries */
	uint32_t flags;			/* SC_* that were set */
	struct unit_ccp ccp;
	uint32_t debug;
	uint8_t mode[NETWORKS];		/* enum NPmode */
	uint64_t carried;		/* when it was looked at last ... */
	uint64_t active;		/* ... and since when it is the same */
};

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
int unit_new(struct kernel_file *file, struct kernel_ioctl *ioctl, uint64_t now);
struct kernel_unit *unit_find(const struct kernel_ppp *ppp, const char *netns, int32_t index);
/* A file has let go of it. */
void unit_put(struct kernel_unit *unit, const struct kernel_file *file);
int unit_ioctl(struct kernel_file *file, struct kernel_ioctl *ioctl, uint64_t now);
void unit_join(struct kernel_unit *unit, struct kernel_line *line);
void unit_leave(struct kernel_unit *unit, struct kernel_line *line);
/* What its line is to carry may be something else now. */
void unit_carry(const struct kernel_unit *unit);
/* A frame that is not the line's own. */
void unit_receive(struct kernel_unit *unit, const uint8_t *frame, size_t length);

/* --- ppp_ccp.c --- */
/* PPPIOCSCOMPRESS. */
int ccp_set(struct kernel_unit *unit, const struct kernel_ioctl *ioctl);
/* A frame of CCP, from the peer or to it: what has been agreed on begins, or ends. */
void ccp_look(struct kernel_unit *unit, const uint8_t *frame, size_t length, bool inbound);
/* A frame could not be deciphered. */
void ccp_failed(struct kernel_unit *unit);
/* The flag SC_CCP_OPEN is off now, or the unit goes: all is forgotten. */
void ccp_close(struct kernel_unit *unit);
/* The line that carries is told what holds. */
void ccp_tell(const struct kernel_unit *unit);
/* Must nothing be sent at present? */
bool ccp_stops(const struct kernel_unit *unit);

#endif
