//! What a server says before it sends: whether it is sound at all, a file or a radio, and how it can be read. Pure;
//! called by `session` on the thread `net-read`.

use std::sync::Arc;

use ureq::http::{HeaderMap, StatusCode};

use super::super::encoding::guess_text;
use super::fault::Fault;

/// Most sound between two titles that is believed: real stations have 16 KiB.
const MAX_INTERVAL: usize = 1 << 20;
/// Longest name of a station that is kept, in characters.
const MAX_STATION_CHARS: usize = 120;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any part of it can be asked for.
    File { len: u64 },
    /// It has an end, but comes only once and in one go.
    Once { len: Option<u64> },
    /// It has no end, or nobody tells: `is_radio` where an end can only be an interruption.
    Live { is_radio: bool },
}

#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) kind: Kind,
    /// Tells whether the file is still the same: an entity tag or a date (RFC 9110 §13.1.5).
    pub(super) validator: Option<String>,
    /// Bytes of sound between titles.
    pub(super) interval: Option<usize>,
    pub(super) station: Option<Arc<str>>,
    pub(super) bytes_per_second: Option<u64>,
    pub(super) is_ogg: bool,
}

impl Head {
    /// `host` tells the language of names in old codings.
    pub(super) fn read(status: StatusCode, headers: &HeaderMap, host: Option<&str>) -> Result<Self, Fault> {
        if !status.is_success() {
            return Err(Fault::status(status));
        }
        let media = text(headers, "content-type").map(|value| essence(&value)).unwrap_or_default();
        check_media(&media)?;
        let coding = text(headers, "content-encoding").unwrap_or_default();
        if !matches!(coding.as_str(), "" | "identity") {
            return Err(Fault::lasting(format!(
                "the server packs the sound with {coding}, which nobody asked for"
            )));
        }
        let interval = interval(headers)?;
        Ok(Self {
            kind: kind(headers, interval.is_some()),
            validator: validator(headers),
            interval,
            station: station(headers, host),
            bytes_per_second: bit_rate(headers).map(|rate| rate * 1_000 / 8),
            is_ogg: media.ends_with("/ogg") || media.ends_with("/opus"),
        })
    }

    pub(super) fn len(&self) -> Option<u64> {
        match self.kind {
            Kind::File { len } => Some(len),
            Kind::Once { len } => len,
            Kind::Live { .. } => None,
        }
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(|text| text.trim().to_ascii_lowercase())
}

/// The media type without its parameters.
fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or("").trim().to_owned()
}

/// Only what cannot be sound is refused: servers call sound many things.
fn check_media(media: &str) -> Result<(), Fault> {
    let what = match media {
        "text/html" | "application/xhtml+xml" => "a web page",
        "application/json" | "application/xml" | "text/xml" | "text/css" | "text/javascript" => "data",
        "application/pdf" => "a document",
        "application/vnd.apple.mpegurl"
        | "application/x-mpegurl"
        | "audio/mpegurl"
        | "audio/x-mpegurl"
        | "audio/x-scpls"
        | "application/pls+xml"
        | "application/xspf+xml" => {
            let hint = "a playlist: save it, or give the address that stands in it";
            return Err(Fault::lasting(format!("the server sends no sound but {hint}")));
        }
        image if image.starts_with("image/") => "a picture",
        _ => return Ok(()),
    };
    Err(Fault::lasting(format!("the server sends no sound but {what} ({media})")))
}

fn kind(headers: &HeaderMap, has_titles: bool) -> Kind {
    // A length together with a transfer coding means nothing (RFC 9112 §6.3).
    let is_coded = headers.contains_key("transfer-encoding");
    let len = text(headers, "content-length").and_then(|len| len.parse().ok()).filter(|_| !is_coded);
    let accepts_ranges = text(headers, "accept-ranges").is_some_and(|unit| unit == "bytes");
    let is_part = headers.contains_key("content-range");
    match len {
        Some(len) if (accepts_ranges || is_part) && !has_titles => {
            Kind::File { len: whole(headers).unwrap_or(len) }
        }
        // Between titles the length is not that of the sound.
        Some(len) => Kind::Once { len: Some(len).filter(|_| !has_titles) },
        None => Kind::Live { is_radio: has_titles || is_radio(headers) },
    }
}

/// Length of the whole behind `bytes 0-9/10`.
fn whole(headers: &HeaderMap) -> Option<u64> {
    text(headers, "content-range")?.rsplit_once('/')?.1.parse().ok()
}

