/* SPDX-License-Identifier: MIT */
/*
 * Two connections: one waits for events, the other lists the sessions once a second, less often when that takes
 * long: watching must not be what keeps the daemon busy.
 */
#include "l2tpctl/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "l2tpctl/output.h"
#include "l2tpctl/rates.h"
#include "l2tpctl/screen.h"
#include "os/clock.h"
#include "os/standard.h"

#define INTERVAL_MS 1000
#define BUSY_SHARE 5		/* of the time at least so much more is spent waiting than listing */
#define EVENTS_KEPT 64		/* as many lines as may be on the screen */
#define EVENTS_PART 3		/* of the screen's lines this part is for events */
#define NAME_COLUMNS 18
#define KEY_CTRL_C 3

struct watch {
	struct api *list, events;
	struct screen screen;
	struct rates rates;
	uint64_t next, interval;	/* ms: when the next list is due */
	char *lines[EVENTS_KEPT];	/* a ring of event lines */
	unsigned int line_count;	/* of all there were */
	bool quit;
};

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	ended = 1;
}

static void resized(int signal_number)
{
}

/* Both only have to interrupt poll(). */
static const struct {
	int number;
	void (*handler)(int signal_number);
} signals[] = { { SIGTERM, end }, { SIGHUP, end }, { SIGINT, end }, { SIGWINCH, resized } };

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static void catch_signals(struct sigaction before[SIGNALS])
{
	ended = 0;
	for (size_t i = 0; i < SIGNALS; i++) {
		struct sigaction action = { .sa_handler = signals[i].handler };

		sigaction(signals[i].number, &action, &before[i]);
	}
}

static void restore_signals(const struct sigaction before[SIGNALS])
{
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i].number, &before[i], NULL);
}

static bool is_ended(void)
{
	return ended;
}

/* --- events --- */

/* Those that are told otherwise, or only matter to programs. */
static bool is_plain(const char *name)
{
	static const char *const others[] = { "kind", "number", "time_ms", "origin", "changed" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(name, others[i]) == 0)
			return false;
	return true;
}

static void print_member(FILE *out, const char *name, const json_t *value)
{
	const char *text = json_string_value(value);

	if (json_is_integer(value))
		fprintf(out, " %s=%" JSON_INTEGER_FORMAT, name, json_integer_value(value));
	else if (text && text[0])
		fprintf(out, strpbrk(text, " \"=") ? " %s=\"%s\"" : " %s=%s", name, text);
}

static void print_changed(FILE *out, const json_t *changed)
{
	const json_t *name;
	size_t i;

	json_array_foreach(changed, i, name)
		fprintf(out, "%s%s", i ? "," : " changed=", json_string_value(name) ? json_string_value(name) : "");
}

/* An event of the API on one line: "session_up tunnel=lon session=office ..."; the caller's to free. */
static char *watch_event_text(const json_t *event)
{
	const char *kind = json_string_value(json_object_get(event, "kind")), *name;
	char *text = NULL;
	json_t *value;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		abort();
	fputs(kind ? kind : "?", out);
	json_object_foreach((json_t *)event, name, value)
		if (is_plain(name))
			print_member(out, name, value);
	print_changed(out, json_object_get(event, "changed"));
	fclose(out);
	text_make_printable(text);
	return text;
}

/* "12:34:56 ": when it happened. */
static void print_time(FILE *out, const json_t *event)
{
	time_t when = (time_t)(json_integer_value(json_object_get(event, "time_ms")) / 1000);
	struct tm local;
	char text[16] = "";

	if (localtime_r(&when, &local))
		strftime(text, sizeof(text), "%H:%M:%S", &local);
	fprintf(out, "%s ", text);
}

static void keep_event(struct watch *watch, const json_t *event)
{
	char **line = &watch->lines[watch->line_count++ % EVENTS_KEPT], *text = watch_event_text(event);
	size_t length;
	FILE *out;

	free(*line);
	out = open_memstream(line, &length);
	if (!out)
		abort();
	print_time(out, event);
	fputs(text, out);
	fclose(out);
	free(text);
}

static enum api_outcome begin_events(struct api *api, struct error *error)
{
	enum api_outcome outcome = api_call(api, "Events", json_object(), true, error);

	api_be_patient(api);
	return outcome;
}

/* Wait for the next events, then give each to take. */
static enum api_outcome read_events(struct api *api, void (*take)(void *context, const json_t *event), void *context,
				    struct error *error)
{
	enum api_outcome outcome;
	const json_t *event;
	bool continues;
	json_t *reply;
	size_t i;

	outcome = api_reply(api, &reply, &continues, error);
	json_array_foreach(json_object_get(reply, "events"), i, event)
		take(context, event);
	json_decref(reply);
	return outcome;
}

/* --- an event a line --- */

static void print_event(void *context, const json_t *event)
{
	const struct run *run = context;
	char *text;

	if (run->json) {
		json_dumpf(event, stdout, JSON_COMPACT);
	} else {
		text = watch_event_text(event);
		print_time(stdout, event);
		fputs(text, stdout);
		free(text);
	}
	putchar('\n');
}

