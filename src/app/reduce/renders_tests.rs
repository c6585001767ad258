//! Mastering to files as jobs, as (events, effects).

use std::sync::Arc;

use super::tests::Rig;
use super::*;
use crate::jobs::render::RenderOrder;
use crate::model::command::{Rendering, Target};
use crate::model::id::JobId;
use crate::model::job::CancelToken;
use crate::model::rendering::{MOST_JOBS, RenderEnd, RenderProgress, RenderStage};

type Asked = (JobId, Arc<RenderOrder>, CancelToken);

fn rig() -> Rig {
    let mut rig = Rig::new(3);
    rig.state.renders.settings.folder = Some("/out".into());
    rig
}

fn ask(rig: &mut Rig, command: Rendering) -> Option<Asked> {
    let fx = rig.event(Event::Command(Command::Render(command)));
    fx.into_iter().find_map(|effect| match effect {
        Effect::Render { number, order, cancel } => Some((number, order, cancel)),
        _ => None,
    })
}

fn paths(count: usize) -> Rendering {
    Rendering::Master(Target::Paths((0..count).map(|n| format!("/m/{n}.flac").into()).collect()))
}

fn stages(rig: &Rig) -> Vec<RenderStage> {
    rig.state.renders.view().into_iter().map(|job| job.stage).collect()
}

fn told(rig: &Rig) -> String {
    rig.state.notice.as_ref().map(|shown| shown.notice.to_string()).unwrap_or_default()
}

#[test]
fn jobs_are_queued_followed_and_told_at_their_end() {
    let mut rig = rig();
    let (number, order, _) = ask(&mut rig, paths(2)).unwrap();
    assert_eq!((order.paths.len(), order.folder.as_path()), (2, std::path::Path::new("/out")));
    assert_eq!(stages(&rig), [RenderStage::Waiting]);
    let progress = RenderProgress { share: 0.5, done: 1, tracks: 2, ..RenderProgress::default() };
    rig.event(Event::RenderProgress { number, progress });
    assert_eq!(stages(&rig), [RenderStage::Running(progress)]);
    let end = Arc::new(RenderEnd {
        written: 1,
        failed: vec![("/m/1.flac".into(), "broken".into())],
        stopped: false,
    });
    rig.event(Event::Rendered { number, end: Arc::clone(&end) });
    assert_eq!(stages(&rig), [RenderStage::Ended(end)]);
    assert!(told(&rig).contains("1 file written, 1 not"), "{}", told(&rig));
    assert!(ask(&mut rig, paths(0)).is_none(), "there is nothing to master");
}

#[test]
fn the_queue_is_bounded_and_what_ended_makes_room() {
    let mut rig = rig();
    let jobs: Vec<Asked> = (0..MOST_JOBS).map(|_| ask(&mut rig, paths(1)).unwrap()).collect();
    assert!(ask(&mut rig, paths(1)).is_none());
    assert!(told(&rig).contains("20 jobs wait already"), "{}", told(&rig));
    rig.event(Event::Rendered { number: jobs[0].0, end: Arc::default() });
    assert!(ask(&mut rig, paths(1)).is_some());
}

#[test]
fn a_job_is_stopped_alone_or_with_all_others_and_at_the_end_of_the_program() {
    let mut rig = rig();
    let jobs: Vec<Asked> = (0..3).map(|_| ask(&mut rig, paths(1)).unwrap()).collect();
    rig.event(Event::RenderProgress { number: jobs[0].0, progress: RenderProgress::default() });
    ask(&mut rig, Rendering::Stop(Some(jobs[1].0.0)));
    assert_eq!(
        jobs.iter().map(|(.., cancel)| cancel.is_cancelled()).collect::<Vec<_>>(),
        [false, true, false]
    );
    assert!(matches!(&stages(&rig)[1], RenderStage::Ended(end) if end.stopped));
    // What works says itself when it has stopped.
    ask(&mut rig, Rendering::Stop(None));
    assert!(jobs.iter().all(|(.., cancel)| cancel.is_cancelled()));
    assert!(matches!(stages(&rig)[0], RenderStage::Running(_)));
    let end = Arc::new(RenderEnd { stopped: true, ..RenderEnd::default() });
    rig.event(Event::Rendered { number: jobs[0].0, end });
    assert!(told(&rig).contains("was stopped"), "{}", told(&rig));
    let (.., last) = ask(&mut rig, paths(1)).unwrap();
    rig.event(Event::Command(Command::Quit));
    assert!(last.is_cancelled());
}

/// Jobs that ran to their end, and jobs that were stopped while another one worked and they waited.
#[test]
fn of_jobs_that_ended_only_the_newest_are_kept() {
    let mut rig = rig();
    let mut newest = 0;
    for _ in 0..1_000 {
        let (number, ..) = ask(&mut rig, paths(1)).unwrap();
        rig.event(Event::Rendered { number, end: Arc::default() });
        newest = number.0;
    }
    assert_eq!(stages(&rig).len(), 20);
    assert_eq!(rig.state.renders.view().last().unwrap().number, newest);
    let (works, ..) = ask(&mut rig, paths(1)).unwrap();
    rig.event(Event::RenderProgress { number: works, progress: RenderProgress::default() });
    for _ in 0..1_000 {
        let (number, ..) = ask(&mut rig, paths(1)).unwrap();
        ask(&mut rig, Rendering::Stop(Some(number.0)));
        newest = number.0;
    }
    let view = rig.state.renders.view();
    assert_eq!(view.len(), 21, "and the one that works");
    assert!(view.iter().any(|job| job.number == works.0) && view.last().unwrap().number == newest);
}
