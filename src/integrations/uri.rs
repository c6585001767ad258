//! Paths as URIs and back (RFC 3986, RFC 8089): what neighbours are told, and what they ask for. Pure; a URI that is
//! asked for is a stranger's.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::model::server::SCHEME;
use crate::model::{address, part};

/// Longest URI that is taken.
pub const MOST_BYTES: usize = 8 * 1024;

/// Why a URI is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the URI is longer than {MOST_BYTES} bytes")]
    TooLong,
    #[error("only {} can be opened", SCHEMES.join(", "))]
    Scheme,
    #[error("the file is not on this machine")]
    Host,
    #[error("the URI is not well-formed")]
    Malformed,
}

/// Of what can be opened.
#[cfg(feature = "http")]
pub const SCHEMES: &[&str] = &["file", "http", "https"];
#[cfg(not(feature = "http"))]
pub const SCHEMES: &[&str] = &["file"];

/// A file as `file://`, a part of one as the whole; a song of a server with its id; an address without user, password and name.
pub fn of(path: &Path) -> String {
    if let Some(url) = address::url(&address::without_user(path)) {
        return url.to_owned();
    }
    let file = part::split(path).map_or(path, |(file, _)| file);
    let bytes = file.as_os_str().as_bytes();
    let (scheme, place) = match bytes.strip_prefix(SCHEME.as_bytes()) {
        Some(place) => (SCHEME, place),
        None => ("file://", bytes),
    };
    let mut uri = String::from(scheme);
    for &byte in place {
        // RFC 3986 §2.3, and what separates segments.
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// The file or address that a URI means.
///
/// # Errors
/// Where it is nothing that this player opens.
pub fn to_path(uri: &str) -> Result<PathBuf, Refused> {
    if uri.len() > MOST_BYTES {
        return Err(Refused::TooLong);
    }
    let (scheme, rest) = uri.split_once(':').ok_or(Refused::Scheme)?;
    let scheme = scheme.to_ascii_lowercase();
    if !SCHEMES.contains(&scheme.as_str()) {
        return Err(Refused::Scheme);
    }
    if scheme == "file" {
        return file(rest);
    }
    let path = PathBuf::from(uri);
    let is_whole = address::url(&path).is_some() && address::host(&path).is_some_and(|host| !host.is_empty());
    if is_whole { Ok(path) } else { Err(Refused::Malformed) }
}

fn file(rest: &str) -> Result<PathBuf, Refused> {
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let at = rest.find('/').ok_or(Refused::Malformed)?;
            if !matches!(&rest[..at], "" | "localhost") {
                return Err(Refused::Host);
            }
            &rest[at..]
        }
        None => rest,
    };
    // A query or fragment is no part of a file's name: those have `%3F` and `%23`.
    if !path.starts_with('/') || path.contains(['?', '#']) {
        return Err(Refused::Malformed);
    }
    let bytes = decode(path.as_bytes()).filter(|bytes| !bytes.contains(&0)).ok_or(Refused::Malformed)?;
    Ok(without_dots(Path::new(OsStr::from_bytes(&bytes))))
}

/// `None` where a `%` is not followed by two hexadecimal digits.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = rest.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = &rest[2..];
    }
    Some(bytes)
}

/// RFC 3986 §5.2.4.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::from("/");
    for name in path.components() {
        match name {
            std::path::Component::Normal(name) => plain.push(name),
            std::path::Component::ParentDir => drop(plain.pop()),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3986 §2.1: each byte outside the unreserved ones is `%` and two digits, in upper case.
    #[test]
    fn a_path_is_told_as_its_bytes() {
        let path = Path::new(OsStr::from_bytes(b"/m/a b#\xff%.flac"));
        assert_eq!(of(path), "file:///m/a%20b%23%FF%25.flac");
        assert_eq!(to_path(&of(path)).as_deref(), Ok(path));
        assert_eq!(
            of(Path::new("http://ann:secret@radio.example/live#My%20Station")),
            "http://radio.example/live"
        );
    }

    #[test]
    fn only_well_formed_uris_of_things_to_play_are_taken() {
        let taken = |uri: &str, path: &str| assert_eq!(to_path(uri).as_deref(), Ok(Path::new(path)), "{uri}");
        taken("file:///m/a.flac", "/m/a.flac");
        taken("FILE:/m/a.flac", "/m/a.flac");
        taken("file://localhost/m/%C3%A4.flac", "/m/ä.flac");
        taken("file:///m/../../etc/./x", "/etc/x");
        let refused = |uri: &str, why| assert_eq!(to_path(uri), Err(why), "{uri}");
        refused("", Refused::Scheme);
        refused("/m/a.flac", Refused::Scheme);
        refused("javascript:alert(1)", Refused::Scheme);
        refused("ftp://h/a.flac", Refused::Scheme);
        refused("file://elsewhere/m/a.flac", Refused::Host);
        refused("file://", Refused::Malformed);
        refused("file:m/a.flac", Refused::Malformed);
        refused("file:///m/a%00.flac", Refused::Malformed);
        refused("file:///m/a%zz.flac", Refused::Malformed);
        refused("file:///m/a%+1.flac", Refused::Malformed);
        refused("file:///m/a.flac?x", Refused::Malformed);
        refused(&format!("file:///{}", "a".repeat(MOST_BYTES)), Refused::TooLong);
    }

    #[cfg(feature = "http")]
    #[test]
    fn an_address_needs_a_host_and_no_blanks() {
        assert_eq!(to_path("https://h/a.mp3").as_deref(), Ok(Path::new("https://h/a.mp3")));
        assert_eq!(to_path("http:///a.mp3"), Err(Refused::Malformed));
        assert_eq!(to_path("http://h/a b.mp3"), Err(Refused::Malformed));
        assert_eq!(to_path("http:h"), Err(Refused::Malformed));
    }
}
