//! Keys to deeds: what the grammar made of them is done here.

use super::{Effect, Input, TrackQuestion, Turn};
use crate::config::keys::{Key, print};
use crate::model::command::grammar::Grammar;
use crate::model::command::{Command, Request, Screen};
use crate::say;
use crate::tui::grammar::{Chord, Deed, Ground, Reach, Step, expire, step};
use crate::tui::registers::MOST_KEYS;

/// The core and the workers answer sooner; a macro goes on without them then.
const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_millis(250);

impl Turn<'_> {
    /// A key of the user's. While a macro waits for an answer it comes behind the macro's keys.
    pub(super) fn key(&mut self, key: Key) {
        use crate::config::keys::Code;
        // What was put and never came.
        self.state.queue.goes_to = None;
        self.state.lists.goes_to = None;
        let repeats = &mut self.state.repeats;
        repeats.pressed = 0;
        if !repeats.waiting.is_empty() {
            if key == Key::new(Code::Esc) || key == Key::ctrl('c') {
                return self.stop_macro(say!("The macro was stopped"));
            }
            return repeats.waiting.push_back(key);
        }
        let records = repeats.recording.is_some();
        self.press_key(key);
        if let Some((_, keys)) = self.state.repeats.recording.as_mut().filter(|_| records) {
            keys.push(key);
            keys.truncate(MOST_KEYS);
        }
    }

    /// A key of the user's or of a macro.
    fn press_key(&mut self, key: Key) {
        self.state.notices.drop_notes();
        if self.state.prompt.is_some() {
            return self.prompt_key(key);
        }
        if self.state.menu.is_some() && self.menu_key(key) {
            return;
        }
        let chord = std::mem::take(&mut self.state.chord);
        self.typed = chord.keys.len();
        let next = self.with_ground(|ground| step(chord, key, ground));
        self.stepped(next);
    }

    fn with_ground(&self, make: impl FnOnce(Ground<'_>) -> Step) -> Step {
        let contexts = self.state.contexts();
        let selects = self.state.selecting.is_some() && !self.state.is_covered();
        make(Ground { keymap: self.around.keymap, contexts: &contexts, selects })
    }

    fn stepped(&mut self, step: Step) {
        match step {
            Step::More(chord) => self.state.chord = Chord { since: self.around.now, ..chord },
            Step::Do(deed) => self.act(deed),
            Step::Left => {}
            Step::Miss(chord) => self.missed(&chord),
        }
    }

    fn missed(&mut self, chord: &Chord) {
        // As in vim: what goes wrong ends a macro.
        self.state.repeats.waiting.clear();
        if chord.keys.last() == Some(&Key::ctrl('c')) {
            return self.interrupted();
        }
        if chord.operator.is_some() {
            let keys = print(&chord.keys);
            self.state
                .note(say!("{keys} names no rows: a motion or an object does, such as j, G or il", keys));
        }
    }

    /// Keys that mean something alone have waited long enough; so has a macro.
    pub(super) fn tick(&mut self) {
        let now = self.around.now;
        let chord = &self.state.chord;
        if chord.either.is_some() && chord.since + self.around.settings.key_timeout <= now {
            let chord = std::mem::take(&mut self.state.chord);
            let next = self.with_ground(|ground| expire(chord, ground));
            self.stepped(next);
        }
        self.state.repeats.until.take_if(|until| *until <= now);
    }

    pub(super) fn act(&mut self, deed: Deed) {
        self.register = deed.register;
        let selected = self.state.selecting.is_some() && !self.state.is_covered();
        let selected = selected && deed.reach.is_none() && deed.request.acts_on_selection();
        let reach = if selected { Some(Reach::Selected) } else { deed.reach };
        let Some(reach) = reach else {
            self.remember(&deed, deed.reach, deed.count);
            return self.request(deed.request, deed.count);
        };
        let Some(rows) = self.rows_of(reach, deed.count) else {
            self.state.repeats.waiting.clear();
            return self.state.note(say!("There is nothing of it here"));
        };
        match reach {
            Reach::Selected => {
                let count = u32::try_from(rows.len()).ok();
                self.remember(&deed, Some(Reach::Rows), count);
            }
            _ => self.remember(&deed, Some(reach), deed.count),
        }
        self.over(&rows, reach, deed.request);
    }

    /// Keeps a change for `again`.
    fn remember(&mut self, deed: &Deed, reach: Option<Reach>, count: Option<u32>) {
        let puts = matches!(deed.request, Request::Screen(Screen::Grammar(Grammar::Put { .. })));
        let changes = matches!(deed.request, Request::Core(_)) && deed.request.acts_on_selection();
        if puts || changes {
            self.state.repeats.change = Some(Deed { reach, count, ..deed.clone() });
        }
    }

    pub(super) fn again(&mut self, count: Option<u32>) {
        let Some(change) = self.state.repeats.change.clone() else {
            return self.state.note(say!("Nothing was changed yet"));
        };
        self.act(Deed { count: count.or(change.count), ..change });
    }

    pub(super) fn record(&mut self, letter: char) {
        self.state.repeats.recording = Some((letter, Vec::new()));
    }

    pub(super) fn record_end(&mut self) {
        let Some((letter, mut keys)) = self.state.repeats.recording.take() else {
            return self.state.note(say!("Nothing is being recorded"));
        };
        // What of this binding was typed before its last key is no part of it.
        keys.truncate(keys.len().saturating_sub(self.typed));
        self.state.note(say!("Macro {letter}: {keys}", letter, keys = print(&keys)));
        self.state.registers.keep_keys(letter, keys);
    }

    pub(super) fn replay(&mut self, letter: Option<char>, count: Option<u32>) {
        let Some(letter) = letter.or(self.state.repeats.last_macro) else {
            return self.state.note(say!("No macro was played yet"));
        };
        let Some(keys) = self.state.registers.keys(letter) else {
            return self.state.note(say!("There is no macro {letter}: q{letter} records one", letter));
        };
        let times = count.unwrap_or(1) as usize;
        let waiting = &mut self.state.repeats.waiting;
        if waiting.len().saturating_add(keys.len().saturating_mul(times)) > MOST_KEYS {
            return self.stop_macro(say!("The macro was stopped: it is longer than 10,000 keys"));
        }
        for &key in keys.repeat(times).iter().rev() {
            waiting.push_front(key);
        }
        self.state.repeats.last_macro = Some(letter);
    }

    fn stop_macro(&mut self, why: &str) {
        self.state.repeats.waiting.clear();
        self.state.repeats.until = None;
        self.state.warn(why);
    }

    /// Presses the keys of a macro, one after the answer to the other.
    pub(super) fn press_waiting(&mut self) {
        while self.state.repeats.until.is_none() {
            let Some(key) = self.state.repeats.waiting.pop_front() else { return };
            self.state.repeats.pressed += 1;
            if self.state.repeats.pressed > MOST_KEYS {
                return self.stop_macro(say!("The macro was stopped after 10,000 keys"));
            }
            let before = self.effects.len();
            self.press_key(key);
            let asks = self.effects.iter().skip(before).any(is_answered);
            self.state.repeats.until = asks.then(|| self.around.now + LONGEST_WAIT);
        }
    }

    /// Control-C has ended many a song by accident.
    fn interrupted(&mut self) {
        match self.around.keymap.keys_for("quit") {
            Some(keys) => self.state.note(say!("Type :quit or {keys} to leave", keys)),
            None => self.state.note(say!("Type :quit to leave")),
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        if self.state.prompt.is_some() {
            self.prompt_paste(text);
        } else {
            self.state.note(say!("Pasted text is only taken where words are typed: first press : or /"));
        }
    }

    /// The core of another process goes on anyway.
    pub(super) fn detach(&mut self) {
        let own = *self.around.core == crate::tui::CoreOf::Own;
        self.effects.push(if own { Effect::Detach } else { Effect::Leave });
    }

    /// A core of its own ends with the screen.
    pub(super) fn leave(&mut self) {
        if *self.around.core == crate::tui::CoreOf::Own {
            self.send(Command::Quit);
        }
        self.effects.push(Effect::Leave);
    }
}

/// An input that says what came of it follows.
fn is_answered(effect: &Effect) -> bool {
    match effect {
        Effect::Send(_) => true,
        Effect::Tracks(question) => !matches!(question, TrackQuestion::Figures(_)),
        _ => false,
    }
}

/// What a macro waits for.
pub(super) fn is_answer(input: &Input) -> bool {
    matches!(
        input,
        Input::Changed
            | Input::Filtered { .. }
            | Input::QueueFiltered { .. }
            | Input::Searched { .. }
            | Input::Refused
    )
}
