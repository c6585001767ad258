//! The hot paths of the outputs: float samples to bytes, a device's callback, a whole session into a file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::hint::black_box;
use std::time::Duration;

use auralis::engine::output::{OpensOutputs, Outputs, Wanted, encode};
use auralis::model::audio::{SampleFormat, Spec};
use auralis::model::settings::{OutputSettings, OutputSpec};
use auralis::model::track::{AudioFormat, Codec};
use divan::Bencher;
use divan::counter::ItemsCount;

const RATE: usize = 44_100;

fn main() {
    divan::main();
}

/// One second of stereo.
fn second() -> Vec<f32> {
    (0..2 * RATE).map(|n| (n as f32 * 0.05).sin() * 0.5).collect()
}

/// Items are frames: divide by 44,100 for seconds of sound.
#[divan::bench(args = [SampleFormat::S16, SampleFormat::S24, SampleFormat::S32, SampleFormat::F32])]
fn encode_a_second(bencher: Bencher, format: SampleFormat) {
    let sound = second();
    let mut out = Vec::with_capacity(sound.len() * 4);
    bencher.counter(ItemsCount::new(RATE)).bench_local(|| {
        out.clear();
        encode::encode(format, black_box(&sound), &mut out);
        black_box(out.len())
    });
}

/// A period of 1024 frames through the ring into 32-bit integers, as a sound card asks for it.
#[cfg(feature = "device")]
#[divan::bench]
fn device_period(bencher: Bencher) {
    let spec = Spec { rate: RATE as u32, channels: 2 };
    let (mut writer, reader) = auralis::rt::ring::sample_ring(spec, 8_192, 0);
    let mut feed = auralis::engine::output::feed::Feed::new(reader, 1_024);
    let mut out = vec![0_i32; 2 * 1_024];
    feed.fill(&mut out, Duration::ZERO);
    std::thread::sleep(Duration::from_millis(50));
    let sound = second();
    bencher.counter(ItemsCount::new(1_024_usize)).bench_local(|| {
        writer.write(&sound[..2 * 1_024]);
        feed.fill(black_box(&mut out), Duration::from_millis(20));
    });
}

/// A minute into a WAV file and onto the disk, with the engine's side of the ring.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn file_a_minute(bencher: Bencher) {
    let folder = tempfile::tempdir().ok();
    let Some(folder) = folder.as_ref() else { return };
    let settings = OutputSettings::new(OutputSpec::File(folder.path().join("minute.wav")));
    let spec = Spec { rate: RATE as u32, channels: 2 };
    let format = AudioFormat { codec: Codec::Flac, spec, bits: Some(16), frames: None };
    let sound = second();
    bencher.counter(ItemsCount::new(60 * RATE)).bench_local(|| {
        let opened = Outputs::new().open(&settings, &Wanted { format, first_frame: 0 });
        let Ok(mut opened) = opened else { return };
        let pause = || std::thread::sleep(Duration::from_micros(200));
        for _ in 0..60 {
            let mut rest = &sound[..];
            while !rest.is_empty() {
                rest = &rest[2 * opened.writer.write(rest)..];
                if !rest.is_empty() {
                    pause();
                }
            }
        }
        opened.writer.set_ended(true);
        while !opened.writer.shared().is_drained() {
            pause();
        }
    });
}
