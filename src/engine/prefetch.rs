//! The thread `decode`: opens the current item and the next, and keeps some seconds of blocks ahead of the engine. Fed by
//! files and servers, asked by the engine thread, answers by the block pipe and by notes. It may wait for a disk as long
//! as that takes, and for a server until something else is asked; it must not know of outputs.

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

use super::command::{Item, Place};
use super::error::EngineError;
use super::priority;
use super::source::{Opens, Reads, SourceError};
use crate::decode::Interrupt;
use crate::model;
use crate::model::audio::{Spec, duration_to_frames};
use crate::model::id::{Generation, PlayId};
use crate::model::loudness::ItemLoudness;
use crate::model::snapshot::StreamView;
use crate::model::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::model::sync::{Builder, Receiver, Sender, Thread, TryRecvError, channel, fence, park, yield_now};
use crate::model::track::AudioFormat;
use crate::rt::pipe::{BLOCK_FRAMES, BlockReceiver, BlockSender, PcmBlock, block_pipe};
use crate::rt::wake::Wake;

#[cfg(all(test, loom))]
mod models;

/// Blocks in the pipe: 3 s at 44.1 kHz.
const BLOCKS: usize = if cfg!(loom) { 2 } else { 32 };
/// Most samples that a block is filled to: what bounds the memory for high rates and many channels.
const BLOCK_SAMPLES: usize = 1 << 16;

/// Asked by the engine.
#[derive(Debug)]
enum Ask {
    /// In place of everything before.
    Start(Generation, Start),
    /// What follows `after`.
    Next { after: PlayId, next: Option<Item> },
    /// Close everything.
    Idle,
}

/// What was asked, and whether that ends a wait for a server.
type Asked = (Ask, bool);
/// What is to be read.
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub(super) item: Item,
    pub(super) place: Place,
    /// These frames of it over and over.
    pub(super) repeats: Option<Range<u64>>,
    pub(super) next: Option<Item>,
}

/// Told to the engine, beside the blocks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Note {
    Failed {
        generation: Generation,
        play: PlayId,
        error: String,
        /// It gave frames, and a last block of it is on its way: it ends early.
        had_begun: bool,
    },
    Decoded {
        play: PlayId,
        frames: u64,
    },
    Damaged {
        play: PlayId,
        packets: u64,
    },
    /// What a stream says of itself from this frame on.
    Stream {
        play: PlayId,
        frame: u64,
        stream: StreamView,
    },
}

/// The engine's side. When it is dropped the thread ends, as soon as what it waits for lets it.
pub(super) struct Prefetch {
    asks: Sender<Asked>,
    notes: Receiver<Note>,
    thread: Thread,
    shared: Arc<Shared>,
    /// What the thread was told to open next.
    next: Cell<Option<PlayId>>,
}

#[derive(Default)]
struct Shared {
    /// The engine waits for a block.
    hungry: AtomicBool,
    /// The newest generation that was taken up.
    taken_up: AtomicU64,
    /// How often something was asked.
    asked: AtomicU64,
    /// What the thread opens or reads.
    works_on: AtomicU64,
    interrupt: Interrupt,
}

impl Prefetch {
    pub(super) fn spawn(opens: Arc<dyn Opens>, engine: Wake) -> Result<(Self, BlockReceiver), EngineError> {
        let (asks, asked) = channel();
        let (tell, notes) = channel();
        let (sender, blocks) = block_pipe(BLOCKS);
        let shared = Arc::new(Shared::default());
        let worker = Worker {
            opens,
            asked,
            tell,
            engine,
            shared: Arc::clone(&shared),
            taken: 0,
            sender,
            spare: None,
            generation: Generation::default(),
            now: None,
            called_back: None,
            previous: None,
            next: None,
        };
        let started = Builder::new().name("decode".into()).spawn(move || {
            priority::usual();
            worker.run();
        });
        let thread = started.map_err(|cause| EngineError::Thread { name: "decode", cause })?;
        Ok((Self { asks, notes, thread: thread.thread().clone(), shared, next: Cell::new(None) }, blocks))
    }

