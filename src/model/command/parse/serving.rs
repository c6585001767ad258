//! Words about the music server.

use super::{Call, ParseError};
use crate::model::command::Serving;

impl Call<'_> {
    pub(super) fn serving(&self) -> Result<Option<Serving>, ParseError> {
        Ok(Some(match self.row.name {
            "server-keep" => self.bare(Serving::Keep)?,
            "server-resume" => self.bare(Serving::Resume)?,
            _ => return Ok(None),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::parse::parse;
    use crate::model::command::{Command, Request};

    #[test]
    fn the_queue_is_kept_on_the_server_and_taken_from_there() {
        let core = |command| Ok(Request::Core(Command::Server(command)));
        assert_eq!(parse("server-keep"), core(Serving::Keep));
        assert_eq!(parse("server resume"), core(Serving::Resume));
        assert!(parse("server-keep x").is_err() && parse("server").is_err());
    }
}
