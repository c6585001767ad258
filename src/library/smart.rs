//! What is in a smart playlist: the tracks that meet its query, in its order, as many as it wants. Called by a job and by
//! the command line.

use crate::model::catalog::{Catalog, TrackRef};
use crate::model::facts::Facts;
use crate::model::id::PlaylistId;
use crate::model::playlist::order::{Known, sort_tracks};
use crate::model::playlist::smart::Smart;
use crate::model::playlist::view::Found;
use crate::model::query::Query;
use crate::model::query::heard::Likes;

/// `now_s`: seconds since the Unix epoch. The random order of a list is the same until the list is another one.
pub fn evaluate(
    smart: &Smart,
    id: PlaylistId,
    catalog: &Catalog,
    (facts, likes): (&Facts, &Likes),
    now_s: i64,
) -> Found {
    let mut query = match Query::parse(smart.query()) {
        Ok(query) => query,
        Err(error) => return Found { tracks: Vec::new(), problem: Some(error.message) },
    };
    query.know(likes);
    let fits = |track: &TrackRef<'_>| query.matches(track, &facts.get(track.id()), now_s);
    let mut tracks: Vec<TrackRef<'_>> = catalog.tracks().filter(fits).collect();
    sort_tracks(&mut tracks, smart.orders(), Known { catalog, facts, seed: id.0 });
    tracks.truncate(smart.limit());
    let problem = likes.problem(&query.likes()).map(str::to_owned);
    Found { tracks: tracks.iter().map(|track| track.id()).collect(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::catalog_build::build_catalog;
    use crate::model::audio::Spec;
    use crate::model::facts::{Rating, TrackFacts};
    use crate::model::id::TrackId;
    use crate::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};

    const NOW_S: i64 = 1_800_000_000;

    fn track(id: u32, genre: &str, days_ago: i64) -> Track {
        let tags =
            Tags { title: Some(format!("Song {id}")), genres: vec![genre.to_owned()], ..Tags::default() };
        let spec = Spec { rate: 44_100, channels: 2 };
        let format = AudioFormat { codec: Codec::Flac, spec, bits: Some(16), frames: Some(441_000) };
        let added_s = NOW_S - days_ago * 86_400;
        Track {
            id: TrackId(id),
            path: format!("/m/{id}.flac").into(),
            stamp: FileStamp::default(),
            format,
            tags,
            added_s,
        }
    }

    fn found(text: &str) -> Vec<u32> {
        let genres = ["Jazz", "Rock", "Jazz", "Jazz"];
        let catalog =
            build_catalog((1..).zip(genres).map(|(id, genre)| track(id, genre, i64::from(id) * 10)));
        let facts =
            |plays, stars: u8| TrackFacts { plays, rating: Rating::new(stars * 2), ..TrackFacts::default() };
        let facts = [(1, facts(3, 5)), (2, facts(9, 4)), (3, facts(7, 2))];
        let facts: Facts = facts.into_iter().map(|(id, facts)| (TrackId(id), facts)).collect();
        let smart = Smart::parse(text).unwrap();
        let found = evaluate(&smart, PlaylistId(7), &catalog, (&facts, &Likes::default()), NOW_S);
        assert_eq!(found.problem, None, "{text}");
        found.tracks.iter().map(|id| id.0).collect()
    }

    #[test]
    fn query_order_and_limit_decide_what_is_in_it() {
        assert_eq!(found("genre:jazz"), [1, 3, 4]);
        assert_eq!(found("genre:jazz sort:-plays"), [3, 1, 4]);
        assert_eq!(found("sort:-plays limit:2"), [2, 3]);
        assert_eq!(found("rating>=4 sort:rating"), [2, 1]);
        assert_eq!(found("added<25d sort:-added"), [1, 2]);
        assert_eq!(found("plays:0"), [4]);
        assert_eq!(found("sort:random"), found("sort:random"));
    }

    #[test]
    fn a_query_that_cannot_be_asked_is_told_and_holds_nothing() {
        let smart = Smart::parse("(").unwrap();
        let found = evaluate(
            &smart,
            PlaylistId(7),
            &Catalog::default(),
            (&Facts::default(), &Likes::default()),
            NOW_S,
        );
        assert!(found.tracks.is_empty() && found.problem.is_some());
    }
}
