//! Words of what plays and releases that were looked up, as (events, effects).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::tests::Rig;
use super::*;
use crate::jobs::lyrics::Outcome;
use crate::model::command::{Lyricing, Tagging, Target};
use crate::model::id::JobId;
use crate::model::lyrics::{Found, Lyrics, Source};
use crate::model::musicbrainz::Candidate;

fn words() -> Found {
    Found::Words(Lyrics::parse("a\nb", Source::Online).unwrap())
}

fn find(rig: &mut Rig, again: bool) -> Vec<(JobId, Arc<Path>)> {
    let fx = rig.event(Event::Command(Command::Lyrics(Lyricing::Find { again })));
    let asked = |effect: Effect| match effect {
        Effect::FindLyrics { job, path, .. } => Some((job, path)),
        _ => None,
    };
    fx.into_iter().filter_map(asked).collect()
}

fn found(rig: &mut Rig, (job, path): &(JobId, Arc<Path>), found: Found, is_outage: bool) {
    let outcome = Outcome { found, is_outage };
    rig.event(Event::LyricsFound { job: *job, path: Arc::clone(path), again: false, outcome });
}

fn shown(rig: &Rig) -> Option<&Found> {
    rig.state.lyrics.view.as_ref().map(|view| &view.found)
}

#[test]
fn words_are_looked_for_when_they_are_asked_for_and_once_a_song() {
    let mut rig = Rig::new(2);
    rig.ask(Playback::Play);
    rig.started();
    let first = find(&mut rig, false).remove(0);
    assert_eq!(shown(&rig), Some(&Found::Looking));
    found(&mut rig, &first, words(), false);
    assert_eq!(shown(&rig), Some(&words()));
    assert!(find(&mut rig, false).is_empty(), "they are known");
    assert_eq!(find(&mut rig, true).len(), 1, "somebody insists");
    found(&mut rig, &first, words(), false);
    let fx = rig.ask(Playback::Next(1));
    assert!(!fx.iter().any(|effect| matches!(effect, Effect::FindLyrics { .. })), "nobody looks");
    let second = find(&mut rig, false).remove(0);
    assert_ne!(first.1, second.1);
    found(&mut rig, &first, words(), false);
    assert_eq!(shown(&rig), Some(&Found::Looking), "the answer came too late");
}

#[test]
fn an_outage_is_told_once() {
    let mut rig = Rig::new(1);
    rig.ask(Playback::Play);
    rig.started();
    let asked = find(&mut rig, false).remove(0);
    found(&mut rig, &asked, Found::Failed("it is away".into()), true);
    assert!(rig.notice().contains("it is away"), "{}", rig.notice());
    rig.event(Event::Command(Command::Notice(crate::model::command::Notices::Dismiss)));
    let asked = find(&mut rig, false).remove(0);
    found(&mut rig, &asked, Found::Failed("it is away".into()), false);
    assert_eq!(rig.state.notice.as_ref().map(|shown| shown.notice.to_string()), None);
}

#[test]
fn known_words_are_saved_without_being_looked_for() {
    let mut rig = Rig::new(1);
    rig.ask(Playback::Play);
    rig.started();
    let save = |rig: &mut Rig| {
        let fx = rig.event(Event::Command(Command::Lyrics(Lyricing::Save)));
        let known = |effect: &Effect| match effect {
            Effect::SaveLyrics { known, .. } => Some(known.is_some()),
            _ => None,
        };
        fx.iter().find_map(known)
    };
    assert_eq!(save(&mut rig), Some(false));
    let asked = find(&mut rig, false).remove(0);
    found(&mut rig, &asked, words(), false);
    assert_eq!(save(&mut rig), Some(true));
    rig.event(Event::LyricsSaved { job: JobId(1), result: Err("it is there already".into()) });
    assert!(rig.notice().contains("it is there already"));
}

#[test]
fn a_found_release_is_planned_and_waits_for_a_word() {
    let mut rig = Rig::new(1);
    let tags = |rig: &mut Rig, command| rig.event(Event::Command(Command::Tags(command)));
    assert!(tags(&mut rig, Tagging::Take(1)).is_empty(), "nothing was looked up");
    let paths: Vec<PathBuf> = vec!["/m/a.flac".into()];
    let look = Tagging::Lookup(Target::Paths(paths.clone()));
    let job = |fx: &[Effect]| match fx {
        [Effect::LookUp { job, .. }] => *job,
        other => panic!("{other:?}"),
    };
    let old = job(&tags(&mut rig, look.clone()));
    let new = job(&tags(&mut rig, look));
    assert!(tags(&mut rig, Tagging::Take(1)).is_empty(), "it is being looked up");
    let candidate = |id: &str| Candidate { id: id.into(), ..Candidate::default() };
    rig.event(Event::LookedUp { job: old, found: Ok(vec![candidate("x"), candidate("y")]) });
    assert!(rig.state.tags.view.lookup.as_ref().unwrap().looking, "an older question");
    rig.event(Event::LookedUp { job: new, found: Ok(vec![candidate("z")]) });
    assert!(tags(&mut rig, Tagging::Take(2)).is_empty(), "one was found");
    match &tags(&mut rig, Tagging::Take(1))[..] {
        [Effect::PlanRelease { job, paths: of, release }] => {
            assert_eq!((of, release.as_str()), (&paths, "z"));
            let planning = rig.state.tags.planning.unwrap();
            assert!(planning.ask && planning.job == *job);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_are_moved_song_by_song() {
    use crate::model::command::LyricsOffset;
    let mut rig = Rig::new(2);
    rig.ask(Playback::Play);
    rig.started();
    let first = find(&mut rig, false).remove(0);
    found(&mut rig, &first, words(), false);
    let shift = |rig: &mut Rig, offset| {
        rig.event(Event::Command(Command::Lyrics(Lyricing::Offset(offset))));
        rig.state.lyrics.view.as_ref().map(|view| view.offset_ms)
    };
    assert_eq!(shift(&mut rig, LyricsOffset::By(100)), Some(100));
    assert_eq!(shift(&mut rig, LyricsOffset::By(150)), Some(250));
    assert!(rig.notice().contains("250 ms sooner"), "{}", rig.notice());
    assert_eq!(shown(&rig), Some(&words()), "they stay");
    rig.ask(Playback::Next(1));
    find(&mut rig, false);
    assert_eq!(shift(&mut rig, LyricsOffset::By(0)), Some(0), "another song has its own");
    rig.ask(Playback::Previous(1));
    find(&mut rig, false);
    assert_eq!(shift(&mut rig, LyricsOffset::By(0)), Some(250), "and this one its old");
    assert_eq!(shift(&mut rig, LyricsOffset::To(-40)), Some(-40));
    assert_eq!(shift(&mut rig, LyricsOffset::By(i32::MIN)), Some(-600_000));
    let mut saved = |offset| {
        let command = Command::Lyrics(Lyricing::Offset(offset));
        rig.event(Event::Command(command)).into_iter().find_map(|effect| match effect {
            Effect::SaveLyricsOffsets(offsets) => Some(offsets.iter().map(|&(_, ms)| ms).collect::<Vec<_>>()),
            _ => None,
        })
    };
    assert_eq!(saved(LyricsOffset::To(-2)), Some(vec![-2]), "for the next run");
    assert_eq!(saved(LyricsOffset::To(-2)), None, "it is so already");
    assert_eq!(saved(LyricsOffset::To(0)), Some(Vec::new()));
}
