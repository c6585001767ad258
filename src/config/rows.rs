//! Every key of `config.toml` in one table: from it come the parser, the default file and the README's table. A row says
//! how a key is written, what it means, and sets it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use toml::de::DeValue;

use super::language::is_tag;
use super::theme::is_choice;
use crate::model::address::{host, url};
use crate::model::analysis::AnalyseWhen;
use crate::model::audio::{SampleFormat, Spec, Volume};
use crate::model::column::{ListColumns, Tells};
use crate::model::equaliser::Equaliser;
use crate::model::grouping::Hierarchy;
use crate::model::mastering::{Intensity, Preset, Target};
use crate::model::mpd::{Listen, Password, Permissions};
use crate::model::picture::ShowCovers;
use crate::model::rendering::Format;
use crate::model::settings::{
    Audio, AutoSwitch, Crossfeed, HangUp, LevelMode, OnLost, OutputSpec, RatePolicy, ResamplerQuality,
    Settings, SoundSettings,
};
use crate::model::symbols::Symbols;
use crate::model::taste::Taste;
use crate::model::visual::Visual;
use crate::model::weights::{Aspect, Weights};

/// The value does not fit; the row's `expects` says what would.
pub struct Unfit;

type Set = fn(&mut Settings, &DeValue<'_>) -> Result<(), Unfit>;

/// One key.
pub struct Row {
    /// Empty for the keys above the first table.
    pub table: &'static str,
    pub key: &'static str,
    /// As TOML.
    pub default: &'static str,
    /// "a number from 1 to 120": completes "needs ...".
    pub expects: &'static str,
    pub help: &'static str,
    pub set: Set,
}

impl Row {
    /// `screen.theme`, `music`.
    pub fn path(&self) -> String {
        if self.table.is_empty() { self.key.to_owned() } else { format!("{}.{}", self.table, self.key) }
    }
}

/// All keys, tables kept together, in the order of the default file.
pub const ROWS: &[Row] = &[
    Row {
        table: "",
        key: "music",
        default: "[]",
        expects: "a list of absolute folders, as in [\"~/Music\"]",
        help: "Folders of music. Empty: the system's music folder, else ~/Music.",
        set: |settings, value| put(&mut settings.music, folders(value)),
    },
    Row {
        table: "",
        key: "scan_at_start",
        default: "true",
        expects: "true or false",
        help: "Look for new, changed and removed files when the player starts.",
        set: |settings, value| put(&mut settings.scan_at_start, switch(value)),
    },
    Row {
        table: "",
        key: "watch",
        default: "true",
        expects: "true or false",
        help: "Take up new, changed and removed files while the player runs.",
        set: |settings, value| put(&mut settings.watch, switch(value)),
    },
    Row {
        table: "",
        key: "articles",
        default: "[\"the\", \"a\", \"an\", \"le\", \"la\", \"les\", \"l'\", \"l’\", \"der\", \"die\", \"das\", \"el\", \"los\", \"las\", \"il\", \"lo\", \"gli\"]",
        expects: "a list of words, as in [\"the\", \"l'\"]",
        help: "Words that do not count where names are sorted.",
        set: |settings, value| put(&mut settings.articles, words(value)),
    },
    Row {
        table: "",
        key: "artist_separators",
        default: "[]",
        expects: "a list of texts, as in [\";\", \" / \", \" feat. \"]",
        help: "Texts between several artists in one value, blanks counted; none: only what the standards separate.",
        set: |settings, value| put(&mut settings.artist_separators, separators(value)),
    },
    Row {
        table: "",
        key: "genre_separators",
        default: "[]",
        expects: "a list of texts, as in [\";\", \",\", \"/\"]",
        help: "Texts between several genres in one value, blanks counted; none: only what the standards separate.",
        set: |settings, value| put(&mut settings.genre_separators, separators(value)),
    },
    Row {
        table: "",
        key: "rewind_s",
        default: "5",
        expects: "a number of seconds from 0 to 3600",
        help: "\"previous\" goes to the start of the track when more seconds than these were heard; 0: never.",
        set: |settings, value| put(&mut settings.rewind_s, number(value, 0, 3600)),
    },
    Row {
        table: "",
        key: "resume_min",
        default: "20",
        expects: "a number of minutes from 0 to 6000",
        help: "Tracks at least so long go on where they were left off; 0: none do.",
        set: |settings, value| put(&mut settings.resume_min, number(value, 0, 6000)),
    },
    Row {
        table: "output",
        key: "output",
        default: "\"auto\"",
        expects: "\"auto\", \"device\", \"device:ID\", \"hw:NAME\", \"null\", \"file:PATH.wav\", \"pipe\", \"fifo:PATH\" or \"tcp:HOST:PORT\"",
        help: "Where the sound goes. \"auto\": the default device, or nowhere (with a warning) without one.",
        set: |settings, value| put(&mut settings.output.output, text(value, OutputSpec::parse)),
    },
    Row {
        table: "output",
        key: "exclusive",
        default: "false",
        expects: "true or false",
        help: "Open the hardware for the player alone, at each track's own rate and width (as \"hw:NAME\" always does).",
        set: |settings, value| put(&mut settings.output.exclusive, switch(value)),
    },
    Row {
        table: "output",
        key: "format",
        default: "\"auto\"",
        expects: "\"auto\", \"s16\", \"s24\", \"s32\" or \"f32\"",
        help: "Sample format asked for. \"auto\": the device's best; for files and pipes that of the first track.",
        set: |settings, value| put(&mut settings.output.format, text(value, or_auto(SampleFormat::parse))),
    },
    Row {
        table: "output",
        key: "rate",
        default: "\"auto\"",
        expects: "\"auto\", \"fixed\", \"follow\" or a number of Hz from 1000 to 768000",
        help: "\"fixed\": one stream, other rates are resampled. \"follow\": the device is opened anew at each new rate. \"auto\": follow where exclusive, else fixed.",
        set: |settings, value| put(&mut settings.output.rate, rate(value)),
    },
    Row {
        table: "output",
        key: "rate_change_silence_ms",
        default: "0",
        expects: "a number of milliseconds from 0 to 5000",
        help: "Silence before the music when the device was opened at another rate, for converters that need a moment.",
        set: |settings, value| put(&mut settings.output.rate_change_silence_ms, number(value, 0, 5000)),
    },
    Row {
        table: "output",
        key: "period_frames",
        default: "1024",
        expects: "a number of frames from 64 to 16384",
        help: "Frames of one device period: fewer react faster, more are safer on a busy machine.",
        set: |settings, value| put(&mut settings.output.period_frames, number(value, 64, 16_384)),
    },
    Row {
        table: "output",
        key: "on_lost",
        default: "\"wait\"",
        expects: "\"wait\" or \"move\"",
        help: "A device goes away while it plays. \"wait\": for the same one, so that no other sounds by itself; \"move\": go on with the default one.",
        set: |settings, value| put(&mut settings.output.on_lost, text(value, OnLost::parse)),
    },
    Row {
        table: "output",
        key: "resume_within_s",
        default: "300",
        expects: "a number of seconds from 0 to 86400",
        help: "A lost device that is back within so many seconds plays on by itself; later it stands paused. 0: however long.",
        set: |settings, value| put(&mut settings.output.resume_within_s, number(value, 0, 86_400)),
    },
    Row {
        table: "output",
        key: "volume_cap",
        default: "100",
        expects: "a number of percent from 1 to 100",
        help: "The loudest that the volume goes, on any output.",
        set: |settings, value| put(&mut settings.output.caps.all, cap(value)),
    },
    Row {
        table: "output",
        key: "volume_caps",
        default: "{}",
        expects: "device ids with numbers of percent from 1 to 100, as in { \"pulseaudio:headset\" = 60 }",
        help: "The loudest that the volume goes on single devices, by their ids (`auralis outputs` lists them).",
        set: |settings, value| put(&mut settings.output.caps.devices, caps(value)),
    },
    Row {
        table: "output",
        key: "resampler",
        default: "\"best\"",
        expects: "\"fast\", \"good\" or \"best\"",
        help: "Quality of the conversion where the output has another rate than the music.",
        set: |settings, value| put(&mut settings.output.resampler, text(value, ResamplerQuality::parse)),
    },
    Row {
        table: "sound",
        key: "replaygain",
        default: "\"off\"",
        expects: "\"off\", \"track\", \"album\" or \"auto\"",
        help: "Loudness that tracks are brought to. \"auto\": the album's where one plays in order, else the track's.",
        set: |settings, value| put(&mut settings.sound.level.mode, text(value, LevelMode::parse)),
    },
    Row {
        table: "sound",
        key: "preamp_db",
        default: "0",
        expects: "a number of dB from -24 to 24",
        help: "dB on top of a known loudness. What would clip gets less.",
        set: |settings, value| put(&mut settings.sound.level.preamp_db, decibels(value)),
    },
    Row {
        table: "sound",
        key: "unknown_db",
        default: "0",
        expects: "a number of dB from -24 to 24",
        help: "dB for tracks whose loudness is not known, where replaygain is not \"off\".",
        set: |settings, value| put(&mut settings.sound.level.unknown_db, decibels(value)),
    },
    Row {
        table: "sound",
        key: "crossfade_s",
        default: "0",
        expects: "a number of seconds from 0 to 12",
        help: "Tracks that do not belong together are laid over each other for so long; 0: never.",
        set: |settings, value| put(&mut settings.sound.crossfade_ms, crossfade_ms(value)),
    },
    Row {
        table: "sound",
        key: "balance",
        default: "0",
        expects: "a number from -100 to 100",
        help: "-100 is left only, 0 both sides, 100 right only.",
        set: |settings, value| put(&mut settings.sound.balance, number(value, -100, 100)),
    },
    Row {
        table: "sound",
        key: "mono",
        default: "false",
        expects: "true or false",
        help: "Both sides give the mean of both.",
        set: |settings, value| put(&mut settings.sound.mono, switch(value)),
    },
    Row {
        table: "sound",
        key: "crossfeed",
        default: "\"off\"",
        expects: "\"off\", \"default\", \"cmoy\" or \"jmeier\"",
        help: "For headphones: each ear hears some of the other side, as from loudspeakers.",
        set: |settings, value| put(&mut settings.sound.crossfeed, text(value, or_off(Crossfeed::parse))),
    },
    Row {
        table: "sound",
        key: "impulse",
        default: "\"\"",
        expects: "an absolute path, as in \"~/room.wav\", or nothing",
        help: "Impulse response that all sound is convolved with: of a room, loudspeakers, headphones.",
        set: |settings, value| put(&mut settings.impulse, text(value, file)),
    },
    Row {
        table: "sound",
        key: "night",
        default: "false",
        expects: "true or false",
        help: "What is quiet comes up, to listen at a low level.",
        set: |settings, value| put(&mut settings.sound.night.on, switch(value)),
    },
    Row {
        table: "sound",
        key: "night_strength",
        default: "50",
        expects: "a number of percent from 0 to 100",
        help: "How far: at 100 what is 40 dB quieter comes up by 24 dB.",
        set: |settings, value| {
            put(&mut settings.sound.night.strength, number(value, 0, 100).map(Intensity::new))
        },
    },
    Row {
        table: "eq",
        key: "on",
        default: "false",
        expects: "true or false",
        help: "Hear the equaliser.",
        set: |settings, value| put(&mut settings.sound.eq.on, switch(value)),
    },
    Row {
        table: "eq",
        key: "preset",
        default: "\"flat\"",
        expects: "the name of a curve",
        help: "Its curve: \"flat\", \"bass\" or another built-in one, or NAME of eq/NAME.txt beside the configuration.",
        set: |settings, value| put(&mut settings.eq_preset, text(value, curve)),
    },
    Row {
        table: "mastering",
        key: "on",
        default: "false",
        expects: "true or false",
        help: "Master what plays: tone, peaks and loudness by one plan a track or album.",
        set: |settings, value| put(&mut settings.mastering.on, switch(value)),
    },
    Row {
        table: "mastering",
        key: "preset",
        default: "\"adaptive\"",
        expects: "\"adaptive\", \"gentle\", \"warm\", \"bright\", \"punchy\" or \"live\"",
        help: "How mastering is to sound. \"adaptive\": only what a track lacks beside other music.",
        set: |settings, value| put(&mut settings.mastering.preset, text(value, Preset::parse)),
    },
    Row {
        table: "mastering",
        key: "intensity",
        default: "100",
        expects: "a number of percent from 0 to 100",
        help: "Percent of the plan that is carried out; 0 is none of it.",
        set: |settings, value| {
            put(&mut settings.mastering.intensity, number(value, 0, 100).map(Intensity::new))
        },
    },
    Row {
        table: "mastering",
        key: "target",
        default: "\"streaming\"",
        expects: "\"streaming\", \"replaygain\", \"r128\", \"as-is\" or LUFS such as \"-16\"",
        help: "Loudness that mastering aims at. What peaks do not allow is not reached, and the plan says so.",
        set: |settings, value| put(&mut settings.mastering.target, text(value, Target::parse)),
    },
    Row {
        table: "mastering",
        key: "bass_db",
        default: "0",
        expects: "a number of dB from -3 to 3",
        help: "dB below 250 Hz that you add to every plan. 0: what was learned.",
        set: |settings, value| put(&mut settings.mastering.taste.bass_db, taste(value)),
    },
    Row {
        table: "mastering",
        key: "treble_db",
        default: "0",
        expects: "a number of dB from -3 to 3",
        help: "dB above 4 kHz that you add to every plan. 0: what was learned.",
        set: |settings, value| put(&mut settings.mastering.taste.treble_db, taste(value)),
    },
    Row {
        table: "mastering",
        key: "density",
        default: "0",
        expects: "a number from -1 to 1",
        help: "How far peaks may be held: -1 half as far as the preset says, 1 twice as far. 0: what was learned.",
        set: |settings, value| {
            put(&mut settings.mastering.taste.density, fraction(value, -1.0, 1.0).map(by_hand))
        },
    },
    Row {
        table: "mastering",
        key: "learn",
        default: "true",
        expects: "true or false",
        help: "Plans add what was learned of your taste from `:taste` and `:prefer`, and more is learned.",
        set: |settings, value| put(&mut settings.mastering.learn, switch(value)),
    },
    Row {
        table: "mastering",
        key: "album_lock",
        default: "true",
        expects: "true or false",
        help: "Tracks that play among their album share one plan.",
        set: |settings, value| put(&mut settings.mastering.album, switch(value)),
    },
    Row {
        table: "mastering",
        key: "reference",
        default: "[]",
        expects: "a list of absolute paths, as in [\"~/Music/Album\"]",
        help: "Music whose tone, width and loudness mastering brings to: files, folders, playlists, or a curve of `auralis reference`.",
        set: |settings, value| put(&mut settings.reference, folders(value)),
    },
    Row {
        table: "render",
        key: "folder",
        default: "\"\"",
        expects: "an absolute folder, as \"~/Mastered\"",
        help: "Folder that `:master` writes to. Empty: Mastered in the home folder.",
        set: |settings, value| put(&mut settings.render.folder, folder(value)),
    },
    Row {
        table: "render",
        key: "format",
        default: "\"flac24\"",
        expects: "\"flac24\", \"flac16\", \"wav16\", \"wav24\" or \"wav32f\"",
        help: "Kind of the files that `:master` writes.",
        set: |settings, value| put(&mut settings.render.format, text(value, Format::parse)),
    },
    Row {
        table: "render",
        key: "name",
        default: "\"\"",
        expects: "a template such as \"{albumartist}/{album}/{track:02} {title}\"",
        help: "Paths of the files below the folder. Empty: as the sources are named.",
        set: |settings, value| put(&mut settings.render.name, template(value)),
    },
    Row {
        table: "hooks",
        key: "on_track",
        default: "[]",
        expects: "a program and its arguments, as in [\"notify-send\", \"auralis\"]",
        help: "Run when another track is heard; no shell, the status as JSON on its standard input.",
        set: |settings, value| put(&mut settings.hooks.on_track, argv(value)),
    },
    Row {
        table: "hooks",
        key: "on_state",
        default: "[]",
        expects: "a program and its arguments",
        help: "The same, when it plays, stands or stops.",
        set: |settings, value| put(&mut settings.hooks.on_state, argv(value)),
    },
    Row {
        table: "hooks",
        key: "limit_s",
        default: "10",
        expects: "a number of seconds from 1 to 3600",
        help: "One that takes longer is ended.",
        set: |settings, value| put(&mut settings.hooks.limit_s, number(value, 1, 3_600)),
    },
    Row {
        table: "mpd",
        key: "listen",
        default: "[]",
        expects: "a list of paths of sockets and of addresses, as in [\"~/.mpd/socket\", \"localhost:6600\"]",
        help: "Where clients of MPD reach the player. Empty: nowhere.",
        set: |settings, value| put(&mut settings.mpd.listen, all(value, 16, Listen::parse)),
    },
    Row {
        table: "mpd",
        key: "password",
        default: "[]",
        expects: "a list of passwords with what they open, as in [\"secret@read,add,player,control,admin\"]",
        help: "Passwords of clients over the network; without one only this machine is listened to.",
        set: |settings, value| put(&mut settings.mpd.passwords, all(value, 64, Password::parse)),
    },
    Row {
        table: "mpd",
        key: "default_permissions",
        default: "\"auto\"",
        expects: "\"auto\", or some of \"read,add,player,control,admin\"",
        help: "What clients may do without a password. \"auto\": all, or nothing where there are passwords.",
        set: |settings, value| {
            put(&mut settings.mpd.default_permissions, text(value, or_auto(Permissions::parse)))
        },
    },
    Row {
        table: "remote",
        key: "on_hang_up",
        default: "\"quit\"",
        expects: "\"quit\" or \"play\"",
        help: "Where the terminal goes away: end, or play on, to be attached to again.",
        set: |settings, value| put(&mut settings.on_hang_up, hang_up(value)),
    },
    Row {
        table: "remote",
        key: "ssh",
        default: "[\"ssh\"]",
        expects: "a program and its arguments, as in [\"ssh\", \"-p\", \"2222\"]",
        help: "What `auralis -r HOST` connects with; HOST and the player's name follow.",
        set: |settings, value| put(&mut settings.remote.ssh, argv(value).and_then(some)),
    },
    Row {
        table: "remote",
        key: "program",
        default: "\"auralis\"",
        expects: "a program's name or path",
        help: "The player on the other machine.",
        set: |settings, value| put(&mut settings.remote.program, program(value)),
    },
    Row {
        table: "remote",
        key: "audio",
        default: "\"auto\"",
        expects: "\"auto\", \"here\", \"there\" or \"both\"",
        help: "Where its sound comes out. \"auto\": here, unless it is heard there already.",
        set: |settings, value| put(&mut settings.remote.audio, text(value, or_auto(Audio::parse))),
    },
    Row {
        table: "desktop",
        key: "mpris",
        default: "true",
        expects: "true or false",
        help: "Media keys, playerctl and the desktop's player controls drive the player, over D-Bus (MPRIS).",
        set: |settings, value| put(&mut settings.desktop.mpris, switch(value)),
    },
    Row {
        table: "desktop",
        key: "notifications",
        default: "false",
        expects: "true or false",
        help: "The desktop announces each new track.",
        set: |settings, value| put(&mut settings.desktop.notifications, switch(value)),
    },
    Row {
        table: "scrobble",
        key: "listenbrainz_token_file",
        default: "\"\"",
        expects: "an absolute path, as in \"~/.config/auralis/listenbrainz\", or nothing",
        help: "File with your ListenBrainz token, which only you can read: what you hear is sent there. Empty: not.",
        set: |settings, value| put(&mut settings.scrobble.listenbrainz.file, text(value, file)),
    },
    Row {
        table: "scrobble",
        key: "listenbrainz_token_command",
        default: "[]",
        expects: "a program and its arguments, as in [\"pass\", \"listenbrainz\"]",
        help: "Or a program that prints the token; no shell.",
        set: |settings, value| put(&mut settings.scrobble.listenbrainz.command, argv(value)),
    },
    Row {
        table: "scrobble",
        key: "listenbrainz_url",
        default: "\"https://api.listenbrainz.org\"",
        expects: "an address that begins with http:// or https://",
        help: "Another server that speaks as ListenBrainz does.",
        set: |settings, value| put(&mut settings.scrobble.listenbrainz_url, text(value, web)),
    },
    Row {
        table: "scrobble",
        key: "lastfm_file",
        default: "\"\"",
        expects: "an absolute path, or nothing",
        help: "File with the lines api_key, secret and session_key of Last.fm, which only you can read. Empty: nothing is sent.",
        set: |settings, value| put(&mut settings.scrobble.lastfm.file, text(value, file)),
    },
    Row {
        table: "scrobble",
        key: "lastfm_command",
        default: "[]",
        expects: "a program and its arguments",
        help: "Or a program that prints these lines; no shell.",
        set: |settings, value| put(&mut settings.scrobble.lastfm.command, argv(value)),
    },
    Row {
        table: "scrobble",
        key: "lastfm_url",
        default: "\"https://ws.audioscrobbler.com/2.0/\"",
        expects: "an address that begins with http:// or https://",
        help: "Another server that speaks as Last.fm does, for example Libre.fm.",
        set: |settings, value| put(&mut settings.scrobble.lastfm_url, text(value, web)),
    },
    Row {
        table: "lyrics",
        key: "online",
        default: "false",
        expects: "true or false",
        help: "Ask LRCLIB for the words of what plays, where its file has none: title, artist, album and length are sent.",
        set: |settings, value| put(&mut settings.lyrics.online, switch(value)),
    },
    Row {
        table: "lyrics",
        key: "url",
        default: "\"https://lrclib.net\"",
        expects: "an address that begins with http:// or https://",
        help: "Another server that speaks as LRCLIB does.",
        set: |settings, value| put(&mut settings.lyrics.url, text(value, web)),
    },
    Row {
        table: "musicbrainz",
        key: "online",
        default: "false",
        expects: "true or false",
        help: "Let lookups ask MusicBrainz for releases, by identifiers or names in the tags.",
        set: |settings, value| put(&mut settings.musicbrainz.online, switch(value)),
    },
    Row {
        table: "musicbrainz",
        key: "url",
        default: "\"https://musicbrainz.org\"",
        expects: "an address that begins with http:// or https://",
        help: "Another server that speaks as MusicBrainz does.",
        set: |settings, value| put(&mut settings.musicbrainz.url, text(value, web)),
    },
    Row {
        table: "subsonic",
        key: "url",
        default: "\"\"",
        expects: "an address that begins with http:// or https://, or nothing",
        help: "A music server (Navidrome and others) whose songs are in the library, too.",
        set: |settings, value| put(&mut settings.server.url, text(value, web_or_nothing)),
    },
    Row {
        table: "subsonic",
        key: "name",
        default: "\"server\"",
        expects: "up to 64 letters, digits, `-` and `_`",
        help: "Its name here: its songs are paths that begin with subsonic://NAME. Keep it.",
        set: |settings, value| put(&mut settings.server.name, text(value, server_name)),
    },
    Row {
        table: "subsonic",
        key: "user",
        default: "\"\"",
        expects: "a name without control characters",
        help: "Your name there. Empty: the password is an API key.",
        set: |settings, value| put(&mut settings.server.user, text(value, user)),
    },
    Row {
        table: "subsonic",
        key: "password_file",
        default: "\"\"",
        expects: "an absolute path, as in \"~/.config/auralis/server\", or nothing",
        help: "File with your password there, which only you can read.",
        set: |settings, value| put(&mut settings.server.secret.file, text(value, file)),
    },
    Row {
        table: "subsonic",
        key: "password_command",
        default: "[]",
        expects: "a program and its arguments, as in [\"pass\", \"music\"]",
        help: "Or a program that prints it; no shell.",
        set: |settings, value| put(&mut settings.server.secret.command, argv(value)),
    },
    Row {
        table: "subsonic",
        key: "cache_mb",
        default: "4000",
        expects: "a number of megabytes from 100 to 10000000",
        help: "Megabytes of its music that are kept on this disk; what was not played for longest goes.",
        set: |settings, value| put(&mut settings.server.cache_mb, number(value, 100, 10_000_000)),
    },
    Row {
        table: "subsonic",
        key: "scrobble",
        default: "false",
        expects: "true or false",
        help: "It is told what you hear of its music.",
        set: |settings, value| put(&mut settings.server.scrobble, switch(value)),
    },
    Row {
        table: "network",
        key: "buffer_s",
        default: "3",
        expects: "a number of seconds from 0 to 30",
        help: "Seconds of an internet radio that are gathered before they are heard.",
        set: |settings, value| put(&mut settings.network.buffer, seconds(value, 0, 30)),
    },
    Row {
        table: "network",
        key: "timeout_s",
        default: "10",
        expects: "a number of seconds from 1 to 300",
        help: "A server that sends nothing for so many seconds is taken for gone.",
        set: |settings, value| put(&mut settings.network.timeout, seconds(value, 1, 300)),
    },
    Row {
        table: "network",
        key: "retry_s",
        default: "120",
        expects: "a number of seconds from 0 to 86400",
        help: "For so many seconds a stream that broke off is asked for again; 0: not at all.",
        set: |settings, value| put(&mut settings.network.retry, seconds(value, 0, 86_400)),
    },
    Row {
        table: "analysis",
        key: "when",
        default: "\"off\"",
        expects: "\"off\", \"idle\" or \"always\"",
        help: "Measure new tracks in the background: \"idle\" while nothing plays, \"always\" also beside it on all cores but one.",
        set: |settings, value| put(&mut settings.analysis.when, text(value, AnalyseWhen::parse)),
    },
    Row {
        table: "analysis",
        key: "on_battery",
        default: "true",
        expects: "true or false",
        help: "Measure also while the machine runs on its battery.",
        set: |settings, value| put(&mut settings.analysis.on_battery, switch(value)),
    },
    Row {
        table: "analysis",
        key: "on_load",
        default: "true",
        expects: "true or false",
        help: "Measure also while other programs keep more than half of the processors busy.",
        set: |settings, value| put(&mut settings.analysis.on_load, switch(value)),
    },
    Row {
        table: "similarity",
        key: "weights",
        default: "{}",
        expects: "numbers from 0 to 10 by what they weigh, as in { tempo_bpm = 2, timbre = 0.5 }",
        help: "How much each number of the fingerprint, or timbre, counts in what sounds alike: 1 as found, 0 not at all.",
        set: |settings, value| put(&mut settings.similar.weights, weights(value)),
    },
    Row {
        table: "similarity",
        key: "surprise",
        default: "30",
        expects: "a number of percent from 0 to 100",
        help: "How far radio strays: 0 always plays what sounds most alike, 100 any of the fifty nearest.",
        set: |settings, value| put(&mut settings.similar.surprise, number(value, 0, 100)),
    },
    Row {
        table: "similarity",
        key: "artist_window",
        default: "4",
        expects: "a number of tracks from 0 to 500",
        help: "Radio plays no artist again within so many tracks, as far as the library has others.",
        set: |settings, value| put(&mut settings.similar.artist_window, number(value, 0, 500)),
    },
    Row {
        table: "similarity",
        key: "album_window",
        default: "8",
        expects: "a number of tracks from 0 to 500",
        help: "Nor an album.",
        set: |settings, value| put(&mut settings.similar.album_window, number(value, 0, 500)),
    },
    Row {
        table: "similarity",
        key: "ahead",
        default: "5",
        expects: "a number of tracks from 1 to 100",
        help: "Tracks that radio keeps in the queue behind what plays.",
        set: |settings, value| put(&mut settings.similar.ahead, number(value, 1, 100)),
    },
    Row {
        table: "similarity",
        key: "learn",
        default: "true",
        expects: "true or false",
        help: "Radio learns from what of it is heard and skipped; `:weights` shows what.",
        set: |settings, value| put(&mut settings.similar.learn, switch(value)),
    },
    Row {
        table: "screen",
        key: "theme",
        default: "\"terminal\"",
        expects: "the name of a theme, \"auto\", or two as in \"light:NAME,dark:NAME\"",
        help: "\"terminal\" (its own 16 colours), \"dark\", \"light\" and others (`:theme`), or a file in the themes folder; \"auto\" and \"light:NAME,dark:NAME\" follow the background that the terminal tells of.",
        set: |settings, value| put(&mut settings.screen.theme, text(value, theme)),
    },
    Row {
        table: "screen",
        key: "language",
        default: "\"auto\"",
        expects: "the tag of a language, as \"de\", or \"auto\"",
        help: "What it speaks, from the next start: \"en\", \"de\", or a file in the languages folder; auto: as LC_ALL, LC_MESSAGES or LANG say.",
        set: |settings, value| put(&mut settings.screen.language, text(value, language)),
    },
    Row {
        table: "screen",
        key: "symbols",
        default: "\"auto\"",
        expects: "\"auto\", \"unicode\" or \"ascii\"",
        help: "What bars, waves, lines and letters are drawn with; auto: ASCII where LC_ALL, LC_CTYPE or LANG name another charset than UTF-8.",
        set: |settings, value| put(&mut settings.screen.symbols, text(value, Symbols::parse)),
    },
    Row {
        table: "screen",
        key: "mouse",
        default: "true",
        expects: "true or false",
        help: "Mouse in the terminal: click, wheel, drag the seek bar.",
        set: |settings, value| put(&mut settings.screen.mouse, switch(value)),
    },
    Row {
        table: "screen",
        key: "spectrum",
        default: "true",
        expects: "true or false",
        help: "Show what is heard at start, below the lists.",
        set: |settings, value| put(&mut settings.screen.spectrum, switch(value)),
    },
    Row {
        table: "screen",
        key: "visual",
        default: "\"spectrum\"",
        expects: "a way that `:visual` knows, as \"spectrum\" or \"vu\"",
        help: "How it is shown.",
        set: |settings, value| put(&mut settings.screen.visual, text(value, Visual::parse)),
    },
    Row {
        table: "screen",
        key: "waveform",
        default: "true",
        expects: "true or false",
        help: "Show the wave of a measured track in the seek bar.",
        set: |settings, value| put(&mut settings.screen.waveform, switch(value)),
    },
    Row {
        table: "screen",
        key: "covers",
        default: "\"auto\"",
        expects: "\"auto\", \"blocks\", \"kitty\", \"sixel\", \"iterm2\" or \"off\"",
        help: "Covers: as pictures where the terminal says that it can, else as half-blocks; as blocks; as pictures in one way or not at all, through tmux too; not at all.",
        set: |settings, value| put(&mut settings.screen.covers, text(value, ShowCovers::parse)),
    },
    Row {
        table: "screen",
        key: "cover_accent",
        default: "false",
        expects: "true or false",
        help: "What plays and what is focused in the colour that stands out in the cover, where covers are shown.",
        set: |settings, value| put(&mut settings.screen.cover_accent, switch(value)),
    },
    Row {
        table: "screen",
        key: "wall",
        default: "false",
        expects: "true or false",
        help: "Show the albums as a wall of covers at start.",
        set: |settings, value| put(&mut settings.screen.wall, switch(value)),
    },
    Row {
        table: "screen",
        key: "columns",
        default: "[\"bpm\", \"key\", \"lufs\", \"dr\"]",
        expects: "a list of columns such as \"artist\", \"year\", \"bpm\", with a width too: \"genre:20\"",
        help: "What lists tell of tracks beside titles, as far as there is room; see [the columns](#columns).",
        set: |settings, value| put(&mut settings.screen.columns, list_columns(value)),
    },
    Row {
        table: "screen",
        key: "fps",
        default: "30",
        expects: "a number from 1 to 120",
        help: "Most frames a second while something moves.",
        set: |settings, value| put(&mut settings.screen.fps, number(value, 1, 120)),
    },
    Row {
        table: "screen",
        key: "group_by",
        default: "\"artist\"",
        expects: "\"artist\", \"genre\", \"composer\", \"year\", \"decade\" or \"folder\", or up to four levels as in \"genre/artist\"",
        help: "What the library's first column is of, level by level; `group` changes it.",
        set: |settings, value| put(&mut settings.screen.group_by, text(value, Hierarchy::parse)),
    },
    Row {
        table: "screen",
        key: "follow",
        default: "false",
        expects: "true or false",
        help: "The selection goes along with what plays, in the queue and among the library's tracks; `follow` changes it.",
        set: |settings, value| put(&mut settings.screen.follow, switch(value)),
    },
    Row {
        table: "screen",
        key: "scrolloff",
        default: "3",
        expects: "a number of rows from 0 to 100",
        help: "Rows kept visible above and below the selection.",
        set: |settings, value| put(&mut settings.screen.scrolloff, number(value, 0, 100)),
    },
    Row {
        table: "screen",
        key: "title",
        default: "true",
        expects: "true or false",
        help: "The terminal's window is named by what plays.",
        set: |settings, value| put(&mut settings.screen.title, switch(value)),
    },
    Row {
        table: "screen",
        key: "progress",
        default: "\"auto\"",
        expects: "\"auto\", \"on\" or \"off\"",
        help: "Long work is shown by the terminal beside its window's name (OSC 9;4); auto: where it is known to. Others may show it as a notice.",
        set: |settings, value| put(&mut settings.screen.progress, text(value, AutoSwitch::parse)),
    },
    Row {
        table: "screen",
        key: "bidi",
        default: "\"auto\"",
        expects: "\"auto\", \"on\" or \"off\"",
        help: "Put words that are written from right to left in order here: where the terminal is not known to do it; always; never.",
        set: |settings, value| put(&mut settings.screen.bidi, text(value, AutoSwitch::parse)),
    },
    Row {
        table: "screen",
        key: "plain",
        default: "false",
        expects: "true or false",
        help: "No screen, but lines in and lines out, for screen readers: as `--plain`, and always where TERM is dumb.",
        set: |settings, value| put(&mut settings.screen.plain, switch(value)),
    },
    Row {
        table: "screen",
        key: "key_timeout_ms",
        default: "700",
        expects: "a number of milliseconds from 100 to 10000",
        help: "How long keys that mean something alone, such as `q`, wait for those that may follow.",
        set: |settings, value| {
            let time = number(value, 100, 10_000).map(Duration::from_millis);
            put(&mut settings.screen.key_timeout, time)
        },
    },
];

fn put<T>(place: &mut T, value: Result<T, Unfit>) -> Result<(), Unfit> {
    *place = value?;
    Ok(())
}

fn switch(value: &DeValue<'_>) -> Result<bool, Unfit> {
    value.as_bool().ok_or(Unfit)
}

fn text<T>(value: &DeValue<'_>, read: impl Fn(&str) -> Option<T>) -> Result<T, Unfit> {
    value.as_str().and_then(read).ok_or(Unfit)
}

/// The word `auto`, or what `read` knows.
fn or_auto<T>(read: impl Fn(&str) -> Option<T>) -> impl Fn(&str) -> Option<Option<T>> {
    move |word| if word == "auto" { Some(None) } else { read(word).map(Some) }
}

/// The word `off`, or what `read` knows.
fn or_off<T>(read: impl Fn(&str) -> Option<T>) -> impl Fn(&str) -> Option<Option<T>> {
    move |word| if word == "off" { Some(None) } else { read(word).map(Some) }
}

fn number<T: FromStr + PartialOrd>(value: &DeValue<'_>, least: T, most: T) -> Result<T, Unfit> {
    let written = value.as_integer().filter(|integer| integer.radix() == 10).ok_or(Unfit)?;
    let number: T = written.as_str().parse().map_err(|_| Unfit)?;
    if number >= least && number <= most { Ok(number) } else { Err(Unfit) }
}

fn seconds(value: &DeValue<'_>, least: u64, most: u64) -> Result<Duration, Unfit> {
    number(value, least, most).map(Duration::from_secs)
}

/// An integer or a fraction.
fn fraction(value: &DeValue<'_>, least: f32, most: f32) -> Result<f32, Unfit> {
    let integer = value.as_integer().filter(|integer| integer.radix() == 10).map(|integer| integer.as_str());
    let written = integer.or(value.as_float().map(|float| float.as_str())).ok_or(Unfit)?;
    let number: f32 = written.replace('_', "").parse().map_err(|_| Unfit)?;
    if number >= least && number <= most { Ok(number) } else { Err(Unfit) }
}

fn taste(value: &DeValue<'_>) -> Result<Option<f32>, Unfit> {
    fraction(value, -Taste::MOST_DB, Taste::MOST_DB).map(by_hand)
}

/// Nothing is not set.
fn by_hand(value: f32) -> Option<f32> {
    (value != 0.0).then_some(value)
}

fn decibels(value: &DeValue<'_>) -> Result<f32, Unfit> {
    fraction(value, -24.0, 24.0)
}

fn crossfade_ms(value: &DeValue<'_>) -> Result<u32, Unfit> {
    fraction(value, 0.0, SoundSettings::CROSSFADE_MS as f32 / 1000.0).map(|seconds| (seconds * 1000.0) as u32)
}

fn rate(value: &DeValue<'_>) -> Result<RatePolicy, Unfit> {
    match value.as_str() {
        Some(word) => RatePolicy::parse(word).ok_or(Unfit),
        None => number(value, Spec::MIN_RATE, Spec::MAX_RATE).map(RatePolicy::Hz),
    }
}

fn cap(value: &DeValue<'_>) -> Result<Volume, Unfit> {
    number(value, 1, 100).map(Volume::new)
}

fn caps(value: &DeValue<'_>) -> Result<BTreeMap<String, Volume>, Unfit> {
    let table = value.as_table().ok_or(Unfit)?;
    table.iter().map(|(id, value)| Ok((id.get_ref().to_string(), cap(value.get_ref())?))).collect()
}

fn weights(value: &DeValue<'_>) -> Result<Weights, Unfit> {
    let table = value.as_table().ok_or(Unfit)?;
    table.iter().try_fold(Weights::default(), |weights, (name, value)| {
        let aspect = Aspect::named(name.get_ref()).ok_or(Unfit)?;
        Ok(weights.with(aspect, fraction(value.get_ref(), 0.0, 10.0)?))
    })
}

/// A curve is a file's name, never a path.
fn curve(word: &str) -> Option<String> {
    Equaliser::is_name(word).then(|| word.to_owned())
}

/// A theme is a file's name, never a path.
fn theme(word: &str) -> Option<String> {
    is_choice(word).then(|| word.to_owned())
}

/// A language is a file's name, too.
fn language(word: &str) -> Option<String> {
    is_tag(word).then(|| word.to_owned())
}

/// As they are, blanks included.
fn separators(value: &DeValue<'_>) -> Result<Vec<String>, Unfit> {
    let one = |value: &DeValue<'_>| {
        let text = value.as_str().filter(|text| !text.trim().is_empty() && text.len() <= 32).ok_or(Unfit)?;
        Ok(text.to_owned())
    };
    let list = value.as_array().filter(|list| list.len() <= 100).ok_or(Unfit)?;
    list.iter().map(|entry| one(entry.get_ref())).collect()
}

