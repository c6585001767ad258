//! Mastering of what is rendered: a chain at the item's own rate and channels, before anything else is done to it. Comes
//! into the way at the beginning of an item, or in it from the dry sound on, and leaves it the same way. Items of one plan
//! that follow each other share one chain: it goes on over their join. Called by `render` on the engine thread; allocates
//! only for another rate or layout.

use crate::dsp::chain::Chain;
use crate::model::audio::db_to_gain;
use crate::model::chain::{Mastered, Reading};
use crate::model::id::PlayId;

/// Items that are known at a time: what is heard, what is rendered, what follows.
const KNOWN: usize = 4;

/// How items are mastered. Plain data, told by the app.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Masters {
    known: [Option<Known>; KNOWN],
}

#[derive(Debug, Clone, Copy)]
struct Known {
    play: PlayId,
    mastered: Mastered,
    /// In which a change is reached; 0: by a short ramp.
    seconds: f32,
}

impl Masters {
    /// `seconds`: in which a change is reached; 0: by a short ramp.
    pub(super) fn set(&mut self, play: PlayId, mastered: Option<Mastered>, seconds: f32) {
        let known = mastered.map(|mastered| Known { play, mastered, seconds });
        let slot = self.known.iter_mut().find(|slot| slot.is_some_and(|known| known.play == play));
        if let Some(slot) = slot {
            *slot = known;
        } else if known.is_some()
            // The oldest goes: plays are counted upwards.
            && let Some(slot) = self.known.iter_mut().min_by_key(|slot| slot.map(|known| known.play.0))
        {
            *slot = known;
        }
    }

    /// Plays are counted upwards: what came before is not heard again.
    pub(super) fn forget_before(&mut self, play: PlayId) {
        self.known.iter_mut().for_each(|slot| *slot = slot.filter(|known| known.play.0 >= play.0));
    }

    /// Something is mastered.
    pub(super) fn any(&self) -> bool {
        self.known.iter().any(Option::is_some)
    }

    pub(super) fn get(&self, play: PlayId) -> Option<Mastered> {
        self.known(play).map(|known| known.mastered)
    }

    fn known(&self, play: PlayId) -> Option<&Known> {
        self.known.iter().flatten().find(|known| known.play == play)
    }
}

/// See the module's head.
#[derive(Default)]
pub(super) struct Master {
    stage: Option<Box<Stage>>,
    /// One that is not used, for the next time.
    spare: Option<Box<Stage>>,
}

struct Stage {
    chain: Chain,
    rate: u32,
    channels: usize,
    play: PlayId,
    mastered: Mastered,
    /// It begins with the dry sound, and turns to its own once the first of it came out: a fade within the frames that are
    /// left out at the beginning would not be heard.
    is_coming: bool,
    /// It goes to the dry sound, to be taken out of the way there.
    is_leaving: bool,
    is_ending: bool,
}

/// What comes next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coming {
    pub(super) play: PlayId,
    pub(super) rate: u32,
    pub(super) channels: usize,
    /// It goes on, or begins, right where the last frame ended.
    pub(super) touches: bool,
    /// Frames of it were heard unmastered right before.
    pub(super) amidst: bool,
}

impl Master {
    pub(super) fn is_on(&self) -> bool {
        self.stage.is_some()
    }

    /// Frames that were fed and are not taken.
    pub(super) fn pending(&self) -> u64 {
        self.stage.as_ref().map_or(0, |stage| stage.chain.pending())
    }

    /// How far it holds the sound down.
    pub(super) fn reading(&self) -> Reading {
        self.stage.as_ref().map_or_else(Reading::default, |stage| stage.chain.reading())
    }

    /// The sound came out as no number, and is dry since.
    pub(super) fn has_failed(&self) -> bool {
        self.stage.as_ref().is_some_and(|stage| stage.chain.has_failed())
    }

    /// What was fed is void.
    pub(super) fn restart(&mut self) {
        if let Some(stage) = self.stage.take() {
            self.spare = Some(stage);
        }
    }

