"""A session of the real program: recorded as an asciicast (version 2), and drawn from that as an animated picture.

What is recorded is what the program writes, byte by byte with its times, as tmux passes it on; each step of the script
is a marker in it. The picture is drawn from the recording alone: tmux is given the bytes again and shows what they do.
"""
import codecs
import json
import os
import subprocess
import threading
import time

from PIL import Image, ImageChops

from picture import GROUND, SIXTEEN, TEXT, Brush

COLUMNS, ROWS = 110, 30
# The keys as they are told and what they do, the keys as they are pressed (names of tmux in angle brackets), and the
# seconds to look at it.
SCRIPT = [
    ("auralis", "start", [*"auralis", "<Enter>"], 2.2),
    ("8j", "eight artists down", [*"8j"], 0.9),
    ("l l", "to the albums, to the tracks", [*"ll"], 0.9),
    ("yil", "keep the whole album", [*"yil"], 1.1),
    ("gq p", "put it into the queue", [*"gqp"], 1.3),
    ("3j Enter", "play the fourth", [*"3j", "<Enter>"], 3.2),
    ("j d2j", "take the next three out", [*"jd2j"], 1.3),
    ("u", "undo", ["u"], 1.3),
    (":theme Tab", "each theme is seen at once", [*":theme ", *["<Tab>"] * 4], 0.5),
    ("Esc", "and is as it was", ["<Escape>"], 1.2),
    ("zv", "look at the sound in another way", [*"zv"], 2.2),
    ("C", "the cover and the words", ["C"], 3.2),
    ("gW", "all the words", ["<Escape>", *"gW"], 2.2),
    ("qq", "leave", ["<Escape>", *"qq"], 0.6),
]
BETWEEN_KEYS, BETWEEN_TABS = 0.13, 0.6
# What comes within this time is one event: the parts in which a frame of the screen reaches us.
TOGETHER = 0.015
# The picture: at most so many frames a second, so many colours.
FRAMES, COLOURS = 8, 128


