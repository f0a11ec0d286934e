/* SPDX-License-Identifier: MIT */
/*
 * libmicrohttpd without threads: it tells one descriptor and one time to wait for, and is called when either
 * comes.  An answer is made part by part, as it is read (metrics.h).
 */
#include "manage/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "manage/metrics.h"
#include "manage/server.h"

#define BACKLOG 16
#define BLOCK_OCTETS (16u << 10)	/* of an answer at once */
#define RETRY_S 1

struct http {
	struct manage *manage;
	struct endpoint local;
	struct MHD_Daemon *daemon;
	struct event *ready, *timer;
};

/* One answer that is being sent. */
struct answer {
	struct metrics *metrics;
	struct emit text;	/* what was made and not sent yet begins at sent */
	size_t sent;
};

bool http_authorized(const char *header, const char *token)
{
	static const char scheme[] = "Bearer ";
	unsigned char differs = 0;
	size_t length = strlen(token);

	if (!length)
		return true;
	if (!header || strncasecmp(header, scheme, sizeof(scheme) - 1))
		return false;
	header += sizeof(scheme) - 1;
	if (strlen(header) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		differs |= (unsigned char)(header[i] ^ token[i]);
	return !differs;
}

/* --- answers --- */

static void answer_free(void *context)
{
	struct answer *answer = context;

	metrics_end(answer->metrics);
	emit_free(&answer->text);
	free(answer);
}

/* libmicrohttpd wants up to max octets more; 0: there are none yet, it asks again when the loop has turned. */
static ssize_t answer_read(void *context, uint64_t position, char *to, size_t max)
{
	struct answer *answer = context;
	size_t left = answer->text.length - answer->sent;

	if (!left) {
		emit_rewind(&answer->text, 0);
		answer->sent = 0;
		if (!metrics_next(answer->metrics, &answer->text))
			return MHD_CONTENT_READER_END_OF_STREAM;
		if (answer->text.failed)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		left = answer->text.length;
	}
	if (!left)
		return 0;
	if (left > max)
		left = max;
	memcpy(to, answer->text.text + answer->sent, left);
	answer->sent += left;
	return (ssize_t)left;
}

static struct MHD_Response *metrics_response(struct http *http)
{
	struct answer *answer = calloc(1, sizeof(*answer));
	struct MHD_Response *response = NULL;

	if (answer)
		answer->metrics = metrics_begin(http->manage);
	if (answer && answer->metrics)
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_OCTETS, answer_read, answer,
							     answer_free);
	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, METRICS_TYPE);
	else if (answer)
		answer_free(answer);
	return response;
}

static struct MHD_Response *text_response(const char *text)
{
	/* it is not written to */
	return MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);
}

static bool is_authorized(struct http *http, struct MHD_Connection *connection)
{
	return http_authorized(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION),
			       service_system(http->manage->service)->metrics_token);
}

static struct MHD_Response *answer_to(struct http *http, struct MHD_Connection *connection, const char *url,
				      const char *method, unsigned int *status)
{
	struct MHD_Response *response;

	*status = MHD_HTTP_METHOD_NOT_ALLOWED;
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return text_response("only GET\n");
	*status = MHD_HTTP_NOT_FOUND;
	if (strcmp(url, "/metrics"))
		return text_response("the metrics are at /metrics\n");
	*status = MHD_HTTP_OK;
	if (is_authorized(http, connection))
		return metrics_response(http);
	*status = MHD_HTTP_UNAUTHORIZED;
	response = text_response("metrics_token, please\n");
	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"l2tpd\"");
	return response;
}

