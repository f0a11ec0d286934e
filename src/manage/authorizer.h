/* SPDX-License-Identifier: MIT */
/*
 * A client that is asked whether tunnels and sessions may be (methods AuthorizerRegister and
 * AuthorizerAnswer; service/authorize.h says what the answers mean).
 */
#ifndef L2TPD_MANAGE_AUTHORIZER_H
#define L2TPD_MANAGE_AUTHORIZER_H

#include "manage/methods.h"

extern const struct method_table methods_authorizer;

/* Wake the authorizer when there are questions. */
void authorizer_settle(struct manage *manage);

#endif
