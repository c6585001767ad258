//! A music server that speaks the (Open)Subsonic API, as <https://opensubsonic.netlify.app/docs/> has it: Navidrome, gonic,
//! LMS, supysonic and others. What it has, its pictures and words; stars, plays and the queue are told to it.
//!
//! Servers differ. What old ones do not have is asked for in the old way: songs by album where they cannot be searched for,
//! words by names, the queue by its song. How the server takes its user (`sign`) is found out by the first question.

mod answers;
mod listing;
mod sign;
mod songs;
mod words;

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::{Client, Fetched};
use crate::model::facts::Rating;
use crate::model::server::{Failed, PlayQueue, Server, ServerSettings, Song};
use answers::{Object, Unanswered, error_in_place, id, is_true, objects, text};
use sign::{Parameters, Proof, Signed, encoded};

/// Of an answer in JSON.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
const MOST_BYTES_OF_A_PICTURE: u64 = 20_000_000;
/// Of an address that every server and all between take, with all that is asked.
const MOST_ADDRESS: usize = 1_900;
/// Of one where a server takes no form: some take no more.
const MOST_LONG_ADDRESS: usize = 3_900;
/// Songs of a queue that is kept on a server that is told to take forms, and on another.
const MOST_QUEUED: usize = 10_000;
const MOST_QUEUED_OTHERWISE: usize = 1_000;

/// Who it is, and what proves us to it. Cheap to make; asks nobody until it is asked.
pub struct Subsonic {
    settings: ServerSettings,
    client: Client,
    proof: Proof,
    /// Names of the extensions of OpenSubsonic that it has, once it was asked.
    extensions: OnceLock<BTreeSet<String>>,
}

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct About {
    /// `navidrome`; where it does not tell, nothing.
    pub kind: Option<String>,
    pub version: Option<String>,
    /// Of the API.
    pub api: Option<String>,
    /// It speaks OpenSubsonic.
    pub is_open: bool,
    /// Those of OpenSubsonic that it has, by name.
    pub extensions: Vec<String>,
}

/// How a question travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Address,
    Form,
}

impl Subsonic {
    pub fn new(settings: ServerSettings, client: Client) -> Self {
        let proof = Proof::new(&settings);
        Self { settings, client, proof, extensions: OnceLock::new() }
    }

    /// Who answers there, and whether the user is let in.
    ///
    /// # Errors
    /// Where the server does not answer, not as the API has it, or refuses the user.
    pub fn about(&self) -> Result<About, Failed> {
        let told = self.done("ping", &[])?;
        Ok(About {
            kind: text(&told, "type"),
            version: text(&told, "serverVersion"),
            api: text(&told, "version"),
            is_open: is_true(&told, "openSubsonic"),
            extensions: self.extensions().map_err(|why| why.failed(EXTENSIONS))?.iter().cloned().collect(),
        })
    }

