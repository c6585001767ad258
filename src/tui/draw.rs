//! One frame: pure, from a scene into cells. Touches what is visible and nothing else, so a million rows cost as much as
//! a screenful. Called by the run loop on the ui thread.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::layout::{Layout, layout};
use super::scene::{FrameMap, Hit, Scene};
use super::{bidi, symbols, text, views};
use crate::config::theme::Role;

/// What a view draws with.
pub struct Canvas<'a> {
    pub scene: Scene<'a>,
    pub layout: &'a Layout,
    pub buf: &'a mut Buffer,
    pub map: &'a mut FrameMap,
}

impl Canvas<'_> {
    pub fn style(&self, role: Role) -> Style {
        self.scene.styles.on_text(role)
    }

    pub fn put(&mut self, x: u16, y: u16, width: u16, text: &str, role: Role) -> u16 {
        let (style, text) = (self.style(role), self.ordered(text, width));
        text::put(self.buf, x, y, width, &text, style)
    }

    /// As [`Self::put`], in the order in which it was typed: for what a cursor goes through.
    pub fn put_typed(&mut self, x: u16, y: u16, width: u16, text: &str, role: Role) -> u16 {
        let style = self.style(role);
        text::put(self.buf, x, y, width, text, style)
    }

    /// In the order in which it is to stand in the cells.
    pub fn ordered<'t>(&self, text: &'t str, width: u16) -> Cow<'t, str> {
        if self.scene.styles.bidi { bidi::visual(text, width) } else { text.into() }
    }

    /// The parts of this text stand from right to left.
    pub fn goes_left(&self, text: &str) -> bool {
        self.scene.styles.bidi && bidi::goes_left(text)
    }

    pub fn put_right(&mut self, x: u16, y: u16, width: u16, text: &str, role: Role) -> u16 {
        let (style, text) = (self.style(role), self.ordered(text, width));
        text::put_right(self.buf, x, y, width, &text, style)
    }

    /// Blanks an area for something that lies on top.
    pub fn clear(&mut self, area: Rect) {
        let style = self.scene.styles.of(Role::Text);
        for y in area.y..area.bottom() {
            for x in area.x..area.right() {
                text::cell(self.buf, x, y, " ", Style::reset().patch(style));
            }
        }
    }

    pub fn fill(&mut self, area: Rect, symbol: &str, role: Role) {
        let style = self.style(role);
        for y in area.y..area.bottom() {
            for x in area.x..area.right() {
                text::cell(self.buf, x, y, symbol, style);
            }
        }
    }

    pub fn hit(&mut self, area: Rect, hit: Hit) {
        self.map.add(area, hit);
    }
}

/// Draws everything into an empty buffer of the state's size.
pub fn draw(scene: &Scene<'_>, buf: &mut Buffer) -> FrameMap {
    let layout = layout(scene.state);
    let mut map = FrameMap::default();
    buf.set_style(buf.area, scene.styles.of(Role::Text));
    let mut canvas = Canvas { scene: *scene, layout: &layout, buf, map: &mut map };
    views::frame::draw(&mut canvas);
    views::library::draw(&mut canvas);
    views::playlists::draw(&mut canvas);
    views::queue::draw(&mut canvas);
    views::visual::draw(&mut canvas);
    views::now::draw(&mut canvas);
    if scene.state.help.is_some() {
        views::help::draw(&mut canvas);
    } else if scene.state.signal {
        views::signal::draw(&mut canvas);
    } else if scene.state.song {
        views::song::draw(&mut canvas);
    } else if scene.state.mastering {
        views::mastering::draw(&mut canvas);
    } else if scene.state.eq.is_some() {
        views::equaliser::draw(&mut canvas);
    }
    views::outputs::draw(&mut canvas);
    views::report::draw(&mut canvas);
    views::tags::draw(&mut canvas);
    views::status::draw(&mut canvas);
    views::menu::draw(&mut canvas);
    if scene.state.prompt.is_some() {
        views::prompt::draw(&mut canvas);
    }
    views::hint::draw(&mut canvas);
    views::debug::draw(&mut canvas);
    if scene.styles.ascii {
        symbols::plain(buf);
    }
    map
}

/// A part of the frame that moves by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gauge {
    /// What is heard, looked at.
    Spectrum,
    /// What plays, with its times.
    Now,
    /// How far mastering holds the sound down.
    Reading,
    /// The words of what plays.
    Lyrics,
    /// What the screen costs.
    Debug,
}

/// The gauges in sight, none of them beneath anything else.
pub fn gauges(scene: &Scene<'_>) -> Vec<(Gauge, Rect)> {
    let layout = layout(scene.state);
    let state = scene.state;
    let beneath = state.prompt.is_some() || state.menu.is_some() || !state.chord.is_empty();
    let covered = state.is_covered() || beneath;
    let spectrum = layout.spectrum.filter(|_| !covered).map(|area| (Gauge::Spectrum, area));
    let is_clear = state.mastering && !beneath;
    let reading = views::mastering::reduction_area(scene.snapshot, &layout).filter(|_| is_clear);
    let reading = reading.map(|area| (Gauge::Reading, area));
    let lyrics = state.shows_lyrics() && !beneath;
    let lyrics = lyrics.then_some((Gauge::Lyrics, layout.main)).filter(|(_, area)| !area.is_empty());
    spectrum
        .into_iter()
        .chain(reading)
        .chain(lyrics)
        .chain(layout.now.map(|area| (Gauge::Now, area)))
        .chain(views::debug::area(scene).map(|area| (Gauge::Debug, area)))
        .collect()
}

/// Draws one gauge alone into an empty buffer of its area, as [`draw`] would.
pub fn draw_gauge(scene: &Scene<'_>, gauge: Gauge, buf: &mut Buffer) {
    let layout = layout(scene.state);
    let mut map = FrameMap::default();
    buf.set_style(buf.area, scene.styles.of(Role::Text));
    let mut canvas = Canvas { scene: *scene, layout: &layout, buf, map: &mut map };
    match gauge {
        Gauge::Spectrum => views::visual::draw(&mut canvas),
        Gauge::Now => views::now::draw(&mut canvas),
        Gauge::Reading => views::mastering::draw_reduction(&mut canvas),
        Gauge::Lyrics if scene.state.song => views::song::draw(&mut canvas),
        Gauge::Lyrics => views::report::draw(&mut canvas),
        Gauge::Debug => views::debug::draw(&mut canvas),
    }
    if scene.styles.ascii {
        symbols::plain(buf);
    }
}
