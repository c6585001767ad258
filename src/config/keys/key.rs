//! One key with its modifiers, and how it is written: `j`, `G`, `<C-d>`, `<Space>`, `<S-Left>`. Pure; read by the keymap
//! and made by the screen's input.

/// What was pressed. A printed character carries its own shift: `G`, not shift and `g`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    /// F1 to F24.
    F(u8),
    /// In bindings alone: any letter from a to z, capital or not.
    Letter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
    /// Only with named keys.
    pub shift: bool,
}

const NAMES: &[(&str, Code)] = &[
    ("Space", Code::Char(' ')),
    ("Enter", Code::Enter),
    ("Esc", Code::Esc),
    ("Tab", Code::Tab),
    ("BS", Code::Backspace),
    ("Del", Code::Delete),
    ("Ins", Code::Insert),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PageUp", Code::PageUp),
    ("PageDown", Code::PageDown),
    ("lt", Code::Char('<')),
    ("letter", Code::Letter),
];

/// Other spellings, as vim and people write them.
const ALIASES: &[(&str, &str)] = &[
    ("CR", "Enter"),
    ("Return", "Enter"),
    ("Escape", "Esc"),
    ("Backspace", "BS"),
    ("Delete", "Del"),
    ("Insert", "Ins"),
    ("PgUp", "PageUp"),
    ("PgDn", "PageDown"),
    ("PgDown", "PageDown"),
];

impl Key {
    pub const fn new(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    pub const fn char(c: char) -> Self {
        Self::new(Code::Char(c))
    }

    pub const fn ctrl(c: char) -> Self {
        Self { ctrl: true, ..Self::char(c) }
    }

    /// The character that a person typed, where it is one without modifiers.
    pub fn typed(self) -> Option<char> {
        match self {
            Self { code: Code::Char(c), ctrl: false, alt: false, .. } => Some(c),
            _ => None,
        }
    }

    /// Such a letter without modifiers as [`Code::Letter`] stands for.
    pub fn letter(self) -> Option<char> {
        self.typed().filter(char::is_ascii_alphabetic)
    }

    /// A sequence of keys as written, for example `gg` or `<C-w>h`. The error is the part that is no key.
    pub fn parse_sequence(text: &str) -> Result<Vec<Self>, String> {
        let mut keys = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let end = if first == '<' { rest.find('>') } else { None };
            match end {
                // A lone `<` is the key itself.
                Some(end) if end > 1 => {
                    keys.push(Self::named(&rest[1..end]).ok_or_else(|| rest[..=end].to_owned())?);
                    rest = &rest[end + 1..];
                }
                _ if first.is_control() => return Err(first.escape_default().to_string()),
                _ => {
                    keys.push(Self::char(first));
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        Ok(keys)
    }

    /// What stands between `<` and `>`.
    fn named(text: &str) -> Option<Self> {
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut name = text;
        while let Some((modifier, rest)) = name.split_once('-').filter(|(_, rest)| !rest.is_empty()) {
            match modifier {
                "C" | "c" => ctrl = true,
                "A" | "a" | "M" | "m" => alt = true,
                "S" | "s" => shift = true,
                _ => return None,
            }
            name = rest;
        }
        let code = Self::code(name)?;
        Some(Self { code, ctrl, alt, shift }.normal())
    }

    fn code(name: &str) -> Option<Code> {
        let mut chars = name.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return (!c.is_control()).then_some(Code::Char(c));
        }
        let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name));
        let name = alias.map_or(name, |&(_, name)| name);
        if let Some(&(_, code)) = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Some(code);
        }
        let number = name.strip_prefix(['F', 'f'])?.parse().ok()?;
        (1..=24).contains(&number).then_some(Code::F(number))
    }

    /// The one form of keys that terminals send alike: shift is in the character, control ignores case.
    pub fn normal(self) -> Self {
        match self.code {
            Code::Char(c) if self.ctrl => {
                let lower = c.to_lowercase().next().unwrap_or(c);
                Self { code: Code::Char(lower), shift: false, ..self }
            }
            Code::Char(c) if self.shift => {
                let upper = c.to_uppercase().next().unwrap_or(c);
                Self { code: Code::Char(upper), shift: false, ..self }
            }
            _ => self,
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = NAMES.iter().find(|&&(_, code)| code == self.code).map(|&(name, _)| name);
        let plain = !(self.ctrl || self.alt || self.shift);
        if let (Code::Char(c), None, true) = (self.code, name, plain) {
            return write!(f, "{c}");
        }
        f.write_str("<")?;
        for (held, letter) in [(self.ctrl, "C-"), (self.alt, "A-"), (self.shift, "S-")] {
            f.write_str(if held { letter } else { "" })?;
        }
        match (self.code, name) {
            (_, Some(name)) => f.write_str(name)?,
            (Code::F(number), None) => write!(f, "F{number}")?,
            (Code::Char(c), None) => write!(f, "{c}")?,
            // Every other code has a name in the table.
            (_, None) => {}
        }
        f.write_str(">")
    }
}

/// A sequence as it is written in `keys.toml` and shown in the help.
pub fn print(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_read_and_printed_alike() {
        for text in [
            "j",
            "gg",
            "<C-d>",
            "<Space>",
            "<S-Left>",
            "<C-w>h",
            "<lt>",
            ">",
            "é",
            "<A-x>",
            "<F12>",
            "<C-A-Del>",
        ] {
            assert_eq!(print(&Key::parse_sequence(text).unwrap()), text);
        }
    }

    #[test]
    fn other_spellings_mean_the_same_key() {
        let pairs = [
            ("<CR>", "<Enter>"),
            ("<c-D>", "<C-d>"),
            ("<S-g>", "G"),
            ("<esc>", "<Esc>"),
            ("<M-x>", "<A-x>"),
            ("<PgDn>", "<PageDown>"),
            ("<", "<lt>"),
            ("<>", "<lt>>"),
            ("<C-->", "<C-->"),
        ];
        for (text, printed) in pairs {
            assert_eq!(print(&Key::parse_sequence(text).unwrap()), printed, "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_named() {
        assert_eq!(Key::parse_sequence("g<Spcae>"), Err("<Spcae>".to_owned()));
        assert_eq!(Key::parse_sequence("<F99>"), Err("<F99>".to_owned()));
        assert_eq!(Key::parse_sequence("<X-a>"), Err("<X-a>".to_owned()));
        assert_eq!(Key::parse_sequence("\u{1b}"), Err("\\u{1b}".to_owned()));
    }
}
