//! Themes: a style for each role of the screen. Built-in ones are TOML files of this repository; the user's lie in the
//! themes folder. What cannot be understood is a problem with its line and costs that role alone. [`Theme::load`] reads
//! the disk: called at start and on the screen's worker, never on the ui thread.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::problem::Problem;
use super::read;
use crate::model::suggest::nearest;

/// A colour as a terminal has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// The terminal's own foreground or background.
    Default,
    /// Of the terminal's palette; 0 to 15 are the named ones.
    Palette(u8),
    Rgb(u8, u8, u8),
}

const NAMED: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

impl Colour {
    /// `default`, a name of the sixteen, `0` to `255`, `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "default" {
            return Some(Self::Default);
        }
        if let Some(at) = NAMED.iter().position(|name| *name == text) {
            return u8::try_from(at).ok().map(Self::Palette);
        }
        match text.strip_prefix('#') {
            Some(digits) => Self::hex(digits),
            None => text.parse().ok().map(Self::Palette),
        }
    }

    fn hex(digits: &str) -> Option<Self> {
        let plain = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| plain)?;
        let [_, red, green, blue] = value.to_be_bytes();
        Some(Self::Rgb(red, green, blue))
    }
}

/// How one role looks; what is `None` or false is left as it is beneath.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RoleStyle {
    pub fg: Option<Colour>,
    pub bg: Option<Colour>,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underlined: bool,
    pub reversed: bool,
}

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident => $variant:ident),* $(,)?) => {
        /// What on the screen can be styled.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Role {
            $($(#[$doc])* $variant,)*
        }

        impl Role {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As written in a theme.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                }
            }
        }
    };
}

roles! {
    /// All text; its background is the screen's.
    text => Text,
    /// What matters less: numbers, durations, albums in the queue.
    dim => Dim,
    accent => Accent,
    /// The selected row of the focused list.
    selection => Selection,
    /// The selected row of the others.
    selection_unfocused => SelectionUnfocused,
    playing => Playing,
    border => Border,
    border_focused => BorderFocused,
    title => Title,
    bar_filled => BarFilled,
    bar_empty => BarEmpty,
    spectrum_low => SpectrumLow,
    spectrum_mid => SpectrumMid,
    spectrum_high => SpectrumHigh,
    note => Note,
    warning => Warning,
    error => Error,
    marked => Marked,
    /// Entries that would not play.
    broken => Broken,
    /// Names of keys.
    key => Key,
}

/// Why there is no such theme.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    #[error("no theme `{name}`{}", did_you_mean(.nearest.as_deref()))]
    Unknown { name: String, nearest: Option<String> },
    #[error("{0}")]
    Unreadable(Problem),
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

/// See the module's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    styles: [RoleStyle; Role::ALL.len()],
}

