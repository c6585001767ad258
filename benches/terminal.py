#!/usr/bin/env python3
"""What the screen costs: time from a key to the frame it makes, bytes to the terminal, processor time, wake-ups.

    benches/terminal.py target/release/auralis MUSIC_FOLDER [--size 120x40] [--keys 1000] [--seconds 10]

Runs the player on a pseudo-terminal of its own, with a home of its own, and plays into nothing. Linux, standard library alone.
--beside FILE measures also what cava and ncmpcpp (with MPD) cost that show the spectrum of that file at 30 frames a second
on a terminal of the same size, where they are installed (with ffmpeg and mpc).
"""

import argparse
import fcntl
import os
import pty
import select
import shutil
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
            os.execve(program, [program, *words], environment)
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
                got += self.take(65536 if rate is None else min(room, 4096))
        return got

    def take(self, most):
        """What came; asked whether it has come so far (DSR), a terminal says so."""
        got = os.read(self.terminal, most)
        os.write(self.terminal, b"\x1b[0n" * got.count(b"\x1b[5n"))
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
            got += self.take(65536)
        return time.monotonic() - began

    def used(self):
        """Processor seconds, and how often each thread of it went to sleep."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        switches = {}
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/status") as status:
                switches[thread] = sum(int(line.split()[1]) for line in status if line.startswith("voluntary"))
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
    # Of a thread that has ended nothing is known; one that began did all of it in this time.
    slept = sum(count - switches.get(thread, 0) for thread, count in more.items())
    frames = got.count(FRAME_ENDS)
    print(f"{name}: {len(got) / seconds:,.0f} bytes/s, {frames / seconds:.1f} frames/s, "
          f"{100 * (now - processor) / seconds:.1f} % of one processor, {slept / seconds:.1f} wake-ups/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("music")
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--keys", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--beside", metavar="FILE")
    wanted = parser.parse_args()
    size = tuple(int(part) for part in wanted.size.split("x"))
    program = os.path.abspath(wanted.program)
    with tempfile.TemporaryDirectory() as home:
        scan = [program, "scan", os.path.abspath(wanted.music)]
        subprocess.run(scan, env={"HOME": home, "PATH": os.environ["PATH"]}, stdout=subprocess.DEVNULL, check=True)
        screen = Screen(program, ["--output", "null"], home, size)
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
        screen.press("gV")
        screen.read(time.monotonic() + 2)
        over(screen, "plays, spectrum alone", wanted.seconds)
        screen.press("gl")
        screen.read(time.monotonic() + 1)
        screen.press("zV")
        screen.read(time.monotonic() + 2)
        over(screen, "plays, no spectrum", wanted.seconds)
        screen.press("c")
        # After ten seconds the output is let go, and that is shown.
        screen.read(time.monotonic() + 12)
        over(screen, "paused", wanted.seconds)
        screen.end()
    if wanted.beside:
        beside(os.path.abspath(wanted.beside), size, wanted.seconds)


def beside(music, size, seconds):
    """What others cost on the same terminal, of whose frames nothing is known: bytes and processor alone."""
    with tempfile.TemporaryDirectory() as home:
        if shutil.which("cava"):
            cava(music, home, size, seconds)
        if shutil.which("ncmpcpp") and shutil.which("mpd"):
            ncmpcpp(music, home, size, seconds)


def cava(music, home, size, seconds):
    fifo = f"{home}/sound"
    os.mkfifo(fifo)
    with open(f"{home}/cava", "w") as config:
        config.write(f"[general]\nframerate = 30\n[input]\nmethod = fifo\nsource = {fifo}\n"
                     "sample_rate = 44100\n[output]\nmethod = noncurses\n")
    words = ["-v", "error", "-re", "-stream_loop", "-1", "-i", music, "-f", "s16le", "-ar", "44100", "-ac", "2", "-y", fifo]
    feeder = subprocess.Popen(["ffmpeg", *words], stdin=subprocess.DEVNULL)
    screen = Screen(shutil.which("cava"), ["-p", f"{home}/cava"], home, size)
    screen.read(time.monotonic() + 4)
    over(screen, "cava", seconds)
    os.kill(screen.pid, signal.SIGTERM)
    feeder.kill()


def ncmpcpp(music, home, size, seconds):
    port = 6699
    with open(f"{home}/mpd.conf", "w") as config:
        config.write(f'music_directory "{os.path.dirname(music)}"\ndb_file "{home}/db"\nbind_to_address "127.0.0.1"\n'
                     f'port "{port}"\naudio_output {{\ntype "null"\nname "null"\n}}\n'
                     f'audio_output {{\ntype "fifo"\nname "eye"\npath "{home}/eye"\nformat "44100:16:2"\n}}\n')
    mpd = subprocess.Popen(["mpd", "--no-daemon", f"{home}/mpd.conf"], stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    mpc = ["mpc", "-q", "-p", str(port)]
    time.sleep(2)
    for words in (["update", "--wait"], ["add", os.path.basename(music)], ["repeat", "on"], ["play"]):
        subprocess.run([*mpc, *words], check=True)
    with open(f"{home}/ncmpcpp", "w") as config:
        config.write(f"visualizer_data_source = {home}/eye\nvisualizer_output_name = eye\nvisualizer_in_stereo = yes\n"
                     f"visualizer_type = spectrum\nvisualizer_fps = 30\nstartup_screen = visualizer\n"
                     f"ncmpcpp_directory = {home}\n")
    screen = Screen(shutil.which("ncmpcpp"), ["-p", str(port), "-c", f"{home}/ncmpcpp"], home, size)
    screen.read(time.monotonic() + 4)
    over(screen, "ncmpcpp", seconds)
    os.kill(screen.pid, signal.SIGTERM)
    mpd.terminate()


if __name__ == "__main__":
    main()
