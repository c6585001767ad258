//! The library by genre, year, folder: other first columns over the same albums.

use auralis::config::keys::Keymap;
use auralis::model::catalog::Catalog;
use auralis::model::command::{Command, Queue, Target};
use auralis::model::grouping::GroupBy;
use auralis::model::id::TrackId;
use auralis::model::snapshot::Snapshot;
use auralis::tui::browse::{Column, Entry};
use auralis::tui::update::Input;
use std::sync::Arc;

use crate::stage::{CatalogBuilder, Stage};

fn catalog() -> Arc<Catalog> {
    let mut builder = CatalogBuilder::new();
    builder.artist("Ann").album("First", "1994");
    builder.track("Alpha", "", 10).says(&["Rock", "pop"], 1994, "/m/ann/first");
    builder.track("Bravo", "", 10).says(&["Rock", "Rock"], 1994, "/m/ann/first");
    builder.album("Second", "2001");
    builder.track("Charlie", "", 10).says(&["Jazz"], 2001, "/m/ann/second");
    builder.artist("Bob").album("Third", "1999");
    builder.track("Delta", "", 10).says(&["Pop"], 1999, "/m/bob");
    builder.track("Echo", "", 10).says(&[], 0, "/m/bob");
    builder.build()
}

fn stage() -> Stage {
    Stage::new(140, 40, Snapshot { catalog: catalog(), ..Snapshot::default() })
}

/// The first column's names, the one for all left out.
fn groups(stage: &Stage) -> Vec<String> {
    let browse = &stage.state.library;
    let name = |at| match browse.entry(Column::Artists, at)? {
        Entry::Artist(row) => browse.artist_name(row).map(str::to_owned),
        _ => None,
    };
    (0..browse.len(Column::Artists)).filter_map(name).collect()
}

fn line(stage: &mut Stage, line: &str) {
    stage.input(Input::Line(line.to_owned()));
}

#[test]
fn each_hierarchy_has_its_groups() {
    let mut stage = stage();
    let mut by = |name: &str| {
        line(&mut stage, &format!("group {name}"));
        groups(&stage)
    };
    assert_eq!(by("genre"), ["", "Jazz", "Pop", "Rock"], "no genre, then by name, in any case");
    assert_eq!(by("year"), ["", "1994", "1999", "2001"]);
    assert_eq!(by("decade"), ["", "1990s", "2000s"]);
    assert_eq!(by("folder"), ["ann/first", "ann/second", "bob"]);
    assert_eq!(by("composer"), [""]);
    assert_eq!(by("artist"), ["Ann", "Bob"]);
}

#[test]
fn a_group_leads_to_its_albums_and_plays_as_one() {
    let mut stage = stage();
    line(&mut stage, "group decade");
    let text = stage.lines().join("\n");
    assert!(text.contains("Decades") && text.contains("All decades") && text.contains("(no year)"), "{text}");
    stage.press("jj");
    let tracks = |stage: &Stage| stage.state.library.rows(Column::Tracks).iter().collect::<Vec<_>>();
    assert_eq!(tracks(&stage), [0, 1, 3, 4], "the albums that have a track of the nineties");
    assert_eq!(stage.state.library.rows(Column::Albums).len(), 2);
    stage.press("a");
    let all = [1, 2, 4, 5].map(TrackId).to_vec();
    assert_eq!(stage.asked(), [Command::Queue(Queue::Append(Target::Tracks(all)))]);
}

#[test]
fn a_filter_and_a_search_go_through_groups() {
    let mut stage = stage();
    line(&mut stage, "group genre");
    stage.press("/rock<Enter>");
    let selected = |stage: &Stage| match stage.state.library.selected(Column::Artists) {
        Some(Entry::Artist(row)) => stage.state.library.artist_name(row).map(str::to_owned),
        _ => None,
    };
    assert_eq!(selected(&stage).as_deref(), Some("Rock"));
    line(&mut stage, "filter charlie");
    assert_eq!(groups(&stage), ["Jazz"]);
    stage.press("<Esc><Esc>");
    assert_eq!(stage.state.filter.words, "");
    line(&mut stage, "group artist");
    assert!(stage.state.filter.is_nothing() && stage.state.library.matches.is_none());
    assert_eq!(groups(&stage), ["Ann", "Bob"]);
}

/// A new catalog leaves one where one was; a mark of a group is not taken for one of another.
#[test]
fn one_stays_in_a_group_when_the_library_changes() {
    let mut stage = stage();
    line(&mut stage, "group year");
    stage.press("jjjt");
    assert!(!stage.state.library.marks.artists.is_empty());
    let snapshot = Snapshot { catalog: catalog(), ..Snapshot::default() };
    stage.show(snapshot);
    assert_eq!(groups(&stage).len(), 4);
    assert!(stage.state.library.marks.artists.is_empty());
    stage.press("4zg");
    assert_eq!(stage.state.filter.by, GroupBy::Genre, "around: decade, folder, artist, genre");
    assert_eq!(Keymap::default().keys_for("group").as_deref(), Some("zg"));
}
