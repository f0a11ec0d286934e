/* SPDX-License-Identifier: MIT */
/*
 * The interactive shell on libedit: TAB completes, `?` tells what may come next, the history
 * outlives the shell (history.c).
 */
#include "l2tpctl/interactive.h"

#include <histedit.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "l2tpctl/complete.h"
#include "l2tpctl/history.h"

#define PROMPT_MAX 280
#define HELP_COLUMN 28		/* where the help texts of `?` begin */
#define LINE_WORDS_MAX 64	/* looked at by completion */

/* ^C while a command runs: only a signal can tell, and only a global can hear it. */
static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
	interrupted = 1;
}

static bool is_interrupted(void)
{
	return interrupted;
}

static void catch_interrupts(void)
{
	struct sigaction action = { .sa_handler = interrupt };	/* no SA_RESTART: waiting shall end */

	sigaction(SIGINT, &action, NULL);
}

/* The words of an unfinished line, the last one perhaps "". Quotes are left alone. */
struct line_words {
	char *text;
	const char *words[LINE_WORDS_MAX];
	unsigned int count;
};

static bool split_line(EditLine *edit, struct line_words *line)
{
	const LineInfo *info = el_line(edit);
	char *rest, *word;

	line->count = 0;
	line->text = strndup(info->buffer, (size_t)(info->cursor - info->buffer));
	if (!line->text)
		return false;
	rest = strrchr(line->text, ';');	/* what came before is another command */
	rest = rest ? rest + 1 : line->text;
	rest += strspn(rest, " \t");
	while ((word = strsep(&rest, " \t")) && line->count < LINE_WORDS_MAX)
		if (*word || !rest)
			line->words[line->count++] = word;
	return line->count;
}

struct candidates {
	char common[256];	/* what all of them begin with */
	unsigned int count;
};

static void find_common(void *context, const char *word, const char *help)
{
	struct candidates *candidates = context;
	size_t i = 0;

	if (!candidates->count++) {
		snprintf(candidates->common, sizeof(candidates->common), "%s", word);
		return;
	}
	while (candidates->common[i] && candidates->common[i] == word[i])
		i++;
	candidates->common[i] = '\0';
}

static void print_candidate(void *context, const char *word, const char *help)
{
	printf("  %-*s %s\n", HELP_COLUMN, word, help ? help : "");
}

static void find_candidates(EditLine *edit, const struct line_words *line, complete_fn *tell, void *context)
{
	struct run *run;

	el_get(edit, EL_CLIENTDATA, &run);
	complete(line->words, line->count, &run->api, tell, context);
	if (!run->api.host)
		api_close(&run->api);	/* a person may think for long */
}

static unsigned char list_candidates(EditLine *edit, const struct line_words *line)
{
	putchar('\n');
	find_candidates(edit, line, print_candidate, NULL);
	fflush(stdout);
	return CC_REDISPLAY;
}

static unsigned char complete_key(EditLine *edit, int key)
{
	struct candidates candidates = { .count = 0 };
	unsigned char result = CC_ERROR;
	struct line_words line;
	size_t typed;

	if (!split_line(edit, &line))
		goto out;
	find_candidates(edit, &line, find_common, &candidates);
	typed = strlen(line.words[line.count - 1]);
	if (candidates.count && strlen(candidates.common) > typed) {
		el_deletestr(edit, (int)typed);	/* may differ in case */
		el_insertstr(edit, candidates.common);
		result = CC_REFRESH;
	} else if (candidates.count > 1) {
		result = list_candidates(edit, &line);
	}
	if (candidates.count == 1 && candidates.common[strlen(candidates.common) - 1] != '=') {
		el_insertstr(edit, " ");
		result = CC_REFRESH;
	}
out:
	free(line.text);
	return result;
}

/* Is the cursor within double quotes?  Then a '?' is just one. */
static bool within_quotes(EditLine *edit)
{
	const LineInfo *info = el_line(edit);
	bool quoted = false;

	for (const char *c = info->buffer; c < info->cursor; c++)
		quoted ^= *c == '"';
	return quoted;
}

