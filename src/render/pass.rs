//! One pass: tracks of one rate and channel count, one after another, decoded and through one chain into a sink, in blocks.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use super::error::RenderError;
use crate::decode::Source;
use crate::dsp::chain::Chain;
use crate::model::audio::Spec;
use crate::model::chain::ChainSpec;
use crate::model::job::CancelToken;

/// Takes what comes out, track by track.
pub trait Sink {
    /// Interleaved frames of the track of this place.
    fn write(&mut self, track: usize, frames: &[f32]) -> Result<(), RenderError>;

    /// All of the track was written.
    fn end(&mut self, track: usize) -> Result<(), RenderError>;
}

/// Who may stop a pass, and who hears how much sound went in since the last time.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Looked at each block.
    pub cancel: &'a CancelToken,
    pub on_sound: &'a (dyn Fn(Duration) + Sync),
}

/// All of the tracks, which are of this rate and channel count. As many frames come out of each as went in.
///
/// # Errors
/// Where one cannot be decoded or the sink fails, with its place.
pub fn pass(
    tracks: &[&Path],
    spec: Spec,
    numbers: &ChainSpec,
    sink: &mut dyn Sink,
    watch: Watch<'_>,
) -> Result<(), (usize, RenderError)> {
    let channels = usize::from(spec.channels);
    let mut way =
        Way { chain: Chain::new(spec.rate, channels, numbers), channels, cuts: Cuts::default(), sink };
    let mut block = Vec::new();
    for (at, path) in tracks.iter().enumerate() {
        let failed = |error: RenderError| (at, error);
        let mut source = Source::open(path).map_err(|error| failed(error.into()))?;
        if source.info().format.spec != spec {
            return Err(failed(RenderError::Changed));
        }
        loop {
            if watch.cancel.is_cancelled() {
                return Err(failed(RenderError::Cancelled));
            }
            block.clear();
            let frames = source.read(&mut block).map_err(|error| failed(error.into()))?;
            if frames == 0 {
                break;
            }
            way.feed(&block)?;
            (watch.on_sound)(spec.duration(frames as u64));
        }
        way.cuts.end_track();
    }
    way.finish(tracks.len())
}

/// Where tracks end, in frames from the beginning of the first.
#[derive(Debug, Default)]
struct Cuts {
    ends: VecDeque<u64>,
    fed: u64,
    made: u64,
    /// The track whose frames come out.
    track: usize,
}

impl Cuts {
    fn end_track(&mut self) {
        self.ends.push_back(self.fed);
    }

    /// Frames that are still to come out of the track, as far as that is known.
    fn left(&self) -> u64 {
        self.ends.front().map_or(u64::MAX, |end| end - self.made)
    }

    /// Tracks of which all came out.
    fn ended(&mut self) -> Option<usize> {
        self.ends.front().filter(|end| **end == self.made)?;
        self.ends.pop_front();
        self.track += 1;
        Some(self.track - 1)
    }
}

struct Way<'a> {
    chain: Chain,
    channels: usize,
    cuts: Cuts,
    sink: &'a mut dyn Sink,
}

impl Way<'_> {
    fn feed(&mut self, mut frames: &[f32]) -> Result<(), (usize, RenderError)> {
        while !frames.is_empty() {
            let taken = self.chain.feed(frames);
            self.cuts.fed += taken as u64;
            frames = &frames[taken * self.channels..];
            self.deliver()?;
        }
        Ok(())
    }

    fn finish(&mut self, tracks: usize) -> Result<(), (usize, RenderError)> {
        self.chain.finish();
        while self.chain.drain() {
            self.deliver()?;
        }
        if self.chain.has_failed() {
            return Err((self.cuts.track.min(tracks.saturating_sub(1)), RenderError::Chain));
        }
        self.end_tracks()
    }

    fn deliver(&mut self) -> Result<(), (usize, RenderError)> {
        loop {
            self.end_tracks()?;
            let ready = self.chain.ready();
            let count =
                (ready.len() / self.channels).min(usize::try_from(self.cuts.left()).unwrap_or(usize::MAX));
            if count == 0 {
                return Ok(());
            }
            let track = self.cuts.track;
            self.sink.write(track, &ready[..count * self.channels]).map_err(|error| (track, error))?;
            self.chain.consume(count);
            self.cuts.made += count as u64;
        }
    }

    fn end_tracks(&mut self) -> Result<(), (usize, RenderError)> {
        while let Some(track) = self.cuts.ended() {
            self.sink.end(track).map_err(|error| (track, error))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_are_cut_where_they_ended_and_one_without_a_frame_ends_at_once() {
        let mut cuts = Cuts { fed: 5, ..Cuts::default() };
        assert_eq!((cuts.left(), cuts.ended()), (u64::MAX, None));
        cuts.end_track();
        cuts.end_track();
        cuts.made = 3;
        assert_eq!((cuts.left(), cuts.ended()), (2, None));
        cuts.made = 5;
        assert_eq!((cuts.ended(), cuts.ended(), cuts.ended()), (Some(0), Some(1), None));
    }
}
