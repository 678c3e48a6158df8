# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# lib/report.sh reads NEEDS and CASES
# socat: what is sent comes back, and half of the connection is closed first.

NEEDS=(socat)
CASES=(
	"echo until the end of the data" echo_file
	"many connections at once" echo_many
)

# A process for each connection, and its options at both ends of it.
start() {
	local v
	for v in 4 6; do
		start_server "socat-$v" socat -d \
			"TCP$v-LISTEN:$PORT,bind=$(address "$v"),fork,backlog=64,reuseaddr,keepalive,nodelay" EXEC:cat
	done
}

address() { [[ $1 == 4 ]] && echo "${ADDRESS[server-IPv4]}" || echo "[${ADDRESS[server-IPv6]}]"; }

# -t: how long the other half may stay open.
client() {
	"${CLIENT[@]}" socat -d -t "$LIMIT" - \
		"TCP${FAMILY#IPv}:$HOST:$PORT,keepalive,keepidle=30,nodelay,linger=10"
}

echo_file() {
	make_data "$DIR/in" 2000000
	client <"$DIR/in" >"$DIR/out"
	same "$DIR/in" "$DIR/out"
}

echo_many() {
	local i pids=()
	make_data "$DIR/in" 50000
	for i in {1..5}; do
		client <"$DIR/in" >"$DIR/out-$i" &
		pids+=($!)
	done
	for i in {1..5}; do
		wait "${pids[i - 1]}"
		same "$DIR/in" "$DIR/out-$i"
	done
}
