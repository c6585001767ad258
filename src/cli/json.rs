//! JSON on standard output: one value a line, flushed, so that a reader sees each as it happens.

use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::Serialize;

use super::exit::CliError;

/// A path in JSON, which has only Unicode: `path` as far as it can be written, and, where that is not all of it,
/// `path_hex` with its bytes in hexadecimal.
#[derive(Debug, Serialize)]
pub struct JsonPath {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_hex: Option<String>,
}

impl JsonPath {
    pub fn new(path: &Path) -> Self {
        let exact = path.to_str().is_some();
        Self { path: path.to_string_lossy().into_owned(), path_hex: (!exact).then(|| hex(path)) }
    }
}

fn hex(path: &Path) -> String {
    use std::fmt::Write as _;
    path.as_os_str().as_bytes().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// One value and a line feed.
pub fn print(out: &mut impl Write, value: &impl Serialize) -> Result<(), CliError> {
    let mut line = serde_json::to_vec(value).map_err(|error| CliError::Output(error.into()))?;
    line.push(b'\n');
    out.write_all(&line).map_err(CliError::Output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn a_path_that_is_not_utf8_keeps_its_bytes() {
        let mut out = Vec::new();
        print(&mut out, &JsonPath::new(Path::new(OsStr::from_bytes(b"/m/\xff.mp3")))).unwrap();
        assert_eq!(out, "{\"path\":\"/m/\u{fffd}.mp3\",\"path_hex\":\"2f6d2fff2e6d7033\"}\n".as_bytes());
        out.clear();
        print(&mut out, &JsonPath::new(Path::new("/m/ü.mp3"))).unwrap();
        assert_eq!(out, "{\"path\":\"/m/ü.mp3\"}\n".as_bytes());
    }
}
