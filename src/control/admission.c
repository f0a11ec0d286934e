/* SPDX-License-Identifier: MIT */
/*
 * Peers that have proved nothing: from their SCCRQ to their SCCCN.  Each costs one place in a table of fixed size,
 * which gets its memory in blocks as it fills and keeps it.  No timer repeats our SCCRP: a peer that has not got it
 * repeats its SCCRQ, which is answered again.
 *
 * When requests come faster than allowed, or the table fills, a request counts only when it comes a second time:
 * an honest peer repeats its own after a second, a flood with invented sources does not.  Of what was seen there
 * is a tag of 16 bits.
 *
 * Values of a request may be hidden with a secret that follows from the Host Name, which may not: such a request
 * lies in its place as it came until it is accepted, and is decoded again.
 */
#include <stdlib.h>
#include <string.h>

#include "control/internal.h"

#define LIFE 31000			/* ms: a full cycle of the peer's retransmissions */
#define CHALLENGE_MAX 256		/* octets of a peer's */
#define BUCKETS 4096
#define SEEN (1 << 21)			/* tags: ten seconds of 200,000 requests a second */
#define BLOCK 64			/* places that get their memory together */
#define NONE UINT32_MAX

/* What makes a request the same as another, besides the address and port: the peer's tunnel id; of one that is hidden,
 * all that was sent. */
#define KEY_OF_ID(id) ((uint64_t)(id))
#define KEY_HIDDEN ((uint64_t)1 << 63)

enum place_state { PLACE_FREE, PLACE_ASKING, PLACE_ANSWERED };

struct place {
	enum place_state state;
	uint32_t index;			/* its own */
	uint32_t generation;
	uint32_t next_in_bucket;	/* of its address; of the free ones when free */
	uint32_t older, newer;
	uint16_t id;			/* ours, once it was answered */
	struct control_path path;
	struct control_peer peer;	/* tunnel_id 0: hidden */
	uint64_t key, until;
	uint16_t peer_challenge_length;
	uint8_t peer_challenge[CHALLENGE_MAX];
	uint8_t challenge[CONTROL_CHALLENGE_LENGTH];
	struct control_tunnel_settings settings;
	void *owner;
	bool understood;		/* the request, but for what is hidden and need not be there */
	uint16_t request_length;	/* of what was hidden; 0: nothing */
	uint16_t reply_length;
	uint8_t octets[CONTROL_REPLY_MAX];	/* the request's AVPs when it has hidden ones, then the SCCRP */
};

struct admission {
	struct control_limits limits;
	uint64_t key;			/* of hashes */
	struct place **blocks;		/* of limits.half_open places, those from fresh on maybe without memory */
	uint32_t free, fresh, used, oldest, newest;	/* fresh: from here on no place was ever used */
	uint32_t buckets[BUCKETS];
	uint32_t by_id[CONTROL_IDS];	/* place, NONE */
	uint16_t *seen;			/* NULL: nothing yet */
	uint64_t second;		/* being counted */
	uint32_t in_second;
};

static uint32_t at_least_one(uint32_t places)
{
	return places ? places : 1;
}

static uint32_t block_count(const struct admission *admission)
{
	return (admission->limits.half_open + BLOCK - 1) / BLOCK;
}

struct admission *admission_new(const struct control_limits *limits, uint64_t key)
{
	struct admission *admission = calloc(1, sizeof(*admission));

	if (!admission)
		return NULL;
	admission->limits = *limits;
	admission->limits.half_open = at_least_one(limits->half_open);
	admission->key = key;
	admission->free = admission->oldest = admission->newest = NONE;
	admission->blocks = calloc(block_count(admission), sizeof(*admission->blocks));
	if (!admission->blocks) {
		admission_free(admission);
		return NULL;
	}
	memset(admission->buckets, 0xff, sizeof(admission->buckets));
	memset(admission->by_id, 0xff, sizeof(admission->by_id));
	return admission;
}

void admission_free(struct admission *admission)
{
	if (!admission)
		return;
	for (uint32_t i = 0; admission->blocks && i < block_count(admission); i++)
		free(admission->blocks[i]);
	free(admission->blocks);
	free(admission->seen);
	free(admission);
}

