//! The lines between panes, their titles, and the names of panes where only one has room.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::config::theme::Role;
use crate::model::command::Pane;
use crate::say;
use crate::tui::browse::{Column, Entry};
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;
use crate::tui::text;

pub fn draw(canvas: &mut Canvas<'_>) {
    arrangements(canvas);
    tabs(canvas);
    titles(canvas);
    separators(canvas);
    if let Some(rule) = canvas.layout.rule {
        canvas.fill(rule, "─", Role::Border);
        junctions(canvas, rule);
    }
    if let Some(line) = canvas.layout.queue_titles {
        junctions(canvas, line);
    }
}

/// One list with its heading.
struct Heading {
    area: Rect,
    title: String,
    amount: String,
    focused: bool,
    /// Where its rows are tracks that have columns.
    tracks: Option<Pane>,
}

fn headings(canvas: &Canvas<'_>) -> Vec<Heading> {
    let state = canvas.scene.state;
    let column = |&(column, area): &(Column, Rect)| Heading {
        area,
        title: column_title(canvas, column),
        amount: text::count(state.library.count(column) as u64),
        focused: state.focus == Pane::Library && state.column() == column,
        tracks: (column == Column::Tracks).then_some(Pane::Library),
    };
    let mut headings: Vec<Heading> = canvas.layout.columns.iter().map(column).collect();
    if let (true, Some(area)) = (library_is_empty(canvas), library_area(canvas)) {
        let focused = state.focus == Pane::Library;
        headings = vec![Heading {
            area,
            title: say!("Library").to_owned(),
            amount: String::new(),
            focused,
            tracks: None,
        }];
    }
    headings.extend(list_headings(canvas));
    headings.extend(canvas.layout.queue.map(|area| Heading {
        area,
        title: say!("Queue").to_owned(),
        amount: queue_amount(canvas),
        focused: state.focus == Pane::Queue,
        tracks: Some(Pane::Queue),
    }));
    headings
}

/// A wall has no column beside it that says whose albums they are.
fn column_title(canvas: &Canvas<'_>, column: Column) -> String {
    let library = &canvas.scene.state.library;
    let title = library.title(column);
    match library.selected(Column::Artists) {
        Some(Entry::Artist(artist)) if canvas.layout.wall.is_some() => {
            let name = library.artist_name(artist).filter(|name| !name.is_empty());
            format!("{title} · {}", name.unwrap_or(library.nameless(artist)))
        }
        _ => title.to_owned(),
    }
}

fn list_headings(canvas: &Canvas<'_>) -> Vec<Heading> {
    let (state, layout) = (canvas.scene.state, canvas.layout);
    let focused = |in_entries| state.focus == Pane::Playlists && state.lists.in_entries == in_entries;
    let lists = layout.lists.map(|area| Heading {
        area,
        title: say!("Playlists").to_owned(),
        amount: text::count(state.lists.seen.lists.len() as u64),
        focused: focused(false),
        tracks: None,
    });
    let entries = layout.entries.zip(state.lists.selected()).map(|(area, list)| Heading {
        area,
        title: list.name.to_string(),
        amount: text::count(state.lists.len() as u64),
        focused: focused(true),
        tracks: None,
    });
    [lists, entries].into_iter().flatten().collect()
}

/// Without artists there are no columns, but one place that says what to do.
fn library_is_empty(canvas: &Canvas<'_>) -> bool {
    canvas.scene.state.library.len(Column::Artists) == 0
}

fn library_area(canvas: &Canvas<'_>) -> Option<Rect> {
    canvas.layout.columns.iter().map(|&(_, area)| area).reduce(Rect::union)
}

fn queue_amount(canvas: &Canvas<'_>) -> String {
    let queue = &canvas.scene.state.queue;
    let count = text::count(queue.seen.items.len() as u64);
    if !queue.filter.words.is_empty() {
        return say!("{shown} of {count}", shown = text::count(queue.shown() as u64), count);
    }
    match queue.duration {
        Some(duration) if !queue.seen.items.is_empty() => format!("{count} · {}", text::time(duration)),
        _ => count,
    }
}

/// The tabs, where there is more than one.
fn arrangements(canvas: &mut Canvas<'_>) {
    let Some(area) = canvas.layout.arrangements else { return };
    let state = canvas.scene.state;
    let mut x = area.x;
    for place in 0..state.tabs.count() {
        let label = format!(" {} ", state.tabs.label(place, state));
        let (start, room) = (x, area.right().saturating_sub(x));
        let on = place == state.tabs.at();
        x += canvas.put(x, area.y, room, &label, if on { Role::Selection } else { Role::Dim });
        canvas.hit(Rect::new(start, area.y, x - start, 1), Hit::Arrangement(place));
    }
}

