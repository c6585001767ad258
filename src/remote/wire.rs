//! The lines of the protocol as data, for both ends; `remote` tells what they mean. One JSON object a line.

use serde::{Deserialize, Serialize};

use super::edit::QueueEdit;
use super::lists::{ListLine, ListPage};
use super::path::JsonPath;
use super::request::{self, Wish};
use super::tell::{Tell, Telling};
use crate::model::notice::{Notice, Severity};

/// Raised when a line changes its meaning; new keys and new requests do not raise it.
pub const PROTOCOL: u32 = 1;
/// The oldest that is still spoken.
pub const OLDEST: u32 = 1;

/// Longest line, line feed not counted.
pub const MOST_LINE_BYTES: usize = 1 << 20;

/// The player's first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// The player's version.
    pub auralis: String,
    pub protocol: u32,
    pub oldest: u32,
    pub process: u32,
    /// Version of the screens that are served; 0: none.
    #[serde(default)]
    pub screens: u32,
}

impl Greeting {
    pub fn of_this_process() -> Self {
        Self {
            auralis: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: PROTOCOL,
            oldest: OLDEST,
            process: std::process::id(),
            screens: super::screen::message::VERSION,
        }
    }
}

/// A client's line: one of `hello`, `do`, `status`, `follow`, `playlists`, `playlist`, `tell`, `edit`, `screen`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hello: Option<u32>,
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<JsonPath>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub status: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow: Option<bool>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub playlists: bool,
    /// A list, of which the entries behind the first `from` are told, as many as fit into a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub playlist: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    pub from: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tell: Option<Tell>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<QueueEdit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screen: Option<ScreenAsked>,
}

/// Frames from here on, see [`super::screen`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenAsked {
    pub version: u32,
    /// The link is slow: what is sent is made small.
    #[serde(default)]
    pub far: bool,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Request {
    pub fn words(words: impl Into<String>, paths: Vec<JsonPath>) -> Self {
        Self { words: Some(words.into()), paths, ..Self::default() }
    }

    pub fn status() -> Self {
        Self { status: true, ..Self::default() }
    }

    pub fn playlists() -> Self {
        Self { playlists: true, ..Self::default() }
    }

    pub fn playlist(name: &str, from: usize) -> Self {
        Self { playlist: Some(name.to_owned()), from, ..Self::default() }
    }

    pub fn tell(tell: Tell) -> Self {
        Self { tell: Some(tell), ..Self::default() }
    }

    pub fn edit(edit: QueueEdit) -> Self {
        Self { edit: Some(edit), ..Self::default() }
    }

    pub fn follow() -> Self {
        Self { follow: Some(true), ..Self::default() }
    }

    /// One line as it came. The id is known even where the rest is wrong.
    pub(super) fn read(line: &[u8]) -> (Option<u64>, Result<Wish, Fault>) {
        // serde would take a list for the values of an object.
        if line.trim_ascii_start().first() != Some(&b'{') {
            return (None, Err(Fault::usage("not a request: a request is one JSON object a line")));
        }
        match serde_json::from_slice::<Self>(line) {
            Ok(request) => (request.id, request::wish(request)),
            Err(error) => (None, Err(Fault::usage(format!("not a request: {error}")))),
        }
    }
}

/// A line of the player behind its greeting. `S` is a status.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply<S> {
    /// Of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    pub ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Fault>,
    /// What the user was told about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Told>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<S>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playlists: Option<Vec<ListLine>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playlist: Option<Box<ListPage>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Telling>,
    /// The player ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end: bool,
}

impl<S> Reply<S> {
    pub(super) fn done(id: Option<u64>) -> Self {
        Self {
            id,
            ok: true,
            error: None,
            notice: None,
            status: None,
            playlists: None,
            playlist: None,
            told: None,
            end: false,
        }
    }

    pub(super) fn fault(id: Option<u64>, error: Fault) -> Self {
        Self { ok: false, error: Some(error), ..Self::done(id) }
    }
}

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub kind: FaultKind,
    /// For people.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The line, or the words in it, mean nothing here.
    Usage,
    /// Understood, and not done.
    Failed,
    /// Too much at once.
    Busy,
    /// The protocol is not spoken.
    Version,
    /// One that this version does not know.
    #[serde(other)]
    Other,
}

impl Fault {
    pub(super) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Usage, message)
    }
}

/// A notice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// `note`, `warning`, `error`.
    pub severity: String,
    /// The whole of it in a line.
    pub text: String,
    pub what: String,
    pub why: String,
    pub next_step: String,
}

impl From<&Notice> for Told {
    fn from(notice: &Notice) -> Self {
        let severity = match notice.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        Self {
            severity: severity.to_owned(),
            text: notice.to_string(),
            what: notice.what.clone(),
            why: notice.why.clone(),
            next_step: notice.next_step.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_not_written() {
        let line = |request: &Request| serde_json::to_string(request).unwrap();
        assert_eq!(line(&Request { id: Some(2), ..Request::status() }), r#"{"id":2,"status":true}"#);
        assert_eq!(line(&Request::words("next", Vec::new())), r#"{"do":"next"}"#);
        assert_eq!(serde_json::to_string(&Reply::<()>::done(Some(1))).unwrap(), r#"{"id":1,"ok":true}"#);
    }

    #[test]
    fn what_a_newer_end_says_more_does_no_harm() {
        let reply: Reply<serde_json::Value> = serde_json::from_str(
            r#"{"ok":false,"error":{"kind":"sulking","message":"no","more":1},"colour":"red"}"#,
        )
        .unwrap();
        assert_eq!(reply.error.unwrap().kind, FaultKind::Other);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(line in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let (_, wish) = Request::read(&line);
            let is_object = line.contains(&0x7b);
            proptest::prop_assert!(wish.is_err() || is_object);
        }

        #[test]
        fn any_words_are_read_or_refused(words in "(add|seek|move|output|jump|shuffle|)[ +%:'\"\\\\0-9a-zé/-]{0,30}") {
            let line = serde_json::to_vec(&Request::words(words, Vec::new())).unwrap();
            if let (_, Err(fault)) = Request::read(&line) {
                proptest::prop_assert!(!fault.message.is_empty());
            }
        }
    }
}