bool admission_has_id(const struct admission *admission, uint16_t id)
{
	return admission->by_id[id] != NONE;
}

/* --- places --- */

/* One that was used. */
static struct place *place_at(const struct admission *admission, uint32_t index)
{
	return &admission->blocks[index / BLOCK][index % BLOCK];
}

/* One that nobody has. NULL: out of memory. */
static struct place *free_place(struct admission *admission)
{
	uint32_t index = admission->fresh;
	struct place **block = &admission->blocks[index / BLOCK];
	struct place *place;

	if (admission->free != NONE) {
		place = place_at(admission, admission->free);
		admission->free = place->next_in_bucket;
		return place;
	}
	if (!*block)
		*block = calloc(BLOCK, sizeof(**block));
	if (!*block)
		return NULL;
	admission->fresh++;
	place = place_at(admission, index);
	place->index = index;
	return place;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 32) * 0xbf58476d1ce4e5b9u;
	return (x ^ x >> 29) * 0x94d049bb133111ebu;
}

/* Nobody can foresee which addresses meet. */
static uint64_t hash_address(const struct admission *admission, const struct address *address)
{
	uint64_t words[2];

	memcpy(words, address->bytes, sizeof(words));
	return mix(admission->key ^ words[0] ^ mix(words[1] + address->family + admission->key));
}

static uint64_t hash_octets(const struct admission *admission, const uint8_t *octets, size_t length)
{
	uint64_t hash = admission->key;

	for (size_t i = 0; i < length; i++)
		hash = mix(hash + octets[i] + 1);
	return hash;
}

static uint32_t *bucket_of(struct admission *admission, const struct address *address)
{
	return &admission->buckets[hash_address(admission, address) % BUCKETS];
}

static handle request_of(const struct place *place)
{
	return (handle)place->generation << 32 | (place->index + 1);
}

static struct place *place_of(const struct control *control, handle request)
{
	const struct admission *admission = control->admission;
	uint32_t index = (uint32_t)request - 1;
	struct place *place = index < admission->fresh ? place_at(admission, index) : NULL;

	return place && place->state != PLACE_FREE && place->generation == request >> 32 ? place : NULL;
}

static void unlink_age(struct admission *admission, const struct place *place)
{
	if (place->older != NONE)
		place_at(admission, place->older)->newer = place->newer;
	else
		admission->oldest = place->newer;
	if (place->newer != NONE)
		place_at(admission, place->newer)->older = place->older;
	else
		admission->newest = place->older;
}

static void leave(struct control *control, struct place *place)
{
	struct admission *admission = control->admission;
	uint32_t *link = bucket_of(admission, &place->path.peer.address);

	while (*link != place->index)
		link = &place_at(admission, *link)->next_in_bucket;
	*link = place->next_in_bucket;
	unlink_age(admission, place);
	if (place->id) {
		admission->by_id[place->id] = NONE;
		control_rest_tunnel_id(control, place->id);
	}
	explicit_bzero(place->settings.secret, sizeof(place->settings.secret));
	place->id = 0;
	place->state = PLACE_FREE;
	place->generation++;
	place->next_in_bucket = admission->free;
	admission->free = place->index;
	admission->used--;
}

/* NULL: out of memory. */
static struct place *enter(struct admission *admission, const struct control_path *path, uint64_t key, uint64_t now)
{
	uint32_t *bucket = bucket_of(admission, &path->peer.address);
	struct place *place = free_place(admission);

	if (!place)
		return NULL;
	admission->used++;
	place->state = PLACE_ASKING;
	place->path = *path;
	place->key = key;
	place->until = now + LIFE;
	place->next_in_bucket = *bucket;
	*bucket = place->index;
	place->older = admission->newest;
	place->newer = NONE;
	if (place->older != NONE)
		place_at(admission, place->older)->newer = place->index;
	else
		admission->oldest = place->index;
	admission->newest = place->index;
	return place;
}

