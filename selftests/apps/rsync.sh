# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# lib/report.sh reads NEEDS and CASES
# rsync: a folder to a daemon, what changes of it, and back.

NEEDS=(rsync)
CASES=("a folder there, its changes, and back" carry)

prepare() {
	local i
	mkdir -p "$TMP/rsync/folder/sub" "$TMP/rsync/kept"
	make_data "$TMP/rsync/folder/large" 3000000
	for i in {1..30}; do
		make_data "$TMP/rsync/folder/sub/$i" $((i * 37))
	done
	ln -s large "$TMP/rsync/folder/link"
}

# Without an address it listens at all, with a socket for each family.
start() {
	cat >"$TMP/rsync/conf" <<-END
	uid = root
	gid = root
	use chroot = no
	munge symlinks = no
	reverse lookup = no
	pid file = $TMP/rsync/pid
	lock file = $TMP/rsync/lock
	log file = $TMP/log/rsyncd
	[kept]
	path = $TMP/rsync/kept
	read only = no
	END
	start_server rsync rsync --daemon --no-detach --config="$TMP/rsync/conf" --port="$PORT"
}

copy() { "${CLIENT[@]}" rsync -a --stats "$@"; }

carry() {
	local url=rsync://$HOST:$PORT/kept sent
	rm -rf "$TMP/rsync/kept/"*
	cp -a "$TMP/rsync/folder" "$DIR/folder"
	copy "$DIR/folder/" "$url/"
	same "$DIR/folder" "$TMP/rsync/kept"

	# Of a file that has changed in its middle only that is sent.
	printf changed | dd of="$DIR/folder/large" bs=1 seek=1500000 conv=notrunc status=none
	touch -d 2001-01-01 "$DIR/folder/large"
	copy "$DIR/folder/" "$url/" >"$DIR/said"
	same "$DIR/folder" "$TMP/rsync/kept"
	sent=$(sed -nE 's/^Literal data: ([0-9,]+) bytes/\1/p' "$DIR/said" | tr -d ,)
	((sent > 0 && sent < 100000)) || fail "$sent bytes sent of what has changed; expected one block"

	copy "$url/" "$DIR/back/"
	same "$DIR/folder" "$DIR/back"
}
