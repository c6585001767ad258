//! What to ask a device for, out of what it says that it takes and what the music is. Pure; called by `device` while it
//! opens one.

use std::ops::RangeInclusive;

use crate::model::audio::{SampleFormat, Spec};
use crate::model::settings::OutputSettings;

/// One line of a device's capabilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Capability {
    pub channels: u16,
    pub rates: RangeInclusive<u32>,
    pub format: SampleFormat,
    /// `None`: it does not say.
    pub period_frames: Option<RangeInclusive<u32>>,
}

/// What is asked for in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub spec: Spec,
    pub format: SampleFormat,
    pub period_frames: u32,
}

/// What is known of the device beyond its capabilities.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device<'a> {
    /// Channels that are truly there; converters behind it may claim more.
    pub channels: u16,
    /// Its favourite formats, first the best.
    pub formats: &'a [SampleFormat],
}

/// Rate to fall back to: what nearly every device runs at.
const USUAL_RATE: u32 = 48_000;

/// Channels first (a lost channel is worst), then the rate (a device at the music's own rate changes nothing), then the
/// format. `None` where nothing that we can send is taken.
pub(super) fn choose(
    capabilities: &[Capability],
    device: Device<'_>,
    settings: &OutputSettings,
    source: Spec,
) -> Option<Choice> {
    let channels = channels(capabilities, device.channels, source.channels)?;
    let fits: Vec<_> = capabilities.iter().filter(|one| one.channels == channels).collect();
    let rate = rate(&fits, settings.rate.hz().unwrap_or(source.rate))?;
    let fits: Vec<_> = fits.into_iter().filter(|one| one.rates.contains(&rate)).collect();
    let taken = |format: SampleFormat| fits.iter().find(|one| one.format == format);
    let best = settings.format.into_iter().chain(device.formats.iter().copied()).find_map(taken)?;
    let period_frames = period_frames(settings.period_frames, rate, best.period_frames.as_ref());
    Some(Choice { spec: Spec::new(rate, channels)?, format: best.format, period_frames })
}

/// As many as the music has, where the device truly has them; else stereo, which all music is folded to; else the least
/// that holds stereo, else the most there is.
fn channels(capabilities: &[Capability], present: u16, source: u16) -> Option<u16> {
    let usable = |&channels: &u16| (1..=Spec::MAX_CHANNELS).contains(&channels);
    let offered = || capabilities.iter().map(|one| one.channels).filter(usable);
    let all = source > 2 && source <= present && offered().any(|channels| channels == source);
    if all {
        return Some(source);
    }
    offered().filter(|&channels| channels >= 2).min().or(offered().max())
}

/// The wanted rate; else a whole multiple of it; else the usual one; else the next above, else the highest.
fn rate(fits: &[&Capability], wanted: u32) -> Option<u32> {
    let takes = |rate: u32| fits.iter().any(|one| one.rates.contains(&rate));
    let sane = Spec::MIN_RATE..=Spec::MAX_RATE;
    let exact = [wanted, wanted.saturating_mul(2), wanted.saturating_mul(4), USUAL_RATE];
    if let Some(rate) = exact.into_iter().find(|rate| sane.contains(rate) && takes(*rate)) {
        return Some(rate);
    }
    let edges = || fits.iter().flat_map(|one| [*one.rates.start(), *one.rates.end()]);
    let usable = || edges().filter(|rate| sane.contains(rate));
    usable().filter(|&rate| rate >= wanted).min().or(usable().max())
}

/// The period asked for lasts as long at high rates as at 48 kHz, and lies within what the device can do.
fn period_frames(asked: u32, rate: u32, able: Option<&RangeInclusive<u32>>) -> u32 {
    let asked = if asked == 0 { OutputSettings::PERIOD_FRAMES } else { asked };
    let period = asked.saturating_mul(rate.div_ceil(USUAL_RATE).max(1));
    match able {
        Some(able) if able.start() <= able.end() => period.clamp(*able.start(), *able.end()),
        _ => period,
    }
}

#[cfg(test)]
mod tests {
    use super::SampleFormat::{F32, S16, S24, S32};
    use super::*;
    use crate::model::settings::{OutputSpec, RatePolicy};

