//! What the screen may draw with.

/// As the user set it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Symbols {
    /// As the locale says.
    #[default]
    Auto,
    Unicode,
    Ascii,
}

impl Symbols {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Unicode, Self::Ascii];

    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Unicode => "unicode",
            Self::Ascii => "ascii",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|symbols| symbols.name() == name)
    }

    /// Whether nothing but ASCII may be drawn, by the values of `LC_ALL`, `LC_CTYPE` and `LANG`: the first that says
    /// something says which characters there are (POSIX, 8.2). Where none does, as in most containers, the terminal is taken
    /// for one of today's.
    pub fn is_ascii(self, locale: [Option<&str>; 3]) -> bool {
        let said = locale.into_iter().flatten().find(|value| !value.is_empty());
        match self {
            Self::Unicode => false,
            Self::Ascii => true,
            Self::Auto => said.is_some_and(|value| {
                let value = value.to_ascii_lowercase();
                !value.contains("utf-8") && !value.contains("utf8")
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_says_something_says_which_characters_there_are() {
        let table = [
            ([None, None, None], false),
            ([None, None, Some("de_DE.UTF-8")], false),
            ([None, None, Some("C.utf8")], false),
            ([None, None, Some("C")], true),
            ([Some("POSIX"), None, Some("de_DE.UTF-8")], true),
            ([Some(""), Some("en_US.ISO-8859-1"), Some("de_DE.UTF-8")], true),
            ([Some("en_US.UTF-8"), Some("C"), Some("C")], false),
        ];
        for (locale, expected) in table {
            assert_eq!(Symbols::Auto.is_ascii(locale), expected, "{locale:?}");
            assert!(Symbols::Ascii.is_ascii(locale) && !Symbols::Unicode.is_ascii(locale));
        }
    }
}
