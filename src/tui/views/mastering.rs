//! Mastering of what plays, over everything but what plays: loudness before and after, how far the sound is held down, the
//! curve of the tone, and each change with its reason.

use ratatui::layout::Rect;

use super::curve;
use super::panel::{self, below};
use crate::config::theme::Role;
use crate::model::chain::Reading;
use crate::model::mastering::{Basis, MasteringView, Move, Plan, PlanView};
use crate::model::snapshot::Snapshot;
use crate::model::taste::Aspect;
use crate::model::words::said;
use crate::tui::draw::Canvas;
use crate::tui::layout::Layout;
use crate::tui::text;
use crate::{counted, say};

/// End of the curve's scale, dB.
const MOST_DB: f32 = 6.0;
/// Rows of the curve, and what the screen must have so that there is one.
const CURVE: u16 = 7;
const WITH_CURVE: u16 = 16;
/// Least level that a bar shows, and most that one of what is held down does, dB.
const LEAST_LEVEL: f32 = -48.0;
const MOST_REDUCTION: f32 = 6.0;
const NAME: u16 = 12;

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some((line, area)) = panel::open(canvas) else {
        return;
    };
    let view = std::sync::Arc::clone(&canvas.scene.snapshot.mastering);
    title(canvas, line, &view);
    match &view.plan {
        PlanView::Made(plan) => draw_plan(canvas, area, &view, plan),
        other => say(canvas, area, &view, other),
    }
}

/// `━ Mastering: adaptive · 100 % · to -14 LUFS ━━━━━ B off  gn preset ━`
fn title(canvas: &mut Canvas<'_>, line: Rect, view: &MasteringView) {
    let settings = &view.settings;
    let target = match (&view.reference, settings.target.lufs()) {
        (Some(reference), _) => {
            say!("to {lufs:.1} LUFS as {name}", lufs = reference.lufs, name = reference.name)
        }
        (None, Some(lufs)) => say!("to {lufs} LUFS", lufs),
        (None, None) => say!("as loud as it is").to_owned(),
    };
    let target = match view.is_measuring {
        true => say!("{target} · a reference is being measured", target),
        false => target,
    };
    let words = match settings.on {
        true => say!(
            "Mastering: {preset} · {intensity} % · {target}",
            preset = said(settings.preset.name()),
            intensity = settings.intensity.percent(),
            target,
        ),
        false => say!("Mastering: off").to_owned(),
    };
    let hint = hints(canvas);
    panel::title(canvas, line, &format!(" {words} "), &hint);
}

fn hints(canvas: &Canvas<'_>) -> String {
    let all = [
        ("mastering", say!("on/off")),
        ("original", say!("compare")),
        ("preset", say!("preset")),
        ("intensity -10", say!("less")),
        ("intensity +10", say!("more")),
        ("abx", say!("blind test")),
    ];
    let known =
        all.iter().filter_map(|(line, what)| Some(format!("{} {what}", canvas.scene.keymap.keys_for(line)?)));
    format!(" {} ", known.collect::<Vec<_>>().join("  "))
}

/// Why there is nothing, and what to do.
fn say(canvas: &mut Canvas<'_>, area: Rect, view: &MasteringView, plan: &PlanView) {
    let lines = match plan {
        PlanView::Failed(why) => {
            [say!("There is no plan: {why}", why), say!("It is heard as it is").to_owned()]
        }
        PlanView::Making => [say!("The plan is being made…").to_owned(), String::new()],
        _ if view.settings.on => [say!("Nothing plays that could be mastered").to_owned(), String::new()],
        _ => {
            let key = canvas.scene.keymap.keys_for("mastering").unwrap_or_default();
            [
                say!("What plays is heard as it is").to_owned(),
                say!("{key} or `:mastering on` masters it", key),
            ]
        }
    };
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        canvas.put(area.x + 1, y, area.width.saturating_sub(1), line, Role::Dim);
    }
}

fn draw_plan(canvas: &mut Canvas<'_>, area: Rect, view: &MasteringView, plan: &Plan) {
    let mut rest = area;
    line(canvas, &mut rest, &[(say!("for"), Role::Dim), (&basis(plan.basis), Role::Text)]);
    let (before, after) = loudness(plan);
    line(canvas, &mut rest, &[(say!("before"), Role::Dim), (&before, Role::Text)]);
    line(canvas, &mut rest, &[(say!("after"), Role::Dim), (&after, Role::Text)]);
    let role = if view.original { Role::Warning } else { Role::Text };
    let words = heard(view, plan);
    line(canvas, &mut rest, &[(say!("heard"), Role::Dim), (&words, role)]);
    if reduction_area(canvas.scene.snapshot, canvas.layout).is_some() {
        draw_reduction(canvas);
        rest = below(rest, 2);
    }
    draw_taste(canvas, &mut rest, view);
    if rest.height >= WITH_CURVE - 5 && rest.width >= 40 {
        curve::draw(canvas, Rect { height: CURVE, ..rest }, MOST_DB, |hz| plan.spec.tone_db(hz));
        rest = below(rest, CURVE + 1);
    }
    for told in &plan.moves {
        rest = draw_move(canvas, rest, told);
    }
}