static enum status print_events(struct run *run, struct error *error)
{
	enum api_outcome outcome = begin_events(&run->api, error);

	while (outcome == API_OK) {
		outcome = read_events(&run->api, print_event, run, error);
		if (os_standard_flush(error) < 0)
			return STATUS_REFUSED;
	}
	return run_status(outcome);
}

/* --- sessions --- */

static void copy_text(char *out, size_t size, const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	snprintf(out, size, "%s", text ? text : "");
}

static uint32_t number_at(const json_t *object, const char *name)
{
	return (uint32_t)json_integer_value(json_object_get(object, name));
}

static void add_session(struct rates *rates, const json_t *session)
{
	static const char *const counters[RATE_COUNT] = {
		[RATE_RX_BYTES] = "rx_bytes", [RATE_TX_BYTES] = "tx_bytes",
		[RATE_RX_PACKETS] = "rx_packets", [RATE_TX_PACKETS] = "tx_packets",
	};
	const json_t *config = json_object_get(session, "config"), *state = json_object_get(session, "state");
	const json_t *statistics = json_object_get(session, "statistics");
	struct rate rate = { .tunnel_id = number_at(config, "tunnel_id"),
			     .session_id = number_at(config, "session_id") };

	copy_text(rate.tunnel_name, sizeof(rate.tunnel_name), config, "tunnel_name");
	copy_text(rate.session_name, sizeof(rate.session_name), config, "session_name");
	copy_text(rate.interface_name, sizeof(rate.interface_name), state, "interface_name");
	for (int i = 0; i < RATE_COUNT; i++)
		rate.counter[i] = (uint64_t)json_integer_value(json_object_get(statistics, counters[i]));
	rates_add(rates, &rate);
}

static json_t *list_parameters(void)
{
	return json_pack("{s:[s, s, s, s, s, s, s, s, s]}", "fields", "config.tunnel_id", "config.session_id",
			 "config.tunnel_name", "config.session_name", "state.interface_name", "statistics.rx_bytes",
			 "statistics.tx_bytes", "statistics.rx_packets", "statistics.tx_packets");
}

static enum api_outcome list_sessions(struct watch *watch, struct error *error)
{
	uint64_t begun = os_clock_ms(), took;
	enum api_outcome outcome;
	const json_t *session;
	bool continues;
	json_t *reply;
	size_t i;

	rates_begin(&watch->rates, begun);
	outcome = api_call(watch->list, "SessionList", list_parameters(), true, error);
	for (continues = true; outcome == API_OK && continues;) {
		outcome = api_reply(watch->list, &reply, &continues, error);
		json_array_foreach(json_object_get(reply, "sessions"), i, session)
			add_session(&watch->rates, session);
		json_decref(reply);
	}
	rates_end(&watch->rates);
	took = os_clock_ms() - begun;
	watch->interval = took * BUSY_SHARE > INTERVAL_MS ? took * BUSY_SHARE : INTERVAL_MS;
	watch->next = begun + watch->interval;
	return outcome;
}

/* --- the picture --- */

/* text in so many columns, cut or filled up with blanks; of what has no name the id. */
static const char *pad(const char *text, uint32_t id, char out[4 * NAME_COLUMNS + 1])
{
	char number[16];
	size_t length, columns = 0;

	if (!text[0])
		snprintf(number, sizeof(number), "%u", id);
	text = text[0] ? text : number;
	length = screen_fit(text, NAME_COLUMNS - 1);
	if (length > 3 * NAME_COLUMNS)
		length = 3 * NAME_COLUMNS;
	memcpy(out, text, length);
	for (size_t i = 0; i < length; i++)
		columns += (text[i] & 0xc0) != 0x80;
	memset(out + length, ' ', NAME_COLUMNS - columns);
	out[length + NAME_COLUMNS - columns] = '\0';
	return out;
}

static void draw_rate(struct screen *screen, const struct rate *rate)
{
	char tunnel[4 * NAME_COLUMNS + 1], session[4 * NAME_COLUMNS + 1];
	char rx[RATE_TEXT_MAX], tx[RATE_TEXT_MAX], rx_packets[RATE_TEXT_MAX], tx_packets[RATE_TEXT_MAX];

	screen_line(screen, "%s%s%-15s %10s %10s %10s %10s", pad(rate->tunnel_name, rate->tunnel_id, tunnel),
		    pad(rate->session_name, rate->session_id, session), rate->interface_name,
		    rate_text(rate->per_second[RATE_RX_BYTES] * 8, rx),
		    rate_text(rate->per_second[RATE_TX_BYTES] * 8, tx),
		    rate_text(rate->per_second[RATE_RX_PACKETS], rx_packets),
		    rate_text(rate->per_second[RATE_TX_PACKETS], tx_packets));
}

static void draw_sessions(struct watch *watch, unsigned int lines)
{
	const struct rate **top = calloc(lines + 1, sizeof(*top));
	unsigned int count;

	if (!top)
		abort();
	count = rates_top(&watch->rates, top, lines);
	for (unsigned int i = 0; i < lines; i++) {
		if (i < count)
			draw_rate(&watch->screen, top[i]);
		else
			screen_line(&watch->screen, " ");
	}
	free(top);
}

