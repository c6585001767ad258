//! The output that sounds, the one that is being opened, and what to do when there is none: back-off after a loss, the
//! null output as a stand-in for a device that is not there, moving to another. Engine thread; opening and dropping
//! happen on the `output` thread.

use std::time::{Duration, Instant};

use super::output::{Fault, OpenResult, Opened, Opener, Output, OutputError, Wanted};
use super::watchdog::Watchdog;
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::model::snapshot::OutputState;
use crate::model::track::AudioFormat;
use crate::rt::ring::RingWriter;

/// Waits before the attempts to open again; the last one for ever.
const BACK_OFF_MS: [u64; 5] = [250, 500, 1000, 2000, 4000];
const BACK_OFF_LONGEST: Duration = Duration::from_secs(5);

/// An output that takes samples.
pub(super) struct Open {
    pub(super) output: Box<dyn Output>,
    pub(super) writer: RingWriter,
    /// Why there is no device, where this stands in for one.
    stand_in: Option<String>,
    watchdog: Watchdog,
}

impl Open {
    pub(super) fn is_paced(&self) -> bool {
        self.output.is_paced()
    }
}

/// Why an output is being opened.
enum Purpose {
    /// There is none.
    Need,
    /// The user wants the sound elsewhere: if that fails it stays.
    Move,
    /// No device opens.
    StandIn { why: String },
    /// The null output stands in: perhaps the device is there now.
    Look,
}

struct Request {
    id: u64,
    settings: OutputSettings,
    purpose: Purpose,
}

/// What [`Outlet::poll`] found.
pub(super) enum Change {
    /// Open: to be taken by [`Outlet::adopt`].
    Opened(Box<Open>),
    Told(OutputState),
    Refused {
        asked: OutputSettings,
        why: String,
    },
    /// It will never open.
    Hopeless {
        why: String,
    },
}

/// See the module's head.
pub(super) struct Outlet {
    opener: Opener,
    asked: OutputSettings,
    open: Option<Open>,
    request: Option<Request>,
    requests: u64,
    /// Attempts that failed since the last success.
    failures: usize,
    /// Frames written to all outputs before the open one: where its count begins.
    written: u64,
    /// Totals of the outputs before the open one.
    sounded: u64,
    underruns: u64,
    look_again: Duration,
    look_at: Option<Instant>,
}

impl Outlet {
    pub(super) fn new(opener: Opener, asked: OutputSettings, look_again: Duration) -> Self {
        Self {
            opener,
            asked,
            open: None,
            request: None,
            requests: 0,
            failures: 0,
            written: 0,
            sounded: 0,
            underruns: 0,
            look_again,
            look_at: None,
        }
    }

    pub(super) fn open(&self) -> Option<&Open> {
        self.open.as_ref()
    }

    pub(super) fn open_mut(&mut self) -> Option<&mut Open> {
        self.open.as_mut()
    }

    /// Count of the frame that is written next, to whatever output.
    pub(super) fn written(&self) -> u64 {
        self.open.as_ref().map_or(self.written, |open| open.writer.written())
    }

    /// Frames that outputs took as sound.
    pub(super) fn sounded(&self) -> u64 {
        self.sounded + self.open.as_ref().map_or(0, |open| open.writer.shared().sounded_frames())
    }

    pub(super) fn underruns(&self) -> u64 {
        self.underruns + self.open.as_ref().map_or(0, |open| open.writer.shared().underruns())
    }

    /// There is something to play: opens an output where there is none and none is being opened; where one stands in,
    /// looks for the real one now and then.
    pub(super) fn need(&mut self, format: AudioFormat, now: Instant) {
        if self.request.is_some() {
            return;
        }
        if self.open.is_none() {
            let wait = self.failures.checked_sub(1).map(back_off);
            self.request(self.asked.clone(), Purpose::Need, format, wait.map(|wait| now + wait));
        } else if self.look_at.is_some_and(|at| at <= now) {
            self.look_at = Some(now + self.look_again);
            self.request(self.asked.clone(), Purpose::Look, format, None);
        }
    }

