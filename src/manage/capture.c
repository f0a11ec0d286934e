/* SPDX-License-Identifier: MIT */
/*
 * Packets of tunnels and sessions, as pcapng, to those who ask for them.  What the datapath copied is
 * given to each capture that it concerns, without its secrets, into a buffer of a fixed size; a client
 * that reads more slowly than packets come loses packets, and is told how many, right in the file.
 *
 * Two captures may watch one object: the datapath taps it once, with the larger of their snaplens.
 */
#include "manage/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/base64.h"
#include "manage/server.h"
#include "wire/mask.h"
#include "wire/pcapng.h"

#define CAPTURES_MAX 16			/* at once: each has a buffer */
#define BUFFER_OCTETS (1u << 20)	/* of a capture: what comes while its client does something else */
#define REPLY_OCTETS 24576		/* in one reply: they become 32 KiB of text */
#define PACKETS_AT_ONCE 64
#define TURN_OCTETS (256u << 10)	/* of packets, then others have their turn */

struct capture {
	handle tunnel, session;		/* session HANDLE_NONE: the whole tunnel */
	uint32_t snaplen;
	bool secrets;
	uint64_t left;			/* packets until it ends by itself */
	uint64_t packets, lost;		/* since the last reply; lost: since the last packet */
	uint64_t all_lost;
	bool gone;			/* what it watches */
	size_t begin, end;		/* of what waits in the buffer */
	uint8_t *buffer;
	struct capture *prev, *next;
};

struct captures {
	struct capture *list;
	struct event *ready;		/* NULL: the datapath has no descriptor */
	uint8_t octets[DATAPATH_SNAPLEN_MAX];	/* a packet without its secrets */
};

/* --- a packet --- */

static const char *const drop_texts[] = {
	[DATAPATH_DROP_SHORT] = "too short for an L2TP header",
	[DATAPATH_DROP_VERSION] = "another version of L2TP",
	[DATAPATH_DROP_UNKNOWN_SESSION] = "no such session",
	[DATAPATH_DROP_WRONG_SOURCE] = "not from the session's peer",
	[DATAPATH_DROP_COOKIE] = "wrong cookie",
	[DATAPATH_DROP_SEQUENCE] = "no sequence number, or an old one",
	[DATAPATH_DROP_INVALID] = "malformed",
	[DATAPATH_DROP_OVERSIZE] = "larger than the interface takes",
	[DATAPATH_DROP_UNATTACHED] = "nobody is connected to the session's frame socket",
	[DATAPATH_DROP_CONTROL] = "a control message, which static tunnels do not have",
	[DATAPATH_DROP_CLOSED] = "PPP carries no such network protocol now",
	[DATAPATH_DROP_SOURCE] = "its source is not the peer's address",
	[DATAPATH_DROP_CLEAR] = "in clear, or it cannot be deciphered",
	[DATAPATH_DROP_RATE] = "above the session's rate",
	[DATAPATH_DROP_CROWDED] = "more for the PPP engine than it can take",
	[DATAPATH_DROP_UNSENT] = "the system did not send it",
};

static const char *fate_of(const struct datapath_packet *packet, char text[PCAPNG_COMMENT_MAX])
{
	if (packet->held)
		return "held: came ahead of its turn";
	if (packet->drop == DATAPATH_DROP_NONE || (size_t)packet->drop >= sizeof(drop_texts) / sizeof(drop_texts[0]))
		return "";
	snprintf(text, PCAPNG_COMMENT_MAX, "dropped: %s", drop_texts[packet->drop]);
	return text;
}

static const char *masked_text(unsigned int masked)
{
	if (masked & MASK_COOKIE)
		return "cookie masked";
	if (masked & MASK_AVP)
		return "secret attributes masked";
	return masked & MASK_PPP ? "authentication masked" : "";
}

/* Room for so many octets behind the end; false: there is none. */
static bool make_room(struct capture *capture, size_t octets)
{
	if (capture->end + octets <= BUFFER_OCTETS)
		return true;
	memmove(capture->buffer, capture->buffer + capture->begin, capture->end - capture->begin);
	capture->end -= capture->begin;
	capture->begin = 0;
	return capture->end + octets <= BUFFER_OCTETS;
}

