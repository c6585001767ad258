//! The room's door: a path or an address becomes a source of frames. Called by the decode thread of `engine`, by
//! analysis and by the scanner for what it cannot read otherwise.

use std::path::Path;
use std::sync::Arc;

use symphonia::core::meta::MetadataRevision;

use super::container::Container;
use super::error::DecodeError;
use super::file::{Far, FileSpan};
use super::guard::contain;
use super::http;
use super::interrupt::Interrupt;
use super::part::{self, Resolved, Span};
use super::sound::Stream;
use super::{mpeg, ogg, server};
use crate::model::address::is_address;
use crate::model::audio::{duration_to_frames, frames_to_duration};
use crate::model::loudness::LoudnessTags;
use crate::model::server::is_served;
use crate::model::settings::NetworkSettings;
use crate::model::snapshot::StreamView;
use crate::model::track::AudioFormat;

/// Links of a chained Ogg file that are played.
const MAX_LINKS: usize = 1_000;
/// Streams of a station in a row that do not play: it sends no sound any more.
const MAX_BARREN: usize = 16;

/// What an open source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceInfo {
    /// Its frames are exactly what reading to the end of a healthy file gives.
    pub format: AudioFormat,
    /// A guess at the frames where the container does not tell them.
    pub estimated_frames: Option<u64>,
    /// Frames of encoder delay that are taken off the start.
    pub trim_start: u64,
    /// Frames of encoder padding that are taken off the end, where the container tells.
    pub trim_end: Option<u64>,
    pub container: Container,
    /// What of the coded sound is not decoded, in words for people.
    pub lost: Option<&'static str>,
}

/// What a file says of itself, for the scanner.
#[derive(Debug, Clone)]
pub struct About {
    pub format: AudioFormat,
    /// Its tags, the least trusted first, where the format is one that is read by this room alone.
    pub tags: Vec<MetadataRevision>,
}

/// Looks at a file as [`Source::open`] does. Of Matroska up to 64 MB all packets are counted.
///
/// # Errors
/// As for [`Source::open`].
pub fn about(path: &Path) -> Result<About, DecodeError> {
    let file = FileSpan::open(path)?;
    contain(|| {
        let chain = Chain::open(&file)?;
        Ok(About { format: chain.describe().format, tags: chain.stream.tags().to_vec() })
    })
}

/// An open file. See the room card.
pub struct Source {
    /// `None` after a panic in a decoder, whose state is not to be touched again.
    chain: Option<Chain>,
    info: SourceInfo,
    /// Where it comes from a server.
    remote: Option<Arc<dyn Far>>,
    goes_on: bool,
    loudness: LoudnessTags,
    /// What is played of the file.
    span: Span,
}

impl Source {
    /// Opens by content; the name is not asked. Only regular files are touched, and servers where it is an address. The
    /// path of a track of a CUE sheet ([`crate::model::part`]) opens that track: its frames count from its own start.
    pub fn open(path: &Path) -> Result<Self, DecodeError> {
        Self::open_with(path, NetworkSettings::default(), &Interrupt::default())
    }

    /// As [`Self::open`]. The interrupt ends every wait for a server, here and later; the source is of no use then.
    pub fn open_with(
        path: &Path,
        network: NetworkSettings,
        interrupt: &Interrupt,
    ) -> Result<Self, DecodeError> {
        if is_served(path) {
            let (file, far) = server::open(path, network, interrupt)?;
            return Self::over(&file, far);
        }
        if is_address(path) {
            let (file, remote) = http::open(path, network, interrupt)?;
            return Self::over(&file, Some(remote));
        }
        match contain(|| part::resolve(path))? {
            Some(resolved) => Self::open_part(&resolved),
            None => Self::open_file(path),
        }
    }

    fn open_part(resolved: &Resolved) -> Result<Self, DecodeError> {
        let mut source = Self::open_file(&resolved.file)?;
        let info = &mut source.info;
        let (start, end) = resolved.part.span(info.format.spec.rate, info.format.frames)?;
        if end != info.format.frames {
            info.trim_end = Some(0);
        }
        info.format.frames = end.map(|end| end - start);
        info.estimated_frames =
            info.estimated_frames.filter(|_| end.is_none()).map(|all| all.saturating_sub(start));
        if start > 0 {
            info.trim_start = 0;
        }
        source.loudness = resolved.loudness(source.loudness);
        source.span = Span { start, end };
        source.seek(0)?;
        Ok(source)
    }

    fn open_file(path: &Path) -> Result<Self, DecodeError> {
        Self::over(&FileSpan::open(path)?, None)
    }

    fn over(file: &FileSpan, remote: Option<Arc<dyn Far>>) -> Result<Self, DecodeError> {
        let opened = contain(|| {
            let chain = Chain::open(file)?;
            let info = chain.describe();
            Ok((chain, info))
        });
        let (chain, info) = opened.map_err(|error| blame(remote.as_deref(), error))?;
        let loudness = chain.stream.loudness();
        Ok(Self { chain: Some(chain), info, remote, goes_on: false, loudness, span: Span::default() })
    }

