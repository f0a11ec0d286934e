/* SPDX-License-Identifier: MIT */
/* See lac.h. */
#include "lac.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

const struct control_call_settings lac_call_settings = {
	.avps = {
		.present = AVP_BIT(AVP_CALLED_NUMBER) | AVP_BIT(AVP_CALLING_NUMBER) | AVP_BIT(AVP_BEARER_TYPE),
		.call_serial_number = 1, .called_number = { (const uint8_t *)"5550100", 7 },
		.calling_number = { (const uint8_t *)"5550199", 7 }, .tx_connect_speed = 100000000,
		.framing_type = 1, .bearer_type = 1,
	},
	.establish_timeout = (uint32_t)(LAC_PATIENCE * 1000),
};

double lac_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double lac_own_seconds(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

double lac_rate(double count, double seconds)
{
	return seconds > 0 ? count / seconds : 0;
}

void lac_fail(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

struct control_tunnel_settings lac_tunnel_settings(void)
{
	return (struct control_tunnel_settings){
		.host_name = "lac", .vendor_name = "l2tpd", .framing_capabilities = 3, .bearer_capabilities = 3,
		.receive_window = 64, .retry_timeout = 1000, .retry_timeout_most = 8000, .max_retries = 5,
		.establish_timeout = (uint32_t)(LAC_PATIENCE * 1000),
	};
}

bool lac_parse_peer(char *text, struct endpoint *peer)
{
	char *colon = strchr(text, ':');

	*peer = (struct endpoint){ .port = LAC_PORT };
	if (colon) {
		*colon = '\0';
		peer->port = (uint16_t)atoi(colon + 1);
	}
	return address_parse(text, &peer->address) && peer->address.family == AF_INET;
}

struct control_path lac_path(const struct endpoint *peer, const struct address *sources, unsigned long number)
{
	struct control_path path = { .port = 1, .peer = *peer, .local.address = *sources };

	if (sources->family == AF_INET)
		path.local.address.v4.s_addr = htonl(ntohl(sources->v4.s_addr) + (uint32_t)number);
	return path;
}

/* --- how fast --- */

unsigned long lac_is_up(struct lac_progress *progress)
{
	progress->up++;
	progress->last = lac_seconds();
	if (progress->up == progress->wanted / 10)
		progress->tenth = progress->last;
	if (progress->up == progress->wanted - progress->wanted / 10)
		progress->nine_tenths = progress->last;
	return progress->up;
}

double lac_first_tenth(const struct lac_progress *progress)
{
	return lac_rate((double)(progress->wanted / 10), progress->tenth - progress->began);
}

double lac_last_tenth(const struct lac_progress *progress)
{
	return lac_rate((double)(progress->wanted / 10), progress->last - progress->nine_tenths);
}

void lac_await_acknowledgements(struct party *party, double seconds)
{
	double until = lac_seconds() + seconds;

	while (control_unacknowledged(party->control) && lac_seconds() < until)
		party_turn(party, NULL, 100);
}
