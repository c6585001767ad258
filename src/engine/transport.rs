//! What the engine is doing, as a pure function: state and input give the next state and what is to be done about it.
//! Called by `engine::run` only; no clock, no I/O, so that a table tests it whole.

use crate::model::id::PlayId;

/// What the user wants of the current item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    Play,
    Pause,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Stopped,
    /// Asked for; not a block of it has come.
    Opening {
        play: PlayId,
        intent: Intent,
    },
    Playing {
        play: PlayId,
    },
    Paused {
        play: PlayId,
    },
    /// All there is was rendered; the ring plays out.
    Draining {
        play: PlayId,
        intent: Intent,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    Load {
        play: PlayId,
        intent: Intent,
    },
    Play,
    Pause,
    /// To a place, in the current item.
    Seek,
    Stop,
    /// The first block came.
    Ready,
    /// The current item gave nothing at all.
    Barren,
    /// The last frame was rendered and nothing is to follow.
    SourceEnded,
    /// Something is to follow after all.
    NextTold,
    /// What was rendered and not heard is void: it is rendered again from where the ear is.
    Rewound,
    /// The ear went into the next item.
    Crossed {
        to: PlayId,
    },
    /// The last frame was heard.
    Drained,
}

/// In the order in which they are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Fade out what sounds and drop it; what comes next is not faded in.
    Cut,
    /// As `Cut`, but the next is faded in: it begins in the middle.
    Leap,
    /// Ask for the item that was loaded.
    Begin,
    /// Ask for the place that was sought.
    Reposition,
    Hold,
    Release,
    MarkEnd,
    ClearEnd,
    /// Drop item, next and pipe.
    Forget,
    TellEnded,
}

type Step = (State, &'static [Action]);

impl State {
    pub fn intent(self) -> Option<Intent> {
        match self {
            Self::Stopped => None,
            Self::Playing { .. } => Some(Intent::Play),
            Self::Paused { .. } => Some(Intent::Pause),
            Self::Opening { intent, .. } | Self::Draining { intent, .. } => Some(intent),
        }
    }

    /// Whether blocks are to be rendered.
    pub fn is_flowing(self) -> bool {
        matches!(self, Self::Playing { .. } | Self::Paused { .. })
    }

    fn running(play: PlayId, intent: Intent) -> Self {
        match intent {
            Intent::Play => Self::Playing { play },
            Intent::Pause => Self::Paused { play },
        }
    }

    fn with_intent(self, intent: Intent) -> Self {
        match self {
            Self::Stopped => self,
            Self::Opening { play, .. } => Self::Opening { play, intent },
            Self::Draining { play, .. } => Self::Draining { play, intent },
            Self::Playing { play } | Self::Paused { play } => Self::running(play, intent),
        }
    }
}

/// The whole machine.
pub fn step(state: State, input: Input) -> Step {
    match input {
        Input::Load { play, intent } => (State::Opening { play, intent }, load(intent)),
        Input::Stop => stop(state),
        Input::Play => turn(state, Intent::Play),
        Input::Pause => turn(state, Intent::Pause),
        Input::Seek => seek(state),
        Input::Ready => ready(state),
        Input::Barren => barren(state),
        Input::SourceEnded => source_ended(state),
        Input::NextTold => go_on(state, &[Action::ClearEnd]),
        Input::Rewound => go_on(state, &[]),
        Input::Crossed { to } => crossed(state, to),
        Input::Drained => drained(state),
    }
}

fn load(intent: Intent) -> &'static [Action] {
    match intent {
        Intent::Play => &[Action::Cut, Action::Begin, Action::Release],
        Intent::Pause => &[Action::Cut, Action::Begin, Action::Hold],
    }
}

fn stop(state: State) -> Step {
    match state {
        State::Stopped => (state, &[]),
        _ => (State::Stopped, &[Action::Cut, Action::Forget]),
    }
}

fn turn(state: State, intent: Intent) -> Step {
    if state.intent().is_none_or(|now| now == intent) {
        return (state, &[]);
    }
    let actions: &[Action] = match intent {
        Intent::Play => &[Action::Release],
        Intent::Pause => &[Action::Hold],
    };
    (state.with_intent(intent), actions)
}

fn seek(state: State) -> Step {
    match state {
        State::Stopped => (state, &[]),
        State::Opening { .. } => (state, &[Action::Reposition]),
        State::Draining { play, intent } => {
            (State::running(play, intent), &[Action::Leap, Action::Reposition])
        }
        State::Playing { .. } | State::Paused { .. } => (state, &[Action::Leap, Action::Reposition]),
    }
}

fn ready(state: State) -> Step {
    match state {
        State::Opening { play, intent } => (State::running(play, intent), &[]),
        _ => (state, &[]),
    }
}

/// An item that was heard and can then not be had again ends as any other, so that the next one is asked for.
fn barren(state: State) -> Step {
    match state {
        State::Stopped => (state, &[]),
        State::Opening { .. } => (State::Stopped, &[Action::Forget]),
        _ => (State::Stopped, &[Action::MarkEnd, Action::TellEnded, Action::Forget]),
    }
}

fn source_ended(state: State) -> Step {
    match state {
        State::Playing { play } => (State::Draining { play, intent: Intent::Play }, &[Action::MarkEnd]),
        State::Paused { play } => (State::Draining { play, intent: Intent::Pause }, &[Action::MarkEnd]),
        _ => (state, &[]),
    }
}