const BUILT_IN: [(&str, &str); 18] = [
    ("terminal", include_str!("../../themes/terminal.toml")),
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("gruvbox-dark", include_str!("../../themes/gruvbox-dark.toml")),
    ("gruvbox-light", include_str!("../../themes/gruvbox-light.toml")),
    ("nord", include_str!("../../themes/nord.toml")),
    ("solarized-dark", include_str!("../../themes/solarized-dark.toml")),
    ("solarized-light", include_str!("../../themes/solarized-light.toml")),
    ("catppuccin-mocha", include_str!("../../themes/catppuccin-mocha.toml")),
    ("catppuccin-latte", include_str!("../../themes/catppuccin-latte.toml")),
    ("tokyo-night", include_str!("../../themes/tokyo-night.toml")),
    ("dracula", include_str!("../../themes/dracula.toml")),
    ("rose-pine", include_str!("../../themes/rose-pine.toml")),
    ("everforest", include_str!("../../themes/everforest.toml")),
    ("contrast-dark", include_str!("../../themes/contrast-dark.toml")),
    ("contrast-light", include_str!("../../themes/contrast-light.toml")),
    ("colour-blind", include_str!("../../themes/colour-blind.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
];

/// The choice that follows the terminal.
pub const AUTO: &str = "auto";

impl Default for Theme {
    /// The terminal's own colours.
    fn default() -> Self {
        Self::built_in("terminal").unwrap_or(Self::empty("terminal"))
    }
}

/// What a setting may name: one theme, or `light:NAME,dark:NAME`, by the terminal's background; `auto` is the `light` and
/// the `dark` one. The name of the one that is meant.
pub fn for_background(choice: &str, is_light: bool) -> &str {
    match pair(choice) {
        Some((light, _)) if is_light => light,
        Some((_, dark)) => dark,
        None => choice,
    }
}

/// The themes for a light and for a dark background, where a choice has both.
fn pair(choice: &str) -> Option<(&str, &str)> {
    if choice == AUTO {
        return Some(("light", "dark"));
    }
    let (one, other) = choice.split_once(',').map(|(one, other)| (one.trim(), other.trim()))?;
    let as_named = |light: &'_ str, dark: &'_ str| light.starts_with("light:") && dark.starts_with("dark:");
    let (light, dark) = if as_named(one, other) { (one, other) } else { (other, one) };
    Some((light.strip_prefix("light:")?, dark.strip_prefix("dark:")?))
}

/// A theme is a file's name, never a path.
pub fn is_choice(choice: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\0']);
    pair(choice).map_or(is_name(choice), |(light, dark)| is_name(light) && is_name(dark))
}

impl Theme {
    /// The theme of that name, where it is a choice the one for a dark background: from `folder`, else a built-in one.
    pub fn load(name: &str, folder: Option<&Path>) -> Result<(Self, Vec<Problem>), ThemeError> {
        let name = for_background(name, false);
        if let Some(file) = folder.filter(|_| is_plain(name)).map(|folder| file_of(folder, name)) {
            match read::text(&file) {
                Ok(Some(text)) => return Ok(Self::parse(name, &text, &file, folder)),
                Ok(None) => {}
                Err(unreadable) => return Err(ThemeError::Unreadable(unreadable.problem(&file))),
            }
        }
        match Self::built_in(name) {
            Some(theme) => Ok((theme, Vec::new())),
            None => {
                let known = Self::names(folder);
                let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
                Err(ThemeError::Unknown { name: name.to_owned(), nearest })
            }
        }
    }

    /// Names of all themes at hand: the built-in ones, then those of `folder` in order.
    pub fn names(folder: Option<&Path>) -> Vec<String> {
        let mut names: Vec<String> = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
        let files = folder.and_then(|folder| std::fs::read_dir(folder).ok());
        let stems = files.into_iter().flatten().map_while(Result::ok).filter_map(|entry| {
            let path = entry.path();
            let is_theme = path.extension().is_some_and(|extension| extension == "toml");
            path.file_stem()?.to_str().filter(|_| is_theme).map(str::to_owned)
        });
        let mut own: Vec<String> =
            stems.filter(|name| is_plain(name) && !names.contains(name)).take(256).collect();
        own.sort_unstable();
        names.append(&mut own);
        names
    }

    pub fn built_in(name: &str) -> Option<Self> {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        let mut reading =
            Reading { text, file: Path::new(name), folder: None, heirs: &[], problems: Vec::new() };
        let base = Self::empty(name);
        Some(reading.theme(base))
    }

    /// A theme from its text; roles that it leaves out are those of the theme it `inherits` (of `folder`, or built in), else
    /// of `terminal`. `file` is only named, not read.
    pub fn parse(name: &str, text: &str, file: &Path, folder: Option<&Path>) -> (Self, Vec<Problem>) {
        Self::parse_heir(name, text, file, folder, &[name])
    }

    /// `heirs`: the themes that wait for this one, and this one itself.
    fn parse_heir(
        name: &str,
        text: &str,
        file: &Path,
        folder: Option<&Path>,
        heirs: &[&str],
    ) -> (Self, Vec<Problem>) {
        let mut reading = Reading { text, file, folder, heirs, problems: Vec::new() };
        let base = Self { name: name.to_owned(), ..Self::default() };
        let theme = reading.theme(base);
        reading.problems.sort_by_key(|problem| problem.line);
        (theme, reading.problems)
    }

    /// Without any colour, as `NO_COLOR` asks: what is selected, marked or wrong still shows by its attributes.
    #[must_use]
    pub fn without_colour(mut self) -> Self {
        for style in &mut self.styles {
            *style = RoleStyle { fg: None, bg: None, ..*style };
        }
        let mut plain = |role: Role, style: RoleStyle| self.styles[role as usize] = style;
        let none = RoleStyle::default();
        plain(Role::Selection, RoleStyle { reversed: true, ..none });
        plain(Role::SelectionUnfocused, RoleStyle { bold: true, underlined: true, ..none });
        for role in [
            Role::Playing,
            Role::Title,
            Role::Accent,
            Role::BorderFocused,
            Role::Error,
            Role::Key,
            Role::Marked,
        ] {
            plain(role, RoleStyle { bold: true, ..none });
        }
        for role in [Role::Dim, Role::Border, Role::BarEmpty, Role::Broken] {
            plain(role, RoleStyle { dim: true, ..none });
        }
        self
    }

    pub fn style(&self, role: Role) -> RoleStyle {
        self.styles[role as usize]
    }

    fn empty(name: &str) -> Self {
        Self { name: name.to_owned(), styles: [RoleStyle::default(); Role::ALL.len()] }
    }
}

/// A name that is one file of the folder and nothing else.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ' | '.'))
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.toml"))
}

/// One reading of a theme.
struct Reading<'a> {
    text: &'a str,
    file: &'a Path,
    /// Of the user's themes.
    folder: Option<&'a Path>,
    /// Names that no theme may be inherited by: it would inherit itself.
    heirs: &'a [&'a str],
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn theme(&mut self, base: Theme) -> Theme {
        let document = match DeTable::parse(self.text) {
            Ok(document) => document.into_inner(),
            Err(error) => {
                let message = format!("not TOML: {}", error.message().trim());
                self.problem(error.span().unwrap_or(0..0), message, None);
                return base;
            }
        };
        let mut theme = self.inherited(&document, base);
        for (name, value) in &document {
            let word = name.get_ref().as_ref();
            if word == "inherits" {
                continue;
            }
            match Role::ALL.iter().find(|role| role.name() == word) {
                Some(role) => self.role(&mut theme.styles[*role as usize], value.get_ref(), value.span()),
                None => {
                    let known = Role::ALL.iter().map(|role| role.name()).chain(["inherits"]);
                    let near = nearest(word, known).map(str::to_owned);
                    self.problem(name.span(), format!("unknown role `{}`", shown(word)), near);
                }
            }
        }
        theme
    }

    fn inherited(&mut self, document: &DeTable<'_>, base: Theme) -> Theme {
        let Some((_, value)) = document.iter().find(|(name, _)| name.get_ref().as_ref() == "inherits") else {
            return base;
        };
        let DeValue::String(name) = value.get_ref() else {
            self.problem(value.span(), "`inherits` needs the name of a theme".to_owned(), None);
            return base;
        };
        match self.parent(name) {
            Some(parent) => Theme { styles: parent.styles, ..base },
            None => {
                let known = Theme::names(self.folder);
                let near = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
                let message = match self.heirs.contains(&name.as_ref()) {
                    true => format!("`{}` would inherit itself", shown(name)),
                    false => format!("no theme `{}`", shown(name)),
                };
                self.problem(value.span(), message, near.filter(|near| near != name.as_ref()));
                base
            }
        }
    }

    /// A theme of the folder, else a built-in one. A file that bears the name of a built-in theme can inherit that.
    fn parent(&mut self, name: &str) -> Option<Theme> {
        let file = self.folder.filter(|_| is_plain(name)).map(|folder| file_of(folder, name));
        let Some(file) = file.filter(|_| !self.heirs.contains(&name)) else {
            return Theme::built_in(name);
        };
        let Ok(Some(text)) = read::text(&file) else { return Theme::built_in(name) };
        let heirs = [self.heirs, &[name]].concat();
        let (parent, problems) = Theme::parse_heir(name, &text, &file, self.folder, &heirs);
        self.problems.extend(problems);
        Some(parent)
    }

    /// A role as a colour, or as a table. A role that is given replaces the inherited one whole.
    fn role(&mut self, style: &mut RoleStyle, value: &DeValue<'_>, span: Range<usize>) {
        match value {
            DeValue::Table(table) => *style = self.table(table),
            value => {
                if let Some(fg) = self.colour(value, span) {
                    *style = RoleStyle { fg: Some(fg), ..RoleStyle::default() };
                }
            }
        }
    }

    fn table(&mut self, table: &DeTable<'_>) -> RoleStyle {
        let mut style = RoleStyle::default();
        for (name, value) in table {
            let word = name.get_ref().as_ref();
            match word {
                "fg" => style.fg = self.colour(value.get_ref(), value.span()),
                "bg" => style.bg = self.colour(value.get_ref(), value.span()),
                _ => match attribute(&mut style, word) {
                    Some(flag) => match value.get_ref() {
                        DeValue::Boolean(on) => *flag = *on,
                        _ => self.problem(value.span(), format!("`{word}` needs true or false"), None),
                    },
                    None => {
                        let near = nearest(word, ATTRIBUTES).map(str::to_owned);
                        self.problem(name.span(), format!("unknown attribute `{}`", shown(word)), near);
                    }
                },
            }
        }
        style
    }

    fn colour(&mut self, value: &DeValue<'_>, span: Range<usize>) -> Option<Colour> {
        let written = match value {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.as_str().to_owned(),
            _ => String::new(),
        };
        let colour = Colour::parse(&written);
        if colour.is_none() {
            let near = nearest(&written, NAMED.into_iter().chain(["default"])).map(str::to_owned);
            let message = format!("`{}` is no colour: a name, 0 to 255 or \"#rrggbb\"", shown(&written));
            self.problem(span, message, near);
        }
        colour
    }

    fn problem(&mut self, span: Range<usize>, message: String, nearest: Option<String>) {
        let line = Some(read::line_of(self.text.as_bytes(), span.start));
        self.problems.push(Problem { file: self.file.to_owned(), line, message, nearest });
    }
}

