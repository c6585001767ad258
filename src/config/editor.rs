//! The user's editor: which one it is, and a text edited by it. Called where nothing waits but the caller.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Command;

/// Most bytes that are read back.
const MOST_BYTES: u64 = 256 << 20;

/// Why a text was not edited.
#[derive(Debug, thiserror::Error)]
pub enum EditorError {
    #[error("cannot write the text to {}: {error}", path.display())]
    Write { path: PathBuf, error: io::Error },
    #[error("cannot start the editor `{program}`: {error}. Set VISUAL or EDITOR to one")]
    Start { program: String, error: io::Error },
    #[error("the editor `{program}` ended with {status}; the queue stays as it is")]
    Failed { program: String, status: String },
    #[error("cannot read the text again: {0}")]
    Read(String),
}

/// `$VISUAL`, else `$EDITOR`, else `vi`. Words that a shell reads: a program and its flags.
pub fn program() -> OsString {
    let named = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| "vi".into())
}

/// The text as it is when the editor has ended. It gets the terminal; waits for it.
pub fn edit(text: &str) -> Result<String, EditorError> {
    let file = Kept::new(text)?;
    let program = program();
    let shown = program.to_string_lossy().into_owned();
    let mut line = program;
    line.push(" \"$1\"");
    let status = Command::new("sh").arg("-c").arg(line).arg("sh").arg(&file.path).status();
    match status {
        Err(error) => Err(EditorError::Start { program: shown, error }),
        Ok(status) if !status.success() => {
            Err(EditorError::Failed { program: shown, status: status.to_string() })
        }
        Ok(_) => file.read(),
    }
}

/// The file, for the user alone, gone with this.
struct Kept {
    path: PathBuf,
}

impl Kept {
    fn new(text: &str) -> Result<Self, EditorError> {
        let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
        let folder = folder.unwrap_or_else(std::env::temp_dir);
        let process = std::process::id();
        for number in 0.. {
            let path = folder.join(format!("auralis-{process}-{number}.queue.txt"));
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Ok(mut file) => {
                    let kept = Self { path };
                    file.write_all(text.as_bytes())
                        .map_err(|error| EditorError::Write { path: kept.path.clone(), error })?;
                    return Ok(kept);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => {}
                Err(error) => return Err(EditorError::Write { path, error }),
            }
        }
        Err(EditorError::Read("there is no name for a file".to_owned()))
    }

    fn read(&self) -> Result<String, EditorError> {
        let told = |error: io::Error| EditorError::Read(error.to_string());
        let bytes = fs::metadata(&self.path).map_err(told)?.len();
        if bytes > MOST_BYTES {
            return Err(EditorError::Read(format!("{bytes} bytes are too many")));
        }
        let text = fs::read(&self.path).map_err(told)?;
        String::from_utf8(text).map_err(|error| EditorError::Read(error.to_string()))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
