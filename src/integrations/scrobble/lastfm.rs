//! Last.fm and what speaks as it does, as <https://www.last.fm/api/scrobbling> has it: `track.scrobble` and
//! `track.updateNowPlaying`, in a body that is signed with the shared secret.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use md5::{Digest, Md5};
use serde_json::Value;
use ureq::Agent;

use super::heard::Listen;
use super::service::{Outcome, Sending, plain};
use crate::online::http::Answer;
use crate::online::secret::Secret;

/// Of one request.
pub const MOST_PLAYS: usize = 50;

/// Names and values that are sent and signed, in the order of the names' bytes.
type Parameters = BTreeMap<String, String>;

/// The lines `api_key = ...`, `secret = ...` and `session_key = ...`.
struct Keys<'a> {
    api: &'a str,
    secret: &'a str,
    session: &'a str,
}

impl<'a> Keys<'a> {
    fn of(secret: &'a Secret) -> Option<Self> {
        let value = |name: &str| {
            let mut lines = secret.reveal().lines().filter_map(|line| line.split_once('='));
            let (_, value) = lines.find(|(known, _)| known.trim() == name)?;
            Some(value.trim().trim_matches('"')).filter(|value| !value.is_empty())
        };
        Some(Self { api: value("api_key")?, secret: value("secret")?, session: value("session_key")? })
    }
}

pub fn send(agent: &Agent, url: &str, secret: &Secret, sending: &Sending) -> Outcome {
    let Some(keys) = Keys::of(secret) else {
        return Outcome::Refused("the lines api_key, secret and session_key are not all there".to_owned());
    };
    let request = agent.post(url).content_type("application/x-www-form-urlencoded");
    match Answer::of(request.send(form(&signed(parameters(&keys, sending), keys.secret)))) {
        Ok(answer) => outcome(&answer),
        Err(error) => Outcome::later(error),
    }
}

fn parameters(keys: &Keys<'_>, sending: &Sending) -> Parameters {
    let mut all = Parameters::new();
    let mut put = |name: String, value: String| drop(all.insert(name, value));
    match sending {
        Sending::Now(listen) => {
            put("method".into(), "track.updateNowPlaying".into());
            about(listen).into_iter().for_each(|(name, value)| put(name.to_owned(), value));
        }
        Sending::Plays(plays) => {
            put("method".into(), "track.scrobble".into());
            for (at, (_, listen)) in plays.iter().enumerate() {
                put(format!("timestamp[{at}]"), listen.at.to_string());
                about(listen).into_iter().for_each(|(name, value)| put(format!("{name}[{at}]"), value));
            }
        }
    }
    put("api_key".into(), keys.api.to_owned());
    put("sk".into(), keys.session.to_owned());
    all
}

fn about(listen: &Listen) -> Vec<(&'static str, String)> {
    let artist = listen.artists.join(", ");
    let album_artist = listen.album_artists.join(", ");
    let mut about = vec![("track", listen.title.clone())];
    about.extend(listen.album.clone().map(|album| ("album", album)));
    about.extend(
        Some(album_artist)
            .filter(|name| !name.is_empty() && *name != artist)
            .map(|name| ("albumArtist", name)),
    );
    about.extend(listen.track.map(|track| ("trackNumber", track.to_string())));
    about.extend(listen.length_ms.map(|length| ("duration", (length / 1000).to_string())));
    about.push(("artist", artist));
    about
}

/// <https://www.last.fm/api/authspec>, 8: MD5 of all names and values in order and the secret; `format` is no part of it.
fn signed(mut parameters: Parameters, secret: &str) -> Parameters {
    let mut hash = Md5::new();
    for (name, value) in &parameters {
        hash.update(name);
        hash.update(value);
    }
    hash.update(secret);
    let signature = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    parameters.insert("api_sig".into(), signature);
    parameters.insert("format".into(), "json".into());
    parameters
}

