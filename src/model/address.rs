//! Addresses of sound on the network. They are kept where paths are kept: an address is the path made of its bytes, so
//! that queue, session and commands know one kind of name. All other paths are absolute or become so; none of them
//! begins with a scheme. Pure; asked by every room that would otherwise touch a disk.
//!
//! The fragment, which no server is ever sent (RFC 9110 §7.1), holds the name that people are shown:
//! `http://radio.example/live#My%20Station`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::server::{SCHEME, is_served};

const SCHEMES: [&str; 3] = ["http://", "https://", SCHEME];
/// Longest name that is kept in an address.
const MAX_NAME_CHARS: usize = 120;

/// Whether the path is an address: `http://` or `https://`, in any case, or of a song of a server
/// ([`super::server`]).
pub fn is_address(path: &Path) -> bool {
    let bytes = path.as_os_str().as_bytes();
    SCHEMES.iter().any(|scheme| {
        bytes.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

/// What is asked for: the address without its fragment. `None` where the path is no address, or one of a song of a
/// server, which the server's own client asks for, or one that is not ASCII
/// text throughout or has blanks, as no address on the wire may be (RFC 3986 §2).
pub fn url(path: &Path) -> Option<&str> {
    let is_asked_for = is_address(path) && !is_served(path);
    let whole = is_asked_for.then(|| without_fragment(path.as_os_str().as_bytes()))?;
    std::str::from_utf8(whole).ok().filter(|url| url.bytes().all(|byte| byte.is_ascii_graphic()))
}

/// The host, without user, password and port.
pub fn host(path: &Path) -> Option<&str> {
    let (_, rest) = url(path)?.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let host = authority.rsplit('@').next()?;
    // An IPv6 address stands in brackets (RFC 3986 §3.2.2).
    let end = host.find(']').map_or_else(|| host.find(':').unwrap_or(host.len()), |at| at + 1);
    host.get(..end)
}

/// The address without user and password, for whoever may read it; any other path as it is.
pub fn without_user(path: &Path) -> PathBuf {
    let bytes = path.as_os_str().as_bytes();
    let from = bytes.iter().position(|&byte| byte == b':').map(|at| at + 3).filter(|_| is_address(path));
    let parts = from.and_then(|from| bytes.split_at_checked(from));
    let Some((scheme, rest)) = parts else { return path.to_path_buf() };
    let authority = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
    let host = rest[..authority].iter().rposition(|&byte| byte == b'@').map_or(0, |at| at + 1);
    PathBuf::from(OsStr::from_bytes(&[scheme, &rest[host..]].concat()))
}

/// The name that the address was given, if it was.
pub fn given_name(path: &Path) -> Option<String> {
    let bytes = path.as_os_str().as_bytes();
    let at = bytes.iter().position(|&byte| byte == b'#').filter(|_| is_address(path))?;
    let name = percent_decode(&bytes[at + 1..]);
    let name = String::from_utf8_lossy(&name).trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// The address with a name for people; `None` where there is no name, or it has one already.
pub fn with_name(path: &Path, name: &str) -> Option<PathBuf> {
    let name = name.trim();
    if !is_address(path) || is_served(path) || name.is_empty() || given_name(path).is_some() {
        return None;
    }
    let mut bytes = without_fragment(path.as_os_str().as_bytes()).to_vec();
    bytes.push(b'#');
    for c in name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS) {
        let plain = c.is_alphanumeric() || "-._~!'(),&+".contains(c);
        let mut buffer = [0; 4];
        let encoded = c.encode_utf8(&mut buffer).as_bytes();
        if plain {
            bytes.extend_from_slice(encoded);
        } else {
            bytes.extend(encoded.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()));
        }
    }
    Some(PathBuf::from(OsStr::from_bytes(&bytes)))
}

/// What people are shown for an address: its given name, else the file's name where it looks like one, else host and
/// place. User and password are never shown. `None` for what is no address.
pub fn shown(path: &Path) -> Option<String> {
    if !is_address(path) {
        return None;
    }
    Some(given_name(path).unwrap_or_else(|| {
        let place = place(path);
        let last = place.rsplit('/').next().unwrap_or("");
        let is_file = place.contains('/')
            && last.rsplit_once('.').is_some_and(|(stem, extension)| {
                let plain = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
                !stem.is_empty() && (2..=5).contains(&extension.len()) && plain
            });
        if is_file { last.to_owned() } else { place }
    }))
}

/// Host and place, decoded, for people: without scheme, user, password, query and name.
pub fn place(path: &Path) -> String {
    let bytes = without_fragment(path.as_os_str().as_bytes());
    let bytes = bytes.split(|&byte| byte == b'?').next().unwrap_or(bytes);
    let rest = bytes.windows(3).position(|three| three == b"://").map_or(bytes, |at| &bytes[at + 3..]);
    let authority = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
    let from = rest[..authority].iter().rposition(|&byte| byte == b'@').map_or(0, |at| at + 1);
    let text = String::from_utf8_lossy(&percent_decode(&rest[from..])).into_owned();
    text.trim_end_matches('/').to_owned()
}

/// The extension of the file that the address names, without query and fragment.
pub fn extension(path: &Path) -> Option<String> {
    let place = place(path);
    let (_, file) = place.rsplit_once('/')?;
    file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())
}

/// `reference` as it stands in a document at `base` (RFC 3986 §5.2, without dot segments, which servers resolve).
pub fn join(base: &Path, reference: &str) -> Option<PathBuf> {
    if is_address(Path::new(reference)) {
        return Some(PathBuf::from(reference));
    }
    let base = url(base)?;
    let (scheme, rest) = base.split_once("://")?;
    if let Some(network) = reference.strip_prefix("//") {
        return Some(PathBuf::from(format!("{scheme}://{network}")));
    }
    let rest = rest.split('?').next()?;
    let (authority, place) = rest.split_once('/').unwrap_or((rest, ""));
    if reference.starts_with('/') {
        return Some(PathBuf::from(format!("{scheme}://{authority}{reference}")));
    }
    let folder = place.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    Some(PathBuf::from(format!("{scheme}://{authority}/{folder}{reference}")))
}

fn without_fragment(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == b'#').next().unwrap_or(bytes)
}

