/* SPDX-License-Identifier: MIT */
/* What the LACs of the benchmarks have in common: calls.c and subscribers.c. */
#ifndef L2TPD_BENCH_LAC_H
#define L2TPD_BENCH_LAC_H

#include "party.h"

#define LAC_PORT 1701
#define LAC_PATIENCE 60.0	/* seconds for all tunnels to come up, and for what is in them */
#define LAC_TUNNELS_AT_ONCE 64	/* that are being opened, when it is no storm */

/* What was to come up, and when how much of it was up: monotonic seconds. */
struct lac_progress {
	unsigned long wanted, up;
	double began, tenth, nine_tenths, last;
};

double lac_seconds(void);		/* monotonic */
double lac_own_seconds(void);		/* of processors, that this process has used */
double lac_rate(double count, double seconds);	/* a second; 0: no time passed */
/* Say why, by errno, and end. */
_Noreturn void lac_fail(const char *what);

struct control_tunnel_settings lac_tunnel_settings(void);
extern const struct control_call_settings lac_call_settings;

/* ADDRESS[:PORT] of the LNS, IPv4; text is cut at the colon. */
bool lac_parse_peer(char *text, struct endpoint *peer);
/* Of one of its tunnels, from 0 on: from an address of its own behind sources, unless that is AF_UNSPEC. */
struct control_path lac_path(const struct endpoint *peer, const struct address *sources, unsigned long number);

/* One more is up. Returns how many there are. */
unsigned long lac_is_up(struct lac_progress *progress);
double lac_first_tenth(const struct lac_progress *progress);	/* rates */
double lac_last_tenth(const struct lac_progress *progress);
/* Until what our messages say has been acknowledged, or for so long. */
void lac_await_acknowledgements(struct party *party, double seconds);

#endif
