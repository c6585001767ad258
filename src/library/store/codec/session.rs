//! The session as bytes, as it is written today and as it was written before.

use super::*;
use crate::model::playback::ShuffleBy;

#[derive(Serialize, Deserialize)]
struct Record {
    items: Vec<(ItemId, Vec<u8>, Option<TrackId>)>,
    position: Option<SessionPosition>,
    volume: Volume,
    muted: bool,
    repeat: Repeat,
    shuffle: Shuffle,
    order: Vec<ItemId>,
    chance: u64,
    consume: bool,
}

/// Version 1.
#[derive(Deserialize)]
struct First {
    items: Vec<(ItemId, Vec<u8>, Option<TrackId>)>,
    position: Option<SessionPosition>,
    volume: Volume,
    muted: bool,
    repeat: Repeat,
    shuffle: FirstShuffle,
}

#[derive(Deserialize)]
enum FirstShuffle {
    Off,
    On { seed: Option<u64> },
}

impl From<First> for Record {
    fn from(first: First) -> Self {
        let shuffle = match first.shuffle {
            FirstShuffle::Off => Shuffle::Off,
            FirstShuffle::On { seed } => Shuffle::On { by: ShuffleBy::Tracks, seed },
        };
        let First { items, position, volume, muted, repeat, .. } = first;
        Self { items, position, volume, muted, repeat, shuffle, order: Vec::new(), chance: 0, consume: false }
    }
}

pub fn encode_session(session: &Session) -> Result<Vec<u8>, CodecError> {
    let item = |item: &SessionItem| (item.id, item.path.as_os_str().as_bytes().to_vec(), item.track);
    let record = Record {
        items: session.items.iter().map(item).collect(),
        position: session.position,
        volume: session.volume,
        muted: session.muted,
        repeat: session.repeat,
        shuffle: session.shuffle,
        order: session.order.clone(),
        chance: session.chance,
        consume: session.consume,
    };
    let mut out = Vec::new();
    encode("the session", SESSION_VERSION, &record, &mut out)?;
    Ok(out)
}

pub fn decode_session(bytes: &[u8]) -> Result<Session, CodecError> {
    let record = match bytes.first() {
        Some(1) => decode::<First>("the session", 1, bytes)?.into(),
        _ => decode::<Record>("the session", SESSION_VERSION, bytes)?,
    };
    let item = |(id, path, track): (ItemId, Vec<u8>, Option<TrackId>)| SessionItem {
        id,
        path: PathBuf::from(OsString::from_vec(path)),
        track,
    };
    Ok(Session {
        items: record.items.into_iter().map(item).collect(),
        position: record.position,
        volume: Volume::new(i64::from(record.volume.percent())),
        muted: record.muted,
        repeat: record.repeat,
        shuffle: record.shuffle,
        order: record.order,
        chance: record.chance,
        consume: record.consume,
    })
}
