//! Where a player of this user listens: one socket in the runtime folder, found alike from a desktop, cron, systemd and
//! ssh. Who may listen there is settled by a lock that ends with its process, so that a socket left behind is taken over.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::error::RemoteError;
use crate::config::paths::Places;
use crate::model::catalog::path_key;

/// Our folder in a runtime folder.
const FOLDER: &str = "auralis";

/// Socket of one player: the user's own, or that of a library by `--data-dir`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    folders: Vec<Folder>,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Folder {
    /// Must be there, and this user's, before anything is made in it.
    within: Option<PathBuf>,
    path: PathBuf,
}

impl Folder {
    fn at(base: &Path) -> Self {
        Self { within: Some(base.to_owned()), path: base.join(FOLDER) }
    }
}

impl Place {
    pub fn new(places: &Places) -> Self {
        let user = rustix::process::getuid().as_raw();
        let named = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let usual = PathBuf::from(format!("/run/user/{user}"));
        let fallback = PathBuf::from(format!("/tmp/auralis-{user}"));
        let name = match places.data_dir() {
            None => "player".to_owned(),
            Some(folder) => format!("player-{:016x}", path_key(&resolved(folder))),
        };
        Self { folders: folders(named, usual, fallback), name }
    }

    /// Takes the place for this process; nobody else gets it until what is given is dropped.
    pub fn claim(&self) -> Result<Claim, RemoteError> {
        self.claim_with(None)
    }

    /// With a listener that the system made there beforehand, and keeps.
    pub fn claim_with(&self, given: Option<UnixListener>) -> Result<Claim, RemoteError> {
        let usable = |folder: &&Folder| folder.within.as_deref().is_none_or(|base| check_base(base).is_ok());
        let Some(chosen) = self.folders.iter().find(usable) else {
            return Err(RemoteError::NoFolder("there is no runtime folder".into()));
        };
        // One that was started where another folder was to be had runs all the same.
        for other in self.folders.iter().filter(|&other| other != chosen && check(&other.path).is_ok()) {
            let lock = OpenOptions::new().read(true).open(self.lock_in(other));
            if let Ok(Err(TryLockError::WouldBlock)) = lock.as_ref().map(File::try_lock_shared) {
                return Err(RemoteError::RunsAlready { process: lock.ok().and_then(process_in) });
            }
        }
        make(&chosen.path).map_err(RemoteError::NoFolder)?;
        let lock = self.lock(chosen)?;
        let socket = self.socket_in(chosen);
        let is_given = given.is_some();
        let listener = match given {
            Some(listener) => listener.set_nonblocking(true).map(|()| listener),
            None => listen(&socket),
        };
        match listener {
            Ok(listener) => Ok(Claim { listener, socket, lock, is_given }),
            Err(source) => Err(RemoteError::Listen { socket, source }),
        }
    }

