//! Screens at the end of a wire: the same commands and snapshots that a screen in the player's own process has.
//!
//! A client of the socket asks `{"id":1,"screen":{"version":5}}` ([`message::VERSION`]); behind the answer both ends
//! speak in frames ([`frame`]) of messages ([`message`]). The core sends the parts of the snapshot that changed
//! (`parts`), long ones as the difference from the version before ([`patch`]), the next ones when these have left: a
//! slow screen misses states, never the last one. What moves (position, spectrum) is sent while it does, and only where
//! nothing waits. Over a slow link no more is under way than keeps it busy ([`flow`]); sound goes before all else ([`sound`]).
//! One thread, `screen-N`, serves one screen; `link` and `link-write` are its other end.

pub mod attach;
mod columns;
pub mod encode;
pub mod flow;
pub mod frame;
pub mod message;
mod parts;
pub mod patch;
pub(super) mod serve;
pub mod sound;
