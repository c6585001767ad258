//! A song as a server tells it (`Child` of OpenSubsonic) as a [`Song`] of ours, with what its album tells beside.

use serde_json::Value;

use super::answers::{Object, id, is_true, list, number, object, objects, shown, text};
use crate::model::audio::Spec;
use crate::model::facts::Rating;
use crate::model::server::{Song, Star};
use crate::model::tag::Mbid;
use crate::model::track::{AudioFormat, Codec, Numbered, Tags};

/// Longer is no song, in seconds: a thousand hours.
const LONGEST_S: u64 = 3_600_000;
/// Values of one field.
const MOST_VALUES: usize = 64;
/// Letters of an ending.
const MOST_SUFFIX: usize = 8;
const CD: Spec = Spec { rate: 44_100, channels: 2 };

/// What came of one entry of a server's list.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Song(Box<Song>),
    /// Music in a form that is not played here.
    Unplayable,
    /// A folder, a film, a podcast, or nothing that has an id.
    NoMusic,
}

/// What an album tells that its songs do not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Album {
    artists: Vec<String>,
    sort: Option<String>,
    release: Option<Mbid>,
    is_compilation: bool,
    date: Option<String>,
    original_date: Option<String>,
    labels: Vec<String>,
    /// By number of the disc.
    disc_titles: Vec<(u32, String)>,
}

impl Album {
    pub fn of(told: &Object) -> Self {
        let disc_title = |told: &Object| Some((small(told, "disc")?, text(told, "title")?));
        let artist = text(told, "artist").into_iter().collect();
        Self {
            artists: or(names(told, "artists"), artist),
            sort: text(told, "sortName"),
            release: mbid(told),
            is_compilation: is_true(told, "isCompilation") || is_true(told, "compilation"),
            date: object(told, "releaseDate").and_then(date),
            original_date: object(told, "originalReleaseDate").and_then(date),
            labels: names(told, "recordLabels"),
            disc_titles: objects(told, "discTitles").filter_map(disc_title).take(MOST_VALUES).collect(),
        }
    }

    fn add_to(&self, tags: &mut Tags) {
        if tags.album_artists.is_empty() {
            tags.album_artists.clone_from(&self.artists);
        }
        tags.compilation |= self.is_compilation;
        fill(&mut tags.album_sort, &self.sort);
        // The day, where the song knows the year of it.
        let is_finer = self
            .date
            .as_ref()
            .is_some_and(|date| tags.date.as_ref().is_none_or(|year| date.starts_with(year)));
        if is_finer {
            tags.date.clone_from(&self.date);
        }
        let details = &mut tags.details;
        fill(&mut details.original_date, &self.original_date);
        details.musicbrainz.release = details.musicbrainz.release.or(self.release);
        if details.labels.is_empty() {
            details.labels.clone_from(&self.labels);
        }
        let disc = tags.disc.number.unwrap_or(1);
        let title =
            self.disc_titles.iter().find(|(number, _)| *number == disc).map(|(_, title)| title.clone());
        fill(&mut details.disc_title, &title);
    }
}

fn fill(to: &mut Option<String>, from: &Option<String>) {
    if to.is_none() {
        to.clone_from(from);
    }
}

fn or(first: Vec<String>, second: Vec<String>) -> Vec<String> {
    if first.is_empty() { second } else { first }
}

/// `album`: of the song, where it is known.
pub fn entry(told: &Object, album: Option<&Album>) -> Entry {
    let is = |name: &str, word: &str| told.get(name).and_then(Value::as_str) == Some(word);
    let is_music = !is_true(told, "isDir")
        && !is_true(told, "isVideo")
        && !["video", "podcast"].iter().any(|kind| is("type", kind))
        && (!told.contains_key("mediaType") || is("mediaType", "song") || is("mediaType", ""));
    let Some(id) = id(told, "id").filter(|_| is_music) else { return Entry::NoMusic };
    let suffix = suffix(told);
    let Some(codec) = codec(&suffix, told) else { return Entry::Unplayable };
    let mut tags = tags(told);
    album.inspect(|album| album.add_to(&mut tags));
    Entry::Song(Box::new(Song {
        id,
        path: text(told, "path").unwrap_or_default(),
        suffix,
        size: number(told, "size").and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        added_s: told.get("created").and_then(Value::as_str).and_then(since_epoch),
        format: format(told, codec),
        tags,
        star: Star {
            favourite: told
                .get("starred")
                .is_some_and(|starred| !matches!(starred, Value::Null | Value::Bool(false))),
            rating: small(told, "userRating")
                .and_then(|stars| Rating::new(u8::try_from(stars).ok()?.checked_mul(2)?)),
        },
    }))
}

