//! Who asks: what proves the user, made anew for each question. A token where the server takes one; the password itself only
//! where it takes nothing else and nobody between can read it; an API key where there is no user.

use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use md5::{Digest, Md5};

use crate::model::address;
use crate::model::scrobbling::SecretSource;
use crate::model::server::{Failed, ServerSettings};
use crate::online::secret::{self, Secret};

/// Between two readings of a secret that was refused, or could not be read.
const PAUSE: Duration = Duration::from_secs(30);

/// Names and values of a question.
pub type Parameters = Vec<(&'static str, String)>;

/// How the user is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `t` and `s`: the password stays here.
    Token,
    /// `p`: for servers that keep passwords so that they cannot check a token.
    Password,
    /// `apiKey`, without a user.
    Key,
}

/// What a question is signed with, and which reading of the secret that was.
pub struct Signed {
    pub parameters: Parameters,
    pub way: Way,
    reading: u64,
}

/// Who the user is, and what is known of how the server takes it.
pub struct Proof {
    name: String,
    user: String,
    source: SecretSource,
    /// What is sent there, nobody between can read.
    is_private: bool,
    known: Mutex<Known>,
}

/// Held while the secret is read, so that it is read once, whoever asks.
#[derive(Default)]
struct Known {
    secret: Option<Secret>,
    readings: u64,
    read_at: Option<Instant>,
    /// Why it is of no use.
    denied: Option<Failed>,
    takes_password: bool,
    /// The server took what it was signed with.
    is_taken: bool,
}

impl Proof {
    pub fn new(settings: &ServerSettings) -> Self {
        Self {
            name: settings.name.clone(),
            user: settings.user.clone(),
            source: settings.secret.clone(),
            is_private: is_private(&settings.url),
            known: Mutex::default(),
        }
    }

    /// # Errors
    /// Where the secret cannot be read, or was refused a moment ago.
    pub fn sign(&self, now: Instant) -> Result<Signed, Failed> {
        let mut known = self.known();
        let secret = self.secret(&mut known, now)?;
        let (user, secret) = (("u", self.user.clone()), secret.reveal());
        let (way, parameters) = if self.user.is_empty() {
            (Way::Key, vec![("apiKey", secret.to_owned())])
        } else if known.takes_password {
            (Way::Password, vec![user, ("p", format!("enc:{}", hex(secret.as_bytes())))])
        } else {
            let salt = salt();
            (Way::Token, vec![user, ("t", token(secret, &salt)), ("s", salt)])
        };
        Ok(Signed { parameters, way, reading: known.readings })
    }

    fn secret(&self, known: &mut Known, now: Instant) -> Result<Secret, Failed> {
        let waited = known.read_at.map_or(PAUSE, |at| now.saturating_duration_since(at));
        if let Some(denied) = known.denied.as_ref().filter(|_| waited < PAUSE) {
            return Err(Failed { after: Some(PAUSE - waited), ..denied.clone() });
        }
        if let (Some(secret), None) = (&known.secret, &known.denied) {
            return Ok(secret.clone());
        }
        (known.secret, known.denied, known.read_at) = (None, None, Some(now));
        known.readings += 1;
        let read = secret::read(&self.source, &format!("The music server {} cannot be asked", self.name));
        let secret = read.map_err(|notice| {
            let why = [notice.why, notice.next_step].join(". ");
            let why = format!("{}: {}", notice.what, why.trim_end_matches(". "));
            let failed = Failed { why, for_good: false, after: None };
            known.denied = Some(failed.clone());
            failed
        })?;
        known.secret = Some(secret.clone());
        Ok(secret)
    }

    /// The server took it.
    pub fn taken(&self) {
        self.known().is_taken = true;
    }

    pub fn is_taken(&self) -> bool {
        self.known().is_taken
    }

    /// The server refused the secret: it is read anew before it is sent again.
    pub fn refused(&self, signed: &Signed, why: &Failed) {
        let mut known = self.known();
        if known.readings == signed.reading {
            known.denied = Some(why.clone());
        }
    }

    /// Whether it may be that the server takes no tokens: it took none yet.
    pub fn is_doubtful(&self, signed: &Signed) -> bool {
        signed.way == Way::Token && !self.known().is_taken
    }

    /// From now on the password itself is sent; `false` where others could read it.
    pub fn try_password(&self) -> bool {
        self.known().takes_password |= self.is_private;
        self.is_private
    }

