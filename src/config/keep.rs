//! One key of `config.toml` written anew, at the user's word: comments, order and all else stay as they are. The new file is
//! whole in its place, or the old one is.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, Value};

use super::file;
use super::read;
use super::setting::Setting;

/// Writes it; the line where it stands now.
pub fn keep(file: &Path, setting: Setting, value: &str) -> Result<usize, String> {
    let shown = || file.display();
    let text = match read::text(file) {
        Ok(text) => text.unwrap_or_default(),
        Err(unreadable) => return Err(format!("{} is not written: {}", shown(), unreadable.why)),
    };
    let new = with(&text, setting, value).map_err(|why| format!("{} is not written: {why}", shown()))?;
    let line = line_of(&new, setting).ok_or_else(|| format!("{} is not written", shown()))?;
    if new != text {
        replace(file, &new).map_err(|error| format!("{} is not written: {error}", shown()))?;
    }
    Ok(line)
}

/// The text with that one value. What is wrong elsewhere in it stays wrong.
pub fn with(text: &str, setting: Setting, value: &str) -> Result<String, String> {
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| format!("it is not TOML: {}", error.message()))?;
    let value: Value = value.parse().map_err(|_| "the value is not TOML".to_owned())?;
    let name = setting.table();
    let by_hand = || format!("change `{}` there by hand: it is written in another way", setting.path());
    let table = if name.is_empty() {
        document.as_item_mut()
    } else {
        let is_first = document.is_empty();
        document.entry(name).or_insert_with(|| new_table(is_first))
    };
    let table = table.as_table_like_mut().ok_or_else(by_hand)?;
    match table.get_mut(setting.key()) {
        Some(Item::Value(old)) => {
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        }
        Some(_) => return Err(by_hand()),
        None => drop(table.insert(setting.key(), Item::Value(value))),
    }
    let new = as_before(text, document.to_string());
    if is_alike(text, &new, setting) { Ok(new) } else { Err(by_hand()) }
}

fn new_table(is_first: bool) -> Item {
    let mut table = Table::new();
    table.decor_mut().set_prefix(if is_first { "" } else { "\n" });
    Item::Table(table)
}

/// Lines end as they did.
fn as_before(old: &str, new: String) -> String {
    if old.contains("\r\n") { new.replace("\r\n", "\n").replace('\n', "\r\n") } else { new }
}

/// All other settings are read from the new text as from the old one.
fn is_alike(old: &str, new: &str, setting: Setting) -> bool {
    let name = Path::new("config.toml");
    let (old, new) = (file::read(old, name, None), file::read(new, name, None));
    let (value, _) = new.origins.of(setting);
    let expected = setting.read(value, &old.settings, None);
    expected.is_ok_and(|expected| expected.settings == new.settings)
        && new.problems.len() <= old.problems.len()
}

fn line_of(text: &str, setting: Setting) -> Option<usize> {
    let origins = file::read(text, Path::new("config.toml"), None).origins;
    if let (_, super::origin::Origin::File(line)) = origins.of(setting) { Some(line) } else { None }
}

/// A link stays one: what it leads to is replaced.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let target = match fs::canonicalize(file) {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(file).is_err() => {
            file.to_owned()
        }
        Err(error) => return Err(error),
    };
    if let Some(folder) = target.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let part = beside(&target);
    let moved = write(&part, &target, text).and_then(|()| fs::rename(&part, &target));
    moved.inspect_err(|_| drop(fs::remove_file(&part)))
}

fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn write(part: &Path, target: &Path, text: &str) -> io::Result<()> {
    let mut new = OpenOptions::new().write(true).create(true).truncate(true).open(part)?;
    if let Ok(old) = fs::metadata(target) {
        new.set_permissions(old.permissions())?;
    }
    new.write_all(text.as_bytes()).and_then(|()| new.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str, name: &str, value: &str) -> Result<String, String> {
        with(text, Setting::named(name).unwrap(), value)
    }

    #[test]
    fn only_the_value_is_another() {
        let text = "# mine\nrewind_s = 7 # seconds\n\n[screen] # how it looks\n# calm\ntheme   =   'dark'   # at night\n\
                    columns = [\n  \"bpm\", # first\n]\nthem = 3\n\n[eq]\non=true\n";
        let changed = kept(text, "theme", "\"light\"").unwrap();
        assert_eq!(changed, text.replace("'dark'", "\"light\""));
        assert_eq!(kept(text, "rewind_s", "0").unwrap(), text.replace("= 7", "= 0"));
        let added = kept(text, "fps", "60").unwrap();
        assert_eq!(added, text.replace("them = 3\n", "them = 3\nfps = 60\n"));
        let table = kept(text, "mono", "true").unwrap();
        assert_eq!(table, format!("{text}\n[sound]\nmono = true\n"));
        let columns = kept(text, "columns", "[\"key\"]").unwrap();
        assert_eq!(columns, text.replace("[\n  \"bpm\", # first\n]", "[\"key\"]"));
    }

    #[test]
    fn every_way_of_writing_a_table_is_kept() {
        assert_eq!(kept("", "fps", "60").unwrap(), "[screen]\nfps = 60\n");
        assert_eq!(kept("", "rewind_s", "1").unwrap(), "rewind_s = 1\n");
        assert_eq!(
            kept("screen.theme = 'dark'\n", "fps", "60").unwrap(),
            "screen.theme = 'dark'\nscreen.fps = 60\n"
        );
        assert_eq!(kept("[eq]\non = true", "rewind_s", "1").unwrap(), "rewind_s = 1\n[eq]\non = true\n");
        let inline = kept("screen = { theme = 'dark' }\n", "fps", "60").unwrap();
        assert_eq!(inline, "screen = { theme = 'dark' , fps = 60 }\n");
        let below = "[similarity.weights]\ntimbre = 2\n";
        let implied = kept(below, "surprise", "5").unwrap();
        assert!(implied.contains("[similarity]\nsurprise = 5\n") && implied.contains(below), "{implied}");
        let crlf = kept("[screen]\r\n# x\r\nfps = 30\r\n", "fps", "60").unwrap();
        assert_eq!(crlf, "[screen]\r\n# x\r\nfps = 60\r\n");
    }

    #[test]
    fn what_cannot_be_done_safely_is_left() {
        assert!(kept("[screen\n", "fps", "60").unwrap_err().starts_with("it is not TOML"));
        assert!(kept("screen = 3\n", "fps", "60").unwrap_err().contains("by hand"));
        assert!(kept("[similarity.weights]\ntimbre = 2\n", "similarity.weights", "{}").is_err());
        assert!(kept("", "fps", "6 0").is_err());
    }

    #[test]
    fn a_link_and_its_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("dots/config"), folder.path().join("auralis/config.toml"));
        let fps = Setting::named("fps").unwrap();
        assert_eq!(keep(&link, fps, "50"), Ok(2), "made, with its folder");
        fs::remove_file(&link).unwrap();
        fs::create_dir(real.parent().unwrap()).unwrap();
        fs::write(&real, "# mine\n[screen]\nfps = 20\n").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        assert_eq!(keep(&link, fps, "60"), Ok(3));
        assert_eq!(fs::read_to_string(&real).unwrap(), "# mine\n[screen]\nfps = 60\n");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(real.parent().unwrap()).unwrap().count(), 1, "nothing else is left");
        symlink(folder.path().join("nowhere"), folder.path().join("dangling")).unwrap();
        assert!(keep(&folder.path().join("dangling"), fps, "60").is_err());
        let why = keep(folder.path(), fps, "60").unwrap_err();
        assert!(why.ends_with("is not written: not a file"), "{why}");
    }
}
