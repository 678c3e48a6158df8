# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# lib/report.sh reads NEEDS and CASES
# wrk: eight connections that ask again and again; every answer is compared.

# shellcheck source=selftests/apps/lib/web.sh
. "$APPS/lib/web.sh"

NEEDS=(nginx wrk)
CASES=("every answer for a second" ask)

prepare() {
	mkdir "$TMP/wrk/www"
	make_data "$TMP/wrk/www/file" 20000
}

start() {
	start_web "$TMP/wrk/www"
}

# It takes 8 MB for each second of its timeout.
ask() {
	WRK_FILE=$TMP/wrk/www/file "${CLIENT[@]}" wrk --threads 1 --connections 8 --duration 1s \
		--timeout 20s --script "$APPS/wrk.lua" "http://$HOST:$PORT/file" | tee "$DIR/said"
	expect "answers that are wrong, and errors" "wrong 0 errors 0" \
		"$(sed -n 's/^right [1-9][0-9]* //p' "$DIR/said")"
}