const ATTRIBUTES: [&str; 7] = ["fg", "bg", "bold", "dim", "italic", "underlined", "reversed"];

fn attribute<'a>(style: &'a mut RoleStyle, word: &str) -> Option<&'a mut bool> {
    Some(match word {
        "bold" => &mut style.bold,
        "dim" => &mut style.dim,
        "italic" => &mut style.italic,
        "underlined" => &mut style.underlined,
        "reversed" => &mut style.reversed,
        _ => return None,
    })
}

/// What the user wrote, on one short line.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Theme, Vec<String>) {
        let (theme, problems) = Theme::parse("mine", text, Path::new("mine.toml"), None);
        (theme, problems.iter().map(Problem::to_string).collect())
    }

    #[test]
    fn built_in_themes_are_whole() {
        for (name, text) in BUILT_IN {
            let (_, problems) = Theme::parse(name, text, Path::new(name), None);
            assert_eq!(problems, []);
            let document = DeTable::parse(text).unwrap().into_inner();
            for role in Role::ALL {
                let given = document.iter().any(|(key, _)| key.get_ref().as_ref() == role.name());
                assert!(given, "{name} has no {}", role.name());
            }
        }
        assert_eq!(Theme::names(None), BUILT_IN.map(|(name, _)| name));
    }

    /// Each file of the folder is built in.
    #[test]
    fn all_themes_of_the_repository_are_built_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        files.sort_unstable();
        let mut names = BUILT_IN.map(|(name, _)| name);
        names.sort_unstable();
        assert_eq!(files, names);
    }

    fn rgb(colour: Option<Colour>) -> Option<[f64; 3]> {
        let Some(Colour::Rgb(r, g, b)) = colour else { return None };
        Some([r, g, b].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        }))
    }

    /// WCAG 2.2, "contrast ratio" and "relative luminance".
    fn contrast(a: Option<Colour>, b: Option<Colour>) -> f64 {
        let luminance = |colour| rgb(colour).map(|[r, g, b]| 0.2126 * r + 0.7152 * g + 0.0722 * b);
        let (a, b) = (luminance(a).unwrap(), luminance(b).unwrap());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// By WCAG 2.2: what is read 4.5 to 1 (1.4.3), what is glanced at 3 to 1 (1.4.11), of high contrast 7 to 1 (1.4.6).
    #[test]
    fn what_is_to_be_read_stands_out_from_its_ground() {
        let mut looked = 0;
        for (name, _) in BUILT_IN {
            let theme = Theme::built_in(name).unwrap();
            let ground = theme.style(Role::Text).bg;
            if rgb(ground).is_none() {
                continue;
            }
            looked += 1;
            let is_high = name.starts_with("contrast");
            let least = |usual: f64| if is_high { 7.0 } else { usual };
            let check = |role: Role, on: Option<Colour>, usual: f64| {
                let ratio = contrast(theme.style(role).fg, on);
                assert!(ratio >= least(usual), "{name}: {} has {ratio:.2}", role.name());
            };
            [Role::Text, Role::Title].into_iter().for_each(|role| check(role, ground, 4.5));
            let glanced = [
                Role::Dim,
                Role::Accent,
                Role::Playing,
                Role::Note,
                Role::Warning,
                Role::Error,
                Role::Marked,
                Role::Broken,
                Role::Key,
            ];
            glanced.into_iter().for_each(|role| check(role, ground, 3.0));
            for role in [Role::Selection, Role::SelectionUnfocused] {
                check(role, theme.style(role).bg, 4.5);
            }
        }
        assert!(looked >= 12);
    }

    /// Protanopia and deuteranopia after Viénot, Brettel and Mollon 1999, "Digital video colourmaps for checking the legibility
    /// of displays by dichromats": linear RGB to LMS, the missing cone from the others, and back; tritanopia is rare and
    /// not in that paper.
    fn dichromat([r, g, b]: [f64; 3], protan: bool) -> [f64; 3] {
        let mut lms = [
            17.8824 * r + 43.5161 * g + 4.11935 * b,
            3.45565 * r + 27.1554 * g + 3.86714 * b,
            0.029_956_6 * r + 0.184_309 * g + 1.46709 * b,
        ];
        if protan {
            lms[0] = 2.02344 * lms[1] - 2.52581 * lms[2];
        } else {
            lms[1] = 0.494_207 * lms[0] + 1.24827 * lms[2];
        }
        let [l, m, s] = lms;
        [
            0.080_944_4 * l - 0.130_504 * m + 0.116_721 * s,
            -0.010_248_5 * l + 0.054_019_3 * m - 0.113_615 * s,
            -0.000_365_297 * l - 0.004_121_61 * m + 0.693_511 * s,
        ]
    }

    /// CIE 1976 L*a*b*, for the difference that the eye sees; D65.
    fn lab([r, g, b]: [f64; 3]) -> [f64; 3] {
        let xyz = [
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
        ];
        let [x, y, z] = xyz.map(|v| if v > 0.008_856 { v.cbrt() } else { 7.787 * v + 16.0 / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// What is told by colour alone is told to all eyes: a difference of 20 and more is seen side by side at a glance.
    #[test]
    fn the_theme_for_all_kinds_of_colour_vision_keeps_colours_apart() {
        let theme = Theme::built_in("colour-blind").unwrap();
        let told = [Role::Playing, Role::Note, Role::Warning, Role::Error, Role::Marked, Role::Accent];
        for protan in [true, false] {
            let seen = told.map(|role| lab(dichromat(rgb(theme.style(role).fg).unwrap(), protan)));
            for (at, a) in seen.iter().enumerate() {
                for (other, b) in seen.iter().enumerate().skip(at + 1) {
                    let far = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                    let names = (told[at].name(), told[other].name());
                    assert!(far >= 20.0, "{names:?} differ by {far:.1} (protan: {protan})");
                }
            }
        }
    }

    #[test]
    fn roles_are_read_and_the_rest_is_inherited() {
        let text = "inherits = \"dark\"\naccent = \"#ff8000\"\nselection = { bg = 236, bold = true }\n";
        let (theme, problems) = parse(text);
        assert_eq!(problems, [""; 0]);
        let accent = RoleStyle { fg: Some(Colour::Rgb(255, 128, 0)), ..RoleStyle::default() };
        assert_eq!(theme.style(Role::Accent), accent);
        let selection = RoleStyle { bg: Some(Colour::Palette(236)), bold: true, ..RoleStyle::default() };
        assert_eq!(theme.style(Role::Selection), selection);
        assert_eq!(theme.style(Role::Text), Theme::built_in("dark").unwrap().style(Role::Text));
    }

    #[test]
    fn each_mistake_has_its_line_and_costs_itself_alone() {
        let text = "acent = \"red\"\ntext = \"gren\"\ndim = { colour = 3, bold = 1 }\ninherits = \"drak\"\n\
                    border = \"300\"\nkey = \"red\"\n";
        let (theme, problems) = parse(text);
        let expected = [
            "mine.toml:1: unknown role `acent`; did you mean `accent`?",
            "mine.toml:2: `gren` is no colour: a name, 0 to 255 or \"#rrggbb\"; did you mean `green`?",
            "mine.toml:3: unknown attribute `colour`",
            "mine.toml:3: `bold` needs true or false",
            "mine.toml:4: no theme `drak`; did you mean `dark`?",
            "mine.toml:5: `300` is no colour: a name, 0 to 255 or \"#rrggbb\"",
        ];
        let mut problems = problems;
        problems.sort();
        let mut expected = expected.map(str::to_owned);
        expected.sort();
        assert_eq!(problems, expected);
        assert_eq!(theme.style(Role::Key).fg, Some(Colour::Palette(1)));
        assert_eq!(theme.style(Role::Text), Theme::default().style(Role::Text));
    }

    /// Of the folder before the built-in ones; in a circle none.
    #[test]
    fn a_theme_inherits_another_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("mine.toml", "inherits = \"base\"\naccent = \"red\"\n");
        write("base.toml", "inherits = \"nord\"\nkey = \"green\"\ntext = \"grean\"\n");
        write("nord.toml", "inherits = \"nord\"\ndim = \"blue\"\n");
        let load = |name: &str| {
            let (theme, problems) = Theme::load(name, Some(folder.path())).unwrap();
            let told = problems.iter().map(|problem| problem.to_string());
            let place = folder.path().display().to_string() + "/";
            (theme, told.map(|told| told.replace(&place, "")).collect::<Vec<_>>())
        };
        let (mine, problems) = load("mine");
        let found = [Role::Accent, Role::Key, Role::Dim].map(|role| mine.style(role).fg);
        assert_eq!(found, [1, 2, 4].map(|colour| Some(Colour::Palette(colour))));
        assert_eq!(mine.style(Role::Playing), Theme::built_in("nord").unwrap().style(Role::Playing));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("base.toml:3: `grean` is no colour"), "{problems:?}");
        write("base.toml", "inherits = \"mine\"\nkey = \"green\"\n");
        let (mine, problems) = load("mine");
        assert_eq!(mine.style(Role::Key).fg, Some(Colour::Palette(2)));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("base.toml:1: `mine` would inherit itself"), "{problems:?}");
    }

    #[test]
    fn themes_are_found_in_the_folder_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mine.toml"), "accent = \"red\"").unwrap();
        let secret = folder.path().join("secret.toml");
        std::fs::write(&secret, "accent = \"red\"").unwrap();
        let inner = folder.path().join("themes");
        std::fs::create_dir(&inner).unwrap();
        assert!(Theme::load("mine", Some(folder.path())).unwrap().0.style(Role::Accent).fg.is_some());
        assert!(matches!(Theme::load("../secret", Some(&inner)), Err(ThemeError::Unknown { .. })));
        let error = Theme::load("drak", Some(&inner)).unwrap_err().to_string();
        assert_eq!(error, "no theme `drak`; did you mean `dark`?");
        let own: Vec<String> = Theme::names(Some(folder.path())).split_off(BUILT_IN.len());
        assert_eq!(own, ["mine", "secret"]);
    }

    #[test]
    fn without_colour_the_selection_still_shows() {
        for (name, _) in BUILT_IN {
            let theme = Theme::built_in(name).unwrap().without_colour();
            assert!(
                Role::ALL
                    .iter()
                    .all(|&role| theme.style(role).fg.is_none() && theme.style(role).bg.is_none())
            );
            assert!(theme.style(Role::Selection).reversed);
            assert!(theme.style(Role::SelectionUnfocused).underlined);
        }
    }
}
