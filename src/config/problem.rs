//! One thing in a file of the user's that could not be understood. Made by the parsers of this room; printed by the
//! command line, shown by the screen as a notice.

use std::path::PathBuf;

use crate::model::notice::{Notice, Severity};
use crate::say;

/// What is wrong, and where. All else in the file keeps working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub file: PathBuf,
    /// Counted from 1; `None` where it is about the file as a whole.
    pub line: Option<usize>,
    /// One line, no full stop.
    pub message: String,
    /// The known name that was probably meant.
    pub nearest: Option<String>,
}

impl Problem {
    /// For frontends: what is wrong, where, and what was probably meant.
    pub fn notice(&self) -> Notice {
        let place = match self.line {
            Some(line) => say!("{file}, line {line}", file = self.file.display(), line),
            None => self.file.display().to_string(),
        };
        let notice = Notice::new(Severity::Warning, place).why(self.message.clone());
        match &self.nearest {
            Some(nearest) => notice.next_step(say!("Did you mean `{nearest}`?", nearest)),
            None => notice,
        }
    }
}

impl std::fmt::Display for Problem {
    /// `FILE:LINE: MESSAGE`, as compilers and editors understand it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", self.message)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; {}", say!("did you mean `{nearest}`?", nearest)),
            None => Ok(()),
        }
    }
}
