//! The real-time law: nothing on the way from a block to a device's buffer touches the heap. A binary of its own, since
//! the allocator is global. Violations are counted per thread, so each path is called on the test's own thread.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::VecDeque;
use std::sync::Arc;

use assert_no_alloc::{AllocDisabler, assert_no_alloc, violation_count};
use auralis::dsp::balance::Balance;
use auralis::dsp::chain::Chain;
use auralis::dsp::limiter::Limiter;
use auralis::dsp::listener::Listener;
use auralis::dsp::speed::Speed;
use auralis::engine::feed::{Feed, Follower};
use auralis::engine::render::{Cue, Filled, Out, Render};
use auralis::model::audio::{SampleFormat, Spec};
use auralis::model::chain::{
    Band, ChainSpec, Compressor, EQ_BANDS, Exciter, Expander, Matching, THIRDS, Width,
};
use auralis::model::equaliser::{EqSettings, Equaliser};
use auralis::model::id::{Generation, PlayId};
use auralis::model::settings::{
    Crossfeed, LevelMode, LevelSettings, NightMode, ResamplerQuality, SoundSettings,
};
use auralis::model::track::{AudioFormat, Codec};
use auralis::rt::pipe::{BlockSender, block_pipe};
use auralis::rt::ring::{RingReader, RingWriter, sample_ring};
use auralis::rt::tap::Tap;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const GENERATION: Generation = Generation(1);

/// Calls that touched the heap in `work`.
fn violations(work: impl FnOnce()) -> u32 {
    let before = violation_count();
    assert_no_alloc(work);
    violation_count() - before
}

#[test]
fn a_planted_allocation_is_caught() {
    assert!(violations(|| drop(std::hint::black_box(vec![1_u8; 100]))) > 0);
}

struct Rig {
    sender: BlockSender,
    feed: Feed,
    render: Render,
    writer: RingWriter,
    reader: RingReader,
    tap: Tap,
    cues: VecDeque<Cue>,
    out: Vec<f32>,
}

impl Rig {
    fn new(output: Spec, sound: SoundSettings) -> Self {
        let (sender, receiver) = block_pipe(8);
        let (writer, reader) = sample_ring(output, 8192, 0);
        let tap = Tap::default();
        tap.add_watcher();
        let mut feed = Feed::new(receiver);
        feed.restart(GENERATION, PlayId(1), Follower::Item(PlayId(2)), true);
        let out = vec![0.0; 1024 * usize::from(output.channels)];
        let render = Render::new(output, SampleFormat::S16, 1.0, ResamplerQuality::Best, sound);
        Self { sender, feed, render, writer, reader, tap, cues: VecDeque::with_capacity(16), out }
    }

    fn send(&mut self, play: u64, spec: Spec, start_frame: u64, last: bool) {
        let mut block = self.sender.take().unwrap();
        block.generation = GENERATION;
        block.play = PlayId(play);
        block.start_frame = start_frame;
        block.format = AudioFormat { codec: Codec::Flac, spec, bits: Some(16), frames: Some(3 * 4096) };
        block.last = last;
        block.samples.resize(4096 * usize::from(spec.channels), 0.25);
        self.sender.send(block);
    }

    /// Renders and reads until no block is left.
    fn play(&mut self) {
        loop {
            let (ring, tap, cues) = (&mut self.writer, &self.tap, &mut self.cues);
            let filled = self.render.fill(&mut self.feed, &mut Out { ring, tap, cues, paced: true });
            while self.reader.available_frames() > 0 {
                self.reader.read(&mut self.out);
            }
            if filled != Filled::Full {
                return;
            }
        }
    }
}

/// Two items that join, all blocks but the first rendered under watch.
fn join(from: Spec, to: Spec, output: Spec, gain: f32) -> u32 {
    join_with(from, to, output, gain, SoundSettings::default())
}

fn join_with(from: Spec, to: Spec, output: Spec, gain: f32, sound: SoundSettings) -> u32 {
    let mut rig = Rig::new(output, sound);
    rig.send(1, from, 0, false);
    rig.play();
    rig.send(1, from, 4096, false);
    rig.send(1, from, 8192, true);
    rig.send(2, to, 0, false);
    rig.send(2, to, 4096, true);
    rig.render.gain().set(gain);
    let count = violations(|| rig.play());
    assert_eq!(rig.cues.len(), 2, "both beginnings were seen");
    count
}

const CD: Spec = Spec { rate: 44_100, channels: 2 };

#[test]
fn rendering_through_a_join_touches_no_heap() {
    assert_eq!(join(CD, CD, CD, 1.0), 0);
}

#[test]
fn nor_does_a_gain_that_moves() {
    assert_eq!(join(CD, CD, CD, 0.5), 0);
}

#[test]
fn nor_does_resampling_through_a_join() {
    assert_eq!(join(CD, CD, Spec { rate: 48_000, channels: 2 }, 0.5), 0);
}

#[test]
fn nor_does_a_crossfade_with_loudness_on() {
    let level = LevelSettings { mode: LevelMode::Track, preamp_db: 0.0, unknown_db: -3.0 };
    let sound = SoundSettings { level, crossfade_ms: 100, ..SoundSettings::default() };
    let output = Spec { rate: 48_000, channels: 2 };
    assert_eq!(join_with(CD, CD, CD, 1.0, sound.clone()), 0);
    assert_eq!(join_with(output, output, output, 0.5, sound), 0);
}

