//! What a server's answers mean: the envelope, its errors in words, and the pieces of JSON that servers write in more than
//! one way. What is not understood is an error; what is missing is missing.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::model::lyrics::plain;
use crate::model::server::{Failed, PlayQueue};
use crate::model::tag::cut;
use crate::online::{Fetched, Unmet};

/// Of one text, in bytes.
const MOST_TEXT: usize = 2_000;
/// Of an id.
const MOST_ID: usize = 1_000;
/// Of what a server says of an error.
const MOST_MESSAGE: usize = 200;
/// Songs of a queue that is taken from a server.
const MOST_QUEUED: usize = 100_000;
/// A server that is busy, and does not say for how long.
const BUSY: Duration = Duration::from_secs(2);

/// What is in the envelope, or one thing in it.
pub type Object = Map<String, Value>;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// An error of the API.
    Said { code: i64, message: String },
    /// There is no such method.
    NoMethod,
    /// A status of HTTP, and no answer of this API.
    Status { status: u16, after: Option<Duration> },
    /// What came is no answer of this API.
    Strange,
    /// Nothing came, or nothing could be asked.
    Failed(Failed),
}

impl From<Unmet> for Unanswered {
    fn from(unmet: Unmet) -> Self {
        let can_ask = cfg!(feature = "http");
        let why =
            if can_ask { format!("the music server cannot be reached: {}", unmet.why) } else { unmet.why };
        Self::Failed(Failed { why, for_good: !can_ask, after: unmet.after })
    }
}

impl Unanswered {
    /// What a server means that misses the password where a token is.
    pub const NO_TOKENS: Self = Self::Said { code: 41, message: String::new() };

    /// The server does not take the secret.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Said { code: 40..=44, .. })
    }

    /// So says a server that keeps passwords as hashes, and cannot check a token; an old one only misses a parameter.
    pub fn may_want_the_password(&self) -> bool {
        matches!(self, Self::Said { code: 10 | 41, .. })
    }

    /// The server is there and did not do it; another way may be open.
    pub fn is_about_the_question(&self) -> bool {
        match self {
            Self::Said { .. } => !self.is_refusal(),
            Self::NoMethod | Self::Strange => true,
            Self::Status { status, .. } => !matches!(status, 401 | 403 | 407 | 408 | 429 | 502..=504),
            Self::Failed(_) => false,
        }
    }

    /// What was asked for is not there.
    pub fn is_not_there(&self) -> bool {
        matches!(self, Self::Said { code: 70, .. })
    }

    /// For people. `method`: what was asked.
    pub fn failed(self, method: &str) -> Failed {
        let (why, for_good, after) = match self {
            Self::Failed(failed) => return failed,
            Self::Said { code, message } => {
                (said(code, &message), matches!(code, 10 | 20 | 30 | 50 | 70), None)
            }
            Self::NoMethod => (format!("the music server does not know `{method}`"), true, None),
            Self::Status { status, after } => {
                let is_busy = matches!(status, 429 | 503).then_some(BUSY);
                (status_words(status), false, after.or(is_busy))
            }
            Self::Strange => (STRANGE.to_owned(), false, None),
        };
        Failed { why, for_good, after }
    }
}

const STRANGE: &str = "what is at the address does not speak the Subsonic API";

fn status_words(status: u16) -> String {
    match status {
        300..=399 => format!(
            "the address leads elsewhere (status {status}), where no secret is sent: configure the address it leads to"
        ),
        401 | 403 | 407 => format!("what is at the address lets nobody in (status {status})"),
        404 => format!("there is no Subsonic API at the address (status {status})"),
        _ => format!("the music server answers with status {status}"),
    }
}

/// Codes of <https://opensubsonic.netlify.app/docs/responses/error/>.
fn said(code: i64, message: &str) -> String {
    let message = plain(cut(message.trim(), MOST_MESSAGE));
    let known = match code {
        10 => "the music server misses something in the question",
        20 => "the music server wants a newer version of the API than this program speaks",
        30 => "the music server speaks an older version of the API than it was asked for",
        40 => return "the music server says that user or password is wrong".into(),
        41 => {
            return "the music server takes no tokens of this user: give it an API key (no `user`), or an https address, \
                    by which the password itself may be sent"
                .into();
        }
        42 => return "the music server takes no passwords: give it an API key, and no `user`".into(),
        43 => "the music server does not take this way to prove who asks",
        44 => return "the music server says that the API key is not valid".into(),
        50 => "this user may not do that on the music server",
        60 => "the trial period of the music server is over",
        70 => "the music server has no such thing",
        _ if message.is_empty() => return format!("the music server says no (error {code})"),
        _ => return format!("the music server says: {message}"),
    };
    if message.is_empty() { known.to_owned() } else { format!("{known} ({message})") }
}

