//! Players of other machines: `ssh` is the wire, and the player there joins it to its socket.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::BootError;
use super::handover::Successor;
use super::player::{Left, PlayerRun, attached};
use crate::model::settings::RemoteSettings;
use crate::remote::RemoteError;
use crate::remote::place::Place;
use crate::remote::screen::attach::{Dial, Wire};
use crate::tui::CoreOf;

/// The screen here, the player there.
///
/// # Errors
/// Where there is no way there, or no player at its end.
pub fn far(run: PlayerRun, host: &str) -> Result<Left, BootError> {
    let dial = Far { settings: run.config.settings.remote.clone(), host: host.to_owned(), dialled: false };
    attached(run, Box::new(dial), CoreOf::Other { host: Some(host.to_owned()) })
}

/// A player at the end of `ssh`.
struct Far {
    settings: RemoteSettings,
    host: String,
    dialled: bool,
}

impl Far {
    fn command(&self) -> Option<Command> {
        let (program, arguments) = self.settings.ssh.split_first()?;
        let mut command = Command::new(program);
        command.args(arguments);
        if self.dialled {
            // The screen has the terminal: nothing may ask there.
            command.args(["-o", "BatchMode=yes"]);
        }
        command.args([
            "-T",
            "-o",
            "ServerAliveInterval=5",
            "-o",
            "ServerAliveCountMax=3",
            "-o",
            "ConnectTimeout=10",
        ]);
        command.args([self.host.as_str(), "--", &self.settings.program, "proxy"]);
        Some(command)
    }
}

impl Dial for Far {
    fn dial(&mut self) -> Result<Wire, RemoteError> {
        let mut command = self.command().ok_or(RemoteError::NotRunning)?;
        self.dialled = true;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(RemoteError::Broken)?;
        let broken = || RemoteError::Broken(io::ErrorKind::BrokenPipe.into());
        let (to, from) = (child.stdin.take().ok_or_else(broken)?, child.stdout.take().ok_or_else(broken)?);
        let said = said(&mut child);
        let child = Arc::new(Mutex::new(child));
        let ends = Arc::clone(&child);
        Ok(Wire {
            from: Box::new(Ending { from, child: Arc::clone(&child), said }),
            to: Box::new(to),
            cut: Box::new(move || drop(ends.lock().unwrap_or_else(PoisonError::into_inner).kill())),
        })
    }

    fn patience(&self) -> Option<Duration> {
        None
    }

    fn is_far(&self) -> bool {
        true
    }
}

type Said = Arc<Mutex<String>>;

/// The last line that the child says on its standard error.
fn said(child: &mut Child) -> Said {
    let last = Said::default();
    if let Some(stderr) = child.stderr.take() {
        let keeps = Arc::clone(&last);
        let work = move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                tracing::info!(line, "ssh");
                *keeps.lock().unwrap_or_else(PoisonError::into_inner) = line;
            }
        };
        // Without it the child's words are lost, no more.
        let _ = std::thread::Builder::new().name("ssh-says".into()).spawn(work);
    }
    last
}

/// What comes from the child; where it ends, why.
struct Ending<R> {
    from: R,
    child: Arc<Mutex<Child>>,
    said: Said,
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.from.read(into)? {
            0 => {
                // So that no process is left undead.
                let _ = self.child.lock().unwrap_or_else(PoisonError::into_inner).wait();
                // The line comes on another thread.
                std::thread::sleep(Duration::from_millis(20));
                let said = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if said.is_empty() { Ok(0) } else { Err(io::Error::other(said)) }
            }
            count => Ok(count),
        }
    }
}

/// Joins standard input and output to the player that runs; where none does, one is started that stays.
///
/// # Errors
/// Where no player can be reached or started.
pub fn proxy(run: &PlayerRun) -> Result<(), BootError> {
    let place = Place::new(&run.config.places);
    let stream = match place.connect() {
        Ok((stream, _)) => stream,
        Err(RemoteError::NotRunning) => {
            let successor = Successor::start(&run.successor).map_err(BootError::Handover)?;
            successor.take_over(false).map_err(BootError::Handover)?;
            place.connect().map_err(BootError::Remote)?.0
        }
        Err(error) => return Err(BootError::Remote(error)),
    };
    let mut to_player = stream.try_clone()?;
    std::thread::Builder::new().name("proxy-in".into()).spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut to_player);
        let _ = to_player.shutdown(Shutdown::Both);
    })?;
    pump(stream, &mut io::stdout().lock())?;
    Ok(())
}

/// What comes is handed on at once.
fn pump(mut from: impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        match from.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(count) => to.write_all(&bytes[..count]).and_then(|()| to.flush())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
