//! # jobs: background work
//!
//! - **Purpose.** Runs what may take long or wait for disks: scans, measuring, walks, catalogs, plans, what sounds alike.
//! - **May import.** `model`, `library`, `analysis`, `mastering`, `similarity`, `render`, `online`.
//! - **Threads.** `job-long`, `job-measure`, `job-master`, `job-render` (low priority), `job-short`, `job-files`,
//!   `job-similar`, `job-online`, one job at a time each; `measure-1..N` (lowest priority) while tracks are measured.
//! - **Entry points.** [`Jobs::submit`]; the kinds of jobs are one file a subject.
//! - **Invariants.** A job that panics has failed, its lane lives. A cancelled job ends within one file. Results are
//!   events: nobody waits for a job.

pub mod analyse;
pub mod covers;
pub mod ears;
mod lane;
pub mod library;
pub mod lookup;
pub mod lyrics;
pub mod plan;
pub mod playlists;
pub mod portrait;
mod power;
pub mod preferences;
pub mod render;
pub mod server;
pub mod tags;

pub use lane::Lane;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub use crate::render::impulse::read as impulse;

use crate::model::contain::contain;

type Job = Box<dyn FnOnce() + Send>;

#[derive(Debug)]
pub struct Jobs([Sender<Job>; 8]);

/// The lanes' threads, for the shutdown.
#[derive(Debug)]
pub struct JobThreads(Vec<JoinHandle<()>>);

impl Jobs {
    pub fn spawn() -> std::io::Result<(Self, JobThreads)> {
        let mut threads = Vec::new();
        let mut lane = |name, low_priority| -> std::io::Result<Sender<Job>> {
            let (sender, jobs) = channel();
            threads.push(lane(name, low_priority, jobs)?);
            Ok(sender)
        };
        // In the order of `Lane`.
        let lanes = [
            lane("job-long", true)?,
            lane("job-measure", true)?,
            lane("job-short", false)?,
            lane("job-files", false)?,
            lane("job-similar", false)?,
            lane("job-master", true)?,
            lane("job-render", true)?,
            lane("job-online", false)?,
        ];
        Ok((Self(lanes), JobThreads(threads)))
    }

    /// Runs `job` behind the others of its lane. Dropped where the lane is gone, which is at the end of the program only.
    pub fn submit(&self, lane: Lane, job: impl FnOnce() + Send + 'static) {
        self.submit_guarded(lane, job, |_| {});
    }

    /// As `submit`; `on_panic` is told the words of a panic.
    pub fn submit_guarded(
        &self,
        lane: Lane,
        job: impl FnOnce() + Send + 'static,
        on_panic: impl FnOnce(String) + Send + 'static,
    ) {
        let guarded = Box::new(move || {
            if let Err(words) = contain(job) {
                on_panic(format!("internal error: {words}"));
            }
        });
        let _ = self.0[lane as usize].send(guarded);
    }
}

fn lane(name: &str, low_priority: bool, jobs: Receiver<Job>) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(move || {
        if low_priority {
            // On Linux this is a property of the thread. Not being allowed is no harm.
            let _ = rustix::process::nice(10);
        }
        jobs.into_iter().for_each(|job| job());
    })
}

impl JobThreads {
    /// Waits until the lanes are empty (every [`Jobs`] must be dropped before); `false` where that took too long.
    pub fn join(self, deadline: Duration) -> bool {
        let until = Instant::now() + deadline;
        for thread in self.0 {
            while !thread.is_finished() {
                if Instant::now() >= until {
                    return false;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;
