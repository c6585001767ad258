//! Sound devices as they are listed for people: what there is, what each takes. Made by `engine` on a job, shown by
//! frontends.

use serde::{Deserialize, Serialize};

use super::audio::{SampleFormat, Spec};
use crate::say;

/// One device that can play.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputDevice {
    /// For `device:ID`, for example `alsa:hw:CARD=DAC,DEV=0`. Stays the same as long as the device does.
    pub id: String,
    /// For people, as its system gives it.
    pub name: String,
    /// What `auto` plays on, if it opens.
    pub is_default: bool,
    /// It can be opened for us alone, with nothing between that converts.
    pub exclusive: bool,
    /// What it takes, or why that cannot be told now.
    pub accepts: Result<Accepts, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepts {
    /// Narrowest first. A shared device takes any: what it mixes in is not told.
    pub formats: Vec<SampleFormat>,
    /// Ranges in Hz, ascending, that do not touch.
    pub rates: Vec<(u32, u32)>,
    pub most_channels: u16,
    /// What a shared device runs at now.
    pub runs_at: Option<Spec>,
}

impl OutputDevice {
    /// One line for people.
    pub fn summary(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        if self.is_default {
            words.push(say!("default").into());
        }
        words.push(if self.exclusive { say!("exclusive") } else { say!("shared") }.into());
        match &self.accepts {
            Err(why) => words.push(why.clone()),
            Ok(accepts) => words.extend(accepts.words()),
        }
        words.join(", ")
    }
}

impl Accepts {
    fn words(&self) -> Vec<String> {
        if let Some(Spec { rate, channels }) = self.runs_at {
            return vec![say!("runs at {rate} Hz", rate), say!("{count} channels", count = channels)];
        }
        let formats: Vec<&str> = self.formats.iter().map(|format| format.name()).collect();
        let range = |&(low, high): &(u32, u32)| match low == high {
            true => low.to_string(),
            false => format!("{low}-{high}"),
        };
        let rates: Vec<String> = self.rates.iter().map(range).collect();
        let channels = say!("up to {count} channels", count = self.most_channels);
        vec![formats.join(" "), format!("{} Hz", rates.join(" ")), channels]
    }

    /// Takes in one more line of what a device says. Lines may come in any order.
    pub fn add(&mut self, format: SampleFormat, rates: (u32, u32), channels: u16) {
        const WIDTHS: [SampleFormat; 4] =
            [SampleFormat::S16, SampleFormat::S24, SampleFormat::S32, SampleFormat::F32];
        let has = |one: &SampleFormat| self.formats.contains(one) || *one == format;
        self.formats = WIDTHS.into_iter().filter(has).collect();
        self.most_channels = self.most_channels.max(channels);
        self.rates.push(rates);
        self.rates.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(self.rates.len());
        for &(low, high) in &self.rates {
            match merged.last_mut() {
                Some(last) if low <= last.1 => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        self.rates = merged;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together() {
        let mut accepts = Accepts::default();
        accepts.add(SampleFormat::S32, (44_100, 44_100), 2);
        accepts.add(SampleFormat::S16, (48_000, 96_000), 8);
        accepts.add(SampleFormat::S32, (88_200, 192_000), 2);
        accepts.add(SampleFormat::S32, (44_100, 44_100), 2);
        let mut device = OutputDevice {
            id: "alsa:hw:0".into(),
            name: "DAC".into(),
            is_default: false,
            exclusive: true,
            accepts: Ok(accepts.clone()),
        };
        assert_eq!(device.summary(), "exclusive, s16 s32, 44100 48000-192000 Hz, up to 8 channels");
        accepts.runs_at = Some(Spec { rate: 48_000, channels: 2 });
        device = OutputDevice { is_default: true, exclusive: false, accepts: Ok(accepts), ..device };
        assert_eq!(device.summary(), "default, shared, runs at 48000 Hz, 2 channels");
        device.accepts = Err("busy".into());
        assert_eq!(device.summary(), "default, shared, busy");
    }
}
