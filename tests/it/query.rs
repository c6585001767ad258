//! The query language: what is found, how it prints, where it goes wrong.

use auralis::library::catalog_build::build_catalog;
use auralis::model::catalog::Catalog;
use auralis::model::facts::{Facts, Rating, TrackFacts};
use auralis::model::id::TrackId;
use auralis::model::query::Query;
use auralis::model::track::{Codec, Track};
use proptest::prelude::*;

use crate::library_media::{tags, track};

/// 2024-06-01T00:00:00Z, by `date -u -d 2024-06-01 +%s`.
const NOW_S: i64 = 1_717_200_000;
const DAY_S: i64 = 86_400;

type Lines = &'static [(&'static str, &'static str)];

/// Id, path, tags, codec, rate, bits, seconds, age in days when it was added.
fn one(id: u32, path: &str, lines: Lines, sound: (Codec, u32, u8), seconds: u64, age_days: i64) -> Track {
    let mut track = track(id, path, tags(lines));
    (track.format.codec, track.format.spec.rate) = (sound.0, sound.1);
    track.format.bits = (sound.2 > 0).then_some(sound.2);
    track.format.frames = Some(seconds * u64::from(sound.1) + u64::from(sound.1) / 2);
    track.added_s = NOW_S - age_days * DAY_S;
    track
}

fn tracks() -> Vec<Track> {
    let flac = (Codec::Flac, 44_100, 16);
    vec![
        one(
            1,
            "/m/live/ace.flac",
            &[
                ("title", "Ace of Spades"),
                ("artist", "Motörhead"),
                ("genre", "Metal"),
                ("album", "Ace"),
                ("date", "1980-11-08"),
                ("track", "1"),
                ("disc", "2"),
            ],
            flac,
            168,
            10,
        ),
        one(
            2,
            "/m/so.mp3",
            &[
                ("title", "So What"),
                ("artist", "Miles Davis"),
                ("artist", "Bill Evans"),
                ("albumartist", "Miles Davis"),
                ("album", "Kind of Blue"),
                ("genre", "Jazz"),
                ("genre", "Modal Jazz"),
                ("date", "1959"),
            ],
            (Codec::Mp3, 48_000, 0),
            545,
            200,
        ),
        one(
            3,
            "/m/air.ape",
            &[
                ("title", "Air"),
                ("artist", "Various"),
                ("composer", "J. S. Bach"),
                ("album", "Best Of"),
                ("compilation", "1"),
            ],
            (Codec::Ape, 96_000, 24),
            3600,
            40,
        ),
        one(
            4,
            "/m/not or.opus",
            &[("artist", "AC/DC"), ("title", "\"Heroes\" (Live)"), ("genre", "Rock"), ("date", "1999")],
            (Codec::Opus, 48_000, 0),
            90,
            0,
        ),
        one(5, "/m/untagged.wav", &[], (Codec::Pcm, 44_100, 16), 30, 400),
    ]
}

fn facts() -> Facts {
    let heard = |plays, days: i64, stars| TrackFacts {
        plays,
        last_played_s: Some(NOW_S - days * DAY_S),
        rating: Rating::new(stars),
        ..TrackFacts::default()
    };
    Facts::from_iter([
        (TrackId(1), TrackFacts { favourite: true, ..heard(12, 3, 9) }),
        (TrackId(2), TrackFacts { skips: 4, last_skipped_s: Some(NOW_S - DAY_S), ..heard(1, 500, 4) }),
    ])
}

fn found(catalog: &Catalog, query: &Query) -> Vec<u32> {
    let facts = facts();
    let rows = catalog.tracks().filter(|track| query.matches(track, &facts.get(track.id()), NOW_S));
    let mut ids: Vec<u32> = rows.map(|track| track.id().0).collect();
    ids.sort_unstable();
    ids
}

