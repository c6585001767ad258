//! Every table of the store on one screen. Integers in values are little-endian; keys sort as the bytes they are.

use redb::TableDefinition;

/// Version of everything below. A store with a larger one is refused.
pub const SCHEMA_VERSION: u32 = 1;

/// Facts about the store itself, each a 32-bit number: see the keys below.
pub const META: TableDefinition<&str, u32> = TableDefinition::new("meta");
pub const META_SCHEMA: &str = "schema_version";
/// The next track id; ids are never used twice.
pub const META_NEXT_TRACK: &str = "next_track";

/// Track id to `codec::encode_track`.
pub const TRACKS: TableDefinition<u32, &[u8]> = TableDefinition::new("tracks");

/// Every file the scanner knows, tracks and failures alike: path bytes to `codec::encode_file`. Its order is the order
/// of the walk, so that a rescan is one merge of two sorted streams.
pub const FILES: TableDefinition<&[u8], &[u8]> = TableDefinition::new("files");

/// Files that could not be read: path bytes to the reason.
pub const FAILURES: TableDefinition<&[u8], &str> = TableDefinition::new("failures");

/// CUE sheets, and files that one is embedded in: path bytes to `codec::encode_sheet`. Their tracks are rows of `FILES`
/// with one path component more, see `model::part`. Stores made before sheets were known have no such table.
pub const SHEETS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("sheets");

/// What only we know of a track: track id to `codec::encode_facts`. Only tracks of which anything is known. Stores made
/// before had no such table.
pub const FACTS: TableDefinition<u32, &[u8]> = TableDefinition::new("facts");

/// Tracks whose file is gone: track id to when that was found, in seconds since the Unix epoch. The track keeps its row of
/// `FILES`. Stores made before had no such table.
pub const MISSING: TableDefinition<u32, i64> = TableDefinition::new("missing");

/// Roots, and the folders below them that another file system is mounted at: path bytes to the number of the device. What
/// is gone below one of them is missing only while that device is there. Stores made before had no such table.
pub const PLACES: TableDefinition<&[u8], u64> = TableDefinition::new("places");

/// What the sound of a track is known by: track id to `codec::encode_audio`. Stores made before had no such table.
pub const AUDIO: TableDefinition<u32, &[u8]> = TableDefinition::new("audio");

/// What was measured of a track: track id to `measured::MeasuredRow`, without its waveform. Stores made before had no such
/// table.
pub const MEASURED: TableDefinition<u32, &[u8]> = TableDefinition::new("measured");

/// Overviews of tracks for the seek bar: track id to a `model::features::Waveform`. Stores made before had no such table.
pub const WAVEFORMS: TableDefinition<u32, &[u8]> = TableDefinition::new("waveforms");

/// What was listened to: when it began (milliseconds since the Unix epoch) and track id to `codec::encode_listen`.
/// Stores made before had no such table.
pub const LISTENS: TableDefinition<(i64, u32), &[u8]> = TableDefinition::new("listens");

/// Playlists: id to `playlist::encode`. Stores made before playlists were known have no such table.
pub const PLAYLISTS: TableDefinition<u64, &[u8]> = TableDefinition::new("playlists");

/// What can be taken back: number of the step to `codec::encode_entry`. How many of them are done stands under
/// `HISTORY_KEY`. Stores made before had no such table.
pub const HISTORY: TableDefinition<u64, &[u8]> = TableDefinition::new("history");

/// Folders (or files) that the library is made of: path bytes.
pub const ROOTS: TableDefinition<&[u8], ()> = TableDefinition::new("roots");

/// Key `SESSION_KEY`: `codec::encode_session`; key `POSITION_KEY`: `codec::encode_position`, where the place was written
/// after the session; key `OUTPUTS_KEY`: `codec::encode_outputs`; key `BOOKMARKS_KEY`:
/// `codec::encode_bookmarks`; key `HISTORY_KEY`: the number of the last step that is done, 64 bits; key `SCAN_KEY`:
/// `codec::encode_scan`, how the last scan ended.
pub const SESSION: TableDefinition<&str, &[u8]> = TableDefinition::new("session");
pub const SESSION_KEY: &str = "session";
pub const OUTPUTS_KEY: &str = "outputs";
pub const BOOKMARKS_KEY: &str = "bookmarks";
pub const POSITION_KEY: &str = "position";
pub const SCAN_KEY: &str = "scan";
pub const HISTORY_KEY: &str = "history";
