//! What goes over the wire between a core and a screen, written with postcard.

use std::path::PathBuf;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::patch::{self, Op};
use super::sound::{FromEars, ToEars};
use crate::model::chain::Reading;
use crate::model::command::Command;
use crate::model::player::{Outcome, Position};
use crate::model::visual::{BANDS, SPECTROGRAM_COLUMNS, Spectrogram, Visual, VisualFrame};

/// Both ends must speak the same one: raised whenever anything here, in a command or in a snapshot changes its shape.
pub const VERSION: u32 = 7;

/// Bytes of one part of a snapshot, written out.
pub const MOST_PART: usize = 512 << 20;
/// Bytes of a message to a screen, and to a core.
pub const MOST_TO_SCREEN: usize = MOST_PART + (1 << 20);
pub const MOST_TO_CORE: usize = 64 << 20;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToCore {
    Do(Command),
    /// With the number that the answer will have.
    Ask(u64, Command),
    /// Ways of looking that are looked in; so many frames a second.
    Watch(Vec<Visual>, u16),
    /// The screen's machine can play sound, by this number.
    Ears(u64),
    Sound(FromEars),
    /// To be sent back at once.
    Ping(u64),
    /// So many bytes have arrived on this wire.
    Arrived(u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToScreen {
    Welcome(Welcome),
    /// Parts that are others now, all at once.
    State(Vec<Change>),
    Gauges(Box<Gauges>),
    Answer(u64, Outcome),
    Sound(ToEars),
    Pong(u64),
    /// The core ends.
    End,
}

/// Where the core is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    pub host: String,
    #[serde(with = "crate::model::path_bytes")]
    pub home: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// See `super::parts::Kind`; unknown ones are passed over.
    pub kind: u8,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Body {
    Whole(Arc<[u8]>),
    /// From the version that was sent before.
    Patch(Vec<Op>),
    /// The first two, deflated (RFC 1951): what it is written as, of that length.
    Packed(u32, Vec<u8>),
}

/// What is polled where the core is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Gauges {
    pub position: Option<Position>,
    /// The position moves by itself.
    pub moves: bool,
    pub reading: Reading,
    pub underruns: Option<u64>,
    pub look: Option<Look>,
}

/// A frame of what is looked at; of the spectrogram only the columns that are new.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Look {
    pub frame: VisualFrame,
    pub columns: Option<Columns>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Columns {
    /// Those before are gone.
    pub anew: bool,
    pub levels: Vec<Vec<u8>>,
}

impl Columns {
    /// From what was told before to `now`.
    pub fn between(before: Option<&Spectrogram>, now: &Spectrogram) -> Self {
        let levels = |from: usize| now.0[from..].iter().map(|column| column.to_vec()).collect();
        let last = before.and_then(|before| before.0.last());
        let known = last.and_then(|last| now.0.iter().rposition(|column| Arc::ptr_eq(column, last)));
        match known {
            Some(at) => Self { anew: false, levels: levels(at + 1) },
            None => Self { anew: true, levels: levels(0) },
        }
    }

    /// The spectrogram with these behind it; columns that are none are passed over.
    pub fn behind(&self, before: Option<&Spectrogram>) -> Spectrogram {
        let kept = before.filter(|_| !self.anew).map_or(&[][..], |before| &before.0);
        let new = self.levels.iter().filter_map(|levels| {
            let column: [u8; BANDS] = levels.as_slice().try_into().ok()?;
            Some(Arc::new(column))
        });
        let mut columns: Vec<_> = kept.iter().cloned().chain(new).collect();
        let over = columns.len().saturating_sub(SPECTROGRAM_COLUMNS);
        columns.drain(..over);
        Spectrogram(columns)
    }
}

/// A message's bytes. What cannot be written is nothing that is sent.
pub fn write(message: &impl Serialize) -> Option<Arc<[u8]>> {
    postcard::to_stdvec(message).map(Arc::from).map_err(|error| tracing::error!(%error, "a message")).ok()
}

pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}

/// Shorter ones are not worth it.
const LEAST_PACKED: usize = 512;

impl Body {
    /// From the version before, if there is one, to this one; `packed`: for a slow link.
    pub fn new(before: Option<&Arc<[u8]>>, now: &Arc<[u8]>, packed: bool) -> Self {
        let patch = before.and_then(|before| patch::difference(before, now));
        let body = patch.map_or_else(|| Self::Whole(Arc::clone(now)), Self::Patch);
        if packed { body.packed() } else { body }
    }