/* The place of this request, if it has one; *of_source: how many its source has. */
static struct place *find(struct admission *admission, const struct control_path *path, uint64_t key,
			  uint32_t *of_source)
{
	struct place *found = NULL;

	*of_source = 0;
	for (uint32_t at = *bucket_of(admission, &path->peer.address); at != NONE;
	     at = place_at(admission, at)->next_in_bucket) {
		struct place *place = place_at(admission, at);

		if (!address_equal(&place->path.peer.address, &path->peer.address))
			continue;
		++*of_source;
		if (place->path.peer.port == path->peer.port && place->key == key)
			found = place;
	}
	return found;
}

/* --- who may come in --- */

/* Was it seen before? Remember it. */
static bool seen_before(struct admission *admission, const struct control_path *path, uint64_t key)
{
	uint64_t hash = mix(hash_address(admission, &path->peer.address) ^ (uint64_t)path->peer.port << 16 ^ key);
	uint16_t *seen, tag = (uint16_t)(hash >> 48) | 1;

	if (!admission->seen)
		admission->seen = calloc(SEEN, sizeof(*admission->seen));
	if (!admission->seen)
		return false;
	seen = &admission->seen[hash % SEEN];
	if (*seen == tag)
		return true;
	*seen = tag;
	return false;
}

static bool is_crowded(const struct admission *admission)
{
	return admission->used > admission->limits.half_open / 2;
}

/* Counts what comes in this second: is it more than allowed? */
static bool is_fast(struct admission *admission, uint64_t now)
{
	if (now / 1000 != admission->second) {
		admission->second = now / 1000;
		admission->in_second = 0;
	}
	return ++admission->in_second > admission->limits.requests_per_second;
}

static void tell_down(struct control *control, const struct place *place, uint16_t result, uint16_t error,
		      const char *text)
{
	control_reason_local(&control->reason, result, error, text);
	control_tell_request_down(control, request_of(place), &place->path, place->owner);
}

static void crowd_out(struct control *control, struct place *place)
{
	if (place->state == PLACE_ANSWERED)
		tell_down(control, place, 0, 0, "crowded out by other requests");
	leave(control, place);
}

static bool may_enter(struct control *control, const struct control_path *path, uint64_t key, uint32_t of_source,
		      uint64_t now)
{
	struct admission *admission = control->admission;

	if ((is_fast(admission, now) || is_crowded(admission)) && !seen_before(admission, path, key)) {
		control->counters.requests_unproved++;
		return false;
	}
	if (is_crowded(admission) && of_source >= admission->limits.source_half_open) {
		control->counters.requests_crowded_out++;
		return false;
	}
	if (admission->used == admission->limits.half_open) {
		control->counters.requests_crowded_out++;
		crowd_out(control, place_at(admission, admission->oldest));
	}
	return true;
}

/* --- replies --- */

/* message into octets, with a header. Returns the whole length, 0 when it does not fit. */
static size_t write_message(struct control *control, const struct message *message,
			    const struct control_tunnel_settings *settings, uint16_t peer_tunnel_id, uint16_t ns,
			    uint16_t nr, uint8_t octets[CONTROL_REPLY_MAX])
{
	uint8_t random_vector[16];
	struct message_hiding hiding = {
		.keys = { settings ? settings->secret : NULL, settings ? settings->secret_length : 0, random_vector,
			  sizeof(random_vector) },
		.hide = settings ? control_hidden_rows(settings, message->type) : 0,
	};
	struct control_header header = { .version = 2, .connection_id = peer_tunnel_id, .ns = ns, .nr = nr };
	size_t length;

	if (hiding.hide) {
		control_random(control, random_vector, sizeof(random_vector));
		hiding.padding = control_hiding_padding(control);
	}
	length = message_encode(message, hiding.hide ? &hiding : NULL, octets + CONTROL_HEADER_LENGTH,
				CONTROL_REPLY_MAX - CONTROL_HEADER_LENGTH);
	if (!length)
		return 0;
	header.length = (uint16_t)(CONTROL_HEADER_LENGTH + length);
	control_header_write(&header, octets);
	control->counters.messages_sent[message->type]++;
	return header.length;
}

