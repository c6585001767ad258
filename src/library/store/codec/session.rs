//! The session as bytes.

use super::*;

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
    let record: Record = decode("the session", SESSION_VERSION, bytes)?;
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
