#!/bin/bash
# SPDX-License-Identifier: MIT
# Files in the dialects of OpenL2TP, those of its daemon, its `config save` and its users' fingers, as dialects/*.conf
# has them.  Each says in comments what is expected of it: how many objects, or every mistake with its place, in order.
cd "$(dirname "$0")/dialects" || exit 1

for file in *.conf; do
	status=0
	"$L2TPD" --check "$file" >"$TMP/out" 2>&1 || status=$?
	sed -n 's/^# expect: \([^\r]*\)\r*$/\1/p' "$file" >"$TMP/expected"
	if grep -q '^[0-9]* tunnels' "$TMP/expected"; then
		grep -q "$(cat "$TMP/expected")" "$TMP/out" && [ $status = 0 ] && echo "ok $file is right" ||
			echo "FAIL $file is right: exit status $status, $(tr '\n' '|' <"$TMP/out")"
		continue
	fi
	[ $status = 1 ] && echo "ok $file is refused" || echo "FAIL $file is refused: exit status $status"
	sed -n "s/^$file:\([0-9]*:[0-9]*\): /\1 /p" "$TMP/out" >"$TMP/told"
	while IFS= read -r expected <&3 && IFS= read -r told <&4; do
		grep -qE "^$expected" <<<"$told" && echo "ok $file, ${expected//:/ }" ||
			echo "FAIL $file, ${expected//:/ }: told $told"
	done 3<"$TMP/expected" 4<"$TMP/told"
	lines=$(wc -l <"$TMP/told")
	[ "$lines" = "$(wc -l <"$TMP/expected")" ] && echo "ok $file, that is all" ||
		echo "FAIL $file, that is all: $lines lines, $(tr '\n' '|' <"$TMP/out")"
done
