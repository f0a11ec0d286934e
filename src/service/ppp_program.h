/* SPDX-License-Identifier: MIT */
/*
 * PPP that is a program's: frames of sessions that were made by the kernel's API.
 */
#ifndef L2TPD_SERVICE_PPP_PROGRAM_H
#define L2TPD_SERVICE_PPP_PROGRAM_H

#include "service/internal.h"

void ppp_program_receive(struct service *service, const struct session *session,
			 const struct datapath_message *message);
/* What arrives cannot be deciphered any more. */
void ppp_program_lost(struct service *service, const struct session *session);

#endif