fn tabs(canvas: &mut Canvas<'_>) {
    let Some(area) = canvas.layout.tabs else { return };
    let queued = canvas.scene.state.queue.seen.items.len();
    let amount = if queued > 0 { format!(" {}", text::count(queued as u64)) } else { String::new() };
    let mut x = area.x + 1;
    let tabs = [
        (Pane::Library, say!("Library"), ""),
        (Pane::Playlists, say!("Playlists"), ""),
        (Pane::Queue, say!("Queue"), &amount),
    ];
    for (pane, name, amount) in tabs {
        let on = canvas.scene.state.focus == pane;
        let start = x;
        let room = |x: u16| area.right().saturating_sub(x);
        x += canvas.put(x, area.y, room(x), name, if on { Role::Accent } else { Role::Dim });
        if on {
            let bold = Style::default().add_modifier(Modifier::BOLD);
            canvas.buf.set_style(Rect::new(start, area.y, x - start, 1), bold);
        } else {
            x += canvas.put(x, area.y, room(x), amount, Role::Dim);
        }
        let hit = Rect::new(start - 1, area.y, x - start + 2, 1).intersection(area);
        canvas.hit(hit, Hit::Tab(pane));
        x += 3;
    }
}

fn titles(canvas: &mut Canvas<'_>) {
    let lines = [canvas.layout.titles, canvas.layout.queue_titles];
    lines.into_iter().flatten().for_each(|line| canvas.fill(line, "─", Role::Border));
    for heading in headings(canvas) {
        let top = heading.area.y.checked_sub(1);
        let Some(y) = top.filter(|y| lines.into_iter().flatten().any(|line| line.y == *y)) else { continue };
        let area = Rect { y, height: 1, ..heading.area };
        let title = if heading.focused { Role::Accent } else { Role::Title };
        if heading.focused {
            canvas.fill(area, "━", Role::BorderFocused);
        }
        let room = area.width.saturating_sub(2);
        let text = format!(" {} ", heading.title);
        let used = canvas.put(area.x + 1, area.y, room, &text, title);
        let amount = format!("{} ", heading.amount);
        if !heading.amount.is_empty() && room > used + text::width_of(&amount, room) {
            canvas.put(area.x + 1 + used, area.y, room - used, &amount, Role::Dim);
        }
        if let Some(pane) = heading.tracks {
            super::columns::titles(canvas, area, pane);
        }
    }
}

fn separators(canvas: &mut Canvas<'_>) {
    for (area, border, _) in canvas.layout.borders() {
        canvas.hit(area, Hit::Border(border));
    }
    let titled = canvas.layout.titles;
    for x in joints(canvas) {
        for y in list_top(canvas)..list_bottom(canvas) {
            canvas.fill(Rect::new(x, y, 1, 1), "│", Role::Border);
        }
        if let Some(line) = titled {
            canvas.fill(Rect::new(x, line.y, 1, 1), "┬", Role::Border);
        }
    }
}

/// Columns of the lines between lists.
fn joints(canvas: &Canvas<'_>) -> Vec<u16> {
    let columns = canvas.layout.columns.iter().map(|&(_, area)| area.right());
    let columns: Vec<u16> = match library_area(canvas) {
        Some(area) if library_is_empty(canvas) => vec![area.right()],
        _ => columns.collect(),
    };
    let mut joints = columns;
    let none = canvas.scene.state.lists.seen.lists.is_empty();
    // Without lists there is one place that says what to do.
    joints.extend(
        canvas.layout.lists.filter(|_| !none || canvas.layout.entries.is_none()).map(|area| area.right()),
    );
    joints.extend(canvas.layout.entries.map(|area| area.right()));
    let beside = canvas.layout.queue.filter(|_| canvas.layout.queue_titles.is_none());
    joints.extend(beside.map(|area| area.right()));
    // Behind the last list there is nothing.
    joints.pop();
    joints
}

fn any_list(canvas: &Canvas<'_>) -> Option<Rect> {
    canvas
        .layout
        .columns
        .first()
        .map(|&(_, area)| area)
        .or(canvas.layout.lists)
        .or(canvas.layout.entries)
        .or(canvas.layout.queue)
}

fn list_top(canvas: &Canvas<'_>) -> u16 {
    any_list(canvas).map_or(0, |area| area.y)
}

fn list_bottom(canvas: &Canvas<'_>) -> u16 {
    any_list(canvas).map_or(0, |area| area.bottom())
}

/// Where the lines between lists end on a line beneath them; a title that stands there is left whole.
fn junctions(canvas: &mut Canvas<'_>, rule: Rect) {
    if list_bottom(canvas) == rule.y {
        for x in joints(canvas) {
            if ["─", "━"].contains(&canvas.buf[(x, rule.y)].symbol()) {
                canvas.fill(Rect::new(x, rule.y, 1, 1), "┴", Role::Border);
            }
        }
    }
}
