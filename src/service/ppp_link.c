/* SPDX-License-Identifier: MIT */
/*
 * Frames that arrive for sessions are given to the engine of PPP, what it tells goes to the session (session_ppp.c),
 * and what it wants to be sent is taken out in batches when everything else is done.
 *
 * The engine's owners are handles of sessions.
 */
#include "service/ppp_link.h"

#include "service/ppp_program.h"
#include "service/session_call.h"
#include "service/session_ppp.h"
#include "service/trace_ppp.h"

#define TRANSMIT_BATCH 64

int ppp_link_begin(struct service *service)
{
	service->ppp = ppp_new(service->random);
	return service->ppp ? 0 : -1;
}

void ppp_link_end(struct service *service)
{
	ppp_free(service->ppp);
	service->ppp = NULL;
}

void ppp_link_receive(struct service *service, const struct datapath_message *message)
{
	struct session *session = lookup_session_by_datapath(service, message->session);

	if (!session)
		return;
	if (session->origin == SERVICE_ORIGIN_KERNEL) {
		ppp_program_receive(service, session, message);
		return;
	}
	if (!session->ppp) {
		session_call_hold(session, message->octets, message->length);
		return;
	}
	if (session_ppp_frame(service, session, message->octets, message->length))
		return;
	trace_ppp_frame(service, session, false, message->octets, message->length);
	ppp_receive(service->ppp, session->ppp->link, message->octets, message->length, service->now);
	ppp_link_take_events(service);
}

static void tell(struct service *service, struct session *session, const struct ppp_event *event)
{
	trace_ppp_event(service, session, event);
	session_ppp_event(service, session, event);
}

bool ppp_link_take_events(struct service *service)
{
	struct ppp_event event;
	bool any = false;

	while (service->ppp && ppp_next_event(service->ppp, &event)) {
		struct session *session = handle_get(&service->session_handles, (handle)(uintptr_t)event.owner);

		any = true;
		if (session && session->ppp && session->ppp->link == event.link)
			tell(service, session, &event);
	}
	return any;
}

static int fill_batch(struct service *service, struct datapath_message *messages)
{
	struct ppp_frame frame;
	int count = 0;

	while (count < TRANSMIT_BATCH && ppp_next_frame(service->ppp, &frame)) {
		const struct session *session = handle_get(&service->session_handles, (handle)(uintptr_t)frame.owner);

		if (!session || !session->is_told)
			continue;
		trace_ppp_frame(service, session, true, frame.octets, frame.length);
		messages[count++] = (struct datapath_message){
			.session = session->datapath,
			.octets = (uint8_t *)(uintptr_t)frame.octets,	/* send() does not change them */
			.length = (uint32_t)frame.length,
		};
	}
	return count;
}

void ppp_link_transmit(struct service *service)
{
	struct datapath_message messages[TRANSMIT_BATCH];
	int count;

	do {
		count = service->ppp ? fill_batch(service, messages) : 0;
		if (count)
			datapath_ops(service->dp)->send(service->dp, messages, count);
	} while (count == TRANSMIT_BATCH);
}

void ppp_link_expire(struct service *service)
{
	while (service->ppp && ppp_expire(service->ppp, service->now))
		ppp_link_take_events(service);
}

uint64_t ppp_link_deadline(const struct service *service)
{
	_Static_assert(PPP_NEVER == SERVICE_NEVER, "both write it the same");
	return service->ppp ? ppp_deadline(service->ppp) : SERVICE_NEVER;
}
