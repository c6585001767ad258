//! What was measured of tracks, as columns of a list: as many as leave room for a title, with their names in the line of
//! titles. Empty where a track is not measured, `-` where there is no such number.

use ratatui::layout::Rect;

use super::rows::Row;
use crate::config::theme::Role;
use crate::model::facts::Levels;
use crate::model::id::TrackId;
use crate::model::settings::MeasuredColumn;
use crate::tui::draw::Canvas;

/// Columns at the right that lengths have, and those that titles keep at the left.
const LENGTH: u16 = 9;
const TITLE: u16 = 24;

fn width(column: MeasuredColumn) -> u16 {
    match column {
        MeasuredColumn::Tempo | MeasuredColumn::Key => 3,
        MeasuredColumn::DynamicRange => 2,
        MeasuredColumn::LoudnessRange => 4,
        MeasuredColumn::Loudness | MeasuredColumn::TruePeak => 5,
    }
}

/// The columns that a list of this width shows, each with its distance from the right edge.
fn places(columns: &[MeasuredColumn], list: u16) -> Vec<(MeasuredColumn, u16)> {
    let room = list.saturating_sub(LENGTH + TITLE);
    let mut used = 0;
    let shown: Vec<(MeasuredColumn, u16)> = columns
        .iter()
        .map(|&column| {
            used += width(column).max(column.name().len() as u16) + 2;
            (column, used)
        })
        .take_while(|(_, used)| *used <= room)
        .collect();
    let all = shown.last().map_or(0, |(_, used)| *used);
    shown.into_iter().map(|(column, used)| (column, LENGTH + all - used)).collect()
}

/// Left of what takes `used` columns at the right of a row; returns the columns that it takes.
pub(super) fn put(canvas: &mut Canvas<'_>, row: &Row, used: u16, track: TrackId) -> u16 {
    let places = places(&canvas.scene.state.columns, row.area.width);
    let Some(&(first, inset)) = places.first() else { return 0 };
    let reach = inset + width(first).max(first.name().len() as u16) + 1;
    // A length that says where it goes on may need the room.
    if used >= LENGTH {
        return 0;
    }
    let levels = canvas.scene.snapshot.facts.get(track).levels;
    if levels != Levels::default() {
        for (column, inset) in places {
            row.put_right(canvas, inset, &text(column, levels), Role::Dim);
        }
    }
    reach - used
}

/// Names of the columns, above them.
pub(super) fn titles(canvas: &mut Canvas<'_>, line: Rect) {
    for (column, inset) in places(&canvas.scene.state.columns, line.width) {
        canvas.put_right(line.x, line.y, line.width - inset, column.name(), Role::Dim);
    }
}

fn text(column: MeasuredColumn, levels: Levels) -> String {
    let tenths = |hundredths: Option<i16>| hundredths.map(|value| format!("{:.1}", f32::from(value) / 100.0));
    let text = match column {
        MeasuredColumn::Tempo => levels.tempo.map(|tenths| format!("{:.0}", f32::from(tenths) / 10.0)),
        MeasuredColumn::Key => levels.key.map(|key| key.short()),
        MeasuredColumn::Loudness => tenths(levels.lufs),
        MeasuredColumn::DynamicRange => {
            levels.dynamic_range.map(|value| format!("{:.0}", f32::from(value) / 100.0))
        }
        MeasuredColumn::LoudnessRange => tenths(levels.range),
        MeasuredColumn::TruePeak => tenths(levels.peak),
    };
    text.unwrap_or_else(|| "-".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_leave_room_for_a_title_and_stand_in_their_order() {
        let all = MeasuredColumn::ALL;
        assert!(places(&all, 30).is_empty());
        let wide = places(&all, 200);
        assert_eq!(wide.len(), all.len());
        assert!(wide.is_sorted_by(|a, b| a.1 > b.1), "{wide:?}");
        assert_eq!(wide.last().unwrap().1, LENGTH);
        for list in 0..250 {
            let shown = places(&all, list);
            assert!(all.starts_with(&shown.iter().map(|(column, _)| *column).collect::<Vec<_>>()));
            assert!(
                shown.first().is_none_or(|&(first, inset)| list - inset - width(first) >= TITLE),
                "{list}"
            );
        }
    }

    #[test]
    fn numbers_are_as_people_write_them() {
        let levels =
            Levels { lufs: Some(-981), dynamic_range: Some(720), tempo: Some(1_279), ..Levels::default() };
        let shown: Vec<String> =
            MeasuredColumn::ALL[..4].iter().map(|&column| text(column, levels)).collect();
        assert_eq!(shown, ["128", "-", "-9.8", "7"]);
    }
}