/* Once, from nothing: it is not repeated. A peer whose id is hidden cannot be told. */
static void reply_stop(struct control *control, const struct control_path *path, uint16_t id, uint16_t peer_tunnel_id,
		       uint16_t ns, uint16_t nr, uint16_t result, uint16_t error, const char *text)
{
	struct message message = { .type = MESSAGE_STOPCCN, .present = AVP_BIT(AVP_ASSIGNED_TUNNEL_ID) };
	uint8_t octets[CONTROL_REPLY_MAX];
	size_t length;

	if (!peer_tunnel_id)
		return;
	message.assigned_tunnel_id = id;
	control_compose_result(&message, result, error, text);
	length = write_message(control, &message, NULL, peer_tunnel_id, ns, nr, octets);
	if (length)
		control_reply(control, path, octets, length);
}

static void reply_ack(struct control *control, const struct place *place, uint16_t nr)
{
	const struct control_header header = {
		.version = 2, .connection_id = place->peer.tunnel_id, .ns = place->state == PLACE_ANSWERED, .nr = nr,
		.length = CONTROL_HEADER_LENGTH,
	};
	uint8_t octets[CONTROL_HEADER_LENGTH];

	control_header_write(&header, octets);
	control_reply(control, &place->path, octets, sizeof(octets));
}

/* The peer's StopCCN is in control->message. */
static void stopped(struct control *control, struct place *place, const struct control_header *header)
{
	reply_ack(control, place, (uint16_t)(header->ns + 1));
	if (place->state == PLACE_ANSWERED) {
		control_reason_peer(&control->reason, &control->message);
		control_tell_request_down(control, request_of(place), &place->path, place->owner);
	}
	leave(control, place);
}

/* --- SCCRQ --- */

struct request {
	const struct control_path *path;
	uint64_t key;
	const uint8_t *hidden;		/* octets as they came, NULL: nothing is hidden */
	size_t length;
	bool understood;
};

/* What of message has to outlive it. */
static void learn(struct place *place, const struct message *message)
{
	control_peer_learn(&place->peer, message);
	place->peer_challenge_length = message->challenge.length;
	if (message->challenge.length)
		memcpy(place->peer_challenge, message->challenge.octets, message->challenge.length);
}

/* Of a request that can be read: its place, or none. */
static void admit(struct control *control, const struct request *request, uint64_t now)
{
	const struct message *message = &control->message;
	struct admission *admission = control->admission;
	uint32_t of_source;
	struct place *place = find(admission, request->path, request->key, &of_source);

	if (place) {
		control->counters.requests_duplicate++;
		place->path = *request->path;		/* where it came to first may be closed by now */
		if (place->state == PLACE_ANSWERED)
			control_reply(control, &place->path, place->octets, place->reply_length);
		return;
	}
	if (!may_enter(control, request->path, request->key, of_source, now) ||
	    control_tunnel_tie(control, request->path, message))
		return;
	place = enter(admission, request->path, request->key, now);
	if (!place)
		return;
	learn(place, message);
	place->understood = request->understood;
	place->request_length = request->hidden ? (uint16_t)request->length : 0;
	if (request->hidden)
		memcpy(place->octets, request->hidden, request->length);
	control_tell_request(control, request_of(place), request->path);
}

static const char *refuse_request(const struct message *message, uint16_t *result, uint16_t *error)
{
	*result = RESULT_ERROR;
	*error = ERROR_CODE_VALUE;
	if (message->challenge.length > CHALLENGE_MAX)
		return "the challenge is too long";
	if (message->protocol_version.version == 1 || !message_has(message, AVP_PROTOCOL_VERSION))
		return NULL;
	*result = RESULT_VERSION;
	*error = 1;
	return "only version 1 of the protocol is spoken here";
}

/* Told as often as requests are welcome: what is wrong must not cost more than what is right. */
static void refuse_bad(struct control *control, const struct control_path *path, uint16_t result, uint16_t error,
		       const char *text, uint64_t now)
{
	control->counters.messages_bad[MESSAGE_SCCRQ]++;
	if (message_has(&control->message, AVP_ASSIGNED_TUNNEL_ID) && !is_fast(control->admission, now))
		reply_stop(control, path, control_new_tunnel_id(control), control->message.assigned_tunnel_id, 0, 1,
			   result, error, text);
}