    fn lock(&self, folder: &Folder) -> Result<File, RemoteError> {
        let path = self.lock_in(folder);
        let failed = |source| RemoteError::Listen { socket: path.clone(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
        let mut file = options.open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(RemoteError::RunsAlready { process: process_in(file) });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(failed)?;
        Ok(file)
    }

    /// To the player that listens, and where that is. A folder that another user could have put there is passed over.
    pub fn connect(&self) -> Result<(UnixStream, PathBuf), RemoteError> {
        for folder in self.folders.iter().filter(|folder| check(&folder.path).is_ok()) {
            let socket = self.socket_in(folder);
            match UnixStream::connect(&socket) {
                Ok(stream) => return Ok((stream, socket)),
                Err(error) if is_absence(&error) => {}
                Err(error) => return Err(RemoteError::of_stream(error)),
            }
        }
        Err(RemoteError::NotRunning)
    }

    /// Where a player listens that is started now.
    pub fn socket(&self) -> Option<PathBuf> {
        let usable = |folder: &&Folder| folder.within.as_deref().is_none_or(|base| check_base(base).is_ok());
        self.folders.iter().find(usable).map(|folder| self.socket_in(folder))
    }

    fn socket_in(&self, folder: &Folder) -> PathBuf {
        folder.path.join(format!("{}.sock", self.name))
    }

    fn lock_in(&self, folder: &Folder) -> PathBuf {
        folder.path.join(format!("{}.lock", self.name))
    }
}

/// The place, held.
#[derive(Debug)]
pub struct Claim {
    pub(super) listener: UnixListener,
    socket: PathBuf,
    lock: File,
    /// The socket is the system's.
    is_given: bool,
}

impl Claim {
    pub fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Before the lock goes: what is there later is another one's.
        if !self.is_given {
            let _ = fs::remove_file(&self.socket);
        }
        // A child process that is being started has the lock's file too.
        let _ = self.lock.unlock();
    }
}

/// A runtime folder of its own that a variable names is the only one; else the usual one, where there is one, and one
/// that can always be had.
fn folders(named: Option<PathBuf>, usual: PathBuf, fallback: PathBuf) -> Vec<Folder> {
    match named.filter(|base| *base != usual && base.is_absolute() && check_base(base).is_ok()) {
        Some(base) => vec![Folder::at(&base)],
        None => vec![Folder::at(&usual), Folder { within: None, path: fallback }],
    }
}

/// The same folder by whatever way it is named, also before it is made.
fn resolved(path: &Path) -> PathBuf {
    let known = path.ancestors().find_map(|known| {
        let rest = path.strip_prefix(known).ok()?;
        known.canonicalize().ok().map(|known| known.join(rest).components().collect())
    });
    known.unwrap_or_else(|| path.to_owned())
}

fn make(folder: &Path) -> Result<(), String> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(format!("{} cannot be made: {error}", folder.display()))
        }
        _ => check(folder),
    }
}