/* Called when the request's head is there, then again for its body, if any: answers at the end of it. */
static enum MHD_Result requested(void *context, struct MHD_Connection *connection, const char *url, const char *method,
				 const char *version, const char *upload, size_t *upload_size, void **request)
{
	static char has_head;
	struct MHD_Response *response;
	enum MHD_Result result;
	unsigned int status;

	if (!*request) {
		*request = &has_head;
		return MHD_YES;
	}
	if (*upload_size) {
		*upload_size = 0;	/* nobody wants it */
		return MHD_YES;
	}
	response = answer_to(context, connection, url, method, &status);
	if (!response)
		return MHD_NO;		/* out of memory: the connection is closed */
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* --- the loop --- */

static void run(struct http *http)
{
	struct timeval delay;
	MHD_UNSIGNED_LONG_LONG ms;

	/* the second time it listens again, when the first closed connections of which there were too many */
	MHD_run(http->daemon);
	MHD_run(http->daemon);
	if (MHD_get_timeout(http->daemon, &ms) != MHD_YES) {
		event_del(http->timer);
		return;
	}
	delay = (struct timeval){ (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };
	event_add(http->timer, &delay);
}

static void happened(evutil_socket_t fd, short what, void *context)
{
	run(context);
}

int http_add(struct http *http, int fd)
{
	static const struct sockaddr nobody = { .sa_family = AF_UNIX };

	if (MHD_add_connection(http->daemon, fd, &nobody, sizeof(nobody)) != MHD_YES)
		return -1;
	run(http);
	return 0;
}

/* --- opening --- */

static int listen_at(const struct endpoint *local, struct error *error)
{
	struct sockaddr_storage address;
	socklen_t length = endpoint_to_sockaddr(local, &address);
	int fd = socket(local->address.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
	char text[ENDPOINT_TEXT_MAX];
	int failed;

	if (fd < 0)
		return error_system(error, errno, "metrics_address", "cannot open a socket for metrics");
	/* connections of a predecessor that are still closing do not count */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&address, length) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	failed = errno;
	close(fd);
	endpoint_format(local, text, sizeof(text));
	if (failed == EADDRNOTAVAIL)
		return error_system(error, failed, "metrics_address",
				    "cannot tell metrics at %s: no interface has this address", text);
	if (failed == EADDRINUSE)
		return error_system(error, failed, "metrics_port",
				    "cannot tell metrics at %s: another program has this port, choose another", text);
	return error_system(error, failed, "metrics_port", "cannot tell metrics at %s", text);
}

static struct MHD_Daemon *start(struct http *http, int fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, requested, http,
				MHD_OPTION_LISTEN_SOCKET, fd,
				MHD_OPTION_CONNECTION_LIMIT, HTTP_CONNECTIONS_MAX,
				MHD_OPTION_CONNECTION_TIMEOUT, HTTP_TIMEOUT_S,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY_MAX,
				MHD_OPTION_END);
}

static bool open_events(struct http *http)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct manage *manage = http->manage;

	if (!info)
		return false;
	http->ready = event_new(manage->loop, info->epoll_fd, EV_READ | EV_PERSIST, happened, http);
	http->timer = event_new(manage->loop, -1, 0, happened, http);
	return http->ready && http->timer && event_priority_set(http->ready, manage->priority) == 0 &&
	       event_priority_set(http->timer, manage->priority) == 0 && event_add(http->ready, NULL) == 0;
}

struct http *http_open(struct manage *manage, const struct endpoint *local, struct error *error)
{
	struct http *http;
	int fd = listen_at(local, error);

	if (fd < 0)
		return NULL;
	http = calloc(1, sizeof(*http));
	if (http) {
		*http = (struct http){ .manage = manage, .local = *local };
		http->daemon = start(http, fd);
		if (http->daemon && open_events(http))
			return http;
	}
	if (!http || !http->daemon)
		close(fd);
	http_close(http);
	error_set(error, ERROR_SYSTEM, "metrics_port", "no memory or descriptors for a server of metrics");
	return NULL;
}

static bool http_is_at(const struct http *http, const struct endpoint *local)
{
	return http && http->local.port == local->port && address_equal(&http->local.address, &local->address);
}

void http_close(struct http *http)
{
	if (!http)
		return;
	if (http->ready)
		event_free(http->ready);
	if (http->timer)
		event_free(http->timer);
	if (http->daemon)
		MHD_stop_daemon(http->daemon);	/* closes the socket too */
	free(http);
}

/* --- as configured --- */

static struct endpoint wanted_endpoint(const struct system_config *wanted)
{
	if (!wanted->metrics_port)
		return (struct endpoint){ .port = 0 };
	return (struct endpoint){ wanted->metrics_address, wanted->metrics_port };
}

int http_try(struct manage *manage, const struct system_config *wanted, struct error *error)
{
	struct endpoint local = wanted_endpoint(wanted);

	http_close(manage->http_tried);
	manage->http_tried = NULL;
	/* the same port at another address may be hindered by nothing but the server there is */
	if (!local.port || (manage->http && manage->http->local.port == local.port))
		return 0;
	manage->http_tried = http_open(manage, &local, error);
	return manage->http_tried ? 0 : -1;
}

/* At the start a port may be taken by a predecessor that is still ending: nobody waits for it but the metrics. */
static void try_again_later(struct manage *manage)
{
	static const struct timeval delay = { RETRY_S, 0 };

	event_add(manage->http_again, &delay);
}

static void replace(struct manage *manage, const struct endpoint *local)
{
	struct error error = { 0 };
	bool tried = http_is_at(manage->http_tried, local);

	http_close(manage->http);
	manage->http = tried ? manage->http_tried : local->port ? http_open(manage, local, &error) : NULL;
	if (tried)
		manage->http_tried = NULL;
	manage->http_failed = (struct endpoint){ .port = 0 };
	event_del(manage->http_again);
	if (manage->http || !local->port)
		return;
	manage->http_failed = *local;
	log_error("%s; it is tried again until it can", error.text);
	try_again_later(manage);
}

void http_again(evutil_socket_t fd, short what, void *context)
{
	struct manage *manage = context;
	struct endpoint local = manage->http_failed;
	char text[ENDPOINT_TEXT_MAX];

	manage->http = http_open(manage, &local, NULL);
	if (!manage->http) {
		try_again_later(manage);
		return;
	}
	manage->http_failed = (struct endpoint){ .port = 0 };
	log_info("metrics are told at %s now", endpoint_format(&local, text, sizeof(text)));
}

void http_settle(struct manage *manage)
{
	struct endpoint local = wanted_endpoint(service_system(manage->service));

	if (!(manage->http ? http_is_at(manage->http, &local) :
	      local.port == manage->http_failed.port &&
	      address_equal(&local.address, &manage->http_failed.address)))
		replace(manage, &local);
	http_close(manage->http_tried);
	manage->http_tried = NULL;
}