/// What each query finds, from the tags above.
const CASES: &[(&str, &[u32])] = &[
    ("", &[1, 2, 3, 4, 5]),
    ("motorhead", &[1]),
    ("MOTÖRHEAD spades", &[1]),
    ("miles evans modal", &[2]),
    ("bach", &[3]),
    ("untagged.wav", &[5]),
    ("\"kind of blue\"", &[2]),
    ("\"blue of kind\"", &[]),
    ("kind blue of", &[2]),
    ("artist:davis", &[2]),
    ("artist=davis", &[]),
    ("artist=\"miles davis\"", &[2]),
    ("artist:\"AC/DC\"", &[4]),
    ("artist:ac/dc", &[4]),
    ("AC/DC", &[4]),
    ("albumartist:davis", &[2]),
    ("ALBUM:ace", &[1]),
    ("composer:bach", &[3]),
    ("genre:jazz", &[2]),
    ("genre=jazz", &[2]),
    ("genre!=jazz", &[1, 3, 4, 5]),
    ("genre=\"\"", &[3, 5]),
    ("genre:\"\"", &[3, 5]),
    ("-genre=\"\"", &[1, 2, 4]),
    ("title:untagged", &[5]),
    ("year:1980", &[1]),
    ("year:1959..1980", &[1, 2]),
    ("year:..1980", &[1, 2]),
    ("year:1981..", &[4]),
    ("year>1980", &[4]),
    ("year>=1980", &[1, 4]),
    ("year<1980", &[2]),
    ("year!=1980", &[2, 3, 4, 5]),
    ("year:0", &[3, 5]),
    ("track:1 disc:2", &[1]),
    ("rating>=4", &[1]),
    ("rating:2", &[2]),
    ("rating:4.5", &[1]),
    ("rating<3", &[2]),
    ("rating:0", &[3, 4, 5]),
    ("plays:0", &[3, 4, 5]),
    ("plays>10", &[1]),
    ("skips>=4", &[2]),
    ("added<30d", &[1, 4]),
    ("added:30d", &[1, 4]),
    ("added>1y", &[5]),
    ("added:2w..3mo", &[3]),
    ("added>=2024-05", &[1, 4]),
    ("added:2024-06-01", &[4]),
    ("added<2024", &[2, 5]),
    ("played<7d", &[1]),
    ("played>1y", &[2]),
    ("played>1y or plays:0", &[2, 3, 4, 5]),
    ("skipped<2d", &[2]),
    ("dur>10m", &[3]),
    ("dur:90", &[4]),
    ("dur:1:30", &[4]),
    ("dur:1m..9m05s", &[1, 2, 4]),
    ("length>=1h", &[3]),
    ("path:/live/", &[1]),
    ("path:m/so", &[2]),
    ("path:/m/so", &[2]),
    ("path~/so|air/", &[2, 3]),
    ("codec:flac", &[1]),
    ("format:ape", &[3]),
    ("codec:wav", &[5]),
    ("rate>=96k", &[3]),
    ("rate:44.1k", &[1, 5]),
    ("bits:24", &[3]),
    ("channels:2", &[1, 2, 3, 4, 5]),
    ("is:lossless", &[1, 3, 5]),
    ("-is:lossless", &[2, 4]),
    ("is:compilation", &[3]),
    ("is:missing", &[]),
    ("is:favourite", &[1]),
    ("is:favorite", &[1]),
    ("is:rated", &[1, 2]),
    ("is:played", &[1, 2]),
    ("not is:played", &[3, 4, 5]),
    ("spades or blue", &[1, 2]),
    ("spades | blue", &[1, 2]),
    ("spades OR blue OR bach", &[1, 2, 3]),
    ("is:lossless (spades or bach)", &[1, 3]),
    ("is:lossless -(spades or bach)", &[5]),
    ("m -is:lossless or bach", &[2, 3]),
    ("--spades", &[1]),
    ("metal and ace", &[1]),
    ("Motörhead - Ace of Spades", &[1]),
    ("\"or\" \"not\"", &[4]),
    ("\"\\\"heroes\\\"\"", &[4]),
    ("\"spades", &[1]),
    ("/^ace/", &[1]),
    ("/^ACE/", &[1]),
    ("/(?-i)^ACE/", &[]),
    ("artist~^mot", &[1]),
    ("artist~\"^miles d\"", &[2]),
    ("artist~/c\\/d/", &[4]),
    ("artist~c/d", &[4]),
    ("title:/^(air|so)/", &[2, 3]),
    // cmus(1), FILTERS; the numbers by its own rules: an open range, a comparison, both ends.
    ("~a davis", &[2]),
    ("~a miles davis ~l kind of blue", &[2]),
    ("~l blue ~y 1959", &[2]),
    ("~y1959-1980", &[1, 2]),
    ("~y-1980", &[1, 2]),
    ("~y 1981-", &[4]),
    ("~d>600", &[3]),
    ("~d<100", &[4, 5]),
    ("!~g jazz", &[1, 3, 4, 5]),
    ("~A miles ~n0", &[2]),
    ("~X>10", &[1]),
    ("~D2", &[1]),
    ("~f /live/", &[1]),
    ("~t \"So What\"", &[2]),
    ("~t \"So\"", &[]),
    ("~t \"So*\"", &[2]),
    ("~t s?des", &[]),
    ("~t sp?des", &[1]),
    ("(~a davis | ~a head) !~y1959", &[1]),
    // Left to right: cmus has no order of precedence.
    ("~a davis | ~a head ~y1980", &[1]),
];