    /// What is in the envelope of the answer.
    fn ask(&self, method: &str, parameters: &[(&'static str, String)]) -> Result<Object, Unanswered> {
        let ask = |signed: &Signed| self.fetch(By::Address, method, parameters, signed, MOST_BYTES);
        self.signed(|signed| answers::read(&ask(signed)?))
    }

    /// As [`Subsonic::ask`], by a form. A server that does not read it says anything of who asks: that is not taken for a
    /// word on the secret.
    fn ask_by_form(&self, method: &str, parameters: &[(&'static str, String)]) -> Result<Object, Unanswered> {
        let signed = self.proof.sign(Instant::now()).map_err(Unanswered::Failed)?;
        answers::read(&self.fetch(By::Form, method, parameters, &signed, MOST_BYTES)?)
    }

    /// As [`Subsonic::ask`], with words for what went wrong.
    fn done(&self, method: &str, parameters: &[(&'static str, String)]) -> Result<Object, Failed> {
        self.ask(method, parameters).map_err(|why| why.failed(method))
    }

    /// Asks, and once more with the password itself where the server seems to want that.
    fn signed<T>(&self, ask: impl Fn(&Signed) -> Result<T, Unanswered>) -> Result<T, Unanswered> {
        let sign = || self.proof.sign(Instant::now()).map_err(Unanswered::Failed);
        let signed = sign()?;
        let first = ask(&signed);
        let wants = first.as_ref().is_err_and(Unanswered::may_want_the_password);
        if !(wants && self.proof.is_doubtful(&signed)) {
            self.noted(&signed, &first);
            return first;
        }
        if !self.proof.try_password() {
            let no_tokens = Err(Unanswered::NO_TOKENS);
            self.noted(&signed, &no_tokens);
            return no_tokens;
        }
        let again = sign()?;
        let second = ask(&again);
        if second.as_ref().is_err_and(Unanswered::may_want_the_password) {
            self.proof.not_the_password();
            self.noted(&signed, &first);
            return first;
        }
        self.noted(&again, &second);
        second
    }

    fn noted<T>(&self, signed: &Signed, answer: &Result<T, Unanswered>) {
        match answer {
            Err(why) if why.is_refusal() => self.proof.refused(signed, &why.clone().failed("")),
            // A parameter that it misses may be one of the proof.
            Ok(_) | Err(Unanswered::Said { code: 50.., .. }) => self.proof.taken(),
            Err(_) => {}
        }
    }

    fn fetch(
        &self,
        by: By,
        method: &str,
        parameters: &[(&'static str, String)],
        signed: &Signed,
        most: u64,
    ) -> Result<Fetched, Unanswered> {
        let address = self.address(method).map_err(Unanswered::Failed)?;
        let all = encoded(&whole(parameters, signed));
        let fetched = match by {
            By::Address => self.client.fetch(&format!("{address}?{all}"), None, most)?,
            By::Form => self.client.fetch(&address, Some(&all), most)?,
        };
        Ok(fetched)
    }

    /// Of a method. Whether `/rest` stands behind the configured address already does not matter.
    fn address(&self, method: &str) -> Result<String, Failed> {
        let base = self.settings.url.trim().trim_end_matches('/');
        let base = base.strip_suffix("/rest").unwrap_or(base);
        let path = std::path::Path::new(base);
        let is_one = crate::model::address::host(path).is_some_and(|host| !host.is_empty());
        if !is_one || base.contains(['?', '#']) {
            let why = if base.is_empty() {
                "no address of a music server is configured"
            } else {
                "the address of the music server is not one: it begins with http:// or https:// and has no `?` or `#`"
            };
            return Err(Failed { why: why.into(), for_good: true, after: None });
        }
        // The first servers know methods by no other name.
        Ok(format!("{base}/rest/{method}.view"))
    }

    /// Asked for once. A server without the method has none.
    fn extensions(&self) -> Result<&BTreeSet<String>, Unanswered> {
        if let Some(known) = self.extensions.get() {
            return Ok(known);
        }
        let names = match self.ask(EXTENSIONS, &[]) {
            Ok(told) => {
                objects(&told, "openSubsonicExtensions").filter_map(|one| text(one, "name")).collect()
            }
            Err(why) if why.is_about_the_question() => BTreeSet::new(),
            Err(why) => return Err(why),
        };
        Ok(self.extensions.get_or_init(|| names))
    }

    fn has(&self, extension: &str) -> Result<bool, Failed> {
        let all = self.extensions().map_err(|why| why.failed(EXTENSIONS))?;
        Ok(all.contains(extension))
    }

    /// `None` where the server has no such song.
    fn song(&self, song: &str) -> Result<Option<Object>, Failed> {
        match self.ask("getSong", &[("id", song.to_owned())]) {
            Ok(mut told) => match told.remove("song") {
                Some(serde_json::Value::Object(told)) => Ok(Some(told)),
                _ => Ok(None),
            },
            Err(why) if why.is_not_there() => Ok(None),
            Err(why) => Err(why.failed("getSong")),
        }
    }

    /// By names: what a server does that knows no other way.
    fn words_by_names(&self, song: &str) -> Result<Option<String>, Failed> {
        let Some(told) = self.song(song)? else { return Ok(None) };
        let (Some(artist), Some(title)) = (text(&told, "artist"), text(&told, "title")) else {
            return Ok(None);
        };
        match self.ask("getLyrics", &[("artist", artist), ("title", title)]) {
            Ok(told) => Ok(words::old(&told)),
            Err(Unanswered::NoMethod | Unanswered::Said { code: 70, .. }) => Ok(None),
            Err(why) => Err(why.failed("getLyrics")),
        }
    }

    /// A queue is long: as a form where the server takes one, else as much of it as an address holds.
    fn keep(&self, queue: &PlayQueue, by_index: bool) -> Result<(), Failed> {
        let method = if by_index { "savePlayQueueByIndex" } else { "savePlayQueue" };
        let takes_forms = self.has("formPost")?;
        let most = if takes_forms { MOST_QUEUED } else { MOST_QUEUED_OTHERWISE };
        let parameters = queue_parameters(queue, by_index, most, usize::MAX);
        if encoded(&parameters).len() <= MOST_ADDRESS {
            return self.done(method, &parameters).map(drop);
        }
        match self.ask_by_form(method, &parameters) {
            Ok(_) => Ok(()),
            // Some that take no forms say that a parameter is missing; some do not even see who asks.
            Err(why) if !takes_forms && (why.is_about_the_question() || why.is_refusal()) => {
                let parameters = queue_parameters(queue, by_index, most, MOST_LONG_ADDRESS);
                self.done(method, &parameters).map(drop)
            }
            Err(why) => Err(why.failed(method)),
        }
    }
}

const EXTENSIONS: &str = "getOpenSubsonicExtensions";

/// What every question has, what proves the user, and what is asked.
fn whole(parameters: &[(&'static str, String)], signed: &Signed) -> Parameters {
    let fixed = [("v", "1.16.1"), ("c", "auralis"), ("f", "json")];
    let fixed = fixed.map(|(name, value)| (name, value.to_owned()));
    parameters.iter().cloned().chain(fixed).chain(signed.parameters.iter().cloned()).collect()
}

/// The songs around the one that plays, as many as `most` and as `bytes` in an address allow.
fn queue_parameters(queue: &PlayQueue, by_index: bool, most: usize, bytes: usize) -> Parameters {
    let current = queue.current.filter(|&at| at < queue.songs.len());
    let at = current.unwrap_or(0);
    let cost = |song: &String| encoded(&[("id", song.clone())]).len() + 1;
    // One song before it for three behind: what was heard is asked for less.
    let (mut from, mut to, mut spent) = (at, at, 0);
    loop {
        let wants_before = from > 0 && ((at - from) * 3 < to - at || to == queue.songs.len());
        let next =
            if wants_before { from.checked_sub(1) } else { Some(to).filter(|&to| to < queue.songs.len()) };
        let Some(song) = next.and_then(|next| queue.songs.get(next)) else { break };
        spent += cost(song);
        if to - from >= most || spent > bytes {
            break;
        }
        if wants_before { from -= 1 } else { to += 1 }
    }
    let songs = &queue.songs[from..to];
    let mut parameters: Parameters = songs.iter().map(|song| ("id", song.clone())).collect();
    match current.and_then(|at| Some((at.checked_sub(from)?, queue.songs.get(at)?))) {
        Some((at, _)) if by_index => parameters.push(("currentIndex", at.to_string())),
        Some((_, song)) => parameters.push(("current", song.clone())),
        // It has to be told where there are songs.
        None if by_index && !songs.is_empty() => parameters.push(("currentIndex", "0".into())),
        None => {}
    }
    if current.is_some() {
        parameters.push(("position", queue.position.as_millis().to_string()));
    }
    parameters
}

impl Server for Subsonic {
    fn name(&self) -> &str {
        &self.settings.name
    }

    fn songs(&self, cancel: &AtomicBool, on_songs: &mut dyn FnMut(Vec<Song>)) -> Result<(), Failed> {
        listing::songs(self, cancel, on_songs)
    }

    fn file(&self, song: &str) -> Result<String, Failed> {
        // What the server says to a question it will not say to one who reads a file: whether it takes a token is known first.
        if !self.proof.is_taken() {
            self.done("ping", &[])?;
        }
        let signed = self.proof.sign(Instant::now())?;
        let parameters = [("id", song.to_owned()), ("format", "raw".to_owned())];
        Ok(format!("{}?{}", self.address("stream")?, encoded(&whole(&parameters, &signed))))
    }

    fn picture(&self, song: &str) -> Result<Option<Vec<u8>>, Failed> {
        let Some(picture) = self.song(song)?.and_then(|told| id(&told, "coverArt")) else { return Ok(None) };
        let asked = self.signed(|signed| {
            let parameters = [("id", picture.clone())];
            let fetched =
                self.fetch(By::Address, "getCoverArt", &parameters, signed, MOST_BYTES_OF_A_PICTURE)?;
            error_in_place(&fetched).map_or(Ok(fetched.body), Err)
        });
        match asked {
            Ok(picture) => Ok(Some(picture).filter(|picture| !picture.is_empty())),
            Err(why) if why.is_not_there() => Ok(None),
            Err(Unanswered::Status { status: 404, .. }) => Ok(None),
            Err(why) => Err(why.failed("getCoverArt")),
        }
    }

    fn words(&self, song: &str) -> Result<Option<String>, Failed> {
        if !self.has("songLyrics")? {
            return self.words_by_names(song);
        }
        match self.ask("getLyricsBySongId", &[("id", song.to_owned())]) {
            Ok(told) => Ok(words::structured(&told)),
            Err(why) if why.is_not_there() => Ok(None),
            Err(why) => Err(why.failed("getLyricsBySongId")),
        }
    }

    fn favour(&self, song: &str, favourite: bool) -> Result<(), Failed> {
        let method = if favourite { "star" } else { "unstar" };
        match self.ask(method, &[("id", song.to_owned())]) {
            Ok(_) => Ok(()),
            // That it is so already is an error of some servers.
            Err(why @ Unanswered::Said { code: 0, .. }) => {
                let told = self.song(song)?.ok_or_else(|| why.clone().failed(method))?;
                let is_so = told.get("starred").is_some_and(|starred| !starred.is_null()) == favourite;
                if is_so { Ok(()) } else { Err(why.failed(method)) }
            }
            Err(why) => Err(why.failed(method)),
        }
    }

    fn rate(&self, song: &str, rating: Option<Rating>) -> Result<(), Failed> {
        let stars = rating.map_or(0, |rating| rating.halves().div_ceil(2));
        self.done("setRating", &[("id", song.to_owned()), ("rating", stars.to_string())]).map(drop)
    }

    fn plays(&self, song: &str) -> Result<(), Failed> {
        self.done("scrobble", &[("id", song.to_owned()), ("submission", "false".into())]).map(drop)
    }

    /// One question a song: of several in one, some servers take the first and say that all is well. Those that the server
    /// will never take hold up none behind them; another failure ends it, and those before it were taken.
    fn heard(&self, songs: &[(String, i64)]) -> Result<(), Failed> {
        let mut refused = None;
        for (song, at_s) in songs {
            let at_ms = at_s.saturating_mul(1_000).max(0).to_string();
            let parameters = [("id", song.clone()), ("time", at_ms), ("submission", "true".into())];
            match self.done("scrobble", &parameters) {
                Err(failed) if failed.for_good => refused = Some(failed),
                done => drop(done?),
            }
        }
        refused.filter(|_| songs.len() == 1).map_or(Ok(()), Err)
    }

    fn keep_queue(&self, queue: &PlayQueue) -> Result<(), Failed> {
        self.keep(queue, self.has("indexBasedQueue")?)
    }

    fn queue(&self) -> Result<PlayQueue, Failed> {
        let method = if self.has("indexBasedQueue")? { "getPlayQueueByIndex" } else { "getPlayQueue" };
        match self.ask(method, &[]) {
            Ok(told) => Ok(answers::queue(&told)),
            Err(why) if why.is_not_there() => Ok(PlayQueue::default()),
            Err(why) => Err(why.failed(method)),
        }
    }
}

#[cfg(feature = "http")]
#[cfg(test)]
mod tests;