/// As `application/x-www-form-urlencoded`.
fn form(parameters: &Parameters) -> String {
    let mut form = String::new();
    for (name, value) in parameters {
        if !form.is_empty() {
            form.push('&');
        }
        encode(&mut form, name);
        form.push('=');
        encode(&mut form, value);
    }
    form
}

fn encode(form: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                form.push(char::from(byte))
            }
            b' ' => form.push('+'),
            _ => drop(write!(form, "%{byte:02X}")),
        }
    }
}

/// Errors by their numbers: <https://www.last.fm/api/errorcodes>. Plays that the service ignores it never takes.
fn outcome(answer: &Answer) -> Outcome {
    let told: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let message = told["message"].as_str().map(plain);
    let why = message.unwrap_or_else(|| format!("status {}", answer.status));
    match told["error"].as_u64() {
        // Authentication failed, invalid session key, invalid API key, bad signature, not authorised, suspended key.
        Some(4 | 9 | 10 | 13 | 14 | 17 | 26) => Outcome::Refused(why),
        // Invalid service, method, format, parameters, resource.
        Some(2 | 3 | 5 | 6 | 7) => Outcome::Bad(why),
        Some(_) => Outcome::Later { why, after: answer.after },
        None if told.is_object() && (200..300).contains(&answer.status) => Outcome::Done,
        None => Outcome::Later { why, after: answer.after },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen() -> Listen {
        Listen {
            at: 1_287_140_447,
            artists: vec!["Ann & Ben".into()],
            title: "Ä x".into(),
            album: None,
            album_artists: vec!["Ann & Ben".into()],
            track: None,
            length_ms: Some(60_999),
            served: None,
        }
    }

    const KEYS: Keys<'static> = Keys { api: "k", secret: "mysecret", session: "s" };

    /// The signature by `printf api_kkartist[0]Ann... | md5sum`.
    #[test]
    fn a_play_is_signed_over_its_names_and_values_in_order() {
        let all = signed(parameters(&KEYS, &Sending::Plays(vec![(0, listen())])), KEYS.secret);
        assert_eq!(all["api_sig"], "0da3feea00e668877cbcb9c0736c110d");
        assert!(
            form(&all).contains("artist%5B0%5D=Ann+%26+Ben&duration%5B0%5D=60&format=json&"),
            "{}",
            form(&all)
        );
        assert!(form(&all).ends_with("timestamp%5B0%5D=1287140447&track%5B0%5D=%C3%84+x"), "{}", form(&all));
        let now = parameters(&KEYS, &Sending::Now(listen()));
        assert_eq!((now["method"].as_str(), now["artist"].as_str()), ("track.updateNowPlaying", "Ann & Ben"));
        assert!(!now.contains_key("timestamp"));
    }

    #[test]
    fn its_keys_are_lines() {
        let secret = Secret::new("api_key = a\n secret=\"b\"\nsession_key=c = d\n");
        let keys = Keys::of(&secret).unwrap();
        assert_eq!((keys.api, keys.secret, keys.session), ("a", "b", "c = d"));
        assert!(Keys::of(&Secret::new("api_key = a\nsecret = b")).is_none());
    }

    #[test]
    fn an_answer_says_whether_to_come_back() {
        let of = |status, body: &str| outcome(&Answer { status, after: None, body: body.to_owned() });
        assert_eq!(of(200, r#"{"scrobbles":{"@attr":{"accepted":0,"ignored":1}}}"#), Outcome::Done);
        let refused = of(403, r#"{"error":9,"message":"Invalid session key - Please re-authenticate"}"#);
        assert_eq!(refused, Outcome::Refused("Invalid session key - Please re-authenticate".into()));
        assert_eq!(
            of(400, r#"{"error":6,"message":"Invalid parameters"}"#),
            Outcome::Bad("Invalid parameters".into())
        );
        for (status, body) in [
            (200, r#"{"error":11,"message":"Offline"}"#),
            (429, r#"{"error":29}"#),
            (502, "<html>"),
            (200, ""),
        ] {
            assert!(matches!(of(status, body), Outcome::Later { .. }), "{status} {body}");
        }
    }
}