fn format(told: &Object, codec: Codec) -> AudioFormat {
    let rate = small(told, "samplingRate").unwrap_or(CD.rate);
    let rate = match codec {
        // Whatever it was made from.
        Codec::Opus => 48_000,
        // Of its bits: it is played as PCM, at the rate that the decoder brings it to.
        Codec::Dsd if rate > Spec::MAX_RATE => {
            let base = if rate.is_multiple_of(44_100) { 44_100 } else { 48_000 };
            base * if rate / base <= 64 { 2 } else { 4 }
        }
        _ => rate,
    };
    let channels = small(told, "channelCount").and_then(|count| u16::try_from(count).ok());
    let spec = Spec::new(rate, channels.unwrap_or(CD.channels))
        .or_else(|| Spec::new(rate, CD.channels))
        .unwrap_or(CD);
    let seconds = small(told, "duration").map(u64::from).filter(|&seconds| seconds <= LONGEST_S);
    let bits = small(told, "bitDepth").and_then(|bits| u8::try_from(bits).ok());
    AudioFormat {
        codec,
        spec,
        bits: bits.filter(|&bits| bits <= 64 && codec.is_lossless()),
        frames: seconds.map(|seconds| seconds * u64::from(spec.rate)),
    }
}

fn tags(told: &Object) -> Tags {
    let one = |name: &str| text(told, name).into_iter().collect::<Vec<_>>();
    let role = |role: &str| {
        let its = objects(told, "contributors").filter(|one| {
            one.get("role").and_then(Value::as_str).is_some_and(|told| told.eq_ignore_ascii_case(role))
        });
        distinct(its.filter_map(|one| text(object(one, "artist")?, "name")))
    };
    let year = small(told, "year").filter(|year| *year < 10_000).map(|year| format!("{year:04}"));
    let date_of = |name: &str| {
        object(told, name).and_then(date).or_else(|| told.get(name).filter(|v| v.is_string()).and_then(shown))
    };
    let mut tags = Tags {
        title: text(told, "title"),
        artists: or(names(told, "artists"), one("artist")),
        album: text(told, "album"),
        album_artists: or(names(told, "albumArtists"), one("displayAlbumArtist")),
        composers: or(role("composer"), one("displayComposer")),
        genres: or(names(told, "genres"), one("genre")),
        track: Numbered { number: small(told, "track"), total: None },
        disc: Numbered { number: small(told, "discNumber"), total: None },
        date: date_of("releaseDate").or(year),
        compilation: is_true(told, "isCompilation") || is_true(told, "compilation"),
        title_sort: text(told, "sortName"),
        ..Tags::default()
    };
    let details = &mut tags.details;
    details.original_date = date_of("originalReleaseDate");
    details.conductors = role("conductor");
    details.lyricists = role("lyricist");
    details.work = objects(told, "works").find_map(|work| text(work, "name"));
    if let Some(movement) = objects(told, "movements").next() {
        details.movement = text(movement, "name");
        details.movement_number =
            Numbered { number: small(movement, "number"), total: small(movement, "count") };
    }
    details.comments = one("comment");
    details.bpm_hundredths = small(told, "bpm").filter(|bpm| *bpm < 1_000).map(|bpm| bpm * 100);
    details.musicbrainz.recording = mbid(told);
    tags
}

/// A number above nothing.
fn small(of: &Object, name: &str) -> Option<u32> {
    number(of, name).and_then(|number| u32::try_from(number).ok()).filter(|&number| number > 0)
}

fn mbid(of: &Object) -> Option<Mbid> {
    Mbid::parse(of.get("musicBrainzId")?.as_str()?)
}

/// The names of a list of things that have one, or of plain names; each once.
fn names(of: &Object, name: &str) -> Vec<String> {
    distinct(list(of, name).filter_map(|one| match one {
        Value::Object(one) => text(one, "name"),
        other => shown(other),
    }))
}

fn distinct(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for one in all.take(4 * MOST_VALUES) {
        if out.len() < MOST_VALUES && !out.contains(&one) {
            out.push(one);
        }
    }
    out
}