#[test]
fn nor_does_folding_channels() {
    let six = Spec { rate: 48_000, channels: 6 };
    assert_eq!(join(six, six, Spec { rate: 48_000, channels: 2 }, 1.0), 0);
}

/// The stages that the engine thread runs, from what they are built of to their ends.
#[test]
fn stages_touch_no_heap_once_they_are_made() {
    let loud: Vec<f32> = (0..2 * 30_000).map(|n| (n as f32 * 0.31).sin() * 2.0).collect();
    let mut limiter = Limiter::new(48_000, 2, -1.0);
    let mut speed = Speed::new(48_000, 2, 1.5);
    let mut balance = Balance::new(48_000, 2);
    let mut samples = loud.clone();
    let count = violations(|| {
        for turn in 0..4 {
            let (mut limited, mut stretched) = (0, 0);
            while limited < 30_000 || stretched < 30_000 {
                limited += limiter.feed(&loud[limited * 2..]);
                limiter.consume(limiter.ready().len() / 2);
                stretched += speed.feed(&loud[stretched * 2..]);
                speed.consume(speed.ready().len() / 2);
            }
            speed.set_speed(0.5 + 0.4 * f64::from(turn));
            balance.set_balance(40 - 20 * turn);
            balance.set_mono(turn % 2 == 0);
            balance.process(&mut samples);
        }
        limiter.finish();
        while limiter.drain() {
            limiter.consume(limiter.ready().len() / 2);
        }
        speed.finish();
        while speed.drain() {
            speed.consume(speed.ready().len() / 2);
        }
        limiter.reset();
        speed.reset();
    });
    assert_eq!(count, 0);
}

/// Of the listener's own: from nothing to everything, to other settings, and back.
#[test]
fn the_listeners_stages_touch_no_heap_once_they_are_made() {
    let mut samples: Vec<f32> = (0..2 * 30_000).map(|n| (n as f32 * 0.31).sin() * 2.0).collect();
    let curve = |name| EqSettings { on: true, curve: Arc::new(Equaliser::preset(name).unwrap()) };
    let all = |name, crossfeed| SoundSettings {
        eq: curve(name),
        crossfeed: Some(crossfeed),
        night: NightMode { on: true, ..NightMode::default() },
        ..SoundSettings::default()
    };
    let off = SoundSettings::default();
    let turns = [all("bass", Crossfeed::Cmoy), all("vocal", Crossfeed::Jmeier), off.clone()];
    let mut listener = Listener::new(48_000, 2, &off);
    let count = violations(|| {
        for sound in &turns {
            listener.set(sound);
            samples.chunks_mut(2 * 777).for_each(|block| listener.process(block));
        }
        listener.reset();
    });
    assert_eq!(count, 0);
}

/// Every stage in use.
fn mastered() -> ChainSpec {
    ChainSpec {
        matching: Matching { mid_db: [1.5; THIRDS], side_db: [-1.5; THIRDS] },
        subsonic_hz: 20.0,
        eq: [Band::low_shelf(200.0, 1.0); EQ_BANDS],
        transients_db: 3.0,
        expander: Expander { threshold_db: -20.0, ratio: 1.5, range_db: 3.0, ..Expander::default() },
        compressor: Compressor { threshold_db: -20.0, ratio: 2.0, ..Compressor::default() },
        exciter: Exciter { above_hz: 4_000.0, amount: 0.2 },
        width: Width { side_db: 2.0, mono_below_hz: 100.0 },
        gain_db: 6.0,
        clip_from_db: -3.0,
        ceiling_dbtp: Some(-1.0),
        ..ChainSpec::default()
    }
}

#[test]
fn the_mastering_chain_touches_no_heap_once_it_is_made() {
    let mut loud: Vec<f32> = (0..2 * 30_000).map(|n| (n as f32 * 0.31).sin() * 2.0).collect();
    let mut chain = Chain::new(48_000, 2, &mastered());
    let count = violations(|| {
        for turn in 0..6 {
            match turn {
                0 => chain.set(&ChainSpec::default()),
                1 => chain.set_slowly(&mastered(), 0.4),
                2 => chain.bypass(Some(0.5)),
                3 => chain.bypass(None),
                4 => chain.jump(),
                // Beyond what a sample can be: the chain fails.
                _ => loud[20_000] = f32::MAX,
            }
            let mut fed = 0;
            while fed < 30_000 {
                fed += chain.feed(&loud[fed * 2..]);
                chain.consume(chain.ready().len() / 2);
            }
        }
        chain.finish();
        while chain.drain() {
            chain.consume(usize::MAX);
        }
    });
    assert!(chain.has_failed());
    assert_eq!(violations(|| chain.reset()) + count, 0);
}

/// Pause, resume, discard, end and an empty ring, as a device's callback meets them.
#[test]
fn a_reader_of_the_ring_touches_no_heap() {
    let (mut writer, mut reader) = sample_ring(CD, 4096, 0);
    let mut out = vec![0.0; 2 * 700];
    let samples = vec![0.5; 2 * 2000];
    let count = violations(|| {
        for turn in 0..50 {
            writer.write(&samples);
            writer.set_exact(turn % 3 == 0);
            match turn % 5 {
                0 => writer.set_paused(true),
                1 => writer.discard(true),
                2 => writer.set_paused(false),
                3 => writer.set_ended(true),
                _ => writer.set_ended(false),
            }
            reader.shared().set_latency_frames(turn);
            for _ in 0..4 {
                reader.read(&mut out);
            }
        }
    });
    assert_eq!(count, 0);
}
