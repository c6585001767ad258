//! The table of commands: name, who may, how many arguments, what is done. From it come `commands` and `notcommands`.

use std::sync::Arc;

use super::ack::{Ack, Code};
use super::args::Args;
use super::desk::{Desk, Scene};
use super::hub::Hub;
use super::idle::Events;
use super::session::Session;
use super::{
    art, channels, database, line, options, outputs, playlists, queue, reflection, status, stickers,
    transport,
};
use crate::model::command::Command;
use crate::model::mpd::Permissions;
use crate::model::player::Outcome;
use crate::model::snapshot::Snapshot;

/// A command being done, on the server's thread.
pub struct Turn<'a> {
    pub session: &'a mut Session,
    pub hub: &'a mut Hub,
    pub snapshot: Arc<Snapshot>,
    /// The answer, up to its `OK`.
    pub out: &'a mut Vec<u8>,
}

impl Turn<'_> {
    pub fn say(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// One line of the answer.
    pub fn tell(&mut self, name: &str, value: impl std::fmt::Display) {
        let line = format!("{name}: {}", super::ack::plain(&value.to_string()));
        self.say(&line);
        self.out.push(b'\n');
    }

    pub fn scene(&self) -> Scene {
        Scene {
            snapshot: Arc::clone(&self.snapshot),
            roots: Arc::clone(&self.hub.roots),
            tags: self.session.tags,
        }
    }
}

