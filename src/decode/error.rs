//! Why a file cannot be opened, read or sought. Wording for people is made by `app`; these texts are for logs and for
//! callers without one.

use std::io;

/// Failure of one operation on one file.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("the file cannot be opened: {0}")]
    Open(#[source] io::Error),
    /// `kind` names what it is instead: `directory`, `named pipe`, `device`, `socket`.
    #[error("not a file but a {kind}")]
    NotAFile { kind: &'static str },
    #[error("the file is empty")]
    Empty,
    /// A server does not give what was asked for; the text says why.
    #[error("{0}")]
    Network(String),
    #[error("no known audio format was found in the file")]
    NotMusic,
    /// The file is music of a format that we know by name only.
    #[error("{format} is not supported")]
    UnsupportedFormat { format: &'static str },
    #[error("the {container} file holds no audio")]
    NoAudio { container: &'static str },
    #[error("{codec} in {container} is not supported{detail}")]
    UnsupportedCodec { container: &'static str, codec: String, detail: String },
    #[error("{rate} Hz with {channels} channels is outside what we play")]
    UnsupportedSpec { rate: u32, channels: usize },
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error("the file cannot be read: {0}")]
    Read(#[source] io::Error),
    #[error("the file cannot be sought: {0}")]
    Seek(String),
    #[error("{packets} damaged packets in a row")]
    TooManyCorrupt { packets: u32 },
    #[error("the CUE sheet {0}")]
    Sheet(&'static str),
    #[error("the CUE sheet has no track {number}")]
    NoSuchTrack { number: u16 },
    #[error("track {number} of the CUE sheet {what}")]
    SheetTrack { number: u16, what: &'static str },
    /// `name` as the sheet has it.
    #[error("{name:?}, which the CUE sheet names, {why}")]
    SheetFile { name: String, why: &'static str },
    #[error("the decoder failed: {0}")]
    Panicked(String),
}

impl DecodeError {
    /// What symphonia says when a container is opened.
    pub(super) fn from_probe(error: symphonia::core::errors::Error) -> Self {
        use symphonia::core::errors::Error as Cause;
        match error {
            Cause::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::Damaged("it ends too early".into())
            }
            Cause::IoError(error) => Self::Read(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}