#[test]
fn a_query_finds_what_it_says() {
    let catalog = build_catalog(tracks());
    for (text, expected) in CASES {
        let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(found(&catalog, &query), *expected, "{text} is {query}");
    }
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    let deep = "(".repeat(100);
    let many = "a ".repeat(300);
    let long = "a".repeat(5000);
    let cases: &[(&str, usize, &str)] = &[
        ("foo artst:x", 4, "there is no field artst, but there is artist:"),
        ("ratin>3", 0, "but there is rating>"),
        ("zzzzz:x", 0, "there is no field zzzzz; in quotes it is text"),
        ("a year:x", 7, "\"x\" is not a year"),
        ("rating:7", 7, "is not stars from 0 to 5"),
        ("rating>5", 7, "no rating can be that"),
        ("year:1999..1990", 5, "this range runs backwards"),
        ("year:..", 5, "a range needs a beginning or an end"),
        ("year>1990..1999", 4, "a range goes with"),
        ("year~19", 4, "numbers and times take"),
        ("artist<b", 6, "artist is a text"),
        ("artist:", 7, "a value is missing behind :"),
        ("year>=  1990", 6, "a value is missing behind >="),
        ("added<30", 6, "neither an age"),
        ("added:2024-13", 6, "neither an age"),
        ("added:2024..30d", 6, "neither an age"),
        ("is:losless", 3, "did you mean lossless?"),
        ("is>played", 2, "is takes : or !="),
        ("(a or b", 0, "this parenthesis is not closed"),
        ("ö (b", 3, "this parenthesis is not closed"),
        ("a)", 1, "no parenthesis is open"),
        ("()", 1, "something to look for is missing"),
        ("a or", 4, "something to look for is missing"),
        ("or a", 0, "something to look for is missing"),
        ("and a", 0, "something to look for is missing"),
        ("a and", 5, "something to look for is missing"),
        ("not", 3, "something to look for is missing"),
        ("-", 1, "something to look for is missing"),
        ("a -)", 3, "something to look for is missing"),
        ("-(", 2, "something to look for is missing"),
        ("a /b", 2, "this regular expression is not closed"),
        ("artist~/(/", 7, "no regular expression: unclosed group"),
        ("/a{9999}{9999}/", 0, "no regular expression: it is too big"),
        ("a ~l b", 2, "the short form"),
        ("~q x", 1, "the short form has ~a ~A"),
        ("~a", 2, "a text is missing"),
        ("~yx", 2, "a number is missing"),
        ("~a x | y", 7, "~ and a letter are missing"),
        ("(~a x", 0, "this parenthesis is not closed"),
        ("~y1990-1980", 2, "this range runs backwards"),
        (&deep, 64, "more than 64 parentheses"),
        (&many, 513, "more than 256 things to look for"),
        (&long, 0, "at most 4096 bytes"),
    ];
    for (text, at, message) in cases {
        let error = Query::parse(text).map(|query| query.to_string()).expect_err(text);
        assert!(error.message.contains(message), "{text}: {}", error.message);
        assert_eq!(error.at, *at, "{text}: {}", error.message);
    }
}

#[test]
fn a_query_prints_as_one_that_is_the_same() {
    for (text, _) in CASES {
        let query = Query::parse(text).unwrap();
        let printed = query.to_string();
        assert_eq!(Query::parse(&printed), Ok(query), "{text} gave {printed}");
    }
    let printed = [
        ("year>1990 dur<=600", "year>=1991 dur<=10m"),
        ("~a bowie ~y1970-1979", "artist:\"bowie\" year:1970..1979"),
        ("a and (b or (c or d))", "a (b or c or d)"),
        ("added<30d added:2024-05", "added<1mo added:2024-05-01..2024-05-31"),
        ("rating>=3.5", "rating>=3.5"),
        ("not(-a)", "--a"),
        ("title~a/b", "title~/a\\/b/"),
    ];
    for (text, expected) in printed {
        assert_eq!(Query::parse(text).unwrap().to_string(), expected, "{text}");
    }
}

/// Texts made of what the language is made of.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "(",
            ")",
            "-",
            "!",
            "~",
            "~a",
            "~y",
            "or",
            "and",
            "not",
            "|",
            "/",
            "\"",
            "\\",
            " ",
            ":",
            "=",
            "<",
            ">=",
            "..",
            "artist:",
            "year",
            "added<",
            "dur>",
            "rating:",
            "is:",
            "played",
            "30d",
            "1990",
            "2024-05",
            "3:30",
            "4.5",
            "*",
            "ö",
            "夜",
            "\u{301}",
            "\u{0}",
            "title~",
            "path:",
            "bits!=",
            "99999999999999999999",
            "rate:44.1k",
            "mo",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn no_text_makes_the_parser_panic_and_what_it_takes_prints_back(text in pieces()) {
        match Query::parse(&text) {
            Ok(query) => {
                let printed = query.to_string();
                prop_assert_eq!(Query::parse(&printed), Ok(query), "printed as {}", printed);
            }
            Err(error) => prop_assert!(text.is_char_boundary(error.at), "{:?}", error),
        }
    }
}
