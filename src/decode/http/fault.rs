//! Why a server's sound cannot be had, in words, and whether asking again may help.

use std::io;

use ureq::http::StatusCode;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    words: String,
    /// Asking again gives the same.
    pub(super) is_lasting: bool,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words)
    }
}

impl Fault {
    pub(super) fn lasting(words: impl Into<String>) -> Self {
        Self { words: words.into(), is_lasting: true }
    }

    pub(super) fn passing(words: impl Into<String>) -> Self {
        Self { words: words.into(), is_lasting: false }
    }

    pub(super) fn status(status: StatusCode) -> Self {
        let number = status.as_u16();
        match number {
            404 | 410 => Self::lasting(format!("the server has nothing at this address ({number})")),
            401 | 403 | 407 => Self::lasting(format!("the server does not let us in ({number})")),
            408 | 425 | 429 | 500.. => Self::passing(format!("the server cannot serve now ({status})")),
            _ => Self::lasting(format!("the server refuses ({status})")),
        }
    }

    /// A request that failed, or a body that breaks off.
    pub(super) fn request(error: ureq::Error) -> Self {
        use ureq::Error;
        match error {
            Error::Io(error) => Self::io(&error),
            Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
                Self::passing("the server does not answer")
            }
            Error::Timeout(_) => Self::passing("the server sends nothing any more"),
            Error::HostNotFound => Self::passing("there is no server by this name, or no network"),
            Error::TooManyRedirects => Self::lasting("the server sends us on and on to other addresses"),
            Error::LargeResponseHeader(..) => Self::lasting("what the server says of the sound has no end"),
            Error::BadUri(_) | Error::Http(_) => Self::lasting("this is no address that can be asked for"),
            Error::Rustls(error) => Self::lasting(format!("the server is not to be trusted: {error}")),
            Error::Tls(why) => Self::lasting(format!("the server is not to be trusted: {why}")),
            Error::Protocol(error) => Self::passing(format!("what the server says is not HTTP: {error}")),
            other => Self::passing(format!("the server cannot be asked: {other}")),
        }
    }

    pub(super) fn io(error: &io::Error) -> Self {
        // What happens while a body is read comes wrapped.
        if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>()) {
            return match inner {
                ureq::Error::Timeout(reason) => Self::request(ureq::Error::Timeout(*reason)),
                other => Self::passing(format!("the connection broke off: {other}")),
            };
        }
        Self::passing(match error.kind() {
            io::ErrorKind::ConnectionRefused => "the server refuses the connection".to_owned(),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                "the server sends nothing any more".to_owned()
            }
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => "the connection broke off".to_owned(),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                "there is no way to the server".to_owned()
            }
            _ => plain(error),
        })
    }
}

/// The look-up of names fails with an error of no kind of its own.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    if text.contains("lookup address") {
        "there is no server by this name, or no network".to_owned()
    } else {
        format!("the connection fails: {text}")
    }
}
