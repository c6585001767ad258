//! A path in JSON, which has only Unicode. Used on the wire and by everything that the command line prints as JSON.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// `path` as far as it can be written, and, where that is not all of it, `path_hex` with its bytes in hexadecimal. Read
/// also from a plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Form")]
pub struct JsonPath {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_hex: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Text(String),
    Keys { path: String, path_hex: Option<String> },
}

impl From<Form> for JsonPath {
    fn from(form: Form) -> Self {
        match form {
            Form::Text(path) => Self { path, path_hex: None },
            Form::Keys { path, path_hex } => Self { path, path_hex },
        }
    }
}

impl JsonPath {
    pub fn new(path: &Path) -> Self {
        let exact = path.to_str().is_some();
        Self { path: path.to_string_lossy().into_owned(), path_hex: (!exact).then(|| hex(path)) }
    }

    /// `None` where `path_hex` is no hexadecimal.
    pub fn to_path(&self) -> Option<PathBuf> {
        match &self.path_hex {
            None => Some(PathBuf::from(&self.path)),
            Some(hex) => Some(OsString::from_vec(bytes(hex)?).into()),
        }
    }
}

fn hex(path: &Path) -> String {
    use std::fmt::Write as _;
    path.as_os_str().as_bytes().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        hex.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn a_path_that_is_not_utf8_keeps_its_bytes() {
        let odd = Path::new(OsStr::from_bytes(b"/m/\xff.mp3"));
        let written = serde_json::to_string(&JsonPath::new(odd)).unwrap();
        assert_eq!(written, "{\"path\":\"/m/\u{fffd}.mp3\",\"path_hex\":\"2f6d2fff2e6d7033\"}");
        let read: JsonPath = serde_json::from_str(&written).unwrap();
        assert_eq!(read.to_path().as_deref(), Some(odd));
        assert_eq!(
            serde_json::to_string(&JsonPath::new(Path::new("/m/ü.mp3"))).unwrap(),
            "{\"path\":\"/m/ü.mp3\"}"
        );
    }

    #[test]
    fn a_plain_text_is_a_path_and_bad_hexadecimal_is_none() {
        let read = |text: &str| serde_json::from_str::<JsonPath>(text).unwrap().to_path();
        assert_eq!(read("\"/m/a.mp3\""), Some("/m/a.mp3".into()));
        for bad in ["f", "xx", "é0", "+1"] {
            assert_eq!(read(&format!("{{\"path\":\"/\",\"path_hex\":\"{bad}\"}}")), None, "{bad}");
        }
    }
}
