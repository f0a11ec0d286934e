/* SPDX-License-Identifier: MIT */
/*
 * An authorizer for l2tpd, the same as authorizer.py, which says what it does:
 *
 *	authorizer FILE [SOCKET]
 *
 * It needs jansson: cc -o authorizer authorizer.c -ljansson
 */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("authorizer: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(EXIT_FAILURE);
}

/* --- Varlink: JSON objects over a Unix socket, each ended by a NUL --- */

/* A stream to read from and one to write to, of the same socket. */
struct connection {
	FILE *in, *out;
	char *text;			/* of the last reply */
	size_t size;
};

static void connect_to(struct connection *connection, const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		die("cannot connect to %s: %s", path, strerror(errno));
	connection->in = fdopen(fd, "r");
	connection->out = fdopen(dup(fd), "w");
	if (!connection->in || !connection->out)
		die("%s", strerror(errno));
}

static void disconnect(struct connection *connection)
{
	fclose(connection->in);
	fclose(connection->out);
	free(connection->text);
}

/* Takes the parameters over. */
static void send_call(struct connection *connection, const char *method, json_t *parameters, bool more)
{
	json_t *call = json_pack("{s:s, s:o, s:b}", "method", method, "parameters", parameters, "more", (int)more);

	if (!call || json_dumpf(call, connection->out, JSON_COMPACT) < 0 || fputc('\0', connection->out) == EOF ||
	    fflush(connection->out) == EOF)
		die("cannot write to l2tpd");
	json_decref(call);
}

/* The next reply, an error, too. */
static json_t *receive(struct connection *connection)
{
	ssize_t length = getdelim(&connection->text, &connection->size, '\0', connection->in);
	json_t *reply = length > 0 ? json_loads(connection->text, 0, NULL) : NULL;

	if (!reply)
		die("l2tpd has closed the connection");
	return reply;
}

/* What an error says, or NULL. */
static const char *error_of(const json_t *reply)
{
	const char *error = json_string_value(json_object_get(reply, "error"));
	const char *message = json_string_value(json_object_get(json_object_get(reply, "parameters"), "message"));

	return error && message ? message : error;
}

/* --- questions and answers --- */

static const char *config_text(const json_t *object, const char *parameter)
{
	const char *text = json_string_value(json_object_get(json_object_get(object, "config"), parameter));

	return text ? text : "";
}

/* The answer to a question: parameters of AuthorizerAnswer. */
static json_t *decide(const char *path, const json_t *question)
{
	const json_t *tunnel = json_object_get(question, "tunnel"), *session = json_object_get(question, "session");
	const char *kind = session ? "session" : "tunnel";
	json_error_t where;
	json_t *policy = json_load_file(path, 0, &where), *rows, *answer;
	json_int_t id = json_integer_value(json_object_get(question, "id"));
	char name[160], reason[192];

	if (!policy)
		die("%s:%d: %s", path, where.line, where.text);
	snprintf(name, sizeof(name), "%s%s%s", config_text(tunnel, "tunnel_name"), session ? "/" : "",
		 config_text(session, "session_name"));
	rows = json_object_get(json_object_get(policy, session ? "sessions" : "tunnels"), name);
	if (rows) {
		answer = json_pack("{s:I, s:b, s:O}", "id", id, "accept", 1, kind, rows);
	} else {
		snprintf(reason, sizeof(reason), "%s %s is not in the list", kind, name);
		answer = json_pack("{s:I, s:b, s:s}", "id", id, "accept", 0, "reason", reason);
	}
	json_decref(policy);
	return answer;
}

/* The connection is not kept: l2tpd closes those on which nothing is said for long. */
static void answer_all(const char *path, const json_t *questions, const char *address)
{
	struct connection answers = { NULL, NULL, NULL, 0 };
	const json_t *question;
	size_t i;

	connect_to(&answers, address);
	json_array_foreach(questions, i, question) {
		json_t *reply;

		send_call(&answers, "org.l2tpd.AuthorizerAnswer", decide(path, question), false);
		reply = receive(&answers);
		if (error_of(reply))	/* too late, say, or the tunnel is gone; the next one may be better */
			fprintf(stderr, "authorizer: %s\n", error_of(reply));
		json_decref(reply);
	}
	disconnect(&answers);
}

int main(int argc, char **argv)
{
	struct connection questions = { NULL, NULL, NULL, 0 };
	const char *address = argc > 2 ? argv[2] : "/run/l2tpd/l2tpd.socket";

	if (argc < 2)
		die("which file? authorizer FILE [SOCKET]");
	connect_to(&questions, address);
	send_call(&questions, "org.l2tpd.AuthorizerRegister",
		  json_pack("{s:b, s:b}", "tunnels", 1, "sessions", 1), true);
	for (;;) {
		json_t *reply = receive(&questions);

		if (error_of(reply))
			die("%s", error_of(reply));
		answer_all(argv[1], json_object_get(json_object_get(reply, "parameters"), "questions"), address);
		json_decref(reply);
	}
}
