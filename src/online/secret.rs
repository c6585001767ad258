//! Secrets of services: from a file that only this user can read, or from what a program prints. They are shown nowhere:
//! not in logs, not in notices. Blocks.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::model::notice::{Notice, Severity};
use crate::model::scrobbling::SecretSource;

const MOST_BYTES: u64 = 4 * 1024;
/// A program may have to ask the user for a password.
const PATIENCE: Duration = Duration::from_secs(60);

/// Text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// For the wire.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// `undone`: what cannot be done without it, as a sentence.
///
/// # Errors
/// Why there is no secret, and what to do.
pub fn read(source: &SecretSource, undone: &str) -> Result<Secret, Notice> {
    let text = match (&source.file, source.command.as_slice()) {
        (Some(file), _) => from_file(file, undone)?,
        (None, [program, arguments @ ..]) => from_program(program, arguments, undone)?,
        (None, []) => return Err(missing(undone, "neither a file nor a program is configured")),
    };
    let text = text.trim();
    if text.is_empty() || text.contains(|c: char| c.is_control() && c != '\n' && c != '\r') {
        return Err(missing(undone, "what should be the secret is empty or no text"));
    }
    Ok(Secret::new(text))
}

fn missing(undone: &str, why: impl std::fmt::Display) -> Notice {
    Notice::new(Severity::Warning, undone).why(why.to_string())
}

fn from_file(path: &Path, undone: &str) -> Result<String, Notice> {
    let shown = path.display();
    let failed = |error: std::io::Error| missing(undone, format_args!("cannot read {shown}: {error}"));
    let file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if !about.is_file() {
        return Err(missing(undone, format_args!("{shown} is no file")));
    }
    if about.mode() & 0o077 != 0 {
        let why = format_args!("others can read {shown}, which holds a secret");
        return Err(missing(undone, why).next_step(format!("`chmod 600 {shown}` makes it yours alone")));
    }
    text(file).map_err(failed)
}

fn text(from: impl Read) -> std::io::Result<String> {
    let mut text = String::new();
    from.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// Without a shell; what takes longer than the limit is ended with all that it started.
fn from_program(program: &str, arguments: &[String], undone: &str) -> Result<String, Notice> {
    let failed = |error: std::io::Error| missing(undone, format_args!("cannot run {program}: {error}"));
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(failed)?;
    let out = child.stdout.take();
    let reader = std::thread::Builder::new().name("secret".into());
    let reader = reader.spawn(move || out.map(text)).map_err(failed)?;
    let until = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait() {
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
            Ok(Some(status)) => break Some(status),
            _ => break None,
        }
    };
    let Some(status) = status else {
        if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = child.wait();
        return Err(missing(undone, format_args!("{program} took longer than {} s", PATIENCE.as_secs())));
    };
    if !status.success() {
        return Err(missing(undone, format_args!("{program} failed ({status})")));
    }
    match reader.join() {
        Ok(Some(Ok(text))) => Ok(text),
        _ => Err(missing(undone, format_args!("{program} printed no text"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn file(path: &Path) -> SecretSource {
        SecretSource { file: Some(path.to_owned()), command: Vec::new() }
    }

    fn program(words: &[&str]) -> SecretSource {
        SecretSource { file: None, command: words.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn a_file_is_read_where_only_this_user_can() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("token");
        fs::write(&path, "s3cret\n").unwrap();
        for (mode, is_read) in [(0o600, true), (0o400, true), (0o644, false), (0o640, false), (0o602, false)]
        {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let read = read(&file(&path), "X");
            assert_eq!(read.is_ok(), is_read, "{mode:o}");
            match read {
                Ok(secret) => {
                    assert_eq!((secret.reveal(), format!("{secret:?}").as_str()), ("s3cret", "Secret"))
                }
                Err(notice) => {
                    assert!(notice.next_step.contains("chmod 600"), "{notice}");
                    assert!(!notice.to_string().contains("s3cret"), "{notice}");
                }
            }
        }
        assert!(read(&file(home.path()), "X").is_err(), "a folder");
        assert!(read(&file(&home.path().join("none")), "X").is_err());
    }

    #[test]
    fn a_program_prints_it() {
        let told = |words: &[&str]| read(&program(words), "X").map(|secret| secret.reveal().to_owned());
        assert_eq!(told(&["printf", "  %s\\n", "$HOME"]), Ok("$HOME".into()));
        assert!(told(&["false"]).unwrap_err().why.contains("failed"));
        assert!(told(&["true"]).unwrap_err().why.contains("empty"));
        assert!(told(&["auralis-no-such-program"]).unwrap_err().why.contains("cannot run"));
        assert!(told(&["printf", "a\\033b"]).is_err());
    }
}
