# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2153	# lib/report.sh reads NEEDS and CASES
# iperf3: known data to the server and back, and three streams each way at once.

NEEDS=(iperf3 python3)
CASES=(
	"known data there and back" carry_data
	"three streams each way" carry_streams
)
# What it says when it is told to end.
END_STATUS=1

# One keeps what it gets in the file it is told of when it starts.
start() {
	local family
	for family in IPv4 IPv6; do
		start_server "iperf3-$family" iperf3 -s -B "${ADDRESS[server-$family]}" -p "$PORT" \
			-F "$TMP/iperf3/$family"
		start_server "iperf3-$family" iperf3 -s -B "${ADDRESS[server-$family]}" -p $((PORT + 1))
	done
}

ready() {
	await_server
	await "the servers of streams" listens_at server "$SERVER_STACK" $((PORT + 1)) 2
}

client() { "${CLIENT[@]}" iperf3 -c "$ADDR" -J "$@" >"$DIR/said" || { cat "$DIR/said"; false; }; }

# iperf3 ends when the last byte has been handed over, whatever has arrived by then: that
# much less than has been sent may be missing, and no more than the buffers hold.
carry_data() {
	rm -f "$TMP/iperf3/$FAMILY"
	touch "$TMP/iperf3/$FAMILY"
	client -p "$PORT" --repeating-payload -n 16M
	python3 "$APPS/iperf3-check.py" "$DIR/said" "$TMP/iperf3/$FAMILY"
	touch "$DIR/back"
	client -p $((PORT + 1)) --repeating-payload -n 16M -R -F "$DIR/back"
	python3 "$APPS/iperf3-check.py" "$DIR/said" "$DIR/back"
}

# One process serves all six: where everything takes long, it needs longer until it has
# come to each of them.
carry_streams() {
	local seconds
	for seconds in 2 10 40; do
		client -p $((PORT + 1)) -P 3 --bidir -t $seconds
		python3 "$APPS/iperf3-check.py" "$DIR/said" && return
	done
	false
}
