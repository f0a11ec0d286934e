/* SPDX-License-Identifier: MIT */
/*
 * The methods of who has the line behind a call, or its PPP: a program at a frame socket, or the one that opened the
 * bearer.  The peer is told what it knows (service/call_line.h).
 */
#include "manage/interface.h"
#include "manage/methods.h"

/* Of a 32-bit number that need not be there. */
static bool read_number(const struct call *call, const char *name, uint32_t *number, json_t **error)
{
	uint64_t value = *number;

	if (!call_number(call, name, UINT32_MAX, &value, error))
		return false;
	*number = (uint32_t)value;
	return true;
}

static bool find_call(const struct call *call, handle *session, struct command *command, json_t **error)
{
	struct error failure = { 0 };

	if (!call_command(call, command, error))
		return false;
	if (service_find_session(call->service, command, session, &failure) == 0)
		return true;
	*error = call_failed(&failure);
	return false;
}

/* What the service said of it. */
static enum call_step reported(const struct call *call, const struct command *command, int ret, struct error *failure,
			       json_t **error)
{
	char object[ERROR_OBJECT_MAX];

	call->host->changed(call->host->context);
	if (ret == 0)
		return CALL_LAST;
	error_name_object(failure, command_object(command, object));
	return call_fail(failure, error);
}

static enum call_step errors_step(struct call *call, struct emit *result, json_t **error)
{
	struct avp_call_errors errors = { 0 };
	struct error failure = { 0 };
	struct command command;
	handle session;
	int ret;

	if (!find_call(call, &session, &command, error) ||
	    !read_number(call, "call_crc_errors", &errors.crc, error) ||
	    !read_number(call, "call_framing_errors", &errors.framing, error) ||
	    !read_number(call, "call_hardware_overruns", &errors.hardware_overruns, error) ||
	    !read_number(call, "call_buffer_overruns", &errors.buffer_overruns, error) ||
	    !read_number(call, "call_timeout_errors", &errors.timeouts, error) ||
	    !read_number(call, "call_alignment_errors", &errors.alignment, error))
		return CALL_LAST;
	ret = service_report_errors(call->service, session, &errors, call->host->now(), &failure);
	return reported(call, &command, ret, &failure, error);
}

static enum call_step accm_step(struct call *call, struct emit *result, json_t **error)
{
	struct avp_accm accm = { UINT32_MAX, UINT32_MAX };
	struct error failure = { 0 };
	struct command command;
	handle session;
	int ret;

	if (!find_call(call, &session, &command, error) ||
	    !read_number(call, "send_accm", &accm.send, error) ||
	    !read_number(call, "receive_accm", &accm.receive, error))
		return CALL_LAST;
	ret = service_report_accm(call->service, session, &accm, call->host->now(), &failure);
	return reported(call, &command, ret, &failure, error);
}

static const struct method methods[] = {
	{ "SessionReportErrors", ROLE_CHANGE,
	  "(config: SessionConfig, call_crc_errors: ?int, call_framing_errors: ?int, call_hardware_overruns: ?int,\n"
	  "  call_buffer_overruns: ?int, call_timeout_errors: ?int, call_alignment_errors: ?int)", "()",
	  "Tell the LNS of a call what the line behind this LAC has seen since the call began (WEN). Nothing is told\n"
	  "where all is 0 or as before, and not more often than every 60 s: then the last numbers follow by themselves.",
	  CONFIG_SESSION, CONFIG_SHOW, .step = errors_step },
	{ "SessionReportAccm", ROLE_CHANGE,
	  "(config: SessionConfig, send_accm: ?int, receive_accm: ?int)", "()",
	  "Tell the LAC of a call whose PPP is not l2tpd's which control characters LCP has agreed to escape (SLI):\n"
	  "bit n is character n. Without a number all of them.",
	  CONFIG_SESSION, CONFIG_SHOW, .step = accm_step },
	{ .name = NULL },
};

const struct method_table methods_line = { .methods = methods };
