/* SPDX-License-Identifier: MIT */
/*
 * Inwards: TCP of a sender on this machine whose packets have not left the kernel before they came here, since BPF
 * programs of its l2tpd (bpf/) encapsulated them: nobody has finished the checksum, which holds the pseudo-header's sum
 * alone, nor cut the super-packet.  The device takes both, as it gives them.  On a real wire there is no such packet;
 * whoever made one could as well have made a right checksum.  Pure.
 */
#ifndef L2TPD_DATAPATH_USER_UNFINISHED_H
#define L2TPD_DATAPATH_USER_UNFINISHED_H

#include <linux/virtio_net.h>

#include "datapath/user/inner.h"

/* inner: inner_find_transport() was true. */
bool unfinished_is(const uint8_t *frame, const struct inner *inner);
/* What the device is told of such a frame. mtu: octets of the IP packets that it is to be cut into, where it is longer;
 * 0: it is not. False, and nothing is done: they would hold no data. */
bool unfinished_describe(const uint8_t *frame, const struct inner *inner, uint32_t mtu, struct virtio_net_hdr *header);

#endif
