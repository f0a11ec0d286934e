/* SPDX-License-Identifier: MIT */
/*
 * Control messages as they come and go, for who follows them.  The engine knows nothing of it: the service takes what
 * it hands over apart once more, when somebody is traced.  Hidden values stay hidden here, and secrets are not told.
 */
#ifndef L2TPD_SERVICE_TRACE_MESSAGE_H
#define L2TPD_SERVICE_TRACE_MESSAGE_H

#include "control/control.h"
#include "service/trace.h"

#define TRACE_MESSAGES (TRACE_PROTOCOL | TRACE_AVP | TRACE_AVP_HIDE | TRACE_AVP_DATA | TRACE_TRANSPORT)

/* Is it worth a look whose message it is? */
static inline bool trace_is_any(const struct service *service, uint32_t categories)
{
	return __builtin_expect(((service->traced | service->system.trace_flags) & categories) != 0, 0);
}

struct received_message;

/* What the datapath received, before the engine gets it, which may change it.  NULL: it is not traced. */
struct received_message *trace_received(struct service *service, const struct datapath_message *message);
/* The engine has taken it, and may have made its tunnel only now; frees received, which may be NULL. */
void trace_received_end(struct service *service, struct received_message *received);
/* What the engine wants to be sent. tunnel NULL: it has none (any more). */
void trace_sent(struct service *service, const struct tunnel *tunnel, const struct control_datagram *datagram);
/* What the engine tells. */
void trace_engine_event(struct service *service, const struct control_event *event);

#endif
