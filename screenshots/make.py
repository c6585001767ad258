#!/usr/bin/env python3
"""The pictures of this folder, from the real program under tmux, with any music.

    screenshots/make.py target/release/auralis FOLDER_OF_MUSIC [NAME...]

`session` is the recorded session: `session.cast`, to be played by asciinema, and `session.gif`, drawn from that.

Needs tmux, Pillow and the DejaVu fonts (Debian: tmux python3-pil fonts-dejavu-core). The music is only played to
nowhere; the player has a home of its own, which is gone afterwards, and sees the files through links, beside a cover and
words of ours, so that there is something to show of each. It has measured them before.
"""
import contextlib
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time

from PIL import Image, ImageDraw

import session

HERE = os.path.dirname(os.path.abspath(__file__))
# Name, columns, rows, what is typed, what is then seen. Keys of tmux are in angle brackets.
PICTURES = [
    ("player", 130, 38, [":theme dark", "<Enter>", "ll", "jj"], "Tracks"),
    ("light", 110, 32, [":theme light", "<Enter>", ":group folder", "<Enter>", "j"], "Folders"),
    ("help", 110, 32, [":theme dark", "<Enter>", ":help", "<Enter>"], "Keys and commands"),
    ("signal", 110, 20, [":theme dark", "<Enter>", ":volume 80", "<Enter>", ":signal", "<Enter>"], "Signal path"),
    ("cover", 110, 32, [":theme dark", "<Enter>", ":cover", "<Enter>"], "Now playing"),
    ("heard", 110, 32, [":theme dark", "<Enter>", ":visual mirrored", "<Enter>", ":focus spectrum", "<Enter>"], "R"),
]
THEMES = [
    "dark", "gruvbox-light", "nord", "catppuccin-mocha", "solarized-light", "tokyo-night", "everforest", "contrast-dark",
    "colour-blind",
]
ACROSS = 3


class Terminal:
    """The player in a window of tmux."""

    def __init__(self, program, music, home, columns, rows):
        self.home = home
        self.tmux = ["tmux", "-f", "/dev/null", "-S", f"{home}/tmux"]
        start = ["new-session", "-d", "-s", "shot", "-x", str(columns), "-y", str(rows)]
        environment = ["env", f"HOME={home}", f"XDG_RUNTIME_DIR={home}", "COLORTERM=truecolor", "LC_ALL=C.UTF-8"]
        self.run(*start, *environment, program, music)
        self.run("set", "-ga", "terminal-overrides", ",*:Tc")
        self.wait("Queue")
        # A few seconds of music, so that there is something to see.
        time.sleep(6)

    def run(self, *words):
        return subprocess.run([*self.tmux, *words], check=True, capture_output=True).stdout

    def text(self):
        return self.run("capture-pane", "-p", "-t", "shot").decode(errors="replace")

    def wait(self, words):
        until = time.monotonic() + 60
        while words not in self.text():
            if time.monotonic() > until:
                sys.exit(f"{words!r} is not seen:\n{self.text()}")
            time.sleep(0.1)

    def type(self, words):
        named = words.startswith("<")
        self.run("send-keys", "-t", "shot", *([words[1:-1]] if named else ["-l", words]))
        time.sleep(0.5)

    def picture(self, out):
        shown = self.run("capture-pane", "-e", "-p", "-N", "-t", "shot")
        subprocess.run([sys.executable, f"{HERE}/picture.py", out], input=shown, check=True)

    def close(self):
        subprocess.run([*self.tmux, "kill-server"], check=False)


WORDS = [
    "Over the ice and over the sea", "The engines hum a melody", "Above the clouds the night is clear",
    "And nobody can find us here", "The wind is all there is to hear",
]


