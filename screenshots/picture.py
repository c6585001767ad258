#!/usr/bin/env python3
"""Makes a picture of a terminal: reads what `tmux capture-pane -e -p -N` prints, writes a PNG.

    tmux capture-pane -e -p -N -t NAME | screenshots/picture.py OUT.png

Needs Pillow and the DejaVu fonts (Debian: python3-pil fonts-dejavu-core; wide characters: fonts-noto-cjk).
"""
import re
import sys
import unicodedata

from PIL import Image, ImageDraw, ImageFont

SIZE = 16
REGULAR = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
BOLD = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf"
WIDE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
TEXT, GROUND = (216, 219, 226), (22, 24, 30)
SIXTEEN = [
    (38, 42, 51), (224, 108, 117), (152, 195, 121), (229, 192, 123), (97, 175, 239), (198, 120, 221), (86, 182, 194),
    (200, 204, 212), (92, 99, 112), (240, 130, 138), (170, 215, 140), (240, 208, 145), (120, 190, 250), (215, 145, 235),
    (110, 205, 215), (245, 246, 250),
]

# Where the dots of braille are, from the lowest bit on: across, down.
DOTS = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]


def indexed(n):
    if n < 16:
        return SIXTEEN[n]
    if n >= 232:
        return (8 + 10 * (n - 232),) * 3
    level = [0, 95, 135, 175, 215, 255]
    n -= 16
    return level[n // 36], level[n // 6 % 6], level[n % 6]


class Pen:
    def __init__(self):
        self.reset()

    def reset(self):
        self.fg, self.bg, self.bold, self.dim, self.reverse, self.underline = None, None, False, False, False, False

    def apply(self, codes):
        codes = [int(code or 0) for code in re.split("[;:]", codes)]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code == 1:
                self.bold = True
            elif code == 2:
                self.dim = True
            elif code == 4:
                self.underline = True
            elif code == 7:
                self.reverse = True
            elif code == 22:
                self.bold = self.dim = False
            elif code == 24:
                self.underline = False
            elif code == 27:
                self.reverse = False
            elif code in (38, 48):
                kind = codes.pop(0)
                colour = indexed(codes.pop(0)) if kind == 5 else tuple(codes.pop(0) for _ in range(3))
                if code == 38:
                    self.fg = colour
                else:
                    self.bg = colour
            elif 30 <= code <= 37:
                self.fg = SIXTEEN[code - 30]
            elif 90 <= code <= 97:
                self.fg = SIXTEEN[code - 82]
            elif 40 <= code <= 47:
                self.bg = SIXTEEN[code - 40]
            elif 100 <= code <= 107:
                self.bg = SIXTEEN[code - 92]
            elif code == 39:
                self.fg = None
            elif code == 49:
                self.bg = None

    def colours(self):
        fg, bg = self.fg or TEXT, self.bg or GROUND
        if self.reverse:
            fg, bg = bg, fg
        if self.dim:
            fg = tuple((f + b) // 2 for f, b in zip(fg, bg))
        return fg, bg


def cells(line, pen):
    """(column, columns, text, pen's colours, bold, underline) of a line."""
    column = 0
    for part in re.split(r"(\x1b\[[0-9;:]*m)", line):
        if part.startswith("\x1b["):
            pen.apply(part[2:-1])
            continue
        part = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()].|\x0e|\x0f", "", part)
        for char in part:
            if unicodedata.combining(char) or char in "\u200d\ufe0f":
                continue
            width = 2 if unicodedata.east_asian_width(char) in "WF" else 1
            yield column, width, char, pen.colours(), pen.bold, pen.underline
            column += width


class Brush:
    """Draws screens, with the fonts of this machine."""

    def __init__(self):
        self.regular, self.bold = ImageFont.truetype(REGULAR, SIZE), ImageFont.truetype(BOLD, SIZE)
        try:
            self.wide = ImageFont.truetype(WIDE, SIZE)
        except OSError:
            self.wide = self.regular
        self.width, self.height = round(self.regular.getlength("M")), SIZE + 4

    def draw(self, shown, columns=1):
        """The picture of a screen, as `tmux capture-pane` prints it, at least so wide."""
        lines = shown.removesuffix("\n").split("\n")
        drawn = []
        pen = Pen()
        for row, line in enumerate(lines):
            drawn += [(row, *cell) for cell in cells(line, pen)]
        columns = max([columns, *(column + width for _, column, width, *_ in drawn)])
        image = Image.new("RGB", (columns * self.width + 16, len(lines) * self.height + 16), GROUND)
        draw = ImageDraw.Draw(image)
        for cell in drawn:
            self.cell(draw, *cell)
        return image

    def cell(self, draw, row, column, width, char, colours, is_bold, underline):
        fg, bg = colours
        x, y = 8 + column * self.width, 8 + row * self.height
        right, bottom = x + width * self.width - 1, y + self.height - 1
        draw.rectangle([x, y, right, bottom], fill=bg)
        if 0x2581 <= ord(char) <= 0x2588:
            top = y + round(self.height * (0x2588 - ord(char)) / 8)
            draw.rectangle([x, top, right, bottom], fill=fg)
        elif 0x2800 <= ord(char) <= 0x28FF:
            for bit, (across, down) in enumerate(DOTS):
                if ord(char) >> bit & 1:
                    left, top = x + round((across + 0.25) * self.width / 2), y + round((down + 0.25) * self.height / 4)
                    draw.rectangle([left, top, left + 2, top + 2], fill=fg)
        elif char.strip():
            font = self.wide if width == 2 else (self.bold if is_bold else self.regular)
            draw.text((x, y + (0 if width == 1 else -3)), char, font=font, fill=fg)
        if underline:
            draw.line([x, bottom - 1, right, bottom - 1], fill=fg)


if __name__ == "__main__":
    Brush().draw(sys.stdin.read()).save(sys.argv[1], optimize=True)
