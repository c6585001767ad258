//! Finds the words of a song: those that the user has first, then those that a server told earlier, then the server,
//! where that is turned on. On the lane [`super::Lane::Online`], and for the command line.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use crate::library::lyrics::{self, Own};
use crate::model::lyrics::{Found, Lyrics, LyricsSettings, Song, Source};
use crate::online::kept::Kept;
use crate::online::lrclib::{self, Answer};
use crate::online::{Client, Outage};

/// What is found, and whether a server that had answered before does not any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub found: Found,
    pub is_outage: bool,
}

impl From<Found> for Outcome {
    fn from(found: Found) -> Self {
        Self { found, is_outage: false }
    }
}

/// Who looks. Clones share what they know of the server.
#[derive(Debug, Clone)]
pub struct Finder {
    settings: LyricsSettings,
    kept: Kept,
    client: Client,
    /// Guards how the server stands; held while it is looked at only.
    outage: Arc<Mutex<Outage>>,
}

impl Finder {
    /// `cache`: the folder of what can be had again.
    pub fn new(settings: LyricsSettings, cache: Option<&Path>) -> Self {
        let kept = Kept(cache.map(|folder| folder.join("lyrics")));
        Self { settings, kept, client: Client::default(), outage: Arc::default() }
    }

    /// `known`: what the library calls it. `again`: what a server told earlier does not count.
    pub fn find(&self, path: &Path, known: Option<Song>, again: bool) -> Outcome {
        let own = match lyrics::own(path) {
            Ok(Own { lyrics: Some(lyrics), .. }) => return Found::Words(lyrics).into(),
            Ok(own) => own.song,
            Err(why) if known.is_none() => {
                return Found::Failed(format!("the file {why}")).into();
            }
            Err(_) => Song::default(),
        };
        let song = known.unwrap_or(own);
        let kept = if again { None } else { self.kept.get(&song, SystemTime::now()) };
        match kept {
            Some(answer) if self.settings.online || answer != Answer::Unknown => self.said(answer).into(),
            _ if !self.settings.online => Found::Nothing(
                "The file has none, and no .lrc file is beside it. `online = true` in [lyrics] asks LRCLIB"
                    .into(),
            )
            .into(),
            _ if !lrclib::can_be_asked(&song) => Found::Nothing(
                "The file has none, and its title, artist or length is not known to ask by".into(),
            )
            .into(),
            _ => self.ask(&song),
        }
    }

    /// Writes the words beside their song, found first where they are not `known`; the new file.
    pub fn save(&self, path: &Path, song: Option<Song>, known: Option<Lyrics>) -> Result<PathBuf, String> {
        let found = known.map_or_else(|| self.find(path, song, false).found, Found::Words);
        match found {
            Found::Words(words) => lyrics::save(path, &words),
            Found::Instrumental => Err("it is instrumental".to_owned()),
            Found::Nothing(why) | Found::Failed(why) => Err(why),
            Found::Looking => Err("they are being looked for".to_owned()),
        }
    }

    fn ask(&self, song: &Song) -> Outcome {
        let server = self.server();
        let outage = || self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = outage().left(Instant::now()) {
            let why = format!(
                "{server} did not answer; it is asked again in {} s at the earliest",
                left.as_secs() + 1
            );
            return Found::Failed(why).into();
        }
        match lrclib::ask(&self.client, &self.settings.url, song) {
            Ok(answer) => {
                outage().answered();
                if let Err(error) = self.kept.put(song, &answer, SystemTime::now()) {
                    tracing::warn!(%error, "what {server} said cannot be kept");
                }
                self.said(answer).into()
            }
            Err(unmet) => {
                let is_outage = outage().failed(&unmet, Instant::now());
                tracing::info!("{server}: {}", unmet.why);
                Outcome {
                    found: Found::Failed(format!("{server} does not answer: {}", unmet.why)),
                    is_outage,
                }
            }
        }
    }

    fn said(&self, answer: Answer) -> Found {
        let nothing = || Found::Nothing(format!("The file has none, and {} knows none", self.server()));
        match answer {
            Answer::Words(text) => Lyrics::parse(&text, Source::Online).map_or_else(nothing, Found::Words),
            Answer::Instrumental => Found::Instrumental,
            Answer::Unknown => nothing(),
        }
    }

    /// Its name, without what an address may hide.
    fn server(&self) -> String {
        crate::model::address::place(Path::new(&self.settings.url))
    }
}
