/* SPDX-License-Identifier: MIT */
/* Ciphers of PPP sessions, as the control thread makes and exchanges them. See network.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/user/network.h"

static void direction_free(struct mppe *mppe)
{
	if (mppe)
		mppe_wipe(mppe);
	free(mppe);
}

void cipher_free(void *object)
{
	struct cipher *cipher = object;

	if (!cipher)
		return;
	direction_free(cipher->send);
	direction_free(cipher->receive);
	free(cipher);
}

static struct mppe *direction_new(const struct datapath_mppe *config, const uint8_t *key)
{
	struct mppe *mppe = calloc(1, mppe_size(config->stateful));

	if (!mppe)
		return NULL;
	mppe_begin(mppe, key, config->bits, config->stateful);
	mppe->any = config->any;
	return mppe;
}

struct cipher *cipher_new(const struct datapath_mppe *config, struct error *error)
{
	bool any = config->send || config->receive;
	struct cipher *cipher;

	if (any && config->bits != 40 && config->bits != 56 && config->bits != 128) {
		error_set(error, ERROR_VALUE, NULL, "MPPE has keys of 40, 56 or 128 bits");
		return NULL;
	}
	cipher = calloc(1, sizeof(*cipher));
	if (cipher && config->send)
		cipher->send = direction_new(config, config->send_key);
	if (cipher && config->receive)
		cipher->receive = direction_new(config, config->receive_key);
	if (cipher && !cipher->send == !config->send && !cipher->receive == !config->receive)
		return cipher;
	cipher_free(cipher);
	error_system(error, ENOMEM, NULL, "cannot encipher the session");
	return NULL;
}

/* The workers meanwhile go on with the direction that stays: it is the same object before and after. */
int cipher_change(struct session *session, const struct datapath_mppe *config, unsigned int fields,
		  struct error *error)
{
	struct datapath_mppe wanted = *config;
	struct cipher *before = session->cipher, *next;

	wanted.send = config->send && fields & DATAPATH_SESSION_MPPE_SEND;
	wanted.receive = config->receive && fields & DATAPATH_SESSION_MPPE_RECEIVE;
	next = cipher_new(&wanted, error);
	explicit_bzero(&wanted, sizeof(wanted));
	if (!next)
		return -1;
	if (before && !(fields & DATAPATH_SESSION_MPPE_SEND)) {
		next->send = before->send;
		next->flush = shared_get(before->flush);
	}
	if (before && !(fields & DATAPATH_SESSION_MPPE_RECEIVE))
		next->receive = before->receive;
	rcu_assign_pointer(session->cipher, next);
	synchronize_rcu();
	if (before && before->send == next->send)
		before->send = NULL;
	if (before && before->receive == next->receive)
		before->receive = NULL;
	cipher_free(before);
	return 0;
}