    pub fn info(&self) -> &SourceInfo {
        &self.info
    }

    /// What the file's tags say of its gain and peaks, ReplayGain's reference for all; of a chain, what its first link
    /// says; of a track of a sheet, what the sheet says. The output gain of an Opus header is not in it: it is a part of
    /// the decoded samples.
    pub fn loudness(&self) -> LoudnessTags {
        self.loudness
    }

    /// The frame that the next [`Self::read`] begins with. A damaged stretch that gives no frames is jumped.
    pub fn position(&self) -> u64 {
        self.span.inside(self.file_position())
    }

    fn file_position(&self) -> u64 {
        self.chain.as_ref().map_or(0, Chain::position)
    }

    /// Appends interleaved frames to `out`: at least one, at most 8192. Returns how many; 0 is the end, also where a
    /// file is cut or where its rate or channels change (see [`Self::goes_on`]). Damaged packets are skipped and
    /// counted.
    ///
    /// # Errors
    /// When the disk or the server fails, when hundreds of packets in a row are damaged, or when a decoder fails for
    /// good.
    pub fn read(&mut self, out: &mut Vec<f32>) -> Result<usize, DecodeError> {
        let left = self.span.left(self.file_position());
        if left == 0 {
            return Ok(0);
        }
        let frames = self.read_on(out)?;
        if frames as u64 <= left && self.span.end.is_none_or(|end| self.file_position() <= end) {
            return Ok(frames);
        }
        // Frames behind a damaged stretch may lie behind the span as a whole.
        let first = self.file_position().saturating_sub(frames as u64);
        let kept = usize::try_from(self.span.left(first)).map_or(frames, |left| left.min(frames));
        let channels = usize::from(self.info.format.spec.channels);
        out.truncate(out.len() - (frames - kept) * channels);
        Ok(kept)
    }

    /// As [`Self::read`], to the end of the file.
    fn read_on(&mut self, out: &mut Vec<f32>) -> Result<usize, DecodeError> {
        let read = self.guarded(|chain| chain.read(out))?;
        let spec = self.chain.as_ref().map(Chain::format).filter(|_| read == Read::AnotherFormat);
        self.goes_on = spec.is_some();
        match (read, spec) {
            (_, Some(format)) => {
                self.info.format = format;
                Ok(0)
            }
            (Read::Frames(0), None) => match self.failure() {
                Some(failure) => Err(failure),
                None => Ok(0),
            },
            (Read::Frames(frames), None) => Ok(frames),
            (Read::AnotherFormat, None) => Ok(0),
        }
    }

    /// Whether the end that the last read met is only that of a format: a station goes on with another one, that
    /// [`Self::info`] has by now.
    pub fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Of what comes as a stream, and cannot be sought: what it says of itself as far as it was read.
    pub fn stream(&self) -> Option<StreamView> {
        let mut stream = self.remote.as_ref()?.stream()?;
        // Where a station has no other way to tell, each song brings its own tags.
        let tagged = || self.chain.as_ref().filter(|_| stream.live).and_then(Chain::title);
        stream.title = stream.title.take().or_else(tagged);
        Some(stream)
    }

    /// Whether a wait for a server was ended by the interrupt, so that nothing more is to be had here.
    pub fn was_interrupted(&self) -> bool {
        self.remote.as_ref().is_some_and(|remote| remote.was_interrupted())
    }

    fn failure(&self) -> Option<DecodeError> {
        self.remote.as_ref()?.failure().map(DecodeError::Network)
    }

    /// The next read begins exactly at `frame`, or at the end where there are not as many.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        let frame = self.span.of_file(frame);
        self.guarded(|chain| chain.seek(frame))
    }

    /// Damaged packets met so far.
    pub fn corrupt_packets(&self) -> u64 {
        self.chain.as_ref().map_or(0, Chain::corrupt_packets)
    }

    fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut Chain) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let Some(chain) = &mut self.chain else {
            return Err(DecodeError::Panicked("it failed before".into()));
        };
        let result = contain(|| work(chain));
        if matches!(result, Err(DecodeError::Panicked(_))) {
            self.chain = None;
        }
        result.map_err(|error| blame(self.remote.as_deref(), error))
    }
}

/// Where a server failed, that is the cause of whatever else went wrong.
fn blame(remote: Option<&dyn Far>, error: DecodeError) -> DecodeError {
    remote.and_then(Far::failure).map_or(error, DecodeError::Network)
}

/// What a read of the chain gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    /// 0 is the end.
    Frames(usize),
    /// None: the next ones have another rate or other channels.
    AnotherFormat,
}

