# SPDX-License-Identifier: GPL-2.0
"""Where the lines of a trace come from: a file, or a recording of now."""

import sys

from . import tracefs


def read(path):
    if path == "-":
        return sys.stdin.read().splitlines()
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()


def get_lines(options, tool, names=tracefs.EVENTS, seconds=None):
    """The lines, kept as --save says, and the exit status of the command, if any."""
    if options.source:
        lines, status = read(options.source), 0
    else:
        lines, status = tracefs.record(options.command, options.linger, tool, names, seconds)
    if status:
        print(f"{tool}: warning: {options.command[0]} ended with status {status}",
              file=sys.stderr)
    if options.save:
        with open(options.save, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    return lines, status
