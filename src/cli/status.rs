//! `auralis status`: what the player that runs is doing, once or at each change; for people, as JSON, or by a template.

use std::io::{self, IsTerminal, Write};
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use serde_json::Value;

use super::args::{self, Global};
use super::exit::{CliError, Exit};
use super::json;
use super::template::{Field, Template};
use super::text::{clock, joined, printable};
use crate::config;
use crate::model::{address, part};
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::place::Place;
use crate::remote::status::Status;
use crate::remote::wire::{Reply, Request};

pub const HELP: &str = "\
Fields of TEMPLATE: {state} {title} {artist} {album} {album_artist} {genre} {year} {track}
{disc} {path} {file} {position} {position_s} {duration} {duration_s} {codec} {index}
{length} {volume} {muted} {repeat} {shuffle} {stop_after} {output} {output_state}
{verdict} {notice} {station} {buffering} {rating} {favourite} {plays} {skips}
{left_off} {left_off_s}: where a long track was left off, and goes on when played again.
What there is not, or is off, is empty; {muted}, {shuffle}, {buffering} and {favourite} are
their names. {{ and }} are braces; \\t, \\n, \\0 and \\\\ are tab, line feed, NUL and backslash.
A line ends with a line feed. While only the position moves, --follow is silent.
Exit code 4: no player is running.";

pub fn run(global: &Global, asked: &args::Status) -> Result<Exit, CliError> {
    let places = config::load(&global.places())?.places;
    let mut player = Connection::open(&Place::new(&places))?;
    let stdout = io::stdout();
    let safe = stdout.is_terminal();
    let request = if asked.follow { Request::follow() } else { Request::status() };
    let mut reply = Some(player.ask(request)?);
    while let Some(status) = reply.take().and_then(|reply: Reply<Value>| reply.status) {
        let mut out = stdout.lock();
        print(&mut out, status, asked, safe)?;
        out.flush().map_err(CliError::Output)?;
        if asked.follow {
            reply = player.listen()?;
        }
    }
    Ok(Exit::Done)
}

fn print(out: &mut impl Write, status: Value, asked: &args::Status, safe: bool) -> Result<(), CliError> {
    if asked.json {
        // As it came: a newer player may tell more than is known here.
        return json::print(out, &status);
    }
    let status: Status = serde_json::from_value(status).map_err(|error| RemoteError::Broken(error.into()))?;
    match &asked.format {
        Some(template) => write_line(template, out, &status, safe).map_err(CliError::Output),
        None => {
            let lines = if asked.follow { vec![headline(&status)] } else { summary(&status) };
            let text: String = lines.iter().map(|line| format!("{}\n", printable(line))).collect();
            out.write_all(text.as_bytes()).map_err(CliError::Output)
        }
    }
}

fn write_line(
    template: &Template<StatusField>,
    out: &mut impl Write,
    status: &Status,
    safe: bool,
) -> io::Result<()> {
    template.write(out, safe, |field| field.value(status))
}