/// First byte in `bytes 5-9/10`.
pub(super) fn range_start(headers: &HeaderMap) -> Option<u64> {
    text(headers, "content-range")?.strip_prefix("bytes")?.trim().split_once('-')?.0.parse().ok()
}

fn is_radio(headers: &HeaderMap) -> bool {
    let named = |name: &str| name.starts_with("icy-") || name.starts_with("ice-");
    let server = text(headers, "server").unwrap_or_default();
    headers.keys().any(|name| named(name.as_str()))
        || server.contains("icecast")
        || server.contains("shoutcast")
}

fn validator(headers: &HeaderMap) -> Option<String> {
    let exact = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    // A weak tag does not vouch for every byte.
    exact("etag").filter(|tag| !tag.starts_with("W/")).or_else(|| exact("last-modified"))
}

fn interval(headers: &HeaderMap) -> Result<Option<usize>, Fault> {
    let Some(written) = text(headers, "icy-metaint") else { return Ok(None) };
    match written.parse() {
        Ok(0) => Ok(None),
        Ok(interval) if interval <= MAX_INTERVAL => Ok(Some(interval)),
        _ => Err(Fault::lasting(format!(
            "the station's titles cannot be told from its sound: icy-metaint is {written}"
        ))),
    }
}

fn station(headers: &HeaderMap, host: Option<&str>) -> Option<Arc<str>> {
    let name = headers.get("icy-name").or_else(|| headers.get("ice-name"))?;
    let name: String = guess_text(name.as_bytes(), host).chars().take(MAX_STATION_CHARS).collect();
    (!name.is_empty()).then(|| Arc::from(name))
}

/// In kbit/s; some stations send a list.
fn bit_rate(headers: &HeaderMap) -> Option<u64> {
    let written = text(headers, "icy-br").or_else(|| text(headers, "ice-bitrate"))?;
    let first = written.split([',', ' ']).next()?;
    first.parse().ok().filter(|rate| (8..=20_000).contains(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(lines: &[(&'static str, &'static str)]) -> Result<Head, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        Head::read(StatusCode::OK, &headers, None).map_err(|fault| fault.to_string())
    }

    #[test]
    fn files_and_radios_are_told_apart() {
        let kind = |lines: &[(&'static str, &'static str)]| head(lines).unwrap().kind;
        let len = ("content-length", "100");
        assert_eq!(kind(&[len, ("accept-ranges", "bytes")]), Kind::File { len: 100 });
        assert_eq!(kind(&[len]), Kind::Once { len: Some(100) });
        assert_eq!(kind(&[len, ("accept-ranges", "none")]), Kind::Once { len: Some(100) });
        assert_eq!(kind(&[len, ("icy-metaint", "16")]), Kind::Once { len: None });
        assert_eq!(kind(&[("icy-name", "x")]), Kind::Live { is_radio: true });
        assert_eq!(kind(&[("server", "Icecast 2.4")]), Kind::Live { is_radio: true });
        assert_eq!(kind(&[len, ("transfer-encoding", "chunked")]), Kind::Live { is_radio: false });
        assert_eq!(kind(&[]), Kind::Live { is_radio: false });
    }

    #[test]
    fn what_is_no_sound_is_refused_in_words() {
        let refused = |media: &'static str| head(&[("content-type", media)]).unwrap_err();
        let page = refused("Text/HTML; charset=utf-8");
        assert_eq!(page, "the server sends no sound but a web page (text/html)");
        assert!(refused("audio/x-mpegurl").contains("playlist"));
        assert!(refused("image/png").contains("picture"));
        for media in
            ["audio/mpeg", "application/ogg", "application/octet-stream", "text/plain", "video/mp4", "x"]
        {
            assert!(head(&[("content-type", media)]).is_ok(), "{media}");
        }
        assert!(head(&[("content-encoding", "gzip")]).is_err());
    }

    #[test]
    fn what_a_station_says_is_bounded() {
        let station = head(&[("icy-metaint", "16000"), ("icy-br", "128,128"), ("icy-name", "A\tB")]).unwrap();
        assert_eq!((station.interval, station.bytes_per_second), (Some(16_000), Some(16_000)));
        assert_eq!(station.station.as_deref(), Some("AB"));
        assert_eq!(head(&[("icy-metaint", "0")]).unwrap().interval, None);
        for wrong in ["99999999999999999999", "1048577", "-1", "x"] {
            assert!(head(&[("icy-metaint", wrong)]).unwrap_err().contains("icy-metaint"), "{wrong}");
        }
    }
}
