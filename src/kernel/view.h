/* SPDX-License-Identifier: MIT */
/*
 * Texts in which the kernel tells of tunnels and sessions, and what they are put together with.
 */
#ifndef L2TPD_KERNEL_VIEW_H
#define L2TPD_KERNEL_VIEW_H

#include "kernel/internal.h"

/* A piece of text. What does not fit is lost; KERNEL_VIEW_PIECE is enough. */
struct view_text {
	char *at;
	size_t length;
};
void view_say(struct view_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct view_texts {
	const char *head;
	uint8_t version;	/* tells of tunnels of this version only; 0: of all */
	void (*tunnel)(struct view_text *text, const struct kernel_tunnel *tunnel, const struct datapath_stats *stats);
	void (*session)(struct view_text *text, const struct kernel_session *session,
			const struct datapath_session_info *info);
};

extern const struct view_texts view_texts_pppol2tp;	/* view_pppol2tp.c */
extern const struct view_texts view_texts_tunnels;	/* view_tunnels.c */

/* "1/2/0 3/4/0", with label before either; what is sent first. */
void view_say_stats(struct view_text *text, const struct datapath_stats *stats, const char *sent, const char *received);
/* What the kernel would tell of the references to an object that nobody uses just now. */
unsigned int view_references(const struct kernel_tunnel *tunnel);
/* Of a session to which a PPPoL2TP socket is connected: the interface that its channel leads to. */
void view_say_interface(struct view_text *text, const struct kernel_session *session);
unsigned int view_reorder_ms(const struct kernel_session *session);

#endif
