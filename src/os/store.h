/* SPDX-License-Identifier: MIT */
/*
 * The store of aaa/store.h in a file: a SQLite database that one daemon at a time has.
 *
 * What is saved is gathered; at the end of a batch it goes to a thread that writes it in one transaction, so nobody
 * waits for a disk.  What has been committed survives the daemon's death and, as far as the disk does what it says,
 * the machine's.  While the file cannot be written what there is to write waits, up to OS_STORE_WAITING_MAX, and
 * is tried again; the log and trouble() say so.
 *
 * But for the thread in it all of this belongs to the thread that opened it.
 */
#ifndef L2TPD_OS_STORE_H
#define L2TPD_OS_STORE_H

#include "aaa/store.h"
#include "base/error.h"

#define OS_STORE_WAITING_MAX (64 << 20)	/* octets: some 500,000 leases; what comes then is lost */
#define OS_STORE_RETRY 2000		/* ms between attempts */

struct os_store;

/* Makes the file, and its folder, when they are not there. -1: another daemon has it, it is damaged, is of a newer
 * version or of something else, or cannot be written; error names the remedy. */
int os_store_open(const char *path, struct os_store **store, struct error *error);
/* Writes what is there to be written, if it can be. */
void os_store_close(struct os_store *store);
/* Its functions; valid until it is closed. */
struct aaa_store os_store_functions(struct os_store *store);
/* Waits until all that was committed is written, or cannot be. True: it is. */
bool os_store_flush(struct os_store *store);
/* Readable when trouble has begun or ended: then call functions.trouble(), which puts it in the log. */
int os_store_fd(const struct os_store *store);

#endif
