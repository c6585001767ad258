//! The commands about tags, pictures and names of files.

use std::path::PathBuf;

use super::{Call, ParseError};
use crate::later;
use crate::model::command::{Tagging, Target};
use crate::model::tag::Field;
use crate::model::tagging::{TagEdit, TagWork};

impl Call<'_> {
    pub(super) fn tagging(&self) -> Result<Option<Tagging>, ParseError> {
        let edits = match self.row.name {
            "tag-show" => return self.bare(Some(Tagging::Look { what: Target::Selection, tell: true })),
            "tag-write" => return self.bare(Some(Tagging::Write)),
            "tag-drop" => return self.bare(Some(Tagging::Drop)),
            "art-show" => return self.bare(Some(Tagging::Picture(Target::Selection))),
            "art-extract" => return Ok(Some(Tagging::Extract(Target::Selection, self.file()?))),
            "lookup" if self.arguments.is_empty() => return Ok(Some(Tagging::Lookup(Target::Selection))),
            "lookup" => return Ok(Some(Tagging::Lookup(Target::Paths(self.paths())))),
            "lookup-take" => {
                let number = |word: &str| word.parse().ok().filter(|&number| number > 0);
                return Ok(Some(Tagging::Take(self.one(later!("the number of a found release"), number)?)));
            }
            "tag-rename" => {
                let template = self
                    .one(later!("a template in quotes, such as '{artist} - {title}'"), |word| {
                        Some(word.to_owned())
                    })?;
                return Ok(Some(change(TagWork::Rename(template))));
            }
            "tag-set" => {
                let (field, values) = self.field_and_values()?;
                vec![TagEdit::Set(field, values)]
            }
            "tag-add" => match self.field_and_values()? {
                (_, values) if values.is_empty() => {
                    return Err(self.wrong(later!("a field, and values behind it")));
                }
                (field, values) => vec![TagEdit::Add(field, values)],
            },
            "tag-remove" if self.arguments.is_empty() => return Err(self.wrong(later!("names of fields"))),
            "tag-remove" => {
                let fields = self.arguments.iter().map(|word| self.field(word).map(TagEdit::Remove));
                fields.collect::<Result<_, _>>()?
            }
            "art-set" => vec![TagEdit::Cover(self.file()?)],
            "art-remove" => self.bare(vec![TagEdit::NoPictures])?,
            _ => return Ok(None),
        };
        Ok(Some(change(TagWork::Edit(edits))))
    }

    /// It may come beside the words: see `remote::request`.
    fn file(&self) -> Result<PathBuf, ParseError> {
        let file = self.optional(later!("a file"), |word| Some(PathBuf::from(word)))?;
        Ok(file.unwrap_or_default())
    }

    fn field(&self, word: &str) -> Result<Field, ParseError> {
        Field::parse(word)
            .ok_or_else(|| self.wrong(later!("the name of a field, such as title, artist or date")))
    }

    fn field_and_values(&self) -> Result<(Field, Vec<String>), ParseError> {
        let (name, values) =
            self.arguments.split_first().ok_or_else(|| self.wrong(later!("the name of a field")))?;
        let field = self.field(name)?;
        let values = values.iter().filter(|value| !value.is_empty());
        let values: Option<Vec<String>> = values.map(|value| field.accept(value)).collect();
        Ok((field, values.ok_or_else(|| self.wrong(field.expected()))?))
    }
}

fn change(work: TagWork) -> Tagging {
    Tagging::Change { what: Target::Selection, work, ask: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::{Command, FieldDeed, Request, Screen, parse::parse};

    fn work(line: &str) -> TagWork {
        match parse(line).unwrap() {
            Request::Core(Command::Tags(Tagging::Change { what: Target::Selection, work, ask: false })) => {
                work
            }
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn changes_of_tags_are_fields_and_values() {
        let values = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
        let edits = |edit| TagWork::Edit(vec![edit]);
        assert_eq!(work("tag set artist A 'B C'"), edits(TagEdit::Set(Field::Artist, values(&["A", "B C"]))));
        assert_eq!(work("tag-set YEAR 1997"), edits(TagEdit::Set(Field::Date, values(&["1997"]))));
        assert_eq!(work("tag set track 07"), edits(TagEdit::Set(Field::Track, values(&["7"]))));
        assert_eq!(work("tag set comment"), edits(TagEdit::Set(Field::Comment, values(&[]))));
        assert_eq!(work("tag add genre Rock"), edits(TagEdit::Add(Field::Genre, values(&["Rock"]))));
        let two = vec![TagEdit::Remove(Field::Comment), TagEdit::Remove(Field::Lyrics)];
        assert_eq!(work("tag remove comment lyrics"), TagWork::Edit(two));
        assert_eq!(work("tag rename '{artist} - {title}'"), TagWork::Rename("{artist} - {title}".into()));
        assert_eq!(work("art set cover.jpg"), edits(TagEdit::Cover("cover.jpg".into())));
        assert_eq!(work("art remove"), edits(TagEdit::NoPictures));
        let shown = Tagging::Look { what: Target::Selection, tell: true };
        assert_eq!(parse("tag show"), Ok(Request::Core(Command::Tags(shown))));
        let looked = |target| Ok(Request::Core(Command::Tags(Tagging::Lookup(target))));
        assert_eq!(parse("lookup"), looked(Target::Selection));
        assert_eq!(parse("lookup /a '/b c'"), looked(Target::Paths(vec!["/a".into(), "/b c".into()])));
        assert_eq!(parse("lookup take 3"), looked(Target::Paths(vec!["take".into(), "3".into()])));
        assert_eq!(parse("lookup-take 3"), Ok(Request::Core(Command::Tags(Tagging::Take(3)))));
        assert!(parse("lookup-take 0").is_err() && parse("lookup-take").is_err());
        assert_eq!(parse("tag-edit"), Ok(Request::Screen(Screen::TagField(FieldDeed::Edit))));
    }

    #[test]
    fn what_is_no_change_of_tags_says_what_was_expected() {
        let error = |line: &str| parse(line).unwrap_err().to_string();
        assert_eq!(
            error("tag set tittle x"),
            "`tag-set` needs the name of a field, such as title, artist or date, not `tittle x`"
        );
        assert_eq!(
            error("tag set track three"),
            "`tag-set` needs a number from 1 to 65535, not `track three`"
        );
        assert_eq!(error("tag add genre"), "`tag-add` needs a field, and values behind it, not `genre`");
        assert_eq!(error("tag remove"), "`tag-remove` needs names of fields");
        assert!(error("tag rename a b").contains("needs a template in quotes"));
        assert!(error("tag write now").contains("needs nothing behind it"));
    }
}
