/* SPDX-License-Identifier: MIT */
/* See frames.h. */
#include "datapath/user/frames.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/user/ppp.h"
#include "os/close.h"
#include "os/frame_socket.h"
#include "os/socket.h"

#define FRAMES 64			/* of one recvmmsg or sendmmsg */
#define BATCHES_PER_ROUND 2		/* of one socket, so that others get their turn */
#define BATCHES_AT_ONCE 64		/* likewise, where somebody waits for it: more than the socket can hold */
#define FRAME_MAX 65536			/* more than UDP carries */
#define FRAME_ROOM 64			/* before a frame, for the L2TP header */
#define PPP_ADDRESS 2			/* octets of the address and control fields */

struct frame_socket {
	struct source listening, connected;
	struct session *session;
	int listener;			/* -1: the client was given, and there will be no other */
	int client;			/* -1: none. The worker's; control reads it */
};

static const uint8_t ppp_address[PPP_ADDRESS] = { 0xff, 0x03 };

/* A worker's: frames that it reads; and those that wait to be given to one session's client. */
struct frame_buffers {
	struct mmsghdr in[FRAMES];
	struct iovec in_iov[FRAMES];
	struct session *session;
	unsigned int count;
	struct mmsghdr out[FRAMES];
	struct iovec out_iov[FRAMES];
	uint8_t octets[FRAMES][FRAME_ROOM + FRAME_MAX];	/* touched as far as frames are long */
};

/* --- the worker: client -> wire --- */

static void detach(struct worker *worker, struct frame_socket *frames)
{
	worker_unwatch(worker, frames->client);
	close(frames->client);
	shared_set(frames->client, -1);
}

static void accept_ready(struct worker *worker, struct source *source, uint32_t events)
{
	struct frame_socket *frames = caa_container_of(source, struct frame_socket, listening);
	int fd = frame_socket_accept(frames->listener);

	if (fd < 0)
		return;
	if (frames->client >= 0 || worker_watch(worker, fd, &frames->connected) < 0) {
		close(fd);
		return;
	}
	shared_set(frames->client, fd);
}

static void send_frame(struct worker *worker, struct session *session, const struct path *path, uint8_t *frame,
		       size_t length)
{
	size_t header_length;

	if (session->as_kernel) {
		frame -= PPP_ADDRESS;
		memcpy(frame, ppp_address, PPP_ADDRESS);
		length += PPP_ADDRESS;
	}
	header_length = header_put(session, ppp_is_control(frame, length), frame);
	transmit_message(worker, session, path, frame - header_length, (uint32_t)(header_length + length));
}

/* Who connects by himself sends no packet of no octets. */
static bool has_gone(const struct frame_socket *frames)
{
	return frames->listener >= 0 || os_socket_has_ended(frames->client);
}

/* Frames that were read. False: the client has gone, or sent an empty packet to who has no use for one. */
static bool take_frames(struct worker *worker, struct session *session, int count)
{
	const struct path *path = path_out(session->tunnel);
	struct frame_buffers *buffers = worker->frames;

	for (int i = 0; i < count; i++) {
		const struct mmsghdr *header = &buffers->in[i];

		if (!header->msg_len && has_gone(session->frames))
			return false;
		if (!path || header->msg_hdr.msg_flags & MSG_TRUNC)
			counter_add(session->tx.errors, 1);
		else
			send_frame(worker, session, path, buffers->octets[i] + FRAME_ROOM, header->msg_len);
	}
	return true;
}

static void prepare(struct frame_buffers *buffers)
{
	for (int i = 0; i < FRAMES; i++) {
		buffers->in_iov[i] = (struct iovec){ buffers->octets[i] + FRAME_ROOM, FRAME_MAX };
		buffers->in[i].msg_hdr = (struct msghdr){ .msg_iov = &buffers->in_iov[i], .msg_iovlen = 1 };
	}
}

/* False: there is no more. */
static bool read_frames(struct worker *worker, struct frame_socket *frames, int batches)
{
	bool stays = true;
	int count = FRAMES;

	for (int i = 0; i < batches && frames->client >= 0 && count == FRAMES; i++) {
		prepare(worker->frames);
		count = recvmmsg(frames->client, worker->frames->in, FRAMES, MSG_DONTWAIT, NULL);
		if (count < 0)
			stays = errno == EAGAIN || errno == EINTR;
		else
			stays = take_frames(worker, frames->session, count);
		transmit_flush(worker);		/* another session will read to the same place */
		if (!stays)
			detach(worker, frames);
	}
	return count == FRAMES;
}

