//! The HTTP client of services. No redirects: a secret goes to no other place than the one that is configured. Blocks: a
//! job or a thread of a service's own calls it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body, RequestBuilder};

use super::{Client, Fetched, Unmet};
use crate::model::lyrics::plain;

const PATIENCE: Duration = Duration::from_secs(30);
/// With what may be large, or long in the making: until somebody is there, until an answer begins, and until it is here.
const MOST_CONNECTING: Duration = Duration::from_secs(15);
const MOST_THINKING: Duration = Duration::from_secs(60);
const MOST_SENDING: Duration = Duration::from_secs(120);
/// Of an answer that says what became of a request.
const MOST_BYTES: u64 = 256 * 1024;
/// Of an answer that is asked for what is in it.
const MOST_BYTES_TOLD: u64 = 4 * 1024 * 1024;
/// A service that is busy, and does not say for how long.
const BUSY: Duration = Duration::from_secs(2);
/// Longer than this no service is left alone, whatever it asks for.
const MOST_PAUSE: Duration = Duration::from_secs(24 * 3600);

pub fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(super::USER_AGENT)
        .timeout_global(Some(PATIENCE))
        .build();
    Agent::new_with_config(config)
}

/// Status, what is said of the next try, and the beginning of the body.
pub struct Answer {
    pub status: u16,
    pub after: Option<Duration>,
    pub body: String,
}

impl Answer {
    /// # Errors
    /// Where no answer came.
    pub fn of(sent: Result<Response<Body>, ureq::Error>) -> Result<Self, ureq::Error> {
        Self::within(MOST_BYTES, sent)
    }

    fn within(most: u64, sent: Result<Response<Body>, ureq::Error>) -> Result<Self, ureq::Error> {
        let mut response = sent?;
        let (status, after) = (response.status().as_u16(), pause(response.headers()));
        let body = response.body_mut().with_config().limit(most).read_to_vec()?;
        Ok(Self { status, after, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

impl Client {
    /// Asks for what is at `url`; `None` where there is no such thing (404).
    pub(super) fn get(&self, url: &str, query: &[(&str, &str)]) -> Result<Option<String>, Unmet> {
        let request = self.0.get(url).query_pairs(query.iter().copied()).header("Accept", "application/json");
        let answer = Answer::within(MOST_BYTES_TOLD, request.call());
        let answer = answer.map_err(|error| Unmet { why: plain(&error.to_string()), after: None })?;
        match answer.status {
            200..=299 => Ok(Some(answer.body)),
            404 => Ok(None),
            status => {
                let is_busy = matches!(status, 429 | 503).then_some(BUSY);
                let why = format!("it answers with status {status}");
                Err(Unmet { why, after: answer.after.or(is_busy) })
            }
        }
    }
}

impl Client {
    /// What is at `url`, or what it answers to a form (`application/x-www-form-urlencoded`), up to `most` bytes. Address and
    /// form may hold a secret: no error shows them.
    pub(super) fn fetch(&self, url: &str, form: Option<&str>, most: u64) -> Result<Fetched, Unmet> {
        let unmet = |error: ureq::Error| Unmet { why: without_address(&error, url), after: None };
        let sent = match form {
            None => patient(self.0.get(url)).call(),
            Some(form) => {
                patient(self.0.post(url)).content_type("application/x-www-form-urlencoded").send(form)
            }
        };
        let mut response = sent.map_err(unmet)?;
        let (status, after) = (response.status().as_u16(), pause(response.headers()));
        let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
        let body = response.body_mut().with_config().limit(most).read_to_vec().map_err(unmet)?;
        Ok(Fetched { status, after, content_type, body })
    }
}

fn patient<B>(request: RequestBuilder<B>) -> RequestBuilder<B> {
    let config = request.config().timeout_connect(Some(MOST_CONNECTING));
    let config = config.timeout_recv_response(Some(MOST_THINKING)).timeout_global(Some(MOST_SENDING));
    config.build()
}

/// The error in words, but for those of it that quote where the question went.
fn without_address(error: &ureq::Error, url: &str) -> String {
    let words = match error {
        ureq::Error::HostNotFound => return "there is no server by this name, or no network".to_owned(),
        ureq::Error::Timeout(_) => return "the server does not answer".to_owned(),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            return "the server refuses the connection".to_owned();
        }
        ureq::Error::Io(error) => plain(&format!("the connection failed: {error}")),
        error => plain(&error.to_string()),
    };
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let quotes = words.contains("://") || words.contains('?') || (!query.is_empty() && words.contains(query));
    if quotes { "the address cannot be asked".to_owned() } else { words }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3), or what ListenBrainz says of its limits.
fn pause(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let seconds = |name: &str| text(name)?.trim().parse::<u64>().ok();
    let is_spent = seconds("x-ratelimit-remaining") == Some(0);
    let reset = seconds("x-ratelimit-reset-in").filter(|_| is_spent);
    let asked = seconds("retry-after").or_else(|| until(text("retry-after")?)).or(reset)?;
    Some(Duration::from_secs(asked).min(MOST_PAUSE))
}

/// Seconds until a date such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
fn until(date: &str) -> Option<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    Some(unix_seconds(date)?.saturating_sub(now))
}

fn unix_seconds(date: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = date.split_once(", ")?;
    let [day, month, year, time, "GMT"] = rest.split(' ').collect::<Vec<_>>()[..] else { return None };
    let month = MONTHS.iter().position(|known| *known == month)? as u64 + 1;
    let (day, year): (u64, u64) = (day.parse().ok()?, year.parse().ok()?);
    let clock: Vec<u64> = time.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [hour, minute, second]: [u64; 3] = clock.try_into().ok()?;
    if !(1970..10_000).contains(&year) {
        return None;
    }
    // Days from the civil date, with years that begin in March (Howard Hinnant, chrono-compatible date algorithms).
    let (shifted, years) = ((month + 9) % 12, year - u64::from(month <= 2));
    let of_year = (153 * shifted + 2) / 5 + day.clamp(1, 31) - 1;
    let days = years * 365 + years / 4 - years / 100 + years / 400 + of_year;
    let since_epoch = days.checked_sub(719_468)?;
    Some(since_epoch * 86_400 + hour.min(23) * 3600 + minute.min(59) * 60 + second.min(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let parsed = |(name, value): &(&'static str, &'static str)| {
            (name.parse::<ureq::http::HeaderName>().unwrap(), value.parse().unwrap())
        };
        pairs.iter().map(parsed).collect()
    }

    #[test]
    fn a_service_says_when_to_come_back() {
        let asked = |pairs| pause(&headers(pairs)).map(|pause| pause.as_secs());
        assert_eq!(asked(&[("retry-after", "120")]), Some(120));
        assert_eq!(asked(&[("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(0));
        assert_eq!(asked(&[("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")]), Some(86_400));
        assert_eq!(asked(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset-in", "7")]), Some(7));
        assert_eq!(asked(&[("x-ratelimit-remaining", "5"), ("x-ratelimit-reset-in", "7")]), None);
        assert_eq!(asked(&[("retry-after", "soon")]), None);
    }

    /// RFC 9110's own example; `date -d` gives the seconds.
    #[test]
    fn a_date_of_http_is_seconds() {
        assert_eq!(unix_seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(unix_seconds("Thu, 29 Feb 2024 12:00:00 GMT"), Some(1_709_208_000));
        assert_eq!(unix_seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(unix_seconds("06 Nov 1994"), None);
    }
}
