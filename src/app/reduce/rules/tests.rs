//! Rules, as (events, effects): what is asked of plans for what plays and for what follows.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::app::event::Event;
use crate::app::queue::NewItems;
use crate::app::reduce::tests::{Rig, format};
use crate::jobs::preferences::Kept;
use crate::library::catalog_build::build_catalog;
use crate::model::audio::{SampleFormat, Spec};
use crate::model::command::{Command, Playback, Step};
use crate::model::mastering::{PlanView, Preset, Target};
use crate::model::preferences::{Preferences, Versions};
use crate::model::rule::RuleOf;
use crate::model::snapshot::Accepted;
use crate::model::taste::Aspect;
use crate::model::track::{Tags, Track};

/// A track of the album Blue, which is folk, and one of Kind of Blue, which is jazz; mastered, the first plays.
fn rig() -> Rig {
    let mut rig = Rig::new(0);
    let track = |id: u32, album: &str, genre: &str| {
        let mut tags = Tags { album: Some(album.into()), genres: vec![genre.into()], ..Tags::default() };
        tags.artists = vec![format!("Artist {id}")];
        let path = format!("/m/{id}.flac").into();
        Track { id: TrackId(id), path, stamp: Default::default(), format: format(), tags, added_s: 0 }
    };
    let tracks = [track(1, "Blue", "Folk"), track(2, "Kind of Blue", "Jazz")];
    let items: NewItems =
        tracks.iter().map(|track| (Arc::from(track.path.clone()), Some(track.id))).collect();
    let catalog = Arc::new(build_catalog(tracks));
    rig.event(Event::CatalogBuilt { catalog, took: Duration::ZERO });
    rig.state.queue.append(items);
    ask(&mut rig, Mastering::On(Some(true)));
    rig.ask(Playback::Play);
    rig.started();
    rig
}

fn ask(rig: &mut Rig, command: Mastering) -> Vec<Effect> {
    rig.event(Event::Command(Command::Mastering(command)))
}

fn rule(of: RuleOf, said: &str) -> Rule {
    Rule::new(of, &said.split(' ').map(|word| Saying::parse(word).unwrap()).collect::<Vec<_>>())
}

fn genre(name: &str) -> RuleOf {
    RuleOf::Genre(name.into())
}

/// These are kept now; what is planned for that, by the number in the path.
fn kept(rig: &mut Rig, rules: Vec<Rule>) -> Vec<(String, Wishes)> {
    let mut versions = Versions::default();
    versions.push(Preferences { rules, ..Preferences::default() }, "test".into(), 0);
    let result = Ok(Box::new(Kept { versions, aside: None }));
    let fx = rig.event(Event::PreferencesDone { job: None, deed: Deed::Open, result });
    planned(&fx)
}

fn planned(fx: &[Effect]) -> Vec<(String, Wishes)> {
    let one = |effect: &Effect| match effect {
        Effect::Plan { subject, wishes, .. } => {
            let name = subject.path.file_stem()?.to_str()?.to_owned();
            Some((name, wishes.clone()))
        }
        _ => None,
    };
    fx.iter().filter_map(one).collect()
}

fn notice(rig: &Rig) -> String {
    rig.state.notice.as_ref().map(|shown| shown.notice.to_string()).unwrap_or_default()
}

