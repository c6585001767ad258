//! Keys to requests: counts, sequences, contexts. `5j`, `gg`, `3dd`, `50%`.

use super::{Effect, Turn};
use crate::config::keys::{Key, Lookup};

/// More is a cat on the keyboard.
const MAX_COUNT: u32 = 999_999;

impl Turn<'_> {
    pub(super) fn key(&mut self, key: Key) {
        self.state.notices.drop_notes();
        if self.state.prompt.is_some() {
            return self.prompt_key(key);
        }
        if !self.count(key) {
            self.chord_key(key);
        }
    }

    /// Takes a digit towards the count; `0` only behind another.
    fn count(&mut self, key: Key) -> bool {
        let chord = &mut self.state.chord;
        let digit = key.typed().and_then(|c| c.to_digit(10));
        let Some(digit) = digit.filter(|&digit| digit > 0 || chord.count.is_some()) else { return false };
        if !chord.keys.is_empty() {
            return false;
        }
        let count = chord.count.unwrap_or(0).saturating_mul(10).saturating_add(digit);
        chord.count = Some(count.min(MAX_COUNT));
        chord.since = self.around.now;
        true
    }

    fn chord_key(&mut self, key: Key) {
        let mut chord = std::mem::take(&mut self.state.chord);
        chord.keys.push(key);
        chord.since = self.around.now;
        let escapes = key == Key::new(crate::config::keys::Code::Esc);
        match self.around.keymap.lookup(self.state.context(), &chord.keys) {
            Lookup::Found(request) => self.request(request, chord.count),
            Lookup::Prefix => self.state.chord = chord,
            // Escape leaves a half-typed binding, and nothing more.
            Lookup::None if escapes => {}
            Lookup::None if key == Key::ctrl('c') => self.interrupted(),
            Lookup::None => {}
        }
    }

    /// Control-C has ended many a song by accident.
    fn interrupted(&mut self) {
        match self.around.keymap.keys_for("quit") {
            Some(keys) => self.state.note(format!("Type :quit or {keys} to leave")),
            None => self.state.note("Type :quit to leave"),
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        if self.state.prompt.is_some() {
            self.prompt_paste(text);
        } else {
            self.state.note("Pasted text is only taken where words are typed: first press : or /");
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
            self.send(crate::model::command::Command::Quit);
        }
        self.effects.push(Effect::Leave);
    }
}
