//! What only we know: queue, facts, the log, playlists, history, bookmarks, outputs. Runs within the writer's transaction.

use std::sync::Arc;

use redb::WriteTransaction;

use crate::library::store::schema::{
    BOOKMARKS_KEY, FACTS, HISTORY, HISTORY_KEY, LISTENS, LYRICS_OFFSETS_KEY, OUTPUTS_KEY, PLAYLISTS,
    POSITION_KEY, RESUME, SESSION, SESSION_KEY, SIMILAR_KEY, TEMPLATES,
};
use crate::library::store::{codec, playlist, template};
use crate::model::bookmark::Bookmarks;
use crate::model::facts::TrackFacts;
use crate::model::history::HistoryChange;
use crate::model::id::{PlaylistId, TrackId};
use crate::model::listening::{Listen, LogRow};
use crate::model::lyrics::LyricsOffsets;
use crate::model::playlist::Playlist;
use crate::model::resume::Place;
use crate::model::session::{OutputMemory, Session, SessionPosition};
use crate::model::similar::SimilarMemory;
use crate::model::template::{Template, TemplateId};

pub fn put_session(txn: &WriteTransaction, session: &Session) -> Result<(), redb::Error> {
    let bytes = codec::encode_session(session).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    let mut table = txn.open_table(SESSION)?;
    table.insert(SESSION_KEY, bytes.as_slice())?;
    // A session has its own place; an older one must not outlive it.
    table.remove(POSITION_KEY)?;
    Ok(())
}

pub fn put_outputs(txn: &WriteTransaction, memory: &OutputMemory) -> Result<(), redb::Error> {
    let bytes = codec::encode_outputs(memory).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    txn.open_table(SESSION)?.insert(OUTPUTS_KEY, bytes.as_slice())?;
    Ok(())
}

pub fn put_similar(txn: &WriteTransaction, memory: &SimilarMemory) -> Result<(), redb::Error> {
    let bytes = codec::encode_similar(memory).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    txn.open_table(SESSION)?.insert(SIMILAR_KEY, bytes.as_slice())?;
    Ok(())
}

pub fn put_bookmarks(txn: &WriteTransaction, marks: &Bookmarks) -> Result<(), redb::Error> {
    let bytes = codec::encode_bookmarks(marks).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    txn.open_table(SESSION)?.insert(BOOKMARKS_KEY, bytes.as_slice())?;
    Ok(())
}

pub fn put_lyrics_offsets(txn: &WriteTransaction, offsets: &LyricsOffsets) -> Result<(), redb::Error> {
    let bytes =
        codec::encode_lyrics_offsets(offsets).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    txn.open_table(SESSION)?.insert(LYRICS_OFFSETS_KEY, bytes.as_slice())?;
    Ok(())
}

pub fn put_facts(txn: &WriteTransaction, rows: &[(TrackId, TrackFacts)]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(FACTS)?;
    let mut record = Vec::new();
    for (id, facts) in rows {
        if facts.is_nothing() {
            table.remove(id.0)?;
            continue;
        }
        codec::encode_facts(facts, &mut record).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
        table.insert(id.0, record.as_slice())?;
    }
    Ok(())
}

pub fn put_listens(txn: &WriteTransaction, listens: &[Listen]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(LISTENS)?;
    let mut record = Vec::new();
    for listen in listens {
        codec::encode_listen(listen, &mut record)
            .map_err(|error| redb::Error::Corrupted(error.to_string()))?;
        table.insert((listen.began_ms, listen.track.0), record.as_slice())?;
    }
    Ok(())
}

pub fn put_log(txn: &WriteTransaction, rows: &[LogRow]) -> Result<(), redb::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let put: Vec<Listen> = rows.iter().filter_map(|(_, listen)| *listen).collect();
    put_listens(txn, &put)?;
    let mut table = txn.open_table(LISTENS)?;
    for ((began_ms, track), _) in rows.iter().filter(|(_, listen)| listen.is_none()) {
        table.remove((*began_ms, track.0))?;
    }
    Ok(())
}

/// Records of lists, counted as their entries are.
pub fn weight(lists: &[(PlaylistId, Option<Arc<Playlist>>)]) -> usize {
    lists.iter().map(|(_, list)| 1 + list.as_ref().map_or(0, |list| list.entries().len())).sum()
}

pub fn put_playlists(
    txn: &WriteTransaction,
    lists: &[(PlaylistId, Option<Arc<Playlist>>)],
) -> Result<(), redb::Error> {
    if lists.is_empty() {
        return Ok(());
    }
    let mut table = txn.open_table(PLAYLISTS)?;
    for (id, list) in lists {
        match list {
            None => drop(table.remove(id.0)?),
            Some(list) => {
                let record =
                    playlist::encode(list).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
                table.insert(id.0, record.as_slice())?;
            }
        }
    }
    Ok(())
}

pub fn put_history(txn: &WriteTransaction, change: &HistoryChange) -> Result<(), redb::Error> {
    let mut table = txn.open_table(HISTORY)?;
    table.retain_in(..change.first, |_, _| false)?;
    table.retain_in(change.from.max(change.first).., |_, _| false)?;
    let mut record = Vec::new();
    for entry in &change.entries {
        codec::encode_entry(entry, &mut record).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
        table.insert(entry.number, record.as_slice())?;
    }
    txn.open_table(SESSION)?.insert(HISTORY_KEY, change.done.to_le_bytes().as_slice())?;
    Ok(())
}

pub fn put_position(txn: &WriteTransaction, position: Option<SessionPosition>) -> Result<(), redb::Error> {
    let bytes =
        codec::encode_position(position).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    txn.open_table(SESSION)?.insert(POSITION_KEY, bytes.as_slice())?;
    Ok(())
}

pub fn put_resume(txn: &WriteTransaction, places: &[(TrackId, Option<Place>)]) -> Result<(), redb::Error> {
    let mut table = txn.open_table(RESUME)?;
    for (id, place) in places {
        match place {
            None => drop(table.remove(id.0)?),
            Some(place) => drop(table.insert(id.0, codec::encode_place(*place).as_slice())?),
        }
    }
    Ok(())
}

/// An item of a template is a record.
pub fn template_weight(templates: &[(TemplateId, Option<Arc<Template>>)]) -> usize {
    let items = |template: &Option<Arc<Template>>| template.as_ref().map_or(0, |kept| kept.items.len());
    templates.iter().map(|(_, template)| 1 + items(template)).sum()
}

pub fn put_templates(
    txn: &WriteTransaction,
    templates: &[(TemplateId, Option<Arc<Template>>)],
) -> Result<(), redb::Error> {
    if templates.is_empty() {
        return Ok(());
    }
    let mut table = txn.open_table(TEMPLATES)?;
    for (id, kept) in templates {
        match kept {
            None => drop(table.remove(id.0)?),
            Some(kept) => {
                let record =
                    template::encode(kept).map_err(|error| redb::Error::Corrupted(error.to_string()))?;
                table.insert(id.0, record.as_slice())?;
            }
        }
    }
    Ok(())
}
