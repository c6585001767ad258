#!/usr/bin/env python3
"""Asks MPD and auralis the same over the protocol, on the same music, and prints where the answers differ.

    tests/mpd_compare.py target/debug/auralis [-v]

Needs mpd, mpc, ffmpeg, metaflac. MPD plays to its `null` output, auralis to `--output null`; both in a folder of their own.
What differs for a reason stands in EXPLAINED; anything else makes it fail.
"""

import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

# Commands (a pattern on the whole line) whose answers may differ, and why.
EXPLAINED = [
    (r"^(commands|notcommands|urlhandlers|decoders|tagtypes|tagtypes all)$", "each server tells what it has"),
    (r"^stats$", "times of the server; checked by themselves"),
    (r"^consume (oneshot|x)$", "0.24 has it, the MPD that is compared with is older"),
    (r"^(find|search) .*(starts_with|added-since|eq_c|contains_c|!contains)", "0.24 has it, the older MPD not"),
    (r"^(searchcount|playlistlength|searchplaylist|protocol|stickernames|stickertypes|stickernamestypes)", "0.24 has it"),
    (r"^(sticker (inc|dec))", "0.24 has it"),
    (r"^(listplaylist|listplaylistinfo) \S+ \d", "0.24 has ranges here"),
    (r"^save \S+ (append|replace|create|x)", "0.24 has modes here"),
    (r"^move .* [+-]", "0.24 has places from the current song here"),
    (r"^(mixrampdb|mixrampdelay) ", "no MixRamp: only that it is off can be asked for"),
    (r"^prio(id)? ", "entries have no priorities: only 0 can be set"),
    (r"^rangeid ", "only whole tracks are queued"),
    (r"^(addtagid|cleartagid|getfingerprint|mount|unmount|listneighbors)", "not there: no tags of queue entries, no Chromaprint, no storages"),
    (r"^search .*bjork", "accents do not count in a search here"),
    (r"^readcomments", "tags by MPD's names for them, not as the file spells them"),
    (r"^(outputs|enableoutput|disableoutput|toggleoutput|outputset|moveoutput)", "outputs are the devices of the machine, one of which plays"),
    (r"^(newpartition|delpartition|partition) ", "one partition"),
    (r"^listmounts", "the folder as it is known here"),
    (r"^channels", "the player itself listens to `auralis`"),
    (r"^sticker (set|get|list|delete|find) .*(foo|like)", "only the player's own stickers are kept"),
    (r"^listplaylists", "when a list was changed is not kept: no Last-Modified"),
    (r"^(list comment|list any)", "comments are told to those who ask for them"),
    (r"^list (performer|mood)", "not kept by the library"),
    (r"^find \(AudioFormat =~ '44100:\*:\*'\)", "the decoder's format is known here of lossy files, too"),
    (r"^albumart .* 99999", "the words of it"),
    (r"^(crossfade 20)$", "fades are at most 12 s"),
    (r"^listfiles nope", "the words of it"),
    (r"\nidle\n", "idle has no place in a command list: refused"),
    (r"^playlistmove .* 99$", "the words of it"),
]

# Lines of an answer that are left out before comparing, by command.
IGNORED = {
    "*": [r"^added: ", r"^Last-Modified: "],
    "status": [r"^(bitrate|elapsed|time|playlist|lastloadedplaylist|audio|updating_db|error): "],
    "plchanges": [],
}

