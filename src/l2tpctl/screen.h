/* SPDX-License-Identifier: MIT */
/*
 * A terminal as a picture that is drawn anew: what `watch` needs of one, and no more.
 */
#ifndef L2TPD_L2TPCTL_SCREEN_H
#define L2TPD_L2TPCTL_SCREEN_H

#include <stdbool.h>
#include <stdio.h>
#include <termios.h>

struct screen {
	struct termios before;
	unsigned int columns, lines;	/* as of the last screen_draw_begin() */
	char *picture;			/* being drawn */
	size_t length;
	FILE *out;			/* into picture */
	unsigned int drawn;		/* lines of it */
};

/* Standard input gives keys one by one, standard output shows pictures; what was on the terminal comes back with
 * screen_end(). False: it is no terminal. */
bool screen_begin(struct screen *screen);
void screen_end(struct screen *screen);

/* A picture: its lines from above, each cut to the width. Those beyond the height are dropped. */
void screen_draw_begin(struct screen *screen);
void screen_line(struct screen *screen, const char *format, ...) __attribute__((format(printf, 2, 3)));
void screen_draw_end(struct screen *screen);

/* Octets of text that fill so many columns, one for each character of UTF-8. */
size_t screen_fit(const char *text, unsigned int columns);

#endif
