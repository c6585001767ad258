//! A new file beside an old one, with all that the old one's inode knows but its times: rights, owner, extended
//! attributes (access lists are among them).

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{self, XattrFlags};

/// Name of a file of ours beside `path`. Hidden, and of no kind that a scan reads.
pub fn beside(path: &Path, batch: u64, at: usize, what: &str) -> PathBuf {
    path.with_file_name(format!(".auralis-{batch}-{at}.{what}"))
}

/// Copies `from` to `to`, which must not exist.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let about = source.metadata()?;
    let mut target = File::options().read(true).write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut source, &mut target)?;
    // Owner before rights: a change of owner takes set-id bits away. Only root may give files away, and need not.
    let _ = std::os::unix::fs::fchown(&target, Some(about.uid()), Some(about.gid()));
    copy_attributes(&source, &target);
    target.set_permissions(std::fs::Permissions::from_mode(about.mode() & 0o7777))?;
    Ok(())
}

/// As far as the system lets us: a file system may have none, and some attributes are the system's own.
fn copy_attributes(source: &File, target: &File) {
    let mut names = vec![0_u8; 64 * 1024];
    let Ok(len) = fs::flistxattr(source, &mut names[..]) else { return };
    names.truncate(len);
    for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        let name = OsString::from_vec(name.to_vec());
        let mut value = vec![0_u8; 64 * 1024];
        if let Ok(len) = fs::fgetxattr(source, &name, &mut value[..]) {
            let _ = fs::fsetxattr(target, &name, &value[..len.min(value.len())], XattrFlags::empty());
        }
    }
}

/// The folder's list of names is on the disk, too.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Bytes that are free for us where `path` is; `None` where the system does not tell.
pub fn free_bytes(path: &Path) -> Option<u64> {
    let about = fs::statvfs(path.parent()?).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize))
}
