//! The device's callback allocates nothing, whatever happens in the ring meanwhile. A binary of its own: it replaces the
//! global allocator.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use assert_no_alloc::{AllocDisabler, assert_no_alloc, violation_count};
use auralis::engine::output::feed::Feed;
use auralis::model::audio::Spec;
use auralis::rt::ring::sample_ring;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

#[test]
fn a_planted_allocation_is_caught() {
    let before = violation_count();
    let planted = assert_no_alloc(|| vec![0_u8; 100]);
    assert!(violation_count() > before, "{planted:?}");
}

#[test]
fn the_callback_allocates_nothing() {
    let spec = Spec { rate: 48_000, channels: 2 };
    let (mut writer, reader) = sample_ring(spec, 16_384, 0);
    let mut feed = Feed::new(reader, 64);
    let mut out = vec![0_i16; 2 * 3_001];
    let mut wide = vec![0_f32; 2 * 1_033];
    let delay = Duration::from_millis(20);
    feed.fill(&mut out, delay);
    std::thread::sleep(Duration::from_millis(10));
    let sound = vec![0.1; 2 * 5_000];
    let steps: [&dyn Fn(&mut auralis::rt::ring::RingWriter); 10] = [
        &|writer| writer.set_exact(true),
        &|writer| assert_eq!(writer.write(&sound[..2 * 300]), 300),
        &|writer| assert_eq!(writer.write(&sound), 5_000),
        &|writer| writer.set_exact(false),
        &|writer| writer.set_paused(true),
        &|writer| writer.set_paused(false),
        &|writer| writer.discard(true),
        // Nothing in the ring: an underrun.
        &|_| {},
        &|writer| assert_eq!(writer.write(&sound), 5_000),
        &|writer| writer.set_ended(true),
    ];
    let before = violation_count();
    for step in steps {
        step(&mut writer);
        assert_no_alloc(|| {
            feed.fill(&mut out, delay);
            feed.fill(&mut wide, delay);
            feed.health().tell(cpal::ErrorKind::Xrun);
        });
    }
    assert_eq!(violation_count(), before);
    assert!(writer.shared().consumed() >= 10_000, "sound went through it");
    assert!(writer.shared().underruns() > 7, "and it ran empty once");
}
