//! # jobs: background work
//!
//! - **Purpose.** Runs what may take long or wait for disks: scans, the measuring of tracks, walks, catalog builds.
//! - **May import.** `model`, `library`, `analysis`, `mastering`, `similarity`, `render`.
//! - **Threads.** `job-long` and `job-measure` (low priority) and `job-short`, one job at a time each; `measure-1..N` (lowest
//!   priority) while tracks are measured.
//! - **Entry points.** [`Jobs::submit`]; the kinds of jobs are one file a subject.
//! - **Invariants.** A job that panics has failed, its lane lives. A cancelled job ends within one file. Results are
//!   events: nobody waits for a job.

pub mod analyse;
pub mod library;
pub mod playlists;
mod power;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::model::contain::contain;

/// Two kinds of work that must not wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Minutes: scans. Runs at low priority.
    Long,
    /// Hours: the measuring of tracks. Its thread only waits for the workers of [`analyse`].
    Measuring,
    /// Well below a second: walks of a few folders, catalog builds.
    Short,
}

type Job = Box<dyn FnOnce() + Send>;

#[derive(Debug)]
pub struct Jobs {
    long: Sender<Job>,
    measuring: Sender<Job>,
    short: Sender<Job>,
}

/// The lanes' threads, for the shutdown.
#[derive(Debug)]
pub struct JobThreads(Vec<JoinHandle<()>>);

impl Jobs {
    pub fn spawn() -> std::io::Result<(Self, JobThreads)> {
        let (long, long_jobs) = channel();
        let (measuring, measuring_jobs) = channel();
        let (short, short_jobs) = channel();
        let threads = vec![
            lane("job-long", true, long_jobs)?,
            lane("job-measure", true, measuring_jobs)?,
            lane("job-short", false, short_jobs)?,
        ];
        Ok((Self { long, measuring, short }, JobThreads(threads)))
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
        let sender = match lane {
            Lane::Long => &self.long,
            Lane::Measuring => &self.measuring,
            Lane::Short => &self.short,
        };
        let _ = sender.send(guarded);
    }
}

fn lane(name: &str, low_priority: bool, jobs: Receiver<Job>) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(move || {
        if low_priority {
            // On Linux this is a property of the thread. Not being allowed is no harm.
            let _ = rustix::process::nice(10);
        }
        for job in jobs {
            job();
        }
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
