//! Outputs that take samples as fast as they come and keep every one: the loop that files, pipes and streams share. It runs on
//! the output's own thread (`file`, `pipe`) and may block in a write for as long as the other side likes.

use std::io;
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::null::LONG;
use super::worker::{Signals, ThreadOutput};
use super::{Fault, Opened, OutputError, Wanted, encode, unpaced_ring_frames};
use crate::dsp::dither::Tpdf;
use crate::model::audio::SampleFormat;
use crate::model::snapshot::Accepted;
use crate::rt::ring::{RingReader, sample_ring};

/// Frames of one write.
const CHUNK_FRAMES: usize = 4096;
/// How long nothing may come before what was written is made good.
const SETTLE: Duration = Duration::from_millis(250);

/// Where encoded samples go.
pub(super) trait Sink: Send {
    /// Takes all of it, or fails; where it waits for a reader it may give up once `signals` say stop.
    fn write(&mut self, bytes: &[u8], signals: &Signals) -> io::Result<()>;

    /// What was written so far is good as it stands, should the program be killed now.
    fn settle(&mut self) -> io::Result<()>;

    /// The end was reached: everything is safe. More may come after all.
    fn finish(&mut self) -> io::Result<()>;

    /// What a failure is to the engine.
    fn fault(&self, error: &io::Error) -> Fault {
        if error.kind() == io::ErrorKind::BrokenPipe { Fault::Unread } else { Fault::Final }
    }

    /// For people: what failed, in the words of whoever owns this sink.
    fn describe(&self, error: &io::Error) -> String;
}

/// Starts the thread that empties a new ring into `sink`; once the output is dropped, the sink comes back by `back`.
pub(super) fn open(
    thread: &'static str,
    accepted: Accepted,
    mut sink: Box<dyn Sink>,
    back: Sender<Box<dyn Sink>>,
    wanted: &Wanted,
) -> Result<Opened, OutputError> {
    let spec = accepted.spec;
    let format = accepted.format;
    let (writer, reader) = sample_ring(spec, unpaced_ring_frames(spec.rate), wanted.first_frame);
    // The last frame counts as heard when the end is safe, see `Drain::run`.
    reader.shared().set_latency_frames(1);
    let output = ThreadOutput::spawn(thread, accepted, false, move |signals| {
        let mut drain = Drain::new(reader, format);
        if let Err(error) = drain.run(sink.as_mut(), signals) {
            signals.fault.set_with(sink.fault(&error), sink.describe(&error));
            drain.reader.shared().wake_writer();
        }
        // Nobody waits for it any more where the program ends.
        let _ = back.send(sink);
    })?;
    Ok(Opened { output: Box::new(output), writer })
}

struct Drain {
    reader: RingReader,
    format: SampleFormat,
    channels: usize,
    samples: Vec<f32>,
    bytes: Vec<u8>,
    noise: Tpdf,
    /// Something was written since the last settling or finishing.
    dirty: bool,
    finished: bool,
}

impl Drain {
    fn new(reader: RingReader, format: SampleFormat) -> Self {
        let channels = usize::from(reader.spec().channels.max(1));
        Self {
            reader,
            format,
            channels,
            samples: vec![0.0; CHUNK_FRAMES * channels],
            bytes: Vec::with_capacity(CHUNK_FRAMES * channels * encode::sample_bytes(format)),
            noise: Tpdf::default(),
            dirty: false,
            finished: false,
        }
    }

    /// The latency it tells is one frame until the end is finished: so nobody hears of an end that a full disk could
    /// still take back.
    fn run(&mut self, sink: &mut dyn Sink, signals: &Signals) -> io::Result<()> {
        while !signals.is_stopped() {
            if self.reader.is_idle() {
                self.rest(sink, signals)?;
            } else {
                self.take(sink, signals)?;
            }
        }
        sink.finish()
    }

    fn is_at_end(&self) -> bool {
        self.reader.shared().is_consumed_to_end()
    }

    fn rest(&mut self, sink: &mut dyn Sink, signals: &Signals) -> io::Result<()> {
        if self.is_at_end() && !self.finished {
            sink.finish()?;
            (self.finished, self.dirty) = (true, false);
            self.reader.shared().set_latency_frames(0);
            self.reader.shared().wake_writer();
        }
        let finished = self.finished;
        let still = |reader: &RingReader| {
            let ended = reader.shared().is_consumed_to_end();
            reader.is_idle() && !signals.is_stopped() && (finished || !ended)
        };
        if !self.dirty {
            self.reader.wait_while(LONG, still);
            return Ok(());
        }
        self.reader.wait_while(SETTLE, still);
        if still(&self.reader) {
            sink.settle()?;
            self.dirty = false;
        }
        Ok(())
    }

    fn take(&mut self, sink: &mut dyn Sink, signals: &Signals) -> io::Result<()> {
        let frames = self.reader.available_frames().clamp(1, CHUNK_FRAMES);
        self.reader.shared().set_latency_frames(1);
        let read = self.reader.read_available(&mut self.samples[..frames * self.channels]);
        if self.reader.available_frames() <= unpaced_ring_frames(self.reader.spec().rate) / 2 {
            self.reader.shared().wake_writer();
        }
        if read.frames > 0 {
            self.bytes.clear();
            let samples = &self.samples[..read.frames * self.channels];
            if read.exact {
                encode::encode(self.format, samples, &mut self.bytes);
            } else {
                encode::encode_dithered(self.format, samples, &mut self.noise, &mut self.bytes);
            }
            sink.write(&self.bytes, signals)?;
            (self.finished, self.dirty) = (false, true);
        }
        Ok(())
    }
}
