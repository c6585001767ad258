//! What a client wants: words and paths made a command, or the reason why they are none. The player decides by it, and
//! the command line beforehand, so that wrong words are told without a player.

use std::path::PathBuf;

use super::edit::QueueEdit;
use super::path::JsonPath;
use super::screen;
use super::tell::Tell;
use super::wire::{Fault, FaultKind, OLDEST, PROTOCOL, Request, ScreenAsked};
use crate::model::address::is_address;
use crate::model::command::ImpulseChange;
use crate::model::command::parse::parse;
use crate::model::command::{
    self, Added, Care, Command, Items, Judged, Judging, Library, ListRef, Listener, Mastering, Playback,
    Playlisting, Preferring, Queue, ReferenceOf, Rendering, Tagging, Target,
};
use crate::model::past::Importing;
use crate::model::queue_text::Line;
use crate::model::settings::OutputSpec;
use crate::model::tagging::{TagEdit, TagWork};

/// A request understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wish {
    /// The client speaks what we speak.
    Hello,
    Do(Command),
    Status,
    Follow(bool),
    Playlists,
    /// A page of a list, behind so many entries.
    Playlist(String, usize),
    Tell(Tell),
    /// Frames from here on.
    Screen(ScreenAsked),
}

pub(super) fn wish(request: Request) -> Result<Wish, Fault> {
    match request {
        Request { screen: Some(asked), hello: None, words: None, .. } => screen(asked),
        Request { hello: None, words: None, status: false, follow: None, tell: Some(tell), .. } => {
            Ok(Wish::Tell(tell))
        }
        Request { hello: None, words: None, status: false, follow: None, edit: Some(edit), .. } => {
            edited(&edit).map(Wish::Do)
        }
        Request { hello: None, words: None, status: false, follow: None, playlists: true, .. } => {
            Ok(Wish::Playlists)
        }
        Request {
            hello: None, words: None, status: false, follow: None, playlist: Some(name), from, ..
        } => Ok(Wish::Playlist(name, from)),
        Request { hello: Some(protocol), words: None, status: false, follow: None, .. } => hello(protocol),
        Request { hello: None, words: Some(words), paths, status: false, follow: None, .. } => {
            command(&words, &paths).map(Wish::Do)
        }
        Request { hello: None, words: None, status: true, follow: None, .. } => Ok(Wish::Status),
        Request { hello: None, words: None, status: false, follow: Some(on), .. } => Ok(Wish::Follow(on)),
        _ => Err(Fault::usage(
            "a request has one of `hello`, `do`, `status`, `follow`, `playlists`, `playlist`, `tell`, `edit`, \
             `screen`",
        )),
    }
}

fn edited(edit: &QueueEdit) -> Result<Command, Fault> {
    let edited = edit.edited().ok_or_else(|| Fault::usage("`edit` holds what is no entry and no path"))?;
    let here = |line: &Line| matches!(line, Line::Path(path) if !path.is_absolute() && !is_address(path));
    match edited.lines.iter().find(|(_, line)| here(line)) {
        Some((number, _)) => Err(Fault::usage(format!("line {number}: a path must be absolute"))),
        None => Ok(Command::Queue(Queue::Edit(edited))),
    }
}

fn screen(asked: ScreenAsked) -> Result<Wish, Fault> {
    if asked.version == screen::message::VERSION {
        return Ok(Wish::Screen(asked));
    }
    let words = format!(
        "screens of version {} are not served here: those of version {} are",
        asked.version,
        screen::message::VERSION
    );
    Err(Fault::new(FaultKind::Version, words))
}

fn hello(protocol: u32) -> Result<Wish, Fault> {
    match protocol {
        OLDEST..=PROTOCOL => Ok(Wish::Hello),
        _ => Err(Fault::new(
            FaultKind::Version,
            format!("protocol {protocol} is not spoken here: {OLDEST} to {PROTOCOL} are"),
        )),
    }
}

/// The command that words and paths mean, for whoever has no screen: what needs one is refused, as are paths that depend
/// on where someone stands.
pub fn command(words: &str, paths: &[JsonPath]) -> Result<Command, Fault> {
    let name = words.split_whitespace().next().unwrap_or_default();
    let command = match parse(words) {
        Ok(command::Request::Core(command)) => command,
        Ok(command::Request::Screen(_)) => {
            return Err(Fault::usage(format!("`{name}` moves a screen: it can only be typed there")));
        }
        Err(error) => return Err(Fault::usage(error.to_string())),
    };
    let command = with_paths(command, paths, name)?;
    refuse_selection(&command, name)?;
    match paths_of(&command).into_iter().find(|path| !path.is_absolute() && !is_address(path)) {
        Some(path) => Err(Fault::usage(format!("a path must be absolute: {}", path.display()))),
        None => Ok(command),
    }
}