/// What is heard of both, or of what is compared.
fn heard(view: &MasteringView, plan: &Plan) -> String {
    let heard = match view.original {
        true => say!("the original, {db:+.1} dB: as loud as the master", db = plan.matching_db()),
        false => say!("the master").to_owned(),
    };
    let trim = match view.trim_db < -0.05 {
        true => format!(" ({})", say!("{db:+.1} dB both while compared", db = view.trim_db)),
        false => String::new(),
    };
    match (view.abx, view.trial) {
        (_, Some(told)) if !told.is_ready => {
            say!("{heard}; two tastes are made ready to compare", heard)
        }
        (_, Some(told)) => say!(
            "{which} of two tastes, both as loud; {count} answers",
            which = told.trial.heard.name(),
            count = told.answers,
        ),
        (Some(abx), None) => {
            let test = say!("{which} of a blind test: {how}", which = abx.heard.name(), how = abx.words());
            format!("{test}{trim}")
        }
        (None, None) => format!("{heard}{trim}"),
    }
}

/// `taste       bass +0.8 dB ━━━━━── 70 %   treble +0.0 dB ─────── 0 %   density +0.5 by hand`
/// What is added, and how sure that is of what was learned; nothing where nothing is known.
fn draw_taste(canvas: &mut Canvas<'_>, rest: &mut Rect, view: &MasteringView) {
    let (learned, heard) = (view.preferences.learned(), view.taste());
    let is_known =
        |aspect: Aspect| view.settings.taste.get(aspect).is_some() || learned.get(aspect).count() > 0;
    if rest.height == 0 || !Aspect::ALL.into_iter().any(is_known) {
        return;
    }
    canvas.put(rest.x, rest.y, NAME, say!("taste"), Role::Dim);
    let width = rest.width.saturating_sub(NAME) / Aspect::ALL.len() as u16;
    for (at, aspect) in Aspect::ALL.into_iter().enumerate() {
        let x = rest.x + NAME + width * at as u16;
        let unit = if aspect == Aspect::Density { "" } else { " dB" };
        let name = format!("{} {:+.1}{unit}", said(aspect.name()), heard.get(aspect));
        if view.settings.taste.get(aspect).is_some() {
            canvas.put(x, rest.y, width, &say!("{name} by hand", name), Role::Dim);
            continue;
        }
        let sure = learned.get(aspect).confidence();
        let value = match view.settings.learn {
            true => format!(" {:.0} % ", sure * 100.0),
            false => format!(" {} ", say!("not heard")),
        };
        draw_bar(canvas, Rect { x, y: rest.y, width, height: 1 }, &name, &Bar { share: sure, value });
    }
    *rest = below(*rest, 1);
}

/// A name in its column, then words.
fn line(canvas: &mut Canvas<'_>, rest: &mut Rect, parts: &[(&str, Role)]) {
    if rest.height == 0 {
        return;
    }
    let mut x = rest.x;
    for (at, (words, role)) in parts.iter().enumerate() {
        let room = rest.right().saturating_sub(x);
        let used = canvas.put(x, rest.y, if at == 0 { room.min(NAME - 1) } else { room }, words, *role);
        x += if at == 0 { NAME } else { used };
    }
    *rest = below(*rest, 1);
}

fn basis(basis: Basis) -> String {
    match basis {
        Basis::Track => say!("this track, from all of it").to_owned(),
        Basis::Album(1) => say!("its album, from the one track that is measured").to_owned(),
        Basis::Album(count) => {
            let tracks = counted!(count, "track", "tracks");
            say!("its album, from {tracks}: they share one tone and one gain", tracks)
        }
        Basis::Glimpse => {
            say!("this track, from its beginning and end; all of it is being measured").to_owned()
        }
    }
}

