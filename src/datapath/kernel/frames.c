/* SPDX-License-Identifier: MIT */
/*
 * Frame sockets: another program is the PPP end of a session.  The PPPoL2TP socket is left as it is, without a channel:
 * then its frames are read from it and written to it, without address and control field, which the kernel puts before
 * each; what the program gives and takes begins with them.  Between the two are we: this thread hands on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "datapath/kernel/internal.h"
#include "os/close.h"
#include "os/frame_socket.h"
#include "os/socket.h"
#include "wire/ppp.h"

#define FRAMES_AT_ONCE 64		/* of one session each way, so that others get their turn */
#define FRAME_MAX 65536			/* more than UDP carries */
#define SOCKET_BUFFER (1 << 20)		/* octets that wait for us: some hundred frames */

struct native_frames {
	int listener, client;		/* client -1: nobody is connected */
	uint64_t undelivered, unsent;
};

static uint8_t address_field[2] = { 0xff, 0x03 };

/* --- beginning and end --- */

int native_frames_begin(const struct native_datapath *dp, struct native_session *session, const char *path,
			struct error *error)
{
	struct native_frames *frames = calloc(1, sizeof(*frames));
	int size = SOCKET_BUFFER;

	if (!frames)
		return error_system(error, ENOMEM, "frame_socket", "cannot make a frame socket");
	frames->client = -1;
	frames->listener = frame_socket_listen(path, error);
	session->ppp->frames = frames;
	(void)setsockopt(session->ppp->socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (frames->listener >= 0 && native_watch_frames(dp, session, frames->listener, error) == 0 &&
	    native_watch_frames(dp, session, session->ppp->socket, error) == 0)
		return 0;
	native_frames_end(session);
	return -1;
}

void native_frames_end(struct native_session *session)
{
	struct native_frames *frames = session->ppp->frames;

	if (!frames)
		return;
	os_close(&frames->client);
	frame_socket_close(frames->listener);
	free(frames);
	session->ppp->frames = NULL;
}

void native_frames_info(const struct native_session *session, struct datapath_session_info *info)
{
	const struct native_frames *frames = session->ppp->frames;

	if (!frames)
		return;
	info->attached = frames->client >= 0;
	info->stats.rx_errors += frames->undelivered;
	info->stats.tx_errors += frames->unsent;
}

/* --- handing on --- */

/* A client that is too slow loses frames, as on any link. */
static void give(struct native_frames *frames, uint8_t *frame, size_t length)
{
	struct iovec iov[] = { { address_field, sizeof(address_field) }, { frame, length } };
	const struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };

	if (frames->client < 0 || sendmsg(frames->client, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		frames->undelivered++;
}

void native_frames_give(const struct native_session *session, uint8_t *frame, size_t length)
{
	size_t skip = ppp_skip_address(frame, length);

	give(session->ppp->frames, frame + skip, length - skip);
}

/* Our address and control field is the kernel's business. */
static void send_frame(const struct native_session *session, const uint8_t *frame, size_t length)
{
	size_t skip = ppp_skip_address(frame, length);

	if (send(session->ppp->socket, frame + skip, length - skip, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		session->ppp->frames->unsent++;
}

static void from_wire(const struct native_datapath *dp, struct native_session *session, uint8_t *buffer)
{
	struct native_ppp *ppp = session->ppp;

	for (int i = 0; i < FRAMES_AT_ONCE; i++) {
		ssize_t length = recv(ppp->socket, buffer, FRAME_MAX, 0);

		if (length > 0)
			give(ppp->frames, buffer, (size_t)length);
		else if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		else if (length < 0 || os_socket_has_ended(ppp->socket)) {
			(void)epoll_ctl(dp->message_fd, EPOLL_CTL_DEL, ppp->socket, NULL);
			native_session_gone(dp, session);
			return;
		}
	}
}

static void from_client(const struct native_session *session, uint8_t *buffer)
{
	struct native_frames *frames = session->ppp->frames;

	for (int i = 0; i < FRAMES_AT_ONCE && frames->client >= 0; i++) {
		ssize_t length = recv(frames->client, buffer, FRAME_MAX, 0);

		if (length > 0)
			send_frame(session, buffer, (size_t)length);
		else if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		else
			os_close(&frames->client);		/* it has gone, or sends what it has no use for */
	}
}

static void accept_client(const struct native_datapath *dp, const struct native_session *session)
{
	struct native_frames *frames = session->ppp->frames;
	int fd = frame_socket_accept(frames->listener);

	if (fd < 0)
		return;
	if (frames->client < 0 && native_watch_frames(dp, session, fd, NULL) == 0)
		frames->client = fd;
	else
		close(fd);
}

void native_frames_hand_on(const struct native_datapath *dp, struct native_session *session, uint8_t *buffer)
{
	from_client(session, buffer);
	accept_client(dp, session);
	from_wire(dp, session, buffer);
}