fn go_on(state: State, actions: &'static [Action]) -> Step {
    match state {
        State::Draining { play, intent } => (State::running(play, intent), actions),
        _ => (state, &[]),
    }
}

fn crossed(state: State, to: PlayId) -> Step {
    let state = match state {
        State::Playing { .. } => State::Playing { play: to },
        State::Paused { .. } => State::Paused { play: to },
        State::Draining { intent, .. } => State::Draining { play: to, intent },
        // A join of a stream that was since replaced.
        State::Stopped | State::Opening { .. } => state,
    };
    (state, &[])
}

fn drained(state: State) -> Step {
    match state {
        State::Draining { .. } => (State::Stopped, &[Action::TellEnded, Action::Forget]),
        _ => (state, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::Action::*;
    use super::*;

    const A: PlayId = PlayId(1);
    const B: PlayId = PlayId(2);

    fn opening(intent: Intent) -> State {
        State::Opening { play: A, intent }
    }

    fn draining(intent: Intent) -> State {
        State::Draining { play: A, intent }
    }

    const PLAYING: State = State::Playing { play: A };
    const PAUSED: State = State::Paused { play: A };

    /// Every state with every input.
    #[test]
    fn the_whole_table() {
        use Input as I;
        use Intent::{Pause, Play};
        let load = I::Load { play: B, intent: Play };
        let load_paused = I::Load { play: B, intent: Pause };
        let loaded = State::Opening { play: B, intent: Play };
        let loaded_paused = State::Opening { play: B, intent: Pause };
        let states =
            [State::Stopped, opening(Play), opening(Pause), PLAYING, PAUSED, draining(Play), draining(Pause)];
        for state in states {
            assert_eq!(step(state, load), (loaded, &[Cut, Begin, Release][..]));
            assert_eq!(step(state, load_paused), (loaded_paused, &[Cut, Begin, Hold][..]));
        }
        let same: &[Action] = &[];
        let rows: &[(State, Input, State, &[Action])] = &[
            (State::Stopped, I::Stop, State::Stopped, same),
            (opening(Play), I::Stop, State::Stopped, &[Cut, Forget]),
            (PLAYING, I::Stop, State::Stopped, &[Cut, Forget]),
            (PAUSED, I::Stop, State::Stopped, &[Cut, Forget]),
            (draining(Play), I::Stop, State::Stopped, &[Cut, Forget]),
            (State::Stopped, I::Play, State::Stopped, same),
            (opening(Play), I::Play, opening(Play), same),
            (opening(Pause), I::Play, opening(Play), &[Release]),
            (PLAYING, I::Play, PLAYING, same),
            (PAUSED, I::Play, PLAYING, &[Release]),
            (draining(Pause), I::Play, draining(Play), &[Release]),
            (State::Stopped, I::Pause, State::Stopped, same),
            (opening(Play), I::Pause, opening(Pause), &[Hold]),
            (PLAYING, I::Pause, PAUSED, &[Hold]),
            (PAUSED, I::Pause, PAUSED, same),
            (draining(Play), I::Pause, draining(Pause), &[Hold]),
            (State::Stopped, I::Seek, State::Stopped, same),
            (opening(Pause), I::Seek, opening(Pause), &[Reposition]),
            (PLAYING, I::Seek, PLAYING, &[Leap, Reposition]),
            (PAUSED, I::Seek, PAUSED, &[Leap, Reposition]),
            (draining(Play), I::Seek, PLAYING, &[Leap, Reposition]),
            (draining(Pause), I::Seek, PAUSED, &[Leap, Reposition]),
            (State::Stopped, I::Ready, State::Stopped, same),
            (opening(Play), I::Ready, PLAYING, same),
            (opening(Pause), I::Ready, PAUSED, same),
            (PLAYING, I::Ready, PLAYING, same),
            (State::Stopped, I::Barren, State::Stopped, same),
            (opening(Play), I::Barren, State::Stopped, &[Forget]),
            (PLAYING, I::Barren, State::Stopped, &[MarkEnd, TellEnded, Forget]),
            (State::Stopped, I::SourceEnded, State::Stopped, same),
            (opening(Play), I::SourceEnded, opening(Play), same),
            (PLAYING, I::SourceEnded, draining(Play), &[MarkEnd]),
            (PAUSED, I::SourceEnded, draining(Pause), &[MarkEnd]),
            (draining(Play), I::SourceEnded, draining(Play), same),
            (PLAYING, I::NextTold, PLAYING, same),
            (draining(Play), I::NextTold, PLAYING, &[ClearEnd]),
            (draining(Pause), I::NextTold, PAUSED, &[ClearEnd]),
            (draining(Pause), I::Rewound, PAUSED, same),
            (PLAYING, I::Rewound, PLAYING, same),
            (State::Stopped, I::Rewound, State::Stopped, same),
            (PLAYING, I::Crossed { to: B }, State::Playing { play: B }, same),
            (PAUSED, I::Crossed { to: B }, State::Paused { play: B }, same),
            (draining(Play), I::Crossed { to: B }, State::Draining { play: B, intent: Play }, same),
            (opening(Play), I::Crossed { to: B }, opening(Play), same),
            (State::Stopped, I::Crossed { to: B }, State::Stopped, same),
            (draining(Play), I::Drained, State::Stopped, &[TellEnded, Forget]),
            (PLAYING, I::Drained, PLAYING, same),
            (State::Stopped, I::Drained, State::Stopped, same),
        ];
        for (state, input, expected, actions) in rows {
            assert_eq!(step(*state, *input), (*expected, *actions), "{state:?} + {input:?}");
        }
    }
}