def draw_cover(path, side=480):
    """Hills under a moon."""
    image = Image.new("RGB", (side, side))
    draw = ImageDraw.Draw(image)
    for y in range(side):
        way = y / side
        draw.line([(0, y), (side, y)], fill=(int(18 + 110 * way), int(28 + 80 * way), int(200 - 90 * way)))
    draw.ellipse([side * 0.62, side * 0.12, side * 0.80, side * 0.30], fill=(255, 234, 190))
    for depth, colour in enumerate([(20, 40, 70), (34, 66, 60), (44, 86, 52), (58, 108, 40)]):
        def height(x, depth=depth):
            return side * (0.60 + 0.10 * depth + (0.06 - 0.01 * depth) * math.sin(x / side * (7 - depth) + 1.7 * depth))
        draw.polygon([(0, side), *((x, height(x)) for x in range(side + 1)), (side, side)], fill=colour)
    image.save(path)


def linked(music, folder):
    """The files of a folder of music in another one, with a cover and words."""
    draw_cover(f"{folder}/cover.png")
    words = "".join(f"[00:{2 + 5 * at:02}.00]{line}\n" for at, line in enumerate(WORDS))
    for place, _, names in os.walk(music):
        for name in names:
            if not name.lower().endswith((".ogg", ".flac", ".mp3", ".opus", ".m4a", ".wav")):
                continue
            os.symlink(os.path.join(place, name), f"{folder}/{name}")
            with open(f"{folder}/{os.path.splitext(name)[0]}.lrc", "w") as lyrics:
                lyrics.write(words)


def measured(program, music, home):
    """A home in which the music was scanned and measured, for all pictures."""
    with player_home() as first:
        environment = {"HOME": first, "XDG_RUNTIME_DIR": first, "PATH": os.environ["PATH"]}
        for words in (["scan", "-q", music], ["analyse", "-q"]):
            subprocess.run([program, *words], env=environment, check=True)
        shutil.copytree(f"{first}/.local", home)


@contextlib.contextmanager
def player_home(known=None):
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o700)
        if known:
            shutil.copytree(known, f"{home}/.local")
        os.makedirs(f"{home}/.config/auralis")
        with open(f"{home}/.config/auralis/config.toml", "w") as config:
            config.write('[output]\noutput = "null"\n[analysis]\nwhen = "off"\n')
            config.write('[screen]\nmouse = false\ntheme = "dark"\n')
        yield home


def terminal(program, music, known, columns, rows, use):
    with player_home(known) as home:
        shown = Terminal(program, music, home, columns, rows)
        try:
            use(shown)
        finally:
            shown.close()


def themes(shown):
    """A theme is seen as soon as its name stands in the command line."""
    small = []
    for theme in THEMES:
        shown.type(f":theme {theme}")
        time.sleep(0.5)
        shown.picture(f"{shown.home}/theme.png")
        shown.type("<Escape>")
        with Image.open(f"{shown.home}/theme.png") as image:
            small.append(image.convert("RGB").resize((image.width // 2, image.height // 2), Image.LANCZOS))
    width, height = small[0].size
    whole = Image.new("RGB", (width * ACROSS, height * (len(small) // ACROSS)))
    for at, image in enumerate(small):
        whole.paste(image, (at % ACROSS * width, at // ACROSS * height))
    whole.save(f"{HERE}/themes.png", optimize=True)


def main():
    program, music = map(os.path.abspath, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as work:
        os.mkdir(f"{work}/Music")
        linked(music, f"{work}/Music")
        measured(program, f"{work}/Music", f"{work}/known")
        draw(program, f"{work}/Music", f"{work}/known", sys.argv[3:])


def draw(program, music, known, wanted):
    for name, columns, rows, typed, seen in PICTURES:
        if wanted and name not in wanted:
            continue

        def use(shown):
            for words in typed:
                shown.type(words)
            shown.wait(seen)
            time.sleep(1.5)
            shown.picture(f"{HERE}/{name}.png")

        terminal(program, music, known, columns, rows, use)
    if not wanted or "themes" in wanted:
        terminal(program, music, known, 84, 24, themes)
    if not wanted or "session" in wanted:
        with player_home(known) as home:
            session.record(program, music, home, f"{HERE}/session.cast")
            session.draw(f"{HERE}/session.cast", home, f"{HERE}/session.gif")


if __name__ == "__main__":
    main()
