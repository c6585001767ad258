//! The library by genre, year, folder: other first columns over the same albums.

use auralis::config::keys::Keymap;
use auralis::model::catalog::Catalog;
use auralis::model::command::{Command, Queue, Target};
use auralis::model::grouping::GroupBy;
use auralis::model::id::TrackId;
use auralis::model::snapshot::Snapshot;
use auralis::tui::browse::{Column, Entry};
use auralis::tui::scene::Hit;
use auralis::tui::update::{Input, Mouse};
use insta::assert_snapshot;
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
    assert_eq!(by("folder"), ["ann", "bob"], "those in a folder are beneath it");
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
    assert_eq!(stage.state.filter.by, GroupBy::Genre.into(), "around: decade, folder, artist, genre");
    assert_eq!(Keymap::default().keys_for("group").as_deref(), Some("zg"));
}

/// The first column's rows as a person would write them down: two blanks for each level, what is selected behind `>`.
fn rows(stage: &Stage) -> Vec<String> {
    let browse = &stage.state.library;
    let row = |at| match browse.entry(Column::Artists, at)? {
        Entry::Artist(row) => {
            let name = browse.artist_name(row).filter(|name| !name.is_empty());
            let selected = if browse.list(Column::Artists).cursor == at { ">" } else { "" };
            let depth = usize::from(browse.depth(row).unwrap_or(0));
            Some(format!("{}{selected}{}", "  ".repeat(depth), name.unwrap_or(browse.nameless(row))))
        }
        _ => None,
    };
    (0..browse.len(Column::Artists)).filter_map(row).collect()
}

/// By these levels, after these keys.
fn tree(levels: &str, keys: &str) -> Stage {
    let mut stage = stage();
    line(&mut stage, &format!("group {levels}"));
    stage.press(keys);
    stage
}

fn said(stage: &Stage) -> String {
    format!("{:?}", stage.state.notices.shown())
}

#[test]
fn levels_are_a_tree_of_what_tracks_say() {
    assert_eq!(rows(&tree("genre artist", "")), ["(no genre)", "Jazz", "Pop", "Rock"]);
    let all = ["(no genre)", "  Bob", "Jazz", "  Ann", "Pop", "  Ann", "  Bob", "Rock", "  Ann"];
    assert_eq!(rows(&tree("genre artist", "zR")), all);
    assert_eq!(rows(&tree("genre/artist", "zR")), all, "as it is written in the settings");
    let three = [
        "(no year)",
        "  (no genre)",
        "    Bob",
        "1990s",
        "  Pop",
        "    Ann",
        "    Bob",
        "  Rock",
        "    Ann",
        "2000s",
        "  Jazz",
        "    Ann",
    ];
    assert_eq!(rows(&tree("decade genre artist", "zR")), three);
    assert_eq!(rows(&tree("artist", "zR")), ["Ann", "Bob"]);
    let stage = tree("genre genre", "");
    assert!(said(&stage).contains("one to four of"), "{}", said(&stage));
}

/// Ann has two albums, of which one alone has a track of pop.
#[test]
fn a_row_has_the_albums_with_a_track_in_it_and_in_all_above_it() {
    let albums =
        |keys| tree("genre artist", keys).state.library.rows(Column::Albums).iter().collect::<Vec<_>>();
    assert_eq!(albums("jjjzo"), [0, 2], "pop: Ann's first and Bob's");
    assert_eq!(albums("jjjzoj"), [0]);
    assert_eq!(albums("jjjzojj"), [2]);
    assert_eq!(albums("jjzoj"), [1], "jazz by Ann");
    let lines = tree("genre artist", "").lines();
    for (name, tracks) in [("(no genre)", "1"), ("Jazz", "1"), ("Pop", "2"), ("Rock", "2")] {
        let row = lines.iter().filter_map(|line| line.split('│').next()).find(|row| row.contains(name));
        assert_eq!(row.and_then(|row| row.split_whitespace().last()), Some(tracks), "{name}");
    }
}

