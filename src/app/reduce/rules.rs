//! Rules of mastering: what holds for what plays and for what follows.

use super::{mastering, notices, taste};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::wording::taste as wording;
use crate::jobs::plan::Subject;
use crate::jobs::preferences::Deed;
use crate::mastering::plan::Wishes;
use crate::model::command::{Mastering, Ruling, TasteChange};
use crate::model::id::TrackId;
use crate::model::rule::{Rule, Saying, TrackTraits, Traits, holding};
use crate::model::snapshot::OutputState;

pub fn reduce(state: &mut AppState, asked: Ruling, now: Now, fx: &mut Vec<Effect>) {
    let deed = match asked {
        Ruling::List => {
            let words = wording::rules(state.mastering.preferences.rules(), &mastering::view(state).ruled);
            return notices::tell(state, words, now);
        }
        Ruling::Set(rule) => Deed::SetRule(*rule),
        Ruling::Drop(of) => Deed::DropRule(of),
    };
    taste::ask(state, deed, now, fx);
}

/// As everything is set now, with what rules say of this.
pub fn wishes(state: &AppState, subject: &Subject) -> Wishes {
    let rules = state.mastering.preferences.rules();
    let wishes = mastering::wishes(state);
    if rules.is_empty() { wishes } else { wishes.ruled_by(rules, &traits(state, subject)) }
}

/// A file that the library does not have says nothing of itself here.
fn traits(state: &AppState, subject: &Subject) -> Traits {
    let catalog = &state.library.catalog;
    let of = |id: &TrackId| {
        let track = catalog.find(*id)?;
        let artists = track.artists().chain(track.album_artists()).map(str::to_owned);
        let genres = track.genres().map(str::to_owned).collect();
        Some(TrackTraits { genres, album: track.album_title().to_owned(), artists: artists.collect() })
    };
    let ids = if subject.album.is_empty() { subject.track.as_slice() } else { &subject.album };
    Traits { tracks: ids.iter().filter_map(of).collect(), device: state.mastering.device.clone() }
}

/// A device that is closed or lost for a moment still is where it is heard.
pub fn note_device(state: &mut AppState) {
    if !state.dirty.output {
        return;
    }
    let (OutputState::Open(accepted) | OutputState::StandIn { accepted, .. }) = &state.output.state else {
        return;
    };
    let names = [Some(accepted.name.as_str()), accepted.id.as_deref()];
    let device = Some(names.into_iter().flatten().collect::<Vec<_>>().join(" "));
    if device != state.mastering.device {
        state.mastering.device = device;
        state.dirty.mastering = true;
    }
}

/// The rule that says of what plays what was just turned.
pub fn over(state: &AppState, turned: &Mastering) -> Option<Rule> {
    let subject = mastering::subject(state, state.playback.playing?.item)?;
    let says = |saying: &Saying| match (turned, saying) {
        (Mastering::Preset(_), Saying::Preset(_))
        | (Mastering::Intensity(_), Saying::Intensity(_))
        | (Mastering::Target(_), Saying::Target(_)) => true,
        (Mastering::Taste(TasteChange::Turn(turned, _)), Saying::Taste(said, _)) => turned == said,
        _ => false,
    };
    let holding = holding(state.mastering.preferences.rules(), &traits(state, &subject));
    holding.into_iter().rev().find(|rule| rule.said().iter().any(says)).cloned()
}

#[cfg(test)]
mod tests;
