/* SPDX-License-Identifier: MIT */
/* Control messages: not there yet. */
#include "datapath/user/internal.h"

int message_listen(struct datapath *dp, const struct datapath_port_config *config, handle *port, struct error *error)
{
	return error_set(error, ERROR_UNSUPPORTED, NULL, "the control protocol is not supported yet");
}

void message_unlisten(struct datapath *dp, handle port)
{
}

int message_receive(struct datapath *dp, struct datapath_message *messages, int max)
{
	return 0;
}

void message_send(struct datapath *dp, const struct datapath_message *messages, int count)
{
}
