//! Words about queue templates.

use super::{Call, ParseError, parse_switch};
use crate::later;
use crate::model::command::{IntoQueue, Templating};
use crate::model::template::{Template, TemplateName, tag};

const NAME: &str = later!("the name of a template");
const NEW_NAME: &str = later!("a name of up to 120 characters");

impl Call<'_> {
    pub(super) fn template(&self) -> Result<Option<Templating>, ParseError> {
        Ok(Some(match self.row.name {
            "template-save" => {
                let (name, tags) = self.name_and_rest(NEW_NAME)?;
                let name = TemplateName::new(name).ok_or_else(|| self.wrong(NEW_NAME))?;
                Templating::Save(name, self.tags(tags)?)
            }
            "template-load" => {
                let (name, how) = self.name_and_rest(NAME)?;
                Templating::Load(name.clone(), self.way(how)?)
            }
            "template-rename" => match self.arguments {
                [name, new] => {
                    let new = TemplateName::new(new).ok_or_else(|| self.wrong(NEW_NAME))?;
                    Templating::Rename(name.clone(), new)
                }
                _ => return Err(self.wrong(later!("the name of a template, and a new one"))),
            },
            "template-delete" => Templating::Delete(self.one(NAME, |name| Some(name.to_owned()))?),
            "template-tag" => {
                let (name, tags) = self.name_and_rest(NAME)?;
                Templating::Tag(name.clone(), self.tags(tags)?)
            }
            "template-note" => {
                let (name, words) = self.name_and_rest(NAME)?;
                Templating::Note(name.clone(), self.note(&words.join(" "))?)
            }
            "template-favourite" => {
                let expected = later!("the name of a template, and on, off or nothing");
                match self.arguments {
                    [name] => Templating::Favourite(name.clone(), None),
                    [name, word] => {
                        let on = parse_switch(word).ok_or_else(|| self.wrong(expected))?;
                        Templating::Favourite(name.clone(), Some(on))
                    }
                    _ => return Err(self.wrong(expected)),
                }
            }
            "template-list" => Templating::List(self.arguments.join(" ")),
            _ => return Ok(None),
        }))
    }

    fn name_and_rest(&self, expected: &'static str) -> Result<(&String, &[String]), ParseError> {
        self.arguments.split_first().ok_or_else(|| self.wrong(expected))
    }

    fn tags(&self, words: &[String]) -> Result<Vec<String>, ParseError> {
        let mut tags: Vec<String> = Vec::new();
        for word in words {
            let tag =
                tag(word).ok_or_else(|| self.wrong(later!("tags: single words of up to 40 characters")))?;
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        if tags.len() > Template::MOST_TAGS {
            Err(self.wrong(later!("not more than 20 tags")))
        } else {
            Ok(tags)
        }
    }

    fn note(&self, text: &str) -> Result<String, ParseError> {
        let fits = text.chars().count() <= Template::MOST_NOTE && !text.contains(char::is_control);
        if fits {
            Ok(text.to_owned())
        } else {
            Err(self.wrong(later!("a note of up to 1000 characters in a line")))
        }
    }

    fn way(&self, words: &[String]) -> Result<IntoQueue, ParseError> {
        match words {
            [] => Ok(IntoQueue::Replace),
            [word] if word == "replace" => Ok(IntoQueue::Replace),
            [word] if word == "append" => Ok(IntoQueue::Append),
            [word] if word == "next" => Ok(IntoQueue::Insert),
            _ => Err(self.wrong(later!("replace, append, next, or nothing behind the name"))),
        }
    }
}