static void take_request(struct control *control, const struct request *request, const struct message_problem *problem,
			 uint64_t now)
{
	uint16_t result, error;
	const char *text = refuse_request(&control->message, &result, &error);

	control->counters.requests++;
	control->counters.messages_received[MESSAGE_SCCRQ] += !text && request->understood;
	if (text)
		refuse_bad(control, request->path, result, error, text, now);
	else if (!request->understood && (!request->hidden || !message_has(&control->message, AVP_HOST_NAME)))
		refuse_bad(control, request->path, problem->result, problem->error, problem->text, now);
	else
		admit(control, request, now);
}

/* StopCCN of a peer that does not know our id yet. */
static void withdrawn(struct control *control, const struct control_path *path, const struct control_header *header)
{
	const struct message *message = &control->message;
	uint32_t of_source;
	struct place *place = message_has(message, AVP_ASSIGNED_TUNNEL_ID) ?
			      find(control->admission, path, KEY_OF_ID(message->assigned_tunnel_id), &of_source) : NULL;

	if (!place) {
		control->counters.unknown_tunnel++;
		return;
	}
	control->counters.messages_received[MESSAGE_STOPCCN]++;
	stopped(control, place, header);
}

void admission_request(struct control *control, const struct control_path *path, const struct control_header *header,
		       uint8_t *octets, size_t length, uint64_t now)
{
	struct message_counters ignored = { 0 };
	struct message_problem problem = { .error = 0 };
	struct message *message = &control->message;
	enum message_verdict verdict = message_decode(octets, length, NULL, 0, message, &problem, &ignored);
	struct request request = { .path = path, .length = length, .understood = verdict == MESSAGE_OK };

	if (length && verdict != MESSAGE_BROKEN && message->type == MESSAGE_STOPCCN) {
		withdrawn(control, path, header);
		return;
	}
	if (verdict == MESSAGE_BROKEN || !length || message->type != MESSAGE_SCCRQ || header->ns != 0 ||
	    (message->hidden && length > CONTROL_REPLY_MAX)) {
		control->counters.malformed++;
		return;
	}
	control->counters.ignored_avps += ignored.ignored_avps;
	control->counters.vendor_avps += ignored.vendor_avps;
	request.hidden = message->hidden ? octets : NULL;
	if (message_has(message, AVP_ASSIGNED_TUNNEL_ID))
		request.key = KEY_OF_ID(message->assigned_tunnel_id);
	else
		request.key = hash_octets(control->admission, octets, length) | KEY_HIDDEN;
	take_request(control, &request, &problem, now);
}

/* --- the answer --- */

/* xl2tpd looks for its secret when it has the whole SCCRP before it: hidden AVPs in there are garbage to it, those in
 * later messages are not. */
static bool reveals_reply(const struct control_peer *peer)
{
	return strcmp(peer->vendor_name, "xelerance.com") != 0;
}

static void write_reply(struct control *control, struct place *place)
{
	const struct control_tunnel_settings *settings = &place->settings;
	struct message message = { .type = MESSAGE_SCCRP };
	uint8_t response[CHALLENGE_RESPONSE_LENGTH];

	control_compose_setup(settings, place->id, &message);
	if (place->peer_challenge_length) {
		challenge_response(MESSAGE_SCCRP, settings->secret, settings->secret_length, place->peer_challenge,
				   place->peer_challenge_length, response);
		message.challenge_response = (struct avp_octets){ response, sizeof(response) };
		message.present |= AVP_BIT(AVP_CHALLENGE_RESPONSE);
	}
	if (settings->auth == CONTROL_AUTH_CHALLENGE) {
		control_random(control, place->challenge, sizeof(place->challenge));
		message.challenge = (struct avp_octets){ place->challenge, sizeof(place->challenge) };
		message.present |= AVP_BIT(AVP_CHALLENGE);
	}
	place->reply_length = (uint16_t)write_message(control, &message, reveals_reply(&place->peer) ? settings : NULL,
						      place->peer.tunnel_id, 0, 1, place->octets);
}

/* What was hidden in the request, with the secret. What is wrong is in *problem. */
static bool reveal(struct place *place, const struct control_tunnel_settings *settings,
		   struct message_problem *problem)
{
	struct message_counters ignored = { 0 };
	struct message message;