fn loudness(plan: &Plan) -> (String, String) {
    let source = &plan.source;
    let range = source.range_lu.map_or_else(|why| why.words().to_owned(), |range| format!("{range:.1} LU"));
    let before = say!(
        "{lufs:.1} LUFS, peak {peak:+.1} dBTP, {over:.1} dB over the loudness, range {range}",
        lufs = source.lufs,
        peak = source.true_peak_db,
        over = source.true_peak_db - source.lufs,
        range,
    );
    let missed = plan.asked_lufs - plan.aim_lufs;
    let missed = match missed > 0.05 {
        true => format!(" ({})", say!("{missed:.1} LU less than asked", missed)),
        false => String::new(),
    };
    let ceiling = plan.spec.ceiling_dbtp;
    let ceiling = ceiling.map_or(String::new(), |db| format!(", {}", say!("peak at most {db:+.1} dBTP", db)));
    let range = say!("range within {range:.1} LU of it", range = plan.range_change_lu);
    let proved = if plan.proved { format!(", {}", say!("proved on all of it")) } else { String::new() };
    let after = format!("{:.1} LUFS{missed}{ceiling}, {range}{proved}", plan.aim_lufs);
    (before, after)
}

/// Where the reduction is shown, while there is one.
pub fn reduction_area(snapshot: &Snapshot, layout: &Layout) -> Option<Rect> {
    let main = layout.main;
    let is_made = matches!(snapshot.mastering.plan, PlanView::Made(_));
    (is_made && main.height > 6).then(|| Rect {
        x: main.x + 1,
        y: main.y + 5,
        width: main.width.saturating_sub(2),
        height: 2,
    })
}

/// `held down  compressor ━━━━────── 1.2 dB   limiter ━━━─── 0.8 dB`
/// `level      before ━━━━━━━─── -18.2 dB     after ━━━━━━━━─ -14.1 dB`
pub fn draw_reduction(canvas: &mut Canvas<'_>) {
    let Some(area) = reduction_area(canvas.scene.snapshot, canvas.layout) else {
        return;
    };
    let reading = canvas.scene.gauges.reading;
    let held =
        |db: f32| Bar { share: db / MOST_REDUCTION, value: format!(" {:.1} dB ", db.clamp(0.0, 99.0) + 0.0) };
    let level = |db: f32| {
        let value = match db <= Reading::SILENCE_DB {
            true => format!(" {} ", say!("silence")),
            false => format!(" {db:.1} dB "),
        };
        Bar { share: 1.0 - db / LEAST_LEVEL, value }
    };
    let rows = [
        (
            say!("held down"),
            [(say!("compressor"), held(reading.compressor_db)), (say!("limiter"), held(reading.limiter_db))],
        ),
        (
            say!("level"),
            [(say!("before"), level(reading.before_db)), (say!("after"), level(reading.after_db))],
        ),
    ];
    for ((name, bars), y) in rows.into_iter().zip(area.y..area.bottom()) {
        canvas.put(area.x, y, NAME, name, Role::Dim);
        let half = area.width.saturating_sub(NAME) / 2;
        for (at, (name, bar)) in bars.into_iter().enumerate() {
            let x = area.x + NAME + half * at as u16;
            draw_bar(canvas, Rect { x, y, width: half, height: 1 }, name, &bar);
        }
    }
}

/// How much of it is filled, 0 to 1, and its number.
struct Bar {
    share: f32,
    value: String,
}

fn draw_bar(canvas: &mut Canvas<'_>, area: Rect, name: &str, bar: &Bar) {
    let Rect { x, y, width: all, .. } = area;
    let used = canvas.put(x, y, all, &format!("{name} "), Role::Dim);
    let width = all.saturating_sub(used + text::width_of(&bar.value, all) + 1);
    let filled = (f32::from(width) * bar.share.clamp(0.0, 1.0)).round() as u16;
    canvas.put(x + used, y, width, &"━".repeat(usize::from(filled)), Role::BarFilled);
    let empty = width - filled;
    canvas.put(x + used + filled, y, empty, &"─".repeat(usize::from(empty)), Role::BarEmpty);
    canvas.put(x + used + width, y, all, &bar.value, Role::Text);
}

/// On as many rows as its words need.
fn draw_move(canvas: &mut Canvas<'_>, area: Rect, told: &Move) -> Rect {
    if area.height == 0 {
        return area;
    }
    canvas.put(area.x, area.y, NAME, said(told.part.name()), Role::Key);
    let width = area.width.saturating_sub(NAME);
    let mut rest = area;
    for words in wrapped(&told.why, usize::from(width)) {
        if rest.height == 0 {
            break;
        }
        canvas.put(area.x + NAME, rest.y, width, &words, Role::Text);
        rest = below(rest, 1);
    }
    rest
}

/// Broken at blanks, so that each line has room.
fn wrapped(words: &str, width: usize) -> Vec<String> {
    let columns = |text: &str| usize::from(text::width_of(text, u16::MAX));
    let mut lines = vec![String::new()];
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_broken_at_blanks() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("longer than that", 3), ["longer", "than", "that"]);
        assert_eq!(wrapped("", 5), [""]);
    }
}