SECTIONS = {
    "reflection": """
ping
status
stats
commands
notcommands
tagtypes
tagtypes clear
lsinfo Ann/First
tagtypes enable Artist Title
lsinfo Ann/First
tagtypes disable Artist
lsinfo Ann/First
tagtypes all
tagtypes enable
tagtypes enable foo
tagtypes foo
urlhandlers
decoders
config
listmounts
listneighbors
listpartitions
partition default
partition x
xyz
status a
status "a
status "a"b
play 1 2
list
binarylimit 10
binarylimit 64
binarylimit x
password x
""",
    "database": """
lsinfo
lsinfo ""
lsinfo /
lsinfo Ann
lsinfo Ann/
lsinfo Ann/First
lsinfo loose.flac
lsinfo nonexist
lsinfo ../x
lsinfo Ann/../Ann
lsinfo Ann//First
listall
listall Ann
listall loose.flac
listall nope
listallinfo Ann
listallinfo
list artist
list album
list album group artist
list album group artist group date
list album group date group artist
list albumartist
list albumartistsort
list genre group album
list date
list track
list title
list file
list filename
list any
list comment
list performer
list foo
list album Ann
list artist Ann
list album artist Ann
list album "(artist == 'Ann')" group date
list artist "(album == 'Début')"
list title artist Ann album First
list album artist Nobody
find album First
find artist Ann
find artist ann
find album
find foo bar
find
find title "(x)"
find "(x)"
find title ""
find file loose.flac
find filename loose.flac
find base Ann
find "(base 'Nope')"
find modified-since 1000
find modified-since x
find modified-since 2000-01-01T00:00:00Z
find "(modified-since '2000-01-01T00:00:00Z')"
find "(modified-since '2099-01-01T00:00:00Z')"
find "(file == 'loose.flac')"
find "((Artist == 'Ann') AND (!(Album == 'First')))"
find "((Artist == 'Ann') AND (Album == 'First') AND (Title == 'Alpha'))"
find "(Artist =~ '^B')"
find "(Artist !~ '^B')"
find "(Artist != 'Ann')"
find "(Artist contains 'n')"
find "(Artist starts_with 'A')"
find "(!(Artist == 'Ann'))"
find "(title == '')"
find "(title != '')"
find "(any == 'Ann')"
find "(albumartist == 'Ann')"
find "(AudioFormat == '44100:16:2')"
find "(AudioFormat =~ '44100:16:*')"
find "(AudioFormat =~ '44100:*:*')"
find "(Title == \\"Charlie's \\\\\\"Song\\\\\\"\\")"
find "(Artist == 'Ann'"
find "(Artist == Ann)"
find "(Artist = 'Ann')"
find "(Artist == 'Ann') x"
find "(Artist == 'Ann'))"
find "((Artist == 'Ann') OR (Artist == 'B'))"
find "(Artist == 'Ann')" sort -Title window 0:2
find "(Artist == 'Ann')" sort Track
find "(Artist == 'Ann')" sort Album window 1:3
find "(Artist == 'Ann')" sort Date
find "(Artist == 'Ann')" sort -Last-Modified window 0:0
find artist Ann sort foo
find artist Ann window 1
find artist Ann window 3:1
find artist Ann window 2:
find artist Ann window 99:100
search any "char"
search artist BJÖRK
search artist bjork
search title "été"
search "(Artist contains 'ANN')"
search "(Artist == 'ANN')"
search "(Artist =~ 'ANN')"
search file LOOSE
search title ""
count artist Ann
count group artist
count album First
count "(artist == 'Ann')" group album
count
count artist
count artist Nobody
readcomments "Ann/First/01 Alpha.flac"
readcomments nope
listfiles Ann
listfiles nope
albumart "Ann/First/01 Alpha.flac" 0
albumart "Ann/First/01 Alpha.flac" 64
albumart "Ann/First/01 Alpha.flac" 999999
albumart loose.flac 0
albumart nope 0
readpicture "Ann/First/01 Alpha.flac" 0
readpicture "Ann/First/01 Alpha.flac" 100
readpicture loose.flac 0
""",
    "queue": """
playlistinfo
playlistinfo 0
playlistid 5
plchanges 0
currentsong
add nonexist
add ../x
add /etc/passwd
addid nonexist
addid Ann
add Ann
playlistinfo
playlistinfo 1
playlistinfo 1:3
playlistinfo 1:
playlistinfo 3:99
playlistinfo 9
playlistinfo 3:1
playlist
playlistid {id2}
plchangesposid 0
addid loose.flac
addid untitled.flac 0
addid untitled.flac 99
add loose.flac 2
playlistinfo
status
move 0 3
playlistinfo
move 1:3 0
playlistinfo
move 0:2 6
playlistinfo
move 0 99
move 99 0
moveid {id0} 2
playlistinfo
swap 0 1
swap 0 99
swapid {id0} {id1}
playlistinfo
delete 0
delete 99
delete 2:4
delete 3:99
playlistinfo
deleteid {id0}
deleteid 99999
status
clear
clear
findadd artist Ann
findadd artist Nobody
searchadd title alpha
playlistinfo
playlistfind artist Ann
playlistfind title Alpha
playlistsearch title alp
playlistfind "(Title == 'Alpha')"
playlistsearch "(Title contains 'ALPHA')"
prio 5 0
prioid 0 {id0}
prio 256 0
rangeid {id0} 1:2
shuffle 99:100
delete 0:
status
delete 0:
delete 5
add ""
playlistlength
""",
    "transport": """
play
play 5
playid 5
next
previous
stop
pause
pause 1
seek 1 1
seekcur 1
seekid 77 1
add Ann
play 2
status
currentsong
next
status
previous
status
previous
status
pause
status
pause 0
status
pause 1
seekcur 10
~elapsed
seekcur +5
~elapsed
seekcur -3
~elapsed
seek 1 20
~elapsed
status
pause 1
seekid {id3} 7
~elapsed
status
seek 99 1
seek 0 x
seekcur x
pause 1
next
status
play 4
next
status
play
status
stop
status
play 0
stop
play -1
status
playid {id1}
status
playid 99999
pause x
stop
clear
status
""",
    "options": """
add Ann
repeat 1
status
repeat 0
repeat 2
repeat
random x
single 1
status
repeat 1
status
single 0
status
single 1
status
repeat 0
status
single 0
single oneshot
status
single 0
single 3
consume 1
status
consume 0
consume x
consume oneshot
consume 0
crossfade 5
status
crossfade 0
crossfade x
crossfade -1
mixrampdb 0
mixrampdelay nan
setvol 30
status
getvol
volume 5
getvol
volume -10
getvol
setvol 101
setvol -1
setvol x
volume x
volume 999
setvol 100
replay_gain_status
replay_gain_mode track
replay_gain_status
replay_gain_mode auto
replay_gain_status
replay_gain_mode foo
replay_gain_mode off
random 1
status
random 0
clearerror
outputs
enableoutput 99
""",
    "modes": """
add Ann/First
consume 1
play 0
next
status
playlistinfo
stop
consume 0
clear
add Ann/First
play 2
next
status
repeat 1
play 2
next
status
stop
repeat 0
""",
    "playlists": """
listplaylists
load nope
rm nope
rename nope x
listplaylist nope
listplaylistinfo nope
save a/b
save ""
add Ann/First
save mix
save mix
listplaylist mix
listplaylistinfo mix
playlistadd mix loose.flac
playlistadd mix nope
playlistadd mix Ann/Second
listplaylist mix
playlistadd new loose.flac
listplaylist new
playlistdelete mix 0
playlistdelete mix 99
listplaylist mix
playlistmove mix 0 2
listplaylist mix
playlistmove mix 99 0
playlistmove mix 0 99
playlistdelete mix 1:3
listplaylist mix
clear
load mix
playlistinfo
load mix 1:2
playlistinfo
load mix 0:1 0
playlistinfo
rename mix new
rename mix other
listplaylist mix
listplaylist other
playlistclear other
listplaylist other
playlistclear fresh
listplaylist fresh
searchaddpl found artist Ann
listplaylist found
searchaddpl found artist Nobody
listplaylist found
searchaddpl found title alpha position 0
rm found
rm other
rm new
rm fresh
lsinfo
""",
    "stickers": """
sticker list song nonexist
sticker list song loose.flac
sticker get song loose.flac rating
sticker set song loose.flac rating 4
sticker get song loose.flac rating
sticker list song loose.flac
sticker find song "" rating
sticker find song "" rating = 4
sticker find song "" rating = 5
sticker find song Ann rating
sticker delete song loose.flac rating
sticker delete song loose.flac rating
sticker set song loose.flac foo 4
sticker delete song loose.flac foo
sticker foo song x
sticker get song loose.flac
""",
    "channels": """
channels
readmessages
sendmessage x y
subscribe "a b"
subscribe x
subscribe x
sendmessage x hello
readmessages
readmessages
unsubscribe x
unsubscribe x
sendmessage x y
""",
    "lists": """
[list
ping
add Ann/First
play 99
ping
]
[list_ok
ping
status
clear
]
[list
]
[list_ok
xyz
]
[list
idle
]
noidle
ping
idle foo
""",
    "phones and bars": """
commands
notcommands
binarylimit 5242880
list albumartist
list album group albumartist group date
list album group MUSICBRAINZ_ALBUMID
list album albumartist "The Anns" group date group MUSICBRAINZ_ALBUMID
list artist group MUSICBRAINZ_ARTISTID
find album First albumartist "The Anns"
find album First MUSICBRAINZ_ALBUMID ""
find "((album == 'First') AND (albumartist == 'The Anns'))" sort Track
search any björk
search "(any contains 'HUMAN')" window 0:5
[list_ok
status
currentsong
]
add Ann/First
playlistinfo 0:2
[list
clear
findadd album Second
play 0
]
currentsong
status
plchangesposid 0
albumart "Ann/First/01 Alpha.flac" 0
readpicture "Björk/Début/01 Été.mp3" 0
list genre
find genre Rock window 0:1
lsinfo "Björk"
tagtypes clear
tagtypes enable Artist Album Title Track Disc Date Genre AlbumArtist Composer
playlistinfo
sticker get song loose.flac like
""",
    "idle": """
!idle player mixer
!idle playlist
!idle options
!idle stored_playlist
!idle database
""",
}