/// The paths put behind those that the words had.
fn with_paths(mut command: Command, paths: &[JsonPath], name: &str) -> Result<Command, Fault> {
    let more: Option<Vec<PathBuf>> = paths.iter().map(JsonPath::to_path).collect();
    let more = more.ok_or_else(|| Fault::usage("`path_hex` needs pairs of hexadecimal digits"))?;
    if more.is_empty() {
        return Ok(command);
    }
    match &mut command {
        Command::Library(Library::Scan(roots)) => roots.extend(more),
        Command::Playlist(Playlisting::Import(paths)) => paths.extend(more),
        Command::Listener(Listener::EqLoad(path))
        | Command::Mastering(Mastering::Preferences(Preferring::Export(path) | Preferring::Import(path)))
            if more.len() == 1 && path.as_os_str().is_empty() =>
        {
            *path = more.into_iter().next().unwrap_or_default();
        }
        Command::Listener(Listener::Impulse(change @ ImpulseChange::Toggle)) if more.len() == 1 => {
            *change = ImpulseChange::File(more.into_iter().next().unwrap_or_default());
        }
        // The file of a picture comes beside the words.
        Command::Tags(Tagging::Extract(_, path)) if more.len() == 1 => {
            *path = more.into_iter().next().unwrap_or_default();
        }
        Command::Tags(Tagging::Change { work: TagWork::Edit(edits), .. })
            if more.len() == 1 && matches!(edits[..], [TagEdit::Cover(_)]) =>
        {
            *edits = more.into_iter().map(TagEdit::Cover).collect();
        }
        Command::Library(Library::Care(
            Care::Backup(path @ None) | Care::Export(path @ None) | Care::Forget(path @ None),
        ))
        | Command::Library(Library::Import(Importing { path: path @ None, .. }))
            if more.len() == 1 =>
        {
            *path = more.into_iter().next();
        }
        Command::Judge(Judging::Rate(judged, _) | Judging::Favourite(judged, _)) => match judged {
            Judged::Selection => *judged = Judged::Paths(more),
            Judged::Paths(paths) => paths.extend(more),
            Judged::Playing | Judged::Tracks(_) => return Err(Fault::usage("`playing` stands alone")),
        },
        Command::Mastering(Mastering::Reference(ReferenceOf::Files(paths))) => paths.extend(more),
        // The name was taken for the file, which comes beside it.
        Command::Playlist(Playlisting::Export(list, path, _)) if more.len() == 1 => {
            let name = std::mem::replace(path, more.into_iter().next().unwrap_or_default());
            *list = ListRef::Name(name.to_string_lossy().into_owned());
        }
        command => match target_of(command) {
            Some(Target::Paths(paths)) => paths.extend(more),
            Some(target) => *target = Target::Paths(more),
            None => return Err(Fault::usage(format!("`{name}` takes no paths"))),
        },
    }
    Ok(command)
}

fn target_of(command: &mut Command) -> Option<&mut Target> {
    match command {
        Command::Queue(
            Queue::Append(target)
            | Queue::Insert(target)
            | Queue::PlayNow(target)
            | Queue::Replace { target, .. }
            | Queue::InsertAt(_, target),
        )
        | Command::Render(Rendering::Master(target))
        | Command::Playlist(Playlisting::Add { what: Added::Target(target), .. })
        | Command::Tags(
            Tagging::Look { what: target, .. }
            | Tagging::Picture(target)
            | Tagging::Lookup(target)
            | Tagging::Change { what: target, .. },
        ) => Some(target),
        _ => None,
    }
}

