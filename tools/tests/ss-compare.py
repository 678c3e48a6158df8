#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""ss-compare.py MYTCP-SS: mytcp-ss --kernel beside ss, on the same sockets.

Runs in a network namespace of its own. Prints "ok - WHAT" and "not ok - WHAT".
"""
import re
import select
import socket
import subprocess
import sys

TOOL = sys.argv[1]
SO_MARK, SO_MAX_PACING_RATE = 36, 47
SYN_SENT, FIN_WAIT2, CLOSE_WAIT, TIME_WAIT = 2, 5, 8, 6
failures = 0


def result(ok, what, *comments):
    global failures
    failures += not ok
    print(("ok - " if ok else "not ok - ") + what)
    if not ok:
        for comment in comments:
            print("#   " + comment)


def run(*command):
    done = subprocess.run(command, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def lines(text):
    """Without what passes between two calls, and how wide columns are."""
    text = text.replace("PortProcess", "Port Process")
    text = re.sub(r" last(snd|rcv|ack):\d+", "", text)
    text = re.sub(r"timer:\((on|persist|keepalive|timewait),[^,]*,", r"timer:(\1,", text)
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def both(*arguments):
    """Asked while nothing changed: a SYN that is sent again moves figures."""
    after = lines(run("ss", *arguments)[1])
    for _ in range(20):
        before = after
        got = lines(run(TOOL, "--kernel", *arguments)[1])
        after = lines(run("ss", *arguments)[1])
        if before == after:
            break
    return after, got


def same(options, filter_words=()):
    expected, got = both(options, *filter_words)
    what = " ".join(("as ss " + options,) + tuple(filter_words))
    # The order is that of the kernel's hash tables, and the same for both.
    result(expected == got and len(got) > 0, what,
           *["ss has: " + line for line in expected if line not in got],
           *["mytcp-ss has: " + line for line in got if line not in expected])
    return got


def state(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def pair(listener, address):
    client = socket.create_connection(address)
    return client, listener.accept()[0]


def scene():
    """Sockets in six states, of both families and of both at once."""
    v4 = socket.create_server(("127.0.0.1", 8080))
    v6 = socket.create_server(("::1", 8081), family=socket.AF_INET6)
    dual = socket.create_server(("::", 8082), family=socket.AF_INET6, dualstack_ipv6=True)
    keep = [v4, v6, dual]

    client, server = pair(v4, ("127.0.0.1", 8080))
    server.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, 1234567)
    client.sendall(b"x" * 1000)
    keep += [client, server]

    client, server = pair(v6, ("::1", 8081))
    server.setsockopt(socket.SOL_SOCKET, SO_MARK, 7)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")
    keep += [client, server]

    client, server = pair(dual, ("127.0.0.1", 8082))
    server.close()          # FIN-WAIT-2 and CLOSE-WAIT
    assert client.recv(1) == b"" and state(client) == CLOSE_WAIT
    keep += [client]

    client, server = pair(v6, ("::1", 8081))
    client.close()
    assert server.recv(1) == b""
    server.close()          # TIME-WAIT

    waiting = socket.create_connection(("::1", 8081))   # nobody accepts it
    # A listener whose queue is full drops the SYN of the next one.
    full = socket.create_server(("127.0.0.2", 8083), backlog=0)
    keep += [full, socket.create_connection(("127.0.0.2", 8083))]
    silent = socket.socket()
    silent.setblocking(False)
    silent.connect_ex(("127.0.0.2", 8083))
    assert state(silent) == SYN_SENT
    keep += [waiting, silent]
    return keep


OPTIONS = (
    "-tanpioem", "-ta", "-tl", "-t", "-tan4o", "-tan6eO", "-tani", "-tai",
    "-tan6m", "-tlnpe", "-tanemiO",
)

FILTERS = (
    "state all", "state connected", "state synchronized", "state bucket", "state big",
    "state time-wait", "state fin-wait-2", "state syn-sent", "state listening",
    "state close-wait state listening", "exclude listening", "exclude established",
    "sport = :8080", "dport != :8081", "sport < :9000", "dport >= :8081",
    "sport gt :8080", "dport le :8081",
    "src 127.0.0.1", "dst 127.0.0.0/8", "src [::1]:8081", "src :8080", "dst 127.0.0.2",
    "src 127.0.0.1 or dst [::1]", "not dst 127.0.0.0/8",
    "sport < :9000 and not ( dport ge 100 )",
    "( src 127.0.0.1 and dport = :8080 ) or ( src [::1] and dport = :8081 )",
)


def summary():
    """ss reads what the kernel has counted, mytcp-ss counts the list."""
    pattern = r"estab (\d+), closed \d+, orphaned \d+, timewait (\d+)"
    expected = re.search(pattern, run("ss", "-s")[1]).groups()
    got = re.search(pattern, run(TOOL, "--kernel", "-s")[1])
    result(got is not None and got.groups() == expected, "-s counts as ss -s",
           f"expected {expected}")


def read_line(stream):
    ready = select.select([stream], [], [], 20)[0]
    return " ".join(stream.readline().split()) if ready else "nothing in 20 s"


def kill_and_follow():
    """-K ends what it lists, the program that held it sees it, and -E tells."""
    listener = socket.create_server(("127.0.0.1", 8090))
    client, server = pair(listener, ("127.0.0.1", 8090))
    port = client.getsockname()[1]
    listed = f"ESTAB 0 0 127.0.0.1:{port} 127.0.0.1:8090"

    code, text = run("setpriv", "--reuid", "65534", TOOL, "--kernel", "-tnK", "dst", ":8090")
    result(code == 1 and "CAP_NET_ADMIN" in text and state(client) == 1,
           "-K without CAP_NET_ADMIN says so and closes nothing", text)
    with subprocess.Popen([TOOL, "--kernel", "-nE", "sport", f"= :{port}"], text=True,
                          bufsize=1, stdout=subprocess.PIPE) as follower:
        result(read_line(follower.stdout).startswith("State Recv-Q"), "-E begins with titles")
        text = run(TOOL, "--kernel", "-tnKH", "dst", ":8090")[1]
        result(lines(text) == [listed], "-K lists what it closed", text)
        try:
            client.recv(1)
            error = "the end of data"
        except OSError as exception:
            error = exception.strerror
        result(error == "Software caused connection abort", "-K aborts the connection", error)
        client.close()
        server.close()
        line = read_line(follower.stdout)
        result(line == f"UNCONN 0 0 127.0.0.1:{port} 127.0.0.1:8090",
               "-E tells of the destroyed socket that the filter names, and of no other", line)
        follower.terminate()
    text = run(TOOL, "--kernel", "-tnKH", "dst", ":8090")[1]
    result(text == "", "-K of nothing lists nothing", text)


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    keep = scene()
    # First, as two of the states end by themselves after a minute.
    shown = {line.split()[0] for line in same("-tanH")}
    missing = {"LISTEN", "ESTAB", "CLOSE-WAIT", "FIN-WAIT-2", "TIME-WAIT", "SYN-SENT"} - shown
    result(not missing, "sockets in six states are compared", f"missing: {missing}")
    for options in OPTIONS:
        same(options)
    for words in FILTERS:
        same("-tan", words.split())
    summary()
    del keep
    kill_and_follow()
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