/// Bytes of a percent-encoded text (RFC 3986 §2.1); what is not encoded right stays as it is.
pub fn percent_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|two| byte == b'%' && two.iter().all(u8::is_ascii_hexdigit));
        let hex = hex.and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                rest = &after[2..];
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_schemes_are_addresses() {
        for address in ["http://a/b", "HTTPS://a", "http://[::1]:8000/x", "http://"] {
            assert!(is_address(Path::new(address)), "{address}");
        }
        for path in ["/http://a", "http:/a", "ftp://a/b", "httpx://a", "a", "", "file:///x"] {
            assert!(!is_address(Path::new(path)), "{path}");
            assert_eq!(shown(Path::new(path)), None);
        }
    }

    #[test]
    fn a_name_is_kept_in_the_fragment_and_never_sent() {
        let named = with_name(Path::new("http://r.example:8000/live?x=1"), "Радио 1/2 #%").unwrap();
        assert_eq!(named, Path::new("http://r.example:8000/live?x=1#Радио%201%2F2%20%23%25"));
        assert_eq!(given_name(&named).as_deref(), Some("Радио 1/2 #%"));
        assert_eq!(shown(&named).as_deref(), Some("Радио 1/2 #%"));
        assert_eq!(url(&named), Some("http://r.example:8000/live?x=1"));
        assert_eq!(with_name(&named, "other"), None, "it has one");
        assert_eq!(with_name(Path::new("/a"), "x"), None);
        assert_eq!(url(Path::new("http://a/b c")), None, "a blank");
    }

    #[test]
    fn what_is_shown_is_short_and_keeps_secrets() {
        let shown = |text: &str| shown(Path::new(text)).unwrap();
        assert_eq!(shown("http://u:secret@h.example/a/My%20Song.flac?k=v"), "My Song.flac");
        assert_eq!(shown("http://u:secret@h.example:8000/live"), "h.example:8000/live");
        assert_eq!(shown("http://h.example/"), "h.example");
        assert_eq!(shown("http://h.example"), "h.example");
        let public = |text: &str| without_user(Path::new(text)).to_str().unwrap().to_owned();
        assert_eq!(public("HTTP://u:se@cret@h:80/a@b?c#d@e"), "HTTP://h:80/a@b?c#d@e");
        assert_eq!(public("http://u:secret@h?x=/@"), "http://h?x=/@");
        for same in ["http://h/a@b", "http://", "/m/http://u:p@h", "a@b:c"] {
            assert_eq!(public(same), same);
        }
        assert_eq!(host(Path::new("http://u:p@h.example:80/x")), Some("h.example"));
        assert_eq!(host(Path::new("http://[::1]:80/x")), Some("[::1]"));
        assert_eq!(extension(Path::new("http://h/a/B.PLS?x=.mp3#n.ogg")).as_deref(), Some("pls"));
        assert_eq!(extension(Path::new("http://h.mp3")), None);
    }

    #[test]
    fn references_are_joined_as_the_standard_does() {
        let join = |reference: &str| join(Path::new("http://a/b/c/d?q#f"), reference).unwrap();
        // RFC 3986 §5.4.1.
        assert_eq!(join("g"), Path::new("http://a/b/c/g"));
        assert_eq!(join("/g"), Path::new("http://a/g"));
        assert_eq!(join("//g"), Path::new("http://g"));
        assert_eq!(join("g?y"), Path::new("http://a/b/c/g?y"));
        assert_eq!(join("https://x/y"), Path::new("https://x/y"));
    }
}