# What a second client does while the first waits.
WHILE_IDLE = {
    "!idle player mixer": ["setvol 40"],
    "!idle playlist": ["add loose.flac"],
    "!idle options": ["repeat 1"],
    "!idle stored_playlist": ["save idle", "rm idle"],
    "!idle database": ["setvol 41"],
}

# Every verb of mpc 0.34, as it is typed. `~` waits a moment before.
MPC = """
status
add Ann/First
add loose.flac
playlist
play
current
~status
pause
status
toggle
pause-if-playing
status
next
prev
cdprev
seek 10
~status
seek +5
seek 50%
pause
seekthrough +20
status
play 4
queued
stop
queued
shuffle
playlist -f %file% | sort
clear
add Ann
move 1 3
playlist
insert untitled.flac
play 2
insert loose.flac
playlist
del 1
playlist
crop
playlist
clear
listall
listall Ann
ls
ls Ann
ls nope
lsplaylists
add Ann/First
save mix
save mix
lsplaylists
playlist mix
load mix
load nope
playlist
rm mix
rm mix
prio 0 1
volume 40
volume +5
volume -10
volume
repeat on
repeat off
repeat
repeat
random on
random off
single on
single once
single off
consume on
consume off
crossfade
crossfade 3
crossfade 0
mixrampdb
mixrampdelay
search title alpha
search any ann
search artist ann album first
searchadd title alpha
find artist Ann
find artist ann
find "(Artist == 'Ann')"
findadd artist Björk
playlist
searchplay alpha
~current
searchplay nothing
list artist
list album artist Ann
list artist album First
list title
clearerror
update --wait
update Ann --wait
rescan --wait
stats
version
outputs
enable 77
toggleoutput 77
replaygain
replaygain track
replaygain off
replaygain x
sticker loose.flac set rating 7
sticker loose.flac get rating
sticker loose.flac list
sticker "" find rating
sticker loose.flac delete rating
sticker loose.flac get rating
channels
sendmessage nobody hello
listneighbors
mount
albumart "Ann/First/01 Alpha.flac"
readpicture "Ann/First/01 Alpha.flac"
readpicture loose.flac
albumart nope
-f "%position% %id% %time% %file% [%albumartist%] %track% %date% %genre% %composer%" playlist
-f "%artist%;%album%;%title%;%disc%" listall
stop
clear
"""

