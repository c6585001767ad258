//! A theme made ready for drawing: one ratatui style a role, in the colours that the terminal has. Made when a theme is
//! loaded; read by every view.

use ratatui::style::{Color, Modifier, Style};

use super::accent::{Rgb, readable};
use crate::config::theme::{Colour, Role, RoleStyle, Theme};

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// `NO_COLOR` is set: none.
    None,
    /// The 16 of old terminals and of the Linux console; other colours become the nearest of them.
    Sixteen,
    /// The 256 of the palette; other colours become the nearest of them.
    Palette,
    /// 24 bits.
    True,
}

impl Depth {
    /// From the values of `NO_COLOR`, `COLORTERM` and `TERM`.
    pub fn of(no_color: Option<&str>, colorterm: Option<&str>, term: Option<&str>) -> Self {
        if no_color.is_some_and(|value| !value.is_empty()) {
            return Self::None;
        }
        let says = |value: Option<&str>, words: &[&str]| {
            value.is_some_and(|value| words.iter().any(|word| value.contains(word)))
        };
        let true_colour = says(colorterm, &["truecolor", "24bit"])
            || says(term, &["-direct", "kitty", "alacritty", "foot", "ghostty", "wezterm"]);
        let few = ["linux", "ansi", "cons25", "cygwin", "rxvt", "rxvt-unicode", "screen"];
        let has_few = term.is_some_and(|term| few.contains(&term) || term.starts_with("vt"));
        match (true_colour, has_few) {
            (true, _) => Self::True,
            (false, true) => Self::Sixteen,
            (false, false) => Self::Palette,
        }
    }
}

/// See the module's head.
#[derive(Debug, Clone, PartialEq)]
pub struct Styles {
    styles: [Style; Role::ALL.len()],
    depth: Depth,
    spectrum: [Option<Colour>; 3],
    /// What the theme lies on, where it says so in full colour.
    ground: Option<Rgb>,
    /// What a row lies on that is selected in another list.
    resting: Option<Rgb>,
    /// Nothing but ASCII is drawn.
    pub ascii: bool,
    /// Words from right to left are put in order here.
    pub bidi: bool,
}

impl Styles {
    pub fn new(theme: &Theme, depth: Depth) -> Self {
        let plain;
        let theme = if depth == Depth::None {
            plain = theme.clone().without_colour();
            &plain
        } else {
            theme
        };
        let mut styles = [Style::default(); Role::ALL.len()];
        for &role in Role::ALL {
            styles[role as usize] = style(theme.style(role), depth);
        }
        let ground = styles[Role::Text as usize].bg;
        if depth == Depth::Sixteen {
            styles.iter_mut().for_each(|style| keep_seen(style, ground));
        }
        let spectrum =
            [Role::SpectrumLow, Role::SpectrumMid, Role::SpectrumHigh].map(|role| theme.style(role).fg);
        let ground = rgb(theme.style(Role::Text).bg);
        let resting = rgb(theme.style(Role::SelectionUnfocused).bg);
        Self { styles, depth, spectrum, ground, resting, ascii: false, bidi: false }
    }

    /// The same with another accent, for a theme on a light or dark terminal; unchanged where the terminal has too few colours.
    #[must_use]
    pub fn with_accent(mut self, accent: Option<Rgb>, on_light: bool) -> Self {
        let has_enough = matches!(self.depth, Depth::Palette | Depth::True);
        let Some(accent) = accent.filter(|_| has_enough) else { return self };
        let terminal = if on_light { (255, 255, 255) } else { (0, 0, 0) };
        let grounds = [Some(self.ground.unwrap_or(terminal)), self.resting];
        let grounds: Vec<Rgb> = grounds.into_iter().flatten().collect();
        let (r, g, b) = readable(accent, &grounds);
        for role in [Role::Accent, Role::Playing, Role::BorderFocused, Role::BarFilled] {
            self.styles[role as usize].fg = Some(colour(Colour::Rgb(r, g, b), self.depth));
        }
        self
    }