/// A few short words.
fn some(words: Vec<String>) -> Result<Vec<String>, Unfit> {
    if words.is_empty() { Err(Unfit) } else { Ok(words) }
}

fn program(value: &DeValue<'_>) -> Result<String, Unfit> {
    let name = value.as_str().map(str::trim).filter(|name| !name.is_empty() && !name.starts_with('-'));
    name.map(str::to_owned).ok_or(Unfit)
}

fn hang_up(value: &DeValue<'_>) -> Result<HangUp, Unfit> {
    value.as_str().and_then(HangUp::parse).ok_or(Unfit)
}

fn words(value: &DeValue<'_>) -> Result<Vec<String>, Unfit> {
    let word = |value: &DeValue<'_>| {
        let word = value.as_str().ok_or(Unfit)?.trim();
        if (1..=32).contains(&word.len()) { Ok(word.to_owned()) } else { Err(Unfit) }
    };
    let list = value.as_array().filter(|list| list.len() <= 100).ok_or(Unfit)?;
    list.iter().map(|entry| word(entry.get_ref())).collect()
}

/// A list of texts of which each is something.
fn all<T>(value: &DeValue<'_>, most: usize, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Unfit> {
    let list = value.as_array().filter(|list| list.len() <= most).ok_or(Unfit)?;
    list.iter().map(|entry| text(entry.get_ref(), &read)).collect()
}