EXPLAINED_MPC = [
    (r"^stats", "times of the server"),
    (r"^version", "0.24.0"),
    (r"^(outputs|enable|toggleoutput)", "outputs are the devices of the machine, one of which plays"),
    (r"^(mixrampdb|mixrampdelay)", "no MixRamp"),
    (r"^channels", "the player itself listens to `auralis`"),
    (r"^listneighbors", "no storages"),
    (r"^mount", "the folder as it is known here"),
    (r"^-f .*%id%", "ids are the server's own"),
]

# Keys of a session of ncmpcpp, in tmux; `#` is a call of mpc beside it.
NCMPCPP = ["#stop", "#clear", "1", "2", "Down", "Enter", "Down", "Space", "Escape", "3", "4", "5", "Down", "Right", "Space"]
NCMPCPP += ["1", "Enter", "p", ">", "p", "J", "Delete", "2", "BSpace", "j", "j", "Space", "1", "r", "z", "y", "R", "r", "z", "y", "R"]
NCMPCPP += ["4", "Down", "Right", "Right", "Space", "1", "#clear", "3", "Down", "Down", "Enter", "i"]

RESET = ["stop", "clear", "repeat 0", "random 0", "single 0", "consume 0", "crossfade 0", "setvol 100", "replay_gain_mode off"]


