//! Which track a line means whose path the library does not have: the one that holds the same sound, else the only one
//! with its artist, album, title and length.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use super::super::line::{NamesLine, TrackLine};
use crate::library::store::{StoreError, StoreReader};
use crate::model::fold::fold;
use crate::model::id::TrackId;
use crate::model::track::Track;

/// Lengths that differ by no more are the same: another encoding of a track may be longer by a frame or two.
const SAME_LENGTH: Duration = Duration::from_secs(1);

/// What told that it is the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Sound,
    Names,
}

pub struct Placer {
    by_sound: HashMap<u128, Vec<TrackId>>,
    by_names: HashMap<String, Vec<(TrackId, Duration)>>,
    /// No two lines mean one track.
    taken: HashSet<TrackId>,
}

impl Placer {
    /// `taken`: the tracks whose path a line had.
    pub fn new(reader: &StoreReader, taken: HashSet<TrackId>) -> Result<Self, StoreError> {
        let mut placer = Self { by_sound: HashMap::new(), by_names: HashMap::new(), taken };
        for row in reader.audios()? {
            let (id, audio) = row?;
            placer.by_sound.entry(audio.guess).or_default().push(id);
        }
        for track in reader.tracks()? {
            let track = track?;
            let length = track.format.duration();
            if let Some((key, length)) = names(&track).and_then(|names| key(&names)).zip(length) {
                placer.by_names.entry(key).or_default().push((track.id, length));
            }
        }
        Ok(placer)
    }

    pub fn find(
        &mut self,
        reader: &StoreReader,
        line: &TrackLine,
        path: &Path,
    ) -> Result<Option<(TrackId, By)>, StoreError> {
        let found = match self.sounds_like(reader, line, path)? {
            Some(id) => Some((id, By::Sound)),
            None => self.is_called(line).map(|id| (id, By::Names)),
        };
        self.taken.extend(found.map(|(id, _)| id));
        Ok(found)
    }

    /// Of several that hold one sound, the one with the file name.
    fn sounds_like(
        &self,
        reader: &StoreReader,
        line: &TrackLine,
        path: &Path,
    ) -> Result<Option<TrackId>, StoreError> {
        let guess = line.sound.as_deref().and_then(|text| u128::from_str_radix(text, 16).ok());
        let alike = guess.and_then(|guess| self.by_sound.get(&guess)).map_or(&[][..], Vec::as_slice);
        let free: Vec<TrackId> = alike.iter().copied().filter(|id| !self.taken.contains(id)).collect();
        for &id in &free {
            if reader.track(id)?.is_some_and(|track| track.path.file_name() == path.file_name()) {
                return Ok(Some(id));
            }
        }
        Ok(free.first().copied())
    }

    fn is_called(&self, line: &TrackLine) -> Option<TrackId> {
        let names = line.names.as_ref()?;
        let length = Duration::from_millis(names.millis?);
        let alike = self.by_names.get(&key(names)?)?.iter();
        let mut fitting =
            alike.filter(|(id, other)| !self.taken.contains(id) && length.abs_diff(*other) <= SAME_LENGTH);
        let (id, _) = fitting.next()?;
        fitting.next().is_none().then_some(*id)
    }
}

/// What a track is called, where it is called anything.
pub fn names(track: &Track) -> Option<NamesLine> {
    let tags = &track.tags;
    let title = tags.title.clone()?;
    Some(NamesLine {
        title,
        artists: tags.artists.clone(),
        album: tags.album.clone(),
        millis: track.format.duration().and_then(|time| u64::try_from(time.as_millis()).ok()),
    })
}

/// Folded; `None` where title or artist is not known, which says too little.
fn key(names: &NamesLine) -> Option<String> {
    let artists = names.artists.join("\n");
    let known = !names.title.trim().is_empty() && !artists.trim().is_empty();
    let album = names.album.as_deref().unwrap_or_default();
    known.then(|| format!("{}\0{}\0{}", fold(&artists), fold(album), fold(&names.title)))
}
