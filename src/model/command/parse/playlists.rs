//! The commands about playlists.

use std::path::PathBuf;

use super::{Call, ParseError, parse_position};
use crate::later;
use crate::model::command::{Added, Entries, IntoQueue, ListRef, PathStyle, Playlisting, Target};
use crate::model::playlist::PlaylistName;
use crate::model::playlist::order::Order;
use crate::model::playlist::smart::{Smart, SmartError};
use crate::model::query::Query;

const NAME: &str = later!("the name of a playlist");
const NEW_NAME: &str = later!("a name of up to 120 characters");
const ENTRIES: &str =
    later!("the name of a playlist and numbers of its entries, or nothing for the selection");

impl Call<'_> {
    pub(super) fn playlist(&self) -> Result<Option<Playlisting>, ParseError> {
        Ok(Some(match self.row.name {
            "playlist-new" => Playlisting::New(self.one(NEW_NAME, PlaylistName::new)?),
            "playlist-save" => Playlisting::Save(self.one(NEW_NAME, PlaylistName::new)?),
            "playlist-add" => self.playlist_add()?,
            "playlist-add-at" => self.playlist_add_at()?,
            "playlist-add-queue" => self.playlist_add_all(Added::Queue)?,
            "playlist-add-playing" => self.playlist_add_all(Added::Playing)?,
            "playlist-remove" => {
                let (list, entries) = self.list_and_entries()?;
                Playlisting::Remove(list, entries)
            }
            "playlist-move" => self.playlist_move()?,
            "playlist-sort" => {
                self.with_list(later!("one of the orders"), Order::parse, Playlisting::Sort)?
            }
            "playlist-dedupe" => Playlisting::Dedupe(self.only_list()?),
            "playlist-note" => {
                let (list, [], text) = self.list_and_text()? else { return Err(self.wrong(NAME)) };
                Playlisting::Note(list, text)
            }
            "playlist-entry-note" => self.playlist_entry_note()?,
            "playlist-rename" => self.with_list(NEW_NAME, PlaylistName::new, Playlisting::Rename)?,
            "playlist-copy" => self.with_list(NEW_NAME, PlaylistName::new, Playlisting::Copy)?,
            "playlist-delete" => Playlisting::Delete(self.only_list()?),
            "playlist-smart" => self.playlist_smart()?,
            "playlist-freeze" => Playlisting::Freeze(self.only_list()?),
            "playlist-play" => self.playlist_queue(IntoQueue::Replace)?,
            "playlist-append" => self.playlist_queue(IntoQueue::Append)?,
            "playlist-insert" => self.playlist_queue(IntoQueue::Insert)?,
            "playlist-import" => Playlisting::Import(self.paths()),
            "playlist-export" => self.playlist_export()?,
            "playlist-list" => self.bare(Playlisting::List)?,
            _ => return Ok(None),
        }))
    }

    fn only_list(&self) -> Result<ListRef, ParseError> {
        let name = self.optional(NAME, |word| Some(ListRef::Name(word.to_owned())))?;
        Ok(name.unwrap_or(ListRef::Selection))
    }

    /// A value, and before it the list where it is not the selected one.
    fn with_list<T>(
        &self,
        expected: &'static str,
        read: impl Fn(&str) -> Option<T>,
        make: impl FnOnce(ListRef, T) -> Playlisting,
    ) -> Result<Playlisting, ParseError> {
        let (list, word) = match self.arguments {
            [word] => (ListRef::Selection, word),
            [name, word] => (ListRef::Name(name.clone()), word),
            _ => return Err(self.wrong(expected)),
        };
        Ok(make(list, read(word).ok_or_else(|| self.wrong(expected))?))
    }

    /// The path may come beside the words: see `remote::request`.
    fn playlist_export(&self) -> Result<Playlisting, ParseError> {
        let expected =
            later!("a file such as mix.m3u8, mix.pls, mix.xspf or mix.jspf, and the playlist before it");
        let style = |word: &str| match word {
            "--absolute" => Some(PathStyle::Absolute),
            "--relative" => Some(PathStyle::Relative),
            _ => None,
        };
        let styles: Vec<PathStyle> = self.arguments.iter().filter_map(|word| style(word)).collect();
        let names: Vec<&String> = self.arguments.iter().filter(|word| style(word).is_none()).collect();
        let (list, path) = match names.as_slice() {
            [path] => (ListRef::Selection, path),
            [name, path] => (ListRef::Name((*name).clone()), path),
            _ => return Err(self.wrong(expected)),
        };
        Ok(Playlisting::Export(list, PathBuf::from(path), styles.first().copied().unwrap_or_default()))
    }

    fn playlist_add(&self) -> Result<Playlisting, ParseError> {
        let (name, paths) = self.arguments.split_first().ok_or_else(|| self.wrong(NAME))?;
        Ok(added(name, None, paths))
    }

    fn playlist_add_at(&self) -> Result<Playlisting, ParseError> {
        let expected = later!("the name of a playlist, the number of an entry, and paths or none");
        let [name, place, paths @ ..] = self.arguments else { return Err(self.wrong(expected)) };
        let place = parse_position(place).ok_or_else(|| self.wrong(expected))?;
        Ok(added(name, Some(place), paths))
    }

    fn playlist_add_all(&self, what: Added) -> Result<Playlisting, ParseError> {
        Ok(Playlisting::Add { list: self.only_list()?, what, at: None })
    }

    fn list_and_entries(&self) -> Result<(ListRef, Entries), ParseError> {
        match self.arguments {
            [] => Ok((ListRef::Selection, Entries::Selection)),
            [name, numbers @ ..] if !numbers.is_empty() => {
                Ok((ListRef::Name(name.clone()), self.positions(numbers)?))
            }
            _ => Err(self.wrong(ENTRIES)),
        }
    }

    fn positions(&self, words: &[String]) -> Result<Entries, ParseError> {
        let positions: Option<Vec<usize>> = words.iter().map(|word| parse_position(word)).collect();
        positions.map(Entries::Positions).ok_or_else(|| self.wrong(ENTRIES))
    }

    fn playlist_move(&self) -> Result<Playlisting, ParseError> {
        let expected = later!("+N or -N; or a playlist, +N or -N, and numbers of its entries");
        let step = |word: &String| word.parse().map_err(|_| self.wrong(expected));
        match self.arguments {
            [by] => Ok(Playlisting::Move(ListRef::Selection, Entries::Selection, step(by)?)),
            [name, by, numbers @ ..] if !numbers.is_empty() => {
                Ok(Playlisting::Move(ListRef::Name(name.clone()), self.positions(numbers)?, step(by)?))
            }
            _ => Err(self.wrong(expected)),
        }
    }

    /// A text for the selection, or a list and then a text; what stands between is given back.
    fn list_and_text(&self) -> Result<(ListRef, &[String], String), ParseError> {
        match self.arguments {
            [text] => Ok((ListRef::Selection, &[], text.clone())),
            [name, text] => Ok((ListRef::Name(name.clone()), &[], text.clone())),
            [name, between @ .., text] => Ok((ListRef::Name(name.clone()), between, text.clone())),
            [] => {
                Err(self
                    .wrong(later!("a note in quotes, and a playlist before it or none for the selection")))
            }
        }
    }

    fn playlist_entry_note(&self) -> Result<Playlisting, ParseError> {
        let (list, numbers, text) = self.list_and_text()?;
        let entries = match (&list, numbers) {
            (ListRef::Selection, _) => Entries::Selection,
            (_, []) => {
                return Err(self.wrong(later!("a playlist, the number of an entry, and a note in quotes")));
            }
            (_, numbers) => self.positions(numbers)?,
        };
        Ok(Playlisting::NoteEntries(list, entries, text))
    }

    fn playlist_smart(&self) -> Result<Playlisting, ParseError> {
        let expected = later!("a name and a query, as in: Unheard plays:0 sort:-added limit:50");
        let name = self.arguments.first().and_then(|word| PlaylistName::new(word));
        let name = name.ok_or_else(|| self.wrong(expected))?;
        let text = behind_first_word(self.rest);
        if text.is_empty() {
            return Err(self.wrong(expected));
        }
        let asked = Smart::parse(text).and_then(|smart| match Query::parse(smart.query()) {
            Ok(_) => Ok(smart),
            Err(error) => Err(SmartError { at: error.at, message: error.message }),
        });
        match asked {
            Ok(smart) => Ok(Playlisting::Smart(name, smart)),
            Err(error) => {
                Err(ParseError::Query { at: error.at, message: error.message, query: text.to_owned() })
            }
        }
    }

    fn playlist_queue(&self, how: IntoQueue) -> Result<Playlisting, ParseError> {
        let (list, entries) = match self.arguments {
            [] => (ListRef::Selection, Entries::Selection),
            [name] => (ListRef::Name(name.clone()), Entries::All),
            [name, numbers @ ..] => (ListRef::Name(name.clone()), self.positions(numbers)?),
        };
        Ok(Playlisting::ToQueue { list, entries, how })
    }
}

