//! Which release of MusicBrainz files are, and what its tags would change of them. On the lane [`super::Lane::Online`], and for
//! the command line.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

pub use crate::online::musicbrainz::Catalogue;

use super::tags::{Planned, preview};
use crate::library::edit::{Change, Edit, Refused, plan_each};
use crate::library::tags::read_fields;
use crate::model::fold::fold;
use crate::model::job::CancelToken;
use crate::model::musicbrainz::{Candidate, Credit, Release, ReleaseTrack};
use crate::model::tag::{Field, Fields, Mbid};
use crate::online::Unmet;
use crate::online::musicbrainz::Asked;

/// Files of one question.
const MOST_FILES: usize = 1_000;
/// A file may be longer or shorter by this than the track of its number.
const TOLERANCE: Duration = Duration::from_secs(15);

/// What a file says, as far as it matters.
struct Said {
    fields: Fields,
    length: Option<Duration>,
}

impl Said {
    fn first(&self, field: Field) -> &str {
        self.fields.first(field).unwrap_or_default()
    }

    fn id(&self, field: Field) -> Option<String> {
        Mbid::parse(self.first(field)).map(|id| id.to_string())
    }

    fn number(&self, field: Field) -> Option<u32> {
        self.first(field).parse().ok()
    }
}

fn read(paths: &[PathBuf], cancel: &CancelToken) -> Result<Vec<Said>, Refused> {
    if paths.len() > MOST_FILES {
        let why = format!("and {} more: at most {MOST_FILES} files are looked up at once", paths.len() - 1);
        return Err(Refused(vec![(paths[0].clone(), why)]));
    }
    let mut refused = Vec::new();
    let mut said = Vec::new();
    for path in paths.iter().take_while(|_| !cancel.is_cancelled()) {
        match read_fields(path) {
            Ok(read) => said.push(Said { length: read.format.duration(), fields: read.fields }),
            Err(error) => refused.push((path.clone(), error.to_string())),
        }
    }
    if refused.is_empty() { Ok(said) } else { Err(Refused(refused)) }
}

/// Releases that the files may be, those that fit best first: by identifiers in the tags, else by names.
///
/// # Errors
/// Where a file cannot be read, nothing is known to ask by, or MusicBrainz does not answer; in words.
pub fn find(releases: &Catalogue, paths: &[PathBuf], cancel: &CancelToken) -> Result<Vec<Candidate>, String> {
    let said = read(paths, cancel).map_err(|refused| refused.first())?;
    let asked =
        asked(&said).ok_or("the tags say no album, or not all the same one: there is nothing to ask by")?;
    let mut found = releases.find(&asked).map_err(|unmet| unmet.why)?;
    if found.is_empty()
        && matches!(asked, Asked::Release(_) | Asked::Recording(_))
        && let Some(named) = by_names(&said)
    {
        found = releases.find(&named).map_err(|unmet| unmet.why)?;
    }
    let tracks = u32::try_from(said.len()).unwrap_or(u32::MAX);
    // Of several tracks one knows how many there are.
    let fits = |candidate: &Candidate| tracks > 1 && candidate.tracks == tracks;
    found.sort_by_key(|candidate| (std::cmp::Reverse(candidate.score), !fits(candidate)));
    Ok(found)
}

/// What all files agree on.
fn asked(said: &[Said]) -> Option<Asked> {
    let releases: BTreeSet<Option<String>> = said.iter().map(|said| said.id(Field::ReleaseId)).collect();
    if let ([Some(release)], false) = (&releases.into_iter().collect::<Vec<_>>()[..], said.is_empty()) {
        return Some(Asked::Release(release.clone()));
    }
    if let [one] = said
        && let Some(recording) = one.id(Field::RecordingId)
    {
        return Some(Asked::Recording(recording));
    }
    by_names(said)
}

fn by_names(said: &[Said]) -> Option<Asked> {
    let first = said.first()?;
    let same = |field: Field| said.iter().all(|other| other.first(field) == first.first(field));
    let artist = match (first.first(Field::AlbumArtist), first.first(Field::Artist)) {
        ("", artist) if same(Field::Artist) => artist,
        ("", _) => "",
        (artist, _) => artist,
    };
    let album = first.first(Field::Album);
    if !album.is_empty() && same(Field::Album) {
        return Some(Asked::Album { artist: artist.to_owned(), title: album.to_owned() });
    }
    let title = first.first(Field::Title);
    let artist = first.first(Field::Artist).to_owned();
    (said.len() == 1 && !title.is_empty()).then(|| Asked::Song { artist, title: title.to_owned() })
}

