//! Whether the bytes of a row are what its table holds.

use redb::TableHandle;

use crate::library::store::codec::{self, CodecError};
use crate::library::store::schema::*;
use crate::library::store::{measured, playlist, template};

/// Whether a wrong value would show: most tables have a version and a form in each of theirs, some just a number.
pub fn says_what_it_is(table: &str) -> bool {
    let plain = [META.name(), MISSING.name(), PLACES.name(), FAILURES.name()];
    !plain.contains(&table)
}

/// A value of today's schema, by the bytes of its row.
pub fn judge(table: &str, key: &[u8], value: &[u8]) -> Result<(), CodecError> {
    let damaged = CodecError::Damaged { what: "a row" };
    let number = || -> Result<u32, CodecError> {
        key.try_into().map(u32::from_le_bytes).map_err(|_| CodecError::Damaged { what: "a number" })
    };
    let path = |path: &[u8]| if path.starts_with(b"/") { Ok(()) } else { Err(damaged.clone()) };
    if table == TRACKS.name() {
        let track = codec::decode_track(number()?, value)?;
        if track.path.is_absolute() { Ok(()) } else { Err(CodecError::Damaged { what: "a track" }) }
    } else if table == FILES.name() {
        path(key).and_then(|()| codec::decode_file(value).map(drop))
    } else if table == SHEETS.name() {
        path(key).and_then(|()| codec::decode_sheet(value).map(drop))
    } else if table == FACTS.name() {
        codec::decode_facts(value).map(drop)
    } else if table == AUDIO.name() {
        codec::decode_audio(value).map(drop)
    } else if table == LISTENS.name() {
        codec::decode_listen((0, 0), value).map(drop)
    } else if table == PLAYLISTS.name() {
        let id = key.try_into().map(u64::from_le_bytes).map_err(|_| damaged)?;
        playlist::decode(id, value).map(drop)
    } else if table == TEMPLATES.name() {
        let id = key.try_into().map(u64::from_le_bytes).map_err(|_| damaged)?;
        template::decode(id, value).map(drop)
    } else if table == RESUME.name() {
        codec::decode_place(value).map(drop)
    } else if table == MEASURED.name() {
        measured::decode(value).map(drop)
    } else if table == WAVEFORMS.name() {
        measured::decode_waveform(value).map(drop)
    } else if table == HISTORY.name() {
        codec::decode_entry(value).map(drop)
    } else if table == ROOTS.name() {
        path(key)
    } else if table == SESSION.name() {
        session(key, value)
    } else {
        Ok(())
    }
}

fn session(key: &[u8], value: &[u8]) -> Result<(), CodecError> {
    let is = |known: &str| key == known.as_bytes();
    if is(SESSION_KEY) {
        codec::decode_session(value).map(drop)
    } else if is(POSITION_KEY) {
        codec::decode_position(value).map(drop)
    } else if is(OUTPUTS_KEY) {
        codec::decode_outputs(value).map(drop)
    } else if is(BOOKMARKS_KEY) {
        codec::decode_bookmarks(value).map(drop)
    } else if is(LYRICS_OFFSETS_KEY) {
        codec::decode_lyrics_offsets(value).map(drop)
    } else if is(SIMILAR_KEY) {
        codec::decode_similar(value).map(drop)
    } else if is(SCAN_KEY) {
        codec::decode_scan(value).map(drop)
    } else if is(HISTORY_KEY) && value.len() == 8 {
        Ok(())
    } else {
        Err(CodecError::Damaged { what: "what there is one of" })
    }
}
