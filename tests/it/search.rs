//! Searching the whole library: what is found agrees with looking at each track, the best comes first, slips of the keys
//! are forgiven.

use auralis::library::catalog_build::build_catalog;
use auralis::library::search::search;
use auralis::model::catalog::Catalog;
use auralis::model::facts::{Facts, Rating, TrackFacts};
use auralis::model::id::TrackId;
use auralis::model::query::Query;
use auralis::model::query::search::Searcher;
use proptest::prelude::*;

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
    let found = search(catalog, &Query::parse(query).unwrap(), &Facts::default(), 0);
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
    let found = search(&catalog(), &Query::parse("motor").unwrap(), &Facts::default(), 0);
    let scores: Vec<f32> = found.iter().map(|&(_, score)| score).collect();
    assert!(scores.windows(2).all(|two| two[0] > two[1]) && scores.iter().all(|&s| s > 0.0 && s <= 1.0));
}

#[test]
fn a_slip_of_the_keys_is_forgiven_where_nothing_is_as_typed() {
    let catalog = catalog();
    let cases: [(&str, &[u32]); 8] = [
        ("motorhaed", &[1]),
        ("royskopp", &[3]),
        ("bjrok motor", &[2]),
        ("nigth artist:rain", &[4]),
        // In quotes it means what it says, as does a field.
        ("\"motorhaed\"", &[]),
        ("artist:motorhaed", &[]),
        ("spades -motorhaed", &[1]),
        ("xotorhead", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(&catalog, query), expected, "{query}");
    }
    let mut searcher = Searcher::new(&catalog);
    let mut similar =
        |query: &str| searcher.find(&catalog, &Query::parse(query).unwrap(), &Facts::default(), 0).similar;
    assert!(similar("motorhaed") && !similar("motorhead") && !similar("zzz"));
}

#[test]
fn the_filter_keeps_album_order_and_an_empty_query_keeps_all() {
    let catalog = catalog();
    let rows = |catalog: &Catalog, query: &str| {
        let query = Query::parse(query).unwrap();
        Searcher::new(catalog).find(catalog, &query, &Facts::default(), 0).rows
    };
    assert_eq!(rows(&catalog, "  "), [0, 1, 2, 3]);
    let found = rows(&catalog, "motor");
    assert!(found.len() == 3 && found.is_sorted());
    assert!(rows(&Catalog::default(), "a").is_empty());
}

/// Names from few letters, so that queries meet them; some with what folds away, some empty, some that are no text.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[abÄß/ ]{0,6}", 1 => Just("夜に".to_owned()), 1 => Just("\u{301}".to_owned())]
}

fn a_catalog() -> impl Strategy<Value = Catalog> {
    let one = (name(), name(), name(), name(), name(), "[ab]{1,3}(/[ab.]{1,4}){1,2}");
    prop::collection::vec(one, 0..24).prop_map(|tracks| {
        let make = |(id, (title, artist, album, genre, composer, path)): (u32, (_, _, _, _, _, String))| {
            let words: [(&str, String); 5] = [
                ("title", title),
                ("artist", artist),
                ("album", album),
                ("genre", genre),
                ("composer", composer),
            ];
            let kept = words.iter().filter(|(_, text)| !text.is_empty());
            let lines: Vec<(&str, &str)> = kept.map(|(key, text)| (*key, text.as_str())).collect();
            track(id + 1, &format!("/{path}{id}"), tags(&lines))
        };
        build_catalog((0..).zip(tracks).map(make))
    })
}

fn a_query() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec![
        "",
        "title",
        "artist",
        "albumartist",
        "album",
        "genre",
        "composer",
        "path",
        "codec",
    ]);
    let sign = prop::sample::select(vec![":", "=", "!=", "~"]);
    let test = (field, sign, "[abäs/]{0,3}").prop_map(|(field, sign, text)| match field {
        "" => format!("\"{text}\""),
        field => format!("{field}{sign}\"{text}\""),
    });
    let one = prop_oneof![6 => test, 1 => Just("is:favourite".to_owned()), 1 => Just("rating>=3".to_owned()),
        1 => Just("plays:0".to_owned()), 1 => Just("/^.b/".to_owned())];
    let joint = prop::sample::select(vec![" ", " or ", " -"]);
    prop::collection::vec((one, joint), 1..4)
        .prop_map(|parts| {
            parts.iter().fold(String::new(), |all, (part, joint)| format!("{all}{joint}{part}"))
        })
        .prop_map(|text| text.trim_start_matches(" or").trim().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Question after question of one searcher, each growing by letters or another one altogether.
    #[test]
    fn a_search_finds_the_tracks_that_match_one_by_one(
        catalog in a_catalog(),
        texts in prop::collection::vec(a_query(), 1..4),
        typed in "[ab][ab]?[as]?",
    ) {
        let mut facts = Facts::default();
        let heard = TrackFacts { plays: 1, rating: Rating::new(8), favourite: true, ..TrackFacts::default() };
        (1..9).step_by(3).for_each(|id| facts.set(TrackId(id), heard));
        let mut searcher = Searcher::new(&catalog);
        let grown = (1..=typed.len()).map(|len| format!("\"{}\"", &typed[..len]));
        for text in texts.into_iter().chain(grown) {
            let Ok(query) = Query::parse(&text) else { continue };
            let slow: Vec<u32> = catalog
                .tracks()
                .filter(|track| query.matches(track, &facts.get(track.id()), 0))
                .map(|track| track.row())
                .collect();
            prop_assert_eq!(searcher.find(&catalog, &query, &facts, 0).rows, slow, "{} is {}", text, query);
        }
    }
}
