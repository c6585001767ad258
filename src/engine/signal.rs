//! The way of what is heard, from what was opened and accepted. Told when it changes; built on the engine thread at rare
//! facts only, never while samples flow.

use super::command::EngineEvent;
use super::level::{self, Level};
use super::render::{About, fits};
use super::run::Core;
use super::tail::CEILING_DBTP;
use crate::model::audio::{SampleFormat, Spec, gain_to_db};
use crate::model::chain::Mastered;
use crate::model::equaliser::EqSettings;
use crate::model::impulse::Impulse;
use crate::model::settings::{PlaySpeed, SoundSettings};
use crate::model::signal::{Effect, SignalPath, SignalStage, StageKind};
use crate::model::snapshot::Accepted;
use crate::model::track::AudioFormat;
use crate::model::words::said;
use crate::{counted, say};

/// All that the way depends on.
struct Way<'a> {
    about: &'a About,
    accepted: &'a Accepted,
    sound: &'a SoundSettings,
    /// Linear.
    volume: f32,
    is_unsettled: bool,
    mastered: Option<Mastered>,
}

impl Core {
    /// Tells the way where it is another than was told last.
    pub(super) fn tell_signal(&mut self) {
        let way = self.outlet.open().zip(self.current.as_ref()).and_then(|(open, current)| {
            let about = current.about.as_ref()?;
            let accepted = open.output.accepted();
            let (sound, volume) = (&self.sound, self.gain);
            let (is_unsettled, mastered) = (current.is_unsettled, self.masters.get(current.item.play));
            Some(Way { about, accepted, sound, volume, is_unsettled, mastered })
        });
        let key = way.as_ref().map(Way::key);
        if key == self.signal {
            return;
        }
        let path = way.map(|way| way.path()).unwrap_or_default();
        self.signal = key;
        self.tell(EngineEvent::Signal(path));
    }
}

/// What tells one way from another without building it: asked at each turn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WayKey {
    about: About,
    output: (Spec, SampleFormat, usize),
    sound: SoundSettings,
    volume: f32,
    is_unsettled: bool,
    mastered: Option<Mastered>,
}