    const BOTH: [SampleFormat; 4] = [S32, F32, S24, S16];

    fn line(channels: u16, rates: RangeInclusive<u32>, format: SampleFormat) -> Capability {
        Capability { channels, rates, format, period_frames: Some(64..=4096) }
    }

    fn settings(rate: Option<u32>, format: Option<SampleFormat>) -> OutputSettings {
        let rate = rate.map_or(RatePolicy::Auto, RatePolicy::Hz);
        OutputSettings { rate, format, ..OutputSettings::new(OutputSpec::Auto) }
    }

    /// (device's lines, channels present, rate asked, format asked, source) to (rate, channels, format, period).
    #[test]
    fn choices_by_table() {
        let usb = || {
            vec![line(2, 44_100..=44_100, S32), line(2, 48_000..=48_000, S32), line(2, 96_000..=96_000, S24)]
        };
        let hdmi = || {
            vec![line(2, 48_000..=48_000, S16), line(6, 48_000..=48_000, S16), line(8, 48_000..=48_000, S16)]
        };
        let wide =
            || (1..=8).flat_map(|n| BOTH.map(|format| line(n, 1..=384_000, format))).collect::<Vec<_>>();
        let table = [
            (usb(), 2, None, None, (44_100, 2), Some((44_100, 2, S32, 1024))),
            (usb(), 2, None, None, (48_000, 1), Some((48_000, 2, S32, 1024))),
            (usb(), 2, None, None, (96_000, 2), Some((96_000, 2, S24, 2048))),
            // Half of 44.1 is doubled, 88.2 has no relative here.
            (usb(), 2, None, None, (22_050, 2), Some((44_100, 2, S32, 1024))),
            (usb(), 2, None, None, (88_200, 2), Some((48_000, 2, S32, 1024))),
            (usb(), 2, Some(48_000), None, (44_100, 2), Some((48_000, 2, S32, 1024))),
            // A format that it does not take gives way to one that it takes.
            (usb(), 2, None, Some(F32), (44_100, 2), Some((44_100, 2, S32, 1024))),
            (hdmi(), 8, None, None, (48_000, 6), Some((48_000, 6, S16, 1024))),
            (hdmi(), 8, None, None, (48_000, 5), Some((48_000, 2, S16, 1024))),
            (hdmi(), 2, None, None, (48_000, 6), Some((48_000, 2, S16, 1024))),
            (wide(), 2, None, None, (44_100, 2), Some((44_100, 2, S32, 1024))),
            (wide(), 2, None, Some(F32), (44_100, 6), Some((44_100, 2, F32, 1024))),
            (wide(), 2, None, None, (192_000, 2), Some((192_000, 2, S32, 4096))),
            (vec![line(1, 8_000..=16_000, S16)], 1, None, None, (44_100, 2), Some((16_000, 1, S16, 1024))),
            (vec![line(4, 48_000..=48_000, S16)], 4, None, None, (48_000, 2), Some((48_000, 4, S16, 1024))),
            (vec![], 2, None, None, (44_100, 2), None),
            (vec![line(2, 1..=2, S16)], 2, None, None, (44_100, 2), None),
            (vec![line(64, 48_000..=48_000, S16)], 64, None, None, (48_000, 2), None),
        ];
        for (at, (lines, channels, rate, format, source, expected)) in table.into_iter().enumerate() {
            let device = Device { channels, formats: &BOTH };
            let source = Spec { rate: source.0, channels: source.1 };
            let choice = choose(&lines, device, &settings(rate, format), source);
            let found = choice.map(|one| (one.spec.rate, one.spec.channels, one.format, one.period_frames));
            assert_eq!(found, expected, "row {at}");
        }
    }

    #[test]
    fn a_period_stays_within_what_the_device_can_do() {
        assert_eq!(period_frames(1024, 48_000, Some(&(2048..=8192))), 2048);
        assert_eq!(period_frames(100_000, 48_000, Some(&(64..=8192))), 8192);
        assert_eq!(period_frames(0, 44_100, None), 1024);
    }
}
