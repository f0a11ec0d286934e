/* SPDX-License-Identifier: MIT */
/*
 * What PPP says in a session, as lines of its category of trace: the session's, its tunnel's, or its PPP profile's.
 */
#ifndef L2TPD_SERVICE_TRACE_PPP_H
#define L2TPD_SERVICE_TRACE_PPP_H

#include "ppp/ppp.h"
#include "service/internal.h"

/* A frame of the engine: what the packet is, of negotiations with its options.  Of proofs nothing else: they are
 * secrets. */
void trace_ppp_frame(const struct service *service, const struct session *session, bool sent, const uint8_t *frame,
		     size_t length);
/* What the engine tells. */
void trace_ppp_event(const struct service *service, const struct session *session, const struct ppp_event *event);

#endif
