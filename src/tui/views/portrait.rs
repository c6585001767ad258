//! How a track sounds, over everything but what plays: numbers in words, what is wrong, and each dimension on the range of the
//! library.

use ratatui::layout::Rect;

use super::rows::{Row, say_centred, visible};
use crate::config::theme::Role;
use crate::model::analysis::Rest;
use crate::model::features::Measured;
use crate::model::fingerprint::Dimension;
use crate::model::portrait::{Portrait, PortraitRow, Told};
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::list::List;
use crate::tui::report::{ReportKind, portrait_rows, state};
use crate::tui::scene::Hit;
use crate::tui::text;

/// Columns of names and of values.
const NAME: u16 = 17;
const VALUE: u16 = 11;
/// From here on there is a bar; it takes a part of the rest.
const WITH_BAR: u16 = 60;
const WIDEST_BAR: u16 = 60;
/// Words of this width are whole.
const WITH_WHOLE_WORDS: u16 = 56;

pub(super) fn draw(canvas: &mut Canvas<'_>, list: &List) {
    let main = canvas.layout.main;
    if main.is_empty() {
        return;
    }
    canvas.clear(main);
    title(canvas, Rect { height: 1, ..main });
    let area = Rect { y: main.y + 1, height: main.height - 1, ..main };
    canvas.hit(area, Hit::Report);
    let scene = canvas.scene;
    let Some(portrait) = &scene.snapshot.portrait else { return };
    let Told::Measured(measured) = &portrait.told else { return missing(canvas, area, &portrait.told) };
    let rows = portrait_rows(scene.snapshot);
    for (at, row_area) in visible(area, list, rows.len()) {
        let row = Row::new(canvas, row_area, at == list.cursor, true);
        match &rows[at] {
            PortraitRow::Line(words) => drop(row.put(canvas, 1, u16::MAX, words, Role::Text)),
            PortraitRow::Finding(words) => {
                row.put(canvas, 1, 1, "!", Role::Warning);
                row.put(canvas, 3, u16::MAX, words, Role::Warning);
            }
            PortraitRow::Dimension(dimension) => draw_dimension(canvas, &row, portrait, measured, *dimension),
        }
    }
}

/// `━ How Hunter sounds ━━━━━━━━━━━━━ against 1,234 tracks ━`
fn title(canvas: &mut Canvas<'_>, line: Rect) {
    let snapshot = canvas.scene.snapshot;
    let track = snapshot.portrait.as_ref().and_then(|portrait| snapshot.catalog.find(portrait.track));
    let words = match track {
        Some(track) => say!("How {name} sounds", name = track.title()),
        None => say!("How it sounds").to_owned(),
    };
    canvas.fill(line, "━", Role::BorderFocused);
    let how = format!(" {} ", state(snapshot, ReportKind::Portrait));
    let used =
        canvas.put(line.x + 1, line.y, line.width.saturating_sub(2), &format!(" {words} "), Role::Accent);
    let room = line.width.saturating_sub(used + 4);
    if room >= text::width_of(&how, room) && room > 0 {
        canvas.put_right(line.x + used + 2, line.y, room, &how, Role::Dim);
    }
}

/// Why there is nothing, and what to do.
fn missing(canvas: &mut Canvas<'_>, area: Rect, told: &Told) {
    let scene = canvas.scene;
    let key = scene.keymap.keys_for("analyse");
    let analyse = key.map_or_else(|| ":analyse".to_owned(), |keys| say!("{keys} or :analyse", keys));
    let measuring = scene.snapshot.analysis.running;
    let rest = scene.snapshot.analysis.rest;
    let (what, next) = match told {
        Told::Reading => (say!("Reading what was measured…").to_owned(), String::new()),
        Told::Not if rest.is_some() => (
            say!("Not measured yet: measuring {rests}", rests = rest.map_or("", Rest::words)),
            say!("{analyse} measures it now", analyse),
        ),
        Told::Not if measuring => (say!("Not measured yet: it comes next").to_owned(), String::new()),
        Told::Not => (
            say!("Not measured, or not since the file changed").to_owned(),
            say!("{analyse} measures it first, and then all that is new", analyse),
        ),
        Told::Failed(why) => (
            say!("It could not be measured: {why}", why),
            say!(":analyse tries again once the file has changed, :analyse again at once").to_owned(),
        ),
        Told::Measured(_) => return,
    };
    say_centred(canvas, area, &[(what, Role::Text), (next, Role::Dim)]);
}

fn draw_dimension(
    canvas: &mut Canvas<'_>,
    row: &Row,
    portrait: &Portrait,
    measured: &Measured,
    dimension: Dimension,
) {
    let (name, value, words) = portrait.dimension(dimension);
    let width = row.area.width;
    row.put(canvas, 1, NAME, name, Role::Dim);
    let values = NAME + 1;
    let inset = width.saturating_sub(values + VALUE);
    row.put_right(canvas, inset, &value, Role::Text);
    let bar = if width >= WITH_BAR { ((width - values - VALUE) * 2 / 5).min(WIDEST_BAR) } else { 0 };
    let at = values + VALUE + 2;
    if bar > 0 {
        draw_bar(canvas, row, (at, bar), portrait, measured, dimension);
    }
    let at = at + bar + u16::from(bar > 0) * 2;
    let room = width.saturating_sub(at);
    // The title says what it is compared with.
    let words = if room < WITH_WHOLE_WORDS { words.replace(say!(" of your library"), "") } else { words };
    row.put(canvas, at, room, &words, Role::Text);
}

/// The library from its lowest tenth to its highest light, its middle half dark, its median a line; the track on it.
fn draw_bar(
    canvas: &mut Canvas<'_>,
    row: &Row,
    (x, width): (u16, u16),
    portrait: &Portrait,
    measured: &Measured,
    dimension: Dimension,
) {
    let value = measured.fingerprint.get(dimension).ok();
    let at = |share| portrait.spread.at(dimension, share);
    let (low, high) = range(dimension, [at(0.0), at(1.0), value]);
    let place = |value: f32| {
        let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
        x + (share * f32::from(width - 1)).round() as u16
    };
    row.put(canvas, x, width, &"·".repeat(usize::from(width)), Role::BarEmpty);
    for (from, to, symbol) in [(0.1, 0.9, "░"), (0.25, 0.75, "▒")] {
        if let (Some(from), Some(to)) = (at(from).map(place), at(to).map(place)) {
            row.put(canvas, from, to + 1 - from, &symbol.repeat(usize::from(to + 1 - from)), Role::BarEmpty);
        }
    }
    if let Some(median) = at(0.5) {
        row.put(canvas, place(median), 1, "│", Role::Dim);
    }
    if let Some(value) = value {
        row.put(canvas, place(value), 1, "█", Role::BarFilled);
    }
}

/// Ends of a bar: those of the library and the track, or those of music where there are no others.
fn range(dimension: Dimension, values: [Option<f32>; 3]) -> (f32, f32) {
    let known = values.into_iter().flatten();
    let (low, high) =
        known.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low < high { (low, high) } else { dimension.about().range }
}
