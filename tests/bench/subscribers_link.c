/* SPDX-License-Identifier: MIT */
/* See subscribers_link.h. */
#include "subscribers_link.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "random.h"

#define NAME_MOST 64

static struct {
	struct party *party;
	struct ppp *ppp;
	const struct line_users *users;
	struct ppp_settings settings;
} lines;

bool lines_begin(struct party *party, const struct line_users *users)
{
	const struct ppp_retries retries = { .restart = 3000, .max_configure = 10, .max_terminate = 2,
					     .max_failure = 5 };

	lines.party = party;
	lines.users = users;
	lines.settings = (struct ppp_settings){
		.mtu = 1500, .accm = UINT32_MAX, .use_magic = true, .use_pfc = true, .use_acfc = true,
		.our_methods = users->methods, .lcp = retries, .ipcp = retries, .pap = retries, .chap = retries,
		.ipv4 = true,
	};
	lines.ppp = ppp_new(bench_random);
	return lines.ppp != NULL;
}

void lines_end(void)
{
	ppp_free(lines.ppp);
}

void line_open(struct line *line)
{
	char name[NAME_MOST];
	const struct ppp_open open = {
		.settings = &lines.settings, .user_name = name, .password = (const uint8_t *)lines.users->password,
		.password_length = strlen(lines.users->password), .owner = line,
	};
	struct error error;

	snprintf(name, sizeof(name), "%s", lines.users->name);
	if (lines.users->numbered)
		snprintf(name, sizeof(name), "%s%lu", lines.users->name, line->number);
	if (ppp_open(lines.ppp, &open, &line->link, party_now(), &error) < 0)
		lines.users->down(line, error.text);
}

/* --- events --- */

/* Whatever address it is given will do. */
static void agree(struct line *line)
{
	const struct ppp_network network = { .ipv4 = true, .local_may_change = true, .peer_may_choose = true };

	ppp_network(lines.ppp, line->link, &network, party_now());
}

static void up(struct line *line)
{
	struct ppp_info info;

	if (ppp_info(lines.ppp, line->link, &info) == 0)
		line->address = info.local;
	line->is_up = true;
	lines.users->up(line);
}

static void down(struct line *line, const char *why)
{
	ppp_release(lines.ppp, line->link);
	line->link = HANDLE_NONE;
	lines.users->down(line, why);
	line->is_up = false;
}

static void drain(void)
{
	struct ppp_event event;

	while (ppp_next_event(lines.ppp, &event)) {
		if (event.kind == PPP_EVENT_NETWORK)
			agree(event.owner);
		else if (event.kind == PPP_EVENT_IPV4_UP)
			up(event.owner);
		else if (event.kind == PPP_EVENT_DOWN)
			down(event.owner, event.text);
	}
}

void line_receive(struct line *line, const uint8_t *frame, size_t length)
{
	if (line->link == HANDLE_NONE)
		return;
	ppp_receive(lines.ppp, line->link, frame, length, party_now());
	drain();
}

/* --- frames --- */

static unsigned int collect(struct party_frame *frames)
{
	struct ppp_frame frame;
	unsigned int count = 0;

	while (count < PARTY_FRAMES_MAX && ppp_next_frame(lines.ppp, &frame)) {
		const struct line *line = frame.owner;

		frames[count++] = (struct party_frame){ line->path, line->tunnel_id, line->session_id, frame.octets,
							frame.length };
	}
	return count;
}

void lines_settle(void)
{
	struct party_frame frames[PARTY_FRAMES_MAX];
	unsigned int count;

	drain();
	while (ppp_expire(lines.ppp, party_now()))
		drain();
	while ((count = collect(frames)))
		party_send_frames(lines.party, frames, count);
}

uint64_t lines_wait(uint64_t most)
{
	uint64_t due = ppp_deadline(lines.ppp), now = party_now();

	if (due <= now)
		return 0;
	return due - now < most ? due - now : most;
}