/// A folder, not a link, of this user, that nobody else can enter.
fn check(folder: &Path) -> Result<(), String> {
    let about = fs::symlink_metadata(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let why = match about {
        about if !about.is_dir() => "is no folder",
        about if !is_ours(&about) => "belongs to another user",
        about if about.mode() & 0o077 != 0 => "is open to other users; `chmod 700` closes it",
        _ => return Ok(()),
    };
    Err(format!("{} {why}", folder.display()))
}

/// A runtime folder of this user, in which nobody else makes files.
fn check_base(base: &Path) -> Result<(), ()> {
    let about = fs::metadata(base).map_err(drop)?;
    if about.is_dir() && is_ours(&about) && about.mode() & 0o022 == 0 { Ok(()) } else { Err(()) }
}

fn is_ours(about: &fs::Metadata) -> bool {
    about.uid() == rustix::process::getuid().as_raw()
}

/// The lock is ours: a socket that is there has no process any more.
fn listen(socket: &Path) -> io::Result<UnixListener> {
    if fs::symlink_metadata(socket).is_ok_and(|about| about.file_type().is_socket()) {
        fs::remove_file(socket)?;
    }
    let listener = UnixListener::bind(socket)?;
    fs::set_permissions(socket, fs::Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn process_in(file: File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Nothing is there, or nobody behind it.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, poll};
    use tempfile::TempDir;

    use super::super::client::Connection;
    use super::*;

    fn place(folder: &TempDir) -> Place {
        Place { folders: vec![Folder::at(folder.path())], name: "player".into() }
    }

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn folder_and_socket_are_for_this_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let claim = place(&folder).claim().unwrap();
        assert_eq!(mode(&folder.path().join("auralis")), 0o700);
        assert_eq!(claim.socket(), folder.path().join("auralis/player.sock"));
        assert_eq!(mode(claim.socket()), 0o600);
        assert_eq!(place(&folder).socket().as_deref(), Some(claim.socket()));
    }

    #[test]
    fn a_place_is_held_by_one_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(&folder);
        assert!(matches!(place.connect(), Err(RemoteError::NotRunning)));
        let claim = place.claim().unwrap();
        let process = Some(std::process::id());
        assert!(
            matches!(place.claim(), Err(RemoteError::RunsAlready { process: found }) if found == process)
        );
        assert!(place.connect().is_ok());
        let socket = claim.socket().to_owned();
        drop(claim);
        assert!(!socket.exists());
        assert!(matches!(place.connect(), Err(RemoteError::NotRunning)));
        assert!(place.claim().is_ok());
    }

    #[test]
    fn a_socket_without_a_process_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(&folder);
        let socket = place.claim().unwrap().socket().to_owned();
        drop(UnixListener::bind(&socket).unwrap());
        assert!(socket.exists());
        assert!(matches!(place.connect(), Err(RemoteError::NotRunning)));
        let _claim = place.claim().unwrap();
        assert!(place.connect().is_ok());
    }

    #[test]
    fn one_that_ends_before_it_greets_is_not_running() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(&folder);
        let claim = place.claim().unwrap();
        let client = std::thread::spawn({
            let place = place.clone();
            move || Connection::open(&place)
        });
        let mut connected = [PollFd::new(&claim.listener, PollFlags::IN)];
        assert_eq!(poll(&mut connected, None).unwrap(), 1);
        drop(claim);
        assert!(matches!(client.join().unwrap(), Err(RemoteError::NotRunning)));
    }

    #[test]
    fn what_is_no_socket_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(&folder);
        let socket = place.claim().unwrap().socket().to_owned();
        fs::write(&socket, "mine").unwrap();
        assert!(matches!(place.claim(), Err(RemoteError::Listen { .. })));
        assert_eq!(fs::read_to_string(&socket).unwrap(), "mine");
    }

    #[test]
    fn a_folder_that_others_can_enter_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("auralis");
        let refusal = || place(&folder).claim().unwrap_err().to_string();
        fs::create_dir(&inner).unwrap();
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o750)).unwrap();
        assert!(refusal().contains("chmod 700"), "{}", refusal());
        assert!(matches!(place(&folder).connect(), Err(RemoteError::NotRunning)));
        fs::remove_dir(&inner).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), &inner).unwrap();
        assert!(refusal().contains("is no folder"), "{}", refusal());
    }

    #[test]
    fn the_variable_rules_where_it_can_else_the_usual_places() {
        let (named, usual) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let fallback = PathBuf::from("/tmp/fallback");
        let paths = |variable: Option<&Path>| -> Vec<PathBuf> {
            let found = folders(variable.map(Path::to_owned), usual.path().into(), fallback.clone());
            found.into_iter().map(|folder| folder.path).collect()
        };
        let both = [usual.path().join("auralis"), fallback.clone()];
        assert_eq!(paths(Some(named.path())), [named.path().join("auralis")]);
        assert_eq!(paths(None), both);
        assert_eq!(paths(Some(usual.path())), both);
        assert_eq!(paths(Some(Path::new("relative"))), both);
        assert_eq!(paths(Some(Path::new("/nowhere"))), both);
        fs::set_permissions(named.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(paths(Some(named.path())), both);
    }

    #[test]
    fn a_player_in_the_other_folder_is_seen() {
        let (usual, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let fallback = Folder { within: None, path: other.path().join("auralis-1000") };
        let early = Place {
            folders: vec![Folder::at(Path::new("/nowhere")), fallback.clone()],
            name: "player".into(),
        };
        let late = Place { folders: vec![Folder::at(usual.path()), fallback], name: "player".into() };
        let claim = early.claim().unwrap();
        assert!(matches!(late.claim(), Err(RemoteError::RunsAlready { .. })));
        assert_eq!(late.connect().unwrap().1, claim.socket());
        drop(claim);
        assert!(late.claim().is_ok());
    }

    #[test]
    fn a_library_of_its_own_has_a_socket_of_its_own_by_any_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("real")).unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("link")).unwrap();
        let name = |path: &str| resolved(&folder.path().join(path));
        assert_eq!(name("link/new"), name("real/new"));
        assert_eq!(name("link/../real/new"), name("real/new"));
        assert_ne!(name("real/new"), name("real/old"));
    }
}
