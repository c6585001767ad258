#!/usr/bin/env python3
"""This player beside others that are installed, on one machine in one run; written into the README's page about speed.

    benches/compare.py target/release/auralis TREE [--rounds N] [--seconds S] [--write]

TREE is a folder of music; copies of its files are worked on. Beside each other, alternating, the median of N rounds in
seconds of processor time (user and system, children too) or in MiB: a first scan, an unchanged and a changed one, and the
player at rest (cmus, MPD); playing for S seconds (cmus, MPD, mpv); a file to WAV at 48 kHz (sox, ffmpeg, mpv); loudness and true
peak (loudgain, ffmpeg); mastering after a reference (matchering). What is not installed is left out and named. --write puts
the tables between the marks in README.md, with machine and date; without it they are printed.

Needs Linux, tmux, ffmpeg and a quiet machine. Debian: cmus mpd mpc mpv sox loudgain; matchering comes from PyPI.
"""

import argparse
import datetime
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import peers

MARKS = ("<!-- compared -->", "<!-- /compared -->")


def home_of(folder):
    """An environment in which nothing of the user's is read or written."""
    return dict(os.environ, HOME=folder, XDG_RUNTIME_DIR=folder, XDG_CONFIG_HOME=f"{folder}/c", XDG_DATA_HOME=f"{folder}/d",
                XDG_STATE_HOME=f"{folder}/s", XDG_CACHE_HOME=f"{folder}/k")


