//! Whether one track is what a query asks for, by looking at its texts one by one: for a few tracks. A whole catalog is
//! searched by `search`, to the same answer.

use super::expr::{Expr, Pattern, Test};
use super::field::{Flag, NumberField, TextField, TimeField};
use crate::model::catalog::{TrackFlags, TrackRef};
use crate::model::facts::TrackFacts;
use crate::model::fold::fold;
use crate::model::track::Codec;

impl Pattern {
    /// In one text.
    pub(super) fn fits(&self, text: &str) -> bool {
        match self {
            Self::Has(words) => fold(text).contains(&words.folded),
            Self::Is(words) => fold(text) == words.folded,
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    /// In one of several texts; an empty [`Pattern::Is`] wants that there is none.
    pub(super) fn fits_any<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        let mut texts = texts.into_iter().filter(|text| !text.is_empty()).peekable();
        match self {
            Self::Is(words) if words.text.is_empty() => texts.peek().is_none(),
            _ => texts.any(|text| self.fits(text)),
        }
    }
}

impl Expr {
    pub(super) fn fits(&self, track: &TrackRef<'_>, facts: &TrackFacts, now_s: i64) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.fits(track, facts, now_s)),
            Self::One(parts) => parts.iter().any(|part| part.fits(track, facts, now_s)),
            Self::Not(inner) => !inner.fits(track, facts, now_s),
            Self::Test(Test::Any { pattern, .. }) => any_text(track, pattern),
            Self::Test(Test::Text(field, pattern)) => text(track, *field, pattern),
            Self::Test(test) => test.fits_values(track, facts, now_s),
        }
    }
}

impl Expr {
    pub(super) fn fits_texts(&self, texts: &[&str]) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.fits_texts(texts)),
            Self::One(parts) => parts.iter().any(|part| part.fits_texts(texts)),
            Self::Not(inner) => !inner.fits_texts(texts),
            Self::Test(Test::Any { pattern, .. }) => pattern.fits_any(texts.iter().copied()),
            Self::Test(_) => false,
        }
    }
}

impl Test {
    pub(super) fn asks_facts(&self) -> bool {
        match self {
            Self::Any { .. } | Self::Text(..) => false,
            Self::Number(field, _) => {
                use NumberField::{Plays, Rating, Skips, Tempo};
                matches!(field, Rating | Plays | Skips | Tempo) || field.is_tenths()
            }
            Self::Age(field, _) | Self::When(field, _) => *field != TimeField::Added,
            Self::Is(flag) => matches!(flag, Flag::Favourite | Flag::Rated | Flag::Played),
            // What was measured may have another seed, or other neighbours.
            Self::Key(_) | Self::Like(_) => true,
        }
    }

    /// Of a test that looks at no text.
    pub(super) fn fits_values(&self, track: &TrackRef<'_>, facts: &TrackFacts, now_s: i64) -> bool {
        match self {
            Self::Any { .. } | Self::Text(..) => false,
            Self::Number(field, span) => span.fits(number(track, facts, *field)),
            Self::Age(field, span) => {
                time(track, facts, *field).is_some_and(|then| span.contains(now_s.saturating_sub(then)))
            }
            Self::When(field, span) => time(track, facts, *field).is_some_and(|then| span.contains(then)),
            Self::Is(flag) => is(track, facts, *flag),
            Self::Key(keys) => keys.fit(facts.levels.key),
            Self::Like(like) => like.has(track.id()),
        }
    }
}

fn any_text(track: &TrackRef<'_>, pattern: &Pattern) -> bool {
    let own = [track.title_tag(), track.file_name(), track.album_title()].into_iter();
    let lists = track.artists().chain(track.album_artists()).chain(track.genres()).chain(track.composers());
    pattern.fits_any(own.chain(lists))
}

fn text(track: &TrackRef<'_>, field: TextField, pattern: &Pattern) -> bool {
    match field {
        TextField::Artist => pattern.fits_any(track.artists()),
        TextField::AlbumArtist => pattern.fits_any(track.album_artists()),
        TextField::Album => pattern.fits_any([track.album_title()]),
        TextField::Title => pattern.fits_any([track.title()]),
        TextField::Genre => pattern.fits_any(track.genres()),
        TextField::Composer => pattern.fits_any(track.composers()),
        TextField::Path => pattern.fits_any([&*track.shown_path()]),
        TextField::Codec => codec(track.raw().codec, pattern),
    }
}

/// A codec goes by its name and by what its files are called.
pub(super) fn codec(codec: Codec, pattern: &Pattern) -> bool {
    let other = match codec {
        Codec::Ape => "APE",
        Codec::Tta => "TTA",
        Codec::WavPack => "WV",
        Codec::Pcm => "WAV",
        Codec::Vorbis => "Ogg",
        _ => "",
    };
    pattern.fits_any([codec.name(), other])
}

fn number(track: &TrackRef<'_>, facts: &TrackFacts, field: NumberField) -> Option<i64> {
    let raw = track.raw();
    match field {
        NumberField::Year => track.year().map(i64::from),
        NumberField::Rating => facts.rating.map(|rating| i64::from(rating.halves())),
        NumberField::Plays => Some(i64::from(facts.plays)),
        NumberField::Skips => Some(i64::from(facts.skips)),
        NumberField::Duration => track.duration().and_then(|length| i64::try_from(length.as_secs()).ok()),
        NumberField::Track => track.track_number().map(i64::from),
        NumberField::Disc => track.disc_number().map(i64::from),
        NumberField::Rate => Some(i64::from(raw.rate)),
        NumberField::Bits => track.format().bits.map(i64::from),
        NumberField::Channels => Some(i64::from(raw.channels)),
        NumberField::Loudness => tenths(facts.levels.lufs),
        NumberField::LoudnessRange => tenths(facts.levels.range),
        NumberField::Peak => tenths(facts.levels.peak),
        NumberField::DynamicRange => tenths(facts.levels.dynamic_range),
        NumberField::Tempo => facts.levels.tempo.map(|tempo| i64::from((tempo + 5) / 10)),
    }
}

/// As they are shown.
fn tenths(hundredths: Option<i16>) -> Option<i64> {
    hundredths.map(|value| (f64::from(value) / 10.0).round() as i64)
}

fn time(track: &TrackRef<'_>, facts: &TrackFacts, field: TimeField) -> Option<i64> {
    match field {
        TimeField::Added => Some(i64::from(track.raw().added_s)),
        TimeField::Played => facts.last_played_s,
        TimeField::Skipped => facts.last_skipped_s,
    }
}

fn is(track: &TrackRef<'_>, facts: &TrackFacts, flag: Flag) -> bool {
    match flag {
        Flag::Lossless => track.raw().codec.is_lossless(),
        Flag::Missing => track.is(TrackFlags::MISSING),
        Flag::Compilation => track.is(TrackFlags::COMPILATION),
        Flag::Favourite => facts.favourite,
        Flag::Rated => facts.rating.is_some(),
        Flag::Played => facts.plays > 0,
    }
}
