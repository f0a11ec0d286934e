/* SPDX-License-Identifier: MIT */
/*
 * What the kernel tells of tunnels and sessions in files: where and in which order.  The texts are those of
 * view_pppol2tp.c and view_tunnels.c.
 */
#include "kernel/view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct view_texts *const views[KERNEL_VIEWS] = {
	[KERNEL_VIEW_PPPOL2TP] = &view_texts_pppol2tp,
	[KERNEL_VIEW_TUNNELS] = &view_texts_tunnels,
};

void view_say(struct view_text *text, const char *format, ...)
{
	size_t left = KERNEL_VIEW_PIECE - text->length;
	va_list values;
	int length;

	va_start(values, format);
	length = vsnprintf(text->at + text->length, left, format, values);
	va_end(values);
	if (length > 0)
		text->length += (size_t)length < left ? (size_t)length : left - 1;
}

void view_say_stats(struct view_text *text, const struct datapath_stats *stats, const char *sent, const char *received)
{
	view_say(text, "%s%" PRIu64 "/%" PRIu64 "/%" PRIu64 " %s%" PRIu64 "/%" PRIu64 "/%" PRIu64 "\n", sent,
		 stats->tx_packets, stats->tx_bytes, stats->tx_errors, received, stats->rx_packets, stats->rx_bytes,
		 stats->rx_errors);
}

/* One is the tunnel's own, who looks has one, and each session. */
unsigned int view_references(const struct kernel_tunnel *tunnel)
{
	return 2 + order_count(&tunnel->sessions);
}

void view_say_interface(struct view_text *text, const struct kernel_session *session)
{
	const struct kernel_channel *channel = &session->socket->channel;
	int32_t unit = channel->user.unit ? channel->user.unit(channel->user.context) : -1;

	if (unit >= 0)
		view_say(text, "   interface ppp%" PRId32 "\n", unit);
	else
		view_say(text, "   interface (null)\n");
}

unsigned int view_reorder_ms(const struct kernel_session *session)
{
	return (unsigned int)session->reorder_jiffies * JIFFY_MS;
}

/* The first that this view tells of, from there on. */
static struct kernel_tunnel *next_tunnel(struct kernel *kernel, const char *netns, const struct view_texts *texts,
					 uint64_t least)
{
	struct kernel_tunnel *tunnel;

	while ((tunnel = kernel_tunnel_from(kernel, space_find(kernel, netns), least))) {
		if (!texts->version || tunnel->version == texts->version)
			break;
		least = tunnel->by_id.id + 1ull;
	}
	return tunnel;
}

static void tell_tunnel(struct kernel *kernel, const struct kernel_tunnel *tunnel, const struct view_texts *texts,
			struct view_text *text)
{
	struct service_tunnel_view view;

	if (service_tunnel_view(kernel->service, tunnel->service, &view) < 0)
		memset(&view.info, 0, sizeof(view.info));
	texts->tunnel(text, tunnel, &view.info.stats);
}

static void tell_session(struct kernel *kernel, const struct kernel_session *session, const struct view_texts *texts,
			 struct view_text *text)
{
	struct service_session_view view;

	if (service_session_view(kernel->service, session->service, &view) < 0) {
		memset(&view.info, 0, sizeof(view.info));
		view.info.send_seq = session->send_seq;
	}
	texts->session(text, session, &view.info);
}

/* False: this tunnel has no more. */
static bool next_session(struct kernel *kernel, struct kernel_tunnel *tunnel, const struct view_texts *texts,
			 struct kernel_view_place *place, struct view_text *text)
{
	struct kernel_session *session = kernel_session_from(kernel, tunnel, place->session_id);

	if (session) {
		tell_session(kernel, session, texts, text);
		place->session_id = session->by_id.id + 1ull;
	}
	return session;
}

static void next_object(struct kernel *kernel, const char *netns, const struct view_texts *texts,
			struct kernel_view_place *place, struct view_text *text)
{
	struct kernel_tunnel *tunnel;

	while ((tunnel = next_tunnel(kernel, netns, texts, place->tunnel_id))) {
		if (tunnel->by_id.id != place->tunnel_id || !place->in_tunnel) {
			place->tunnel_id = tunnel->by_id.id;
			place->session_id = 0;
			place->in_tunnel = true;
			tell_tunnel(kernel, tunnel, texts, text);
			return;
		}
		if (next_session(kernel, tunnel, texts, place, text))
			return;
		place->tunnel_id++;
		place->in_tunnel = false;
	}
}

size_t kernel_view_next(struct kernel *kernel, const char *netns, enum kernel_view view,
			struct kernel_view_place *place, char piece[KERNEL_VIEW_PIECE])
{
	struct view_text text = { .at = piece };

	if (place->begun && kernel)
		next_object(kernel, netns, views[view], place, &text);
	else if (!place->begun)
		view_say(&text, "%s", views[view]->head);
	place->begun = true;
	return text.length;
}