fn refuse_selection(command: &Command, name: &str) -> Result<(), Fault> {
    let needs = match command {
        Command::Queue(
            Queue::Append(Target::Selection)
            | Queue::Insert(Target::Selection)
            | Queue::PlayNow(Target::Selection)
            | Queue::Replace { target: Target::Selection, .. }
            | Queue::InsertAt(_, Target::Selection),
        ) => "paths",
        Command::Queue(
            Queue::Jump(Items::Selection)
            | Queue::Remove(Items::Selection)
            | Queue::Move(Items::Selection, _)
            | Queue::MoveTo(Items::Selection, _),
        ) => "numbers of queue entries",
        Command::Playlist(command) if command.needs_selection() => "the name of a playlist, and what of it",
        _ => return Ok(()),
    };
    Err(Fault::usage(format!("`{name}` needs {needs} here: only a screen has a selection")))
}

fn paths_of(command: &Command) -> Vec<&PathBuf> {
    match command {
        Command::Library(Library::Import(asked)) => asked.path.iter().chain(&asked.music).collect(),
        command => listed_paths_of(command).iter().collect(),
    }
}

fn listed_paths_of(command: &Command) -> &[PathBuf] {
    match command {
        Command::Library(Library::Scan(paths)) => paths,
        Command::Library(Library::Care(care)) => care.path().map_or(&[], std::slice::from_ref),
        Command::Judge(
            Judging::Rate(Judged::Paths(paths), _) | Judging::Favourite(Judged::Paths(paths), _),
        ) => paths,
        Command::Playlist(command) => command.paths(),
        Command::Listener(Listener::EqLoad(path) | Listener::Impulse(ImpulseChange::File(path))) => {
            std::slice::from_ref(path)
        }
        Command::Tags(
            Tagging::Look { what: Target::Paths(paths), .. }
            | Tagging::Picture(Target::Paths(paths))
            | Tagging::Lookup(Target::Paths(paths))
            | Tagging::Change { what: Target::Paths(paths), .. },
        ) => paths,
        Command::Tags(Tagging::Extract(_, path)) => std::slice::from_ref(path),
        Command::Tags(Tagging::Change { work: TagWork::Edit(edits), .. }) => match &edits[..] {
            [TagEdit::Cover(path)] => std::slice::from_ref(path),
            _ => &[],
        },
        Command::Queue(
            Queue::Append(Target::Paths(paths))
            | Queue::Insert(Target::Paths(paths))
            | Queue::PlayNow(Target::Paths(paths))
            | Queue::Replace { target: Target::Paths(paths), .. }
            | Queue::InsertAt(_, Target::Paths(paths)),
        ) => paths,
        Command::Playback(Playback::Output(OutputSpec::File(path) | OutputSpec::Fifo(path))) => {
            std::slice::from_ref(path)
        }
        Command::Mastering(Mastering::Reference(ReferenceOf::Files(paths))) => paths,
        Command::Mastering(Mastering::Preferences(asked)) => asked.path().map_or(&[], std::slice::from_ref),
        Command::Render(Rendering::Master(Target::Paths(paths))) => paths,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::Rating;
    use crate::model::past::Source;
    use std::path::Path;

    fn read(line: &str) -> Result<Wish, String> {
        Request::read(line.as_bytes()).1.map_err(|fault| fault.message)
    }

    #[test]
    fn a_request_wants_one_thing() {
        assert_eq!(read(r#"{"id":1,"do":"next 2"}"#), Ok(Wish::Do(Command::Playback(Playback::Next(2)))));
        assert_eq!(read(r#"{"status":true}"#), Ok(Wish::Status));
        assert_eq!(read(r#"{"follow":false}"#), Ok(Wish::Follow(false)));
        assert_eq!(read(r#"{"hello":1,"later":[]}"#), Ok(Wish::Hello));
        for none_or_two in ["{}", r#"{"status":false}"#, r#"{"status":true,"do":"next"}"#, r#"{"id":7}"#] {
            assert!(read(none_or_two).unwrap_err().contains("one of"), "{none_or_two}");
        }
        for garbage in ["", "next", "[]", "{\"id\":-1,\"status\":true}", "{\"do\":7}", "\u{0}"] {
            assert!(read(garbage).unwrap_err().starts_with("not a request"), "{garbage}");
        }
        assert!(Request::read(b"\xff\xfe").1.is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn other_protocols_are_told_which_are_spoken() {
        assert_eq!(read(r#"{"hello":0}"#), Err("protocol 0 is not spoken here: 1 to 1 are".into()));
        assert_eq!(read(r#"{"hello":2}"#), Err("protocol 2 is not spoken here: 1 to 1 are".into()));
    }

    #[test]
    fn what_needs_a_screen_is_refused() {
        let message = |words: &str| command(words, &[]).unwrap_err().message;
        assert_eq!(message("down"), "`down` moves a screen: it can only be typed there");
        assert_eq!(message("filter x"), "`filter` moves a screen: it can only be typed there");
        assert_eq!(message("add"), "`add` needs paths here: only a screen has a selection");
        assert_eq!(message("replace"), "`replace` needs paths here: only a screen has a selection");
        for words in ["jump", "remove", "move +1"] {
            assert!(message(words).contains("needs numbers of queue entries here"), "{words}");
        }
        assert_eq!(message("volme 3"), "no command `volme`; did you mean `volume`?");
        for words in ["playlist-remove", "playlist add x", "playlist-dedupe", "playlist-play"] {
            assert!(message(words).contains("only a screen has a selection"), "{words}");
        }
        assert_eq!(message("add music"), "a path must be absolute: music");
        assert_eq!(message("scan ."), "a path must be absolute: .");
        assert_eq!(message("output file:x.wav"), "a path must be absolute: x.wav");
    }

    #[test]
    fn paths_come_in_words_or_beside_them() {
        let odd = JsonPath { path: String::new(), path_hex: Some("2fff".into()) };
        let paths = [JsonPath::new(Path::new("/b c")), odd];
        let bytes = std::os::unix::ffi::OsStringExt::from_vec(b"/\xff".to_vec());
        let bytes: std::ffi::OsString = bytes;
        let all = vec!["/a".into(), "/b c".into(), PathBuf::from(bytes)];
        let added = Command::Queue(Queue::Append(Target::Paths(all.clone())));
        assert_eq!(command("add /a", &paths), Ok(added));
        let roots = Command::Library(Library::Scan(all[1..].to_vec()));
        assert_eq!(command("scan", &paths), Ok(roots));
        let added = Playlisting::Add {
            list: ListRef::Name("x".into()),
            what: Added::Target(Target::Paths(all[1..].to_vec())),
            at: Some(2),
        };
        assert_eq!(command("playlist-add-at x 2", &paths), Ok(Command::Playlist(added)));
        let written = Playlisting::Export(ListRef::Name("x".into()), "/b c".into(), Default::default());
        assert_eq!(command("playlist-export x", &paths[..1]), Ok(Command::Playlist(written)));
        let cover = |path: &str| TagWork::Edit(vec![TagEdit::Cover(path.into())]);
        let change = |work| Command::Tags(Tagging::Change { what: Target::Selection, work, ask: false });
        assert_eq!(command("art-set", &paths[..1]), Ok(change(cover("/b c"))));
        assert_eq!(command("art-set", &[]).unwrap_err().message, "a path must be absolute: ");
        let written = Command::Tags(Tagging::Extract(Target::Selection, "/b c".into()));
        assert_eq!(command("art-extract", &paths[..1]), Ok(written));
        let care = |care| Ok(Command::Library(Library::Care(care)));
        assert_eq!(command("library-backup", &paths[..1]), care(Care::Backup(Some("/b c".into()))));
        assert_eq!(command("library export", &[]), care(Care::Export(None)));
        assert_eq!(command("forget /b", &[]), care(Care::Forget(Some("/b".into()))));
        assert!(command("forget b", &[]).unwrap_err().message.contains("absolute"));
        assert!(command("forget", &paths).is_err(), "one at a time");
        let rated = Judging::Rate(Judged::Paths(all[1..].to_vec()), Rating::new(7));
        assert_eq!(command("rate 3.5", &paths), Ok(Command::Judge(rated)));
        let loved = Judging::Favourite(Judged::Paths(vec!["/a".into()]), Some(true));
        assert_eq!(command("favourite on /a", &[]), Ok(Command::Judge(loved)));
        assert!(command("rate 3 a.flac", &[]).unwrap_err().message.contains("absolute"));
        assert!(command("rate 3 playing", &paths).is_err());
        let asked =
            |apply| Importing { source: Source::Lastfm, path: Some("/b c".into()), music: None, apply };
        let import = |asked| Ok(Command::Library(Library::Import(asked)));
        assert_eq!(command("import lastfm", &paths[..1]), import(asked(false)));
        assert_eq!(command("import lastfm --apply", &paths[..1]), import(asked(true)));
        assert!(command("import mpd /b --music=c", &[]).unwrap_err().message.contains("absolute"));
        assert_eq!(command("pause", &paths).unwrap_err().message, "`pause` takes no paths");
    }
}