/// `playing  0:12 / 1:00  Ann - Alpha (First)`
fn headline(status: &Status) -> String {
    let buffering = if status.buffering { "buffering" } else { "" };
    let parts = [status.state.clone(), buffering.to_owned(), times(status), what(status)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

/// A few lines: what plays, how, and where the sound goes.
fn summary(status: &Status) -> Vec<String> {
    let mut modes = vec![match status.queue.index {
        Some(index) => format!("{index} of {}", status.queue.length),
        None => format!("{} in the queue", status.queue.length),
    }];
    modes.push(if status.muted { "muted".into() } else { format!("volume {}%", status.volume) });
    modes.extend((status.repeat != "off").then(|| format!("repeat {}", status.repeat)));
    modes.extend(status.shuffle.then(|| match status.shuffle_seed {
        Some(seed) => match status.shuffle_by.as_deref().filter(|&by| by != "tracks") {
            Some(by) => format!("shuffle {by} {seed}"),
            None => format!("shuffle {seed}"),
        },
        None => "shuffle".into(),
    }));
    modes.extend(status.consume.then(|| "consume".to_owned()));
    let left_off = status.track.as_ref().and_then(|track| track.left_off_s).and_then(time);
    // While it plays the place is on its way.
    let left_off = left_off.filter(|_| status.state != "playing");
    modes.extend(left_off.map(|at| format!("left off at {}", clock(at))));
    modes.extend(status.radio.as_ref().map(|radio| match &radio.title {
        Some(title) => format!("radio like {title} seed={}", radio.seed),
        None => format!("radio seed={}", radio.seed),
    }));
    let stops = !["", "off"].contains(&status.stop_after.as_str());
    modes.extend(stops.then(|| format!("stop after {}", status.stop_after)));
    let mut lines = vec![headline(status), modes.join("  "), sound(status)];
    lines.extend(
        status.scan.running.then(|| format!("scanning: {} of {} files", status.scan.read, status.scan.found)),
    );
    lines.extend(status.notice.as_ref().map(|told| format!("{}: {}", told.severity, told.text)));
    lines
}

/// The file's sound, the output's, and what is between them.
fn sound(status: &Status) -> String {
    let output = &status.output;
    let mut parts = Vec::new();
    parts.extend(status.format.as_ref().map(|format| {
        let bits = format.bits.map(|bits| format!(" {bits} bit")).unwrap_or_default();
        format!("{} {} Hz{bits}", format.codec, format.sample_rate)
    }));
    parts.push(match (&output.name, output.sample_rate, &output.format) {
        (Some(name), Some(rate), Some(format)) => format!("output {name} {rate} Hz {format}"),
        _ => format!("output {} {}", output.asked, output.state),
    });
    parts.extend(output.why.clone());
    parts.extend((!status.signal.stages.is_empty()).then(|| status.signal.verdict.clone()));
    parts.join("  ")
}

fn times(status: &Status) -> String {
    let shown = |seconds: Option<f64>| seconds.and_then(time).map(clock);
    match (shown(status.position_s), shown(status.duration_s)) {
        (Some(position), Some(duration)) => format!("{position} / {duration}"),
        (position, _) => position.unwrap_or_default(),
    }
}

fn time(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

/// `Artist - Title (Album)`; a file that the library does not have by its name, a station as `Title (Station)`.
fn what(status: &Status) -> String {
    let Some(track) = &status.track else {
        let title = title_of_stream(status);
        let name = station(status).filter(|_| title.is_some()).map(|name| format!(" ({name})"));
        return format!("{}{}", title.unwrap_or_else(|| file_name(status)), name.unwrap_or_default());
    };
    let artists = joined(track.artists.iter().map(String::as_str));
    let by = if artists.is_empty() { String::new() } else { format!("{artists} - ") };
    let from = track.album.as_ref().map(|album| format!(" ({album})")).unwrap_or_default();
    format!("{by}{}{from}", track.title)
}

fn file_name(status: &Status) -> String {
    status.file().map(|path| part::shown_name(&path)).unwrap_or_default()
}

fn title_of_stream(status: &Status) -> Option<String> {
    status.stream.as_ref()?.title.clone()
}

/// The name that the user's address has, else the station's own.
fn station(status: &Status) -> Option<String> {
    let stream = status.stream.as_ref()?;
    status.file().and_then(|path| address::given_name(&path)).or_else(|| stream.station.clone())
}

/// A field of the player's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusField {
    State,
    Title,
    Artist,
    Album,
    AlbumArtist,
    Genre,
    Year,
    Track,
    Disc,
    Path,
    File,
    Position,
    PositionS,
    Duration,
    DurationS,
    Codec,
    Index,
    Length,
    Volume,
    Muted,
    Repeat,
    Shuffle,
    StopAfter,
    Output,
    OutputState,
    Verdict,
    Notice,
    Station,
    Buffering,
    Rating,
    Favourite,
    Plays,
    Skips,
    LeftOff,
    LeftOffS,
}

impl Field for StatusField {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("state", Self::State),
        ("title", Self::Title),
        ("artist", Self::Artist),
        ("album", Self::Album),
        ("album_artist", Self::AlbumArtist),
        ("genre", Self::Genre),
        ("year", Self::Year),
        ("track", Self::Track),
        ("disc", Self::Disc),
        ("path", Self::Path),
        ("file", Self::File),
        ("position", Self::Position),
        ("position_s", Self::PositionS),
        ("duration", Self::Duration),
        ("duration_s", Self::DurationS),
        ("codec", Self::Codec),
        ("index", Self::Index),
        ("length", Self::Length),
        ("volume", Self::Volume),
        ("muted", Self::Muted),
        ("repeat", Self::Repeat),
        ("shuffle", Self::Shuffle),
        ("stop_after", Self::StopAfter),
        ("output", Self::Output),
        ("output_state", Self::OutputState),
        ("verdict", Self::Verdict),
        ("notice", Self::Notice),
        ("station", Self::Station),
        ("buffering", Self::Buffering),
        ("rating", Self::Rating),
        ("favourite", Self::Favourite),
        ("plays", Self::Plays),
        ("skips", Self::Skips),
        ("left_off", Self::LeftOff),
        ("left_off_s", Self::LeftOffS),
    ];
    const LISTED: &'static str = "auralis status --help";
}

impl StatusField {
    fn value(self, status: &Status) -> Vec<u8> {
        if self == Self::Path {
            return status.file().map(|path| path.into_os_string().into_vec()).unwrap_or_default();
        }
        self.of_track(status).unwrap_or_else(|| self.of_player(status)).into_bytes()
    }

    /// `None`: it is no track's.
    fn of_track(self, status: &Status) -> Option<String> {
        let track = status.track.as_ref();
        let number = |number: Option<u16>| number.map(|number| number.to_string()).unwrap_or_default();
        let all = |texts: Option<&Vec<String>>| joined(texts.into_iter().flatten().map(String::as_str));
        Some(match self {
            Self::Title => match track {
                Some(track) => track.title.clone(),
                None => title_of_stream(status).unwrap_or_else(|| file_name(status)),
            },
            Self::Artist => all(track.map(|track| &track.artists)),
            Self::Album => track.and_then(|track| track.album.clone()).unwrap_or_default(),
            Self::AlbumArtist => all(track.map(|track| &track.album_artists)),
            Self::Genre => all(track.map(|track| &track.genres)),
            Self::Year => number(track.and_then(|track| track.year)),
            Self::Track => number(track.and_then(|track| track.track)),
            Self::Disc => number(track.and_then(|track| track.disc)),
            Self::Rating => {
                track.and_then(|track| track.rating).map(|stars| stars.to_string()).unwrap_or_default()
            }
            Self::Favourite if track.is_some_and(|track| track.favourite) => "favourite".to_owned(),
            Self::Favourite => String::new(),
            Self::Plays => track.map(|track| track.plays.to_string()).unwrap_or_default(),
            Self::Skips => track.map(|track| track.skips.to_string()).unwrap_or_default(),
            _ => return None,
        })
    }

    fn of_player(self, status: &Status) -> String {
        let seconds = |seconds: Option<f64>| seconds.map(|time| format!("{time:.3}")).unwrap_or_default();
        let shown = |seconds: Option<f64>| seconds.and_then(time).map(clock).unwrap_or_default();
        let name = |on: bool, name: &str| if on { name.to_owned() } else { String::new() };
        match self {
            Self::State => status.state.clone(),
            Self::File => file_name(status),
            Self::Position => shown(status.position_s),
            Self::PositionS => seconds(status.position_s),
            Self::Duration => shown(status.duration_s),
            Self::DurationS => seconds(status.duration_s),
            Self::Codec => status.format.as_ref().map(|format| format.codec.clone()).unwrap_or_default(),
            Self::Index => status.queue.index.map(|index| index.to_string()).unwrap_or_default(),
            Self::Length => status.queue.length.to_string(),
            Self::Volume => status.volume.to_string(),
            Self::Muted => name(status.muted, "muted"),
            Self::Repeat => status.repeat.clone(),
            Self::Shuffle => name(status.shuffle, "shuffle"),
            Self::StopAfter => {
                Some(status.stop_after.clone()).filter(|mode| mode != "off").unwrap_or_default()
            }
            Self::Output => status.output.name.clone().unwrap_or_else(|| status.output.asked.clone()),
            Self::OutputState => status.output.state.clone(),
            Self::Verdict => status.signal.verdict.clone(),
            Self::Notice => status.notice.as_ref().map(|told| told.text.clone()).unwrap_or_default(),
            Self::Station => station(status).unwrap_or_default(),
            Self::Buffering => name(status.buffering, "buffering"),
            Self::LeftOff => shown(status.track.as_ref().and_then(|track| track.left_off_s)),
            Self::LeftOffS => seconds(status.track.as_ref().and_then(|track| track.left_off_s)),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::status::{QueueStatus, StreamStatus, TrackStatus};

    fn status() -> Status {
        let track = TrackStatus {
            title: "Alpha".into(),
            artists: vec!["Ann".into(), "Bob".into()],
            album: Some("First".into()),
            year: Some(1999),
            ..TrackStatus::default()
        };
        Status {
            state: "playing".into(),
            position_s: Some(12.34),
            duration_s: Some(60.0),
            path: Some("/m/\u{fffd}.wav".into()),
            path_hex: Some("2f6d2fff2e776176".into()),
            track: Some(track),
            volume: 80,
            shuffle: true,
            repeat: "off".into(),
            queue: QueueStatus { length: 3, index: Some(2) },
            ..Status::default()
        }
    }

    fn written(template: &str, status: &Status) -> Vec<u8> {
        let mut out = Vec::new();
        write_line(&Template::parse(template).unwrap(), &mut out, status, false).unwrap();
        out
    }

    #[test]
    fn a_template_has_the_state_in_it() {
        let line =
            "{state} {artist}: {title} {position}/{duration} {index}/{length} {volume}%{muted} {shuffle}";
        let expected = "playing Ann, Bob: Alpha 0:12/1:00 2/3 80% shuffle\n";
        assert_eq!(written(line, &status()), expected.as_bytes());
        assert_eq!(written("{path}", &status()), b"/m/\xff.wav\n");
        assert_eq!(written("[{position_s}]", &status()), b"[12.340]\n");
    }

    #[test]
    fn what_there_is_not_is_empty() {
        let nothing = Status::default();
        for (name, _) in StatusField::NAMES.iter().filter(|(name, _)| !["length", "volume"].contains(name)) {
            assert_eq!(written(&format!("{{{name}}}"), &nothing), b"\n", "{name}");
        }
        let stranger = Status { track: None, ..status() };
        assert_eq!(written("{title}", &stranger), "\u{fffd}.wav\n".as_bytes());
        assert_eq!(headline(&nothing), "");
    }

    #[test]
    fn people_are_told_in_lines() {
        assert_eq!(headline(&status()), "playing  0:12 / 1:00  Ann, Bob - Alpha (First)");
        let station = Status {
            path: Some("http://r.example/live#Ours".into()),
            path_hex: None,
            track: None,
            duration_s: None,
            stream: Some(StreamStatus { title: Some("A - B".into()), station: Some("Theirs".into()) }),
            buffering: true,
            ..status()
        };
        assert_eq!(headline(&station), "playing  buffering  0:12  A - B (Ours)");
        assert_eq!(written("{title}|{station}|{buffering}|{file}", &station), b"A - B|Ours|buffering|Ours\n");
        assert_eq!(summary(&status())[1], "2 of 3  volume 80%  shuffle");
    }

    #[test]
    fn the_help_lists_every_field() {
        for (name, _) in StatusField::NAMES {
            assert!(HELP.contains(&format!("{{{name}}}")), "{name}");
        }
    }
}
