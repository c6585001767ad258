//! A short text of a server, read whole: a playlist that was named. Called from a job or the command line; waits.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::agent::{Target, agent, get};
use super::fault::Fault;
use crate::decode::error::DecodeError;
use crate::decode::fetched::Fetched;
use crate::model::address;

/// All of it must come in this time.
const WHOLE: Duration = Duration::from_secs(30);
const SILENCE: Duration = Duration::from_secs(10);

pub(in crate::decode) fn fetch(path: &Path, most: u64) -> Result<Fetched, DecodeError> {
    let url = address::url(path).ok_or_else(|| DecodeError::Network("this is no address".into()))?;
    read(url, most).map_err(|fault| DecodeError::Network(fault.to_string()))
}

fn read(url: &str, most: u64) -> Result<Fetched, Fault> {
    let agent = agent(SILENCE, Some(WHOLE));
    let response = get(&agent, &Target::new(url), None)?;
    if !response.status().is_success() {
        return Err(Fault::status(response.status()));
    }
    let headers = response.headers();
    let media = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("");
    let is_list = ["mpegurl", "scpls", "pls+xml", "xspf"].iter().any(|name| media.contains(name));
    let is_sound =
        media.starts_with("audio/") || headers.keys().any(|name| name.as_str().starts_with("icy-"));
    if is_sound && !is_list {
        return Ok(Fetched::Sound);
    }
    let base = PathBuf::from(ureq::ResponseExt::get_uri(&response).to_string());
    let mut bytes = Vec::new();
    let body = response.into_body().into_reader();
    body.take(most + 1).read_to_end(&mut bytes).map_err(|error| Fault::io(&error))?;
    if bytes.len() as u64 > most {
        return Err(Fault::lasting("what the server sends is too large for a playlist"));
    }
    Ok(Fetched::Text { base, bytes })
}
