#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""iperf3-check.py REPORT [FILE] - was what iperf3 has carried what it has sent?

REPORT is what its client says with -J; each stream of it must have carried something.
FILE is what the receiver has kept of --repeating-payload: the bytes that it counts, and
those that came after it had counted; nothing but 0123456789 again and again. iperf3 begins
anew wherever send() took a part only, so a 0 may follow any digit.
"""

import json
import re
import sys

LEAST = 1 << 20
PREFIX = rb"(?:0(?:1(?:2(?:3(?:4(?:5(?:6(?:78?)?)?)?)?)?)?)?)*"


def check_streams(end):
    for stream in end["streams"]:
        received = stream["receiver"]["bytes"]
        assert received > 0, f"stream {stream['receiver']['socket']} has carried nothing"


def check_file(end, path):
    received = end["sum_received"]["bytes"]
    with open(path, "rb") as file:
        data = file.read()
    assert len(data) >= received, f"{len(data)} bytes kept, expected the {received} received"
    assert received >= LEAST, f"{received} bytes received, expected {LEAST} or more"
    rest = data.replace(b"0123456789", b"")
    good = re.match(PREFIX, rest).end()
    assert good == len(rest), f"not what was sent: ...{rest[max(0, good - 20):good + 20]}..."


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        end = json.load(file)["end"]
    check_streams(end)
    if len(sys.argv) > 2:
        check_file(end, sys.argv[2])


if __name__ == "__main__":
    main()