def make_music(folder):
    """Ten songs: tags of all kinds, several values, none, accents, quotes, a picture."""

    def song(name, hertz, seconds, codec=(), **tags):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        words = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi"]
        words += ["-i", f"sine=frequency={hertz}:duration={seconds}:sample_rate=44100", "-ac", "2", *codec]
        for key, value in tags.items():
            words += ["-metadata", f"{key}={value}"]
        subprocess.run([*words, path], check=True, stdin=subprocess.DEVNULL)
        return path

    first = dict(artist="Ann", album="First", disc="1/1", date="1999-05-01", albumartist="The Anns")
    alpha = song("Ann/First/01 Alpha.flac", 220, 30, title="Alpha", track="1/3", genre="Rock", composer="Carl", **first)
    song("Ann/First/02 Bravo.flac", 330, 31, title="Bravo", track="2/3", genre="Rock", **first)
    song("Ann/First/03 Charlie.flac", 440, 32, title="Charlie's \"Song\"", track="3/3", genre="Pop", **first)
    second = dict(artist="Ann", album="Second", date="2004", genre="Jazz", codec=("-c:a", "libvorbis"))
    song("Ann/Second/10 Zulu.ogg", 250, 33, title="Zulu", track="10", **second)
    song("Ann/Second/02 Yankee.ogg", 260, 34, title="Yankee", track="2", **second)
    debut = dict(artist="Björk", album="Début", date="1993", genre="Electronic", codec=("-c:a", "libmp3lame", "-id3v2_version", "4"))
    song("Björk/Début/01 Été.mp3", 270, 35, title="Été", track="1", **debut)
    song("Björk/Début/02 Human.mp3", 280, 36, title="Human", track="2", **debut)
    multi = song("Comp/05 Multi.flac", 290, 37, title="Multi", artist="Ann", album="Comp", albumartist="Various Artists", track="5")
    song("loose.flac", 300, 38)
    song("untitled.flac", 310, 39, artist="Bob")
    subprocess.run(["metaflac", "--set-tag=ARTIST=Guest", multi], check=True)
    cover = os.path.join(folder, "Ann/First/cover.jpg")
    picture = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "color=red:size=300x300", "-frames:v", "1", cover]
    subprocess.run(picture, check=True, stdin=subprocess.DEVNULL)
    subprocess.run(["metaflac", f"--import-picture-from={cover}", alpha], check=True)