    /// The same, with nothing but ASCII to draw with where that is so.
    #[must_use]
    pub fn in_ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
    }

    /// The same, with words from right to left in the order in which they are seen, or as they come.
    #[must_use]
    pub fn in_order(self, bidi: bool) -> Self {
        Self { bidi, ..self }
    }

    pub fn of(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// A colour of a picture; `None` where the terminal has too few.
    pub fn of_picture(&self, [r, g, b]: [u8; 3]) -> Option<Color> {
        let has_enough = matches!(self.depth, Depth::Palette | Depth::True);
        has_enough.then(|| colour(Colour::Rgb(r, g, b), self.depth))
    }

    /// The style of the text with `role` laid over it.
    pub fn on_text(&self, role: Role) -> Style {
        self.of(Role::Text).patch(self.of(role))
    }

    /// The colour of a level from 0 to 1 as an area, from the ground up through the spectrum's colours; `None` where the theme
    /// has no colours that can be mixed.
    pub fn heat(&self, level: f32) -> Option<Color> {
        let [Some(Colour::Rgb(..)), Some(Colour::Rgb(..)), Some(Colour::Rgb(..))] = self.spectrum else {
            return None;
        };
        let ground = self.ground.unwrap_or((0, 0, 0));
        let steps = [Some(ground)].into_iter().chain(self.spectrum.map(rgb)).flatten().collect::<Vec<_>>();
        let place = level.clamp(0.0, 1.0) * (steps.len() - 1) as f32;
        let at = (place as usize).min(steps.len() - 2);
        let (r, g, b) = mix(steps[at], steps[at + 1], place - at as f32);
        Some(colour(Colour::Rgb(r, g, b), self.depth))
    }

    /// The spectrum's colour at a height, as strong as `weight` says from 0 (the ground) to 1; where the theme has no colours
    /// that can be mixed, dimmed below two thirds.
    pub fn faded(&self, height: f32, weight: f32) -> Style {
        let whole = self.spectrum(height);
        match self.blend(height) {
            Some(strong) => {
                let (r, g, b) = mix(self.ground.unwrap_or((0, 0, 0)), strong, weight);
                whole.fg(colour(Colour::Rgb(r, g, b), self.depth))
            }
            None if weight < 2.0 / 3.0 => whole.add_modifier(Modifier::DIM),
            None => whole,
        }
    }

    /// The spectrum's colour at a height, mixed.
    fn blend(&self, height: f32) -> Option<(u8, u8, u8)> {
        let [low, mid, high] = self.spectrum.map(rgb);
        let (from, to, share) =
            if height < 0.5 { (low, mid, height * 2.0) } else { (mid, high, height * 2.0 - 1.0) };
        Some(mix(from?, to?, share))
    }

    /// The spectrum's colour at a height from 0 to 1: mixed where the theme has true colours, else in three steps.
    pub fn spectrum(&self, height: f32) -> Style {
        match self.blend(height) {
            Some((r, g, b)) => self.of(Role::Text).fg(colour(Colour::Rgb(r, g, b), self.depth)),
            _ if height < 1.0 / 3.0 => self.on_text(Role::SpectrumLow),
            _ if height < 2.0 / 3.0 => self.on_text(Role::SpectrumMid),
            _ => self.on_text(Role::SpectrumHigh),
        }
    }
}

fn rgb(colour: Option<Colour>) -> Option<Rgb> {
    if let Some(Colour::Rgb(r, g, b)) = colour { Some((r, g, b)) } else { None }
}

fn mix(from: (u8, u8, u8), to: (u8, u8, u8), share: f32) -> (u8, u8, u8) {
    let one = |from: u8, to: u8| {
        let value = f32::from(from) + (f32::from(to) - f32::from(from)) * share.clamp(0.0, 1.0);
        value.round() as u8
    };
    (one(from.0, to.0), one(from.1, to.1), one(from.2, to.2))
}

