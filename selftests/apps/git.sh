# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# lib/report.sh reads NEEDS and CASES
# git: clone, push and fetch by its own protocol.

NEEDS=(git)
CASES=("clone, push and fetch" exchange)

# Not as whoever runs this has set it up.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
# Who gets objects looks at all of them.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=transfer.fsckObjects GIT_CONFIG_VALUE_0=true
export GIT_AUTHOR_NAME=tester GIT_AUTHOR_EMAIL=tester@example.org
export GIT_COMMITTER_NAME=tester GIT_COMMITTER_EMAIL=tester@example.org

prepare() {
	local repo=$TMP/git/first
	git init -q -b main "$repo"
	make_data "$repo/data" 2000000
	git -C "$repo" add data
	git -C "$repo" commit -q -m "data"
	seq 5000 >"$repo/text"
	git -C "$repo" add text
	git -C "$repo" commit -q -m "text"
	git clone -q --bare "$repo" "$TMP/git/all.git"
}

start() {
	start_server git git daemon --verbose --reuseaddr --export-all --enable=receive-pack \
		--base-path="$TMP/git" --listen="${ADDRESS[server-IPv4]}" \
		--listen="${ADDRESS[server-IPv6]}" --port="$PORT"
}

exchange() {
	local branch=$SERVER_STACK-$CLIENT_STACK-$FAMILY url=git://$HOST:$PORT/all.git
	"${CLIENT[@]}" git clone -q "$url" "$DIR/clone"
	same "$TMP/git/first/data" "$DIR/clone/data"
	same "$TMP/git/first/text" "$DIR/clone/text"

	make_data "$DIR/clone/more" 500000
	git -C "$DIR/clone" add more
	git -C "$DIR/clone" commit -q -m "more"
	"${CLIENT[@]}" git -C "$DIR/clone" push -q origin "HEAD:refs/heads/$branch"
	expect "the branch at the server" "$(git -C "$DIR/clone" rev-parse HEAD)" \
		"$(git -C "$TMP/git/all.git" rev-parse "$branch")"

	git init -q "$DIR/other"
	"${CLIENT[@]}" git -C "$DIR/other" fetch -q "$url" "$branch"
	git -C "$DIR/other" cat-file blob FETCH_HEAD:more >"$DIR/more"
	same "$DIR/clone/more" "$DIR/more"
}
