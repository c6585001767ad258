//! Filters as clients write them, against songs that have a few tags.

use proptest::prelude::*;

use super::super::ack::Ack;
use super::super::look::Nothing;
use super::super::song::Told;
use super::super::uri::Roots;
use super::*;
use crate::model::catalog::Catalog;

fn filter(words: &[&str], folds: bool) -> Result<Filter, Ack> {
    read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), folds)
}

/// Whether it holds for a song with these tags.
fn holds(words: &[&str], folds: bool, title: &str, artist: &str) -> bool {
    let (catalog, roots) = (Catalog::default(), Roots::new(&["/m".into()]));
    let path = std::path::Path::new("/m/A b/c.flac");
    let mut song = Song::at(path, None, &catalog, &roots, &Nothing);
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    song.told = Told { title: text(title), artist: text(artist), ..Told::default() };
    filter(words, folds).unwrap().matches(&song)
}

#[test]
fn expressions_mean_what_the_protocol_says() {
    for (expression, expected) in [
        ("(Artist == 'Ann')", true),
        ("(artist != \"Ann\")", false),
        ("(Artist == 'ann')", false),
        ("(AlbumArtist == 'Ann')", true),
        ("(Title contains 'it\\'s')", true),
        ("(Title !contains 'x')", true),
        ("(Title starts_with 'It')", false),
        ("(Title starts_with_ci 'IT')", true),
        ("(Title eq_ci 'IT\\'S')", true),
        ("(Artist =~ '^A.n$')", true),
        ("(Artist !~ '^A')", false),
        ("((Artist == 'Ann') AND (Title == 'it\\'s'))", true),
        ("((Artist == 'Ann') AND (!(Title == 'it\\'s')))", false),
        ("(!(Artist == 'Bob'))", true),
        ("(Album == '')", true),
        ("(Album != '')", false),
        ("(Artist != '')", true),
        ("(any == 'Ann')", true),
        ("(file == 'A b/c.flac')", true),
        ("(base 'A b')", true),
        ("(base 'A')", false),
        ("( Artist == 'Ann' )", true),
        ("(prio >= 0)", true),
        ("(modified-since '2000-01-01T00:00:00Z')", false),
    ] {
        assert_eq!(holds(&[expression], false, "it's", "Ann"), expected, "{expression}");
    }
}

#[test]
fn pairs_are_exact_where_case_counts_and_parts_where_not() {
    assert!(holds(&["artist", "Ann", "title", "x"], false, "x", "Ann"));
    assert!(!holds(&["artist", "An"], false, "x", "Ann"));
    assert!(holds(&["artist", "AN"], true, "x", "Ann"));
    assert!(holds(&["any", "bjork"], true, "x", "Björk"));
    assert!(holds(&["filename", "a b"], true, "x", "y"));
    assert!(holds(&["album", ""], false, "x", "y"));
    assert!(!holds(&["title", ""], false, "x", "y"));
    assert!(holds(&["title", ""], true, "x", "y") && holds(&["album", ""], true, "x", "y"));
    assert!(holds(&["(Artist == 'Ann')", "title", "x"], false, "x", "Ann"));
    assert!(holds(&["(Artist =~ 'ANN')"], true, "x", "Ann"));
}

/// As MPD 0.23 words it.
#[test]
fn what_is_no_filter_is_told() {
    let why = |words: &[&str]| filter(words, false).unwrap_err().text;
    assert_eq!(why(&["(x)"]), "Unknown filter type: x");
    assert_eq!(why(&["foo", "bar"]), "Unknown filter type");
    assert_eq!(why(&["album"]), "Incorrect number of filter arguments");
    assert_eq!(why(&["(Artist == 'Ann'"]), "')' expected");
    assert_eq!(why(&["(Artist == Ann)"]), "Quoted string expected");
    assert_eq!(why(&["(Artist = 'Ann')"]), "'==' or '!=' expected");
    assert_eq!(why(&["(Artist == 'Ann') x"]), "Unparsed garbage after expression");
    assert_eq!(why(&["((Artist == 'A') OR (Artist == 'B'))"]), "'AND' expected");
    assert_eq!(why(&["modified-since", "x"]), "Failed to parse date");
    assert_eq!(why(&["(Artist =~ '(')"]), "Invalid regular expression");
    assert_eq!(why(&["(Artist =~ '(a{1000}){1000}')"]), "Invalid regular expression");
    assert_eq!(why(&[&"(".repeat(5_000)]), "Expression is too large");
    assert_eq!(why(&[&"(!".repeat(5_000)]), "Expression is too large");
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "\\PC{0,80}", folds in any::<bool>()) {
        let _ = filter(&[&format!("({text}")], folds);
    }

    #[test]
    fn no_marks_break_it(text in "[()!=~'\"\\\\ Aa]{0,60}", folds in any::<bool>()) {
        let _ = filter(&[&text], folds);
        let _ = filter(&[&format!("(artist {text})"), &text], folds);
    }

    #[test]
    fn what_is_quoted_is_compared_as_it_was(value in "[^\\x00-\\x1f]{1,20}") {
        let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
        let expression = format!("(Title == '{quoted}')");
        prop_assert!(holds(&[&expression], false, &value, "x"));
    }
}
