#!/usr/bin/env python3
"""Puts faults into the code, one at a time, and tells which of them no test finds.

    tests/mutants.py WORK [--count 30] [--seed 1] [--rooms engine dsp analysis library app] [--only N...]

WORK is a folder for a copy of the repository and what is built of it (some gigabytes; the next run goes on from there). The
faults are drawn by the seed: a comparison turned or shifted, a sum for a difference, `and` for `or`, a `not` lost, a
number off by one, a call whose result is not used left out. Each is built; where it does not compile, or changes nothing that a
compiler sees, another is drawn. Then the unit tests of its room run, then all unit tests, then those of the whole program, until one
fails. Half an hour of a quiet machine for each dozen; the table comes line by line.
"""

import argparse
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What is found in a line of code, and what is put in its place.
FAULTS = [
    ("turned", r"(?<![<>=!-])<(?![<=])(?=\s)", ">"), ("turned", r"(?<![-=<>])>(?![>=])(?=\s)", "<"),
    ("shifted", r"<=", "<"), ("shifted", r"(?<!=)>=", ">"), ("turned", r"==", "!="), ("turned", r"!=", "=="),
    ("sum", r"(?<= )\+(?= )", "-"), ("sum", r"(?<= )-(?= )", "+"), ("product", r"(?<= )\*(?= )", "/"),
    ("sum", r"\+=", "-="), ("sum", r"-=", "+="), ("logic", r"&&", "||"), ("logic", r"\|\|(?= )", "&&"),
    ("not", r"(?<![\w!])!(?=[a-z(])", ""), ("switch", r"\btrue\b", "false"), ("switch", r"\bfalse\b", "true"),
    ("number", r"(?<![\w.\"'])\d+(?![\w.\"'])", None), ("least", r"\.min\(", ".max("), ("least", r"\.max\(", ".min("),
    ("left out", r"^(\s+)(self|state|fx)\.[\w.]+\(.*\);$", r"\1"),
]


def refresh(copy):
    """The copy is as the repository; what has not changed keeps its time, by which cargo knows it."""
    told = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in told.stdout.splitlines() if (ROOT / name).is_file()]
    for name in names:
        source, target = ROOT / name, copy / name
        if not target.is_file() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for old in (copy / "src").rglob("*.rs"):
        if str(old.relative_to(copy)) not in names:
            old.unlink()


def code_lines(path):
    """Numbers of the lines that are code of the program: no comments, no tests, no attributes."""
    for number, line in enumerate(path.read_text().splitlines()):
        if line.startswith("#[cfg(test)]"):
            return
        bare = line.strip()
        if bare and not bare.startswith(("//", "#[", "#![", "use ", "pub use ", "mod ", "pub mod ", "const ", "pub const ", "assert", "debug_assert")):
            if not re.search(r"\bfn \w+|tracing::|\"", line):
                yield number, line


def drawn(chance, files):
    """A fault: file, line number, kind, the new line."""
    while True:
        path = chance.choice(files)
        lines = list(code_lines(path))
        if not lines:
            continue
        number, line = chance.choice(lines)
        found = [(kind, match, new) for kind, pattern, new in FAULTS for match in re.finditer(pattern, line.split("//")[0])]
        if not found:
            continue
        kind, match, new = chance.choice(found)
        text = str(int(match[0]) + 1) if new is None else match.expand(new)
        return path, number, kind, line[:match.start()] + text + line[match.end():]


def tests_of(room):
    """What is run, in this order, until something fails."""
    return [["--lib", "--", f"{room}::"], ["--lib"], ["--test", "it"], ["--test", "realtime"]]


def cargo(copy, *words, limit=1800):
    """Whether it ended well; `None` where it did not end."""
    environment = dict(os.environ, CARGO_INCREMENTAL="1", CARGO_PROFILE_DEV_DEBUG="false", RUST_TEST_THREADS="6")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    running = subprocess.Popen(["cargo", *words], cwd=copy, env=environment, start_new_session=True, **pipes)
    try:
        told, _ = running.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        # What it started turns in a circle, too.
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return None, ""
    return running.returncode == 0, told


def verdict(copy, room):
    """By which test a fault is found, or `None`."""
    for words in tests_of(room):
        well, told = cargo(copy, "test", "--locked", *words)
        if well is None:
            return "a test that does not end"
        if not well:
            failed = re.search(r"^test (\S+) \.\.\. FAILED", told, re.M)
            return failed[1] if failed else "a test that ends the process"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="+", default=["engine", "dsp", "analysis", "library", "app"])
    parser.add_argument("--only", nargs="*", type=int)
    args = parser.parse_args()
    copy = args.work / "copy"
    copy.mkdir(parents=True, exist_ok=True)
    refresh(copy)
    chance = random.Random(args.seed)
    print("| # | where | fault | found by | s |\n|---|---|---|---|---|", flush=True)
    found = count = 0
    while count < args.count:
        room = args.rooms[count % len(args.rooms)]
        files = [path for path in sorted((copy / "src" / room).rglob("*.rs")) if not re.search(r"tests?\b|_tests|^models$", path.stem)
                 and "tests" not in path.parent.parts]
        path, number, kind, new = drawn(chance, files)
        text = path.read_text()
        lines = text.splitlines(keepends=True)
        began, old = time.monotonic(), lines[number]
        lines[number] = new + "\n"
        path.write_text("".join(lines))
        try:
            if not cargo(copy, "check", "--locked", "--lib")[0]:
                continue
            if args.only and count + 1 not in args.only:
                count += 1
                found += 1
                continue
            by = verdict(copy, room)
        finally:
            path.write_text(text)
        count += 1
        found += by is not None
        where = f"{path.relative_to(copy / 'src')}:{number + 1}"
        print(f"| {count} | {where} | `{old.strip()}` → `{new.strip()}` | {by or '**nobody**'} | {time.monotonic() - began:.0f} |", flush=True)
    print(f"\n{found} of {count} found", flush=True)
    sys.exit(found < count * 0.9)


if __name__ == "__main__":
    main()
