//! How other programs reach the player as they reach MPD: where it listens, and who may do what. Plain data, read by
//! `config`, acted on by `remote::mpd`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

/// The port that MPD has.
pub const PORT: u16 = 6600;

/// What a client may do, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    pub const NONE: Self = Self(0);
    pub const READ: Self = Self(1);
    /// Put music into the queue.
    pub const ADD: Self = Self(1 << 1);
    /// Play, stop, change the queue.
    pub const PLAYER: Self = Self(1 << 2);
    /// Playlists, the library, messages.
    pub const CONTROL: Self = Self(1 << 3);
    /// Outputs, ratings, the end of the player.
    pub const ADMIN: Self = Self(1 << 4);
    pub const ALL: Self = Self(0b1_1111);

    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// `read,add,player,control,admin`, any of them. Who may control may also play, as in MPD before it had `player`.
    pub fn parse(words: &str) -> Option<Self> {
        let mut all = Self::NONE;
        for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            all = all.with(match word {
                "read" => Self::READ,
                "add" => Self::ADD,
                "player" => Self::PLAYER,
                "control" => Self::CONTROL.with(Self::PLAYER),
                "admin" => Self::ADMIN,
                _ => return None,
            });
        }
        Some(all)
    }
}

/// A place to listen at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// A Unix socket.
    Path(PathBuf),
    Address(SocketAddr),
}

impl Listen {
    /// A path (`/...`, `~/...`), `localhost`, an address, or one of these with a port.
    pub fn parse(word: &str) -> Option<Self> {
        if word.contains('\0') {
            return None;
        }
        if word.starts_with(['/', '~']) {
            return Some(Self::Path(word.into()));
        }
        if let Ok(address) = word.parse() {
            return Some(Self::Address(address));
        }
        let (host, port) = match word.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => (host, port.parse().ok()?),
            _ => (word, PORT),
        };
        let host: IpAddr = match host {
            "localhost" => Ipv4Addr::LOCALHOST.into(),
            "any" => Ipv6Addr::UNSPECIFIED.into(),
            host => host.trim_start_matches('[').trim_end_matches(']').parse().ok()?,
        };
        Some(Self::Address(SocketAddr::new(host, port)))
    }

    /// Other machines can reach it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Address(address) if !address.ip().is_loopback())
    }
}

impl std::fmt::Display for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// A password, and what it opens.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    pub secret: String,
    pub opens: Permissions,
}

impl Password {
    /// `secret@read,add`; without an `@` it opens everything.
    pub fn parse(word: &str) -> Option<Self> {
        let (secret, opens) = match word.rsplit_once('@') {
            Some((secret, words)) => (secret, Permissions::parse(words)?),
            None => (word, Permissions::ALL),
        };
        let plain = !secret.is_empty() && !secret.contains(char::is_control);
        plain.then(|| Self { secret: secret.to_owned(), opens })
    }
}

/// A secret is in no log.
impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Password").field("opens", &self.opens).finish_non_exhaustive()
    }
}

/// Nothing listens where `listen` is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MpdSettings {
    pub listen: Vec<Listen>,
    pub passwords: Vec<Password>,
    /// Of clients over the network that gave no password; `None`: all where there are no passwords, else none.
    pub default_permissions: Option<Permissions>,
}

impl MpdSettings {
    /// What a client may do before it says a word. On a Unix socket it is the user.
    pub fn first(&self, is_local: bool) -> Permissions {
        let usual = if self.passwords.is_empty() { Permissions::ALL } else { Permissions::NONE };
        if is_local { Permissions::ALL } else { self.default_permissions.unwrap_or(usual) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_paths_and_addresses() {
        let address = |word: &str| Listen::parse(word).map(|place| place.to_string());
        assert_eq!(address("localhost").as_deref(), Some("127.0.0.1:6600"));
        assert_eq!(address("localhost:6601").as_deref(), Some("127.0.0.1:6601"));
        assert_eq!(address("192.168.1.2").as_deref(), Some("192.168.1.2:6600"));
        assert_eq!(address("::1").as_deref(), Some("[::1]:6600"));
        assert_eq!(address("[::1]:7").as_deref(), Some("[::1]:7"));
        assert_eq!(Listen::parse("~/s"), Some(Listen::Path("~/s".into())));
        for bad in ["", "music.example:6600", "localhost:x", "localhost:70000", "relative/path", "/a\0b"] {
            assert_eq!(Listen::parse(bad), None, "{bad:?}");
        }
        let is_open = |word| Listen::parse(word).is_some_and(|place| place.is_open());
        assert!(is_open("0.0.0.0") && is_open("any") && is_open("10.0.0.1:1"));
        assert!(!is_open("127.0.0.9:1") && !is_open("::1") && !is_open("/run/s"));
    }

    #[test]
    fn a_password_opens_what_stands_behind_it_and_is_not_shown() {
        let read = Password::parse("a@b@read,add").unwrap();
        assert_eq!((read.secret.as_str(), read.opens), ("a@b", Permissions::READ.with(Permissions::ADD)));
        assert_eq!(Password::parse("all").unwrap().opens, Permissions::ALL);
        assert_eq!(Password::parse("x@write"), None);
        assert_eq!(Password::parse("@read"), None);
        assert!(!format!("{read:?}").contains("a@b"));
    }

    #[test]
    fn with_a_password_nothing_is_open_before_it_but_to_the_user() {
        let mut settings = MpdSettings::default();
        assert_eq!(settings.first(false), Permissions::ALL);
        settings.passwords.extend(Password::parse("x"));
        assert_eq!((settings.first(false), settings.first(true)), (Permissions::NONE, Permissions::ALL));
        settings.default_permissions = Permissions::parse("read");
        assert_eq!(settings.first(false), Permissions::READ);
    }
}
