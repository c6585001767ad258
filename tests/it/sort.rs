//! Tracks sorted by a column.

use auralis::library::catalog_build::build_catalog;
use auralis::model::catalog::Row;
use auralis::model::collate::Collation;
use auralis::model::facts::{Facts, Rating, TrackFacts};
use auralis::model::id::TrackId;
use auralis::model::sort::{COLUMNS, Sort};

use crate::library_media::{tags, track};

/// Ids in the order of `sort`.
fn sorted(sort: &str) -> Vec<u32> {
    let one = |id, path: &str, lines: &[(&str, &str)]| track(id, path, tags(lines));
    let mut tracks = vec![
        one(
            1,
            "/m/10.flac",
            &[("title", "Öga 10"), ("artist", "The Cure"), ("date", "1989"), ("album", "B")],
        ),
        one(2, "/m/9.flac", &[("title", "öga 9"), ("artist", "Abba"), ("date", "1976"), ("album", "A")]),
        one(3, "/m/a.flac", &[("artist", "Blur"), ("album", "A2")]),
        one(4, "/k/b.flac", &[("title", "Zoo"), ("artist", "Blur"), ("date", "1994"), ("album", "C")]),
    ];
    (tracks[0].added_s, tracks[1].added_s) = (30, 40);
    tracks[3].format.frames = None;
    tracks[1].format.frames = Some(88_200);
    let catalog = build_catalog(tracks);
    let mut facts = Facts::default();
    facts.set(TrackId(3), TrackFacts { plays: 7, rating: Rating::new(4), ..TrackFacts::default() });
    facts.set(TrackId(4), TrackFacts { plays: 1, rating: Rating::new(9), ..TrackFacts::default() });
    let mut rows: Vec<Row> = (0..4).collect();
    Sort::parse(sort).unwrap().apply(&mut rows, &catalog, &facts, &Collation::default());
    rows.into_iter().map(|row| catalog.track(row).unwrap().id().0).collect()
}

/// The library's order is Abba 2, Blur 3 (its album has no date), Blur 4, Cure 1.
#[test]
fn every_column_has_its_order_and_what_has_no_value_comes_last() {
    let cases: [(&str, [u32; 4]); 14] = [
        ("order", [2, 3, 4, 1]),
        ("order:desc", [1, 4, 3, 2]),
        ("title", [3, 2, 1, 4]),
        ("title:desc", [4, 1, 2, 3]),
        ("artist", [2, 3, 4, 1]),
        ("artist:desc", [1, 3, 4, 2]),
        ("album", [2, 3, 1, 4]),
        ("year", [2, 1, 4, 3]),
        ("year:desc", [4, 1, 2, 3]),
        ("dur:desc", [2, 3, 1, 4]),
        ("added:desc", [2, 1, 3, 4]),
        ("plays:desc", [3, 4, 2, 1]),
        ("rating:desc", [4, 3, 2, 1]),
        ("path", [4, 2, 1, 3]),
    ];
    for (sort, expected) in cases {
        assert_eq!(sorted(sort), expected, "{sort}");
    }
}

#[test]
fn a_column_that_is_not_there_is_told_with_the_nearest() {
    for (name, column) in COLUMNS {
        assert_eq!(Sort::parse(name).map(|sort| sort.column), Ok(*column));
    }
    assert!(Sort::parse("titel").unwrap_err().ends_with("; did you mean title?"));
    assert_eq!(Sort::parse("title:up"), Err("needs asc or desc behind the colon".to_owned()));
}
