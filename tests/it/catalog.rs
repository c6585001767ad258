//! Which tracks are one album, whose it is, and in what order everything stands.

use auralis::library::catalog_build::build_catalog;
use auralis::model::catalog::Catalog;
use auralis::model::track::Track;

use crate::library_media::{bytes_name, tags, track};

type Words<'a> = &'a [(&'a str, &'a str)];

fn catalog(tracks: &[(&str, Words<'_>)]) -> Catalog {
    let make = |(id, (path, words)): (u32, &(&str, Words<'_>))| track(id, path, tags(words));
    let tracks: Vec<Track> = (1..).zip(tracks).map(make).collect();
    let forward = build_catalog(tracks.clone());
    // The order in which tracks come must not matter.
    assert_eq!(shape(&forward), shape(&build_catalog(tracks.into_iter().rev())));
    forward
}

/// `artists | title | date | file names` of each album.
fn shape(catalog: &Catalog) -> Vec<String> {
    let album = |album: &auralis::model::catalog::AlbumEntry| {
        let artists: Vec<&str> = catalog.list(album.artists).collect();
        let names: Vec<&str> =
            album.tracks.clone().map(|row| catalog.track(row).unwrap().file_name()).collect();
        let (title, date) = (catalog.text(album.title), catalog.text(album.date));
        format!("{} | {title} | {date} | {}", artists.join("+"), names.join(" "))
    };
    catalog.albums().iter().map(album).collect()
}

fn artists(catalog: &Catalog) -> Vec<(&str, usize, u32)> {
    let of = |artist| (catalog.text(artist), catalog);
    catalog
        .artists()
        .iter()
        .map(|artist| (of(artist.name).0, catalog.albums_of(artist).len(), artist.tracks))
        .collect()
}

const RELEASES: [&str; 2] = ["5b11f4ce-a62d-471e-81fc-a69a8278c7da", "83b9cbe7-9857-49e2-ab8e-b57b01038103"];

#[test]
fn albums_are_told_apart_by_rule() {
    type Case<'a> = (&'a str, &'a [(&'a str, Words<'a>)], &'a [&'a str]);
    let cases: [Case<'_>; 14] = [
        (
            "the album artist wins over the artists",
            &[
                ("/m/a/1", &[("artist", "X"), ("albumartist", "A"), ("album", "L")]),
                ("/m/a/2", &[("artist", "Y"), ("albumartist", "A"), ("album", "L")]),
            ],
            &["A | L |  | 1 2"],
        ),
        (
            "a missing album artist is the tracks' common artist",
            &[
                ("/m/a/1", &[("artist", "A"), ("album", "L")]),
                ("/m/a/2", &[("artist", "A"), ("artist", "Guest"), ("album", "L")]),
            ],
            &["A | L |  | 1 2"],
        ),
        (
            "differing artists in one folder are various",
            &[
                ("/m/a/1", &[("artist", "A"), ("album", "L")]),
                ("/m/a/2", &[("artist", "B"), ("album", "L")]),
                ("/m/a/3", &[("artist", "A"), ("album", "L")]),
            ],
            &["Various Artists | L |  | 1 2 3"],
        ),
        (
            "the same title in two folders by two artists is two albums",
            &[
                ("/m/a/1", &[("artist", "A"), ("album", "Live")]),
                ("/m/b/1", &[("artist", "B"), ("album", "Live")]),
            ],
            &["A | Live |  | 1", "B | Live |  | 1"],
        ),
        (
            "a compilation without an album artist is various, wherever it lies",
            &[
                ("/m/a/1", &[("artist", "A"), ("album", "Hits"), ("compilation", "1")]),
                ("/m/b/2", &[("artist", "B"), ("album", "Hits"), ("compilation", "1")]),
            ],
            &["Various Artists | Hits |  | 1 2"],
        ),
        (
            "a compilation with an album artist is theirs",
            &[("/m/a/1", &[("artist", "A"), ("albumartist", "DJ"), ("album", "Mix"), ("compilation", "1")])],
            &["DJ | Mix |  | 1"],
        ),
        (
            "discs in folders of their own are one album, in order of disc and track",
            &[
                (
                    "/m/l/cd2/x",
                    &[("artist", "A"), ("album", "L"), ("date", "1999"), ("disc", "2"), ("track", "1")],
                ),
                (
                    "/m/l/cd1/z",
                    &[("artist", "A"), ("album", "L"), ("date", "1999"), ("disc", "1"), ("track", "1")],
                ),
                (
                    "/m/l/cd1/y",
                    &[("artist", "A"), ("album", "L"), ("date", "1999"), ("disc", "1"), ("track", "10")],
                ),
                ("/m/l/cd1/w", &[("artist", "A"), ("album", "L"), ("date", "1999"), ("disc", "1")]),
            ],
            &["A | L | 1999 | z y w x"],
        ),
        (
            "another date in another folder is another album; another date in the same folder is not",
            &[
                ("/m/old/1", &[("artist", "A"), ("album", "L"), ("date", "1970")]),
                ("/m/old/2", &[("artist", "A"), ("album", "L"), ("date", "1971")]),
                ("/m/new/1", &[("artist", "A"), ("album", "L"), ("date", "2001")]),
            ],
            &["A | L | 1970 | 1 2", "A | L | 2001 | 1"],
        ),
        (
            "case and diacritics do not make another album or artist",
            &[
                ("/m/a/1", &[("albumartist", "Björk"), ("album", "Début")]),
                ("/m/a/2", &[("albumartist", "BJORK"), ("album", "debut")]),
            ],
            &["Björk | Début |  | 1 2"],
        ),
        (
            "one release is one album, whoever it says that it is by; another release of the same title is not",
            &[
                (
                    "/m/a/1",
                    &[("artist", "A"), ("albumartist", "A"), ("album", "L"), ("release", RELEASES[0])],
                ),
                ("/m/a/2", &[("artist", "B"), ("album", "L"), ("release", RELEASES[0])]),
                (
                    "/m/b/3",
                    &[("artist", "A"), ("albumartist", "A"), ("album", "L"), ("release", RELEASES[1])],
                ),
            ],
            &["A | L |  | 1 2", "A | L |  | 3"],
        ),
        (
            "a track that names no release belongs to the one of its folder",
            &[
                ("/m/a/1", &[("artist", "A"), ("album", "L"), ("date", "1999"), ("release", RELEASES[0])]),
                ("/m/a/2", &[("artist", "A"), ("album", "L"), ("date", "2001")]),
            ],
            &["A | L | 1999 | 1 2"],
        ),
        (
            "two editions of one date in two folders are told apart by the numbers that they share",
            &[
                ("/m/plain/1", &[("artist", "A"), ("album", "L"), ("date", "1999"), ("track", "1")]),
                ("/m/deluxe/2", &[("artist", "A"), ("album", "L"), ("date", "1999"), ("track", "1")]),
                ("/m/deluxe/3", &[("artist", "A"), ("album", "L"), ("date", "1999"), ("track", "2")]),
            ],
            &["A | L | 1999 | 1", "A | L | 1999 | 2 3"],
        ),
        (
            "a compilation on two discs without any other word is one, and various",
            &[
                ("/m/Hits/CD1/1", &[("artist", "A"), ("album", "Hits"), ("track", "1")]),
                ("/m/Hits/CD1/2", &[("artist", "B"), ("album", "Hits"), ("track", "2")]),
                ("/m/Hits/CD2/3", &[("artist", "C"), ("album", "Hits"), ("track", "3")]),
            ],
            &["Various Artists | Hits |  | 1 2 3"],
        ),
        (
            "tracks without an album are together under their artist, last",
            &[
                ("/m/x/1", &[("artist", "A")]),
                ("/m/y/2", &[("artist", "A"), ("date", "1960")]),
                ("/m/z/3", &[("artist", "A"), ("album", "L"), ("date", "1999")]),
                ("/m/z/4", &[]),
            ],
            &["A | L | 1999 | 3", "A |  | 1960 | 1 2", " |  |  | 4"],
        ),
    ];
    for (rule, tracks, expected) in cases {
        assert_eq!(shape(&catalog(tracks)), expected, "{rule}");
    }
}

#[test]
fn an_album_of_several_artists_is_listed_under_each() {
    let catalog = catalog(&[
        (
            "/m/a/1",
            &[
                ("albumartist", "Basie"),
                ("albumartist", "Ellington"),
                ("album", "First Time"),
                ("date", "1961"),
            ],
        ),
        ("/m/b/1", &[("albumartist", "Ellington"), ("album", "Indigos"), ("date", "1958")]),
        ("/m/b/2", &[("albumartist", "Ellington"), ("album", "Indigos"), ("date", "1958")]),
    ]);
    assert_eq!(artists(&catalog), [("Basie", 1, 1), ("Ellington", 2, 3)]);
    let ellington = &catalog.artists()[1];
    let titles: Vec<&str> = catalog
        .albums_of(ellington)
        .iter()
        .map(|&row| catalog.text(catalog.album(row).unwrap().title))
        .collect();
    assert_eq!(titles, ["Indigos", "First Time"], "in the order of their dates");
}

#[test]
fn artists_sort_by_their_sort_names() {
    let catalog = catalog(&[
        ("/m/1/1", &[("artist", "The Beatles"), ("album", "L")]),
        ("/m/2/1", &[("artist", "Ásgeir"), ("album", "L")]),
        ("/m/3/1", &[("artist", "Johnny Cash"), ("artistsort", "Cash, Johnny"), ("album", "L")]),
        ("/m/4/1", &[("artist", "Dvořák"), ("album", "L")]),
        ("/m/5/1", &[("artist", "blink-182"), ("album", "L")]),
        ("/m/6/1", &[("album", "L")]),
    ]);
    let names: Vec<&str> = artists(&catalog).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["Ásgeir", "The Beatles", "blink-182", "Johnny Cash", "Dvořák", ""]);
}

#[test]
fn rows_are_found_by_id_and_by_path() {
    let odd = bytes_name(b"/m/\xff/\xfe.flac");
    let mut tracks: Vec<Track> =
        (1..200).map(|id| track(id, &format!("/m/{}/{id}.flac", id % 9), tags(&[]))).collect();
    tracks.push(Track { path: odd.into(), ..track(777, "", tags(&[("title", "T"), ("artist", "A")])) });
    let catalog = build_catalog(tracks.clone());
    assert_eq!(catalog.len(), tracks.len());
    for track in &tracks {
        let by_id = catalog.find(track.id).unwrap();
        let by_path = catalog.find_path(&track.path).unwrap();
        assert_eq!((by_id.path(), by_path.id()), (track.path.clone(), track.id));
        assert_eq!(by_id.format(), track.format);
    }
    assert!(catalog.find_path("/m/1/2.flac".as_ref()).is_none());
    assert!(catalog.find(auralis::model::id::TrackId(5000)).is_none());
    let one = catalog.find_path(odd.as_ref()).unwrap();
    assert_eq!((one.title(), one.artists().collect::<Vec<_>>()), ("T", vec!["A"]));
    assert_eq!(build_catalog([]).len(), 0);
}
