//! Where the sound comes out, as screens of other machines ask for it.

use super::tests::Rig;
use super::*;
use crate::engine::command::{EngineCommand, EngineEvent, Reason};
use crate::model::command::Playback;
use crate::model::playback::PlayState;
use crate::model::settings::{Audio, OutputSpec};

const SCREEN: u64 = 9;

fn dac() -> OutputSpec {
    OutputSpec::Device(Some("dac".into()))
}

/// Playing through a device that was chosen.
fn rig() -> Rig {
    let mut rig = Rig::new(2);
    rig.ask(Playback::Output(dac()));
    rig.ask(Playback::Play);
    rig
}

fn outputs(effects: &[Effect]) -> Vec<OutputSpec> {
    let output = |effect: &Effect| match effect {
        Effect::Engine(EngineCommand::Output(settings)) => Some(settings.output.clone()),
        _ => None,
    };
    effects.iter().filter_map(output).collect()
}

#[test]
fn the_sound_goes_to_a_screen_and_comes_back_to_what_was_chosen() {
    let mut rig = rig();
    let effects = rig.ask(Playback::Audio(Audio::Here, SCREEN));
    assert_eq!(outputs(&effects), [OutputSpec::Screen(SCREEN)]);
    assert_eq!(rig.state.output_memory.chosen.as_deref(), Some("dac"), "of a screen nothing is remembered");
    let effects = rig.ask(Playback::Audio(Audio::Both, SCREEN));
    assert_eq!(outputs(&effects), [OutputSpec::Both(Box::new(dac()), SCREEN)]);
    assert_eq!(Audio::of(&rig.state.output.asked, SCREEN), Audio::Both);
    assert_eq!(Audio::of(&rig.state.output.asked, SCREEN + 1), Audio::There);
    let effects = rig.ask(Playback::Audio(Audio::There, SCREEN));
    assert_eq!(outputs(&effects), [dac()]);
    assert!(outputs(&rig.ask(Playback::Audio(Audio::There, SCREEN))).is_empty(), "it is there");
    let next = |rig: &mut Rig| outputs(&rig.ask(Playback::Audio(Audio::Next, SCREEN)));
    assert_eq!((next(&mut rig), next(&mut rig)), (vec![OutputSpec::Screen(SCREEN)], vec![dac()]));
}

#[test]
fn a_screen_that_leaves_pauses_what_it_alone_heard() {
    for (audio, paused) in [(Audio::Here, true), (Audio::Both, false), (Audio::There, false)] {
        let mut rig = rig();
        rig.ask(Playback::Audio(audio, SCREEN));
        assert!(outputs(&rig.ask(Playback::Audio(Audio::Leave, SCREEN + 1))).is_empty(), "another screen");
        let effects = rig.ask(Playback::Audio(Audio::Leave, SCREEN));
        let pauses = effects.iter().any(|effect| matches!(effect, Effect::Engine(EngineCommand::Pause)));
        assert_eq!((rig.state.output.asked.clone(), pauses), (dac(), paused), "{audio:?}");
    }
}

#[test]
fn who_has_no_ears_is_told_and_one_that_does_not_return_is_given_up() {
    let mut rig = rig();
    assert!(outputs(&rig.ask(Playback::Audio(Audio::Here, 0))).is_empty());
    rig.ask(Playback::Audio(Audio::Here, SCREEN));
    let effects = rig.engine(EngineEvent::PausedItself(Reason::DidNotReturn));
    assert_eq!(outputs(&effects), [dac()]);
    assert_eq!(rig.state.playback.state, PlayState::Paused);
}
