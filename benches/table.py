#!/usr/bin/env python3
"""The benches that have a budget, in one table: what was asked, what was measured, whether that is met.

    benches/table.py [--write] [BENCH...]

Runs `cargo bench --bench NAME` for each of the benches below (or those named) and reads the medians. --write puts the table
between the marks in README.md, with machine and date. The rows without a budget are in `cargo bench` itself.
"""

import argparse
import datetime
import re
import subprocess

from compare import machine, tell

MARKS = ("<!-- benched -->", "<!-- /benched -->")

# Bench, path in its tree, what that is, budget and its unit.
BUDGETS = [
    ("draw", "whole_frame/1000000", "a whole frame of 200x50, a million tracks", 0.6, "ms"),
    ("draw", "key_and_frame/1000000", "a key and its frame, a million tracks", 10, "ms"),
    ("library", "two_keystrokes_in_100k", "two keystrokes of the filter, 100,000 tracks", 20, "ms"),
    ("library", "two_keystrokes_in_1m", "two keystrokes of the filter, a million tracks", 100, "ms"),
    ("similarity", "nearest_twenty/100000", "the twenty nearest of 100,000", 5, "ms"),
    ("similarity", "nearest_twenty/1000000", "the twenty nearest of a million", 60, "ms"),
    ("analysis", "all_of_a_file", "a minute of stereo measured whole (100 x real time)", 600, "ms"),
    ("chain", "mastering/all but matching", "a second of stereo through the mastering chain (150 x real time)", 1000 / 150, "ms"),
]

UNITS = {"ns": 1e-6, "µs": 1e-3, "ms": 1.0, "s": 1e3}


def medians(text):
    """The median of each leaf of divan's tree in milliseconds, by its path."""
    found, path = {}, []
    for line in text.splitlines():
        leaf = re.match(r"^([│ ]*)[├╰]─ (.+?)(?:\s{2,}(.*))?$", line)
        if not leaf:
            continue
        depth = len(leaf[1]) // 3
        path = path[:depth] + [leaf[2]]
        columns = [column.strip() for column in (leaf[3] or "").split("│")]
        median = re.match(r"^([\d.]+) (ns|µs|ms|s)$", columns[2]) if len(columns) > 2 else None
        if median:
            found["/".join(path)] = float(median[1]) * UNITS[median[2]]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benches", nargs="*")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    wanted = args.benches or list(dict.fromkeys(bench for bench, *_ in BUDGETS))
    found = {}
    for bench in wanted:
        told = subprocess.run(["cargo", "bench", "--locked", "--bench", bench], capture_output=True, text=True, check=True)
        found[bench] = medians(told.stdout)
    lines = ["| what | asked | median | met |", "|---|---|---|---|"]
    for bench, path, what, budget, unit in BUDGETS:
        if bench not in found:
            continue
        rows = [value for name, value in found[bench].items() if name == path or name.startswith(path + "/")]
        if not rows:
            raise SystemExit(f"{bench} has no {path}: {', '.join(found[bench])}")
        worst = max(rows)
        lines.append(f"| {what} | {budget:.3g} {unit} | {worst:.3g} {unit} | {'yes' if worst <= budget else '**no**'} |")
    text = "\n".join([f"By `benches/table.py` on {datetime.date.today()}; {machine()}.", "", *lines])
    tell(text, MARKS, args.write)


if __name__ == "__main__":
    main()
