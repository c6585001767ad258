//! `auralis similar`, `radio`, `path` and `weights` (`smooth` is beside it): what sounds alike, by the library where no player runs, else by the
//! player.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::args::{self, Global};
use super::exit::{CliError, Exit};
use super::json::{self, JsonPath};
use super::terminal::Messages;
use super::text::shown;
use super::{interrupt, open_store, settings};
use crate::boot::analyse::{AnalyseProgress, files as measure_files};
use crate::boot::log;
use crate::boot::similar::{Answer, Deaf, Ears, Known, Question, Rules, Whom, measure};
use crate::config::Loaded;
use crate::library::catalog_build::load_catalog_in;
use crate::library::levels;
use crate::library::scan::absolute_root;
use crate::library::store::{Store, WriteOp};
use crate::model::catalog::Catalog;
use crate::model::fingerprint::Fingerprint;
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::server::is_served;
use crate::model::similar::{Radio, SimilarMemory};
use crate::model::weights::{Aspect, Weights};
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::place::Place;
use crate::remote::tell::{self, SimilarAsked, SimilarLine, Tell, Telling};
use crate::remote::wire::Request;

const CLOSING: Duration = Duration::from_secs(5);
/// Tracks that a radio of the command line has.
const PLAYED: usize = 20;

pub const HELP: &str = "\
A line a track, nearest first: percent of the library's pairs that are further apart, tab,
path, tab, what of the sound is apart and by how much. Several tracks are what others are to
sound like together. Paths that were not measured are measured first. Where a player runs it
is asked, and tells at most 50.";