static void write_packet(struct capture *capture, const struct datapath_packet *packet, unsigned int masked,
			 const uint8_t *octets)
{
	struct pcapng_packet out = {
		.when_ns = packet->when_ns, .outgoing = packet->outgoing, .encap = packet->encap,
		.local = packet->local, .peer = packet->peer, .length = packet->length,
		.captured = packet->captured < capture->snaplen ? packet->captured : capture->snaplen,
		.lost = capture->lost, .octets = octets,
	};
	char fate[PCAPNG_COMMENT_MAX], comment[2 * PCAPNG_COMMENT_MAX];
	const char *told = fate_of(packet, fate), *mask = masked_text(masked);

	if (!make_room(capture, PCAPNG_BLOCK_MAX + out.captured)) {
		capture->lost++;
		capture->all_lost++;
		return;
	}
	snprintf(comment, sizeof(comment), "%s%s%s", told, *told && *mask ? "; " : "", mask);
	out.comment = comment;
	capture->end += pcapng_packet(&out, capture->buffer + capture->end, BUFFER_OCTETS - capture->end);
	capture->lost = 0;
	capture->packets++;
	capture->left--;
}

static bool concerns(const struct capture *capture, const struct datapath_packet *packet)
{
	if (!capture->left || capture->gone)
		return false;
	return capture->session != HANDLE_NONE ? capture->session == packet->session :
						 capture->tunnel == packet->tunnel;
}

static void give_packet(struct captures *captures, const struct datapath_packet *packet)
{
	struct capture *capture;
	unsigned int masked;

	if (!captures->list)
		return;			/* the service has traced it */
	memcpy(captures->octets, packet->octets, packet->captured);
	masked = mask_message(packet->encap, captures->octets, packet->captured, packet->cookie_length);
	DL_FOREACH(captures->list, capture) {
		if (!concerns(capture, packet))
			continue;
		capture->lost += packet->lost;
		capture->all_lost += packet->lost;
		write_packet(capture, packet, capture->secrets ? 0 : masked,
			     capture->secrets ? packet->octets : captures->octets);
	}
}

void captures_take(struct manage *manage)
{
	struct datapath_packet packets[PACKETS_AT_ONCE];
	size_t octets = 0;
	int count = 1;

	while (count && octets < TURN_OCTETS) {
		count = service_packets(manage->service, packets, PACKETS_AT_ONCE);
		for (int i = 0; i < count; i++) {
			octets += sizeof(packets[i]) + packets[i].captured;
			give_packet(manage->captures, &packets[i]);
		}
	}
	manage_notify(manage, MANAGE_PACKETS);
}

static void packets_ready(evutil_socket_t fd, short what, void *context)
{
	captures_take(context);
}

/* --- what is tapped --- */

/* As much of each packet as the captures of this object want, of which there may be none. */
static int tap(struct manage *manage, handle tunnel, handle session, struct error *error)
{
	const struct capture *capture;
	uint32_t snaplen = 0;

	DL_FOREACH(manage->captures->list, capture)
		if (capture->tunnel == tunnel && capture->session == session && capture->snaplen > snaplen)
			snaplen = capture->snaplen;
	return service_tap(manage->service, tunnel, session, snaplen, error);
}

static int no_memory(struct error *error)
{
	return error_set(error, ERROR_SYSTEM, NULL, "no memory for a capture");
}

int captures_open(struct manage *manage)
{
	int fd = service_packet_fd(manage->service);
	struct captures *captures = calloc(1, sizeof(*captures));

	if (!captures)
		return -1;
	manage->captures = captures;
	if (fd < 0)
		return 0;
	captures->ready = event_new(manage->loop, fd, EV_READ | EV_PERSIST, packets_ready, manage);
	if (captures->ready && event_priority_set(captures->ready, manage->priority) == 0 &&
	    event_add(captures->ready, NULL) == 0)
		return 0;
	captures_free(manage);
	return -1;
}