static unsigned char help_key(EditLine *edit, int key)
{
	unsigned char result = CC_ERROR;
	struct line_words line;

	if (within_quotes(edit)) {
		el_insertstr(edit, "?");
		return CC_REFRESH;
	}
	if (split_line(edit, &line))
		result = list_candidates(edit, &line);
	free(line.text);
	return result;
}

/* "l2tp> ", as OpenL2TP's, with the host if it is another. */
static char *prompt(EditLine *edit)
{
	static char text[PROMPT_MAX];
	struct run *run;

	el_get(edit, EL_CLIENTDATA, &run);
	snprintf(text, sizeof(text), run->api.host ? "l2tp-%s> " : "l2tp> ", run->api.host);
	return text;
}

static void help(void)
{
	puts("OBJECT VERB [NAME=VALUE...]; TAB completes, ? tells what may come next, exit ends.\n"
	     "For example: tunnel list; session show tunnel_name=lon session_name=office\n"
	     "All of it is in l2tpctl(1) and l2tpd.conf(5).");
}

/* The lines of this shell and of those before it. */
struct past {
	History *lines;
	char path[HISTORY_PATH_MAX];	/* "": no file */
};

static void take_line(void *context, const char *line)
{
	struct past *past = context;
	HistEvent event;

	history(past->lines, &event, H_ENTER, line);
}

static bool past_begin(struct past *past)
{
	unsigned int size = history_size();
	HistEvent event;

	past->lines = history_init();
	if (!past->lines)
		return false;
	history(past->lines, &event, H_SETSIZE, (int)size);
	if (size && history_path(past->path))
		history_load(past->path, size, take_line, past);
	else
		past->path[0] = '\0';
	return true;
}

static void past_add(struct past *past, const char *line)
{
	if (!line[strspn(line, " \t\r\n")] || !history_may_keep(line))
		return;
	take_line(past, line);
	if (past->path[0])
		history_append(past->path, line);
}

static EditLine *edit_new(struct past *past, struct run *run)
{
	EditLine *edit = el_init("l2tp", stdin, stdout, stderr);

	if (!edit)
		return NULL;
	el_set(edit, EL_CLIENTDATA, run);
	el_set(edit, EL_PROMPT, prompt);
	el_set(edit, EL_EDITOR, "emacs");
	/* while a line is edited ^C is a key, which clears it */
	el_set(edit, EL_SETTY, "-d", "-isig", NULL);
	el_set(edit, EL_ADDFN, "l2tp-complete", "complete the word", complete_key);
	el_set(edit, EL_ADDFN, "l2tp-help", "what may come next", help_key);
	el_set(edit, EL_BIND, "^I", "l2tp-complete", NULL);
	el_set(edit, EL_BIND, "?", "l2tp-help", NULL);
	el_set(edit, EL_BIND, "^C", "em-kill-line", NULL);
	el_set(edit, EL_HIST, history, past->lines);
	el_source(edit, NULL);
	return edit;
}

static void run_line(struct run *run, const char *line, int length)
{
	size_t blanks = strspn(line, " \t\r\n");

	if (strncmp(line + blanks, "help", 4) == 0 && !line[blanks + 4 + strspn(line + blanks + 4, " \t\r\n")])
		help();
	else
		run_text(run, line, (size_t)length, 1);
}

static void run_lines(struct run *run, EditLine *edit, struct past *past)
{
	const char *line;
	int length;

	while ((line = el_gets(edit, &length)) && length > 0 && !run_is_exit(line)) {
		past_add(past, line);
		interrupted = 0;
		run_line(run, line, length);
		if (!run->api.host)	/* the daemon has better uses for a connection than to wait for a person */
			api_close(&run->api);
	}
}

enum status run_interactive(struct run *run)
{
	EditLine *edit = NULL;
	struct past past;

	catch_interrupts();
	run->api.give_up = is_interrupted;
	if (past_begin(&past))
		edit = edit_new(&past, run);
	if (edit) {
		run_lines(run, edit, &past);
		el_end(edit);
	}
	if (past.lines)
		history_end(past.lines);
	return STATUS_OK;
}