fn style(role: RoleStyle, depth: Depth) -> Style {
    let flags = [
        (role.bold, Modifier::BOLD),
        (role.dim, Modifier::DIM),
        (role.italic, Modifier::ITALIC),
        (role.underlined, Modifier::UNDERLINED),
        (role.reversed, Modifier::REVERSED),
    ];
    let modifier =
        flags.into_iter().filter(|&(on, _)| on).fold(Modifier::empty(), |all, (_, flag)| all | flag);
    let mut style = Style::default().add_modifier(modifier);
    style.fg = role.fg.map(|fg| colour(fg, depth));
    style.bg = role.bg.map(|bg| colour(bg, depth));
    style
}

/// Where a terminal has few colours, two may have become one: text must be seen on its ground.
fn keep_seen(style: &mut Style, ground: Option<Color>) {
    let on = style.bg.or(ground).filter(|&on| on != Color::Reset && style.fg == Some(on));
    if let Some(on) = on {
        let is_dark = matches!(on, Color::Indexed(0..=6 | 8));
        style.fg = Some(Color::Indexed(if is_dark { 7 } else { 0 }));
    }
}

fn colour(colour: Colour, depth: Depth) -> Color {
    match colour {
        Colour::Default => Color::Reset,
        Colour::Palette(index) if depth == Depth::Sixteen && index >= 16 => {
            let (r, g, b) = of_palette(index);
            Color::Indexed(nearest_of_sixteen(r, g, b))
        }
        Colour::Palette(index) => Color::Indexed(index),
        Colour::Rgb(r, g, b) if depth == Depth::Sixteen => Color::Indexed(nearest_of_sixteen(r, g, b)),
        Colour::Rgb(r, g, b) if depth == Depth::True => Color::Rgb(r, g, b),
        Colour::Rgb(r, g, b) => Color::Indexed(nearest_of_palette(r, g, b)),
    }
}

/// The sixteen as the Linux console and most terminals have them.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (170, 0, 0),
    (0, 170, 0),
    (170, 85, 0),
    (0, 0, 170),
    (170, 0, 170),
    (0, 170, 170),
    (170, 170, 170),
    (85, 85, 85),
    (255, 85, 85),
    (85, 255, 85),
    (255, 255, 85),
    (85, 85, 255),
    (255, 85, 255),
    (85, 255, 255),
    (255, 255, 255),
];

/// What a number from 16 to 255 of xterm's palette is.
fn of_palette(index: u8) -> (u8, u8, u8) {
    match index {
        232.. => (8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)),
        _ => {
            let at = index.saturating_sub(16);
            let step = |at: u8| STEPS[usize::from(at % 6)];
            (step(at / 36), step(at / 6), step(at))
        }
    }
}

/// By the distance that follows the eye at little cost ("redmean", Riemersma).
fn nearest_of_sixteen(r: u8, g: u8, b: u8) -> u8 {
    let far = |(r2, g2, b2): (u8, u8, u8)| {
        let mean = (i32::from(r) + i32::from(r2)) / 2;
        let [r, g, b] = [(r, r2), (g, g2), (b, b2)].map(|(a, b)| (i32::from(a) - i32::from(b)).pow(2));
        (((512 + mean) * r) >> 8) + 4 * g + (((767 - mean) * b) >> 8)
    };
    (0u8..16).min_by_key(|&at| far(SIXTEEN[usize::from(at)])).unwrap_or(7)
}

