//! Why a command was not done, as the protocol tells it: `ACK [code@index] {command} text`.

use crate::model::notice::Notice;

/// The numbers that clients know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    NotList = 1,
    Argument = 2,
    Password = 3,
    Permission = 4,
    Unknown = 5,
    NoExist = 50,
    System = 52,
    PlayerSync = 55,
    Exist = 56,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    pub code: Code,
    pub text: String,
}

impl Ack {
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    pub fn argument(text: impl Into<String>) -> Self {
        Self::new(Code::Argument, text)
    }

    pub fn no_exist(text: impl Into<String>) -> Self {
        Self::new(Code::NoExist, text)
    }

    pub fn unknown(text: impl Into<String>) -> Self {
        Self::new(Code::Unknown, text)
    }

    pub fn bad_song_index() -> Self {
        Self::argument("Bad song index")
    }

    pub fn no_such_song() -> Self {
        Self::no_exist("No such song")
    }

    pub fn no_such_playlist() -> Self {
        Self::no_exist("No such playlist")
    }

    pub fn not_playing() -> Self {
        Self::new(Code::PlayerSync, "Not playing")
    }

    /// What the core says of a command that it refused.
    pub fn refused(code: Code, why: &Notice) -> Self {
        Self::new(code, why.to_string())
    }

    /// The line, with its end. `at`: the command's place in its list.
    pub fn line(&self, at: usize, command: &str) -> String {
        format!("ACK [{}@{at}] {{{command}}} {}\n", self.code as u8, plain(&self.text))
    }
}

/// What a client or a file wrote never ends a line.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