impl Way<'_> {
    fn key(&self) -> WayKey {
        let Accepted { spec, format, .. } = self.accepted;
        WayKey {
            about: *self.about,
            // Another output is another allocation.
            output: (*spec, *format, std::ptr::from_ref(self.accepted).addr()),
            sound: self.sound.clone(),
            volume: self.volume,
            is_unsettled: self.is_unsettled,
            mastered: self.mastered,
        }
    }

    fn path(&self) -> SignalPath {
        let stages = [
            Some(self.source()),
            self.decoder(),
            self.mastering(),
            Some(self.loudness()),
            Some(self.channels()),
            self.speed(),
            Some(self.resampler()),
            self.crossfade(),
            self.equaliser(),
            self.crossfeed(),
            self.impulse(),
            self.night(),
            self.balance(),
            self.limiter(),
            Some(self.volume()),
            self.dither(),
            Some(self.output()),
        ];
        SignalPath { stages: stages.into_iter().flatten().collect() }
    }

    fn format(&self) -> &AudioFormat {
        &self.about.format
    }

    fn source(&self) -> SignalStage {
        let AudioFormat { codec, spec, bits, .. } = self.format();
        let bits = bits.map(|bits| format!(" {bits} bit")).unwrap_or_default();
        let detail = format!("{} {}{bits}, {}", codec.name(), kilohertz(spec.rate), channels(spec.channels));
        let lossy = if codec.is_lossless() { "" } else { say!(" (lossy)") };
        let live = if self.about.is_live { say!(", live stream") } else { "" };
        stage(StageKind::Source, format!("{detail}{lossy}{live}"), !codec.is_lossless())
    }

    fn decoder(&self) -> Option<SignalStage> {
        let (start, end) = (self.about.trim.start, self.about.trim.end);
        let trimmed = (start > 0 || end > 0)
            .then(|| say!("encoder's delay of {start} and padding of {end} frames taken off", start, end));
        let lost = self.about.lost.map(str::to_owned);
        let parts: Vec<String> = trimmed.into_iter().chain(lost).collect();
        let changes = self.about.lost.is_some();
        (!parts.is_empty()).then(|| stage(StageKind::Decoder, parts.join("; "), changes))
    }

    fn mastering(&self) -> Option<SignalStage> {
        let mastered = self.mastered?;
        let detail = match mastered.original_db {
            Some(db) => say!("the original, {db:+.1} dB: as loud as the master", db),
            None => say!("{db:+.1} dB and its plan's tone and peaks", db = mastered.spec.gain_db),
        };
        Some(stage(StageKind::Mastering, detail, mastered.original_db != Some(0.0)))
    }

    fn level(&self) -> Level {
        match self.mastered {
            Some(mastered) => Level::mastered(mastered.trim_db),
            None => level::resolve(&self.sound.level, &self.about.loudness),
        }
    }

    fn loudness(&self) -> SignalStage {
        let level = self.level();
        let mut detail = match level.origin {
            level::Origin::Off => say!("left as it is").to_owned(),
            origin => format!("{:+.1} dB: {}", level.db, said(origin.words())),
        };
        if level.lowered_db > 0.05 {
            detail
                .push_str(&say!(", {db:.1} dB less than wanted because of its peak", db = level.lowered_db));
        }
        stage(StageKind::Loudness, detail, level.gain != 1.0)
    }

    /// One channel copied to both sides is the same samples twice.
    fn channels(&self) -> SignalStage {
        let (from, to) = (self.format().spec.channels, self.accepted.spec.channels);
        let (detail, changes) = match (from, to) {
            (from, to) if from == to => (say!("as they are").to_owned(), false),
            (1, 2) => (say!("one to both sides").to_owned(), false),
            (from, to) => (say!("{from} to {to}", from = channels(from), to = channels(to)), true),
        };
        stage(StageKind::Channels, detail, changes)
    }

    fn speed(&self) -> Option<SignalStage> {
        let speed = self.sound.speed;
        (speed != PlaySpeed::NORMAL)
            .then(|| stage(StageKind::Speed, say!("{speed}, at the same pitch", speed), true))
    }

    fn resampler(&self) -> SignalStage {
        let (from, to) = (self.format().spec.rate, self.accepted.spec.rate);
        match from == to {
            true => stage(StageKind::Resampler, say!("none").to_owned(), false),
            false => stage(
                StageKind::Resampler,
                say!("{from} to {to}", from = kilohertz(from), to = kilohertz(to)),
                true,
            ),
        }
    }

    fn crossfade(&self) -> Option<SignalStage> {
        let seconds = f64::from(self.sound.crossfade_ms) / 1000.0;
        let now =
            if self.is_unsettled { say!("running now") } else { say!("where tracks do not belong together") };
        let detail = format!("{seconds} s, {now}");
        (seconds > 0.0).then(|| stage(StageKind::Crossfade, detail, self.is_unsettled))
    }

    fn equaliser(&self) -> Option<SignalStage> {
        let EqSettings { on, curve } = &self.sound.eq;
        let bands = curve.bands().iter().filter(|band| band.gain_db != 0.0).count();
        let bands = counted!(bands, "band", "bands");
        let own = if curve.own_preamp_db().is_some() {
            say!("as set")
        } else {
            say!("so that nothing gets louder")
        };
        let detail = || {
            say!(
                "{curve}, {bands}, {db:+.1} dB before them {own}",
                curve = curve.name(),
                bands,
                db = curve.preamp_db(),
                own
            )
        };
        (*on && !curve.is_flat()).then(|| stage(StageKind::Equaliser, detail(), true))
    }

    fn crossfeed(&self) -> Option<SignalStage> {
        let crossfeed = self.sound.crossfeed?;
        let ((hz, db), channels) = (crossfeed.numbers(), self.accepted.spec.channels);
        Some(match channels {
            2 => stage(
                StageKind::Crossfeed,
                say!(
                    "{name}, below {hz} Hz, {db} dB less of the other side",
                    name = crossfeed.name(),
                    hz,
                    db
                ),
                true,
            ),
            _ => stage(StageKind::Crossfeed, say!("none: the output has not two channels").to_owned(), false),
        })
    }

    fn impulse(&self) -> Option<SignalStage> {
        let impulse = self.sound.impulse.as_ref()?;
        let Impulse { name, length, gain_db, .. } = &**impulse;
        let (rate, many) = (kilohertz(impulse.rate), channels(impulse.channels));
        let detail = say!(
            "{name}, {seconds:.2} s, {rate} {many}, turned by {gain_db:+.1} dB",
            name,
            seconds = length.as_secs_f64(),
            rate,
            many,
            gain_db
        );
        Some(stage(StageKind::Impulse, detail, true))
    }

    fn night(&self) -> Option<SignalStage> {
        let night = self.sound.night;
        let detail = || say!("{percent} %: what is quiet comes up", percent = night.strength.percent());
        night.on.then(|| stage(StageKind::Night, detail(), true))
    }

    fn balance(&self) -> Option<SignalStage> {
        let (balance, mono) = (self.sound.balance, self.sound.mono);
        let mono = if mono { say!(", mono") } else { "" };
        let changes = balance != 0 || self.sound.mono;
        changes.then(|| stage(StageKind::Balance, format!("{balance:+}{mono}"), true))
    }

    /// It lets pass what lies below, but nobody knows beforehand that all of it does.
    fn limiter(&self) -> Option<SignalStage> {
        let shapes = self.sound.shapes(self.accepted.spec.channels);
        let works = self.level().may_clip || self.is_unsettled || shapes;
        let detail = || say!("holds peaks at {ceiling} dBTP", ceiling = CEILING_DBTP);
        works.then(|| stage(StageKind::Limiter, detail(), true))
    }

    /// Samples that the output's integers stand for need none; those of other widths, or changed ones, do.
    fn dither(&self) -> Option<SignalStage> {
        let narrow = matches!(self.accepted.format, SampleFormat::S16 | SampleFormat::S24);
        let is_exact = fits(self.format(), self.accepted.format) && !self.changes_samples();
        let detail = || say!("triangular, to {bits} bits", bits = bits_of(self.accepted.format));
        (narrow && !is_exact).then(|| stage(StageKind::Dither, detail(), true))
    }

    fn changes_samples(&self) -> bool {
        let stages = [Some(self.loudness()), Some(self.channels()), Some(self.resampler())];
        let more = [
            self.mastering(),
            self.speed(),
            self.crossfade(),
            self.equaliser(),
            self.crossfeed(),
            self.impulse(),
            self.night(),
            self.balance(),
            self.limiter(),
            Some(self.volume()),
        ];
        stages.into_iter().chain(more).flatten().any(|stage| stage.effect == Effect::Changed)
    }

    fn volume(&self) -> SignalStage {
        let detail = match self.volume {
            0.0 => say!("silent").to_owned(),
            volume => format!("{:.1} dB", gain_to_db(volume)),
        };
        stage(StageKind::Volume, detail, self.volume != 1.0)
    }

    /// A lossless file needs its own width; a decoder's or a stage's floats need 24 bits and more.
    fn output(&self) -> SignalStage {
        let Accepted { name, spec, format, .. } = self.accepted;
        let needed = self.format().bits.filter(|_| self.format().codec.is_lossless()).unwrap_or(24);
        let narrow = needed > bits_of(*format);
        let width = if narrow {
            say!(", {bits} of {needed} bits", bits = bits_of(*format), needed)
        } else {
            String::new()
        };
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        let detail =
            format!("{name}: {} {}, {}{width}", format.name(), kilohertz(spec.rate), channels(spec.channels));
        stage(StageKind::Output, detail, narrow)
    }
}

fn stage(kind: StageKind, detail: String, changes: bool) -> SignalStage {
    SignalStage { kind, detail, effect: if changes { Effect::Changed } else { Effect::Exact } }
}

/// Bits of a sample that a format holds exactly.
fn bits_of(format: SampleFormat) -> u8 {
    match format {
        SampleFormat::S16 => 16,
        SampleFormat::S24 => 24,
        // Our floats have 24 bits of mantissa and a sign; 32-bit integers are made of them.
        SampleFormat::S32 | SampleFormat::F32 => 25,
    }
}

fn kilohertz(rate: u32) -> String {
    format!("{} kHz", f64::from(rate) / 1000.0)
}

fn channels(count: u16) -> String {
    match count {
        1 => say!("mono").into(),
        2 => say!("stereo").into(),
        count => say!("{count} channels", count),
    }
}
