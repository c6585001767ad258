//! What the server is, can and allows, and what a client wants of it.

use super::ack::{Ack, Code};
use super::args::Args;
use super::commands::{Result, Step, TABLE, Turn, ask};
use super::idle::Events;
use super::tag::{Tag, TagMask};
use crate::model::command::Command;

pub fn ping(_turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    Ok(Step::Done)
}

pub fn close(_turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    Ok(Step::Close)
}

pub fn kill(_turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    ask(Command::Quit, Code::Unknown)
}

pub fn idle(_turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    Events::read(args.all()).map(Step::Idle)
}

pub fn password(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let given = args.text(0);
    let found = turn.hub.settings.passwords.iter().find(|password| is_equal(&password.secret, given));
    match found {
        Some(password) => {
            // The user is the user, whatever else is said.
            let opens = if turn.session.is_local { turn.session.permissions } else { password.opens };
            turn.session.permissions = opens;
            Ok(Step::Done)
        }
        None => Err(Ack::new(Code::Password, "incorrect password")),
    }
}

/// In the same time wherever they differ.
fn is_equal(secret: &str, given: &str) -> bool {
    let differs = secret.bytes().zip(given.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b));
    secret.len() == given.len() && differs == 0
}

pub fn commands(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    let permissions = turn.session.permissions;
    let open = TABLE.iter().filter(|row| row.is_open_to(permissions));
    open.for_each(|row| turn.tell("command", row.name));
    Ok(Step::Done)
}

pub fn not_commands(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    let permissions = turn.session.permissions;
    let closed = TABLE.iter().filter(|row| !row.is_open_to(permissions));
    closed.for_each(|row| turn.tell("command", row.name));
    Ok(Step::Done)
}

/// Where the music lies is told to the user alone; with several folders there is no one place that names begin at.
pub fn config(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    if !turn.session.is_local {
        return Err(Ack::new(Code::Permission, "Command only permitted to local clients"));
    }
    let folder = turn
        .hub
        .roots
        .only()
        .map(|folder| super::uri::escape(std::os::unix::ffi::OsStrExt::as_bytes(folder.as_os_str())));
    folder.into_iter().for_each(|folder| turn.tell("music_directory", folder));
    Ok(Step::Done)
}

pub fn mounts(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    let folders: Vec<String> = turn
        .hub
        .roots
        .folders()
        .map(|folder| super::uri::escape(std::os::unix::ffi::OsStrExt::as_bytes(folder.as_os_str())))
        .collect();
    let only = folders.len() == 1;
    for folder in folders {
        let path = std::path::PathBuf::from(&folder);
        let name = turn.hub.roots.relative(&path).filter(|_| !only).unwrap_or_default();
        turn.tell("mount", name);
        turn.tell("storage", folder);
    }
    Ok(Step::Done)
}

pub fn tag_types(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let named = || -> Result<Vec<Tag>> {
        let words = args.all().get(1..).unwrap_or(&[]);
        words.iter().map(|word| Tag::parse(word).ok_or_else(|| Ack::argument("Unknown tag type"))).collect()
    };
    match args.given(0) {
        None => {
            let mask = turn.session.tags;
            Tag::ALL.iter().filter(|tag| mask.has(**tag)).for_each(|tag| turn.tell("tagtype", tag.name()));
        }
        Some("all") => turn.session.tags = TagMask::default(),
        Some("clear") => turn.session.tags = TagMask::NONE,
        Some(word @ ("enable" | "disable")) if args.len() > 1 => {
            let on = word == "enable";
            named()?.into_iter().for_each(|tag| turn.session.tags.set(tag, on));
        }
        Some("enable" | "disable") => return Err(Ack::argument("Not enough arguments")),
        Some("reset") if args.len() > 1 => {
            let tags = named()?;
            turn.session.tags = TagMask::NONE;
            tags.into_iter().for_each(|tag| turn.session.tags.set(tag, true));
        }
        Some("available") => Tag::ALL.iter().for_each(|tag| turn.tell("tagtype", tag.name())),
        Some(_) => return Err(Ack::argument("Unknown sub command")),
    }
    Ok(Step::Done)
}

/// Playlists stand apart from the folders, whether they are hidden among them or not.
pub fn protocol(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    const FEATURE: &str = "hide_playlists_in_root";
    let known = args.all().iter().skip(1).all(|word| word == FEATURE);
    match args.given(0) {
        None => {
            if turn.session.hides_playlists {
                turn.tell("feature", FEATURE);
            }
        }
        Some("available") => turn.tell("feature", FEATURE),
        Some("all") => turn.session.hides_playlists = true,
        Some("clear") => turn.session.hides_playlists = false,
        Some("enable") if args.len() > 1 && known => turn.session.hides_playlists = true,
        Some("disable") if args.len() > 1 && known => turn.session.hides_playlists = false,
        Some("enable" | "disable") if args.len() > 1 => {
            return Err(Ack::argument("Unknown protocol feature"));
        }
        Some("enable" | "disable") => return Err(Ack::argument("Not enough arguments")),
        Some(_) => return Err(Ack::argument("Unknown sub command")),
    }
    Ok(Step::Done)
}

pub fn handlers(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    if turn.session.is_local {
        turn.tell("handler", "file://");
    }
    if cfg!(feature = "http") {
        turn.tell("handler", "http://");
        turn.tell("handler", "https://");
    }
    Ok(Step::Done)
}

/// By what decodes them; clients look up which files can be played.
pub fn decoders(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    const DECODERS: &[(&str, &[&str], &[&str])] = &[
        ("flac", &["flac"], &["audio/flac", "audio/x-flac"]),
        ("mpeg", &["mp3", "mp2", "mp1"], &["audio/mpeg"]),
        ("ogg", &["ogg", "oga", "opus"], &["audio/ogg", "audio/opus", "audio/vorbis", "application/ogg"]),
        ("mp4", &["m4a", "m4b", "mp4", "aac"], &["audio/mp4", "audio/aac", "audio/aacp"]),
        ("pcm", &["wav", "aif", "aiff", "caf", "w64"], &["audio/wav", "audio/x-wav", "audio/aiff"]),
        ("wavpack", &["wv"], &["audio/x-wavpack"]),
        ("ape", &["ape"], &["audio/x-ape"]),
        ("tta", &["tta"], &["audio/x-tta"]),
        ("dsd", &["dsf", "dff"], &["audio/x-dsf", "audio/x-dff"]),
        ("matroska", &["mka", "mkv", "webm"], &["audio/x-matroska", "audio/webm"]),
    ];
    for (plugin, suffixes, mimes) in DECODERS {
        turn.tell("plugin", plugin);
        suffixes.iter().for_each(|suffix| turn.tell("suffix", suffix));
        mimes.iter().for_each(|mime| turn.tell("mime_type", mime));
    }
    Ok(Step::Done)
}