    /// That was in vain.
    pub fn not_the_password(&self) {
        self.known().takes_password = false;
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Encrypted, or on this machine.
fn is_private(url: &str) -> bool {
    let host = address::host(Path::new(url)).unwrap_or_default();
    let is_here = host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
        || is_here
        || host.eq_ignore_ascii_case("localhost")
}

/// As the API has it: MD5 of password and salt, one behind the other.
fn token(password: &str, salt: &str) -> String {
    hex(&Md5::new().chain_update(password).chain_update(salt).finalize())
}

/// Another each time, and not to be guessed from those before: the system's random numbers seed the keys of the hash.
fn salt() -> String {
    format!("{:016x}", RandomState::new().hash_one(Instant::now()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// As a query or a form has them: all but what is free in an address (RFC 3986 §2.3) is escaped.
pub fn encoded(parameters: &[(&str, String)]) -> String {
    let mut out = String::new();
    for (name, value) in parameters {
        let between = if out.is_empty() { "" } else { "&" };
        let _ = write!(out, "{between}{name}=");
        for byte in value.bytes() {
            match byte {
                byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => out.push(char::from(byte)),
                byte => drop(write!(out, "%{byte:02X}")),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of <https://www.subsonic.org/pages/api.jsp>.
    #[test]
    fn a_token_is_made_as_the_api_has_it() {
        assert_eq!(token("sesame", "c19b2d"), "26719a1196d2a940705a59634eb18eab");
        assert_eq!(hex(b"sesame"), "736573616d65");
        let salts: std::collections::BTreeSet<String> = (0..100).map(|_| salt()).collect();
        assert!(salts.len() == 100 && salts.iter().all(|salt| salt.len() >= 6));
    }

    #[test]
    fn what_is_asked_is_escaped() {
        let all = [("id", "a b&c=ü".to_owned()), ("s", "~".to_owned())];
        assert_eq!(encoded(&all), "id=a%20b%26c%3D%C3%BC&s=~");
    }

    #[test]
    fn the_password_itself_is_sent_only_where_nobody_reads_it() {
        for url in
            ["https://a.example/x", "HTTPS://a", "http://localhost:1/", "http://127.0.0.1:1", "http://[::1]"]
        {
            assert!(is_private(url), "{url}");
        }
        for url in [
            "http://a.example",
            "http://192.168.0.2:4533",
            "http://localhost.example",
            "http://127.0.0.1@b.example",
            "",
        ] {
            assert!(!is_private(url), "{url}");
        }
    }

    fn proof(command: &[&str]) -> Proof {
        let secret = SecretSource { file: None, command: command.iter().map(ToString::to_string).collect() };
        Proof::new(&ServerSettings { secret, user: "ann".into(), ..ServerSettings::default() })
    }

    /// The program counts its runs in a file.
    #[test]
    fn a_secret_is_read_once_and_anew_where_it_was_refused_but_not_at_once() {
        let home = tempfile::tempdir().unwrap();
        let runs = home.path().join("runs");
        let script = format!("echo x >> {}; wc -l < {}", runs.display(), runs.display());
        let proof = proof(&["sh", "-c", &script]);
        let count = || std::fs::read_to_string(&runs).map_or(0, |text| text.lines().count());
        assert_eq!(count(), 0, "it is read lazily");
        let now = Instant::now();
        let signed = proof.sign(now).unwrap();
        proof.sign(now).unwrap();
        assert_eq!(count(), 1);
        let why = Failed { why: "wrong".into(), for_good: false, after: None };
        proof.refused(&signed, &why);
        let second = Duration::from_secs(1);
        let again = proof.sign(now + second).err().unwrap();
        assert_eq!((again.why.as_str(), again.after), ("wrong", Some(PAUSE - second)));
        assert_eq!(count(), 1);
        let anew = proof.sign(now + PAUSE).unwrap();
        assert_eq!(count(), 2);
        proof.refused(&signed, &why);
        assert!(proof.sign(now + PAUSE).is_ok(), "that was the one before");
        proof.refused(&anew, &why);
        assert!(proof.sign(now + PAUSE).is_err());
    }

    #[test]
    fn a_secret_that_cannot_be_read_is_told_in_words_and_tried_again_later() {
        let proof = proof(&["auralis-no-such-program"]);
        let now = Instant::now();
        let failed = proof.sign(now).err().unwrap();
        assert!(failed.why.contains("server cannot be asked: cannot run auralis"), "{}", failed.why);
        assert_eq!((failed.for_good, failed.after), (false, None));
        assert_eq!(proof.sign(now).err().unwrap().after, Some(PAUSE));
        let none = Proof::new(&ServerSettings::default());
        assert!(none.sign(now).err().unwrap().why.contains("neither a file nor a program"));
    }
}
