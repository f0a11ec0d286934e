/* SPDX-License-Identifier: MIT */
/*
 * How the null datapath keeps sessions: there may be very many that differ in little but their ids, and whoever
 * measures what a session costs does so over this datapath.  What is alike is kept once; what only sessions with a
 * device have lies apart.
 */
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "datapath/null/internal.h"

static struct null_common *common_get(struct null_datapath *null, const struct datapath_session_config *config)
{
	struct datapath_session_config key = *config;
	struct null_common *common;

	key.tunnel = HANDLE_NONE;
	key.session_id = key.peer_session_id = 0;
	key.frames = NULL;
	key.network_device = HANDLE_NONE;
	memset(&key.ppp, 0, sizeof(key.ppp));
	memset(&key.mppe, 0, sizeof(key.mppe));
	memset(&key.rate, 0, sizeof(key.rate));
	memset(key.cookie, 0, sizeof(key.cookie));
	memset(key.peer_cookie, 0, sizeof(key.peer_cookie));
	memset(key.ifname, 0, sizeof(key.ifname));
	memset(key.mac, 0, sizeof(key.mac));
	HASH_FIND(hh, null->commons, &key, sizeof(key), common);
	if (!common) {
		common = calloc(1, sizeof(*common));
		if (!common)
			return NULL;
		common->config = key;
		HASH_ADD(hh, null->commons, config, sizeof(common->config), common);
		if (!common->hh.tbl) {
			free(common);
			return NULL;
		}
	}
	common->references++;
	return common;
}

static void common_put(struct null_datapath *null, struct null_common *common)
{
	if (!common || --common->references)
		return;
	HASH_DELETE(hh, null->commons, common);
	free(common);
}

static struct null_device *device_new(const struct datapath_session_config *config)
{
	struct null_device *device = calloc(1, sizeof(*device));

	if (!device)
		return NULL;
	memcpy(device->cookie, config->cookie, sizeof(device->cookie));
	memcpy(device->peer_cookie, config->peer_cookie, sizeof(device->peer_cookie));
	memcpy(device->ifname, config->ifname, sizeof(device->ifname));
	memcpy(device->mac, config->mac, sizeof(device->mac));
	return device;
}

struct null_session *null_session_new(struct null_datapath *null, struct null_tunnel *tunnel,
				      const struct datapath_session_config *config)
{
	struct null_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->tunnel = tunnel;
	session->session_id = config->session_id;
	session->peer_session_id = config->peer_session_id;
	DL_APPEND(tunnel->sessions, session);
	session->common = common_get(null, config);
	session->frames = config->frames ? strdup(config->frames) : NULL;
	session->device = config->pw_type != L2TP_PW_PPP ? device_new(config) : NULL;
	session->handle = handle_add(&null->sessions, session);
	if (session->common && !session->frames == !config->frames && session->handle != HANDLE_NONE &&
	    (session->device || config->pw_type == L2TP_PW_PPP))
		return session;
	null_session_free(null, session);
	return NULL;
}

void null_session_free(struct null_datapath *null, struct null_session *session)
{
	handle_remove(&null->sessions, session->handle);
	null_ppp_forget(null, session);
	null_name_release(null, session->device);
	null->taps -= session->snaplen > 0;
	DL_DELETE(session->tunnel->sessions, session);
	common_put(null, session->common);
	free(session->device);
	free(session->frames);
	free(session->stats);
	free(session);
}

void null_session_config(const struct null_session *session, struct datapath_session_config *config)
{
	const struct null_device *device = session->device;

	*config = session->common->config;
	config->tunnel = session->tunnel->handle;
	config->session_id = session->session_id;
	config->peer_session_id = session->peer_session_id;
	config->frames = session->frames;
	null_ppp_config(session, config);
	if (!device)
		return;
	memcpy(config->cookie, device->cookie, sizeof(config->cookie));
	memcpy(config->peer_cookie, device->peer_cookie, sizeof(config->peer_cookie));
	memcpy(config->ifname, device->ifname, sizeof(config->ifname));
	memcpy(config->mac, device->mac, sizeof(config->mac));
}

bool null_session_change(struct null_datapath *null, struct null_session *session,
			 const struct datapath_session_config *config)
{
	struct null_common *common = common_get(null, config);

	if (!common)
		return false;
	common_put(null, session->common);
	session->common = common;
	return true;
}
