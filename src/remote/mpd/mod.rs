//! # remote::mpd: the player as a server of MPD's protocol
//!
//! Off until `mpd.listen` names a place. Announces 0.24.0. Clients on a Unix socket are the user and may do everything;
//! others may do what `mpd.password` and `mpd.default_permissions` say.
//!
//! - **Threads.** `mpd` serves all clients from one poll loop ([`serve`]); `mpd-look` reads the store and the library for
//!   them, `mpd-disk` pictures and folders (`desk`). A client's commands are done strictly one after the other: where
//!   one waits for the core or a thread, the client waits, and nobody else.
//! - **Bounds.** Clients, lines, command lists, answers, messages, pictures: each has a limit beside its use.
//! - **The queue.** Its entries are known by `versions::shown`; each change counts up the version, and each place knows
//!   since which version it is what it is, so that `plchanges` is exact.
//! - **Names.** See `uri`: relative to the music folders; no name leads out of them, but for the user, who may name any
//!   file by its absolute path.
//! - **Stickers.** `rating` (0 to 10) and `like` (2: favourite) are read and written, as `auralis` itself has them;
//!   `playCount`, `skipCount`, `lastPlayed`, `lastSkipped`, `loudness`, `loudnessRange`, `truePeak`, `dynamicRange`,
//!   `bpm` and `key` are read. No others are kept.
//! - **Messages.** On the channel `auralis` the player takes its own words about mastering, sound and what sounds alike:
//!   `sendmessage auralis "master on"`, `"radio"`, `"replaygain album"`. What came of it is said on `auralis.told`.
//!
//! One subject a file: `commands` is the table of all; `transport`, `options`, `queue`, `database`, `playlists`,
//! `outputs`, `stickers`, `channels`, `art`, `status`, `reflection` are what they do; [`line`], `args`, `filter` read
//! what clients write; `song` and `tag` write what they are told.

mod ack;
mod args;
mod art;
mod channels;
mod commands;
mod database;
mod desk;
mod filter;
mod hub;
mod idle;
mod line;
mod link;
pub mod look;
mod options;
mod outputs;
mod playlists;
mod queue;
mod reflection;
pub mod serve;
mod session;
mod song;
mod status;
mod stickers;
mod tag;
mod time;
mod transport;
mod tree;
mod uri;
mod versions;
