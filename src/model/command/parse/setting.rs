//! Words about settings, as vim has them: `NAME`, `NAME?`, `NAME=VALUE`, `NAME!`, `NAME&`.

use super::{Call, ParseError};
use crate::later;
use crate::model::command::{Given, Setting};

const EXPECTED: &str = later!("a setting such as screen.fps=60, or its name with ?, ! or & behind it");

impl Call<'_> {
    /// `keep`: also for later runs.
    pub(super) fn setting(&self, keep: bool) -> Result<Setting, ParseError> {
        let wrong = || self.wrong(EXPECTED);
        if self.rest.is_empty() {
            return if keep { Err(wrong()) } else { Ok(Setting::List) };
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            return Err(wrong());
        }
        let give = |value| Ok(Setting::Give { name: name.to_owned(), value, keep });
        match rest {
            "" if keep => give(Given::Now),
            "" => Ok(Setting::Tell(name.to_owned())),
            "?" if !keep => Ok(Setting::Tell(name.to_owned())),
            "!" => give(Given::Other),
            "&" => give(Given::Default),
            _ => {
                let value = rest.trim_start();
                match value.strip_prefix('=') {
                    Some(value) => give(Given::Words(value.trim().to_owned())),
                    None if value.len() < rest.len() => give(Given::Words(value.to_owned())),
                    None => Err(wrong()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::parse::parse;
    use crate::model::command::{Request, Screen};

    #[test]
    fn settings_are_asked_and_given_as_vim_has_it() {
        let read = |line: &str| match parse(line) {
            Ok(Request::Screen(Screen::Set(setting))) => Ok(setting),
            other => Err(format!("{other:?}")),
        };
        let give = |name: &str, value, keep| Ok(Setting::Give { name: name.to_owned(), value, keep });
        let words = |words: &str| Given::Words(words.to_owned());
        assert_eq!(read("set"), Ok(Setting::List));
        assert_eq!(read("settings"), Ok(Setting::List));
        assert_eq!(read("set screen.fps"), Ok(Setting::Tell("screen.fps".into())));
        assert_eq!(read("set fps?"), Ok(Setting::Tell("fps".into())));
        assert_eq!(read("set fps=60"), give("fps", words("60"), false));
        assert_eq!(read("set fps = 60"), give("fps", words("60"), false));
        assert_eq!(read("set fps 60"), give("fps", words("60"), false));
        assert_eq!(read("set theme my own"), give("theme", words("my own"), false));
        assert_eq!(read("set fps="), give("fps", words(""), false));
        assert_eq!(read("set mouse!"), give("mouse", Given::Other, false));
        assert_eq!(read("set mouse&"), give("mouse", Given::Default, false));
        assert_eq!(read("set! theme=dark"), give("theme", words("dark"), true));
        assert_eq!(read("set! theme"), give("theme", Given::Now, true));
        // As typed: quotes are TOML's.
        let caps = "volume_caps={ \"alsa:x\" = 40 }";
        assert_eq!(read(&format!("set {caps}")), give("volume_caps", words("{ \"alsa:x\" = 40 }"), false));
        for wrong in ["set =5", "set! ", "set! fps?", "set fps?x", "set fps:5", "set \u{e9}=1"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
