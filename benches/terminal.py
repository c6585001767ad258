#!/usr/bin/env python3
"""What the screen costs: time from a key to the frame it makes, bytes to the terminal, processor time, wake-ups.

    benches/terminal.py target/release/auralis MUSIC_FOLDER [--size 120x40] [--keys 1000] [--seconds 10]

Runs the player on a pseudo-terminal of its own, with a home of its own, and plays into nothing. Linux, standard library alone.
"""

import argparse
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

FRAME_ENDS = b"\x1b[?2026l"


class Screen:
    """The player on a pseudo-terminal."""

    def __init__(self, program, words, home, size):
        columns, rows = size
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            environment = {"HOME": home, "TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
                           "COLORTERM": "truecolor"}
            os.execve(program, [program, "--output", "null", *words], environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def press(self, keys):
        os.write(self.terminal, keys.encode())

    def read(self, until, rate=None):
        """All that comes before that time, at so many bytes a second at most."""
        got, began = b"", time.monotonic()
        while (left := until - time.monotonic()) > 0:
            if rate is not None:
                room = int((time.monotonic() - began) * rate) - len(got)
                if room <= 0:
                    time.sleep(0.005)
                    continue
            ready, _, _ = select.select([self.terminal], [], [], left)
            if ready:
                got += os.read(self.terminal, 65536 if rate is None else min(room, 4096))
        return got

    def wait_for(self, text, longest=60):
        got, until = b"", time.monotonic() + longest
        while text not in got:
            if time.monotonic() > until:
                sys.exit(f"{text!r} never came")
            got = got[-4096:] + self.read(time.monotonic() + 0.05)
        return got

    def key_to_frame(self, key):
        """Seconds until a frame was whole on the terminal."""
        began, got = time.monotonic(), b""
        self.press(key)
        while FRAME_ENDS not in got:
            ready, _, _ = select.select([self.terminal], [], [], 0.3)
            if not ready:
                return None
            got += os.read(self.terminal, 65536)
        return time.monotonic() - began

    def used(self):
        """Processor seconds, and how often a thread of it went to sleep."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        switches = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/status") as status:
                switches += sum(int(line.split()[1]) for line in status if line.startswith("voluntary"))
        return ticks / os.sysconf("SC_CLK_TCK"), switches

    def end(self):
        self.press("ZZ")
        try:
            self.read(time.monotonic() + 2)
        except OSError:
            pass  # It has ended, and its end of the terminal with it.
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def over(screen, name, seconds, rate=None):
    processor, switches = screen.used()
    got = screen.read(time.monotonic() + seconds, rate)
    now, more = screen.used()
    frames = got.count(FRAME_ENDS)
    print(f"{name}: {len(got) / seconds:,.0f} bytes/s, {frames / seconds:.1f} frames/s, "
          f"{100 * (now - processor) / seconds:.1f} % of one processor, {(more - switches) / seconds:.1f} wake-ups/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("music")
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--keys", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10)
    wanted = parser.parse_args()
    size = tuple(int(part) for part in wanted.size.split("x"))
    program = os.path.abspath(wanted.program)
    with tempfile.TemporaryDirectory() as home:
        scan = [program, "scan", os.path.abspath(wanted.music)]
        subprocess.run(scan, env={"HOME": home, "PATH": os.environ["PATH"]}, stdout=subprocess.DEVNULL, check=True)
        screen = Screen(program, [], home, size)
        screen.wait_for(b"vol")
        screen.read(time.monotonic() + 3)
        screen.press("glll")
        screen.read(time.monotonic() + 2)
        over(screen, "nothing plays", wanted.seconds)
        times = [screen.key_to_frame("k" if at % 40 >= 20 else "j") for at in range(wanted.keys)]
        times = sorted(found * 1000 for found in times if found is not None)
        print(f"key to frame: median {statistics.median(times):.2f} ms, 99 of 100 below "
              f"{times[int(len(times) * 0.99)]:.2f} ms, worst {times[-1]:.2f} ms ({len(times)} of {wanted.keys} keys drew)")
        screen.press("gg\r")
        screen.read(time.monotonic() + 3)
        over(screen, "plays, spectrum in sight", wanted.seconds)
        over(screen, "the same, read at 64 kbit/s", wanted.seconds, rate=8000)
        screen.read(time.monotonic() + 2)
        screen.press("zV")
        screen.read(time.monotonic() + 2)
        over(screen, "plays, no spectrum", wanted.seconds)
        screen.press("c")
        screen.read(time.monotonic() + 3)
        over(screen, "paused", wanted.seconds)
        screen.end()


if __name__ == "__main__":
    main()