static void draw_events(struct watch *watch, unsigned int lines)
{
	unsigned int shown = watch->line_count < lines ? watch->line_count : lines;

	screen_line(&watch->screen, "Events%s", shown ? "" : ": none since this began");
	for (unsigned int i = watch->line_count - shown; i < watch->line_count; i++)
		screen_line(&watch->screen, "  %s", watch->lines[i % EVENTS_KEPT]);
}

#define HEAD_LINES 4	/* above the sessions, and the one above the events */

static void draw(struct watch *watch)
{
	char rx[RATE_UNIT_MAX], tx[RATE_UNIT_MAX], tunnel[4 * NAME_COLUMNS + 1], session[4 * NAME_COLUMNS + 1];
	const struct rates *rates = &watch->rates;
	unsigned int events;

	screen_draw_begin(&watch->screen);
	events = watch->screen.lines / EVENTS_PART < EVENTS_KEPT ? watch->screen.lines / EVENTS_PART : EVENTS_KEPT;
	screen_line(&watch->screen, "%s: %u sessions, receiving %s, sending %s; every %u s; q quits",
		    api_server(watch->list), rates->count, rate_unit_text(rates->total[RATE_RX_BYTES] * 8, "bit/s", rx),
		    rate_unit_text(rates->total[RATE_TX_BYTES] * 8, "bit/s", tx),
		    (unsigned int)(watch->interval + 999) / 1000);
	screen_line(&watch->screen, " ");
	screen_line(&watch->screen, "%s%s%-15s %10s %10s %10s %10s", pad("Tunnel", 0, tunnel),
		    pad("Session", 0, session), "Interface", "Rx bit/s", "Tx bit/s", "Rx pkt/s", "Tx pkt/s");
	if (watch->screen.lines > HEAD_LINES + events)
		draw_sessions(watch, watch->screen.lines - HEAD_LINES - events);
	draw_events(watch, events);
	screen_draw_end(&watch->screen);
}

/* --- the loop --- */

static void take_event(void *context, const json_t *event)
{
	keep_event(context, event);
}

static void read_keys(struct watch *watch)
{
	char keys[64];
	ssize_t count = read(STDIN_FILENO, keys, sizeof(keys));

	if (count == 0 || (count < 0 && errno != EINTR))
		watch->quit = true;
	for (ssize_t i = 0; i < count; i++)
		if (keys[i] == 'q' || keys[i] == 'Q' || keys[i] == KEY_CTRL_C)
			watch->quit = true;
}

/* A daemon that does not answer must not keep q from quitting. False: it is to end. */
static bool wait_for_reply(void *context, int fd)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
	struct watch *watch = context;

	while (!watch->quit && !ended) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			read_keys(watch);
		if (fds[1].revents)
			return true;
	}
	return false;
}

static void wait_with_keys(struct watch *watch, struct api *api)
{
	api->give_up = is_ended;
	api->wait = wait_for_reply;
	api->wait_context = watch;
}

/* Until a key is pressed, an event comes, the terminal has another size, or the next list is due. */
static enum api_outcome wait_for_more(struct watch *watch, struct error *error)
{
	uint64_t now = os_clock_ms();
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN }, { .fd = watch->events.fd, .events = POLLIN },
	};
	bool waiting = api_has_reply(&watch->events);

	poll(fds, 2, watch->next > now && !waiting ? (int)(watch->next - now) : 0);
	if (fds[0].revents)
		read_keys(watch);
	if (fds[1].revents || waiting)
		return read_events(&watch->events, take_event, watch, error);
	return API_OK;
}

static enum api_outcome show(struct watch *watch, struct error *error)
{
	enum api_outcome outcome = begin_events(&watch->events, error);

	while (outcome == API_OK && !watch->quit && !ended) {
		if (os_clock_ms() >= watch->next)
			outcome = list_sessions(watch, error);
		if (outcome == API_OK) {
			draw(watch);
			outcome = wait_for_more(watch, error);
		}
	}
	return watch->quit || ended ? API_OK : outcome;
}

enum status watch_run(struct run *run, const struct command *command, struct error *error)
{
	bool (*give_up)(void) = run->api.give_up;
	struct watch watch = { .list = &run->api };
	struct sigaction before[SIGNALS];
	enum api_outcome outcome;

	if (run->json || !isatty(STDIN_FILENO) || !screen_begin(&watch.screen))
		return print_events(run, error);
	catch_signals(before);
	api_init(&watch.events, run->api.path, run->api.host);
	wait_with_keys(&watch, &watch.events);
	wait_with_keys(&watch, &run->api);
	outcome = show(&watch, error);
	screen_end(&watch.screen);
	restore_signals(before);
	run->api.give_up = give_up;
	run->api.wait = NULL;
	api_free(&watch.events);
	rates_free(&watch.rates);
	for (unsigned int i = 0; i < EVENTS_KEPT; i++)
		free(watch.lines[i]);
	return run_status(outcome);
}
