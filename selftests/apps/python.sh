# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# lib/report.sh reads NEEDS and CASES
# Python: http.server, and an echo by asyncio.

NEEDS=(python3)
CASES=(
	"http.server" fetch
	"asyncio echo" echo_streams
)

prepare() {
	mkdir "$TMP/python/www"
	make_data "$TMP/python/www/file" 2000000
	seq 1000 >"$TMP/python/www/text"
}

start() {
	local family
	for family in IPv4 IPv6; do
		start_server "http-$family" python3 -m http.server --bind "${ADDRESS[server-$family]}" \
			--directory "$TMP/python/www" "$PORT"
	done
	start_server echo python3 "$APPS/python-echo.py" serve $((PORT + 1)) \
		"${ADDRESS[server-IPv4]}" "${ADDRESS[server-IPv6]}"
}

ready() {
	await_server
	await "the echo server" listens_at server "$SERVER_STACK" $((PORT + 1)) 2
}

fetch() {
	mkdir "$DIR/www"
	"${CLIENT[@]}" python3 - "http://$HOST:$PORT" "$DIR/www" <<-'END'
	import sys, urllib.request
	base, folder = sys.argv[1:]
	for name in "file", "text":
	    urllib.request.urlretrieve(f"{base}/{name}", f"{folder}/{name}")
	assert b'<a href="text">' in urllib.request.urlopen(base).read(), "the list of the folder"
	END
	same "$TMP/python/www" "$DIR/www"
}

echo_streams() {
	"${CLIENT[@]}" python3 "$APPS/python-echo.py" ask $((PORT + 1)) "$ADDR"
}