void captures_free(struct manage *manage)
{
	struct captures *captures = manage->captures;

	if (captures && captures->ready)
		event_free(captures->ready);
	free(captures);
	manage->captures = NULL;
}

void captures_settle(struct manage *manage)
{
	struct capture *capture;
	bool any = false;

	DL_FOREACH(manage->captures->list, capture) {
		capture->gone = !service_is_tapped(manage->service, capture->tunnel, capture->session);
		any |= capture->gone;
	}
	if (any)
		manage_notify(manage, MANAGE_PACKETS);
}

/* --- a call --- */

#define NAME_MAX (2 * CONFIG_NAME_MAX + 32)

static int find_tunnel(const struct call *call, const struct capture_config *config, struct capture *capture,
		       char name[NAME_MAX], struct error *error)
{
	struct command command = { .object = CONFIG_TUNNEL, .verb = CONFIG_SHOW };
	struct tunnel_config *keys = &command.config.tunnel;
	struct service_tunnel_view view;

	if (config->session_name[0] || config->session_id)
		return error_set(error, ERROR_VALUE, config->session_id ? "session_id" : "session_name",
				 "a tunnel is captured with all its sessions: for a single one use `capture session`");
	memcpy(keys->tunnel_name, config->tunnel_name, sizeof(keys->tunnel_name));
	keys->tunnel_id = config->tunnel_id;
	if (service_find_tunnel(call->service, &command, &capture->tunnel, error) < 0 ||
	    service_tunnel_view(call->service, capture->tunnel, &view) < 0)
		return -1;
	snprintf(name, NAME_MAX, "tunnel %s", view.config.tunnel_name);
	return 0;
}

static int find_session(const struct call *call, const struct capture_config *config, struct capture *capture,
			char name[NAME_MAX], struct error *error)
{
	struct command command = { .object = CONFIG_SESSION, .verb = CONFIG_SHOW };
	struct session_config *keys = &command.config.session;
	struct service_session_view view;

	memcpy(keys->tunnel_name, config->tunnel_name, sizeof(keys->tunnel_name));
	keys->tunnel_id = config->tunnel_id;
	memcpy(keys->session_name, config->session_name, sizeof(keys->session_name));
	keys->session_id = config->session_id;
	if (service_find_session(call->service, &command, &capture->session, error) < 0 ||
	    service_session_view(call->service, capture->session, &view) < 0)
		return -1;
	capture->tunnel = view.tunnel;
	if (view.config.session_name[0])
		snprintf(name, NAME_MAX, "session %s of tunnel %s", view.config.session_name, view.config.tunnel_name);
	else
		snprintf(name, NAME_MAX, "session %u of tunnel %s", view.config.session_id, view.config.tunnel_name);
	return 0;
}

/* What l2tpctl sees to. */
static int refuse_client_parameters(const struct command *command, struct error *error)
{
	static const char *const names[] = { "file", "seconds" };

	for (int i = 0; i < 2; i++)
		if (param_set_has(&command->set, config_row(CONFIG_CAPTURE, names[i])))
			return error_set(error, ERROR_VALUE, names[i], "%s is the caller's: the packets are in the "
					 "replies, and the capture ends with the connection", names[i]);
	return 0;
}

static int refuse_many(const struct manage *manage, struct error *error)
{
	const struct capture *capture;
	int count;

	DL_COUNT(manage->captures->list, capture, count);
	if (count < CAPTURES_MAX)
		return 0;
	return error_set(error, ERROR_LIMIT, NULL, "there are %d captures already: end one of them first", count);
}

static struct capture *capture_new(const struct call *call, const struct capture_config *config, struct error *error)
{
	bool tunnel = call->method->verb == CONFIG_CAPTURE_TUNNEL;
	struct capture *capture = calloc(1, sizeof(*capture));
	char name[NAME_MAX];