    pub(super) fn start(&self, generation: Generation, start: Start) {
        self.next.set(start.next.as_ref().map(|item| item.play));
        let play = start.item.play;
        // A station that goes on is not left for it.
        self.ask(Ask::Start(generation, start), |works_on| works_on != play);
    }

    pub(super) fn set_next(&self, after: PlayId, next: Option<Item>) {
        let wanted = [Some(after), next.as_ref().map(|item| item.play)];
        // A server that was to be heard next, and is not any more, is not waited for.
        let unwanted = self.next.replace(wanted[1]).filter(|play| !wanted.contains(&Some(*play)));
        self.ask(Ask::Next { after, next }, |works_on| Some(works_on) == unwanted);
    }

    pub(super) fn idle(&self) {
        self.next.set(None);
        self.ask(Ask::Idle, |_| true);
    }

    /// `ends_wait`: whether a wait for a server over the item that is worked on ends.
    fn ask(&self, ask: Ask, ends_wait: impl Fn(PlayId) -> bool) {
        // Before it is looked at what is worked on: the thread looks the other way round.
        self.shared.asked.fetch_add(1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let interrupts = ends_wait(PlayId(self.shared.works_on.load(Ordering::Relaxed)));
        if interrupts {
            self.shared.interrupt.ask();
        }
        // The thread lives as long as this does.
        let _ = self.asks.send((ask, interrupts));
        self.thread.unpark();
    }

    pub(super) fn note(&self) -> Option<Note> {
        self.notes.try_recv().ok()
    }

    /// To be called after blocks were given back: wakes the thread once half of them are empty, so that it wakes rarely
    /// and then works in one run.
    pub(super) fn refill(&self, blocks: &BlockReceiver) {
        if blocks.waiting() <= BLOCKS / 2 {
            self.thread.unpark();
        }
    }

    /// Asks to be woken with the next block. To be called before it is looked whether there is one: the thread sends it and
    /// then looks whether it was asked.
    pub(super) fn set_hungry(&self) {
        self.shared.hungry.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.thread.unpark();
    }

    /// Whether the thread has turned to this generation: where it has not it is still waiting for an older file.
    pub(super) fn has_taken_up(&self, generation: Generation) -> bool {
        self.shared.taken_up.load(Ordering::Acquire) >= generation.0
    }
}

impl Drop for Prefetch {
    fn drop(&mut self) {
        // The channel closes after this; the thread looks at it when it wakes.
        let (closed, _) = channel();
        self.asks = closed;
        self.shared.interrupt.ask();
        self.thread.unpark();
    }
}

/// An open item.
struct Reading {
    item: Item,
    source: Box<dyn Reads>,
    format: AudioFormat,
    loudness: ItemLoudness,
    /// What it follows in this run of the pipe.
    after: Option<PlayId>,
    /// These frames are read over and over.
    repeats: Option<Range<u64>>,
    /// Frames handed on since it was begun.
    frames: u64,
    /// Nothing more is to be read.
    done: bool,
    /// What it said of itself and was told.
    stream: Option<StreamView>,
}

struct Worker {
    opens: Arc<dyn Opens>,
    asked: Receiver<Asked>,
    /// How much of what was asked was taken up.
    taken: u64,
    tell: Sender<Note>,
    engine: Wake,
    shared: Arc<Shared>,
    sender: BlockSender,
    /// A block that was taken and not sent.
    spare: Option<PcmBlock>,
    generation: Generation,
    now: Option<Reading>,
    /// What was not begun because a wait was called back, perhaps for another reason.
    called_back: Option<Ask>,
    /// The item before, kept open: the ear may still be in it when it has to be played from there again.
    previous: Option<Reading>,
    next: Option<Item>,
}

impl Worker {
    fn run(mut self) {
        loop {
            match self.take_asks() {
                Err(TryRecvError::Disconnected) => return,
                Ok(()) | Err(TryRecvError::Empty) => {}
            }
            if self.work() {
                continue;
            }
            // What is asked is on its way, and the call that was meant for here may be used up: by a wait for a server.
            if self.called_back.is_some() || self.shared.interrupt.is_asked() {
                yield_now();
            } else {
                park();
            }
        }
    }

