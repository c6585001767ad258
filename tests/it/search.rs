//! Finding tracks by plain words.

use auralis::library::catalog_build::build_catalog;
use auralis::library::search::search;
use auralis::model::catalog::Catalog;
use auralis::model::filter::{FilterIndex, Query};

use crate::library_media::{tags, track};

fn catalog() -> Catalog {
    build_catalog([
        track(
            1,
            "/m/motor.flac",
            tags(&[("title", "Ace of Spades"), ("artist", "Motörhead"), ("genre", "Metal")]),
        ),
        track(2, "/m/b.flac", tags(&[("title", "Motor"), ("artist", "Björk"), ("album", "Début")])),
        track(
            3,
            "/m/c.flac",
            tags(&[("title", "The Locomotor"), ("albumartist", "Röyksopp"), ("album", "Night Rain")]),
        ),
        track(4, "/m/夜に駆ける.flac", tags(&[("artist", "Night"), ("artist", "Rain")])),
    ])
}

fn ids(catalog: &Catalog, query: &str) -> Vec<u32> {
    let found = search(catalog, query, 10);
    found.iter().map(|&(row, _)| catalog.track(row).unwrap().id().0).collect()
}

#[test]
fn every_word_must_occur_somewhere() {
    let catalog = catalog();
    let cases: [(&str, &[u32]); 11] = [
        ("motorhead", &[1]),
        ("MOTÖRHEAD spades", &[1]),
        ("metal ace", &[1]),
        ("debut bjork", &[2]),
        ("royksopp", &[3]),
        ("rain night loco", &[3]),
        ("夜に", &[4]),
        ("motor nothing", &[]),
        ("zzz", &[]),
        ("c.flac", &[3]),
        ("ad ace", &[1]),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(&catalog, query), expected, "{query}");
    }
}

#[test]
fn whole_and_leading_matches_come_first() {
    // A whole title, the start of an artist, the inside of a title.
    assert_eq!(ids(&catalog(), "motor"), [2, 1, 3]);
    let scores: Vec<f32> = search(&catalog(), "motor", 10).iter().map(|&(_, score)| score).collect();
    assert!(scores.windows(2).all(|two| two[0] > two[1]) && scores.iter().all(|&s| s > 0.0 && s <= 1.0));
    assert_eq!(search(&catalog(), "motor", 2).len(), 2);
}

#[test]
fn the_filter_keeps_album_order_and_an_empty_query_keeps_all() {
    let catalog = catalog();
    let index = FilterIndex::build(&catalog);
    assert_eq!(index.rows(&catalog, &Query::parse("  ")), [0, 1, 2, 3]);
    let rows = index.rows(&catalog, &Query::parse("motor"));
    assert!(rows.len() == 3 && rows.is_sorted());
    assert!(FilterIndex::build(&Catalog::default()).rows(&Catalog::default(), &Query::parse("a")).is_empty());
}

/// The index answers as a plain search through the folded fields does.
#[test]
fn the_index_agrees_with_looking_at_each_field() {
    use auralis::model::fold::fold;
    let catalog = catalog();
    let index = FilterIndex::build(&catalog);
    for word in ["a", "o", "night", "t", "e", "r", "夜", "the", "motor", "."] {
        let slow: Vec<u32> = catalog
            .tracks()
            .filter(|track| {
                let fields = [track.raw().title, track.raw().name].map(|id| catalog.text(id).to_owned());
                let album = track.album_title().to_owned();
                let mut all = fields.into_iter().chain([album]).chain(track.artists().map(str::to_owned));
                let rest: Vec<String> =
                    track.album_artists().chain(track.genres()).map(str::to_owned).collect();
                all.any(|text| fold(&text).contains(word))
                    || rest.iter().any(|text| fold(text).contains(word))
            })
            .map(|track| track.row())
            .collect();
        assert_eq!(index.rows(&catalog, &Query::parse(word)), slow, "{word}");
    }
}
