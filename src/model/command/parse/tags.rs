//! The commands about tags, pictures and names of files.

use std::path::PathBuf;

use super::{Call, ParseError};
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
            "tag-rename" => {
                let template = self.one("a template in quotes, such as '{artist} - {title}'", |word| {
                    Some(word.to_owned())
                })?;
                return Ok(Some(change(TagWork::Rename(template))));
            }
            "tag-set" => {
                let (field, values) = self.field_and_values()?;
                vec![TagEdit::Set(field, values)]
            }
            "tag-add" => match self.field_and_values()? {
                (_, values) if values.is_empty() => return Err(self.wrong("a field, and values behind it")),
                (field, values) => vec![TagEdit::Add(field, values)],
            },
            "tag-remove" if self.arguments.is_empty() => return Err(self.wrong("names of fields")),
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
        let file = self.optional("a file", |word| Some(PathBuf::from(word)))?;
        Ok(file.unwrap_or_default())
    }

    fn field(&self, word: &str) -> Result<Field, ParseError> {
        Field::parse(word).ok_or_else(|| self.wrong("the name of a field, such as title, artist or date"))
    }

    fn field_and_values(&self) -> Result<(Field, Vec<String>), ParseError> {
        let (name, values) = self.arguments.split_first().ok_or_else(|| self.wrong("the name of a field"))?;
        let field = self.field(name)?;
        let values = values.iter().filter(|value| !value.is_empty());
        let values: Option<Vec<String>> = values.map(|value| field.accept(value)).collect();
        Ok((field, values.ok_or_else(|| self.wrong(field.expected()))?))
    }
}

fn change(work: TagWork) -> Tagging {
    Tagging::Change { what: Target::Selection, work, ask: false }
}