pub const RADIO_HELP: &str = "\
Prints paths, one a line, as a radio of the player would queue them: `auralis radio
artist:bowie | auralis play -`. The same seed gives the same tracks. In a player that runs:
`auralis ctl radio on artist:bowie`.";

/// What one run has open.
pub(super) struct Listening {
    pub config: Loaded,
    pub store: Store,
    pub ears: Ears,
    pub known: Known,
}

impl Listening {
    fn open(global: &Global, messages: &Messages, config: Loaded) -> Result<Self, CliError> {
        log::start(&settings::log(global, &config))?;
        let store = open_store(&config, messages)?;
        let catalog = Arc::new(load_catalog_in(&store, &config.naming())?);
        let facts = levels::facts(&store, &catalog)?;
        let ears = Ears::new(store.clone(), config.settings.similar.weights.clone());
        Ok(Self { config, store, ears, known: Known { catalog, facts } })
    }

    fn ask(&self, question: Question) -> Result<Answer, CliError> {
        self.ears.answer(question, &self.known).map_err(|why| unheard(&why, &self.known.catalog))
    }

    /// What is named: paths are measured where they were not.
    fn named(&self, what: &[OsString], messages: &Messages) -> Result<Named, CliError> {
        let mut named = Named { tracks: Vec::new(), prints: Vec::new() };
        let catalog = &self.known.catalog;
        if let Some(paths) = paths(what) {
            for path in paths {
                self.named_path(&path, &mut named)?;
            }
        } else if let [word] = what
            && let Some(id) = word.to_str().and_then(|word| word.parse().ok()).map(TrackId)
            && catalog.find(id).is_some()
        {
            named.tracks.push(id);
        } else {
            let words = words(what);
            let seeds = self.ask(Question::Seeds(Whom::Words(words)))?;
            if let Answer::Seeds(seeds) = seeds {
                named.tracks = seeds;
            }
            return Ok(named);
        }
        let cancel = CancelToken::over(interrupt::flag().map_err(CliError::Signals)?);
        self.measure(&named.tracks, &cancel, messages);
        Ok(named)
    }

    /// Those of them that were not.
    pub fn measure(&self, tracks: &[TrackId], cancel: &CancelToken, messages: &Messages) {
        let mut line = messages.progress();
        let done = |progress: &AnalyseProgress| format!("{} of {} measured", progress.done, progress.total);
        measure(&self.store, tracks, cancel, &mut |progress| line.show(|| done(progress)));
    }

    /// A file that is not in the library is measured for this once.
    fn named_path(&self, path: &Path, named: &mut Named) -> Result<(), CliError> {
        let catalog = &self.known.catalog;
        let before = named.tracks.len();
        match catalog.find_path(path) {
            Some(track) => named.tracks.push(track.id()),
            None => {
                let inside = catalog.tracks().filter(|track| track.path().starts_with(path));
                named.tracks.extend(inside.map(|track| track.id()).take(Radio::MOST_SEEDS));
            }
        }
        if named.tracks.len() == before {
            named.prints.push(print_of(path)?);
        }
        Ok(())
    }

    pub fn close(self) {
        self.store.close(CLOSING);
    }
}

/// Of a file that need not be in the library.
fn print_of(path: &Path) -> Result<Fingerprint, CliError> {
    let mut found = Err("it was not measured".to_owned());
    measure_files(&[path.to_path_buf()], Some(1), &CancelToken::default(), &mut |_, file| {
        found = file.measured.as_ref().map(|measured| measured.fingerprint.clone()).map_err(Clone::clone);
        Ok::<(), CliError>(())
    })?;
    found.map_err(|why| CliError::Refused(format!("{}: {why}", shown(path))))
}

struct Named {
    tracks: Vec<TrackId>,
    /// Of files that are not in the library.
    prints: Vec<Fingerprint>,
}

/// Where all of it is there.
fn paths(what: &[OsString]) -> Option<Vec<PathBuf>> {
    let all = !what.is_empty() && what.iter().map(Path::new).all(|path| path.exists() || is_served(path));
    all.then(|| what.iter().map(|word| absolute_root(Path::new(word))).collect())
}

fn words(what: &[OsString]) -> String {
    what.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

pub fn unheard(why: &Deaf, catalog: &Catalog) -> CliError {
    let title = |id: &TrackId| catalog.find(*id).map(|track| shown(&track.path()).to_string());
    CliError::NothingMatched(match why {
        Deaf::Words(why) => why.clone(),
        Deaf::Unmeasured(tracks) => {
            let name = tracks.iter().find_map(title).unwrap_or_default();
            format!("{name} was not measured, or is silent. `auralis analyse` measures")
        }
        Deaf::NothingMeasured => {
            "no track of the library was measured. `auralis analyse` measures".to_owned()
        }
        Deaf::NothingElse { unmeasured: 0 } => {
            "nothing is left to sound like that: it is all that the library has. Name fewer tracks".to_owned()
        }
        Deaf::NothingElse { unmeasured } => format!(
            "nothing else is known to sound like that: {unmeasured} other tracks were not measured. `auralis analyse` measures"
        ),
        Deaf::Broken(why) => return CliError::Refused(why.clone()),
    })
}

pub fn similar(global: &Global, asked: &args::Similar, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    let found = match Connection::open(&Place::new(&config.places)) {
        Ok(mut player) => of_player(&mut player, &asked.what)?,
        Err(RemoteError::NotRunning) => {
            of_store(Listening::open(global, messages, config)?, asked, messages)?
        }
        Err(error) => return Err(error.into()),
    };
    print(found.get(..asked.most.min(found.len())).unwrap_or(&found), asked.json)
}

/// `auralis ctl similar`.
pub fn of_running(player: &mut Connection, words: &[String], as_json: bool) -> Result<Exit, CliError> {
    let what: Vec<OsString> = words.iter().filter(|word| *word != "playing").map(OsString::from).collect();
    print(&of_player(player, &what)?, as_json)
}

fn of_player(player: &mut Connection, what: &[OsString]) -> Result<Vec<SimilarLine>, CliError> {
    let paths = paths(what);
    let words = if paths.is_some() { String::new() } else { words(what) };
    let paths = paths.unwrap_or_default().iter().map(|path| JsonPath::new(path)).collect();
    match player.ask(Request::tell(Tell::Similar(SimilarAsked { words, paths })))?.told {
        Some(Telling::Similar(found)) => Ok(found),
        _ => Err(super::search::too_old()),
    }
}

fn of_store(
    listening: Listening,
    asked: &args::Similar,
    messages: &Messages,
) -> Result<Vec<SimilarLine>, CliError> {
    let named = listening.named(&asked.what, messages)?;
    let known = &listening.known;
    let found = listening.ears.like(&named.tracks, &named.prints, asked.most, known);
    let found = found.map_err(|why| unheard(&why, &known.catalog))?;
    let lines = tell::similar(&found, &known.catalog);
    listening.close();
    Ok(lines)
}

fn print(found: &[SimilarLine], as_json: bool) -> Result<Exit, CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in found {
        if as_json {
            json::print(&mut out, line)?;
            continue;
        }
        let path = line.path.to_path().unwrap_or_default();
        writeln!(out, "{:.1}\t{}\t{}", line.shown_percent(), shown(&path), line.words())
            .map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)?;
    Ok(Exit::Done)
}

pub fn radio(global: &Global, asked: &args::RadioVerb, messages: &Messages) -> Result<Exit, CliError> {
    let listening = alone(global, messages, "auralis ctl radio on")?;
    let named = listening.named(&asked.what, messages)?;
    if named.tracks.is_empty() {
        let why = "a radio begins with tracks of the library: `auralis scan` takes files into it";
        return Err(CliError::NothingMatched(why.to_owned()));
    }
    let radio =
        Radio { seeds: named.tracks, seed: asked.seed.unwrap_or_else(chance), added: 0, recent: Vec::new() };
    let learned = listening.store.read()?.similar()?.learned;
    let question = Question::Radio {
        played: radio.seeds.clone(),
        rules: Rules::of(&listening.config.settings.similar),
        learned,
        count: asked.most.unwrap_or(PLAYED),
        radio: radio.clone(),
    };
    let Answer::Radio(tracks) = listening.ask(question)? else { return Ok(Exit::Failed) };
    messages.note(&format!("seed {}", radio.seed));
    print_tracks(&tracks, &listening.known.catalog, asked.json)?;
    listening.close();
    Ok(Exit::Done)
}

/// A number that is easily said.
fn chance() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) % 1_000_000
}

pub fn path(global: &Global, asked: &args::PathVerb, messages: &Messages) -> Result<Exit, CliError> {
    let listening = alone(global, messages, "auralis ctl path")?;
    let from = listening.named(std::slice::from_ref(&asked.from), messages)?;
    let to = listening.named(std::slice::from_ref(&asked.to), messages)?;
    let (Some(&from), Some(&to)) = (from.tracks.first(), to.tracks.first()) else {
        return Err(CliError::NothingMatched("a path leads between tracks of the library".to_owned()));
    };
    let question = Question::Path { from, to: Whom::Tracks(vec![to]), steps: asked.steps };
    let Answer::Path(tracks) = listening.ask(question)? else { return Ok(Exit::Failed) };
    let all: Vec<TrackId> = std::iter::once(from).chain(tracks).collect();
    print_tracks(&all, &listening.known.catalog, asked.json)?;
    listening.close();
    Ok(Exit::Done)
}

/// Where a player runs it has the library: it is told what to do there.
pub(super) fn alone(global: &Global, messages: &Messages, instead: &str) -> Result<Listening, CliError> {
    let config = settings::load(global, messages)?;
    match Connection::open(&Place::new(&config.places)) {
        Err(RemoteError::NotRunning) => Listening::open(global, messages, config),
        Ok(_) => Err(CliError::Refused(format!("a player runs and has the library: `{instead}` asks it"))),
        Err(error) => Err(error.into()),
    }
}

fn print_tracks(tracks: &[TrackId], catalog: &Catalog, as_json: bool) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    for track in tracks.iter().filter_map(|&id| catalog.find(id)) {
        if as_json {
            json::print(&mut out, &tell::TrackLine::new(track, 1.0))?;
        } else {
            writeln!(out, "{}", shown(&track.path())).map_err(CliError::Output)?;
        }
    }
    out.flush().map_err(CliError::Output)
}

pub fn weights(global: &Global, asked: &args::WeightsVerb, messages: &Messages) -> Result<Exit, CliError> {
    let listening = alone(global, messages, "auralis ctl weights")?;
    let memory = listening.store.read()?.similar()?;
    if asked.reset {
        let memory = SimilarMemory { learned: Weights::default(), ..memory };
        listening.store.write(WriteOp::PutSimilar(Box::new(memory)))?;
        listening.store.flush()?;
        listening.close();
        messages.note("what radio learned is forgotten");
        return Ok(Exit::Done);
    }
    let mut out = io::stdout().lock();
    for aspect in Aspect::all() {
        let (set, learned) =
            (listening.config.settings.similar.weights.get(aspect), memory.learned.get(aspect));
        if asked.json {
            let line = serde_json::json!({"name": aspect.name(), "set": set, "learned": learned});
            json::print(&mut out, &line)?;
        } else {
            writeln!(out, "{:<24}{set:>6.2} x {learned:.2}  {}", aspect.name(), aspect.words())
                .map_err(CliError::Output)?;
        }
    }
    listening.close();
    Ok(Exit::Done)
}

/// `auralis duplicates --like`: an empty line behind each group.
pub fn duplicates(global: &Global, as_json: bool, messages: &Messages) -> Result<Exit, CliError> {
    let listening = alone(global, messages, "auralis ctl duplicates like")?;
    let groups = listening.ears.near_duplicates(&listening.known);
    let groups = groups.map_err(|why| unheard(&why, &listening.known.catalog))?;
    let catalog = &listening.known.catalog;
    let mut out = BufWriter::new(io::stdout().lock());
    for group in &groups {
        let tracks = group.iter().filter_map(|&id| catalog.find(id));
        if as_json {
            let lines: Vec<_> = tracks.map(|track| tell::TrackLine::new(track, 1.0)).collect();
            json::print(&mut out, &serde_json::json!({ "tracks": lines }))?;
            continue;
        }
        for track in tracks {
            writeln!(out, "{}\t{}", track.format().words(), shown(&track.path()))
                .map_err(CliError::Output)?;
        }
        writeln!(out).map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)?;
    listening.close();
    match groups.len() {
        0 => Err(CliError::NothingMatched("no two measured tracks sound like one recording".to_owned())),
        count => {
            let tracks: usize = groups.iter().map(Vec::len).sum();
            messages.note(&format!("{tracks} tracks sound like {count} recordings"));
            Ok(Exit::Done)
        }
    }
}