	*problem = (struct message_problem){ .result = RESULT_NOT_AUTHORISED,
					     .text = "hidden values came, and there is no secret to read them" };
	if (!place->request_length || (!settings->secret_length && place->understood))
		return true;
	if (!settings->secret_length ||
	    message_decode(place->octets, place->request_length, settings->secret, settings->secret_length, &message,
			   problem, &ignored) != MESSAGE_OK)
		return false;
	if (message.challenge.length > CHALLENGE_MAX) {
		*problem = (struct message_problem){ .result = RESULT_ERROR, .error = ERROR_CODE_VALUE,
						     .text = "the challenge is too long" };
		return false;
	}
	learn(place, &message);
	return true;
}

/* An accepted request that comes to nothing at once: the owner of the request is told, too. */
static void give_up(struct control *control, struct place *place, void *owner, uint16_t result, uint16_t error,
		    const char *text, uint64_t now)
{
	handle request = request_of(place);

	place->owner = owner;
	tell_down(control, place, result, error, text);
	control->counters.authentication_failures += result == RESULT_NOT_AUTHORISED;
	control_refuse(control, request, result, error, text, now);
}

static void answer(struct control *control, struct place *place, uint16_t id,
		   const struct control_tunnel_settings *settings, void *owner)
{
	place->state = PLACE_ANSWERED;
	place->id = id;
	place->settings = *settings;
	place->owner = owner;
	control->admission->by_id[id] = place->index;
	control_use_tunnel_id(control, id);
	write_reply(control, place);
	if (place->reply_length)
		control_reply(control, &place->path, place->octets, place->reply_length);
}

void control_accept(struct control *control, handle request, const struct control_tunnel_settings *settings,
		    void *owner, uint64_t now)
{
	struct place *place = place_of(control, request);
	uint16_t id = place ? control_new_tunnel_id(control) : 0;
	struct message_problem problem;

	control->now = now;
	if (!place || place->state != PLACE_ASKING)
		return;
	if (!id)
		give_up(control, place, owner, RESULT_ERROR, ERROR_CODE_RESOURCES, "all tunnel ids are in use", now);
	else if (!reveal(place, settings, &problem))
		give_up(control, place, owner, problem.result, problem.error, problem.text, now);
	else if (place->peer_challenge_length && !settings->secret_length)
		give_up(control, place, owner, RESULT_NOT_AUTHORISED, 0, TEXT_NO_SECRET, now);
	else if (settings->auth == CONTROL_AUTH_CHALLENGE && !settings->secret_length)
		give_up(control, place, owner, RESULT_NOT_AUTHORISED, 0, "there is no secret to challenge with", now);
	else
		answer(control, place, id, settings, owner);
}

void control_refuse(struct control *control, handle request, uint16_t result, uint16_t error, const char *text,
		    uint64_t now)
{
	struct place *place = place_of(control, request);

	if (!place)
		return;
	control->counters.requests_refused++;
	reply_stop(control, &place->path, control_new_tunnel_id(control), place->peer.tunnel_id, 0, 1, result, error,
		   text);
	leave(control, place);
}

/* --- SCCCN --- */

static bool proves_itself(const struct place *place, const struct message *message)
{
	const struct control_tunnel_settings *settings = &place->settings;
	uint8_t wanted[CHALLENGE_RESPONSE_LENGTH];

	if (settings->auth != CONTROL_AUTH_CHALLENGE)
		return true;
	if (!message_has(message, AVP_CHALLENGE_RESPONSE))
		return false;
	challenge_response(MESSAGE_SCCCN, settings->secret, settings->secret_length, place->challenge,
			   sizeof(place->challenge), wanted);
	return challenge_response_equal(wanted, message->challenge_response.octets);
}

static void stop(struct control *control, struct place *place, uint16_t result, uint16_t error, const char *text)
{
	tell_down(control, place, result, error, text);
	reply_stop(control, &place->path, place->id, place->peer.tunnel_id, 1, 2, result, error, text);
	leave(control, place);
}

void admission_give_up_id(struct control *control, uint16_t id)
{
	uint32_t at = control->admission->by_id[id];

	if (at != NONE)
		stop(control, place_at(control->admission, at), RESULT_ERROR, ERROR_CODE_RESOURCES,
		     "the tunnel id is needed otherwise: try again");
}