#[test]
fn folders_are_beneath_the_folders_that_they_are_in() {
    let folders = |folders: &[&str], keys: &str| {
        let mut builder = CatalogBuilder::new();
        builder.artist("Ann").album("First", "1994");
        for folder in folders {
            builder.track("Alpha", "", 10).says(&[], 0, folder);
        }
        let mut stage = Stage::new(140, 40, Snapshot { catalog: builder.build(), ..Snapshot::default() });
        line(&mut stage, "group folder");
        stage.press(keys);
        rows(&stage)
    };
    let paths = ["/m/lib/rock/old", "/m/lib/rock/new/live", "/m/solo/deep/down"];
    assert_eq!(folders(&paths, ""), ["lib/rock", "solo/deep/down"]);
    assert_eq!(folders(&paths, "zR"), ["lib/rock", "  new/live", "  old", "solo/deep/down"]);
    let own = ["/m/lib/rock/old", "/m/lib/rock/new", "/m/lib", "/m", "/m/solo"];
    assert_eq!(
        folders(&own, "zR"),
        ["/", "lib", "  rock", "    new", "    old", "solo"],
        "lib has a track of its own"
    );
    assert_eq!(folders(&["/m/a"], "zR"), ["/"], "all that there is");
    assert_eq!(rows(&tree("folder", "zR")), ["ann", "  first", "  second", "bob"]);
    assert_eq!(rows(&tree("folder genre", "zR"))[..4], ["ann", "  first", "    Pop", "    Rock"]);
    assert_eq!(
        rows(&tree("genre folder", "jjzo"))[1..4],
        [">Jazz", "  ann/second", "Pop"],
        "one on the way: one row"
    );
}

#[test]
fn folds_open_and_close_by_the_keys_of_vim() {
    let closed = ["(no genre)", "Jazz", "Pop", "Rock"];
    let pop = ["(no genre)", "Jazz", ">Pop", "  Ann", "  Bob", "Rock"];
    let shut = ["(no genre)", "Jazz", ">Pop", "Rock"];
    for (keys, expected) in [
        ("jjjza", &pop[..]),
        ("jjjzo", &pop),
        ("jjjzozo", &pop),
        ("jjj:fold open<Enter>", &pop),
        ("jjj:fold<Enter>", &pop),
        ("jjjzaza", &shut),
        ("jjjzozc", &shut),
        ("jjjzojjzc", &shut),
        ("jjjzojza", &shut),
        ("zRjjjjjjzM", &shut),
        ("zR:fold close-all<Enter>", &closed),
        ("jjjzolhzc", &shut),
    ] {
        assert_eq!(rows(&tree("genre artist", keys)), expected, "{keys}");
    }
    let two = ["(no year)", ">1990s", "  Pop", "    Ann", "    Bob", "  Rock", "    Ann", "2000s"];
    assert_eq!(rows(&tree("decade genre artist", "jj2zo")), two);
    assert_eq!(rows(&tree("decade genre artist", "jj2zojj2zc")), ["(no year)", ">1990s", "2000s"]);
    for (levels, keys) in
        [("genre artist", "zo"), ("genre artist", "jzc"), ("artist", "jzR"), ("genre artist", "jlzo")]
    {
        let stage = tree(levels, keys);
        assert!(said(&stage).contains("There is no fold here"), "{levels} {keys}: {}", said(&stage));
    }
}

/// What opens while one is beneath it does not move one away.
#[test]
fn one_stays_where_one_is_when_other_folds_change() {
    let stage = tree("genre artist", "jjjjzR");
    assert_eq!(rows(&stage)[7], ">Rock");
    let mut stage = tree("genre artist", "jjjzojllj");
    let track = stage.state.library.selected(Column::Tracks);
    stage.press("hhzR");
    assert_eq!(stage.state.library.selected(Column::Tracks), track);
    assert_eq!(rows(&stage)[5], "  >Ann");
}

#[test]
fn what_is_open_stays_open_in_another_catalog_and_behind_a_filter() {
    let mut stage = tree("genre artist", "jjjzoj");
    let open = ["(no genre)", "Jazz", "Pop", "  >Ann", "  Bob", "Rock"];
    assert_eq!(rows(&stage), open);
    stage.show(Snapshot { catalog: catalog(), ..Snapshot::default() });
    assert_eq!(rows(&stage), open);
    line(&mut stage, "filter alpha");
    assert_eq!(rows(&stage), ["Pop", "  >Ann", "Rock"]);
    line(&mut stage, "filter charlie");
    assert_eq!(rows(&stage), ["Jazz"]);
    stage.press("<Esc><Esc>");
    assert_eq!(rows(&stage).len(), 6);
    line(&mut stage, "group folder");
    line(&mut stage, "group genre artist");
    assert_eq!(rows(&stage).len(), 6);
}