    /// Makes the chain right for what comes; `false` while an old one has frames to give.
    pub(super) fn keep(&mut self, coming: Coming, masters: &Masters) -> bool {
        let known = masters.known(coming.play);
        let (wanted, seconds) = (known.map(|known| known.mastered), known.map_or(0.0, |known| known.seconds));
        let Some(stage) = &mut self.stage else {
            self.stage = wanted.map(|mastered| self.begin(coming, mastered));
            return true;
        };
        let goes_on = match wanted {
            _ if stage.is_ending || stage.rate != coming.rate || stage.channels != coming.channels => false,
            Some(mastered) if stage.play == coming.play => {
                stage.turn_to(mastered, seconds);
                true
            }
            Some(mastered) => coming.touches && stage.mastered == mastered,
            None if stage.play == coming.play => stage.fade_out(),
            None => false,
        };
        stage.play = coming.play;
        if !goes_on {
            self.finish();
        }
        goes_on
    }

    fn begin(&mut self, coming: Coming, mastered: Mastered) -> Box<Stage> {
        let Coming { play, rate, channels, amidst, .. } = coming;
        let spare = self.spare.take().filter(|spare| spare.rate == rate && spare.channels == channels);
        let mut stage = match spare {
            Some(mut spare) => {
                spare.chain.reset();
                spare.chain.set(&mastered.spec);
                Box::new(Stage {
                    play,
                    mastered,
                    is_coming: amidst,
                    is_leaving: false,
                    is_ending: false,
                    ..*spare
                })
            }
            None => {
                let chain = Chain::new(rate, channels, &mastered.spec);
                Box::new(Stage {
                    chain,
                    rate,
                    channels,
                    play,
                    mastered,
                    is_coming: amidst,
                    is_leaving: false,
                    is_ending: false,
                })
            }
        };
        let original = mastered.original_db.map(db_to_gain);
        stage.chain.bypass(if amidst { Some(1.0) } else { original });
        stage.chain.jump();
        stage
    }

    /// Takes frames; returns how many.
    pub(super) fn feed(&mut self, samples: &[f32]) -> usize {
        self.stage.as_mut().map_or(0, |stage| stage.chain.feed(samples))
    }

    /// Frames that came out and are not taken yet. At the end of all, the chain leaves.
    pub(super) fn ready(&mut self) -> &[f32] {
        if self.stage.as_mut().is_some_and(|stage| stage.is_ending && !stage.chain.drain()) {
            self.restart();
        }
        self.stage.as_ref().map_or(&[], |stage| stage.chain.ready())
    }

    pub(super) fn consume(&mut self, frames: usize) {
        if let Some(stage) = &mut self.stage {
            stage.chain.consume(frames);
            if frames > 0 && std::mem::take(&mut stage.is_coming) && !stage.is_leaving {
                stage.chain.bypass(stage.mastered.original_db.map(db_to_gain));
            }
        }
    }

    /// No more will be fed: what is inside comes out. `false` where there is nothing.
    pub(super) fn finish(&mut self) -> bool {
        if let Some(stage) = &mut self.stage {
            stage.is_ending = true;
            stage.chain.finish();
        }
        self.stage.is_some()
    }
}

impl Stage {
    fn turn_to(&mut self, mastered: Mastered, seconds: f32) {
        if mastered.spec != self.mastered.spec {
            match seconds > 0.0 {
                true => self.chain.set_slowly(&mastered.spec, seconds),
                false => self.chain.set(&mastered.spec),
            }
        }
        if !self.is_coming && (mastered.original_db != self.mastered.original_db || self.is_leaving) {
            self.chain.bypass(mastered.original_db.map(db_to_gain));
        }
        self.is_leaving = false;
        self.mastered = mastered;
    }

    /// To the dry sound, bit for bit; `false` once it is there.
    fn fade_out(&mut self) -> bool {
        if !self.is_leaving {
            self.is_leaving = true;
            self.chain.bypass(Some(1.0));
        }
        !self.chain.is_dry()
    }
}