static void client_ready(struct worker *worker, struct source *source, uint32_t events)
{
	worker->backlog |= read_frames(worker, caa_container_of(source, struct frame_socket, connected),
				       BATCHES_PER_ROUND);
}

void frames_pump(struct worker *worker, struct session *session)
{
	(void)read_frames(worker, session->frames, BATCHES_AT_ONCE);
}

void frames_unwatch(struct worker *worker, const struct session *session)
{
	if (!session->frames)
		return;
	if (session->frames->listener >= 0)
		worker_unwatch(worker, session->frames->listener);
	if (session->frames->client >= 0)
		worker_unwatch(worker, session->frames->client);
}

/* --- the worker: wire -> client --- */

bool frames_deliver(struct worker *worker, struct session *session, uint8_t *frame, size_t length)
{
	struct frame_buffers *buffers = worker->frames;

	size_t skip = session->as_kernel ? ppp_skip_address(frame, length) : 0;

	if (!session->frames || session->frames->client < 0)
		return false;
	if (buffers->count == FRAMES || (buffers->count && buffers->session != session))
		frames_flush(worker);
	buffers->session = session;
	buffers->out_iov[buffers->count] = (struct iovec){ frame + skip, length - skip };
	buffers->out[buffers->count].msg_hdr = (struct msghdr){ .msg_iov = &buffers->out_iov[buffers->count],
								.msg_iovlen = 1 };
	buffers->count++;
	return true;
}

/* A client that is too slow loses frames, as on any link. */
void frames_flush(struct worker *worker)
{
	struct frame_buffers *buffers = worker->frames;
	unsigned int done = 0;
	int sent;

	if (!buffers || !buffers->count)
		return;
	while (done < buffers->count) {
		sent = sendmmsg(buffers->session->frames->client, buffers->out + done, buffers->count - done,
				MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent > 0) {
			done += (unsigned int)sent;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EMSGSIZE)
			break;
		counter_add(buffers->session->rx.errors, 1);
		done++;
	}
	counter_add(buffers->session->rx.errors, buffers->count - done);
	buffers->count = 0;
}

/* --- the control thread --- */

bool frames_attached(const struct session *session)
{
	return session->frames && shared_get(session->frames->client) >= 0;
}

int frames_watch(struct worker *worker, struct session *session)
{
	struct frame_socket *frames = session->frames;

	if (!frames)
		return 0;
	if (frames->client >= 0 && worker_watch(worker, frames->client, &frames->connected) < 0)
		return -1;
	return frames->listener < 0 ? 0 : worker_watch(worker, frames->listener, &frames->listening);
}

void frames_free(struct frame_buffers *buffers)
{
	free(buffers);
}

/* Workers see them with the first session that has a frame socket. */
static int allocate_buffers(struct user_datapath *dp, struct error *error)
{
	for (unsigned int i = 0; i < dp->worker_count; i++) {
		if (!dp->workers[i].frames)
			dp->workers[i].frames = calloc(1, sizeof(*dp->workers[i].frames));
		if (!dp->workers[i].frames)
			return error_system(error, ENOMEM, "frame_socket", "cannot make a frame socket");
	}
	return 0;
}

int frames_open(struct user_datapath *dp, struct session *session, const char *path, struct error *error)
{
	struct frame_socket *frames = calloc(1, sizeof(*frames));

	if (!frames || allocate_buffers(dp, error) < 0) {
		free(frames);
		return error_system(error, ENOMEM, "frame_socket", "cannot make a frame socket");
	}
	frames->listener = frame_socket_listen(path, error);
	if (frames->listener < 0) {
		free(frames);
		return -1;
	}
	frames->client = -1;
	frames->session = session;
	frames->listening.ready = accept_ready;
	frames->connected.ready = client_ready;
	session->frames = frames;
	return 0;
}

struct frame_socket *frames_adopt(struct user_datapath *dp, struct session *session, int client, struct error *error)
{
	struct frame_socket *frames = calloc(1, sizeof(*frames));

	if (frames) {
		*frames = (struct frame_socket){ .session = session, .listener = -1,
						 .client = fcntl(client, F_DUPFD_CLOEXEC, 0) };
		frames->connected.ready = client_ready;
	}
	if (frames && frames->client >= 0 && allocate_buffers(dp, error) == 0)
		return frames;
	error_system(error, errno, NULL, "cannot use the program's socket");
	frames_free_socket(frames);
	return NULL;
}

void frames_free_socket(struct frame_socket *frames)
{
	if (!frames)
		return;
	frame_socket_close(frames->listener);
	os_close(&frames->client);
	free(frames);
}

void frames_close(struct session *session)
{
	frames_free_socket(session->frames);
	session->frames = NULL;
}
