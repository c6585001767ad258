//! The output that sounds, the one that is being opened, and what to do when there is none: back-off after a loss, the
//! null output as a stand-in for a device that is not there, moving to another. Engine thread; opening and dropping
//! happen on the `output` thread.
//!
//! A device that was lost is waited for by its identity, also where `auto` had chosen it: no other begins to sound by
//! itself, unless the settings say so or the user moves the sound. It counts as back when it takes samples, not when it
//! opens.

use std::time::{Duration, Instant};

use super::handle::EngineOptions;
use super::output::{Fault, News, OpenResult, Opened, Opener, Output, OutputError, Serves, Wanted};
use super::watchdog::Watchdog;
use crate::model::audio::duration_to_frames;
use crate::model::settings::{OnLost, OutputSettings, OutputSpec};
use crate::model::snapshot::OutputState;
use crate::model::track::AudioFormat;
use crate::rt::ring::RingWriter;

const BACK_OFF_LONGEST: Duration = Duration::from_secs(5);

/// An output that takes samples.
pub(super) struct Open {
    pub(super) output: Box<dyn Output>,
    pub(super) writer: RingWriter,
    /// Why there is no device, where this stands in for one.
    stand_in: Option<String>,
    /// What it was opened for, where it is to be opened anew for other music.
    pub(super) serves: Option<Serves>,
    /// It takes samples; known at once of one that was not lost before.
    is_proven: bool,
    watchdog: Watchdog,
}

impl Open {
    pub(super) fn is_paced(&self) -> bool {
        self.output.is_paced()
    }

    /// So much may be written before the ear, where an ear sets the pace; `None`: as much as there is room for.
    pub(super) fn limit_ahead(&mut self, time: Option<Duration>) {
        let time = time.filter(|_| self.is_paced());
        let rate = self.writer.shared().spec().rate;
        let frames = time.map(|time| usize::try_from(duration_to_frames(time, rate)).unwrap_or(usize::MAX));
        self.writer.set_depth(frames);
    }

    fn state(&self) -> OutputState {
        let accepted = self.output.accepted().clone();
        match &self.stand_in {
            Some(why) => OutputState::StandIn { why: why.clone(), accepted },
            None => OutputState::Open(accepted),
        }
    }
}

/// Why an output is being opened.
enum Purpose {
    /// There is none.
    Need,
    /// The user wants the sound elsewhere: if that fails it stays.
    Move,
    /// The sound server, or somebody in it, moved the sound: if that fails it stays.
    Follow,
    /// No device opens.
    StandIn { why: String },
    /// The null output stands in: perhaps the device is there now.
    Look,
}

struct Request {
    id: u64,
    settings: OutputSettings,
    purpose: Purpose,
    format: AudioFormat,
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

/// A device that is waited for.
struct Lost {
    /// `None`: it had no identity.
    id: Option<String>,
    name: String,
    /// Since when somebody waits for it.
    since: Option<Instant>,
}

/// See the module's head.
pub(super) struct Outlet {
    opener: Opener,
    asked: OutputSettings,
    open: Option<Open>,
    /// The device that went away and is waited for.
    lost: Option<Lost>,
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
    retry: Duration,
    stalled: Duration,
    look_at: Option<Instant>,
}

impl Outlet {
    pub(super) fn new(opener: Opener, options: &EngineOptions) -> Self {
        Self {
            opener,
            asked: options.output.clone(),
            open: None,
            lost: None,
            request: None,
            requests: 0,
            failures: 0,
            written: 0,
            sounded: 0,
            underruns: 0,
            look_again: options.look_again,
            retry: options.retry,
            stalled: options.stalled,
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
            let wait = self.failures.checked_sub(1).map(|failed| self.back_off(failed));
            if let Some(lost) = &mut self.lost {
                lost.since.get_or_insert(now);
            }
            self.request(self.target(), Purpose::Need, format, wait.map(|wait| now + wait));
        } else if self.look_at.is_some_and(|at| at <= now) {
            self.look_at = Some(now + self.look_again);
            self.request(self.asked.clone(), Purpose::Look, format, None);
        }
    }

    fn back_off(&self, failed: usize) -> Duration {
        let doublings = u32::try_from(failed).unwrap_or(u32::MAX).min(16);
        self.retry.saturating_mul(1 << doublings).min(BACK_OFF_LONGEST)
    }

    /// What to open: what is asked for, but after a loss the very device that was lost.
    fn target(&self) -> OutputSettings {
        let mut settings = self.asked.clone();
        if let Some(lost) = self.lost.as_ref().filter(|_| settings.output.is_device()) {
            match settings.on_lost {
                OnLost::Wait => settings.output = OutputSpec::Device(lost.id.clone()),
                OnLost::Move => (settings.output, settings.exclusive) = (OutputSpec::Auto, false),
            }
        }
        settings
    }

    /// The lost device was waited for longer than the user wants sound to begin by itself.
    pub(super) fn has_waited_too_long(&self, now: Instant) -> bool {
        let longest = Duration::from_secs(self.asked.resume_within_s.into());
        let since = self.lost.as_ref().and_then(|lost| lost.since).filter(|_| !longest.is_zero());
        since.is_some_and(|since| now.saturating_duration_since(since) >= longest)
            && self.open.as_ref().is_none_or(|open| !open.is_proven)
    }

    /// Nobody waits for the lost device any more, until [`Self::need`].
    pub(super) fn stop_waiting(&mut self) {
        self.let_go();
        // Who asks again does not want to wait.
        self.failures = 0;
        if let Some(lost) = &mut self.lost {
            lost.since = None;
        }
    }

    /// When [`Self::need`] has something to do although nothing happens.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.look_at.filter(|_| self.request.is_none())
    }

