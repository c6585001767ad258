//! What lists tell of tracks beside their titles, in columns: as many as leave room for a title, with their names in the line
//! of titles. What is measured is empty where a track is not measured, `-` where there is no such number.

use ratatui::layout::Rect;

use super::library::joined;
use super::rows::Row;
use crate::config::theme::Role;
use crate::model::catalog::TrackRef;
use crate::model::column::{ListColumn, Tells};
use crate::model::command::Pane;
use crate::model::facts::{Levels, TrackFacts};
use crate::model::query::date_text;
use crate::model::words::said;
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;

/// Columns at the right that lengths have, and those that titles keep at the left.
const LENGTH: u16 = 9;
const TITLE: u16 = 24;

/// The columns that a list of this width shows, each with the distance of its right end from the right edge. Those of
/// measurements take no room while nothing was measured.
fn places(columns: &[ListColumn], has_levels: bool, list: u16) -> Vec<(ListColumn, u16)> {
    let room = list.saturating_sub(LENGTH + TITLE);
    let mut used = 0;
    let shown: Vec<(ListColumn, u16)> = columns
        .iter()
        .filter(|column| has_levels || !column.tells.is_measured())
        .map(|&column| {
            used += column.width() + 2;
            (column, used)
        })
        .take_while(|(_, used)| *used <= room)
        .collect();
    let all = shown.last().map_or(0, |(_, used)| *used);
    shown.into_iter().map(|(column, used)| (column, LENGTH + all - used)).collect()
}

fn places_in(canvas: &Canvas<'_>, list: u16) -> Vec<(ListColumn, u16)> {
    places(canvas.scene.state.columns.all(), canvas.scene.snapshot.facts.has_levels(), list)
}

/// Whether a list of this width has a column that tells this.
pub(super) fn shows(canvas: &Canvas<'_>, list: u16, tells: Tells) -> bool {
    let columns = &canvas.scene.state.columns;
    columns.has(tells) && places_in(canvas, list).iter().any(|(column, _)| column.tells == tells)
}

/// Left of what takes `used` columns at the right of a row; returns the columns that it takes.
pub(super) fn put(canvas: &mut Canvas<'_>, row: &Row, used: u16, track: TrackRef<'_>) -> u16 {
    let places = places_in(canvas, row.area.width);
    let Some(&(first, inset)) = places.first() else { return 0 };
    // A length that says where it goes on may need the room.
    if used >= LENGTH {
        return 0;
    }
    let facts = canvas.scene.snapshot.facts.get(track.id());
    for (column, inset) in places {
        let text = text(column.tells, track, &facts);
        if column.tells.is_text() {
            let x = row.area.width - inset - column.width();
            row.put(canvas, x, column.width(), &text, Role::Dim);
        } else {
            row.put_right(canvas, inset, &text, Role::Dim);
        }
    }
    inset + first.width() + 1 - used
}

/// Names of the columns, above them.
pub(super) fn titles(canvas: &mut Canvas<'_>, line: Rect, pane: Pane) {
    for (column, inset) in places_in(canvas, line.width) {
        let area = Rect { x: line.right() - inset - column.width(), width: column.width(), ..line };
        let name = said(column.tells.name());
        let held = canvas.scene.state.pointer.title.filter(|held| held.pane == pane);
        let is_aimed_at = held.is_some_and(|held| held.over == Some(column.tells));
        let role = if is_aimed_at { Role::Accent } else { Role::Dim };
        if column.tells.is_text() {
            canvas.put(area.x, line.y, area.width, name, role);
        } else {
            canvas.put_right(area.x, line.y, area.width, name, role);
        }
        canvas.hit(area, Hit::Title(pane, column.tells));
    }
}

fn text(tells: Tells, track: TrackRef<'_>, facts: &TrackFacts) -> String {
    let number = |value: u32| if value == 0 { String::new() } else { value.to_string() };
    let day = |seconds: Option<i64>| seconds.map_or(String::new(), date_text);
    let format = track.format();
    match tells {
        Tells::Artist => joined(track.artists()),
        Tells::AlbumArtist => joined(track.album_artists()),
        Tells::Album => track.album_title().to_owned(),
        Tells::Genre => joined(track.genres()),
        Tells::Composer => joined(track.composers()),
        Tells::Year => number(track.year().unwrap_or(0).into()),
        Tells::Codec => format.codec.name().to_owned(),
        Tells::Rate => match format.spec.rate {
            0 => String::new(),
            rate => (f64::from(rate) / 1000.0).to_string(),
        },
        Tells::Bits => number(format.bits.unwrap_or(0).into()),
        Tells::Added => day(Some(track.raw().added_s.into()).filter(|&seconds| seconds > 0)),
        Tells::Plays => number(facts.plays),
        Tells::Skips => number(facts.skips),
        Tells::Played => day(facts.last_played_s),
        _ if facts.levels == Levels::default() => String::new(),
        measured => level(measured, facts.levels).unwrap_or_else(|| "-".to_owned()),
    }
}

fn level(tells: Tells, levels: Levels) -> Option<String> {
    let hundredths = |value: Option<i16>, digits: usize| {
        value.map(|value| format!("{:.digits$}", f32::from(value) / 100.0))
    };
    match tells {
        Tells::Tempo => levels.tempo.map(|tenths| format!("{:.0}", f32::from(tenths) / 10.0)),
        Tells::Key => levels.key.map(|key| key.short()),
        Tells::Loudness => hundredths(levels.lufs, 1),
        Tells::DynamicRange => hundredths(levels.dynamic_range, 0),
        Tells::LoudnessRange => hundredths(levels.range, 1),
        Tells::TruePeak => hundredths(levels.peak, 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_leave_room_for_a_title_and_stand_in_their_order() {
        let all = Tells::ALL.map(ListColumn::new);
        assert!(places(&all, true, 30).is_empty());
        let wide = places(&all, true, 400);
        assert_eq!(wide.len(), all.len());
        assert!(wide.is_sorted_by(|a, b| a.1 > b.1), "{wide:?}");
        assert_eq!(wide.last().unwrap().1, LENGTH);
        for list in 0..400 {
            let shown = places(&all, true, list);
            assert!(all.starts_with(&shown.iter().map(|(column, _)| *column).collect::<Vec<_>>()));
            assert!(
                shown.first().is_none_or(|&(first, inset)| list - inset - first.width() >= TITLE),
                "{list}"
            );
        }
    }

    #[test]
    fn numbers_are_as_people_write_them() {
        let levels =
            Levels { lufs: Some(-981), dynamic_range: Some(720), tempo: Some(1_279), ..Levels::default() };
        let shown = [Tells::Tempo, Tells::Key, Tells::Loudness, Tells::DynamicRange]
            .map(|tells| level(tells, levels).unwrap_or_default());
        assert_eq!(shown, ["128", "", "-9.8", "7"]);
    }
}
