//! # remote: a player at the end of a wire
//!
//! - **Purpose.** Lets other programs of the same user drive the player that runs and look at it, over a Unix socket; where
//!   it is configured, clients of MPD, too ([`mpd`]).
//! - **May import.** model, config, rt, dsp, `engine::output`.
//! - **Thread.** `remote` serves all clients, `screen-N` one screen, `link`, `link-write` and `ears` are a screen's end, `far-sound`
//!   hands it sound, `hooks` runs
//!   the user's programs, `remote-tell` looks through the library for them; a client runs on its caller's. [`mpd`] has its own.
//! - **Entry points.** [`place::Place`] (where), [`server::serve`] (the player's end), [`client::Connection`] (the other),
//!   [`screen::attach`] (a core elsewhere as a `Player`), [`hooks::start`], [`mpd::serve::start`].
//! - **Invariants.** Nobody but the user gets in, but where [`mpd`] is told to let others in. The core never
//!   waits for a client. Lines, clients and what waits for them are bounded: a slow client misses what passed, not what is,
//!   and one that takes nothing is dropped.
//!
//! ## The protocol
//!
//! JSON lines: one object a line (UTF-8, at most [`wire::MOST_LINE_BYTES`]), both ways. Unknown keys are to be ignored.
//! The socket is `auralis/player.sock` in the runtime folder: `$XDG_RUNTIME_DIR`, else `/run/user/UID`, else
//! `/tmp/auralis-UID/player.sock`; `auralis config path` prints it. The player greets:
//!
//! ```json
//! {"auralis":"0.1.0","protocol":1,"oldest":1,"process":4711}
//! ```
//!
//! It speaks every protocol from `oldest` to `protocol`. A client says which it speaks, before all else; without that it
//! is taken to speak the first. Every request may have an `id` (a number), which its answer then has too; answers may
//! come in another order than the requests.
//!
//! | request | answer |
//! |---|---|
//! | `{"id":1,"hello":1}` | `{"id":1,"ok":true}` |
//! | `{"id":2,"do":"seek +5"}` | `{"id":2,"ok":true}` when the state has it; a seek is under way then |
//! | `{"id":3,"do":"add","paths":["/m/a.flac"]}` | the same, with the `notice` that the user is shown |
//! | `{"id":4,"status":true}` | `{"id":4,"ok":true,"status":{...}}`, see [`status::Status`] |
//! | `{"id":5,"follow":true}` | a status now and at each change, but not while only the position moves |
//! | `{"id":6,"follow":false}` | `{"id":6,"ok":true}`, and no more of these |
//! | `{"id":7,"playlists":true}` | `{"id":7,"ok":true,"playlists":[...]}`, see [`lists::ListLine`] |
//! | `{"id":8,"playlist":"Mix","from":0}` | `{"id":8,"ok":true,"playlist":{...,"page":[...]}}`, see [`lists::ListPage`]: entries behind the first `from`, as many as fit; without `playlist` where there is no such list |
//! | `{"id":9,"tell":{"search":{"query":"bowie","sort":["-year"],"from":0}}}` | `{"id":9,"ok":true,"told":{"search":{...}}}`, see [`tell::Tell`] and [`tell::Telling`]; `"queue-stats"`, `{"stats":"week"}`, `{"queue-text":0}`, `{"similar":{"words":"artist:bowie"}}`, `{"portrait":{"paths":["/m/a.flac"]}}`, `"lyrics"`, `{"lookup":[{"path":"/m/a.flac"}]}` are told so, too |
//! | `{"id":10,"edit":{"base":[[1,9]],"lines":[{"entries":[4,9]},{"entries":[1,3]}]}}` | as `do`: the queue is what the lines say, see [`edit::QueueEdit`] |
//! | `{"id":11,"screen":{"version":7}}` | `{"id":11,"ok":true}`, and frames from there on, see [`screen`] |
//!
//! `do` takes the words of [`crate::model::command::registry`] but for those that need a screen: moving about, and
//! whatever is about a selection. Paths must be absolute; `paths` holds texts or, for what is not UTF-8, objects as
//! [`path::JsonPath`] writes them. A request that is not done is answered with
//! `{"ok":false,"error":{"kind":"usage","message":"..."}}`; the kinds are those of [`wire::FaultKind`].
//! `{"ok":true,"end":true}` is the last line of a player that ends.
//!
//! ```sh
//! echo '{"do":"toggle"}' | socat - UNIX-CONNECT:$XDG_RUNTIME_DIR/auralis/player.sock
//! ```

pub mod client;
pub mod edit;
mod error;
pub mod hooks;
mod link;
pub mod lists;
pub mod lyrics;
pub mod mpd;
pub use crate::model::json_path as path;
pub mod place;
pub mod portrait;
pub mod request;
pub mod screen;
pub mod server;
pub mod status;
pub mod tell;
mod traffic;
mod waker;
pub mod wire;

pub use error::RemoteError;