/// What is in the envelope.
pub fn read(fetched: &Fetched) -> Result<Object, Unanswered> {
    let is_fine = (200..300).contains(&fetched.status);
    let envelope = serde_json::from_slice::<Value>(&fetched.body).ok();
    let envelope = envelope.and_then(|mut whole| match whole.get_mut("subsonic-response").map(Value::take) {
        Some(Value::Object(inside)) => Some(inside),
        _ => None,
    });
    let status = Unanswered::Status { status: fetched.status, after: fetched.after };
    let Some(inside) = envelope else { return Err(if is_fine { Unanswered::Strange } else { status }) };
    match inside.get("status").and_then(Value::as_str) {
        Some("ok") if is_fine => Ok(inside),
        Some("failed") => Err(error(&inside, fetched.status)),
        _ => Err(if is_fine { Unanswered::Strange } else { status }),
    }
}

fn error(inside: &Object, status: u16) -> Unanswered {
    let error = inside.get("error").and_then(Value::as_object);
    let code = error.and_then(|error| number(error, "code")).unwrap_or(0);
    // OpenSubsonic leaves it to the status to say so; the code is that of any error.
    if code == 0 && matches!(status, 404 | 405 | 410 | 501) {
        return Unanswered::NoMethod;
    }
    let message = error.and_then(|error| error.get("message")).and_then(Value::as_str);
    Unanswered::Said { code, message: message.unwrap_or_default().to_owned() }
}

/// The error that stands in place of a picture or a file, in JSON or XML; `None` where what came is none.
pub fn error_in_place(fetched: &Fetched) -> Option<Unanswered> {
    let is_fine = (200..300).contains(&fetched.status);
    let is_json = fetched.content_type.contains("json") || fetched.body.trim_ascii_start().starts_with(b"{");
    if is_json || !is_fine {
        return Some(read(fetched).err().unwrap_or(Unanswered::Strange));
    }
    if !fetched.content_type.starts_with("text/") && !fetched.content_type.contains("xml") {
        return None;
    }
    let text = String::from_utf8_lossy(&fetched.body);
    let code = text.split_once("<error").and_then(|(_, rest)| attribute(rest, "code")?.parse().ok());
    let message = text.split_once("<error").and_then(|(_, rest)| attribute(rest, "message"));
    let message = message.unwrap_or_default().to_owned();
    Some(code.map_or(Unanswered::Strange, |code| Unanswered::Said { code, message }))
}

fn attribute<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split('>').next()?.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}

/// Text as people can be shown it; `None` where there is none.
pub fn text(of: &Object, name: &str) -> Option<String> {
    shown(of.get(name)?)
}

pub fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => plain(cut(text.trim(), MOST_TEXT)),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// An id as it is: servers have numbers, too.
pub fn id(of: &Object, name: &str) -> Option<String> {
    let id = match of.get(name)? {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    let is_one = !id.is_empty() && id.len() <= MOST_ID && !id.contains(char::is_control);
    is_one.then_some(id)
}

/// A whole number, be it written as a fraction or as text.
pub fn number(of: &Object, name: &str) -> Option<i64> {
    match of.get(name)? {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn whole(number: f64) -> Option<i64> {
    let fits = number.is_finite() && number.abs() < 9e15;
    fits.then_some(number as i64)
}

pub fn is_true(of: &Object, name: &str) -> bool {
    match of.get(name) {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// Its members; one that stands alone is a list of one, as what was XML once has it.
pub fn list<'a>(of: &'a Object, name: &str) -> impl Iterator<Item = &'a Value> {
    let value = of.get(name);
    let many = value.and_then(Value::as_array).into_iter().flatten();
    many.chain(value.filter(|value| value.is_object() || value.is_string()))
}

pub fn objects<'a>(of: &'a Object, name: &str) -> impl Iterator<Item = &'a Object> {
    list(of, name).filter_map(Value::as_object)
}

pub fn object<'a>(of: &'a Object, name: &str) -> Option<&'a Object> {
    of.get(name)?.as_object()
}

/// `playQueueByIndex` or `playQueue`; empty where there is neither.
pub fn queue(inside: &Object) -> PlayQueue {
    let by_index = object(inside, "playQueueByIndex");
    let Some(told) = by_index.or_else(|| object(inside, "playQueue")) else { return PlayQueue::default() };
    let songs = objects(told, "entry").filter_map(|entry| id(entry, "id"));
    let songs: Vec<String> = songs.take(MOST_QUEUED).collect();
    let current = match by_index {
        Some(told) => number(told, "currentIndex").and_then(|at| usize::try_from(at).ok()),
        None => id(told, "current").and_then(|current| songs.iter().position(|song| *song == current)),
    };
    let current = current.filter(|&at| at < songs.len());
    let position =
        number(told, "position").and_then(|ms| u64::try_from(ms).ok()).filter(|_| current.is_some());
    PlayQueue { songs, current, position: Duration::from_millis(position.unwrap_or(0)) }
}
