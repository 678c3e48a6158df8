# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# lib/report.sh reads NEEDS and CASES
# curl: several transfers at once, one that is resumed, and an upload.

# shellcheck source=selftests/apps/lib/web.sh
. "$APPS/lib/web.sh"

NEEDS=(nginx curl)
CASES=(
	"files one after the other and at once" fetch_in_parallel
	"the rest of a file" fetch_the_rest
	"upload" upload
)

prepare() {
	web_files "$TMP/curl/www"
}

start() {
	start_web "$TMP/curl/www"
}

fetch() { "${CLIENT[@]}" curl -sS --fail --globoff "$@"; }

# On one connection, and on one each.
fetch_in_parallel() {
	local size urls=()
	for size in "${WEB_FILES[@]}"; do
		urls+=("http://$HOST:$PORT/$size")
	done
	mkdir "$DIR/one" "$DIR/many"
	fetch --remote-name-all --output-dir "$DIR/one" "${urls[@]}"
	# curl leaves out the file of an answer without a body.
	[[ -e $DIR/one/0 ]] || touch "$DIR/one/0"
	same "$TMP/curl/www" "$DIR/one"
	fetch --parallel --parallel-immediate --remote-name-all --output-dir "$DIR/many" "${urls[@]}"
	[[ -e $DIR/many/0 ]] || touch "$DIR/many/0"
	same "$TMP/curl/www" "$DIR/many"
}

fetch_the_rest() {
	head -c 1234567 "$TMP/curl/www/4194304" >"$DIR/got"
	fetch -C - -o "$DIR/got" -w '%{http_code} %{size_download}\n' "http://$HOST:$PORT/4194304" >"$DIR/said"
	expect "status and size of the answer" "206 $((4194304 - 1234567))" "$(<"$DIR/said")"
	same "$TMP/curl/www/4194304" "$DIR/got"
}

upload() {
	make_data "$DIR/file" 3000000
	fetch -T "$DIR/file" "http://$HOST:$PORT/new"
	same "$DIR/file" "$TMP/curl/www/new"
	rm "$TMP/curl/www/new"
}
