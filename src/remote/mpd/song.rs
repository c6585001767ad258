//! One song as clients are told it: its name, then what is known of it, a line each.

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use super::ack::plain;
use super::look::Look;
use super::tag::{Tag, TagMask};
use super::uri::Roots;
use crate::model::address;
use crate::model::catalog::{Catalog, TrackRef};
use crate::model::id::TrackId;

use crate::model::track::{AudioFormat, Track};

/// A file, and what the library has of it. What only the store has is read once it is asked for.
pub struct Song<'a> {
    path: std::borrow::Cow<'a, Path>,
    pub track: Option<TrackRef<'a>>,
    roots: &'a Roots,
    look: &'a dyn Look,
    full: OnceCell<Option<Track>>,
    uri: OnceCell<String>,
    /// Of a stream: the piece and the station, in its own words.
    pub told: Told,
}

/// What a stream or a playlist says of what the library does not have.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub title: Option<String>,
    pub artist: Option<String>,
    pub album: Option<String>,
    pub name: Option<String>,
    pub duration: Option<Duration>,
}

impl<'a> Song<'a> {
    pub fn of(track: TrackRef<'a>, roots: &'a Roots, look: &'a dyn Look) -> Self {
        Self { path: track.path().into(), ..Self::bare(Path::new(""), Some(track), roots, look) }
    }

    /// An entry of queue or playlist, in the library or not.
    pub fn at(
        path: &'a Path,
        track: Option<TrackId>,
        catalog: &'a Catalog,
        roots: &'a Roots,
        look: &'a dyn Look,
    ) -> Self {
        let track = track.and_then(|id| catalog.find(id)).or_else(|| catalog.find_path(path));
        let mut song = Self::bare(path, track, roots, look);
        song.told.name = if track.is_none() { address::given_name(path) } else { None };
        song
    }

    fn bare(path: &'a Path, track: Option<TrackRef<'a>>, roots: &'a Roots, look: &'a dyn Look) -> Self {
        let (full, uri) = (OnceCell::new(), OnceCell::new());
        Self { path: path.into(), track, roots, look, full, uri, told: Told::default() }
    }

    pub fn uri(&self) -> &str {
        self.uri.get_or_init(|| self.roots.uri(&self.path))
    }

    pub fn full(&self) -> Option<&Track> {
        let track = self.track?;
        self.full.get_or_init(|| self.look.track(track.id())).as_ref()
    }

    pub fn format(&self) -> Option<AudioFormat> {
        self.track.map(|track| track.format())
    }

    pub fn duration(&self) -> Option<Duration> {
        self.track.and_then(|track| track.duration()).or(self.told.duration)
    }

    /// Seconds since the Unix epoch.
    pub fn modified_s(&self) -> Option<i64> {
        self.full().map(|full| full.stamp.mtime_ns.div_euclid(1_000_000_000))
    }

    pub fn added_s(&self) -> Option<i64> {
        self.track.map(|track| i64::from(track.raw().added_s))
    }

    /// Each value of a tag.
    pub fn each(&self, tag: Tag, each: &mut dyn FnMut(&str)) {
        if let Some(track) = self.track {
            return tag.values(track, || self.full(), each);
        }
        let told = &self.told;
        let value = match tag {
            Tag::Title => &told.title,
            Tag::Artist => &told.artist,
            Tag::Album => &told.album,
            Tag::Name => &told.name,
            _ => &None,
        };
        value.iter().filter(|value| !value.is_empty()).for_each(|value| each(value));
    }

    /// As [`Song::each`], and where there is no value of what stands in for it.
    pub fn each_or_fallback(&self, tag: Tag, each: &mut dyn FnMut(&str)) {
        let mut tag = Some(tag);
        let mut found = false;
        while let Some(asked) = tag {
            self.each(asked, &mut |value| {
                found = true;
                each(value);
            });
            tag = if found { None } else { asked.fallback() };
        }
    }

    /// The first value, for sorting.
    pub fn first(&self, tag: Tag) -> String {
        let mut first = None;
        self.each_or_fallback(tag, &mut |value| {
            first.get_or_insert_with(|| value.to_owned());
        });
        first.unwrap_or_default()
    }

    /// All lines of it.
    pub fn write(&self, tags: TagMask, out: &mut String) {
        self.write_name(out);
        if let Some(modified) = self.modified_s() {
            let _ = writeln!(out, "Last-Modified: {}", super::time::utc(modified));
        }
        if let Some(added) = self.added_s() {
            let _ = writeln!(out, "added: {}", super::time::utc(added));
        }
        if let Some(format) = self.format() {
            let _ = writeln!(out, "Format: {}", audio(&format));
        }
        for &tag in Tag::ALL.iter().filter(|tag| tags.has(**tag)) {
            self.each(tag, &mut |value| {
                let _ = writeln!(out, "{}: {}", tag.name(), plain(value));
            });
        }
        if let Some(duration) = self.duration() {
            let seconds = duration.as_secs_f64();
            let _ = writeln!(out, "Time: {}\nduration: {seconds:.3}", seconds.round() as u64);
        }
    }

    pub fn write_name(&self, out: &mut String) {
        let _ = writeln!(out, "file: {}", self.uri());
    }
}

/// `44100:16:2`; what is not coded as whole numbers is told as floating point, which is what it is decoded to.
pub fn audio(format: &AudioFormat) -> String {
    let bits = format.bits.filter(|_| format.codec.is_lossless()).map(|bits| bits.to_string());
    let bits = bits.unwrap_or_else(|| "f".to_owned());
    format!("{}:{bits}:{}", format.spec.rate, format.spec.channels)
}