class Tmux:
    """A terminal: a tmux of its own with one window."""

    def __init__(self, folder, name, *command):
        self.words = ["tmux", "-f", "/dev/null", "-S", f"{folder}/{name}"]
        self("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), *command)
        self("set", "-ga", "terminal-overrides", ",*:Tc")

    def __call__(self, *words):
        done = subprocess.run([*self.words, *words], check=True, capture_output=True)
        return done.stdout.decode(errors="replace").removesuffix("\n")

    def close(self):
        subprocess.run([*self.words, "kill-server"], check=False, capture_output=True)


class Listener(threading.Thread):
    """Reads what the program writes, and when."""

    def __init__(self, fifo):
        super().__init__(daemon=True)
        self.fifo, self.heard = fifo, []

    def run(self):
        with open(self.fifo, "rb", buffering=0) as pipe:
            while part := pipe.read(1 << 16):
                self.heard.append((time.monotonic(), part))


def record(program, music, home, cast):
    """Plays the script with the real program, from a shell's prompt on, and writes the recording."""
    os.makedirs(f"{home}/bin")
    os.symlink(program, f"{home}/bin/auralis")
    os.symlink(music, f"{home}/Music")
    os.mkfifo(f"{home}/fifo")
    environment = {
        "HOME": home, "XDG_RUNTIME_DIR": home, "PATH": f"{home}/bin:{os.environ['PATH']}", "TERM": "tmux-256color",
        "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "PS1": "$ ",
    }
    # The shell begins once somebody listens.
    shell = f"while ! [ -e '{home}/begin' ]; do sleep 0.1; done; exec sh"
    settings = [f"{name}={value}" for name, value in environment.items()]
    tmux = Tmux(home, "recorded", "env", "-i", *settings, "sh", "-c", shell)
    listener = Listener(f"{home}/fifo")
    markers = []
    try:
        listener.start()
        tmux("pipe-pane", "-O", f"exec cat > '{home}/fifo'")
        started = time.monotonic()
        open(f"{home}/begin", "w").close()
        time.sleep(0.5)
        for keys, told, pressed, seconds in SCRIPT:
            markers.append((time.monotonic() - started, "m", f"{keys}: {told}"))
            press(tmux, pressed)
            time.sleep(seconds)
        duration = time.monotonic() - started
    finally:
        tmux.close()
    listener.join(10)
    written = [(at - started, "o", words) for at, words in together(listener.heard) if at - started <= duration]
    write(cast, duration, sorted(markers + written))


def press(tmux, keys):
    for key in keys:
        named = key.startswith("<")
        tmux("send-keys", *([key[1:-1]] if named else ["-l", key]))
        time.sleep(BETWEEN_TABS if key == "<Tab>" else BETWEEN_KEYS)


def together(heard):
    """The parts as text, those of one frame in one."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    events = []
    last = -1.0
    for at, part in heard:
        words = decoder.decode(part)
        if at - last < TOGETHER:
            events[-1][1] += words
        else:
            events.append([at, words])
        last = at
    return events


def write(cast, duration, events):
    theme = {"fg": hexed(TEXT), "bg": hexed(GROUND), "palette": ":".join(map(hexed, SIXTEEN))}
    header = {
        "version": 2, "width": COLUMNS, "height": ROWS, "duration": round(duration, 3), "title": "Auralis",
        "env": {"TERM": "tmux-256color", "SHELL": "/bin/sh"}, "theme": theme,
    }
    with open(cast, "w", encoding="utf-8") as out:
        for line in [header, *([round(at, 3), kind, data] for at, kind, data in events)]:
            print(json.dumps(line, ensure_ascii=False, separators=(", ", ": ")), file=out)


def hexed(colour):
    return "#%02x%02x%02x" % colour


def read(cast):
    """The header and the events of a recording; what is not as asciicast v2 wants it is an error."""
    with open(cast, encoding="utf-8") as lines:
        header, *events = map(json.loads, lines)
    assert header["version"] == 2, header
    assert all(isinstance(header[size], int) and header[size] > 0 for size in ("width", "height")), header
    last = 0.0
    for at, kind, data in events:
        assert isinstance(at, (int, float)) and last <= at <= header["duration"], f"{at} behind {last}"
        assert kind in ("o", "m") and isinstance(data, str), f"{kind} at {at}"
        last = at
    return header, events


def screens(cast, home):
    """(milliseconds, what stands on the screen) of each frame in which something changed."""
    header, events = read(cast)
    tmux = Tmux(home, "played", "sh", "-c", "stty raw -echo; exec sleep 1000")
    try:
        time.sleep(0.5)
        with open(tmux("display-message", "-p", "#{pane_tty}"), "w", encoding="utf-8", newline="") as terminal:
            told, shown, since = " ", None, 0
            ticks = round(header["duration"] * FRAMES)
            for tick in range(ticks + 1):
                while events and (events[0][0] * FRAMES <= tick or tick == ticks):
                    _, kind, data = events.pop(0)
                    if kind == "o":
                        terminal.write(data)
                    else:
                        keys, words = data.split(": ", 1)
                        told = f"\x1b[0;7m {keys} \x1b[0m {words}"
                now = f"{captured(tmux, terminal, tick)}\n{told}"
                if now != shown:
                    if shown is not None:
                        yield (tick - since) * 1000 // FRAMES, shown
                    shown, since = now, tick
            yield 2000, shown
    finally:
        tmux.close()


def captured(tmux, terminal, tick):
    """The screen, once the terminal has come to the end of what was written: it then has this title."""
    terminal.write(f"\x1b]2;{tick}\x07")
    terminal.flush()
    until = time.monotonic() + 10
    while tmux("display-message", "-p", "#{pane_title}") != str(tick):
        assert time.monotonic() < until, "the terminal does not follow"
    return tmux("capture-pane", "-e", "-p", "-N")


def draw(cast, home, out):
    """The recording as an animated GIF."""
    brush = Brush()
    shown = [(milliseconds, brush.draw(screen, COLUMNS)) for milliseconds, screen in screens(cast, home)]
    colours = palette([image for _, image in shown])
    images = [image.quantize(palette=colours, dither=Image.Dither.NONE) for _, image in shown]
    # Of each frame only the pixels that are others than before: the rest is of a colour that lets through.
    frames = [images[0], *map(changed, images, images[1:])]
    frames[0].save(
        out, save_all=True, append_images=frames[1:], duration=[milliseconds for milliseconds, _ in shown], loop=0,
        transparency=COLOURS - 1, disposal=1, optimize=False,
    )


def palette(images):
    """The colours of all, from some of them; the last number is left free."""
    some = images[:: len(images) // 24 + 1]
    width, height = some[0].size
    whole = Image.new("RGB", (width, height * len(some)))
    for at, image in enumerate(some):
        whole.paste(image, (0, at * height))
    return whole.quantize(COLOURS - 1, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def changed(before, now):
    # Numbers of colours are told apart as numbers; both images have the same.
    same = ImageChops.difference(grey(before), grey(now)).point(lambda difference: 0 if difference else 255)
    frame = now.copy()
    frame.paste(COLOURS - 1, mask=same)
    return frame


def grey(image):
    return Image.frombytes("L", image.size, image.tobytes())
