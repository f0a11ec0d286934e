/* SPDX-License-Identifier: MIT */
/* See sender.h. What the mutex guards is lists and flags; while the thread sends it is free. */
#include "os/sender.h"

#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utlist.h>

#include "os/close.h"

struct message {
	int fd;
	void *owner;
	uint64_t capabilities;
	struct message *prev, *next;
	size_t length;
	uint8_t octets[];
};

struct os_sender {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;		/* there is something to do */
	pthread_cond_t idle;		/* there is nothing any more */
	struct message *todo, *sent;
	bool busy, ending;
	int event_fd;
};

/* --- the thread --- */

/* NULL: it is to end. */
static struct message *next(struct os_sender *sender)
{
	struct message *message;

	while (!sender->todo && !sender->ending)
		pthread_cond_wait(&sender->wake, &sender->mutex);
	message = sender->ending ? NULL : sender->todo;
	if (message)
		DL_DELETE(sender->todo, message);
	return message;
}

static void put_away(struct os_sender *sender, struct message *message)
{
	const uint64_t one = 1;

	DL_APPEND(sender->sent, message);
	if (!sender->todo)
		pthread_cond_signal(&sender->idle);
	if (write(sender->event_fd, &one, sizeof(one)) < 0)
		return;		/* cannot happen: the counter is far from its end */
}

/* Of this thread alone. */
static bool have_capabilities(uint64_t wanted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	data[0].effective = data[0].permitted & (uint32_t)wanted;
	data[1].effective = data[1].permitted & (uint32_t)(wanted >> 32);
	return syscall(SYS_capset, &header, data) == 0;
}

static void send_one(const struct message *message)
{
	if (have_capabilities(message->capabilities))
		(void)send(message->fd, message->octets, message->length, MSG_NOSIGNAL);
}

static void *send_for_ever(void *context)
{
	struct os_sender *sender = context;
	struct message *message;

	pthread_mutex_lock(&sender->mutex);
	while ((message = next(sender))) {
		sender->busy = true;
		pthread_mutex_unlock(&sender->mutex);
		send_one(message);
		pthread_mutex_lock(&sender->mutex);
		sender->busy = false;
		put_away(sender, message);
	}
	pthread_mutex_unlock(&sender->mutex);
	return NULL;
}

static int start_thread(struct os_sender *sender)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);	/* signals are for who made it */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&sender->thread, NULL, send_for_ever, sender);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed ? -1 : 0;
}

/* --- the others --- */

int os_sender_send(struct os_sender *sender, int fd, const void *octets, size_t length, uint64_t capabilities,
		   void *owner)
{
	struct message *message = malloc(sizeof(*message) + length);

	if (!message)
		return -1;
	message->fd = fd;
	message->owner = owner;
	message->capabilities = capabilities;
	message->length = length;
	memcpy(message->octets, octets, length);
	pthread_mutex_lock(&sender->mutex);
	DL_APPEND(sender->todo, message);
	pthread_cond_signal(&sender->wake);
	pthread_mutex_unlock(&sender->mutex);
	return 0;
}

int os_sender_fd(const struct os_sender *sender)
{
	return sender->event_fd;
}

void *os_sender_take(struct os_sender *sender)
{
	struct message *message;
	void *owner = NULL;
	uint64_t count;

	pthread_mutex_lock(&sender->mutex);
	message = sender->sent;
	if (message)
		DL_DELETE(sender->sent, message);
	else if (read(sender->event_fd, &count, sizeof(count)) < 0)
		count = 0;	/* it is not readable */
	pthread_mutex_unlock(&sender->mutex);
	if (message)
		owner = message->owner;
	free(message);
	return owner;
}

void os_sender_finish(struct os_sender *sender)
{
	pthread_mutex_lock(&sender->mutex);
	while (sender->todo || sender->busy)
		pthread_cond_wait(&sender->idle, &sender->mutex);
	pthread_mutex_unlock(&sender->mutex);
}

struct os_sender *os_sender_new(void)
{
	struct os_sender *sender = calloc(1, sizeof(*sender));

	if (!sender)
		return NULL;
	sender->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&sender->mutex, NULL);
	pthread_cond_init(&sender->wake, NULL);
	pthread_cond_init(&sender->idle, NULL);
	if (sender->event_fd >= 0 && start_thread(sender) == 0)
		return sender;
	os_close(&sender->event_fd);
	free(sender);
	return NULL;
}

static void free_all(struct message *list)
{
	struct message *message, *after;

	DL_FOREACH_SAFE(list, message, after)
		free(message);
}

void os_sender_free(struct os_sender *sender)
{
	if (!sender)
		return;
	pthread_mutex_lock(&sender->mutex);
	sender->ending = true;
	pthread_cond_signal(&sender->wake);
	pthread_mutex_unlock(&sender->mutex);
	pthread_join(sender->thread, NULL);
	free_all(sender->todo);
	free_all(sender->sent);
	close(sender->event_fd);
	free(sender);
}