/// Goes on with what was waited for.
pub type Next<T> = Box<dyn FnOnce(&mut Turn<'_>, T) -> Result<Step, Ack> + Send>;
/// Looks something up, on a thread that may take its time.
pub type Job = Box<dyn FnOnce(&mut Desk) -> Result<Found, Ack> + Send>;

/// Does something with what was looked up.
pub type Then = Box<dyn FnOnce(&mut Turn<'_>) -> Result<Step, Ack> + Send>;

/// What was looked up.
pub enum Found {
    /// It is the answer.
    Answer(Vec<u8>),
    /// Something is to be done with it.
    Then(Then),
}

/// How it goes on.
pub enum Step {
    Done,
    /// The core is asked.
    Ask(Command, Next<Outcome>),
    Look(Job),
    Disk(Job),
    Idle(Events),
    Close,
}

pub type Result<T, E = Ack> = std::result::Result<T, E>;

/// Asks the core; what it refuses fails with this code.
pub fn ask(command: Command, code: Code) -> Result<Step> {
    ask_then(command, code, |_| Ok(Step::Done))
}

/// As [`ask`], and goes on once it is done.
pub fn ask_then(
    command: Command,
    code: Code,
    then: impl FnOnce(&mut Turn<'_>) -> Result<Step> + Send + 'static,
) -> Result<Step> {
    let next = move |turn: &mut Turn<'_>, outcome: Outcome| match outcome {
        Outcome::Done(_) => then(turn),
        Outcome::Refused(why) => Err(Ack::refused(code, &why)),
    };
    Ok(Step::Ask(command, Box::new(next)))
}

/// Looks an answer up.
pub fn look(job: impl FnOnce(&mut Desk) -> Result<String> + Send + 'static) -> Result<Step> {
    Ok(Step::Look(Box::new(move |desk| job(desk).map(|text| Found::Answer(text.into_bytes())))))
}

/// Looks something up and does something with it.
pub fn look_then<T: Send + 'static>(
    job: impl FnOnce(&mut Desk) -> Result<T> + Send + 'static,
    then: impl FnOnce(&mut Turn<'_>, T) -> Result<Step> + Send + 'static,
) -> Result<Step> {
    Ok(Step::Look(Box::new(move |desk| {
        let found = job(desk)?;
        Ok(Found::Then(Box::new(move |turn| then(turn, found))))
    })))
}

/// One command.
pub struct Row {
    pub name: &'static str,
    permission: Permissions,
    least: usize,
    /// `None`: as many as one likes.
    most: Option<usize>,
    run: fn(&mut Turn<'_>, &Args) -> Result<Step>,
}

const fn row(
    name: &'static str,
    permission: Permissions,
    (least, most): (usize, Option<usize>),
    run: fn(&mut Turn<'_>, &Args) -> Result<Step>,
) -> Row {
    Row { name, permission, least, most, run }
}

const fn exactly(count: usize) -> (usize, Option<usize>) {
    (count, Some(count))
}

const fn upto(least: usize, most: usize) -> (usize, Option<usize>) {
    (least, Some(most))
}

const fn from(least: usize) -> (usize, Option<usize>) {
    (least, None)
}

const NONE: Permissions = Permissions::NONE;
const READ: Permissions = Permissions::READ;
const ADD: Permissions = Permissions::ADD;
const PLAYER: Permissions = Permissions::PLAYER;
const CONTROL: Permissions = Permissions::CONTROL;
const ADMIN: Permissions = Permissions::ADMIN;

/// By name.
pub const TABLE: &[Row] = &[
    row("add", ADD, upto(1, 2), queue::add),
    row("addid", ADD, upto(1, 2), queue::add_id),
    row("albumart", READ, exactly(2), art::beside),
    row("binarylimit", NONE, exactly(1), art::limit),
    row("channels", READ, exactly(0), channels::list),
    row("clear", PLAYER, exactly(0), queue::clear),
    row("clearerror", PLAYER, exactly(0), status::clear_error),
    row("close", NONE, from(0), reflection::close),
    row("commands", NONE, exactly(0), reflection::commands),
    row("config", ADMIN, exactly(0), reflection::config),
    row("consume", PLAYER, exactly(1), options::consume),
    row("count", READ, from(1), database::count),
    row("crossfade", PLAYER, exactly(1), options::crossfade),
    row("currentsong", READ, exactly(0), queue::current),
    row("decoders", READ, exactly(0), reflection::decoders),
    row("delete", PLAYER, exactly(1), queue::delete),
    row("deleteid", PLAYER, exactly(1), queue::delete_id),
    row("delpartition", ADMIN, exactly(1), outputs::no_partitions),
    row("disableoutput", ADMIN, exactly(1), outputs::disable),
    row("enableoutput", ADMIN, exactly(1), outputs::enable),
    row("find", READ, from(1), database::find),
    row("findadd", ADD, from(1), database::find_add),
    row("getvol", READ, exactly(0), options::get_volume),
    row("idle", READ, from(0), reflection::idle),
    row("kill", ADMIN, from(0), reflection::kill),
    row("list", READ, from(1), database::list),
    row("listall", READ, upto(0, 1), database::list_all),
    row("listallinfo", READ, upto(0, 1), database::list_all_info),
    row("listfiles", READ, upto(0, 1), art::list_files),
    row("listmounts", READ, exactly(0), reflection::mounts),
    row("listpartitions", READ, exactly(0), outputs::partitions),
    row("listplaylist", READ, upto(1, 2), playlists::names),
    row("listplaylistinfo", READ, upto(1, 2), playlists::songs),
    row("listplaylists", READ, exactly(0), playlists::list),
    row("load", ADD, upto(1, 3), playlists::load),
    row("lsinfo", READ, upto(0, 1), database::list_info),
    row("mixrampdb", PLAYER, exactly(1), options::mixramp_db),
    row("mixrampdelay", PLAYER, exactly(1), options::mixramp_delay),
    row("move", PLAYER, exactly(2), queue::move_range),
    row("moveid", PLAYER, exactly(2), queue::move_id),
    row("moveoutput", ADMIN, exactly(1), outputs::move_output),
    row("newpartition", ADMIN, exactly(1), outputs::no_partitions),
    row("next", PLAYER, exactly(0), transport::next),
    row("notcommands", NONE, exactly(0), reflection::not_commands),
    row("outputs", READ, exactly(0), outputs::list),
    row("outputset", ADMIN, exactly(3), outputs::set),
    row("partition", READ, exactly(1), outputs::partition),
    row("password", NONE, exactly(1), reflection::password),
    row("pause", PLAYER, upto(0, 1), transport::pause),
    row("ping", NONE, exactly(0), reflection::ping),
    row("play", PLAYER, upto(0, 1), transport::play),
    row("playid", PLAYER, upto(0, 1), transport::play_id),
    row("playlist", READ, exactly(0), queue::names),
    row("playlistadd", CONTROL, upto(2, 3), playlists::add),
    row("playlistclear", CONTROL, exactly(1), playlists::clear),
    row("playlistdelete", CONTROL, exactly(2), playlists::delete),
    row("playlistfind", READ, from(1), queue::find),
    row("playlistid", READ, upto(0, 1), queue::info_id),
    row("playlistinfo", READ, upto(0, 1), queue::info),
    row("playlistlength", READ, exactly(1), playlists::length),
    row("playlistmove", CONTROL, exactly(3), playlists::move_range),
    row("playlistsearch", READ, from(1), queue::search),
    row("plchanges", READ, upto(1, 2), queue::changes),
    row("plchangesposid", READ, upto(1, 2), queue::changes_short),
    row("previous", PLAYER, exactly(0), transport::previous),
    row("prio", PLAYER, from(2), queue::priority),
    row("prioid", PLAYER, from(2), queue::priority),
    row("protocol", NONE, from(0), reflection::protocol),
    row("random", PLAYER, exactly(1), options::random),
    row("rangeid", ADD, exactly(2), queue::part),
    row("readcomments", READ, exactly(1), database::comments),
    row("readmessages", READ, exactly(0), channels::read),
    row("readpicture", READ, exactly(2), art::inside),
    row("rename", CONTROL, exactly(2), playlists::rename),
    row("repeat", PLAYER, exactly(1), options::repeat),
    row("replay_gain_mode", PLAYER, exactly(1), options::replay_gain),
    row("replay_gain_status", READ, exactly(0), options::replay_gain_status),
    row("rescan", CONTROL, upto(0, 1), database::update),
    row("rm", CONTROL, exactly(1), playlists::remove),
    row("save", CONTROL, upto(1, 2), playlists::save),
    row("search", READ, from(1), database::search),
    row("searchadd", ADD, from(1), database::search_add),
    row("searchaddpl", CONTROL, from(2), database::search_add_list),
    row("searchcount", READ, from(1), database::search_count),
    row("searchplaylist", READ, from(2), playlists::search),
    row("seek", PLAYER, exactly(2), transport::seek),
    row("seekcur", PLAYER, exactly(1), transport::seek_current),
    row("seekid", PLAYER, exactly(2), transport::seek_id),
    row("sendmessage", CONTROL, exactly(2), channels::send),
    row("setvol", PLAYER, exactly(1), options::set_volume),
    row("shuffle", PLAYER, upto(0, 1), queue::shuffle),
    row("single", PLAYER, exactly(1), options::single),
    row("stats", READ, exactly(0), status::stats),
    row("status", READ, exactly(0), status::status),
    row("sticker", ADMIN, from(3), stickers::sticker),
    row("stickernames", ADMIN, exactly(0), stickers::names),
    row("stickernamestypes", ADMIN, upto(0, 1), stickers::names_types),
    row("stickertypes", ADMIN, exactly(0), stickers::types),
    row("stop", PLAYER, exactly(0), transport::stop),
    row("subscribe", READ, exactly(1), channels::subscribe),
    row("swap", PLAYER, exactly(2), queue::swap),
    row("swapid", PLAYER, exactly(2), queue::swap_id),
    row("tagtypes", NONE, from(0), reflection::tag_types),
    row("toggleoutput", ADMIN, exactly(1), outputs::toggle),
    row("unsubscribe", READ, exactly(1), channels::unsubscribe),
    row("update", CONTROL, upto(0, 1), database::update),
    row("urlhandlers", READ, exactly(0), reflection::handlers),
    row("volume", PLAYER, exactly(1), options::change_volume),
];

impl Row {
    pub fn is_open_to(&self, permissions: Permissions) -> bool {
        permissions.contains(self.permission)
    }

    fn check(&self, permissions: Permissions, count: usize) -> Result<()> {
        let name = self.name;
        if !self.is_open_to(permissions) {
            return Err(Ack::new(Code::Permission, format!("you don't have permission for \"{name}\"")));
        }
        let wrong = match self.most {
            Some(most) if most == self.least && count != most => "wrong number of",
            _ if count < self.least => "too few",
            Some(most) if count > most => "too many",
            _ => return Ok(()),
        };
        Err(Ack::argument(format!("{wrong} arguments for \"{name}\"")))
    }
}

/// What became of a line, and the name of its command where it has one.
pub struct Ran {
    pub name: &'static str,
    pub result: Result<Step>,
    /// It is of another protocol: the client is not listened to any longer.
    pub foreign: bool,
}

pub fn run(turn: &mut Turn<'_>, bytes: &[u8]) -> Ran {
    let line = match line::read(bytes) {
        Ok(line) => line,
        Err(line::Foreign(ack)) => return Ran { name: "", result: Err(ack), foreign: true },
    };
    let words = match line.words {
        Ok(words) => words,
        Err(ack) => return Ran { name: "", result: Err(ack), foreign: false },
    };
    let Ok(at) = TABLE.binary_search_by(|row| row.name.cmp(line.name.as_str())) else {
        let ack = Ack::unknown(format!("unknown command \"{}\"", line.name));
        return Ran { name: "", result: Err(ack), foreign: false };
    };
    let row = &TABLE[at];
    let args = Args::new(words);
    let result = row.check(turn.session.permissions, args.len()).and_then(|()| (row.run)(turn, &args));
    Ran { name: row.name, result, foreign: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_refuses_as_mpd_does() {
        assert!(TABLE.is_sorted_by(|a, b| a.name < b.name));
        let why = |name: &str, permissions, count| {
            let row = TABLE.iter().find(|row| row.name == name).unwrap();
            row.check(permissions, count).map_err(|ack| format!("{} {}", ack.code as u8, ack.text))
        };
        let all = Permissions::ALL;
        assert_eq!(why("status", all, 0), Ok(()));
        assert_eq!(why("status", all, 1), Err("2 wrong number of arguments for \"status\"".into()));
        assert_eq!(why("list", all, 0), Err("2 too few arguments for \"list\"".into()));
        assert_eq!(why("play", all, 2), Err("2 too many arguments for \"play\"".into()));
        assert_eq!(why("find", all, 99), Ok(()));
        let reader = Permissions::READ;
        assert_eq!(why("play", reader, 0), Err("4 you don't have permission for \"play\"".into()));
        assert_eq!(why("ping", Permissions::NONE, 0), Ok(()));
    }
}
