//! Every table of the store on one screen. Integers in values are little-endian; keys sort as the bytes they are.

use redb::{Key, TableDefinition, Value};

/// Version of everything below. A store with a larger one is refused, one with a smaller one is brought here by
/// `migrate`.
pub const SCHEMA_VERSION: u32 = 2;

/// Something that is done with every table.
pub trait Visit {
    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), redb::Error>;
}

/// Tables are written down here alone, so that none is forgotten where all of them are made, copied or looked at.
macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident: $key:ty => $value:ty = $name:literal;)*) => {
        $($(#[$doc])* pub const $table: TableDefinition<'static, $key, $value> = TableDefinition::new($name);)*

        /// In the order in which they stand here.
        pub fn every_table(visit: &mut impl Visit) -> Result<(), redb::Error> {
            $(visit.table($table)?;)*
            Ok(())
        }
    };
}

tables! {
    /// Facts about the store itself, each a 32-bit number: see the keys below.
    META: &'static str => u32 = "meta";

    /// Track id to `codec::encode_track`.
    TRACKS: u32 => &'static [u8] = "tracks";

    /// Every file the scanner knows, tracks and failures alike: path bytes to `codec::encode_file`. Its order is the order
    /// of the walk, so that a rescan is one merge of two sorted streams.
    FILES: &'static [u8] => &'static [u8] = "files";

    /// Files that could not be read: path bytes to the reason.
    FAILURES: &'static [u8] => &'static str = "failures";

    /// CUE sheets, and files that one is embedded in: path bytes to `codec::encode_sheet`. Their tracks are rows of `FILES`
    /// with one path component more, see `model::part`.
    SHEETS: &'static [u8] => &'static [u8] = "sheets";

    /// What only we know of a track: track id to `codec::encode_facts`. Only tracks of which anything is known.
    FACTS: u32 => &'static [u8] = "facts";

    /// Tracks whose file is gone: track id to when that was found, in seconds since the Unix epoch. The track keeps its row
    /// of `FILES`.
    MISSING: u32 => i64 = "missing";

    /// Roots, and the folders below them that another file system is mounted at: path bytes to the number of the device.
    /// What is gone below one of them is missing only while that device is there.
    PLACES: &'static [u8] => u64 = "places";

    /// What the sound of a track is known by: track id to `codec::encode_audio`.
    AUDIO: u32 => &'static [u8] = "audio";

    /// What was measured of a track: track id to `measured::MeasuredRow`, without its waveform.
    MEASURED: u32 => &'static [u8] = "measured";

    /// Overviews of tracks for the seek bar: track id to a `model::features::Waveform`.
    WAVEFORMS: u32 => &'static [u8] = "waveforms";

    /// What was listened to: when it began (milliseconds since the Unix epoch) and track id to `codec::encode_listen`.
    LISTENS: (i64, u32) => &'static [u8] = "listens";

    /// Playlists: id to `playlist::encode`.
    PLAYLISTS: u64 => &'static [u8] = "playlists";

    /// Queue templates: id to `template::encode`.
    TEMPLATES: u64 => &'static [u8] = "templates";

    /// Where long tracks were left off: track id to `codec::encode_place`.
    RESUME: u32 => &'static [u8] = "resume";

    /// What can be taken back: number of the step to `codec::encode_entry`. How many of them are done stands under
    /// `HISTORY_KEY`.
    HISTORY: u64 => &'static [u8] = "history";

    /// Folders (or files) that the library is made of: path bytes.
    ROOTS: &'static [u8] => () = "roots";

    /// What there is one of, by the keys below.
    SESSION: &'static str => &'static [u8] = "session";
}

/// Of `META`.
pub const META_SCHEMA: &str = "schema_version";
/// Of `META`: the next track id; ids are never used twice.
pub const META_NEXT_TRACK: &str = "next_track";

/// Of `SESSION`: `codec::encode_session`.
pub const SESSION_KEY: &str = "session";
/// `codec::encode_position`, where the place was written after the session.
pub const POSITION_KEY: &str = "position";
/// `codec::encode_outputs`.
pub const OUTPUTS_KEY: &str = "outputs";
/// `codec::encode_bookmarks`.
pub const BOOKMARKS_KEY: &str = "bookmarks";
/// `codec::encode_lyrics_offsets`.
pub const LYRICS_OFFSETS_KEY: &str = "lyrics_offsets";
/// `codec::encode_similar`.
pub const SIMILAR_KEY: &str = "similar";
/// The number of the last step that is done, 64 bits.
pub const HISTORY_KEY: &str = "history";
/// `codec::encode_scan`, how the last scan ended.
pub const SCAN_KEY: &str = "scan";
