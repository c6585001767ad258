#!/usr/bin/env python3
"""Pictures of some of the built-in themes, from the real program: `screenshots/themes.png`.

    screenshots/themes.py target/release/auralis FOLDER_OF_MUSIC

Needs tmux, Pillow and the DejaVu fonts (Debian: tmux python3-pil fonts-dejavu-core).
"""
import os
import subprocess
import sys
import tempfile
import time

from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
THEMES = [
    "dark", "gruvbox-light", "nord", "catppuccin-mocha", "solarized-light", "tokyo-night", "everforest", "contrast-dark",
    "colour-blind",
]
COLUMNS, ROWS, ACROSS = 84, 24, 3


def main():
    program, music = map(os.path.abspath, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o700)
        os.makedirs(f"{home}/.config/auralis")
        with open(f"{home}/.config/auralis/config.toml", "w") as config:
            config.write('[output]\noutput = "null"\n[analysis]\nwhen = "off"\n')
        socket = ["tmux", "-f", "/dev/null", "-S", f"{home}/tmux"]
        environment = ["env", f"HOME={home}", f"XDG_RUNTIME_DIR={home}", "COLORTERM=truecolor"]
        start = [*socket, "new-session", "-d", "-s", "themes", "-x", str(COLUMNS), "-y", str(ROWS)]
        subprocess.run([*start, *environment, program, music], check=True)
        subprocess.run([*socket, "set", "-ga", "terminal-overrides", ",*:Tc"], check=True)
        try:
            time.sleep(4)
            pictures = [picture(socket, theme, home) for theme in THEMES]
        finally:
            subprocess.run([*socket, "kill-server"])
    compose(pictures).save(f"{HERE}/themes.png", optimize=True)


def picture(socket, theme, home):
    """A theme is seen as soon as its name stands in the command line."""
    subprocess.run([*socket, "send-keys", "-t", "themes", f":theme {theme}"], check=True)
    time.sleep(0.8)
    shown = subprocess.run([*socket, "capture-pane", "-e", "-p", "-N", "-t", "themes"], check=True, capture_output=True)
    out = f"{home}/{theme}.png"
    subprocess.run([sys.executable, f"{HERE}/picture.py", out], input=shown.stdout, check=True)
    subprocess.run([*socket, "send-keys", "-t", "themes", "Escape"], check=True)
    time.sleep(0.5)
    with Image.open(out) as image:
        return image.convert("RGB").resize((image.width // 2, image.height // 2), Image.LANCZOS)


def compose(pictures):
    width, height = pictures[0].size
    whole = Image.new("RGB", (width * ACROSS, height * (len(pictures) // ACROSS)))
    for at, image in enumerate(pictures):
        whole.paste(image, (at % ACROSS * width, at // ACROSS * height))
    return whole


if __name__ == "__main__":
    main()