    /// Takes up all that was asked; of several starts only the last.
    fn take_asks(&mut self) -> Result<(), TryRecvError> {
        let mut start = self.called_back.take();
        let closed = loop {
            match self.next_ask() {
                Ok(Ask::Next { after, next }) if start.is_none() => self.set_next(after, next),
                Ok(Ask::Next { after, next: follower }) => {
                    if let Some(Ask::Start(_, start)) = &mut start
                        && start.item.play == after
                    {
                        start.next = follower;
                    }
                }
                Ok(ask) => start = Some(ask),
                Err(error) => break error,
            }
        };
        if closed == TryRecvError::Disconnected {
            return Err(closed);
        }
        match start {
            Some(Ask::Start(generation, start)) => self.start(generation, start),
            Some(Ask::Idle) => self.close_all(),
            _ => {}
        }
        Err(closed)
    }

    fn next_ask(&mut self) -> Result<Ask, TryRecvError> {
        let (ask, interrupts) = self.asked.try_recv()?;
        self.taken += 1;
        if interrupts {
            self.shared.interrupt.take_up();
        }
        Ok(ask)
    }

    /// `false`: something else was asked for meanwhile, by who may not have seen that this is worked on.
    #[must_use]
    fn work_on(&self, play: PlayId) -> bool {
        self.shared.works_on.store(play.0, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let is_all = self.shared.asked.load(Ordering::Relaxed) == self.taken;
        if !is_all {
            // It is on its way.
            yield_now();
        }
        is_all
    }

    fn close_all(&mut self) {
        for reading in self.now.take().into_iter().chain(self.previous.take()) {
            self.close(&reading);
        }
        self.next = None;
    }

    /// Tells what there is to be told of an item that is left before its end.
    fn close(&self, reading: &Reading) {
        if !reading.done {
            self.tell_damage(reading);
        }
    }

    fn start(&mut self, generation: Generation, start: Start) {
        if !self.work_on(start.item.play) {
            self.called_back = Some(Ask::Start(generation, start));
            return;
        }
        let Start { item, place, repeats, next } = start.clone();
        self.generation = generation;
        self.shared.taken_up.store(generation.0, Ordering::Release);
        let open = self.take_open(item.play);
        self.close_all();
        self.next = next;
        let opened = match open {
            Some(reading) => Ok(reading),
            None => self.open(item.clone(), None),
        };
        match opened.and_then(|reading| go_to(reading, place)) {
            Ok(reading) => self.now = Some(Reading { repeats, ..reading }),
            // Either nobody asks for this any more, or something else was meant and this is still asked for.
            Err(_) if self.shared.interrupt.is_asked() => {
                self.called_back = Some(Ask::Start(generation, start));
            }
            Err(error) => self.fail(item.play, error.to_string(), false),
        }
    }

    /// The item, where it is open already: its file may be gone by now.
    fn take_open(&mut self, play: PlayId) -> Option<Reading> {
        let is_it = |reading: &mut Reading| reading.item.play == play;
        let open = self.now.take_if(is_it).or_else(|| self.previous.take_if(is_it))?;
        Some(Reading { after: None, frames: 0, done: false, stream: None, repeats: None, ..open })
    }

    fn open(&self, item: Item, after: Option<PlayId>) -> Result<Reading, SourceError> {
        let source = contain(|| self.opens.open_or_leave(&item.path, &self.shared.interrupt))?;
        let format = source.format();
        if Spec::new(format.spec.rate, format.spec.channels).is_none() {
            let Spec { rate, channels } = format.spec;
            return Err(format!("{rate} Hz with {channels} channels cannot be played").into());
        }
        let loudness = item.context.loudness(source.loudness());
        Ok(Reading {
            item,
            source,
            format,
            loudness,
            after,
            repeats: None,
            frames: 0,
            done: false,
            stream: None,
        })
    }

    fn set_next(&mut self, after: PlayId, next: Option<Item>) {
        match &self.now {
            Some(now) if now.item.play == after => self.next = next,
            // The one that was to follow is being read already: the engine refuses its blocks from now on.
            Some(now) if now.after == Some(after) => {
                if let Some(same) = next.as_ref().filter(|next| next.play == now.item.play) {
                    let (item, loudness) = (same.clone(), same.context.loudness(now.loudness.tags));
                    self.now.iter_mut().for_each(|now| (now.item, now.loudness) = (item.clone(), loudness));
                    return;
                }
                if let Some(now) = self.now.take() {
                    self.close(&now);
                }
                self.now = self.previous.take_if(|previous| previous.item.play == after);
                self.next = next;
            }
            _ => {}
        }
    }

    /// One block, or the next item; `false`: nothing to do until asked.
    fn work(&mut self) -> bool {
        match &self.now {
            None => false,
            Some(now) if !now.done => self.send_block(),
            Some(_) => self.open_next(),
        }
    }

    fn open_next(&mut self) -> bool {
        let Some(item) = self.next.take() else {
            return false;
        };
        let play = item.play;
        if !self.work_on(play) {
            self.next = Some(item);
            return true;
        }
        match self.open(item, self.now.as_ref().map(|now| now.item.play)) {
            Ok(reading) => self.previous = self.now.replace(reading),
            Err(_) if self.shared.interrupt.is_asked() => {}
            Err(error) => self.fail(play, error.to_string(), false),
        }
        true
    }

    fn send_block(&mut self) -> bool {
        let Some(mut reading) = self.now.take() else {
            return false;
        };
        let Some(mut block) = self.spare.take().or_else(|| self.sender.take()) else {
            self.now = Some(reading);
            return false;
        };
        if !self.work_on(reading.item.play) {
            (self.spare, self.now) = (Some(block), Some(reading));
            return true;
        }
        block.samples.clear();
        block.generation = self.generation;
        block.play = reading.item.play;
        block.format = reading.format;
        block.trim = reading.source.trim();
        block.lost = reading.source.lost();
        block.loudness = reading.loudness;
        let result = contain(|| fill(&mut reading, &mut block));
        if reading.source.was_interrupted() {
            self.spare = Some(block);
            return true;
        }
        self.tell_stream(&mut reading, block.start_frame);
        block.is_live = reading.stream.as_ref().is_some_and(|stream| stream.live);
        block.last = reading.done || result.is_err();
        reading.done = block.last;
        reading.frames += block.frames() as u64;
        let is_barren = result.is_err() && reading.frames == 0;
        // Before the block, so that nobody hears the end of an item of which this is not known.
        if reading.done {
            self.tell_end(&reading, result.err());
        }
        if is_barren {
            self.spare = Some(block);
        } else {
            self.send(block);
        }
        self.now = Some(reading);
        true
    }

    fn send(&mut self, block: PcmBlock) {
        self.sender.send(block);
        fence(Ordering::SeqCst);
        if self.shared.hungry.swap(false, Ordering::Relaxed) {
            self.engine.wake();
        }
    }

    /// What a stream says of itself, where that is new.
    fn tell_stream(&self, reading: &mut Reading, frame: u64) {
        let stream = reading.source.stream();
        if stream != reading.stream {
            reading.stream.clone_from(&stream);
            let play = reading.item.play;
            let told = stream.map(|stream| Note::Stream { play, frame, stream });
            told.into_iter().for_each(|note| self.note(note));
        }
    }

    fn tell_end(&self, reading: &Reading, error: Option<SourceError>) {
        let (play, frames) = (reading.item.play, reading.frames);
        let was_read = error.is_none() || frames > 0;
        if let Some(error) = error {
            self.fail(play, error.to_string(), was_read);
        }
        self.tell_damage(reading);
        if was_read {
            self.note(Note::Decoded { play, frames });
        }
    }

    fn tell_damage(&self, reading: &Reading) {
        let packets = reading.source.corrupt_packets();
        if packets > 0 {
            self.note(Note::Damaged { play: reading.item.play, packets });
        }
    }

    fn fail(&self, play: PlayId, error: String, had_begun: bool) {
        self.note(Note::Failed { generation: self.generation, play, error, had_begun });
    }

    fn note(&self, note: Note) {
        let _ = self.tell.send(note);
        self.engine.wake();
    }
}

impl Reading {
    /// Where the range that repeats is read to its end: cuts the block there and goes back; whether it did.
    fn turn_back(&mut self, block: &mut PcmBlock) -> Result<bool, SourceError> {
        let Some(range) = self.repeats.clone().filter(|range| self.source.position() >= range.end) else {
            return Ok(false);
        };
        // Asked for before it was known that a stream comes, which has no places.
        if self.source.stream().is_some() {
            return Ok(false);
        }
        let frames = usize::try_from(range.end.saturating_sub(block.start_frame)).unwrap_or(usize::MAX);
        block.samples.truncate(frames.saturating_mul(usize::from(self.format.spec.channels)));
        self.source.seek(range.start)?;
        if block.samples.is_empty() {
            block.start_frame = self.source.position();
        }
        Ok(!block.samples.is_empty())
    }
}

/// Frames that a block is filled to: about a tenth of a second.
fn block_frames(spec: Spec) -> usize {
    let tenth = usize::try_from(spec.rate / 11).unwrap_or(BLOCK_FRAMES).max(BLOCK_FRAMES);
    tenth.min(BLOCK_SAMPLES / usize::from(spec.channels.max(1))).max(1)
}

fn fill(reading: &mut Reading, block: &mut PcmBlock) -> Result<(), SourceError> {
    reading.format = reading.source.format();
    block.format = reading.format;
    block.start_frame = reading.source.position();
    let wanted = block_frames(reading.format.spec);
    while block.frames() < wanted {
        if reading.turn_back(block)? {
            break;
        }
        if reading.source.read(&mut block.samples)? == 0 {
            reading.done = !reading.source.goes_on();
            break;
        }
        // A damaged stretch was jumped: what follows it is a block of its own.
        if reading.source.position() != block.start_frame + block.frames() as u64 {
            break;
        }
    }
    Ok(())
}

fn go_to(mut reading: Reading, place: Place) -> Result<Reading, SourceError> {
    // A stream has no places: what it sends now is all there is.
    if reading.source.stream().is_some() {
        return Ok(reading);
    }
    let frame = frame_of(place, &reading.format);
    if frame != reading.source.position() {
        contain(|| reading.source.seek(frame))?;
    }
    Ok(reading)
}

/// A place as a frame; beyond the end is the end.
fn frame_of(place: Place, format: &AudioFormat) -> u64 {
    let frame = match place {
        Place::Start => 0,
        Place::Time(time) => duration_to_frames(time, format.spec.rate),
        Place::Frame(frame) => frame,
        // The cast takes what is not a number as zero.
        Place::Fraction(part) => (format.frames.unwrap_or(0) as f64 * part.clamp(0.0, 1.0)) as u64,
    };
    format.frames.map_or(frame, |frames| frame.min(frames))
}

/// A panic of a decoder is an error of its file.
fn contain<T>(work: impl FnOnce() -> Result<T, SourceError>) -> Result<T, SourceError> {
    model::contain::contain(work)
        .unwrap_or_else(|words| Err(format!("the decoder failed on this file: {words}").into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::track::Codec;

    /// The process's hook asks whether a panic is contained: one that is not would take the screen away.
    #[test]
    fn a_decoder_that_panics_fails_its_file_and_is_contained() {
        let failed = contain::<()>(|| {
            assert!(model::contain::is_contained());
            panic!("index out of bounds")
        });
        assert!(failed.unwrap_err().to_string().ends_with(": index out of bounds"));
        assert!(!model::contain::is_contained());
    }

    /// Silence that cannot be had while something is asked.
    struct Far;

    impl Opens for Far {
        fn open(&self, _: &std::path::Path) -> Result<Box<dyn Reads>, SourceError> {
            Ok(Box::new(Self))
        }

        fn open_or_leave(
            &self,
            path: &std::path::Path,
            interrupt: &Interrupt,
        ) -> Result<Box<dyn Reads>, SourceError> {
            if interrupt.is_asked() { Err("called back".into()) } else { self.open(path) }
        }
    }

    impl Reads for Far {
        fn format(&self) -> AudioFormat {
            let spec = Spec { rate: 44_100, channels: 2 };
            AudioFormat { codec: Codec::Flac, spec, bits: None, frames: None }
        }

        fn position(&self) -> u64 {
            0
        }

        fn read(&mut self, _: &mut Vec<f32>) -> Result<usize, SourceError> {
            Ok(0)
        }

        fn seek(&mut self, _: u64) -> Result<(), SourceError> {
            Ok(())
        }

        fn corrupt_packets(&self) -> u64 {
            0
        }
    }

    fn worker() -> (Worker, Sender<Asked>, Receiver<Note>, BlockReceiver) {
        let (ask, asked) = channel();
        let (tell, notes) = channel();
        let (sender, blocks) = block_pipe(2);
        let worker = Worker {
            opens: Arc::new(Far),
            asked,
            tell,
            engine: Wake::new(|| {}),
            shared: Arc::default(),
            taken: 0,
            sender,
            spare: None,
            generation: Generation::default(),
            now: None,
            called_back: None,
            previous: None,
            next: None,
        };
        (worker, ask, notes, blocks)
    }

    fn item(play: u64) -> Item {
        Item::alone(PlayId(play), std::path::Path::new("far").into())
    }

    /// It was counted, and is on its way: who asks for what was worked on before it does not call this one back.
    #[test]
    fn an_item_is_not_begun_once_another_is_asked_for() {
        let (mut worker, ask, _notes, mut blocks) = worker();
        let start = |play| Start { item: item(play), place: Place::Start, repeats: None, next: None };
        worker.shared.asked.store(2, Ordering::SeqCst);
        assert!(ask.send((Ask::Start(Generation(1), start(2)), false)).is_ok());
        assert_eq!(worker.take_asks(), Err(TryRecvError::Empty));
        assert!(worker.now.is_none() && !worker.work(), "a server may have been waited for");
        assert!(ask.send((Ask::Start(Generation(2), start(1)), false)).is_ok());
        assert_eq!(worker.take_asks(), Err(TryRecvError::Empty));
        assert!(worker.work());
        let block = blocks.receive().unwrap();
        assert_eq!((block.generation, block.play), (Generation(2), PlayId(1)));
    }

    /// The call that is meant for the item read ahead comes while the current one is being opened, and before what it
    /// calls for.
    #[test]
    fn an_item_that_is_called_back_for_the_sake_of_another_is_begun_after_all() {
        let (mut worker, ask, notes, mut blocks) = worker();
        let start = Start { item: item(1), place: Place::Start, repeats: None, next: Some(item(2)) };
        worker.shared.asked.store(1, Ordering::SeqCst);
        assert!(ask.send((Ask::Start(Generation(1), start), false)).is_ok());
        worker.shared.interrupt.ask();
        assert_eq!(worker.take_asks(), Err(TryRecvError::Empty));
        assert!(worker.now.is_none() && notes.try_recv().is_err());
        worker.shared.asked.store(2, Ordering::SeqCst);
        assert!(ask.send((Ask::Next { after: PlayId(1), next: Some(item(3)) }, true)).is_ok());
        assert_eq!(worker.take_asks(), Err(TryRecvError::Empty));
        assert!(worker.work());
        let block = blocks.receive().unwrap();
        assert_eq!((block.generation, block.play), (Generation(1), PlayId(1)));
        assert_eq!(worker.next.map(|next| next.play), Some(PlayId(3)));
    }

    /// Whatever number is asked for, also one that is none.
    #[test]
    fn any_place_is_inside_the_item() {
        let spec = Spec { rate: 44_100, channels: 2 };
        let of = |frames| AudioFormat { codec: Codec::Flac, spec, bits: None, frames };
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        let mut parts =
            vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, -0.0, -1e-300, 1.5];
        for _ in 0..100_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            parts.push(f64::from_bits(bits));
        }
        for frames in [0, 1, 1_000_003, u64::MAX] {
            for &part in &parts {
                assert!(frame_of(Place::Fraction(part), &of(Some(frames))) <= frames, "{part} of {frames}");
            }
            for place in [Place::Time(std::time::Duration::MAX), Place::Frame(u64::MAX)] {
                assert_eq!(frame_of(place, &of(Some(frames))), frames);
            }
        }
        assert_eq!(frame_of(Place::Fraction(f64::NAN), &of(Some(9))), 0);
        assert_eq!(frame_of(Place::Fraction(0.5), &of(Some(9))), 4);
        assert_eq!(frame_of(Place::Fraction(0.5), &of(None)), 0, "a length that is not known has no middle");
    }
}
