//! Every view in every size that matters, and how it is coloured: one file a view. What is written is the same in each
//! theme; where which colour lies is kept for one size, as a map of letters with the styles they stand for.

use std::collections::BTreeMap;

use auralis::config::theme::Theme;
use auralis::model::visual::Visual;
use auralis::tui::style::{Depth, Styles};
use auralis::tui::update::Input;
use insta::assert_snapshot;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Style;

use crate::screens::stage;
use crate::stage::{Stage, lines};

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

fn pictured(words: &[&str]) -> String {
    let mut text = String::new();
    for size in SIZES {
        let mut stage = led(size, words);
        let written = stage.lines();
        text += &format!("== {}x{}\n{}\n", size.0, size.1, written.join("\n"));
        for (name, styles) in themes() {
            stage.styles = styles;
            let buf = stage.draw();
            // Areas that are filled with a colour are blank, or symbols where there is none.
            if !words.iter().any(|word| word.starts_with("visual")) {
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
        assert_snapshot!(*name, pictured(words));
    }
}

#[test]
fn every_visualiser_in_every_size() {
    for visual in Visual::ALL {
        let command = format!("visual {}", visual.name());
        assert_snapshot!(format!("heard_{}", visual.name()), pictured(&[&command, "focus spectrum"]));
    }
}
