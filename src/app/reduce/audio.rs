//! Where a screen of another machine is heard: there, where the core is, or at the screen, or both.

use super::{notices, playback};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::wording;
use crate::model::settings::{Audio, OutputSpec};

/// `screen`: of whom asks; 0: it has none, or its sound comes out there anyway.
pub fn audio(state: &mut AppState, audio: Audio, screen: u64, now: Now, fx: &mut Vec<Effect>) {
    let before = Audio::of(&state.output.asked, screen);
    let audio = match (audio, before) {
        (Audio::Next, Audio::There) => Audio::Here,
        (Audio::Next, _) => Audio::There,
        _ => audio,
    };
    match audio {
        Audio::Here | Audio::Both if screen == 0 => return notices::tell(state, wording::heard_here(), now),
        Audio::Here => playback::output(state, OutputSpec::Screen(screen), now, fx),
        Audio::Both => {
            let there = Box::new(there(state));
            playback::output(state, OutputSpec::Both(there, screen), now, fx);
        }
        Audio::There if state.output.asked.screen().is_some() => bring_back(state, now, fx),
        Audio::Leave if before != Audio::There => {
            if before == Audio::Here {
                playback::pause(state, now, fx);
            }
            return bring_back(state, now, fx);
        }
        Audio::There | Audio::Next => {}
        Audio::Leave => return,
    }
    notices::tell(state, wording::audio(audio), now);
}

/// The output beside that of a screen.
fn there(state: &AppState) -> OutputSpec {
    let asked = state.output.asked.there().or(state.output_there.as_ref());
    asked.unwrap_or(&state.settings.output.output).clone()
}

/// The sound comes out there again.
pub fn bring_back(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    let there = there(state);
    playback::output(state, there, now, fx);
    // It does not go back where nobody may be any more.
    state.output_before = None;
}
