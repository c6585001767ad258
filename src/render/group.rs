//! What belongs together: tracks of an album get one plan and go through one chain.

use std::path::PathBuf;

use crate::library::tags::to_tags;
use crate::model::naming::{Naming, Separators};
use crate::model::rule::TrackTraits;
use crate::model::tag::{Field, Fields};
use crate::model::track::AudioFormat;

/// How tracks are put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Grouping {
    /// Tracks of one folder and album whose numbers follow each other are an album.
    #[default]
    Belonging,
    /// Tracks of one folder that say the same album, or none, whatever their numbers.
    Albums,
    /// Each on its own.
    Tracks,
}

/// A track that is to be rendered.
#[derive(Debug, Clone)]
pub struct Item {
    pub path: PathBuf,
    pub target: PathBuf,
    pub format: AudioFormat,
    /// Of it, or a guess.
    pub frames: u64,
    pub fields: Fields,
}

impl Item {
    fn number(&self, field: Field) -> Option<u32> {
        let text = self.fields.first(field)?;
        text.split('/').next()?.trim().parse().ok()
    }

    fn place(&self) -> (Option<u32>, Option<u32>) {
        (self.number(Field::Disc), self.number(Field::Track))
    }

    /// As the library has them.
    pub fn traits(&self, naming: &Naming) -> TrackTraits {
        let tags = to_tags(&self.fields);
        let split = |separators: &Separators, names: &[String]| -> Vec<String> {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            separators.split(&names).iter().map(|&name| name.to_owned()).collect()
        };
        let mut artists = split(&naming.artists, &tags.artists);
        artists.extend(split(&naming.artists, &tags.album_artists));
        let genres = split(&naming.genres, &tags.genres);
        TrackTraits { genres, album: tags.album.unwrap_or_default(), artists }
    }

    fn is_of_album_of(&self, other: &Self) -> bool {
        let album = |item: &Self| item.fields.get(Field::Album).to_vec();
        self.path.parent() == other.path.parent() && album(self) == album(other)
    }

    /// The next track of the disc, or the first of the next disc.
    fn follows(&self, before: &Self) -> bool {
        let ((disc, track), (disc_before, track_before)) = (self.place(), before.place());
        let (Some(track), Some(track_before)) = (track, track_before) else { return false };
        let same_disc = disc == disc_before && track == track_before + 1;
        let next_disc = disc.zip(disc_before).is_some_and(|(disc, before)| disc == before + 1) && track == 1;
        same_disc || next_disc
    }
}

/// Tracks with one plan, in the order in which they play.
pub type Group = Vec<Item>;

/// In the order in which the first of each was named.
pub fn grouped(items: Vec<Item>, grouping: Grouping) -> Vec<Group> {
    if grouping == Grouping::Tracks {
        return items.into_iter().map(|item| vec![item]).collect();
    }
    let mut albums: Vec<Group> = Vec::new();
    for item in items {
        match albums
            .iter_mut()
            .rev()
            .find(|album| album.first().is_some_and(|first| item.is_of_album_of(first)))
        {
            Some(album) => album.push(item),
            None => albums.push(vec![item]),
        }
    }
    albums.iter_mut().for_each(|album| album.sort_by_key(Item::place));
    match grouping {
        Grouping::Albums => albums,
        _ => albums.into_iter().flat_map(runs).collect(),
    }
}

/// Cut where a track does not follow the one before.
fn runs(album: Group) -> Vec<Group> {
    let named = album.first().is_some_and(|first| first.fields.has(Field::Album));
    let mut runs: Vec<Group> = Vec::new();
    for item in album {
        match runs.last_mut() {
            Some(run) if named && run.last().is_some_and(|before| item.follows(before)) => run.push(item),
            _ => runs.push(vec![item]),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::Spec;
    use crate::model::track::Codec;

    fn item(path: &str, album: &str, disc: &str, track: &str) -> Item {
        let mut fields = Fields::default();
        for (field, value) in [(Field::Album, album), (Field::Disc, disc), (Field::Track, track)] {
            fields.push(field, value);
        }
        let spec = Spec { rate: 44_100, channels: 2 };
        let format = AudioFormat { codec: Codec::Flac, spec, bits: Some(16), frames: Some(1) };
        Item { path: path.into(), target: PathBuf::new(), format, frames: 1, fields }
    }

    fn names(items: &[(&str, &str, &str, &str)], grouping: Grouping) -> Vec<Vec<String>> {
        let items = items.iter().map(|(path, album, disc, track)| item(path, album, disc, track)).collect();
        let name = |item: &Item| item.path.display().to_string();
        grouped(items, grouping).iter().map(|group| group.iter().map(name).collect()).collect()
    }

    #[test]
    fn an_album_is_what_follows_each_other_in_one_folder() {
        let items = [
            ("/a/2", "A", "1", "2/9"),
            ("/a/1", "A", "1", "1/9"),
            ("/a/3", "A", "2", "1"),
            ("/a/7", "A", "2", "7"),
            ("/b/1", "A", "1", "1"),
            ("/b/2", "", "1", "2"),
            ("/b/3", "", "1", "3"),
        ];
        assert_eq!(
            names(&items, Grouping::Belonging),
            [vec!["/a/1", "/a/2", "/a/3"], vec!["/a/7"], vec!["/b/1"], vec!["/b/2"], vec!["/b/3"]]
        );
        assert_eq!(
            names(&items, Grouping::Albums),
            [vec!["/a/1", "/a/2", "/a/3", "/a/7"], vec!["/b/1"], vec!["/b/2", "/b/3"]]
        );
        assert_eq!(names(&items, Grouping::Tracks).len(), items.len());
    }

    #[test]
    fn tracks_without_numbers_are_an_album_only_where_that_is_said() {
        let items = [("/a/x", "A", "", ""), ("/a/y", "A", "", "")];
        assert_eq!(names(&items, Grouping::Belonging).len(), 2);
        assert_eq!(names(&items, Grouping::Albums), [["/a/x", "/a/y"]]);
    }
}