#[test]
fn each_track_is_planned_by_the_rules_that_hold_for_it() {
    let mut rig = rig();
    let album = RuleOf::Album { title: "blue".into(), artist: Some("artist 1".into()) };
    let asked = kept(&mut rig, vec![rule(genre("jazz"), "gentle target=-18"), rule(album, "bass=+2")]);
    let [(first, folk), (second, jazz)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((first.as_str(), second.as_str()), ("1", "2"));
    assert_eq!((folk.settings.preset, folk.taste().bass_db), (Preset::Adaptive, 2.0));
    assert_eq!((jazz.settings.preset, jazz.settings.target), (Preset::Gentle, Target::REPLAYGAIN));
    assert_eq!(folk.ruled, ["bass=+2: your rule for album blue by artist 1"]);
    assert_eq!(mastering::view(&rig.state).ruled, folk.ruled);
    assert_eq!(kept(&mut rig, Vec::new()).len(), 2, "both are planned anew without them");
}

#[test]
fn what_is_ruled_off_is_heard_as_it_is_and_the_panel_says_why() {
    let mut rig = rig();
    let asked = kept(&mut rig, vec![rule(genre("Folk"), "off")]);
    assert!(asked.is_empty(), "what follows has its plan, what plays needs none: {asked:?}");
    let item = rig.state.queue.current().unwrap().id;
    assert_eq!(mastering::of(&rig.state, item), None);
    let why = PlanView::Failed("off: your rule for genre Folk".into());
    assert_eq!(mastering::view(&rig.state).plan, why);
}

#[test]
fn a_rule_for_a_device_holds_while_it_is_heard_there() {
    let mut rig = rig();
    let rules = vec![rule(RuleOf::Device("headphones".into()), "warm")];
    assert!(kept(&mut rig, rules).is_empty(), "nothing is known of a device: the plans stay");
    let mut heard_on = |name: &str| {
        let accepted = Accepted::new(name, Spec { rate: 48_000, channels: 2 }, SampleFormat::F32);
        rig.state.output.state = OutputState::Open(accepted);
        rig.state.dirty.output = true;
        planned(&rig.event(Event::Due)).iter().map(|(_, wishes)| wishes.settings.preset).collect::<Vec<_>>()
    };
    assert_eq!(heard_on("USB Headphones"), [Preset::Warm; 2]);
    assert_eq!(heard_on("Speakers"), [Preset::Adaptive; 2]);
    assert!(heard_on("Other speakers").is_empty());
    rig.state.output.state = OutputState::Closed;
    rig.state.dirty.output = true;
    rig.event(Event::Due);
    assert_eq!(rig.state.mastering.device.as_deref(), Some("Other speakers"));
}

#[test]
fn what_is_turned_against_a_rule_is_told() {
    let mut rig = rig();
    kept(&mut rig, vec![rule(genre("Folk"), "gentle bass=+1")]);
    ask(&mut rig, Mastering::Preset(Some(Preset::Bright)));
    assert!(notice(&rig).contains("what plays goes by your rule for genre Folk: gentle"), "{}", notice(&rig));
    assert_eq!(rig.state.mastering.settings.preset, Preset::Bright, "for all else");
    let turn = |aspect| Mastering::Taste(TasteChange::Turn(aspect, Step::By(0.5)));
    ask(&mut rig, turn(Aspect::Bass));
    assert!(notice(&rig).contains("genre Folk"));
    ask(&mut rig, turn(Aspect::Treble));
    assert!(!notice(&rig).contains("genre Folk"), "{}", notice(&rig));
}

#[test]
fn rules_are_asked_for_and_told() {
    let mut rig = rig();
    let deed = |fx: Vec<Effect>| {
        fx.into_iter().find_map(|effect| match effect {
            Effect::Preferences { deed, .. } => Some(deed),
            _ => None,
        })
    };
    let jazz = rule(genre("Jazz"), "gentle");
    let set = ask(&mut rig, Mastering::Rule(Ruling::Set(Box::new(jazz.clone()))));
    assert_eq!(deed(set), Some(Deed::SetRule(jazz.clone())));
    let dropped = ask(&mut rig, Mastering::Rule(Ruling::Drop(genre("Jazz"))));
    assert_eq!(deed(dropped), Some(Deed::DropRule(genre("Jazz"))));
    assert_eq!(deed(ask(&mut rig, Mastering::Rule(Ruling::List))), None);
    assert!(notice(&rig).starts_with("There are no rules"));
    kept(&mut rig, vec![jazz, rule(genre("Folk"), "60%")]);
    ask(&mut rig, Mastering::Rule(Ruling::List));
    let told = notice(&rig);
    assert!(told.contains("genre Jazz: gentle; genre Folk: 60%"), "{told}");
    assert!(told.contains("what plays: 60%: your rule for genre Folk"), "{told}");
}