def cost(argv, home):
    """CPU seconds, wall seconds and peak memory in MiB of a program that ends by itself."""
    began = time.monotonic()
    child = subprocess.Popen(argv, env=home_of(home), cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{argv} failed")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1024


def playing(argv, home, seconds):
    """CPU seconds a minute and memory of a program that plays by itself, after its start."""
    child = subprocess.Popen(argv, env=home_of(home), cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    try:
        time.sleep(3)
        if child.poll() is not None:
            raise RuntimeError(f"{argv} ended")
        before = peers.cpu_s(child.pid)
        time.sleep(seconds)
        return (peers.cpu_s(child.pid) - before) * 60 / seconds, peers.resident_mib(child.pid)
    finally:
        child.kill()
        child.wait()


def rounds(count, tasks):
    """Each task in turn, so often; medians of what they give, by name."""
    found = {}
    for _ in range(count):
        for name, task in tasks.items():
            with tempfile.TemporaryDirectory() as home:
                found.setdefault(name, []).append(task(home))
    return {name: [statistics.median(column) for column in zip(*rows)] for name, rows in found.items()}


def installed(tasks):
    """What is there of `name: (program, task)`, and the names of the rest."""
    there = {name: task for name, (program, task) in tasks.items() if shutil.which(program)}
    return there, [name for name in tasks if name not in there]


def table(title, head, rows, missing):
    lines = [f"| {title} | " + " | ".join(head) + " |", "|---" * (len(head) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(f"{value:.3g}" for value in values) + " |" for name, values in rows.items()]
    lines += [f"| {name} | " + " | ".join(["not installed"] + [""] * (len(head) - 1)) + " |" for name in missing]
    return "\n".join(lines)


def scans(program, tree, files, count):
    if missing := [name for name in ("cmus", "mpd", "mpc", "tmux") if not shutil.which(name)]:
        return f"Scans are not compared: {', '.join(missing)} not installed."
    rows = {}
    for _ in range(count):
        peers.one_round(program, tree, files, rows)
    medians = {name: [statistics.median(column) for column in zip(*all_of_it)] for name, all_of_it in rows.items()}
    head = ["first scan, CPU s", "unchanged", "1 % changed", "memory afterwards, MiB"]
    note = "auralis is started for each scan; cmus and MPD run already when they are asked for the second and third."
    return table(f"library of {len(files)} files", head, medians, []) + "\n\n" + note


def mpd_plays(home, tree, file, seconds):
    peer = peers.Mpd(home, tree)
    try:
        peer.first()
        for words in (["add", os.path.relpath(file, tree)], ["play"]):
            subprocess.run(["mpc", "-h", "127.0.0.1", "-p", peer.port, *words], check=True, capture_output=True)
        time.sleep(3)
        before = peers.cpu_s(peer.child.pid)
        time.sleep(seconds)
        return (peers.cpu_s(peer.child.pid) - before) * 60 / seconds, peers.resident_mib(peer.child.pid)
    finally:
        peer.memory()


def plays(program, tree, file, seconds, count):
    tasks, missing = installed({
        "auralis": (program, lambda home: playing([program, "play", "--output", "null", file], home, seconds)),
        "MPD": ("mpd", lambda home: mpd_plays(home, tree, file, seconds)),
        "mpv": ("mpv", lambda home: playing(["mpv", "--no-config", "--no-video", "--ao=null", file], home, seconds)),
    })
    return table("playing into nothing", ["CPU s a minute", "MiB"], rounds(count, tasks), missing)


def converts(program, file, count):
    tasks, missing = installed({
        "auralis": (program, lambda home: cost([program, "play", "--rate", "48000", "--output", "file:out.wav", file], home)),
        "sox": ("sox", lambda home: cost(["sox", file, "-b", "16", "out.wav", "rate", "-v", "48000", "dither"], home)),
        "ffmpeg": ("ffmpeg", lambda home: cost(["ffmpeg", "-i", file, "-af", "aresample=48000:dither_method=triangular", "out.wav"], home)),
        "mpv": ("mpv", lambda home: cost(["mpv", "--no-config", "--no-video", "--ao=pcm", "--ao-pcm-file=out.wav",
                                          "--audio-samplerate=48000", "--untimed", file], home)),
    })
    return table("a file to WAV at 48 kHz", ["CPU s", "seconds", "MiB"], rounds(count, tasks), missing)


def measures(program, file, count):
    tasks, missing = installed({
        "auralis (with fingerprint, tempo, key, waveform)": (program, lambda home: cost([program, "analyse", file], home)),
        "loudgain": ("loudgain", lambda home: cost(["loudgain", "-q", file], home)),
        "ffmpeg ebur128": ("ffmpeg", lambda home: cost(["ffmpeg", "-i", file, "-af", "ebur128=peak=true", "-f", "null", "-"], home)),
    })
    return table("loudness and true peak of a file", ["CPU s", "seconds", "MiB"], rounds(count, tasks), missing)


def masters(program, file, reference, count):
    tasks, missing = installed({
        "auralis": (program, lambda home: cost([program, "master", "--reference", reference, "--output", "out", file], home)),
    })
    code = ("import matchering as mg, sys\n"
            "mg.process(target=sys.argv[1], reference=sys.argv[2], results=[mg.pcm24('out.wav')])")
    if subprocess.run([sys.executable, "-c", "import matchering"], capture_output=True).returncode == 0:
        tasks["matchering"] = lambda home: cost([sys.executable, "-c", code, file, reference], home)
    else:
        missing.append("matchering")
    return table("a file mastered after a reference", ["CPU s", "seconds", "MiB"], rounds(count, tasks), missing)


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} processors, Linux {platform.release()}"


def version(words):
    try:
        told = subprocess.run(words, capture_output=True, text=True, timeout=10)
        return (told.stdout or told.stderr).splitlines()[0].strip()
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return None


def versions():
    asked = [["cmus", "--version"], ["mpd", "--version"], ["mpv", "--version"], ["sox", "--version"], ["loudgain", "--version"],
             ["ffmpeg", "-version"]]
    return "; ".join(filter(None, (version(words) for words in asked if shutil.which(words[0]))))


def tell(text, marks, write):
    """Prints it, or puts it between two marks of the README."""
    if not write:
        print(text)
        return
    readme = pathlib.Path(__file__).parent.parent / "README.md"
    before, rest = readme.read_text().split(marks[0])
    _, after = rest.split(marks[1])
    readme.write_text(f"{before}{marks[0]}\n{text}\n{marks[1]}{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("tree")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    program = os.path.abspath(args.program)
    with tempfile.TemporaryDirectory() as work:
        tree = f"{work}/music"
        shutil.copytree(args.tree, tree)
        files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(tree) for name in names)
        sounding = [name for name in files if name.lower().endswith((".flac", ".ogg", ".mp3", ".opus", ".wav", ".m4a"))]
        if len(sounding) < 2:
            sys.exit("the tree needs two files of music at least")
        # Five minutes of FLAC, the like for all: what decodes it decodes it at its own speed.
        song, reference = f"{work}/song.flac", f"{work}/reference.flac"
        for source, made in ((sounding[0], song), (sounding[1], reference)):
            subprocess.run(["ffmpeg", "-v", "error", "-stream_loop", "-1", "-i", source, "-vn", "-t", "300", "-ar", "44100", "-ac", "2",
                            "-sample_fmt", "s16", made], check=True)
        inside = f"{tree}/song.flac"
        shutil.copy(song, inside)
        tables = [
            scans(program, tree, files, args.rounds),
            plays(program, tree, inside, args.seconds, args.rounds),
            converts(program, song, args.rounds),
            measures(program, song, args.rounds),
            masters(program, song, reference, args.rounds),
        ]
    head = (f"By `benches/compare.py` on {datetime.date.today()}; {machine()}. Medians of {args.rounds} alternating rounds; "
            f"CPU s: user and system. The file: five minutes of FLAC, 44.1 kHz, 16 bits, stereo. {versions()}.")
    text = "\n\n".join([head, *tables])
    tell(text, MARKS, args.write)


if __name__ == "__main__":
    main()
