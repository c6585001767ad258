//! Nowhere, in real time: takes samples at the pace of a device and drops them. Thread `null`; it sleeps without a single
//! wake-up while paused or when the end was reached.

use std::time::{Duration, Instant};

use super::worker::{Signals, ThreadOutput};
use super::{Opened, OutputError, Wanted, ring_frames};
use crate::model::audio::{SampleFormat, Spec, duration_to_frames};
use crate::model::settings::OutputSettings;
use crate::model::snapshot::Accepted;
use crate::rt::ring::{Read, RingReader, sample_ring};

/// Time between two turns: few enough to cost nothing, short enough for a position that moves smoothly.
const TURN: Duration = Duration::from_millis(50);
/// A sleep with nothing to wait for but the writer.
pub(super) const LONG: Duration = Duration::from_secs(3600);

/// Opens the null output with the first track's rate and channels, or the rate asked for.
pub(super) fn open(settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
    let rate = settings.rate.hz().unwrap_or(wanted.format.spec.rate);
    let spec = Spec::new(rate, wanted.format.spec.channels).unwrap_or(wanted.format.spec);
    let format = settings.format.unwrap_or(SampleFormat::F32);
    let period_frames = turn_frames(spec.rate);
    let accepted = Accepted { period_frames: Some(period_frames), ..Accepted::new("null", spec, format) };
    let (writer, mut reader) = sample_ring(spec, ring_frames(spec.rate, period_frames), wanted.first_frame);
    let output = ThreadOutput::spawn("null", accepted, true, move |signals| {
        run(&mut reader, signals, |_, _| true);
    })?;
    Ok(Opened { output: Box::new(output), writer })
}

pub(super) fn turn_frames(rate: u32) -> u32 {
    u32::try_from(duration_to_frames(TURN, rate)).unwrap_or(u32::MAX).max(1)
}

/// Takes samples from the ring in real time until the output is dropped or `take` says `false`. A frame is taken when
/// its time has passed, so the count of frames never runs ahead of the ear.
pub(super) fn run(reader: &mut RingReader, signals: &Signals, mut take: impl FnMut(&[f32], Read) -> bool) {
    let spec = reader.spec();
    let channels = usize::from(spec.channels.max(1));
    let longest = ring_frames(spec.rate, turn_frames(spec.rate));
    let mut buffer = vec![0.0; longest * channels];
    let mut pace = Pace::new(spec.rate);
    while !signals.is_stopped() {
        if rests(reader) {
            reader.wait_while(LONG, |reader| rests(reader) && !signals.is_stopped());
            pace = Pace::new(spec.rate);
            continue;
        }
        std::thread::park_timeout(pace.until_next_turn());
        // What broke meanwhile takes nothing more.
        if signals.fault.get().is_some() {
            return;
        }
        let frames = pace.due(longest);
        let samples = &mut buffer[..frames * channels];
        if frames > 0 {
            let read = reader.read(samples);
            if !take(samples, read) {
                return;
            }
        }
    }
}

/// As a device does, it goes on while the ring is merely empty: that is an underrun, and the heartbeat is looked at.
fn rests(reader: &RingReader) -> bool {
    let paused = reader.shared().is_paused();
    reader.is_idle() && (paused || reader.shared().is_consumed_to_end())
}

/// Frames due by the clock, counted from one beginning so that no rounding adds up.
#[derive(Debug)]
struct Pace {
    rate: u32,
    began: Instant,
    taken: u64,
    turns: u32,
}

impl Pace {
    fn new(rate: u32) -> Self {
        Self { rate, began: Instant::now(), taken: 0, turns: 0 }
    }

    fn until_next_turn(&mut self) -> Duration {
        let passed = self.began.elapsed();
        while self.turns < u32::MAX && TURN * self.turns <= passed {
            self.turns += 1;
        }
        TURN * self.turns - passed
    }

    /// Frames whose time has passed. Where that is more than a ring holds, the program or the machine was asleep: the
    /// time is skipped, not made up for.
    fn due(&mut self, longest: usize) -> usize {
        let due = duration_to_frames(self.began.elapsed(), self.rate).saturating_sub(self.taken);
        let frames = usize::try_from(due).unwrap_or(usize::MAX);
        if frames > longest {
            *self = Self::new(self.rate);
            return 0;
        }
        self.taken += due;
        frames
    }
}