fn list_columns(value: &DeValue<'_>) -> Result<ListColumns, Unfit> {
    let list = value.as_array().filter(|list| list.len() <= Tells::ALL.len()).ok_or(Unfit)?;
    let words: Option<Vec<&str>> = list.iter().map(|entry| entry.get_ref().as_str()).collect();
    words.and_then(ListColumns::parse).ok_or(Unfit)
}

/// Empty: none.
fn folder(value: &DeValue<'_>) -> Result<Option<PathBuf>, Unfit> {
    let path = PathBuf::from(value.as_str().ok_or(Unfit)?);
    match path.as_os_str().is_empty() {
        true => Ok(None),
        false if path.is_absolute() || path.starts_with("~") => Ok(Some(path)),
        false => Err(Unfit),
    }
}

/// Empty: none. What fields it has is looked at where files are named by it.
fn template(value: &DeValue<'_>) -> Result<Option<String>, Unfit> {
    let text = value.as_str().ok_or(Unfit)?;
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// Relative folders would depend on where the player was started.
/// Nothing where it is empty.
fn file(word: &str) -> Option<Option<PathBuf>> {
    let path = PathBuf::from(word);
    let known = word.is_empty() || path.is_absolute() || path.starts_with("~");
    known.then(|| (!word.is_empty()).then_some(path))
}

/// Nothing but scheme, host and place: what is in an address is seen in logs.
fn web(word: &str) -> Option<String> {
    let path = Path::new(word);
    let is_plain = url(path) == Some(word) && host(path).is_some_and(|host| !host.is_empty());
    (is_plain && !word.contains(['@', '?']) && word.len() <= 1_024).then(|| word.to_owned())
}

fn web_or_nothing(word: &str) -> Option<String> {
    if word.is_empty() { Some(String::new()) } else { web(word) }
}

fn server_name(word: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    ((1..=64).contains(&word.len()) && word.chars().all(is_plain)).then(|| word.to_owned())
}

fn user(word: &str) -> Option<String> {
    (word.len() <= 256 && !word.contains(char::is_control)).then(|| word.to_owned())
}

/// A program and its arguments, as they are.
fn argv(value: &DeValue<'_>) -> Result<Vec<String>, Unfit> {
    let word = |value: &DeValue<'_>| {
        let word = value.as_str().filter(|word| word.len() <= 4_096 && !word.contains('\0')).ok_or(Unfit)?;
        Ok(word.to_owned())
    };
    let list = value.as_array().filter(|list| list.len() <= 64).ok_or(Unfit)?;
    let words: Vec<String> = list.iter().map(|entry| word(entry.get_ref())).collect::<Result<_, _>>()?;
    if words.first().is_some_and(String::is_empty) { Err(Unfit) } else { Ok(words) }
}

fn folders(value: &DeValue<'_>) -> Result<Vec<PathBuf>, Unfit> {
    let folder = |value: &DeValue<'_>| {
        let path = PathBuf::from(value.as_str().ok_or(Unfit)?);
        if path.is_absolute() || path.starts_with("~") { Ok(path) } else { Err(Unfit) }
    };
    let list = value.as_array().ok_or(Unfit)?;
    list.iter().map(|entry| folder(entry.get_ref())).collect()
}