#[test]
fn a_search_looks_into_closed_folds_and_opens_the_way() {
    let typed = tree("genre artist", "/bob");
    assert_eq!(rows(&typed), [">(no genre)", "Jazz", "Pop", "Rock"], "while it is typed nothing opens");
    let found = tree("genre artist", "/bob<Enter>");
    assert_eq!(rows(&found), ["(no genre)", "  >Bob", "Jazz", "Pop", "Rock"]);
    let mut next = tree("genre artist", "/bob<Enter>n");
    assert_eq!(rows(&next), ["(no genre)", "  Bob", "Jazz", "Pop", "  Ann", "  >Bob", "Rock"]);
    next.press("zM<C-o>");
    assert_eq!(rows(&next), ["(no genre)", "  >Bob", "Jazz", "Pop", "Rock"], "where one was, opened again");
    assert_eq!(rows(&tree("genre artist", "/bob<Esc>")), ["(no genre)", "Jazz", "Pop", "Rock"]);
    assert_eq!(rows(&tree("genre artist", "G/jazz<Enter>"))[1], ">Jazz");
}

#[test]
fn what_is_revealed_is_not_hidden_by_a_fold() {
    // The first of what is played is Alpha, of Ann's first album: pop before rock.
    let stage = tree("genre artist", "jjjjllgd:reveal artist<Enter>");
    assert_eq!(rows(&stage), ["(no genre)", "Jazz", "Pop", "  >Ann", "  Bob", "Rock"]);
    assert_eq!(stage.state.column(), Column::Artists);
    let stage = tree("folder", "jllj:reveal artist<Enter>");
    assert_eq!(rows(&stage), ["ann", "  >first", "  second", "bob"]);
}

#[test]
fn motions_go_by_letters_and_by_what_rows_are() {
    let at =
        |keys: &str| tree("genre artist", &format!("zR{keys}")).state.library.list(Column::Artists).cursor;
    // 0 is all, then (no genre), Bob, Jazz, Ann, Pop, Ann, Bob, Rock, Ann.
    for (keys, to) in [("jjjj*", 6), ("jjjj2*", 9), ("jjjjj}", 6), ("jjjjj3}", 8), ("G{", 8), ("jjjjj*", 5)] {
        assert_eq!(at(keys), to, "{keys}");
    }
}

/// A group stands for all beneath it: with both marked nothing is there twice.
#[test]
fn what_is_beneath_a_marked_group_is_taken_once() {
    let pop = || vec![Command::Queue(Queue::Append(Target::Tracks([1, 2, 4, 5].map(TrackId).to_vec())))];
    assert_eq!(tree("genre artist", "jjjzotta").asked(), pop());
    assert_eq!(tree("genre artist", "jjjzo3a").asked(), pop());
    let ann = vec![Command::Queue(Queue::Append(Target::Tracks([1, 2].map(TrackId).to_vec())))];
    assert_eq!(tree("genre artist", "jjjzoja").asked(), ann);
}

#[test]
fn a_click_on_its_sign_opens_a_fold() {
    let mut stage = tree("genre artist", "j");
    stage.draw();
    let sign = stage.map.area_of(Hit::Fold(3)).unwrap();
    stage.input(Input::Mouse(Mouse::Press(sign.x, sign.y)));
    assert_eq!(rows(&stage), [">(no genre)", "Jazz", "Pop", "  Ann", "  Bob", "Rock"]);
    stage.draw();
    assert_eq!(stage.map.area_of(Hit::Fold(4)), None, "a row without any beneath it has no sign");
    stage.input(Input::Mouse(Mouse::Press(sign.x, sign.y)));
    assert_eq!(rows(&stage), [">(no genre)", "Jazz", "Pop", "Rock"]);
    stage.draw();
    stage.input(Input::Mouse(Mouse::Press(sign.x + 4, sign.y)));
    assert_eq!(rows(&stage)[2], ">Pop", "a click on the name selects");
}

#[test]
fn a_tree_is_seen() {
    for (name, width, height) in [("tree_80x24", 80, 24), ("tree_140x40", 140, 40)] {
        let mut stage = Stage::new(width, height, Snapshot { catalog: catalog(), ..Snapshot::default() });
        line(&mut stage, "group decade genre artist");
        stage.press("jj2zojjt");
        assert_snapshot!(name, stage.lines().join("\n"));
        stage.styles.ascii = true;
        let text = stage.lines().join("\n");
        assert!(text.is_ascii() && text.contains(" - 1990s") && text.contains(" + 2000s"), "{text}");
    }
}

/// The worker makes the groups: until it has, keys do what they did.
#[test]
fn nobody_waits_for_groups() {
    let mut stage = stage();
    stage.answers = false;
    line(&mut stage, "group genre artist");
    assert_eq!(rows(&stage), ["Ann", "Bob"]);
    stage.press("j");
    assert_eq!(rows(&stage), [">Ann", "Bob"]);
}
