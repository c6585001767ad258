//! What a screen remembers from run to run: lines that were typed, registers with music, macros. A file of JSON beside the
//! library; read before the screen begins, written when it was left, never on the ui thread meanwhile.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::read_text;
use crate::model::json_path::JsonPath;

/// Other forms are not read.
const VERSION: u32 = 1;
/// Most that is kept of music: a file stays far below what is read.
const MOST_PATHS: usize = 3000;

/// How the panes stand in one tab. What is chosen in the settings, too, is there only where it differs from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RememberedTab {
    pub name: String,
    /// Playlists are shown in the library's place.
    pub playlists: bool,
    /// The pane that one is in.
    pub focus: String,
    pub library: bool,
    pub queue: bool,
    pub spectrum: Option<bool>,
    pub visual: Option<String>,
    pub song: bool,
    pub mastering: bool,
    /// The queue is beneath the library.
    pub below: bool,
    /// Percent: of the library, of its first column, its second one, of the lists of playlists.
    pub shares: [u8; 4],
    /// Of what is heard.
    pub rows: Option<u16>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScreenMemory {
    /// How the panes stood.
    pub tabs: Vec<RememberedTab>,
    /// Columns of lists, where they are others than the settings': these, and those that are shown instead.
    pub columns: Option<[Vec<String>; 2]>,
    /// Commands, searches, filters; newest last.
    pub lines: [Vec<String>; 3],
    /// By small letter; the keys as they are written in a keymap.
    pub macros: BTreeMap<char, String>,
    /// By small letter.
    pub registers: BTreeMap<char, Vec<PathBuf>>,
}

#[derive(Serialize, Deserialize)]
struct Form {
    version: u32,
    commands: Vec<String>,
    searches: Vec<String>,
    filters: Vec<String>,
    macros: BTreeMap<char, String>,
    registers: BTreeMap<char, Vec<JsonPath>>,
    #[serde(default)]
    tabs: Vec<RememberedTab>,
    #[serde(default)]
    columns: Option<[Vec<String>; 2]>,
}

impl ScreenMemory {
    /// Nothing where there is no such file.
    pub fn read(file: &Path) -> Result<Self, Problem> {
        let Some(text) = read_text(file)? else { return Ok(Self::default()) };
        let problem = |message: String| Problem { file: file.to_owned(), line: None, message, nearest: None };
        let form: Form = serde_json::from_str(&text)
            .map_err(|error| problem(format!("what the screen remembers is lost: {error}")))?;
        if form.version != VERSION {
            return Err(problem(format!("of another auralis (version {}); it is made anew", form.version)));
        }
        let paths = |paths: Vec<JsonPath>| paths.iter().filter_map(JsonPath::to_path).collect();
        Ok(Self {
            tabs: form.tabs,
            columns: form.columns,
            lines: [form.commands, form.searches, form.filters],
            macros: form.macros,
            registers: form.registers.into_iter().map(|(letter, all)| (letter, paths(all))).collect(),
        })
    }

    /// All or nothing; for the user alone.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let [commands, searches, filters] = self.lines.clone();
        let mut room = MOST_PATHS;
        let mut kept = |paths: &Vec<PathBuf>| -> Vec<JsonPath> {
            let taken = paths.len().min(room);
            room -= taken;
            paths[..taken].iter().map(|path| JsonPath::new(path)).collect()
        };
        let registers = self.registers.iter().map(|(letter, paths)| (*letter, kept(paths))).collect();
        let form = Form {
            version: VERSION,
            commands,
            searches,
            filters,
            macros: self.macros.clone(),
            registers,
            tabs: self.tabs.clone(),
            columns: self.columns.clone(),
        };
        let text = serde_json::to_vec(&form)?;
        if let Some(folder) = file.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let part = file.with_extension("part");
        let _ = std::fs::remove_file(&part);
        let mut new: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        new.write_all(&text).and_then(|()| new.sync_all())?;
        drop(new);
        std::fs::rename(&part, file).inspect_err(|_| drop(std::fs::remove_file(&part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/screen.json");
        assert_eq!(ScreenMemory::read(&file).unwrap(), ScreenMemory::default());
        let odd = PathBuf::from(std::ffi::OsStr::from_bytes(b"/m/\xff.mp3"));
        let tab = RememberedTab {
            name: "far".into(),
            playlists: true,
            focus: "queue".into(),
            library: true,
            queue: false,
            spectrum: Some(false),
            visual: None,
            song: false,
            mastering: true,
            below: true,
            shares: [60, 20, 30, 40],
            rows: Some(9),
        };
        let memory = ScreenMemory {
            tabs: vec![tab],
            columns: Some([vec!["bpm".into()], vec!["artist:20".into(), "bpm".into()]]),
            lines: [vec!["next".into()], Vec::new(), vec!["genre:jazz".into()]],
            macros: [('a', "dd<Enter>".to_owned())].into(),
            registers: [('b', vec![odd, "/m/é.flac".into()])].into(),
        };
        memory.write(&file).unwrap();
        assert_eq!(ScreenMemory::read(&file).unwrap(), memory);
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let large = ScreenMemory { registers: [('c', vec!["/m".into(); 5000])].into(), ..memory };
        large.write(&file).unwrap();
        assert_eq!(ScreenMemory::read(&file).unwrap().registers[&'c'].len(), MOST_PATHS);
        for text in ["{", "[]", "{\"version\":9}", "\u{1}"] {
            std::fs::write(&file, text).unwrap();
            assert!(ScreenMemory::read(&file).is_err(), "{text}");
        }
    }
}
