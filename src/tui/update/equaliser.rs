//! The equaliser's panel: bands are selected and moved by the keys that move about.

use super::Turn;
use crate::model::command::{BandChange, Command, ImpulseChange, Listener, Motion, Step};

/// dB of one step.
const STEP_DB: f32 = 0.5;

impl Turn<'_> {
    pub(super) fn toggle_eq(&mut self) {
        let shown = self.state.eq.is_some();
        self.uncover();
        self.state.eq = (!shown).then_some(0);
    }

    pub(super) fn listener(&mut self, command: Listener) {
        let command = match command {
            Listener::EqLoad(path) => Listener::EqLoad(self.around.places.absolute(&path)),
            Listener::Impulse(ImpulseChange::File(path)) => {
                Listener::Impulse(ImpulseChange::File(self.around.places.absolute(&path)))
            }
            other => other,
        };
        self.send(Command::Listener(command));
    }

    /// Left and right select, up and down move.
    pub(super) fn move_in_eq(&mut self, motion: Motion, count: Option<u32>) {
        let bands = self.around.snapshot.playback.sound.eq.curve.bands();
        let (Some(last), Some(at)) = (bands.len().checked_sub(1), self.state.eq) else {
            return;
        };
        let (at, times) = (at.min(last), count.unwrap_or(1));
        let steps = usize::try_from(times).unwrap_or(usize::MAX);
        let (hz, db) = (bands[at].hz, STEP_DB * times.min(100) as f32);
        let change = match motion {
            Motion::Left => return self.state.eq = Some(at.saturating_sub(steps)),
            Motion::Right => return self.state.eq = Some(at.saturating_add(steps).min(last)),
            Motion::Top => return self.state.eq = Some(0),
            Motion::Bottom => return self.state.eq = Some(last),
            Motion::Up => Step::By(db),
            Motion::Down => Step::By(-db),
            Motion::PageUp | Motion::HalfPageUp => Step::By(3.0),
            Motion::PageDown | Motion::HalfPageDown => Step::By(-3.0),
            _ => return,
        };
        self.state.eq = Some(at);
        self.send(Command::Listener(Listener::EqBand { hz, change: BandChange::Gain(change, None) }));
    }
}
