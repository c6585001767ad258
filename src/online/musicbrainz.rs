//! MusicBrainz, as <https://musicbrainz.org/doc/MusicBrainz_API> has it: releases by identifier, by a recording on them, or
//! by names. One request a second, which is MusicBrainz's rule, whoever asks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Client, Unmet};
use crate::model::lyrics::plain;
use crate::model::musicbrainz::{Candidate, Credit, LookupSettings, Release, ReleaseTrack};
use crate::model::tag::Mbid;

/// Between two requests.
const EVERY: Duration = Duration::from_millis(1_050);
/// A server that is busy is asked once more, where it says that this is so long from now at most.
const MOST_PATIENCE: Duration = Duration::from_secs(5);
/// Candidates that are asked for and kept.
const MOST_FOUND: usize = 25;
const MOST_TRACKS: usize = 3_000;
/// Bytes of the artists of one thing, about.
const MOST_CREDIT: usize = 1_000;

/// What is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A release by its identifier.
    Release(String),
    /// Releases that have this recording.
    Recording(String),
    Album {
        artist: String,
        title: String,
    },
    Song {
        artist: String,
        title: String,
    },
}

/// Who is asked. Clones share their turn.
#[derive(Debug, Clone)]
pub struct Catalogue {
    settings: LookupSettings,
    client: Client,
    /// Guards when the last request was; held while it waits for its turn, so that others wait behind it.
    last: Arc<Mutex<Option<Instant>>>,
}

impl Catalogue {
    pub fn new(settings: LookupSettings) -> Self {
        Self { settings, client: Client::default(), last: Arc::default() }
    }

    /// Releases that may be meant, those that fit best first.
    ///
    /// # Errors
    /// Where it is not turned on, the server does not answer, or not as MusicBrainz does.
    pub fn find(&self, asked: &Asked) -> Result<Vec<Candidate>, Unmet> {
        match asked {
            Asked::Release(id) => {
                let found = self.get(&format!("release/{id}"), &[("inc", INC_SHORT)])?;
                let found: Option<RawRelease> = found.as_deref().map(read).transpose()?;
                Ok(found.and_then(|raw| raw.candidate(None)).into_iter().collect())
            }
            Asked::Recording(id) => {
                let query = [("recording", id.as_str()), ("inc", INC_SHORT), ("limit", "100")];
                self.releases(&query)
            }
            Asked::Album { artist, title } => self
                .by_names(&[("release", title), ("artist", artist)], |query| {
                    self.releases(&[("query", query), ("limit", "25")])
                }),
            Asked::Song { artist, title } => {
                self.by_names(&[("recording", title), ("artist", artist)], |query| self.recordings(query))
            }
        }
    }

    /// The release with all its tracks; `None` where there is none of this identifier.
    ///
    /// # Errors
    /// As [`Catalogue::find`].
    pub fn release(&self, id: &str) -> Result<Option<Release>, Unmet> {
        let found = self.get(&format!("release/{id}"), &[("inc", INC_WHOLE)])?;
        found.as_deref().map_or(Ok(None), whole)
    }

    /// By the very names, else by their words.
    fn by_names(
        &self,
        names: &[(&str, &String)],
        ask: impl Fn(&str) -> Result<Vec<Candidate>, Unmet>,
    ) -> Result<Vec<Candidate>, Unmet> {
        let all = |write: fn(&str) -> String| {
            let known = names.iter().filter(|(_, name)| !name.trim().is_empty());
            let parts: Vec<String> = known.map(|(field, name)| format!("{field}:{}", write(name))).collect();
            parts.join(" AND ")
        };
        let found = ask(&all(phrase))?;
        if found.is_empty() { ask(&all(words)) } else { Ok(found) }
    }

    fn releases(&self, query: &[(&str, &str)]) -> Result<Vec<Candidate>, Unmet> {
        self.get("release", query)?.as_deref().map_or(Ok(Vec::new()), releases)
    }

