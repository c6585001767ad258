#!/usr/bin/env python3
"""The same work for this player, cmus and MPD, side by side in one run.

    benches/peers.py PROGRAM TREE [--rounds N]

TREE is a folder of music; a hundredth of its files is touched. Prints CPU seconds (user and system, children too) of a
first scan with warm caches, of an unchanged rescan, of a rescan after 1 % changed, and the resident memory of the running
player afterwards. Needs cmus, mpd, mpc and tmux (Debian packages of the same names), and a machine that is otherwise quiet:
MPD scans only while nothing else runs.
"""

import argparse
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def settled(pid, quiet_s=1.0):
    """CPU seconds once the process has done nothing for a while."""
    last, since = cpu_s(pid), time.monotonic()
    began = since
    while time.monotonic() - since < quiet_s and time.monotonic() - began < 120:
        time.sleep(0.05)
        now = cpu_s(pid)
        if now - last > 0.02:
            last, since = now, time.monotonic()
    return cpu_s(pid)


def run_cpu_s(argv, env):
    """A program that ends by itself: its CPU seconds."""
    child = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError(f"{argv} failed")
    return usage.ru_utime + usage.ru_stime


def in_tmux(name, argv, env):
    """Starts a program on a screen of 120 x 40; gives its process number."""
    subprocess.run(["tmux", "-L", name, "-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", *argv], env=env, check=True)
    shown = subprocess.run(["tmux", "-L", name, "list-panes", "-F", "#{pane_pid}"], capture_output=True, text=True, check=True)
    return int(shown.stdout)


def touch(files):
    now = time.time_ns() + random.randrange(10**9)
    for file in files:
        os.utime(file, ns=(now, now))


class Auralis:
    def __init__(self, program, home, tree):
        self.env = dict(os.environ, HOME=home, XDG_RUNTIME_DIR=home, XDG_CONFIG_HOME=f"{home}/c", XDG_DATA_HOME=f"{home}/d", XDG_STATE_HOME=f"{home}/s", XDG_CACHE_HOME=f"{home}/k")
        self.argv, self.tree, self.program = [program, "scan", "-q", tree], tree, program

    def first(self):
        return run_cpu_s(self.argv, self.env)

    def rescan(self):
        return run_cpu_s(self.argv, self.env)

    def memory(self):
        pid = in_tmux("peer-auralis", [self.program, "--output", "null"], self.env)
        settled(pid, 2.0)
        mib = resident_mib(pid)
        subprocess.run(["tmux", "-L", "peer-auralis", "kill-server"])
        return mib


class Cmus:
    def __init__(self, home, tree):
        self.env = dict(os.environ, HOME=home, XDG_CONFIG_HOME=f"{home}/c", XDG_RUNTIME_DIR=home)
        self.socket, self.tree = f"{home}/cmus.socket", tree
        os.makedirs(f"{home}/c/cmus")
        # Without a bus it would wait for a key.
        pathlib.Path(f"{home}/c/cmus/rc").write_text("set mpris=false\n")
        self.pid = in_tmux("peer-cmus", ["cmus", "--listen", self.socket], self.env)
        while not os.path.exists(self.socket):
            time.sleep(0.05)
        settled(self.pid)

    def ask(self, *words):
        subprocess.run(["cmus-remote", "--server", self.socket, *words], env=self.env, check=True)

    def work(self, *words):
        before = cpu_s(self.pid)
        self.ask(*words)
        return settled(self.pid) - before

    def first(self):
        return self.work("-C", f"add -l {self.tree}")

    def rescan(self):
        return self.work("-C", "update-cache")

    def memory(self):
        mib = resident_mib(self.pid)
        subprocess.run(["tmux", "-L", "peer-cmus", "kill-server"])
        return mib


class Mpd:
    def __init__(self, home, tree):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = pathlib.Path(home, "mpd.conf")
        config.write_text(
            f'music_directory "{tree}"\ndb_file "{home}/db"\nstate_file "{home}/state"\nlog_file "/dev/null"\nbind_to_address "127.0.0.1"\nport "{port}"\n'
            f'auto_update "no"\naudio_output {{\n type "null"\n name "null"\n}}\n'
        )
        self.child = subprocess.Popen(["mpd", "--no-daemon", str(config)], stderr=subprocess.DEVNULL)
        self.port = str(port)

    def ask(self, word):
        return subprocess.run(["mpc", "-h", "127.0.0.1", "-p", self.port, word], check=True, capture_output=True, text=True).stdout

    def updated(self):
        while "Updating" in self.ask("status"):
            time.sleep(0.2)
        return settled(self.child.pid)

    def first(self):
        """Without a database it scans as it starts."""
        time.sleep(2)
        return self.updated()

    def rescan(self):
        before = cpu_s(self.child.pid)
        self.ask("update")
        return self.updated() - before

    def memory(self):
        mib = resident_mib(self.child.pid)
        self.child.terminate()
        self.child.wait()
        return mib


def one_round(program, tree, files, rows):
    for name, make in [("auralis", lambda home: Auralis(program, home, tree)), ("cmus", lambda home: Cmus(home, tree)), ("mpd", lambda home: Mpd(home, tree))]:
        home = tempfile.mkdtemp()
        try:
            peer = make(home)
            first = peer.first()
            same = peer.rescan()
            touch(random.sample(files, max(1, len(files) // 100)))
            changed = peer.rescan()
            rows.setdefault(name, []).append((first, same, changed, peer.memory()))
        finally:
            shutil.rmtree(home, ignore_errors=True)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("program")
    args.add_argument("tree")
    args.add_argument("--rounds", type=int, default=3)
    args = args.parse_args()
    program, tree = os.path.abspath(args.program), os.path.abspath(args.tree)
    files = [os.path.join(folder, name) for folder, _, names in os.walk(tree) for name in names]
    for file in files:
        pathlib.Path(file).read_bytes()
    rows = {}
    for _ in range(args.rounds):
        one_round(program, tree, files, rows)
    print(f"{len(files)} files; medians of {args.rounds}")
    print(f"{'':10}{'first CPU s':>12}{'files/CPU s':>12}{'same':>8}{'1 %':>8}{'MiB':>8}")
    for name, rounds in rows.items():
        first, same, changed, mib = (statistics.median(column) for column in zip(*rounds))
        print(f"{name:10}{first:12.2f}{len(files) / first:12.0f}{same:8.2f}{changed:8.2f}{mib:8.1f}")


if __name__ == "__main__":
    main()
