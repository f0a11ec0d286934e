#!/bin/bash
# SPDX-License-Identifier: MIT
# time-limit: 600
# Scenarios of the datapath in user space, the same files, with the kernel's on one of the two hosts: see kernel.sh.
set -u
here=$(dirname "$(readlink -f "$0")")
status=0
# scenario NAME [VARIABLE=VALUE...]
scenario() {
	env "${@:2}" DATAPATH=kernel "$here/../net/$1.sh" > >(sed "s/^\(ok\|FAIL\|skip\) /&$1, /") || status=1
	wait
}
scenario encapsulations COOKIES=8
scenario ppp
exit $status
