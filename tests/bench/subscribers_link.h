/* SPDX-License-Identifier: MIT */
/* PPP of the subscribers of subscribers.c: our engine as their end of the line, for all of them one. */
#ifndef L2TPD_TESTS_SUBSCRIBERS_LINK_H
#define L2TPD_TESTS_SUBSCRIBERS_LINK_H

#include "party.h"
#include "ppp/ppp.h"

/* A call, whose frames these are. */
struct line {
	const struct control_path *path;
	uint16_t tunnel_id, session_id;	/* the peer's */
	unsigned long number;		/* of the subscriber, from 0 on */
	handle link;
	bool is_up;
	struct address address;		/* that it was given */
};

struct line_users {
	const char *name, *password;
	bool numbered;			/* the name has the subscriber's number behind it */
	unsigned int methods;		/* bits of enum ppp_method */
	/* It has its address; it has no more, or never had one. Not called for who is released. */
	void (*up)(struct line *line);
	void (*down)(struct line *line, const char *why);
};

/* False: out of memory. users is kept. */
bool lines_begin(struct party *party, const struct line_users *users);
void lines_end(void);
void line_open(struct line *line);
/* A frame from the peer. */
void line_receive(struct line *line, const uint8_t *frame, size_t length);
/* Whatever is due, and send what that, or what was received, has caused. */
void lines_settle(void);
/* Milliseconds until something is due, at most this many. */
uint64_t lines_wait(uint64_t most);

#endif