    fn recordings(&self, query: &str) -> Result<Vec<Candidate>, Unmet> {
        let found = self.get("recording", &[("query", query), ("limit", "25")])?;
        found.as_deref().map_or(Ok(Vec::new()), recordings)
    }

    /// `None`: there is no such thing.
    fn get(&self, what: &str, query: &[(&str, &str)]) -> Result<Option<String>, Unmet> {
        if !self.settings.online {
            let why =
                "MusicBrainz is not asked: `online = true` in [musicbrainz] of the configuration allows it";
            return Err(Unmet { why: why.to_owned(), after: None });
        }
        let url = format!("{}/ws/2/{what}", self.settings.url.trim_end_matches('/'));
        let query: Vec<(&str, &str)> = query.iter().copied().chain([("fmt", "json")]).collect();
        match self.get_in_turn(&url, &query) {
            Err(Unmet { after: Some(after), .. }) if after <= MOST_PATIENCE => {
                std::thread::sleep(after);
                self.get_in_turn(&url, &query)
            }
            answer => answer,
        }
    }

    fn get_in_turn(&self, url: &str, query: &[(&str, &str)]) -> Result<Option<String>, Unmet> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = last.and_then(|last| EVERY.checked_sub(last.elapsed())) {
            std::thread::sleep(left);
        }
        *last = Some(Instant::now());
        drop(last);
        self.client.get(url, query)
    }
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, Unmet> {
    serde_json::from_str(body).map_err(|_| Unmet::not_understood("MusicBrainz"))
}

/// What an answer to a search of releases says.
///
/// # Errors
/// Where it is none.
pub fn releases(body: &str) -> Result<Vec<Candidate>, Unmet> {
    let found = read::<RawReleases>(body)?.releases.unwrap_or_default();
    Ok(found.iter().filter_map(|raw| raw.candidate(None)).take(MOST_FOUND).collect())
}

/// What an answer to a search of recordings says: the releases that they are on, each once.
///
/// # Errors
/// Where it is none.
pub fn recordings(body: &str) -> Result<Vec<Candidate>, Unmet> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for recording in read::<RawRecordings>(body)?.recordings.unwrap_or_default() {
        for raw in recording.releases.iter().flatten() {
            if candidates.len() == MOST_FOUND {
                return Ok(candidates);
            }
            let known = raw.candidate(Some(&recording));
            let is_new = |new: &Candidate| candidates.iter().all(|old| old.id != new.id);
            candidates.extend(known.filter(is_new));
        }
    }
    Ok(candidates)
}

/// What an answer to a question for one release says.
///
/// # Errors
/// Where it is none.
pub fn whole(body: &str) -> Result<Option<Release>, Unmet> {
    read::<RawRelease>(body).map(RawRelease::release)
}

const INC_SHORT: &str = "artist-credits media labels";
const INC_WHOLE: &str = "artist-credits recordings labels release-groups";