	if (!capture || !(capture->buffer = malloc(BUFFER_OCTETS))) {
		no_memory(error);
		goto fail;
	}
	capture->snaplen = config->snaplen ? config->snaplen : DATAPATH_SNAPLEN_MAX;
	capture->secrets = config->secrets;
	capture->left = config->count ? config->count : UINT64_MAX;
	if ((tunnel ? find_tunnel : find_session)(call, config, capture, name, error) < 0)
		goto fail;
	capture->end = pcapng_begin(name, "l2tpd " L2TPD_VERSION, capture->buffer);
	return capture;
fail:
	if (capture)
		free(capture->buffer);
	free(capture);
	return NULL;
}

static int capture_begin(struct call *call, const struct command *command, struct error *error)
{
	const struct capture_config *config = &command->config.capture;
	struct capture *capture;

	if (refuse_client_parameters(command, error) < 0 || refuse_many(call->manage, error) < 0)
		return -1;
	capture = capture_new(call, config, error);
	if (!capture)
		return -1;
	captures_take(call->manage);	/* what waits is from before it, and may be shorter */
	call->own = capture;	/* capture_end() is due from here on */
	DL_APPEND(call->manage->captures->list, capture);
	return tap(call->manage, capture->tunnel, capture->session, error);
}

static void capture_end(struct call *call)
{
	struct capture *capture = call->own;
	struct manage *manage = call->manage;

	if (!capture)
		return;
	DL_DELETE(manage->captures->list, capture);
	(void)tap(manage, capture->tunnel, capture->session, NULL);
	free(capture->buffer);
	free(capture);
}

/* Some of what waits. */
static void emit_octets(struct capture *capture, struct emit *result)
{
	char text[BASE64_LENGTH(REPLY_OCTETS)];
	size_t octets = capture->end - capture->begin;

	if (octets > REPLY_OCTETS)
		octets = REPLY_OCTETS;
	emit_member(result, "octets");
	emit_string_n(result, text, base64_encode(capture->buffer + capture->begin, octets, text));
	capture->begin += octets;
	emit_unsigned_member(result, "packets", capture->packets);
	emit_unsigned_member(result, "lost", capture->all_lost);
	capture->packets = capture->all_lost = 0;
}

static enum call_step capture_step(struct call *call, struct emit *result, json_t **error)
{
	struct error failure = { 0 };
	struct command command;
	struct capture *capture;

	if (!call->own) {
		if (!call_command(call, &command, error))
			return CALL_LAST;
		if (capture_begin(call, &command, &failure) < 0)
			return call_fail(&failure, error);
	}
	capture = call->own;
	if (capture->begin == capture->end && capture->left && !capture->gone) {
		call->waits_for = MANAGE_PACKETS;
		return CALL_WAIT;
	}
	emit_octets(capture, result);
	if (capture->begin < capture->end || (capture->left && !capture->gone))
		return CALL_REPLY;
	if (capture->gone)
		emit_string_member(result, "ended", "what was captured was deleted, or made anew");
	return CALL_LAST;
}

#define RESULT "(octets: string, packets: int, lost: int, ended: ?string)"

static const struct method methods[] = {
	{ "CaptureTunnel", ROLE_CHANGE, "(config: CaptureConfig)", RESULT,
	  "Capture the packets of a tunnel, named by tunnel_name or tunnel_id: of its sessions, and what else its\n"
	  "peer sends here. The octets of all replies together, each part in base64, are a pcapng file; packets\n"
	  "and lost count since the reply before. It goes on until count packets were captured, the tunnel is\n"
	  "deleted (ended says so), or the caller closes the connection. Not for file and seconds.",
	  CONFIG_CAPTURE, CONFIG_CAPTURE_TUNNEL, .step = capture_step, .more = true, .end = capture_end },
	{ "CaptureSession", ROLE_CHANGE, "(config: CaptureConfig)", RESULT,
	  "Capture the data packets of a session, named by its tunnel and session_name or session_id, likewise.",
	  CONFIG_CAPTURE, CONFIG_CAPTURE_SESSION, .step = capture_step, .more = true, .end = capture_end },
	{ .name = NULL },
};

const struct method_table methods_capture = { .methods = methods };