    fn packed(self) -> Self {
        let Some(bytes) = write(&self).filter(|bytes| bytes.len() >= LEAST_PACKED) else { return self };
        let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(4));
        let packed = std::io::Write::write_all(&mut packer, &bytes).and_then(|()| packer.finish());
        match (packed, u32::try_from(bytes.len())) {
            (Ok(packed), Ok(length)) if packed.len() < bytes.len() => Self::Packed(length, packed),
            _ => self,
        }
    }

    /// The part's bytes; `None` where that cannot be.
    pub fn bytes(self, before: Option<&Arc<[u8]>>) -> Option<Arc<[u8]>> {
        match self {
            Self::Whole(bytes) => Some(bytes),
            Self::Patch(ops) => patch::apply(before?, &ops, MOST_PART).map(Arc::from),
            Self::Packed(length, packed) => match unpacked(length, &packed)? {
                // Once is enough.
                Self::Packed(..) => None,
                body => body.bytes(before),
            },
        }
    }
}

fn unpacked(length: u32, packed: &[u8]) -> Option<Body> {
    use std::io::Read;
    let length = usize::try_from(length).ok().filter(|&length| length <= MOST_TO_SCREEN)?;
    let mut bytes = Vec::new();
    flate2::read::DeflateDecoder::new(packed).take(length as u64).read_to_end(&mut bytes).ok()?;
    (bytes.len() == length).then(|| read(&bytes)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_arrives_as_it_was_whole_patched_and_packed() {
        let old: Arc<[u8]> = (0..20_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut changed = old.to_vec();
        changed.splice(40_000..40_000, *b"more");
        let new: Arc<[u8]> = changed.into();
        for (before, packed) in [(None, false), (None, true), (Some(&old), false), (Some(&old), true)] {
            let body = Body::new(before, &new, packed);
            let size = write(&body).unwrap().len();
            assert!(before.is_none() || size < 5_000, "{size}");
            assert!(!packed || size < new.len() / 2, "{size}");
            assert_eq!(body.bytes(before), Some(Arc::clone(&new)));
        }
    }

    #[test]
    fn a_packed_part_that_is_longer_than_it_says_is_refused() {
        let long: Arc<[u8]> = vec![0; 1 << 20].into();
        let Body::Packed(length, packed) = Body::new(None, &long, true) else { panic!() };
        assert_eq!(Body::Packed(length - 1, packed.clone()).bytes(None), None);
        assert_eq!(Body::Packed(u32::MAX, packed.clone()).bytes(None), None);
        assert_eq!(Body::Patch(vec![Op::Copy(0, 1)]).bytes(None), None);
    }

    #[test]
    fn of_a_spectrogram_only_new_columns_are_told() {
        let column = |level| Arc::new([level; BANDS]);
        let first = Spectrogram(vec![column(1), column(2)]);
        let second = Spectrogram(vec![first.0[1].clone(), column(3)]);
        let whole = Columns::between(None, &first);
        assert_eq!((whole.anew, whole.levels.len()), (true, 2));
        let step = Columns::between(Some(&first), &second);
        assert_eq!((step.anew, step.levels.len()), (false, 1));
        let levels = |of: &Spectrogram| of.0.iter().map(|column| column[0]).collect::<Vec<_>>();
        let here = whole.behind(None);
        assert_eq!(levels(&step.behind(Some(&here))), [1, 2, 3]);
        assert_eq!(levels(&Columns::between(Some(&second), &first).behind(Some(&here))), [1, 2]);
        assert!(Columns { anew: false, levels: vec![vec![0; 3]] }.behind(None).0.is_empty());
    }

    /// Commands and parts as they are written: where these bytes are others, what is at the other end does not
    /// understand them, and [`VERSION`] is to be raised together with the sum here.
    #[test]
    fn what_changes_its_shape_raises_the_version() {
        use super::super::parts::Kind;
        use crate::model::command::{Request, parse::parse};
        use crate::model::snapshot::Snapshot;
        let mut sum = flate2::Crc::new();
        let words = [
            "play",
            "pause",
            "next 3",
            "seek 1:23",
            "seek +5",
            "volume 40",
            "volume -3dB",
            "mute",
            "stop-after album",
            "sleep 30m",
            "repeat all",
            "shuffle album 7",
            "output null",
            "audio both",
            "replaygain album",
            "speed 1.25",
            "crossfade 3",
            "balance -20",
            "mono on",
            "undo",
            "redo",
            "scan",
            "server-keep",
            "quit",
            "shutdown",
            "dismiss",
        ];
        for words in words {
            let Ok(Request::Core(command)) = parse(words) else { panic!("{words}") };
            sum.update(&write(&ToCore::Ask(1, command)).unwrap());
        }
        for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Sleep) {
            sum.update(&kind.write(&Snapshot::default(), std::time::Instant::now()).unwrap());
        }
        sum.update(&write(&ToScreen::Gauges(Box::default())).unwrap());
        assert_eq!((VERSION, format!("{:08x}", sum.sum())), (7, "b89abf3b".to_owned()));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _ = read::<ToCore>(&bytes);
            if let Some(ToScreen::State(changes)) = read::<ToScreen>(&bytes) {
                changes.into_iter().for_each(|change| drop(change.body.bytes(None)));
            }
        }
    }
}