/// What the tags of the release would change, to be shown and carried out as any change of tags.
///
/// # Errors
/// Where MusicBrainz does not answer, or a file is none of the release's tracks: nothing is changed then.
pub fn planned(releases: &Catalogue, paths: &[PathBuf], release: &str) -> Result<Planned, Refused> {
    let change = change(releases, paths, release)?;
    let preview = preview(&change);
    Ok(Planned { change, preview })
}

/// As [`planned`], without what is shown.
pub fn change(releases: &Catalogue, paths: &[PathBuf], release: &str) -> Result<Change, Refused> {
    let told = |why: String| Refused(vec![(paths.first().cloned().unwrap_or_default(), why)]);
    let found = releases.release(release);
    let found = found.map_err(|Unmet { why, .. }| told(format!("stays as it is: {why}")))?;
    let found = found.ok_or_else(|| told("stays as it is: MusicBrainz has this release no more".into()))?;
    let said = read(paths, &CancelToken::default())?;
    let matched = matched(&said, &found);
    let mut refused = Vec::new();
    let mut edited = Vec::new();
    for (path, track) in paths.iter().zip(matched) {
        match track {
            Some(track) => edited.push((path.clone(), edits(&found, track))),
            None => {
                refused.push((path.clone(), format!("is none of the {} tracks of it", found.tracks.len())))
            }
        }
    }
    if !refused.is_empty() {
        return Err(Refused(refused));
    }
    plan_each(&edited).map(Change::from)
}

/// The track that each file is; none is two files.
fn matched<'a>(said: &[Said], release: &'a Release) -> Vec<Option<&'a ReleaseTrack>> {
    let mut free: Vec<Option<&ReleaseTrack>> = release.tracks.iter().map(Some).collect();
    let mut found: Vec<Option<&ReleaseTrack>> = vec![None; said.len()];
    let rules: [fn(&Said, &ReleaseTrack) -> bool; 4] =
        [is_by_id, is_by_number_and_title, is_by_title, is_by_number];
    for rule in rules {
        for (said, found) in said.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let at = free.iter().position(|track| track.is_some_and(|track| rule(said, track)));
            *found = at.and_then(|at| free[at].take());
        }
    }
    found
}

fn is_by_id(said: &Said, track: &ReleaseTrack) -> bool {
    let is = |field, id: &String| !id.is_empty() && said.id(field).as_ref() == Some(id);
    is(Field::TrackId, &track.id) || is(Field::RecordingId, &track.recording)
}

fn is_by_number_and_title(said: &Said, track: &ReleaseTrack) -> bool {
    is_place(said, track) && is_by_title(said, track)
}

fn is_by_title(said: &Said, track: &ReleaseTrack) -> bool {
    let title = fold(said.first(Field::Title));
    !title.is_empty() && title == fold(&track.title) && is_as_long(said, track)
}

fn is_by_number(said: &Said, track: &ReleaseTrack) -> bool {
    is_place(said, track) && is_as_long(said, track)
}

fn is_place(said: &Said, track: &ReleaseTrack) -> bool {
    said.number(Field::Track) == Some(track.number) && said.number(Field::Disc).unwrap_or(1) == track.disc
}

fn is_as_long(said: &Said, track: &ReleaseTrack) -> bool {
    match (said.length, track.length) {
        (Some(own), Some(length)) => own.abs_diff(length) <= TOLERANCE,
        _ => true,
    }
}

/// Only what the release says: nothing is taken away.
fn edits(release: &Release, track: &ReleaseTrack) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut set = |field: Field, values: Vec<String>| {
        let values: Vec<String> = values.iter().filter_map(|value| field.accept(value)).collect();
        if !values.is_empty() {
            edits.push(Edit::Set(field, values));
        }
    };
    let one = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
    let number = |number: u32| if number == 0 { Vec::new() } else { vec![number.to_string()] };
    set(Field::Title, one(&track.title));
    set(Field::Album, one(&release.title));
    for (credit, shown, each, ids) in [
        (&track.credit, Field::Artist, Field::Artists, Field::ArtistId),
        (&release.credit, Field::AlbumArtist, Field::AlbumArtists, Field::AlbumArtistId),
    ] {
        set(shown, one(&credit.text));
        set(each, several(credit));
        set(ids, credit.ids.iter().filter(|id| !id.is_empty()).cloned().collect());
    }
    set(Field::ArtistSort, one(&track.credit.sort));
    set(Field::AlbumArtistSort, one(&release.credit.sort));
    set(Field::Track, number(track.number));
    set(Field::TrackTotal, number(track.of));
    set(Field::Disc, number(track.disc));
    set(Field::DiscTotal, number(release.discs));
    set(Field::DiscSubtitle, one(&track.disc_title));
    set(Field::Date, one(&release.date));
    set(Field::OriginalDate, one(&release.first_date));
    set(Field::Label, one(&release.label));
    set(Field::CatalogNumber, one(&release.catalog_number));
    set(Field::RecordingId, one(&track.recording));
    set(Field::TrackId, one(&track.id));
    set(Field::ReleaseId, one(&release.id));
    set(Field::ReleaseGroupId, one(&release.group));
    edits
}