    /// The sound leaves the machine of a screen, which may be about to go: it does not stay there where no other output
    /// can be had.
    pub(super) fn leaves_screen(&self, asked: &OutputSettings) -> bool {
        let (from, to) = (&self.asked.output, &asked.output);
        self.open.is_some() && from.screen().is_some() && to.screen().is_none()
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
                self.lost = None;
                self.let_go();
            }
        }
    }

    /// What the sound server did, where it matters: `auto` goes with the default device, and a stream goes where the user
    /// puts it, but not where the server takes it from the device that was asked for.
    /// `true`: the headphones were pulled, which the settings want to be a pause.
    pub(super) fn follow_news(&mut self, format: Option<AudioFormat>) -> bool {
        let Some(format) = format else {
            return false;
        };
        let proven = self.open.as_ref().filter(|open| open.is_proven);
        let Some(news) = proven.and_then(|open| open.output.news()) else {
            return false;
        };
        let mut settings = self.asked.clone();
        let is_auto = matches!(settings.output, OutputSpec::Auto | OutputSpec::Device(None));
        match news {
            News::OtherDefault { taken } if !is_auto && !taken => return false,
            News::OtherDefault { .. } => {}
            News::Elsewhere(id) => settings.output = OutputSpec::Device(Some(id)),
            News::Unplugged => return settings.on_lost == OnLost::Wait,
        }
        self.request(settings, Purpose::Follow, format, None);
        false
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
        self.request = Some(Request { id, settings, purpose, format });
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
        let accepted = output.accepted();
        let was_lost = self.failures > 0 || self.lost.is_some();
        let is_proven = !was_lost || !output.is_paced() || !matches!(request.purpose, Purpose::Need);
        let watchdog = Watchdog::new(self.stalled, accepted, !is_proven, now);
        let serves = Serves::new(&request.format, accepted);
        let serves = request.settings.follows_rate().then_some(serves);
        let stand_in = match request.purpose {
            Purpose::StandIn { why } => Some(why),
            Purpose::Move => {
                self.asked = request.settings;
                None
            }
            Purpose::Need | Purpose::Follow | Purpose::Look => None,
        };
        if is_proven {
            self.is_back();
        }
        self.look_at = stand_in.as_ref().map(|_| now + self.look_again);
        Change::Opened(Box::new(Open { output, writer, stand_in, serves, is_proven, watchdog }))
    }

    fn is_back(&mut self) {
        self.failures = 0;
        self.lost = None;
    }

    /// Once a device that was lost takes samples again: that it is open.
    pub(super) fn prove(&mut self) -> Option<OutputState> {
        let open = self.open.as_mut().filter(|open| !open.is_proven)?;
        if open.writer.shared().heartbeat() == 0 {
            return None;
        }
        open.is_proven = true;
        let state = open.state();
        self.is_back();
        Some(state)
    }

    fn refused(
        &mut self,
        request: Request,
        error: &OutputError,
        format: Option<AudioFormat>,
    ) -> Option<Change> {
        let why = match (&self.lost, error) {
            (Some(lost), OutputError::NotFound { .. }) => format!("{} is not there", lost.name),
            _ => error.to_string(),
        };
        match request.purpose {
            Purpose::Look | Purpose::Follow => None,
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
        let is_first = self.failures == 0 && self.lost.is_none();
        if let (OutputSpec::Auto, true, Some(format)) = (&self.asked.output, is_first, format) {
            let null = OutputSettings { output: OutputSpec::Null, ..self.asked.clone() };
            self.request(null, Purpose::StandIn { why }, format, None);
            return None;
        }
        self.failures += 1;
        Some(Change::Told(OutputState::Lost { why }))
    }

    /// Takes a new output into use, in place of the old one; what is to be told of it, if anything yet.
    pub(super) fn adopt(&mut self, open: Open) -> Option<OutputState> {
        let look_at = self.look_at;
        self.let_go();
        self.look_at = look_at.filter(|_| open.stand_in.is_some());
        let state = open.is_proven.then(|| open.state());
        self.open = Some(open);
        state
    }

    /// The loudest that the settings allow on an output.
    pub(super) fn cap(&self, open: &Open) -> f32 {
        self.asked.caps.of(open.output.accepted().id.as_deref()).gain()
    }

    /// Frames of silence that the open output begins with.
    pub(super) fn silence_frames(&self, rate: u32) -> u64 {
        u64::from(self.asked.rate_change_silence_ms) * u64::from(rate) / 1000
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
        self.turn();
    }

    /// Closes the open output, to open it anew for other music. What was asked for meanwhile still comes.
    pub(super) fn turn(&mut self) {
        if let Some(open) = self.open.take() {
            self.written = open.writer.written();
            self.sounded += open.writer.shared().sounded_frames();
            self.underruns += open.writer.shared().underruns();
            self.opener.discard(open.output);
        }
    }

    /// As [`Self::let_go`], for an output that broke: the next attempt waits, and is for the same device.
    pub(super) fn lose(&mut self) {
        let open = self.open.as_ref().filter(|open| open.stand_in.is_none());
        self.failures = match open {
            Some(open) if !open.is_proven => self.failures + 1,
            _ => self.failures.max(1),
        };
        if let Some(open) = open
            && self.lost.is_none()
        {
            let accepted = open.output.accepted();
            self.lost = Some(Lost { id: accepted.id.clone(), name: accepted.name.clone(), since: None });
        }
        self.let_go();
    }

    /// The end: waits until what was let go is closed, but no longer than `longest`.
    pub(super) fn close(mut self, longest: Duration) -> bool {
        self.let_go();
        self.opener.close(longest)
    }
}