/* From a place to a tunnel: SCCRQ and SCCCN have come, SCCRP was sent. */
static void connect_tunnel(struct control *control, struct place *place, uint64_t now)
{
	struct control_path path = place->path;
	struct control_tunnel_settings settings = place->settings;
	struct control_peer peer = place->peer;
	void *owner = place->owner;
	uint16_t id = place->id;
	struct control_tunnel *tunnel;

	tunnel = control_tunnel_new(control, id, &path, &settings, owner, now);
	if (!tunnel) {
		stop(control, place, RESULT_ERROR, ERROR_CODE_RESOURCES, "out of memory");
		return;
	}
	control->admission->by_id[id] = NONE;
	place->id = 0;		/* it is the tunnel's */
	leave(control, place);
	explicit_bzero(settings.secret, sizeof(settings.secret));
	control_tunnel_set_peer(tunnel, &peer);
	channel_resume(&tunnel->channel, 1, 2);
	control->delivering = tunnel;
	control_tunnel_connected(control, tunnel, now);
}

static void act(struct control *control, struct place *place, const struct control_header *header,
		enum message_verdict verdict, const struct message_problem *problem, uint64_t now)
{
	enum message_type type = control->message.type;

	if (verdict == MESSAGE_REFUSED)
		control->counters.messages_bad[type]++;
	else
		control->counters.messages_received[type]++;
	if (type == MESSAGE_STOPCCN) {
		stopped(control, place, header);
	} else if (verdict == MESSAGE_REFUSED) {
		stop(control, place, problem->result, problem->error, problem->text);
	} else if (type != MESSAGE_SCCCN) {
		stop(control, place, RESULT_STATE, 0, "SCCCN was expected");
	} else if (!proves_itself(place, &control->message)) {
		control->counters.authentication_failures++;
		stop(control, place, RESULT_NOT_AUTHORISED, 0,
		     message_has(&control->message, AVP_CHALLENGE_RESPONSE) ? TEXT_WRONG_RESPONSE : TEXT_NO_RESPONSE);
	} else {
		connect_tunnel(control, place, now);
	}
}

bool admission_message(struct control *control, const struct control_path *path, const struct control_header *header,
		       uint8_t *octets, size_t length, uint64_t now)
{
	struct admission *admission = control->admission;
	uint32_t at = admission->by_id[header->connection_id];
	struct place *place = at == NONE ? NULL : place_at(admission, at);
	struct message_counters ignored = { 0 };
	struct message_problem problem = { .error = 0 };
	enum message_verdict verdict;

	if (!place)
		return false;
	if (!address_equal(&path->peer.address, &place->path.peer.address) ||
	    path->peer.port != place->path.peer.port) {
		control->counters.wrong_source++;
		return true;
	}
	/* An acknowledgement; or what overtook the SCCCN, which the peer will repeat. */
	if (!length || header->ns != 1)
		return true;
	verdict = message_decode(octets, length, place->settings.secret_length ? place->settings.secret : NULL,
				 place->settings.secret_length, &control->message, &problem, &ignored);
	control->counters.ignored_avps += ignored.ignored_avps;
	control->counters.vendor_avps += ignored.vendor_avps;
	if (verdict == MESSAGE_BROKEN)
		control->counters.malformed++;
	else
		act(control, place, header, verdict, &problem, now);
	return true;
}

/* --- time --- */

uint32_t admission_used(const struct admission *admission)
{
	return admission->used;
}

uint64_t admission_deadline(const struct admission *admission)
{
	return admission->oldest == NONE ? CONTROL_NEVER : place_at(admission, admission->oldest)->until;
}

bool admission_expire(struct control *control, uint64_t now)
{
	struct admission *admission = control->admission;
	struct place *place;

	if (admission_deadline(admission) > now)
		return false;
	place = place_at(admission, admission->oldest);
	if (place->state == PLACE_ANSWERED) {
		control->counters.requests_expired++;
		tell_down(control, place, 0, 0, "the peer did not go on");
	}
	leave(control, place);
	return true;
}