/// The streams of a file, one after another: one, but for chained Ogg.
struct Chain {
    links: Vec<Link>,
    /// The open one.
    current: usize,
    stream: Stream,
    /// Damaged packets in links that are closed.
    corrupt_packets: u64,
}

struct Link {
    file: FileSpan,
    /// Frames of all links before.
    start: u64,
}

impl Chain {
    fn open(file: &FileSpan) -> Result<Self, DecodeError> {
        if file.is_sequential() {
            return Self::single(&mpeg::align(file));
        }
        let spans = ogg::links(file);
        if spans.len() < 2 {
            return Self::single(file);
        }
        // A link of another rate or channel count ends what one source can carry; so does one of unknown length,
        // after itself.
        let mut links: Vec<Link> = Vec::new();
        let mut first: Option<Stream> = None;
        let mut start = 0;
        for span in spans.into_iter().take(MAX_LINKS) {
            let Ok(stream) = Stream::open(&span) else { continue };
            if first.as_ref().is_some_and(|first| first.spec() != stream.spec()) {
                break;
            }
            links.push(Link { file: span, start });
            let total = stream.window().total;
            first.get_or_insert(stream);
            match total {
                Some(frames) => start += frames,
                None => break,
            }
        }
        match first {
            Some(stream) => Ok(Self { links, current: 0, stream, corrupt_packets: 0 }),
            None => Self::single(file),
        }
    }

    fn single(file: &FileSpan) -> Result<Self, DecodeError> {
        let stream = Stream::open(file)?;
        Ok(Self {
            links: vec![Link { file: file.clone(), start: 0 }],
            current: 0,
            stream,
            corrupt_packets: 0,
        })
    }

    fn describe(&self) -> SourceInfo {
        let stream = &self.stream;
        let window = stream.window();
        let last = self.links.last().filter(|_| self.links.len() > 1);
        let frames = match last {
            None => window.total,
            Some(last) => {
                Stream::open(&last.file).ok().and_then(|stream| stream.window().total).map(|t| t + last.start)
            }
        };
        SourceInfo {
            format: AudioFormat { frames, ..self.format() },
            estimated_frames: if frames.is_none() { window.estimated } else { None },
            trim_start: stream.trim_start(),
            trim_end: window.padding,
            container: stream.container(),
            lost: stream.lost(),
        }
    }

    /// Of the open link, without the frames of all.
    fn format(&self) -> AudioFormat {
        let stream = &self.stream;
        AudioFormat { codec: stream.codec(), spec: stream.spec(), bits: stream.bits(), frames: None }
    }

    fn title(&self) -> Option<Arc<str>> {
        self.stream.title()
    }

    fn start(&self) -> u64 {
        self.links.get(self.current).map_or(0, |link| link.start)
    }

    fn position(&self) -> u64 {
        self.start() + self.stream.position()
    }

    fn corrupt_packets(&self) -> u64 {
        self.corrupt_packets + self.stream.corrupt_packets()
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Result<Read, DecodeError> {
        loop {
            match self.stream.read(out)? {
                0 if self.current + 1 < self.links.len() => self.enter(self.current + 1)?,
                0 => {
                    let before = self.stream.spec();
                    if !self.follow()? {
                        return Ok(Read::Frames(0));
                    }
                    if self.stream.spec() != before {
                        return Ok(Read::AnotherFormat);
                    }
                }
                frames => return Ok(Read::Frames(frames)),
            }
        }
    }

    /// To what a station sends after this stream; `false` where it sends no more.
    fn follow(&mut self) -> Result<bool, DecodeError> {
        let Some(mut file) = self.links.get(self.current).map(|link| link.file.clone()) else {
            return Ok(false);
        };
        for _ in 0..MAX_BARREN {
            let Some(next) = file.following().map_err(DecodeError::Read)? else {
                return Ok(false);
            };
            if let Ok(stream) = Stream::open(&mpeg::align(&next)) {
                let played = frames_to_duration(self.position(), self.stream.spec().rate);
                let start = match stream.spec().rate == self.stream.spec().rate {
                    true => self.position(),
                    false => duration_to_frames(played, stream.spec().rate),
                };
                self.corrupt_packets += self.stream.corrupt_packets();
                self.stream = stream;
                self.links = vec![Link { file: next, start }];
                self.current = 0;
                return Ok(true);
            }
            file = next;
        }
        Err(DecodeError::Damaged("no sound comes any more".into()))
    }

    fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        let link = self.links.partition_point(|link| link.start <= frame).saturating_sub(1);
        if link != self.current {
            self.enter(link)?;
        }
        self.stream.seek(frame - self.start())
    }

    fn enter(&mut self, link: usize) -> Result<(), DecodeError> {
        if let Some(found) = self.links.get(link) {
            let stream = Stream::open(&found.file)?;
            self.corrupt_packets += self.stream.corrupt_packets();
            self.stream = stream;
            self.current = link;
        }
        Ok(())
    }
}
