//! Words of the song that plays, as they were last looked for.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::model::lyrics::LyricsView;

#[derive(Debug, Default)]
pub struct LyricsState {
    pub view: Option<Arc<LyricsView>>,
    /// How much sooner words are shown, milliseconds, of songs whose words were moved since the player began.
    pub offsets: HashMap<Arc<Path>, i32>,
}
