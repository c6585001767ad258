//! `import` and what stands behind it.

use std::path::PathBuf;

use super::{Call, ParseError};
use crate::later;
use crate::model::past::{Importing, Source};

impl Call<'_> {
    pub(super) fn importing(&self) -> Result<Importing, ParseError> {
        let wrong =
            || self.wrong(later!("cmus, mpd, rmpc, listenbrainz, lastfm or m3u, then a path or nothing"));
        let (flags, words): (Vec<&String>, Vec<&String>) =
            self.arguments.iter().partition(|word| *word == "--apply" || word.starts_with("--music="));
        let (source, path) = match words[..] {
            [source] => (source, None),
            [source, path] => (source, Some(PathBuf::from(path))),
            _ => return Err(wrong()),
        };
        let music = flags.iter().find_map(|flag| flag.strip_prefix("--music="));
        Ok(Importing {
            source: Source::parse(source).ok_or_else(wrong)?,
            path,
            music: music.filter(|folder| !folder.is_empty()).map(PathBuf::from),
            apply: flags.iter().any(|flag| *flag == "--apply"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::parse::parse;
    use crate::model::command::{Command, Library, Request};

    #[test]
    fn a_source_a_path_and_flags_are_read_in_any_order() {
        let asked = |words: &str| match parse(words) {
            Ok(Request::Core(Command::Library(Library::Import(asked)))) => asked,
            other => panic!("{words}: {other:?}"),
        };
        let cmus = Importing { source: Source::Cmus, path: None, music: None, apply: false };
        assert_eq!(asked("import cmus"), cmus);
        assert_eq!(asked("import cmus --apply"), Importing { apply: true, ..cmus.clone() });
        let mpd = Importing {
            source: Source::Mpd,
            path: Some("/var/lib/m p d".into()),
            music: Some("/m".into()),
            apply: true,
        };
        assert_eq!(asked("import --apply mpd '/var/lib/m p d' --music=/m"), mpd);
        for wrong in ["import", "import winamp", "import cmus a b"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
