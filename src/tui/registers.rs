//! What was yanked or taken away, by letter, and macros: vim's registers, with music in them. Pure; what has a letter is
//! kept from run to run by the caller.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use super::grammar::Deed;
use crate::config::keys::{Key, print};
use crate::counted;
use crate::model::catalog::Catalog;
use crate::model::command::Target;
use crate::model::id::TrackId;

/// Keys that one macro holds at most, and that are pressed at once at most: a macro may call itself.
pub const MOST_KEYS: usize = 10_000;

#[derive(Debug, Clone, Default)]
pub struct Registers {
    /// Used where none is named.
    unnamed: Option<Target>,
    /// By small letter.
    music: BTreeMap<char, Target>,
    macros: BTreeMap<char, Vec<Key>>,
}

impl Registers {
    /// A capital letter adds to what the register has.
    pub fn keep(&mut self, letter: Option<char>, target: Target, catalog: &Catalog) {
        self.unnamed = Some(target.clone());
        let Some(letter) = letter else { return };
        let small = letter.to_ascii_lowercase();
        let kept = match self.music.remove(&small) {
            Some(old) if letter.is_ascii_uppercase() => joined(old, target, catalog),
            _ => target,
        };
        self.unnamed = Some(kept.clone());
        self.music.insert(small, kept);
    }

    pub fn get(&self, letter: Option<char>) -> Option<&Target> {
        match letter {
            Some(letter) => self.music.get(&letter.to_ascii_lowercase()),
            None => self.unnamed.as_ref(),
        }
    }

    /// A capital letter adds to the macro.
    pub fn keep_keys(&mut self, letter: char, keys: Vec<Key>) {
        let known = self.macros.entry(letter.to_ascii_lowercase()).or_default();
        if letter.is_ascii_lowercase() {
            known.clear();
        }
        known.extend(keys);
        known.truncate(MOST_KEYS);
    }

    pub fn keys(&self, letter: char) -> Option<&[Key]> {
        self.macros.get(&letter.to_ascii_lowercase()).map(Vec::as_slice)
    }

    /// What is kept from run to run: the music of letters as files, macros as a keymap writes them.
    pub fn kept(&self, catalog: &Catalog) -> (BTreeMap<char, Vec<PathBuf>>, BTreeMap<char, String>) {
        let music = self.music.iter().map(|(&letter, target)| (letter, paths(target.clone(), catalog)));
        let macros = self.macros.iter().map(|(&letter, keys)| (letter, print(keys)));
        (music.collect(), macros.collect())
    }

    /// As they were kept. Letters and keys that cannot be are passed over.
    pub fn restored(music: BTreeMap<char, Vec<PathBuf>>, macros: BTreeMap<char, String>) -> Self {
        let small = |letter: &char| letter.is_ascii_lowercase();
        let music = music.into_iter().filter(|(letter, _)| small(letter));
        let keys = |(letter, keys): (char, String)| Some((letter, Key::parse_sequence(&keys).ok()?));
        let macros = macros.into_iter().filter(|(letter, _)| small(letter)).filter_map(keys);
        Self {
            unnamed: None,
            music: music.map(|(letter, paths)| (letter, Target::Paths(paths))).collect(),
            macros: macros
                .map(|(letter, mut keys)| {
                    keys.truncate(MOST_KEYS);
                    (letter, keys)
                })
                .collect(),
        }
    }

    /// One line a register: its letter, and what it holds.
    pub fn lines(&self) -> Vec<String> {
        let amount = |target: &Target| counted!(len(target), "track", "tracks");
        let music = self.music.iter().map(|(letter, target)| format!("{letter}: {}", amount(target)));
        let keys = self.macros.iter().map(|(letter, keys)| format!("@{letter}: {}", print(keys)));
        music.chain(keys).collect()
    }
}

/// Tracks or files of a target.
pub fn len(target: &Target) -> usize {
    match target {
        Target::Selection => 0,
        Target::Tracks(tracks) => tracks.len(),
        Target::Paths(paths) => paths.len(),
    }
}

/// So many times over.
pub fn repeated(target: &Target, times: usize) -> Target {
    match target {
        Target::Selection => Target::Selection,
        Target::Tracks(tracks) => Target::Tracks(tracks.repeat(times)),
        Target::Paths(paths) => Target::Paths(std::iter::repeat_n(paths, times).flatten().cloned().collect()),
    }
}

/// Tracks where both are, else files.
fn joined(one: Target, other: Target, catalog: &Catalog) -> Target {
    match (one, other) {
        (Target::Tracks(mut one), Target::Tracks(other)) => {
            one.extend(other);
            Target::Tracks(one)
        }
        (one, other) => {
            let mut all = paths(one, catalog);
            all.extend(paths(other, catalog));
            Target::Paths(all)
        }
    }
}

/// Where the files are.
pub fn paths(target: Target, catalog: &Catalog) -> Vec<PathBuf> {
    let path = |id: TrackId| catalog.find(id).map(|track| track.path());
    match target {
        Target::Selection => Vec::new(),
        Target::Tracks(tracks) => tracks.into_iter().filter_map(path).collect(),
        Target::Paths(paths) => paths,
    }
}

/// What is done once more, and keys that are recorded or pressed.
#[derive(Debug, Clone, Default)]
pub struct Repeats {
    /// The last change.
    pub change: Option<Deed>,
    /// The macro being typed.
    pub recording: Option<(char, Vec<Key>)>,
    pub last_macro: Option<char>,
    /// Keys still to be pressed.
    pub waiting: VecDeque<Key>,
    /// How many were pressed for one key of the user's.
    pub pressed: usize,
    /// What the last key asked for is not answered yet; until when it is waited for.
    pub until: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracks(ids: &[u32]) -> Target {
        Target::Tracks(ids.iter().copied().map(TrackId).collect())
    }

    /// vim's `:help quote_alpha`: a capital letter appends; the unnamed register has what was kept last.
    #[test]
    fn a_capital_letter_adds() {
        let (mut registers, catalog) = (Registers::default(), Catalog::default());
        registers.keep(Some('a'), tracks(&[1]), &catalog);
        registers.keep(Some('A'), tracks(&[2]), &catalog);
        registers.keep(Some('b'), tracks(&[3]), &catalog);
        assert_eq!(registers.get(Some('a')), Some(&tracks(&[1, 2])));
        assert_eq!(registers.get(None), Some(&tracks(&[3])));
        registers.keep(Some('A'), Target::Paths(vec!["/x".into()]), &catalog);
        assert_eq!(
            registers.get(Some('a')),
            Some(&Target::Paths(vec!["/x".into()])),
            "no file is known of 1, 2"
        );
        registers.keep(None, tracks(&[4]), &catalog);
        assert_eq!(registers.get(None), Some(&tracks(&[4])));
        assert_eq!(registers.get(Some('z')), None);
        assert_eq!(registers.lines(), ["a: 1 track", "b: 1 track"]);
    }

    #[test]
    fn macros_are_bounded() {
        let mut registers = Registers::default();
        registers.keep_keys('q', vec![Key::char('j'); MOST_KEYS]);
        registers.keep_keys('Q', vec![Key::char('k')]);
        assert_eq!(registers.keys('q').unwrap().len(), MOST_KEYS);
        registers.keep_keys('q', vec![Key::char('k')]);
        assert_eq!(registers.keys('Q'), Some(&[Key::char('k')][..]));
    }
}
