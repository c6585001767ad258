//! Every view in every size that matters, and how it is coloured: one file a view. What is written is the same in each
//! theme; where which colour lies is kept for one size, as a map of letters with the styles they stand for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use auralis::config::theme::Theme;
use auralis::model::notice::{Notice, Severity};
use auralis::model::snapshot::{ScanView, Snapshot};
use auralis::model::visual::Visual;
use auralis::tui::style::{Depth, Styles};
use auralis::tui::update::Input;
use insta::assert_snapshot;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Style;

use crate::screens::stage;
use crate::stage::{Stage, lines, small};

const SIZES: [(u16, u16); 5] = [(20, 5), (60, 16), (80, 24), (140, 40), (250, 70)];
/// In which the colours are kept.
const COLOURED: (u16, u16) = (60, 16);

/// Views, each with the lines that lead to it.
pub const VIEWS: &[(&str, &[&str])] = &[
    ("artists", &[]),
    ("albums", &["right"]),
    ("tracks", &["right", "right", "mark", "down"]),
    ("filtered", &["filter bj"]),
    ("tree", &["group artist year", "fold open-all", "down"]),
    ("tree_closed", &["group artist year", "fold close-all"]),
    ("columns", &["columns artist album year plays", "right", "right"]),
    ("queue_columns", &["columns artist album year plays", "focus queue", "down"]),
    ("menu", &["right", "menu", "down"]),
    ("prompt", &["command-line set s"]),
    ("typed", &["typed"]),
    ("similar", &["right", "similar"]),
    ("messages", &["set fps?", "set mouse?", "messages"]),
    ("wall", &["wall", "right", "mark"]),
    ("queue", &["focus queue", "down"]),
    ("playlists", &["focus playlists"]),
    ("help", &["help"]),
    ("settings", &["set", "search fps"]),
    ("song", &["cover"]),
    ("signal", &["signal"]),
    ("mastering", &["mastering-panel"]),
    ("equaliser", &["eq"]),
    ("outputs", &["outputs"]),
    ("tags", &["focus queue", "info"]),
    ("portrait", &["focus queue", "fingerprint"]),
    ("lyrics", &["lyrics"]),
    ("jobs", &["jobs"]),
    ("statistics", &["stats"]),
    ("queue_statistics", &["queue-stats"]),
    ("templates", &["templates"]),
    ("undone", &["undolist"]),
    ("scanned", &["scan-report"]),
    ("duplicates", &["duplicates"]),
];

pub fn led(size: (u16, u16), words: &[&str]) -> Stage {
    let mut stage = stage(size.0, size.1, "");
    for line in words {
        stage.input(Input::Line((*line).to_owned()));
        let told = stage.state.notices.shown();
        assert!(!format!("{told:?}").contains("Warning"), "{line}: {told:?}");
    }
    stage
}

fn themes() -> [(&'static str, Styles); 3] {
    let styles = |name: &str, depth| Styles::new(&Theme::built_in(name).unwrap(), depth);
    [
        ("dark", styles("dark", Depth::True)),
        ("light", styles("light", Depth::True)),
        ("no colour", styles("dark", Depth::None)),
    ]
}

fn style(cell: &Cell) -> Style {
    Style::reset().fg(cell.fg).bg(cell.bg).add_modifier(cell.modifier)
}

/// A letter for every style, in the order in which they come, and the cells as letters.
fn coloured(buf: &Buffer) -> String {
    let mut letters: BTreeMap<String, char> = BTreeMap::new();
    let mut legend = String::new();
    let mut map = String::new();
    for y in 0..buf.area.height {
        for x in 0..buf.area.width {
            let named = format!("{:?}", style(&buf[(x, y)]));
            let next = (b'a'..=b'z').chain(b'A'..=b'Z').nth(letters.len()).map_or('?', char::from);
            map.push(*letters.entry(named).or_insert_with_key(|named| {
                legend += &format!("{next} {named}\n");
                next
            }));
        }
        map.push('\n');
    }
    map + &legend
}

/// `fills`: areas that are filled with a colour are blank, or symbols where there is none.
fn pictured(fills: bool, stage: impl Fn((u16, u16)) -> Stage) -> String {
    let mut text = String::new();
    for size in SIZES {
        let mut stage = stage(size);
        let written = stage.lines();
        text += &format!("== {}x{}\n{}\n", size.0, size.1, written.join("\n"));
        for (name, styles) in themes() {
            stage.styles = styles;
            let buf = stage.draw();
            if !fills {
                assert_eq!(lines(&buf), written, "{name}");
            }
            if size == COLOURED {
                text += &format!("-- {name}\n{}", coloured(&buf));
            }
        }
    }
    text
}

#[test]
fn every_view_in_every_size() {
    for (name, words) in VIEWS {
        assert_snapshot!(*name, pictured(false, |size| led(size, words)));
    }
}

#[test]
fn every_visualiser_in_every_size() {
    for visual in Visual::ALL {
        let command = format!("visual {}", visual.name());
        let stage = |size| led(size, &[&command, "focus spectrum"]);
        assert_snapshot!(format!("heard_{}", visual.name()), pictured(true, stage));
    }
}

/// What comes and goes between the views, each with the keys that lead to it.
const MOMENTS: &[(&str, &str)] = &[
    ("hints", "g"),
    ("hints_of_fold", "z"),
    ("hints_of_operator", "<C-w>"),
    ("operator", "gq\"a2d"),
    ("selection", "lllVj"),
    ("macro", "qaj"),
    ("searched", "/bj"),
    ("wrong_filter", ":filter (<Enter>"),
    ("completed", ":set s<Tab>"),
    ("help_searched", "g?/volume<Enter>"),
    ("split", "<C-w>t<C-w>s"),
];

#[test]
fn every_moment_in_every_size() {
    for (name, keys) in MOMENTS {
        let moment = |(width, height): (u16, u16)| {
            let mut stage = stage(width, height, keys);
            // What waits for a key shows which may follow.
            stage.now += Duration::from_secs(1);
            stage
        };
        assert_snapshot!(format!("moment_{name}"), pictured(false, moment));
    }
}

/// A first run, before and while its music is looked for; a queue that is empty; words of the player.
#[test]
fn every_beginning_in_every_size() {
    let running = ScanView {
        running: true,
        found: 1234,
        read: 56,
        folder: Some("/music/a".into()),
        ..ScanView::default()
    };
    let still = Snapshot { catalog: small(), ..Snapshot::default() };
    let error = Notice::new(Severity::Error, "Cannot play song.mp3").why("it is no audio");
    let removed = Notice::new(Severity::Note, "Removed 3 tracks").next_step("u brings them back");
    let beginnings = [
        ("welcome", Snapshot::default(), ""),
        ("welcome_asks", Snapshot::default(), "<Enter>"),
        ("scanning", Snapshot { scan: Arc::new(running), ..Snapshot::default() }, ""),
        ("nothing_plays", still.clone(), ""),
        ("empty_queue", still.clone(), "gq"),
        ("error", Snapshot { notice: Some(Arc::new(error)), ..still.clone() }, ""),
        ("undo", Snapshot { notice: Some(Arc::new(removed)), ..still }, ""),
    ];
    for (name, snapshot, keys) in beginnings {
        let beginning = |(width, height): (u16, u16)| {
            let mut stage = Stage::new(width, height, snapshot.clone());
            stage.press(keys);
            stage
        };
        assert_snapshot!(format!("beginning_{name}"), pictured(false, beginning));
    }
}