/// Of one part of xterm's cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of xterm's 6x6x6 cube (16 to 231) and grey ramp (232 to 255).
fn nearest_of_palette(r: u8, g: u8, b: u8) -> u8 {
    let far = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    let step = |value: u8| (0u8..6).min_by_key(|&at| STEPS[usize::from(at)].abs_diff(value)).unwrap_or(0);
    let (red, green, blue) = (step(r), step(g), step(b));
    let cube = [red, green, blue].map(|at| STEPS[usize::from(at)]);
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let grey_at = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey = 8 + 10 * grey_at;
    let cube_distance = far(cube[0], r) + far(cube[1], g) + far(cube[2], b);
    let grey_distance = far(grey, r) + far(grey, g) + far(grey, b);
    if grey_distance < cube_distance { 232 + grey_at } else { 16 + 36 * red + 6 * green + blue }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_the_colours() {
        assert_eq!(Depth::of(Some("1"), Some("truecolor"), None), Depth::None);
        assert_eq!(Depth::of(Some(""), Some("truecolor"), None), Depth::True);
        assert_eq!(Depth::of(None, None, Some("xterm-256color")), Depth::Palette);
        assert_eq!(Depth::of(None, None, Some("xterm-kitty")), Depth::True);
        for term in ["linux", "vt220", "screen", "rxvt"] {
            assert_eq!(Depth::of(None, None, Some(term)), Depth::Sixteen, "{term}");
        }
        assert_eq!(Depth::of(None, None, Some("screen-256color")), Depth::Palette);
        assert_eq!(Depth::of(None, Some("truecolor"), Some("screen")), Depth::True);
    }

    #[test]
    fn an_accent_takes_the_place_of_the_themes() {
        let dark = Styles::new(&Theme::built_in("dark").unwrap(), Depth::True);
        let red = dark.clone().with_accent(Some((255, 90, 90)), false);
        for role in [Role::Accent, Role::Playing, Role::BorderFocused, Role::BarFilled] {
            assert_eq!(red.of(role).fg, Some(Color::Rgb(255, 90, 90)), "{}", role.name());
        }
        assert_eq!(red.of(Role::Dim), dark.of(Role::Dim));
        assert_eq!(dark.clone().with_accent(None, false), dark);
        let few = Styles::new(&Theme::built_in("dark").unwrap(), Depth::Sixteen);
        assert_eq!(few.clone().with_accent(Some((255, 90, 90)), false), few);
        // On the terminal's own ground it follows what that is.
        let own = Styles::new(&Theme::built_in("terminal").unwrap(), Depth::True);
        let accents = [false, true]
            .map(|light| own.clone().with_accent(Some((255, 255, 0)), light).of(Role::Accent).fg);
        assert_eq!(accents[0], Some(Color::Rgb(255, 255, 0)));
        assert_ne!(accents[1], accents[0]);
    }

    #[test]
    fn on_sixteen_colours_every_text_is_seen() {
        for name in Theme::names(None) {
            let styles = Styles::new(&Theme::built_in(&name).unwrap(), Depth::Sixteen);
            for &role in Role::ALL {
                let style = styles.on_text(role);
                let is_few = |colour: Option<Color>| match colour {
                    Some(Color::Indexed(index)) => index < 16,
                    Some(Color::Reset) | None => true,
                    _ => false,
                };
                assert!(is_few(style.fg) && is_few(style.bg), "{name} {}", role.name());
                let is_area = matches!(role, Role::Border | Role::BarEmpty | Role::BarFilled);
                let is_seen = style.fg != style.bg || style.fg.is_none() || style.fg == Some(Color::Reset);
                assert!(is_area || is_seen, "{name} {}", role.name());
            }
        }
    }

    #[test]
    fn colours_become_the_nearest_of_sixteen() {
        assert_eq!(nearest_of_sixteen(250, 250, 250), 15);
        assert_eq!(nearest_of_sixteen(0x28, 0x28, 0x28), 0);
        assert_eq!(nearest_of_sixteen(0xfb, 0x49, 0x34), 9);
        assert_eq!(nearest_of_sixteen(0, 160, 170), 6);
        assert_eq!(
            (of_palette(16), of_palette(196), of_palette(255)),
            ((0, 0, 0), (255, 0, 0), (238, 238, 238))
        );
    }

    /// Values of xterm's palette, from its own table (256colres.h).
    #[test]
    fn true_colours_become_the_nearest_of_the_palette() {
        assert_eq!(nearest_of_palette(255, 0, 0), 196);
        assert_eq!(nearest_of_palette(0, 0, 0), 16);
        assert_eq!(nearest_of_palette(255, 255, 255), 231);
        assert_eq!(nearest_of_palette(0x12, 0x12, 0x12), 233);
        assert_eq!(nearest_of_palette(0x5f, 0x87, 0xaf), 67);
        assert_eq!(nearest_of_palette(0xee, 0xee, 0xee), 255);
    }
}
