# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# lib/report.sh reads NEEDS and CASES
# netcat (OpenBSD's): a file each way, and who listens.

NEEDS=(nc)
CASES=(
	"a file to the server" receive
	"a file from the server" send
	"a port that is open, and one that is not" look
)

# nc serves one connection and ends; -k serves more, but has only one input.
start() {
	local family
	for family in IPv4 IPv6; do
		start_server "nc-$family" nc -lk "${ADDRESS[server-$family]}" "$PORT"
	done
}

# A server for one connection; nc ends with it: input, output, options
serve_once() {
	prefix server "$SERVER_STACK"
	timeout -k 5 "$LIMIT" "${PREFIX[@]}" nc -l "${@:3}" "$ADDR" $((PORT + 1)) <"$1" >"$2" &
	ONCE=$!
	await "nc" listens_at server "$SERVER_STACK" $((PORT + 1)) 1
}

# One way at a time: a server of nc's ends when its peer has nothing more to say, with
# half of its own file unread. -N: the end of the input is the end of the connection.
receive() {
	make_data "$DIR/file" 2000000
	serve_once /dev/null "$DIR/got"
	"${CLIENT[@]}" nc -N "$ADDR" $((PORT + 1)) <"$DIR/file"
	wait "$ONCE"
	same "$DIR/file" "$DIR/got"
}

# -d: the client says nothing, not even that.
send() {
	make_data "$DIR/file" 1500000
	serve_once "$DIR/file" /dev/null -N
	"${CLIENT[@]}" nc -d "$ADDR" $((PORT + 1)) >"$DIR/got"
	wait "$ONCE"
	same "$DIR/file" "$DIR/got"
}

look() {
	local status=0
	"${CLIENT[@]}" nc -zv "$ADDR" "$PORT" 2>&1 | tee "$DIR/said"
	grep -q succeeded "$DIR/said"
	"${CLIENT[@]}" nc -zv "$ADDR" $((PORT + 2)) >"$DIR/said" 2>&1 || status=$?
	expect "status at a port where nobody listens" 1 "$status"
	grep -q 'Connection refused' "$DIR/said"
}