/// Lucene's syntax: between quotes only quotes and backslashes are more than themselves.
fn phrase(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Its words, none of which is an operator.
fn words(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect::<String>();
    let words: Vec<String> = plain.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() { phrase(text) } else { format!("({})", words.join(" ")) }
}

#[derive(Debug, Default, Deserialize)]
struct RawReleases {
    releases: Option<Vec<RawRelease>>,
}

#[derive(Debug, Default, Deserialize)]
struct RawRecordings {
    recordings: Option<Vec<RawRecording>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct RawRecording {
    id: Option<String>,
    score: Option<u8>,
    artist_credit: Option<Vec<RawCredit>>,
    releases: Option<Vec<RawRelease>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct RawRelease {
    id: String,
    score: Option<u8>,
    title: Option<String>,
    date: Option<String>,
    country: Option<String>,
    disambiguation: Option<String>,
    track_count: Option<u32>,
    artist_credit: Option<Vec<RawCredit>>,
    release_group: Option<RawGroup>,
    label_info: Option<Vec<RawLabel>>,
    media: Option<Vec<RawMedium>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct RawGroup {
    id: Option<String>,
    first_release_date: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct RawLabel {
    catalog_number: Option<String>,
    label: Option<RawNamed>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct RawNamed {
    id: Option<String>,
    name: Option<String>,
    sort_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct RawCredit {
    name: Option<String>,
    joinphrase: Option<String>,
    artist: Option<RawNamed>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct RawMedium {
    position: Option<u32>,
    title: Option<String>,
    format: Option<String>,
    track_count: Option<u32>,
    tracks: Option<Vec<RawTrack>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct RawTrack {
    id: Option<String>,
    position: Option<u32>,
    title: Option<String>,
    length: Option<u64>,
    artist_credit: Option<Vec<RawCredit>>,
    recording: Option<RawRecording>,
}

fn said(text: Option<&String>) -> String {
    text.map_or_else(String::new, |text| plain(text.trim()))
}

/// Nothing where it is no identifier.
fn id(text: Option<&String>) -> String {
    text.and_then(|text| Mbid::parse(text)).map_or_else(String::new, |id| id.to_string())
}

impl Credit {
    fn of(raw: Option<&Vec<RawCredit>>) -> Self {
        let mut credit = Self::default();
        for part in raw.into_iter().flatten() {
            if credit.text.len() > MOST_CREDIT {
                break;
            }
            let artist = part.artist.as_ref();
            let name = said(part.name.as_ref().or_else(|| artist?.name.as_ref()));
            let join = part.joinphrase.as_deref().map(plain).unwrap_or_default();
            credit.text += &format!("{name}{join}");
            let sort = said(artist.and_then(|artist| artist.sort_name.as_ref()));
            credit.sort += &format!("{}{join}", if sort.is_empty() { &name } else { &sort });
            credit.names.push(name);
            credit.ids.push(id(artist.and_then(|artist| artist.id.as_ref())));
        }
        credit
    }
}

impl RawRelease {
    /// `None` where it has no identifier. What a search of recordings leaves out stands in the recording.
    fn candidate(&self, of: Option<&RawRecording>) -> Option<Candidate> {
        let id = Mbid::parse(&self.id)?.to_string();
        let credit = self.artist_credit.as_ref().or_else(|| of?.artist_credit.as_ref());
        let media = self.media.as_deref().unwrap_or_default();
        let counted = || media.iter().filter_map(|medium| medium.track_count).fold(0, u32::saturating_add);
        let labels = self.label_info.as_deref().unwrap_or_default();
        Some(Candidate {
            id,
            score: self.score.or_else(|| of?.score).unwrap_or(100).min(100),
            title: said(self.title.as_ref()),
            artist: Credit::of(credit).text,
            date: said(self.date.as_ref()),
            country: said(self.country.as_ref()),
            tracks: self.track_count.unwrap_or_else(counted),
            format: formats(media),
            label: labels.iter().map(RawLabel::words).find(|words| !words.is_empty()).unwrap_or_default(),
            note: said(self.disambiguation.as_ref()),
        })
    }

    fn release(self) -> Option<Release> {
        let media = self.media.unwrap_or_default();
        let labels = self.label_info.unwrap_or_default();
        let label = labels.iter().filter_map(|info| info.label.as_ref()?.name.as_ref()).next();
        let number = labels.iter().filter_map(|info| info.catalog_number.as_ref()).next();
        let group = self.release_group.unwrap_or_default();
        let credit = Credit::of(self.artist_credit.as_ref());
        let tracks = media.iter().enumerate().flat_map(|(at, medium)| medium.all(at, &credit));
        Some(Release {
            id: Mbid::parse(&self.id)?.to_string(),
            title: said(self.title.as_ref()),
            date: said(self.date.as_ref()),
            first_date: said(group.first_release_date.as_ref()),
            group: id(group.id.as_ref()),
            label: said(label),
            catalog_number: said(number),
            discs: u32::try_from(media.len()).unwrap_or(u32::MAX),
            tracks: tracks.take(MOST_TRACKS).collect(),
            credit,
        })
    }
}

impl RawLabel {
    fn words(&self) -> String {
        let name = said(self.label.as_ref().and_then(|label| label.name.as_ref()));
        format!("{name} {}", said(self.catalog_number.as_ref())).trim().to_owned()
    }
}

impl RawMedium {
    /// `at`: its place among the media, which counts where it says no other.
    fn all(&self, at: usize, of: &Credit) -> Vec<ReleaseTrack> {
        let tracks = self.tracks.as_deref().unwrap_or_default();
        let count = u32::try_from(tracks.len()).unwrap_or(u32::MAX);
        let place = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
        let track = |(number, raw): (usize, &RawTrack)| ReleaseTrack {
            id: id(raw.id.as_ref()),
            recording: id(raw.recording.as_ref().and_then(|recording| recording.id.as_ref())),
            disc: self.position.unwrap_or_else(|| place(at)),
            disc_title: said(self.title.as_ref()),
            number: raw.position.unwrap_or_else(|| place(number)),
            of: self.track_count.unwrap_or(count),
            title: said(raw.title.as_ref()),
            credit: if raw.artist_credit.is_some() {
                Credit::of(raw.artist_credit.as_ref())
            } else {
                of.clone()
            },
            length: raw.length.map(Duration::from_millis),
        };
        tracks.iter().take(MOST_TRACKS).enumerate().map(track).collect()
    }
}

/// `CD`, `2 × CD, DVD`
fn formats(media: &[RawMedium]) -> String {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for medium in media.iter().take(100) {
        let format = said(medium.format.as_ref());
        match counted.iter_mut().find(|(known, _)| *known == format) {
            Some((_, count)) => *count += 1,
            None if format.is_empty() => {}
            None => counted.push((format, 1)),
        }
    }
    let word =
        |(format, count): (String, usize)| if count == 1 { format } else { format!("{count} × {format}") };
    counted.into_iter().map(word).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// In the shape of the documentation's examples of a search of releases.
    const SEARCHED: &str = r#"{"created": "2026-01-01T00:00:00.000Z", "count": 2, "offset": 0, "releases": [
        {"id": "aff4a693-5970-4e2e-bd46-e2ee49c22de7", "score": 100, "status-id": "4e304316-386d-3409-af2e-78857eec5cfe",
         "count": 1, "title": "the Love Bug", "status": "Official", "disambiguation": "promo",
         "artist-credit": [{"name": "m-flo", "joinphrase": " loves ",
            "artist": {"id": "22dd2db3-88ea-4428-a7a8-5cd3acf23175", "name": "m-flo", "sort-name": "m-flo"}},
            {"name": "BoA", "artist": {"id": "a16d1433-ba89-4f72-a47b-a370add0bb55", "name": "BoA", "sort-name": "BoA"}}],
         "release-group": {"id": "153f0a09-fead-3370-9b17-379ebd09446b", "primary-type": "Single"},
         "date": "2004-03-17", "country": "JP", "barcode": "4988064451180", "track-count": 3,
         "label-info": [{"catalog-number": "RZCD-45118", "label": {"id": "72a46579-e9a0-405a-8ee1-e6e6b63b8212", "name": "rhythm zone"}}],
         "media": [{"format": "CD", "disc-count": 1, "track-count": 3}]},
        {"id": "not an identifier", "score": 90, "title": "x"}]}"#;

    /// A lookup with all its tracks, some of what is told left out.
    const LOOKED_UP: &str = r#"{"id": "aff4a693-5970-4e2e-bd46-e2ee49c22de7", "title": "the Love Bug", "date": "2004-03-17",
        "country": "JP", "asin": null, "packaging": null, "release-group": {"id": "153f0a09-fead-3370-9b17-379ebd09446b",
        "first-release-date": "2004-03-17"}, "label-info": [{"catalog-number": "RZCD-45118", "label": null}],
        "artist-credit": [{"name": "m-flo", "joinphrase": "", "artist": {"id": "22dd2db3-88ea-4428-a7a8-5cd3acf23175",
        "name": "m-flo", "sort-name": "m-flo"}}], "media": [{"format": null, "title": null, "position": 1, "track-offset": 0,
        "track-count": 2, "tracks": [{"id": "ec60f5e2-ed8a-391d-90cd-bf119c50f6a0", "number": "1", "position": 1,
        "title": "the Love\u001b[31m Bug", "length": 243000, "recording": {"id": "0cf3008f-e246-428f-abc1-35f87d584d60",
        "title": "the Love Bug", "length": 243000}}, {"id": "2519283c-93d9-30de-a0ba-75f99ca25604", "number": "2",
        "title": "remix", "length": null}]}]}"#;

    #[test]
    fn releases_that_were_searched_are_candidates() {
        let raw: RawReleases = serde_json::from_str(SEARCHED).unwrap();
        let found: Vec<Candidate> =
            raw.releases.unwrap().iter().filter_map(|raw| raw.candidate(None)).collect();
        assert_eq!(found.len(), 1, "what has no identifier is none");
        assert_eq!((found[0].score, found[0].artist.as_str()), (100, "m-flo loves BoA"));
        assert_eq!(found[0].details(), "2004-03-17 · JP · 3 tracks · CD · rhythm zone RZCD-45118 · promo");
    }

    #[test]
    fn a_release_has_its_tracks() {
        let raw: RawRelease = serde_json::from_str(LOOKED_UP).unwrap();
        let release = raw.release().unwrap();
        assert_eq!(
            (release.discs, release.catalog_number.as_str(), release.label.as_str()),
            (1, "RZCD-45118", "")
        );
        let [first, second] = &release.tracks[..] else { panic!("{release:?}") };
        assert_eq!(first.title, "the Love[31m Bug", "control characters are left out");
        assert_eq!((first.disc, first.number, first.of), (1, 1, 2));
        assert_eq!(first.recording, "0cf3008f-e246-428f-abc1-35f87d584d60");
        assert_eq!(first.length, Some(Duration::from_secs(243)));
        assert_eq!((second.number, second.length, second.credit.text.as_str()), (2, None, "m-flo"));
    }

    #[test]
    fn names_are_no_syntax() {
        assert_eq!(phrase(r#"A "B" \C"#), r#""A \"B\" \\C""#);
        assert_eq!(words("Rock AND Roll (Live!)"), "(rock and roll live)");
        assert_eq!(words("!!!"), "\"!!!\"");
    }

    #[test]
    fn nobody_is_asked_where_it_is_not_turned_on() {
        let off = Catalogue::new(LookupSettings { online: false, url: "http://127.0.0.1:1".into() });
        let unmet = off.find(&Asked::Recording("x".into())).unwrap_err();
        assert!(unmet.why.contains("online = true"), "{unmet:?}");
    }

    proptest! {
        #[test]
        fn any_answer_is_taken_or_refused(cut in 0usize..2_000, noise in "\\PC{0,20}") {
            for text in [SEARCHED, LOOKED_UP] {
                let end = (0..=cut.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
                let changed = format!("{}{noise}{}", &text[..end], &text[end..]);
                if let Ok(raw) = serde_json::from_str::<RawReleases>(&changed) {
                    raw.releases.iter().flatten().for_each(|raw| drop(raw.candidate(None)));
                }
                if let Ok(raw) = serde_json::from_str::<RawRelease>(&changed) {
                    let release = raw.release();
                    let texts = release.iter().flat_map(|release| release.tracks.iter().map(|track| &track.title));
                    for text in texts {
                        prop_assert!(!text.chars().any(char::is_control));
                    }
                }
            }
        }
    }
}
