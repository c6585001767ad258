//! The neighbours: a player that runs, the desktop's bus, the port for clients of MPD, ssh.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use super::{Finding, variable};
use crate::config::Loaded;
use crate::model::mpd::Listen;
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::place::Place;

pub fn examine(config: &Loaded, player: &Result<Connection, RemoteError>) -> Vec<Finding> {
    let mut findings = vec![running(config, player)];
    findings.push(bus(config.settings.desktop.mpris, player.is_ok()));
    findings.extend(config.settings.mpd.listen.iter().map(|place| mpd(place, player.is_ok())));
    findings.extend(ssh(config));
    findings
}

fn running(config: &Loaded, player: &Result<Connection, RemoteError>) -> Finding {
    let what = "neighbours: player";
    let socket = Place::new(&config.places).socket();
    let at = socket.as_deref().map(|socket| format!(" at {}", socket.display())).unwrap_or_default();
    match player {
        Ok(_) => Finding::ok(what, format!("one runs and answers{at}")),
        Err(RemoteError::NotRunning) if socket.as_deref().is_some_and(Path::exists) => {
            let finding = Finding::ok(what, format!("none runs; a socket was left behind{at}"));
            Finding { fix: "nothing: the next player takes it over".into(), ..finding }
        }
        Err(RemoteError::NotRunning) => Finding::ok(what, "none runs"),
        Err(error) => Finding::fail(what, error.to_string(), "end that process and start `auralis` again"),
    }
}

#[cfg(feature = "desktop")]
fn bus(wanted: bool, player_runs: bool) -> Finding {
    use crate::integrations::desktop::is_name_taken;
    let what = "neighbours: desktop";
    if !wanted {
        return Finding::ok(what, "`desktop.mpris` is off: media keys do not reach the player");
    }
    match (is_name_taken(), player_runs) {
        (Ok(true), true) => Finding::ok(what, "the session's bus answers, and the player has its name there"),
        (Ok(true), false) => {
            let evidence = "the session's bus answers; another auralis has the MPRIS name";
            Finding { fix: "the next one adds `.instance` to its name".into(), ..Finding::ok(what, evidence) }
        }
        (Ok(false), false) => Finding::ok(what, "the session's bus answers, and the MPRIS name is free"),
        (Ok(false), true) => {
            let fix = "start the player from the desktop's session, or give it DBUS_SESSION_BUS_ADDRESS";
            Finding::warn(what, "the session's bus answers; the player that runs is not on it", fix)
        }
        (Err(why), _) => {
            let fix = "none is needed on a server; else start the player from the desktop's session";
            Finding { fix: fix.into(), ..Finding::ok(what, format!("no session bus: {why}")) }
        }
    }
}

#[cfg(not(feature = "desktop"))]
fn bus(_: bool, _: bool) -> Finding {
    Finding::ok("neighbours: desktop", "this build has no MPRIS: the feature `desktop` is off")
}

/// Whether the place can be listened at: tried, and given back.
fn mpd(place: &Listen, player_runs: bool) -> Finding {
    let what = "neighbours: MPD";
    let Listen::Address(address) = place else {
        return Finding::ok(what, format!("clients reach it at {place}"));
    };
    match (try_port(*address), player_runs) {
        (Ok(()), false) => Finding::ok(what, format!("{place} is free")),
        (Ok(()), true) => {
            let fix = "start it again: `mpd.listen` is read at the start";
            Finding::warn(what, format!("the player that runs does not listen at {place}"), fix)
        }
        (Err(ErrorKind::AddrInUse), true) => Finding::ok(what, format!("{place} is listened at")),
        (Err(ErrorKind::AddrInUse), false) => {
            let fix = "end what listens there (mpd?), or give another port in `mpd.listen`";
            Finding::fail(what, format!("{place} is taken by another program"), fix)
        }
        (Err(why), _) => {
            let fix = "give an address of this machine and a port above 1023 in `mpd.listen`";
            Finding::fail(what, format!("{place} cannot be listened at: {why}"), fix)
        }
    }
}

fn try_port(address: SocketAddr) -> Result<(), ErrorKind> {
    TcpListener::bind(address).map(drop).map_err(|error| error.kind())
}

fn ssh(config: &Loaded) -> Vec<Finding> {
    let what = "neighbours: ssh";
    let mut findings = Vec::new();
    if variable("SSH_CONNECTION").is_some() {
        let evidence = "this shell came over ssh: the sound comes out on this machine";
        let fix = "`auralis -r HOST` brings screen and sound to yours";
        findings.push(Finding { fix: fix.into(), ..Finding::ok(what, evidence) });
    }
    let program = config.settings.remote.ssh.first().map_or("", String::as_str);
    findings.push(match found(program) {
        Some(path) => Finding::ok(what, format!("`auralis -r HOST` connects by {}", path.display())),
        None => {
            let finding =
                Finding::ok(what, format!("there is no `{program}`: `auralis -r HOST` cannot connect"));
            Finding { fix: "install openssh-client, or name another in `remote.ssh`".into(), ..finding }
        }
    });
    findings
}

/// As a shell finds a program.
fn found(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| path.is_file());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| !program.is_empty() && path.is_file())
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn a_port_is_free_or_taken() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = Listen::Address(held.local_addr().unwrap());
        assert_eq!(mpd(&place, false).level, Level::Fail);
        assert_eq!(mpd(&place, true).level, Level::Ok);
        drop(held);
        assert_eq!(mpd(&place, false).level, Level::Ok);
        assert_eq!(mpd(&place, true).level, Level::Warn);
    }
}