/// What stands behind the first word, as typed.
fn behind_first_word(text: &str) -> &str {
    let (mut quote, mut escaped) = (None, false);
    let end = text.char_indices().find(|&(_, c)| {
        match (quote, c) {
            _ if escaped => escaped = false,
            (_, '\\') if quote != Some('\'') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, c) if c.is_whitespace() => return true,
            _ => {}
        }
        false
    });
    end.map_or("", |(at, _)| text[at..].trim())
}

/// The selection where there are no paths.
fn added(name: &str, at: Option<usize>, paths: &[String]) -> Playlisting {
    let target = match paths {
        [] => Target::Selection,
        paths => Target::Paths(paths.iter().map(PathBuf::from).collect()),
    };
    Playlisting::Add { list: ListRef::Name(name.to_owned()), what: Added::Target(target), at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::parse::parse;
    use crate::model::command::{Command, Request};

    fn read(line: &str) -> Result<Playlisting, String> {
        match parse(line) {
            Ok(Request::Core(Command::Playlist(command))) => Ok(command),
            Ok(other) => panic!("{line}: {other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    fn named(name: &str) -> ListRef {
        ListRef::Name(name.into())
    }

    #[test]
    fn a_list_is_the_selected_one_or_named() {
        let positions = |numbers: &[usize]| Entries::Positions(numbers.to_vec());
        let cases = [
            ("playlist-remove", Playlisting::Remove(ListRef::Selection, Entries::Selection)),
            ("playlist remove 'a b' 3 1", Playlisting::Remove(named("a b"), positions(&[3, 1]))),
            ("playlist-move -2", Playlisting::Move(ListRef::Selection, Entries::Selection, -2)),
            ("playlist-move x +1 4", Playlisting::Move(named("x"), positions(&[4]), 1)),
            ("playlist-dedupe", Playlisting::Dedupe(ListRef::Selection)),
            ("playlist delete x", Playlisting::Delete(named("x"))),
            ("playlist-note 'for rain'", Playlisting::Note(ListRef::Selection, "for rain".into())),
            ("playlist-note x ''", Playlisting::Note(named("x"), String::new())),
            (
                "playlist-entry-note x 2 live",
                Playlisting::NoteEntries(named("x"), positions(&[2]), "live".into()),
            ),
            (
                "playlist-export /a.pls",
                Playlisting::Export(ListRef::Selection, "/a.pls".into(), PathStyle::Auto),
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn a_query_is_taken_as_typed_and_told_where_it_is_wrong() {
        let Ok(Playlisting::Smart(name, smart)) = read("playlist smart 'a b'  title:\"c  d\" sort:title")
        else {
            panic!()
        };
        assert_eq!((name.as_str(), smart.text()), ("a b", "title:\"c  d\" sort:title"));
        let wrong = read("playlist-smart x plays:0 limit:none").unwrap_err();
        assert!(wrong.contains("limit:") && wrong.contains("character 15"), "{wrong}");
    }

    #[test]
    fn words_that_are_too_few_or_too_many_are_refused() {
        for line in [
            "playlist-new",
            "playlist-new ''",
            "playlist-add",
            "playlist-remove x",
            "playlist-move",
            "playlist-move x 1",
            "playlist-sort size",
            "playlist-smart x",
            "playlist-remove x 0",
            "playlist",
            "playlist-entry-note x note",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