class Server:
    """A running server, by its socket."""

    def __init__(self, name, path):
        self.name, self.path = name, path

    def connect(self):
        return Client(self.path)

    def wait(self, songs):
        until = time.time() + 60
        while time.time() < until:
            try:
                client = self.connect()
                if f"songs: {songs}" in client.ask("stats"):
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise SystemExit(f"{self.name} has no {songs} songs")


def start_mpd(folder, music):
    os.makedirs(os.path.join(folder, "playlists"))
    sock = os.path.join(folder, "sock")
    with open(os.path.join(folder, "mpd.conf"), "w") as conf:
        conf.write(f"""
music_directory "{music}"
playlist_directory "{folder}/playlists"
db_file "{folder}/db"
sticker_file "{folder}/sticker"
bind_to_address "{sock}"
log_file "{folder}/log"
mixer_type "software"
audio_output {{
  type "null"
  name "null"
  mixer_type "software"
}}
""")
    process = subprocess.Popen(["mpd", "--no-daemon", os.path.join(folder, "mpd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Server("mpd", sock), process


def start_auralis(program, folder, music):
    run = os.path.join(folder, "run")
    os.makedirs(run, mode=0o700)
    os.makedirs(os.path.join(folder, ".config/auralis"))
    sock = os.path.join(run, "mpd.sock")
    with open(os.path.join(folder, ".config/auralis/config.toml"), "w") as conf:
        conf.write(f'music = ["{music}"]\nrewind_s = 0\n[mpd]\nlisten = ["{sock}"]\n')
    pid, terminal = pty.fork()
    if pid == 0:
        environment = {"HOME": folder, "XDG_RUNTIME_DIR": run, "TERM": "xterm-256color", "PATH": os.environ["PATH"]}
        os.execve(program, [program, "--output", "null"], environment)
    # What it draws is not looked at, but must be taken.
    def drain():
        try:
            while os.read(terminal, 65536):
                pass
        except OSError:
            pass

    threading.Thread(target=drain, daemon=True).start()
    return Server("auralis", sock), pid


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")
        self.greeting = self.file.readline()

    def send(self, *lines):
        self.socket.sendall("".join(line + "\n" for line in lines).encode())

    def answer(self):
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                return lines + ["(closed)"]
            text = line.decode("utf-8", "backslashreplace").rstrip("\n")
            if text.startswith("binary: "):
                data = self.file.read(int(text.split()[1]) + 1)
                lines.append(f"{text} {hash_of(data)}")
                continue
            lines.append(text)
            if text == "OK" or text.startswith("ACK "):
                return lines

    def ask(self, *lines):
        self.send(*lines)
        return self.answer()


def hash_of(data):
    import hashlib

    return hashlib.sha256(data).hexdigest()[:12]


class Run:
    """One server going through a section."""

    def __init__(self, server):
        self.server = server
        self.client = server.connect()
        self.ids = {}

    def fill(self, command):
        if "{id" not in command:
            return command
        queue = [line[4:] for line in self.client.ask("playlistinfo") if line.startswith("Id: ")]
        return re.sub(r"\{id(\d+)\}", lambda found: queue[int(found[1])] if int(found[1]) < len(queue) else "88888", command)

    def reset(self):
        for command in RESET:
            self.client.ask(command)

    def step(self, command):
        if command.startswith("!"):
            return self.idle(command)
        if command == "~elapsed":
            # Where it is, to the nearest 2 s; both had the same time to get there.
            time.sleep(0.2)
            found = [line for line in self.client.ask("status") if line.startswith("elapsed")]
            return [f"about {round(float(line.split()[1]) / 2) * 2} s" for line in found]
        return self.normal(command, self.client.ask(*self.fill(command).split("\n")))

    def idle(self, command):
        self.client.ask("status")
        # What happened before must not be told.
        self.client.send(command[1:])
        self.client.send("noidle")
        self.client.answer()
        self.client.send(command[1:])
        other = self.server.connect()
        for line in WHILE_IDLE[command]:
            other.ask(line)
        time.sleep(0.3)
        self.client.send("noidle")
        return self.client.answer()

    def normal(self, command, lines):
        name = command.split()[0] if command.split() else ""
        ignored = IGNORED["*"] + IGNORED.get(name, [])
        if "\n" in command:
            ignored = IGNORED["*"] + IGNORED["status"]
        lines = [self.number(line) for line in lines if not any(re.match(pattern, line) for pattern in ignored)]
        # What the decoder would give of a lossy file, MPD tells only of some.
        lines = [line for line in lines if not re.match(r"Format: \d+:(f|24):", line)]
        # Here without the encoder's delay and padding.
        lines = [re.sub(r"^(duration: \d+\.\d)\d\d$", r"\1", line) for line in lines]
        if " sort " in command:
            # MPD forgets the format of what it sorts.
            lines = [line for line in lines if not line.startswith("Format: ")]
        return sorted_songs(lines)

    def number(self, line):
        found = re.match(r"(Id|songid|nextsongid): (\d+)$", line)
        if found:
            return f"{found[1]}: #{self.ids.setdefault(found[2], len(self.ids))}"
        return line


def sorted_songs(lines):
    """The lines of one song in one order: clients do not look at it."""
    out, song = [], None
    for line in lines:
        if re.match(r"(file|directory|playlist): ", line) or line == "OK" or line.startswith(("ACK", "list_OK", "sticker")):
            out += sorted(song or [])
            song = [] if line.startswith("file: ") else None
            out.append(line)
        elif song is not None:
            song.append(line)
        else:
            out.append(line)
    return out + sorted(song or [])


def commands(text):
    """One command a line; what stands between [list and ] is one list."""
    gathered = None
    for line in text.strip().split("\n"):
        if line.startswith("[list"):
            gathered = ["command_list_ok_begin" if line == "[list_ok" else "command_list_begin"]
        elif line == "]":
            yield "\n".join(gathered + ["command_list_end"])
            gathered = None
        elif gathered is not None:
            gathered.append(line)
        else:
            yield line


def compare(servers, verbose):
    told, explained, count = 0, {}, 0
    for section, text in SECTIONS.items():
        runs = [Run(server) for server in servers]
        for run in runs:
            run.reset()
        for command in commands(text):
            if command.startswith("noidle"):
                continue
            count += 1
            answers = []
            for run in runs:
                answer = run.step(command)
                if answer and answer[-1] == "(closed)":
                    run.client = run.server.connect()
                answers.append(answer)
            if answers[0] == answers[1]:
                continue
            reason = next((why for pattern, why in EXPLAINED if re.search(pattern, command.replace('"', ""))), None)
            if reason:
                explained.setdefault(reason, []).append(command)
                if not verbose:
                    continue
            else:
                told += 1
            print(f"--- {section}: {command!r}" + (f"  ({reason})" if reason else ""))
            show(*answers)
    print(f"\n{count} commands, {told} differences without a reason. With one:")
    for reason, found in sorted(explained.items()):
        print(f"| {reason} | {len(found)} | `{found[0]}` |")
    return told


def mpc(server, words):
    environment = {**os.environ, "MPD_HOST": server.path, "LANG": "C.UTF-8"}
    ran = subprocess.run(f"mpc {words}", shell=True, env=environment, capture_output=True, timeout=60)
    text = ran.stdout if ran.stdout[:1] in (b"\xff", b"\x89") else None
    if text is not None:
        return [f"{len(text)} bytes {hash_of(text)}"]
    lines = (ran.stdout + ran.stderr).decode("utf-8", "backslashreplace").split("\n") + [f"exit {ran.returncode}"]
    # A second or two may pass between the two servers.
    lines = [re.sub(r"\d+:\d\d(/\d+:\d\d) +\(\d+%\)", r"t\1", line) for line in lines]
    return [re.sub(r"^Updating DB \(#\d+\)", "Updating DB", line) for line in lines]


def compare_mpc(servers, verbose):
    told, explained, count = 0, {}, 0
    for server in servers:
        Run(server).reset()
    for words in MPC.strip().split("\n"):
        count += 1
        if words.startswith("~"):
            words = words[1:]
            time.sleep(0.7)
        answers = [mpc(server, words) for server in servers]
        if answers[0] == answers[1]:
            continue
        reason = next((why for pattern, why in EXPLAINED_MPC if re.search(pattern, words)), None)
        if reason:
            explained.setdefault(reason, []).append(words)
        else:
            told += 1
        if verbose or not reason:
            print(f"--- mpc {words}" + (f"  ({reason})" if reason else ""))
            show(*answers)
    print(f"\n{count} calls of mpc, {told} differences without a reason. With one:")
    for reason, found in sorted(explained.items()):
        print(f"| {reason} | {len(found)} | `mpc {found[0]}` |")
    return told


def ncmpcpp(server, folder):
    """The screen after each key."""
    home = os.path.join(folder, "ncmpcpp-" + server.name)
    os.makedirs(home)
    with open(os.path.join(home, "config"), "w") as config:
        config.write(f'mpd_host = "{server.path}"\nncmpcpp_directory = "{home}"\nstartup_screen = "playlist"\n')
        config.write('connected_message_on_startup = "no"\nmessage_delay_time = 1\nstatusbar_visibility = "no"\n')
    tmux = ["tmux", "-L", f"compare-{os.getpid()}-{server.name}"]
    start = ["new-session", "-d", "-s", "x", "-x", "100", "-y", "26", f"LANG=C.UTF-8 ncmpcpp -c {home}/config"]
    subprocess.run([*tmux, *start], check=True, stderr=subprocess.DEVNULL)
    time.sleep(1.5)
    screens = []
    for key in NCMPCPP:
        if key.startswith("#"):
            mpc(server, key[1:])
        else:
            subprocess.run([*tmux, "send-keys", "-t", "x", key])
        time.sleep(0.8)
        text = subprocess.run([*tmux, "capture-pane", "-p", "-t", "x"], capture_output=True, text=True).stdout
        text = re.sub(r"\d+:\d\d/|\(\d+ kbps\)|[=>─]+|" + re.escape(folder), "", text)
        screens.append([re.sub(r" +", " ", line).rstrip() for line in text.split("\n")])
    subprocess.run([*tmux, "kill-server"], stderr=subprocess.DEVNULL)
    return screens


def compare_ncmpcpp(servers, folder):
    if not (shutil.which("ncmpcpp") and shutil.which("tmux")):
        print("ncmpcpp or tmux is not there")
        return 0
    told = 0
    for key, theirs, ours in zip(NCMPCPP, *(ncmpcpp(server, folder) for server in servers)):
        if theirs != ours:
            told += 1
            print(f"--- ncmpcpp behind {key}")
            show(theirs, ours)
    print(f"\n{len(NCMPCPP)} keys in ncmpcpp, {told} screens differ")
    return told


def show(theirs, ours):
    import difflib

    for line in difflib.unified_diff(theirs, ours, "mpd", "auralis", lineterm="", n=1):
        if not line.startswith(("---", "+++")):
            print("   ", line)


def main():
    program, verbose = os.path.abspath(sys.argv[1]), "-v" in sys.argv
    folder = tempfile.mkdtemp(prefix="mpd_compare")
    music = os.path.join(folder, "music")
    os.makedirs(music)
    make_music(music)
    for name in ("mpd", "home"):
        os.makedirs(os.path.join(folder, name))
    mpd, process = start_mpd(os.path.join(folder, "mpd"), music)
    auralis, pid = start_auralis(program, os.path.join(folder, "home"), music)
    try:
        # It looks for music by itself where it has no database.
        mpd.wait(10)
        auralis.wait(10)
        differences = compare([mpd, auralis], verbose) + compare_mpc([mpd, auralis], verbose)
        differences += compare_ncmpcpp([mpd, auralis], folder)
    finally:
        process.terminate()
        os.kill(pid, signal.SIGTERM)
        process.wait()
        os.waitpid(pid, 0)
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
