//! The line at the foot where words are typed: editing, history, completion. Pure; changed by `update::prompting`, read
//! by the prompt's view.

pub mod complete;
pub mod edit;
pub mod history;

use std::borrow::Cow;

use crate::model::query::QueryError;
use crate::model::tag::Field;
use crate::model::words::said;
use crate::say;
use complete::Completion;
use edit::Line;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Command,
    Search,
    Filter,
    /// The values of a field of tags.
    Field(Field),
}

impl Kind {
    /// Kinds whose lines are kept, each at its place.
    pub const KEPT: [Self; 3] = [Self::Command, Self::Search, Self::Filter];

    /// What stands before the words.
    pub fn sign(self) -> Cow<'static, str> {
        match self {
            Self::Command => ":".into(),
            Self::Search => "/".into(),
            Self::Filter => format!("{} ", say!("filter")).into(),
            Self::Field(field) => format!("{}: ", said(field.name())).into(),
        }
    }
}

/// One open prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    pub kind: Kind,
    pub line: Line,
    pub completion: Option<Completion>,
    /// Why the words of a search or filter are no query, and where.
    pub error: Option<QueryError>,
    /// How many entries of the history back, and what was typed before going there.
    pub recalled: Option<(usize, String)>,
    /// What to go back to when it is left without Enter.
    pub before: Before,
}

/// See [`Prompt::before`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Before {
    /// The cursor of the searched list.
    pub cursor: usize,
    pub filter: String,
    /// The filter is the queue's.
    pub of_queue: bool,
}

impl Prompt {
    pub fn new(kind: Kind, text: &str, before: Before) -> Self {
        Self { kind, line: Line::new(text), completion: None, error: None, recalled: None, before }
    }
}