/// Each of several; of one the text for show says it all.
fn several(credit: &Credit) -> Vec<String> {
    let names = credit.names.iter().filter(|name| !name.is_empty());
    if credit.names.len() > 1 { names.cloned().collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(title: &str, track: &str, seconds: u64) -> Said {
        let mut fields = Fields::default();
        fields.set(Field::Title, vec![title.into()]);
        fields.set(Field::Track, vec![track.into()]);
        Said { fields, length: Some(Duration::from_secs(seconds)) }
    }

    fn release() -> Release {
        let track = |number: u32, title: &str, seconds| ReleaseTrack {
            disc: 1,
            number,
            of: 3,
            title: title.into(),
            length: Some(Duration::from_secs(seconds)),
            recording: format!("0cf3008f-e246-428f-abc1-35f87d584d6{number}"),
            ..ReleaseTrack::default()
        };
        let tracks = vec![
            track(1, "the Love Bug", 243),
            track(2, "the Love Bug (Big Bug NYC remix)", 222),
            track(3, "the Love Bug (cover)", 333),
        ];
        Release { title: "the Love Bug".into(), discs: 1, tracks, ..Release::default() }
    }

    #[test]
    fn files_are_matched_by_identifier_title_and_number() {
        let release = release();
        let numbers = |said: &[Said]| -> Vec<Option<u32>> {
            matched(said, &release).iter().map(|track| track.map(|track| track.number)).collect()
        };
        assert_eq!(numbers(&[said("THE LOVE BUG", "1", 243), said("?", "3", 330)]), [Some(1), Some(3)]);
        assert_eq!(numbers(&[said("the love bug (cover)", "", 333)]), [Some(3)]);
        assert_eq!(numbers(&[said("?", "1", 100)]), [None], "its length is another");
        assert_eq!(numbers(&[said("?", "1", 243), said("?", "1", 243)]), [Some(1), None]);
        let mut known = said("?", "9", 10);
        known.fields.set(Field::RecordingId, vec!["0cf3008f-e246-428f-abc1-35f87d584d62".into()]);
        assert_eq!(numbers(&[said("?", "2", 222), known]), [None, Some(2)]);
    }

    #[test]
    fn identifiers_are_asked_by_before_names() {
        let with = |pairs: &[(Field, &str)]| {
            let mut one = said("T", "1", 1);
            pairs.iter().for_each(|(field, value)| one.fields.set(*field, vec![(*value).into()]));
            one
        };
        let (id, other) = ("aff4a693-5970-4e2e-bd46-e2ee49c22de7", "b3b7e934-445b-4c68-a097-730c6a6d47e6");
        let album = [(Field::Album, "A"), (Field::Artist, "X")];
        let named = Asked::Album { artist: "X".into(), title: "A".into() };
        assert_eq!(asked(&[with(&[(Field::ReleaseId, id)])]), Some(Asked::Release(id.into())));
        assert_eq!(asked(&[with(&[(Field::RecordingId, id)])]), Some(Asked::Recording(id.into())));
        let two = [(Field::ReleaseId, id), album[0], album[1]];
        let differ = [with(&two), with(&[(Field::ReleaseId, other), album[0], album[1]])];
        assert_eq!(asked(&differ), Some(named.clone()));
        assert_eq!(
            asked(&[with(&album), with(&[(Field::Album, "A"), (Field::Artist, "Y")])]),
            Some(Asked::Album { artist: String::new(), title: "A".into() })
        );
        let song = Asked::Song { artist: "X".into(), title: "T".into() };
        assert_eq!(asked(&[with(&[(Field::Artist, "X")])]), Some(song));
        assert_eq!(asked(&[with(&album), with(&[(Field::Album, "B")])]), None);
        assert_eq!(asked(&[]), None);
    }
}
