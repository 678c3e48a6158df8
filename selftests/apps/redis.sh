# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# lib/report.sh reads NEEDS and CASES
# redis: the server, its command line client and its benchmark.

NEEDS=(redis-server redis-cli redis-benchmark)
CASES=(
	"a large value, and a thousand commands in a pipe" store
	"benchmark" benchmark
)

start() {
	start_server redis redis-server --bind "${ADDRESS[server-IPv4]}" "${ADDRESS[server-IPv6]}" \
		--port "$PORT" --dir "$TMP/redis" --save '' --appendonly no --protected-mode no \
		--tcp-keepalive 60 --daemonize no
}

client() { "${CLIENT[@]}" "$1" -h "$ADDR" -p "$PORT" "${@:2}"; }

store() {
	make_data "$DIR/value" 1000000
	expect "FLUSHALL" OK "$(client redis-cli FLUSHALL)"
	expect "SET" OK "$(client redis-cli -x SET value <"$DIR/value")"
	# It adds a line feed of its own.
	client redis-cli --raw GET value | head -c 1000000 >"$DIR/got"
	same "$DIR/value" "$DIR/got"
	seq 1000 | sed 's/.*/SET key:& number-&\r/' >"$DIR/commands"
	client redis-cli --pipe <"$DIR/commands" | tee "$DIR/said"
	expect "replies to the pipe" "errors: 0, replies: 1000" "$(tail -n 1 "$DIR/said")"
	expect "DBSIZE" 1001 "$(client redis-cli DBSIZE)"
	expect "GET" number-777 "$(client redis-cli GET key:777)"
}

# What it has written is there; how fast, is no test.
benchmark() {
	local tests=(SET GET INCR LPUSH)
	client redis-cli FLUSHALL
	client redis-benchmark -n 1000 -c 20 -P 4 -d 2000 -t set,get,incr,lpush --csv | tee "$DIR/said"
	expect "tests of the benchmark" "${tests[*]}" \
		"$(sed -nE 's/^"([A-Z]+)[^"]*","[0-9.]+",.*/\1/p' "$DIR/said" | xargs)"
	expect "INCR" 1000 "$(client redis-cli GET counter:__rand_int__)"
	expect "LPUSH" 1000 "$(client redis-cli LLEN mylist)"
	expect "STRLEN" 2000 "$(client redis-cli STRLEN key:__rand_int__)"
}
