//! The folders that we write, and files that only their owner may read.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::Finding;
use crate::config::Loaded;
use crate::remote::place::Place;

pub fn examine(config: &Loaded) -> Vec<Finding> {
    let places = &config.places;
    let library = places.library().ok().and_then(Path::parent).map(Path::to_owned);
    let log = places.log_file().ok().and_then(Path::parent).map(Path::to_owned);
    let ours = [
        ("folders: library", library, "--data-dir DIR"),
        ("folders: state", places.state.clone(), "--data-dir DIR"),
        ("folders: log", log, "--log FILE"),
        ("folders: cache", places.cache.clone(), "XDG_CACHE_HOME"),
    ];
    let mut findings: Vec<Finding> =
        ours.into_iter().map(|(what, folder, other)| writable(what, folder, other)).collect();
    findings.push(runtime(Place::new(places).socket()));
    findings.extend(secrets(config).iter().map(|file| secret(file)));
    findings
}

/// One that is not there yet is made at the first start: what counts is the nearest one that is there.
fn writable(what: &str, folder: Option<PathBuf>, other: &str) -> Finding {
    let Some(folder) = folder else {
        return Finding::fail(
            what,
            "no place for it: HOME is not set",
            format!("set HOME, or give `{other}`"),
        );
    };
    let shown = folder.display();
    let Some((there, about)) = folder.ancestors().find_map(|at| Some((at, fs::metadata(at).ok()?))) else {
        return Finding::fail(what, format!("{shown} cannot be reached"), format!("give `{other}`"));
    };
    if !about.is_dir() {
        let evidence = format!("{shown} cannot be made: {} is a file", there.display());
        return Finding::fail(what, evidence, format!("move that file away, or give `{other}`"));
    }
    if let Err(error) = access(there, Access::WRITE_OK | Access::EXEC_OK) {
        let evidence =
            format!("{shown}: {} cannot be written: {}", there.display(), std::io::Error::from(error));
        return Finding::fail(what, evidence, format!("`chmod u+rwx` it, or give `{other}`"));
    }
    if there == folder && about.mode() & 0o002 != 0 && about.mode() & 0o1000 == 0 {
        let evidence = format!("{shown}: anybody can write there (mode {:o})", about.mode() & 0o7777);
        return Finding::warn(what, evidence, "`chmod o-w` it");
    }
    let evidence = match there == folder {
        true => format!("{shown} can be written"),
        false => format!("{shown} can be made"),
    };
    Finding::ok(what, evidence)
}

/// As the player will have it: for this user alone.
fn runtime(socket: Option<PathBuf>) -> Finding {
    let what = "folders: socket";
    let Some(folder) = socket.as_deref().and_then(Path::parent) else {
        let fix = "log in by a session that makes /run/user/UID, or set XDG_RUNTIME_DIR";
        return Finding::fail(what, "there is no folder for the socket", fix);
    };
    let shown = folder.display();
    match fs::symlink_metadata(folder) {
        Err(_) => Finding::ok(what, format!("{shown} is made by the player")),
        Ok(about) if !about.is_dir() => {
            Finding::fail(what, format!("{shown} is no folder"), "remove it: the player makes it anew")
        }
        Ok(about) if !is_ours(&about) => Finding::fail(
            what,
            format!("{shown} belongs to another user"),
            "remove it, or have that user do so",
        ),
        Ok(about) if about.mode() & 0o077 != 0 => {
            let evidence = format!("{shown} is open to other users (mode {:o})", about.mode() & 0o777);
            Finding::fail(what, evidence, format!("chmod 700 {shown}"))
        }
        Ok(_) => Finding::ok(what, format!("{shown} is for this user alone")),
    }
}

/// The files with passwords and tokens that the configuration names.
fn secrets(config: &Loaded) -> Vec<PathBuf> {
    let settings = &config.settings;
    let files =
        [&settings.scrobble.listenbrainz.file, &settings.scrobble.lastfm.file, &settings.server.secret.file];
    files.into_iter().flatten().cloned().collect()
}

fn secret(file: &Path) -> Finding {
    let (what, shown) = ("folders: secrets", file.display());
    match fs::metadata(file) {
        Err(error) => {
            Finding::fail(what, format!("{shown} cannot be read: {error}"), "write it, or name another one")
        }
        Ok(about) if about.mode() & 0o077 != 0 => {
            let evidence = format!("{shown} can be read by others (mode {:o})", about.mode() & 0o777);
            Finding::fail(what, evidence, format!("chmod 600 {shown}"))
        }
        Ok(_) => Finding::ok(what, format!("{shown} is for its owner alone")),
    }
}

fn is_ours(about: &Metadata) -> bool {
    about.uid() == rustix::process::getuid().as_raw()
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::super::Level;
    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_folder_is_judged_by_the_nearest_that_is_there() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| writable("w", Some(home.path().join(name)), "--data-dir DIR");
        assert_eq!(at("new/newer").level, Level::Ok);
        assert!(at("new/newer").evidence.ends_with("can be made"));
        fs::write(home.path().join("file"), "").unwrap();
        assert_eq!(at("file/data").level, Level::Fail);
        assert!(at("file/data").evidence.ends_with("file is a file"), "{}", at("file/data").evidence);
        fs::create_dir(home.path().join("open")).unwrap();
        set(&home.path().join("open"), 0o777);
        assert_eq!(at("open").level, Level::Warn);
        set(&home.path().join("open"), 0o700);
        assert_eq!(at("open").level, Level::Ok);
        assert_eq!(writable("w", None, "X").level, Level::Fail);
    }

    #[test]
    fn sockets_and_secrets_are_for_one_user() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("auralis");
        assert_eq!(runtime(Some(folder.join("player.sock"))).level, Level::Ok);
        fs::create_dir(&folder).unwrap();
        set(&folder, 0o755);
        let found = runtime(Some(folder.join("player.sock")));
        assert_eq!((found.level, found.fix), (Level::Fail, format!("chmod 700 {}", folder.display())));
        set(&folder, 0o700);
        assert_eq!(runtime(Some(folder.join("player.sock"))).level, Level::Ok);
        assert_eq!(runtime(None).level, Level::Fail);
        let token = home.path().join("token");
        assert_eq!(secret(&token).level, Level::Fail);
        fs::write(&token, "x").unwrap();
        set(&token, 0o644);
        assert_eq!(secret(&token).level, Level::Fail);
        set(&token, 0o600);
        assert_eq!(secret(&token).level, Level::Ok);
    }
}
