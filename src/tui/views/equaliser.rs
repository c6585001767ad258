//! The listener's equaliser, over everything but what plays: its curve, its bands with the selected one, and the other
//! stages for device and ears.

use ratatui::layout::Rect;

use super::curve;
use super::panel::{self, below};
use crate::config::theme::Role;
use crate::model::chain::{Band, Shape};
use crate::model::settings::SoundSettings;
use crate::say;
use crate::tui::draw::Canvas;

/// End of the curve's scale, dB.
const MOST_DB: f32 = 12.0;
/// Rows beneath the curve: its Hz are its own.
const BENEATH: u16 = 7;
/// Columns of a band.
const BAND: u16 = 7;
const NAME: u16 = 12;

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some((line, area)) = panel::open(canvas) else {
        return;
    };
    let playback = std::sync::Arc::clone(&canvas.scene.snapshot.playback);
    let sound = &playback.sound;
    title(canvas, line, sound);
    let bands = sound.eq.curve.bands();
    let at = canvas.scene.state.eq.unwrap_or(0).min(bands.len().saturating_sub(1));
    let height = area.height.saturating_sub(BENEATH).min(15);
    let mut rest = area;
    if height >= 4 && area.width >= 30 {
        let plot = Rect { height, ..area };
        // As it is heard, the gain before the bands included.
        let preamp = sound.eq.curve.preamp_db();
        curve::draw(canvas, plot, MOST_DB, |hz| preamp + sound.eq.curve.response_db(hz));
        if let Some(band) = bands.get(at) {
            canvas.put(curve::column(plot, band.hz), plot.bottom(), 1, "^", Role::Accent);
        }
        rest = below(area, height + 1);
    }
    if !bands.is_empty() {
        draw_bands(canvas, rest, bands, at);
    }
    rest = below(rest, 3);
    for (name, words) in others(sound) {
        if rest.height == 0 {
            return;
        }
        canvas.put(rest.x, rest.y, NAME.min(rest.width), name, Role::Dim);
        canvas.put(rest.x + NAME, rest.y, rest.width.saturating_sub(NAME), &words, Role::Text);
        rest = below(rest, 1);
    }
}

/// `━ Equaliser: bass · on · -6.0 dB before its bands, worked out ━━━ h l band  j k dB  Enter on/off ━`
fn title(canvas: &mut Canvas<'_>, line: Rect, sound: &SoundSettings) {
    let curve = &sound.eq.curve;
    let on = if sound.eq.on { say!("on") } else { say!("off") };
    let (name, db) = (curve.name(), curve.preamp_db());
    let words = match curve.own_preamp_db() {
        Some(_) => say!("Equaliser: {name} · {on} · {db:+.1} dB before its bands, as set", name, on, db),
        None => say!(
            "Equaliser: {name} · {on} · {db:+.1} dB before its bands, so that nothing gets louder",
            name,
            on,
            db
        ),
    };
    let hint = hints(canvas);
    panel::title(canvas, line, &format!(" {words} "), &hint);
}

fn hints(canvas: &Canvas<'_>) -> String {
    let all = [("left", ""), ("right", say!("band")), ("down", ""), ("up", "dB"), ("open", say!("on/off"))];
    let known = all.iter().filter_map(|(line, what)| {
        let keys = canvas.scene.keymap.keys_for(line)?;
        Some(if what.is_empty() { keys } else { format!("{keys} {what} ") })
    });
    format!(" {} ", known.collect::<Vec<_>>().join(" ").trim_end())
}

/// As many as fit, the selected one among them: Hz, dB, and of the selected one all.
fn draw_bands(canvas: &mut Canvas<'_>, area: Rect, bands: &[Band], at: usize) {
    if area.height < 3 {
        return;
    }
    let fit = usize::from((area.width / BAND).max(1));
    let first = at.saturating_sub(fit / 2).min(bands.len().saturating_sub(fit));
    for (column, (index, band)) in bands.iter().enumerate().skip(first).take(fit).enumerate() {
        let x = area.x + BAND * column as u16;
        let role = if index == at { Role::Accent } else { Role::Dim };
        canvas.put(x, area.y, BAND, &hertz(band.hz), role);
        let role = if index == at { Role::Accent } else { Role::Text };
        canvas.put(x, area.y + 1, BAND, &format!("{:+.1}", band.gain_db), role);
    }
    let Band { shape, hz, q, gain_db } = bands[at];
    let shape = match shape {
        Shape::Peak => say!("peak"),
        Shape::LowShelf => say!("low shelf"),
        Shape::HighShelf => say!("high shelf"),
    };
    let words = say!(
        "{number} of {all}: {shape} at {hz} Hz, {gain_db:+.1} dB, quality {q:.2}",
        number = at + 1,
        all = bands.len(),
        shape,
        hz,
        gain_db,
        q,
    );
    canvas.put(area.x, area.y + 2, area.width, &words, Role::Text);
}

fn hertz(hz: f32) -> String {
    if hz >= 1_000.0 {
        format!("{}k", (hz / 100.0).round() / 10.0)
    } else {
        format!("{}", (hz * 10.0).round() / 10.0)
    }
}

fn others(sound: &SoundSettings) -> [(&'static str, String); 3] {
    let off = || say!("off").to_owned();
    let crossfeed = sound.crossfeed.map_or_else(off, |crossfeed| {
        let (hz, db) = crossfeed.numbers();
        say!("{name}: below {hz} Hz the other side {db} dB lower", name = crossfeed.name(), hz, db)
    });
    let night = match sound.night.on {
        true => say!("{percent} %: what is quiet comes up", percent = sound.night.strength.percent()),
        false => off(),
    };
    let impulse = sound.impulse.as_ref().map_or_else(off, |impulse| {
        let seconds = impulse.length.as_secs_f64();
        say!(
            "{name}: {seconds:.2} s, turned by {db:+.1} dB",
            name = impulse.name,
            seconds,
            db = impulse.gain_db
        )
    });
    [(say!("crossfeed"), crossfeed), (say!("impulse"), impulse), (say!("night mode"), night)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_are_short() {
        let all = [31.5, 125.0, 1_000.0, 2_313.5, 16_000.0].map(hertz);
        assert_eq!(all, ["31.5", "125", "1k", "2.3k", "16k"]);
    }
}
