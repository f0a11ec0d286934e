/* SPDX-License-Identifier: MIT */
/*
 * The few control sequences that every terminal of the last decades knows: the other screen, the cursor home, the
 * rest of a line or of the screen cleared.  A picture is written at once, so that it does not flicker.
 */
#include "l2tpctl/screen.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

#define COLUMNS_DEFAULT 80
#define LINES_DEFAULT 24
#define LINE_OCTETS_MAX 1024

static void show(const char *sequence)
{
	fputs(sequence, stdout);
	fflush(stdout);
}

bool screen_begin(struct screen *screen)
{
	struct termios raw;

	*screen = (struct screen){ .out = NULL };
	if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &screen->before) < 0)
		return false;
	raw = screen->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);	/* ^C is a key, too */
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	show("\033[?1049h\033[?25l");
	return true;
}

void screen_end(struct screen *screen)
{
	show("\033[?25h\033[?1049l");
	tcsetattr(STDIN_FILENO, TCSANOW, &screen->before);
}

static void find_size(struct screen *screen)
{
	struct winsize size = { 0 };

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	screen->columns = size.ws_col ? size.ws_col : COLUMNS_DEFAULT;
	screen->lines = size.ws_row ? size.ws_row : LINES_DEFAULT;
}

void screen_draw_begin(struct screen *screen)
{
	find_size(screen);
	screen->drawn = 0;
	screen->out = open_memstream(&screen->picture, &screen->length);
	if (!screen->out)
		abort();
	fputs("\033[H", screen->out);
}

size_t screen_fit(const char *text, unsigned int columns)
{
	size_t length = 0;

	while (text[length]) {
		bool begins = (text[length] & 0xc0) != 0x80;

		if (begins && !columns)
			break;
		columns -= begins;
		length++;
	}
	return length;
}

void screen_line(struct screen *screen, const char *format, ...)
{
	char text[LINE_OCTETS_MAX];
	va_list values;

	if (screen->drawn == screen->lines)
		return;
	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	text_make_printable(text);
	/* no line end behind the last: the terminal would scroll */
	fprintf(screen->out, "%s%.*s\033[K", screen->drawn++ ? "\r\n" : "", (int)screen_fit(text, screen->columns),
		text);
}

void screen_draw_end(struct screen *screen)
{
	fputs("\033[J", screen->out);
	fclose(screen->out);
	fwrite(screen->picture, 1, screen->length, stdout);
	fflush(stdout);
	free(screen->picture);
	screen->out = NULL;
}