    /// When [`Self::need`] has something to do although nothing happens.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.look_at.filter(|_| self.request.is_none())
    }

    /// The user asks for another output. `format`: what plays, where something does.
    pub(super) fn move_to(&mut self, asked: OutputSettings, format: Option<AudioFormat>) {
        // An answer to an older request is recognised by its id and dropped.
        self.request = None;
        let stands_in = self.open.as_ref().is_some_and(|open| open.stand_in.is_some());
        match (self.open.is_some(), format) {
            (true, _) if self.asked == asked && !stands_in => {}
            (true, Some(format)) => self.request(asked, Purpose::Move, format, None),
            _ => {
                self.asked = asked;
                self.failures = 0;
                self.let_go();
            }
        }
    }

    fn request(
        &mut self,
        settings: OutputSettings,
        purpose: Purpose,
        format: AudioFormat,
        not_before: Option<Instant>,
    ) {
        self.requests += 1;
        let id = self.requests;
        let wanted = Wanted { format, first_frame: self.written() };
        self.opener.open(id, settings.clone(), wanted, not_before);
        self.request = Some(Request { id, settings, purpose });
    }

    /// What became of the request, if anything did. `format`: what plays.
    pub(super) fn poll(&mut self, format: Option<AudioFormat>, now: Instant) -> Option<Change> {
        let OpenResult { request: id, result } = self.opener.poll()?;
        let Some(request) = self.request.take_if(|request| request.id == id) else {
            result.into_iter().for_each(|opened| self.opener.discard(opened.output));
            return self.poll(format, now);
        };
        match result {
            Ok(opened) => Some(self.opened(opened, request, now)),
            Err(error) => self.refused(request, &error, format),
        }
    }

    fn opened(&mut self, Opened { output, writer }: Opened, request: Request, now: Instant) -> Change {
        self.failures = 0;
        let stand_in = match request.purpose {
            Purpose::StandIn { why } => Some(why),
            Purpose::Need | Purpose::Move | Purpose::Look => {
                self.asked = request.settings;
                None
            }
        };
        self.look_at = stand_in.as_ref().map(|_| now + self.look_again);
        let accepted = output.accepted();
        let watchdog = Watchdog::new(accepted.spec.rate, accepted.period_frames, now);
        Change::Opened(Box::new(Open { output, writer, stand_in, watchdog }))
    }

    fn refused(
        &mut self,
        request: Request,
        error: &OutputError,
        format: Option<AudioFormat>,
    ) -> Option<Change> {
        let why = error.to_string();
        match request.purpose {
            Purpose::Look => None,
            Purpose::Move => Some(Change::Refused { asked: request.settings, why }),
            Purpose::StandIn { why } => {
                self.failures += 1;
                Some(Change::Told(OutputState::Lost { why }))
            }
            Purpose::Need => self.unmet(why, format),
        }
    }

    /// No output could be had. At the first attempt `auto` lets the null output stand in; a device that was lost is waited
    /// for: nobody wants to find the album played to nobody.
    fn unmet(&mut self, why: String, format: Option<AudioFormat>) -> Option<Change> {
        if matches!(self.asked.output, OutputSpec::File(_) | OutputSpec::Pipe) {
            return Some(Change::Hopeless { why });
        }
        if let (OutputSpec::Auto, 0, Some(format)) = (&self.asked.output, self.failures, format) {
            let null = OutputSettings { output: OutputSpec::Null, ..self.asked.clone() };
            self.request(null, Purpose::StandIn { why }, format, None);
            return None;
        }
        self.failures += 1;
        Some(Change::Told(OutputState::Lost { why }))
    }

    /// Takes a new output into use, in place of the old one.
    pub(super) fn adopt(&mut self, open: Open) -> OutputState {
        let accepted = open.output.accepted().clone();
        let look_at = self.look_at;
        self.let_go();
        let state = match &open.stand_in {
            Some(why) => OutputState::StandIn { why: why.clone(), accepted },
            None => OutputState::Open(accepted),
        };
        self.look_at = look_at.filter(|_| open.stand_in.is_some());
        self.open = Some(open);
        state
    }

    /// Why the open output can play no more. `due`: whether it should be taking samples.
    pub(super) fn fault(&mut self, due: bool, now: Instant) -> Option<(Fault, String)> {
        let open = self.open.as_mut()?;
        let name = &open.output.accepted().name;
        let say = |what: &str| format!("{name} {what}");
        if let Some(fault) = open.output.fault() {
            let known = open.output.fault_text();
            let text = known.unwrap_or_else(|| match fault {
                Fault::Lost => say("is gone"),
                Fault::Stalled => say("takes no more sound"),
                Fault::Final => say("can take no more"),
                Fault::Unread => say("is no longer read"),
            });
            return Some((fault, text));
        }
        let heartbeat = open.writer.shared().heartbeat();
        let watched = due && open.output.is_paced();
        let stalled = open.watchdog.is_stalled(heartbeat, watched, now);
        stalled.then(|| (Fault::Stalled, say("takes no more sound")))
    }

    /// Closes the open output and drops a request that still waits.
    pub(super) fn let_go(&mut self) {
        self.request = None;
        self.look_at = None;
        if let Some(open) = self.open.take() {
            self.written = open.writer.written();
            self.sounded += open.writer.shared().sounded_frames();
            self.underruns += open.writer.shared().underruns();
            self.opener.discard(open.output);
        }
    }

    /// As [`Self::let_go`], for an output that broke: the next attempt waits.
    pub(super) fn lose(&mut self) {
        self.let_go();
        self.failures = self.failures.max(1);
    }

    /// The end: waits until what was let go is closed, but no longer than `longest`.
    pub(super) fn close(mut self, longest: Duration) -> bool {
        self.let_go();
        self.opener.close(longest)
    }
}

fn back_off(failed: usize) -> Duration {
    BACK_OFF_MS.get(failed).map_or(BACK_OFF_LONGEST, |ms| Duration::from_millis(*ms))
}
