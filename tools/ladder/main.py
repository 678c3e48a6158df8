# SPDX-License-Identifier: GPL-2.0
"""The command mytcp-ladder."""

import argparse
import os
import shutil
import sys

from . import connection, label, source, svg, text, trace, tracefs

LIMIT = 200
MAX_WIDTH = 140


def parse_arguments(argv):
    parser = argparse.ArgumentParser(
        prog="mytcp-ladder",
        usage="%(prog)s [OPTION...] [-- COMMAND [ARGUMENT...]]",
        description="Draw MyTCP connections as ladder diagrams: the states of both ends "
        "and every segment between them, from the tracepoints of the module.",
        epilog="Records while COMMAND runs; without one, until Ctrl-C. With --from nothing "
        "is recorded, and the text of an earlier trace is read.")
    parser.add_argument("-o", "--output", metavar="FILE.svg", help="also draw to an SVG file")
    parser.add_argument("-f", "--from", dest="source", metavar="FILE",
                        help="read the text of a trace, '-' for standard input")
    parser.add_argument("-s", "--save", metavar="FILE",
                        help="keep the text of the trace, for --from")
    parser.add_argument("-p", "--port", type=int, metavar="N",
                        help="only connections with this port at either end")
    parser.add_argument("-a", "--address", metavar="ADDRESS",
                        help="only connections with this IP address at either end")
    parser.add_argument("-l", "--limit", type=int, default=LIMIT, metavar="N",
                        help=f"draw at most N segments of a connection, the first and the last; "
                        f"0: all (default {LIMIT})")
    parser.add_argument("--linger", type=float, default=0.5, metavar="SECONDS",
                        help="go on recording after COMMAND has ended (default 0.5)")
    parser.add_argument("--width", type=int, metavar="COLUMNS",
                        help="of the text picture (default: that of the terminal)")
    parser.add_argument("-L", "--list", action="store_true",
                        help="print the connections and their states instead of pictures")
    parser.add_argument("-q", "--quiet", action="store_true", help="no picture in the terminal")
    parser.add_argument("command", nargs="*", metavar="COMMAND", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.source and options.command:
        parser.error("--from reads a trace, COMMAND makes one: only one of them")
    return options


def select(connections, options):
    if options.port is not None:
        connections = connection.with_port(connections, options.port)
    if options.address:
        connections = connection.with_host(connections, options.address)
    return connections


def explain_nothing(events, found, options):
    if not events:
        return ("no event of MyTCP in the trace: did the program use MyTCP sockets? "
                "(start it with mytcp-run)")
    if not found:
        return "events, but of no connection (only of listening or unconnected sockets)"
    seen = ", ".join(f"{conn.addresses[0]} - {conn.addresses[1]}" for conn in found[:5])
    wanted = " and ".join(words for words in (
        f"port {options.port}" if options.port is not None else "",
        f"address {options.address}" if options.address else "") if words)
    return f"no connection with {wanted}; found: {seen}"


def print_list(connections):
    for conn in connections:
        print(f"{label.title(conn)}: {len(conn.arrows)} segments, "
              f"{sum(arrow.retransmission for arrow in conn.arrows)} retransmitted, "
              f"{sum(arrow.lost for arrow in conn.arrows)} lost")
        for side in (0, 1):
            print(" ", conn.addresses[side], *connection.states(conn, side))


def print_text(connections, options):
    tty = sys.stdout.isatty()
    width = options.width or min(shutil.get_terminal_size((110, 24)).columns, MAX_WIDTH)
    print(text.draw(connections, width, tty and "NO_COLOR" not in os.environ))


def run(argv):
    options = parse_arguments(argv)
    lines, status = source.get_lines(options, "mytcp-ladder")
    events, lost = trace.parse(lines)
    if lost:
        print(f"mytcp-ladder: warning: {lost} events were lost, the picture has holes",
              file=sys.stderr)
    found = connection.build(events)
    chosen = select(found, options)
    if not chosen:
        raise tracefs.RecordError(explain_nothing(events, found, options))
    if options.list:
        print_list(chosen)
    chosen = [connection.clip(conn, options.limit) for conn in chosen]
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(svg.draw(chosen))
    if not options.quiet and not options.list:
        print_text(chosen, options)
    return status


def main(argv=None):
    try:
        return run(argv)
    except (tracefs.RecordError, trace.TraceError) as error:
        print(f"mytcp-ladder: error: {error}", file=sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()      # the reader of the picture has seen enough
    except OSError as error:
        print(f"mytcp-ladder: error: {error.filename}: {error.strerror}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1