/// `ItemDate`: year, and month and day where they are known.
fn date(told: &Object) -> Option<String> {
    let year = small(told, "year").filter(|year| *year < 10_000)?;
    let month = small(told, "month").filter(|month| *month <= 12);
    let day = small(told, "day").filter(|day| *day <= 31);
    Some(match (month, day) {
        (Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
        (Some(month), None) => format!("{year:04}-{month:02}"),
        (None, _) => format!("{year:04}"),
    })
}

/// In small letters; by the type of the content, else by the path, where it is not told.
fn suffix(told: &Object) -> String {
    let of_path = || {
        let path = text(told, "path")?;
        let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
        Some(ending.to_owned())
    };
    let told_one = text(told, "suffix").map(|suffix| suffix.trim_start_matches('.').to_owned());
    let by_type = || text(told, "contentType").and_then(|kind| by_content_type(&kind)).map(str::to_owned);
    let is_one = |suffix: &String| {
        (1..=MOST_SUFFIX).contains(&suffix.len()) && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let known = told_one.filter(is_one).or_else(by_type).or_else(|| of_path().filter(is_one));
    known.map_or(String::new(), |suffix| suffix.to_ascii_lowercase())
}

fn by_content_type(kind: &str) -> Option<&'static str> {
    let kind = kind.to_ascii_lowercase();
    let (kind, more) = kind.split_once(';').unwrap_or((&kind, ""));
    let sub = kind.trim().split_once('/')?.1;
    Some(match sub.trim_start_matches("x-") {
        "ogg" | "vorbis" if more.contains("opus") => "opus",
        "flac" => "flac",
        "mpeg" | "mp3" | "mpeg3" => "mp3",
        "ogg" | "vorbis" | "vorbis+ogg" => "ogg",
        "opus" => "opus",
        "mp4" | "m4a" | "mp4a-latm" => "m4a",
        "aac" | "aacp" => "aac",
        "wav" | "wave" | "vnd.wave" => "wav",
        "aiff" => "aiff",
        "wavpack" => "wv",
        "ape" | "monkeys-audio" => "ape",
        "tta" => "tta",
        "dsf" | "dsd" => "dsf",
        "dff" => "dff",
        "ms-wma" => "wma",
        "musepack" => "mpc",
        _ => return None,
    })
}

/// `None` where it is known not to be played here. What has an ending that nobody knows is taken for what most files are.
fn codec(suffix: &str, told: &Object) -> Option<Codec> {
    let kind = text(told, "contentType").unwrap_or_default().to_ascii_lowercase();
    let kind = format!("{kind} {}", text(told, "codec").unwrap_or_default().to_ascii_lowercase());
    Some(match suffix {
        "flac" | "fla" => Codec::Flac,
        "mp2" => Codec::Mp2,
        "mp1" => Codec::Mp1,
        "ogg" | "oga" | "mka" | "webm" if kind.contains("opus") => Codec::Opus,
        "ogg" | "oga" | "mka" if kind.contains("flac") => Codec::Flac,
        "ogg" | "oga" | "mka" => Codec::Vorbis,
        "opus" | "webm" => Codec::Opus,
        "alac" => Codec::Alac,
        "m4a" | "m4b" | "m4r" | "mp4" | "caf" if kind.contains("alac") => Codec::Alac,
        "m4a" | "m4b" | "m4r" | "mp4" | "aac" | "adts" | "caf" => Codec::Aac,
        "wav" | "wave" | "w64" | "aiff" | "aif" | "aifc" | "au" | "snd" => Codec::Pcm,
        "wv" => Codec::WavPack,
        "ape" => Codec::Ape,
        "tta" => Codec::Tta,
        "dsf" | "dff" => Codec::Dsd,
        "wma" | "asf" | "mpc" | "mpp" | "mp+" | "ra" | "rm" | "ram" | "shn" | "ofr" | "ac3" | "ec3"
        | "dts" | "mid" | "midi" | "mod" | "xm" | "it" | "s3m" | "spx" | "amr" | "tak" | "iso" | "m4p"
        | "wvc" => return None,
        _ => Codec::Mp3,
    })
}

/// ISO 8601, as `2023-03-14T17:51:22.112827504Z` or `2021-07-22T02:09:31+00:00`; without a zone it is that of Greenwich.
fn since_epoch(text: &str) -> Option<i64> {
    let digits = |from: usize, to: usize| -> Option<i64> {
        text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
    };
    let is_at = |at: usize, wanted: &[u8]| text.as_bytes().get(at).is_some_and(|byte| wanted.contains(byte));
    if !(is_at(4, b"-") && is_at(7, b"-")) {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    if !((1..=12).contains(&month) && (1..=31).contains(&day)) {
        return None;
    }
    let midnight = days_from_epoch(year, month, day) * 86_400;
    if !(is_at(10, b"Tt ") && is_at(13, b":")) {
        return Some(midnight);
    }
    let seconds = if is_at(16, b":") { digits(17, 19)? } else { 0 };
    let time = digits(11, 13)?.min(23) * 3_600 + digits(14, 16)?.min(59) * 60 + seconds.min(60);
    let zone = text.get(16..).and_then(|rest| rest.find(['+', '-'])).map_or(0, |at| {
        let (sign, rest) = text[16 + at..].split_at(1);
        let number = |part: Option<&str>| part.and_then(|part| part.parse::<i64>().ok()).unwrap_or(0);
        let by = number(rest.get(..2)) * 3_600 + number(rest.get(rest.len().saturating_sub(2).max(2)..)) * 60;
        if sign == "-" { -by } else { by }
    });
    Some(midnight + time - zone)
}

/// Days from 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`).
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let years = year - i64::from(month <= 2);
    let (era, of_era) = (years.div_euclid(400), years.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
