#!/bin/bash
# SPDX-License-Identifier: MIT
# Files in the dialects of OpenL2TP, those of its daemon, its `config save` and its users' fingers, as dialects/*.conf
# has them.  Each says in comments what is expected of it: how many objects, or every mistake with its place, in order.
# The same is expected of it when it comes from an editor that ends lines with CR LF and marks the beginning.
cd "$(dirname "$0")/dialects" || exit 1

# try FILE NAME: is of it what is expected? NAME: for what is printed
try() {
	local file=$1 name=$2 status=0 lines expected told
	"$L2TPD" --check "$file" >"$TMP/out" 2>&1 || status=$?
	sed -n 's/^# expect: \([^\r]*\)\r*$/\1/p' "$file" >"$TMP/expected"
	if grep -q '^[0-9]* tunnels\{0,1\}, ' "$TMP/expected"; then
		grep -q "$(cat "$TMP/expected")" "$TMP/out" && [ $status = 0 ] && echo "ok $name is right" ||
			echo "FAIL $name is right: exit status $status, $(tr '\n' '|' <"$TMP/out")"
		return
	fi
	[ $status = 1 ] && echo "ok $name is refused" || echo "FAIL $name is refused: exit status $status"
	sed -n "s/^$file:\([0-9]*:[0-9]*\): /\1 /p" "$TMP/out" >"$TMP/told"
	while IFS= read -r expected <&3 && IFS= read -r told <&4; do
		grep -qE "^$expected" <<<"$told" && echo "ok $name, ${expected//:/ }" ||
			echo "FAIL $name, ${expected//:/ }: told $told"
	done 3<"$TMP/expected" 4<"$TMP/told"
	lines=$(wc -l <"$TMP/told")
	[ "$lines" = "$(wc -l <"$TMP/expected")" ] && echo "ok $name, that is all" ||
		echo "FAIL $name, that is all: $lines lines, $(tr '\n' '|' <"$TMP/out")"
}

for file in *.conf; do
	try "$file" "$file"
done
for file in *.conf; do
	case $file in include*) continue ;; esac
	printf '\xef\xbb\xbf' >"$TMP/$file"
	sed 's/$/\r/' "$file" >>"$TMP/$file"
	(cd "$TMP" && try "$file" "$file with CR LF")
done
