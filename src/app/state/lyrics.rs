//! Words of the song that plays, as they were last looked for.

use std::sync::Arc;

use crate::model::lyrics::{LyricsOffsets, LyricsView};

#[derive(Debug, Default)]
pub struct LyricsState {
    pub view: Option<Arc<LyricsView>>,
    pub offsets: LyricsOffsets,
}
