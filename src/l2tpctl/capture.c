/* SPDX-License-Identifier: MIT */
/*
 * The daemon sends a pcapng file in parts; this writes it.  A capture that was interrupted is a whole
 * capture: the connection is closed, which ends it at the daemon, too.
 */
#include "l2tpctl/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/base64.h"
#include "l2tpctl/request.h"

/* Time is up, or somebody wants it to end: only signals can tell, and only a global can hear them. */
static volatile sig_atomic_t enough;

struct capture {
	const char *file;
	int fd;				/* -1: not open yet */
	uint64_t packets, lost;
	const char *ended;		/* why the daemon ended it; NULL: as was asked */
	char reason[100];
};

/* --- when it ends --- */

static const int enders[] = { SIGINT, SIGTERM, SIGALRM };

static void end(int signal_number)
{
	enough = 1;
}

static bool is_enough(void)
{
	return enough;
}

static void listen_for_end(struct sigaction before[3], uint32_t seconds)
{
	const struct sigaction action = { .sa_handler = end };	/* no SA_RESTART: waiting shall end */
	/* again and again: the first may come just before it is waited */
	const struct itimerval time = { .it_value.tv_sec = seconds, .it_interval.tv_usec = seconds ? 100000 : 0 };

	enough = 0;
	for (int i = 0; i < 3; i++)
		sigaction(enders[i], &action, &before[i]);
	setitimer(ITIMER_REAL, &time, NULL);
}

static void listen_no_more(const struct sigaction before[3])
{
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	for (int i = 0; i < 3; i++)
		sigaction(enders[i], &before[i], NULL);
}

/* --- the file --- */

/* Nobody else may read what is in packets. */
static int open_file(struct capture *capture, struct error *error)
{
	if (strcmp(capture->file, "-") == 0)
		capture->fd = STDOUT_FILENO;
	else
		capture->fd = open(capture->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (capture->fd < 0)
		return error_system(error, errno, "file", "cannot write %s", capture->file);
	return 0;
}

static int close_file(const struct capture *capture, struct error *error)
{
	if (capture->fd < 0 || capture->fd == STDOUT_FILENO || close(capture->fd) == 0)
		return 0;
	return error_system(error, errno, "file", "cannot write %s", capture->file);
}

static int write_all(const struct capture *capture, const uint8_t *octets, size_t length, struct error *error)
{
	while (length) {
		ssize_t written = write(capture->fd, octets, length);

		if (written < 0 && errno != EINTR)
			return error_system(error, errno, "file", "cannot write %s", capture->file);
		if (written > 0) {
			octets += written;
			length -= (size_t)written;
		}
	}
	return 0;
}

/* --- replies --- */

static int take_octets(struct capture *capture, const json_t *text, struct error *error)
{
	size_t length = json_string_length(text);
	uint8_t *octets = malloc(length / 4 * 3 + 1);
	ssize_t count = octets ? base64_decode(json_string_value(text), length, octets) : -1;
	int ret;

	if (count < 0)
		ret = error_set(error, ERROR_SYSTEM, NULL, octets ? "the daemon sends packets that are not base64" :
				"out of memory");
	else
		ret = write_all(capture, octets, (size_t)count, error);
	free(octets);
	return ret;
}

static int take_reply(struct capture *capture, const json_t *reply, struct error *error)
{
	const json_t *octets = json_object_get(reply, "octets");
	const char *ended = json_string_value(json_object_get(reply, "ended"));

	if (!json_is_string(octets))
		return error_set(error, ERROR_SYSTEM, NULL, "the daemon answered without packets");
	capture->packets += (uint64_t)json_integer_value(json_object_get(reply, "packets"));
	capture->lost += (uint64_t)json_integer_value(json_object_get(reply, "lost"));
	if (ended) {
		snprintf(capture->reason, sizeof(capture->reason), "%s", ended);
		capture->ended = capture->reason;
	}
	if (capture->fd < 0 && open_file(capture, error) < 0)
		return -1;
	return take_octets(capture, octets, error);
}

static enum status receive(struct run *run, struct capture *capture, struct error *error)
{
	enum api_outcome outcome = API_OK;
	bool continues = true;
	json_t *reply;
	int ret = 0;

	while (continues && !enough && ret == 0) {
		outcome = api_reply(&run->api, &reply, &continues, error);
		if (outcome != API_OK)
			break;
		ret = take_reply(capture, reply, error);
		json_decref(reply);
	}
	if (continues)
		api_close(&run->api);	/* ends the capture */
	if (ret < 0)
		return STATUS_REFUSED;
	return enough ? STATUS_OK : run_status(outcome);
}

static void tell(const struct run *run, const struct capture *capture)
{
	if (run->quiet)
		return;
	fprintf(stderr, "%llu packets captured, %llu lost%s%s\n", (unsigned long long)capture->packets,
		(unsigned long long)capture->lost, capture->ended ? ": " : "", capture->ended ? capture->ended : "");
}

/* --- the command --- */

/* What the daemon is not told: it knows neither our files nor our time. */
static json_t *parameters_of(const struct command *command)
{
	struct command told = *command;

	param_set_remove(&told.set, config_row(CONFIG_CAPTURE, "file"));
	param_set_remove(&told.set, config_row(CONFIG_CAPTURE, "seconds"));
	return request_parameters(&told);
}

static enum status call(struct run *run, const struct command *command, struct capture *capture, struct error *error)
{
	char method[REQUEST_METHOD_MAX];
	enum api_outcome outcome = api_call(&run->api, request_method(command, method), parameters_of(command), true,
					    error);

	api_be_patient(&run->api);
	return outcome == API_OK ? receive(run, capture, error) : run_status(outcome);
}

enum status capture_run(struct run *run, const struct command *command, struct error *error)
{
	const struct capture_config *config = &command->config.capture;
	struct capture capture = { .file = config->file, .fd = -1 };
	bool (*give_up)(void) = run->api.give_up;
	struct sigaction before[3];
	enum status status;

	if (!config->file[0] || (strcmp(config->file, "-") == 0 && isatty(STDOUT_FILENO))) {
		error_set(error, ERROR_MISSING, "file", "where to? Give file=NAME, or file=- and a pipe behind it");
		return STATUS_USAGE;
	}
	run->api.give_up = is_enough;
	listen_for_end(before, config->seconds);
	status = call(run, command, &capture, error);
	listen_no_more(before);
	run->api.give_up = give_up;
	if (close_file(&capture, error) < 0 && status == STATUS_OK)
		status = STATUS_REFUSED;
	if (status == STATUS_OK)
		tell(run, &capture);
	return status;
}
