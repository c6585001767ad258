//! # model: the vocabulary
//!
//! - **Purpose.** Plain data that every other room speaks: ids, tracks, the catalog, commands, snapshots, notices.
//! - **May import.** Nothing of ours.
//! - **Thread.** None. No I/O, no clock, no lock.
//! - **Entry points.** [`command::Command`] (asked), [`snapshot::Snapshot`] (seen), [`player::Player`] (who is asked).
//! - **Invariants.** Illegal values do not exist: each type is checked where it is made.

pub mod abx;
pub mod address;
pub mod analysis;
pub mod audio;
pub mod bookmark;
pub mod catalog;
pub mod chain;
pub mod collate;
pub mod column;
pub mod command;
pub mod contain;
pub mod desktop;
pub mod edit;
pub mod equaliser;
pub mod facts;
pub mod features;
pub mod fingerprint;
pub mod fold;
pub mod grouping;
pub mod history;
pub mod hooks;
pub mod id;
pub mod impulse;
pub mod job;
pub mod json_path;
pub mod key;
pub mod listening;
pub mod loudness;
pub mod lyrics;
pub mod mastering;
pub mod mpd;
pub mod musicbrainz;
pub mod naming;
pub mod notice;
pub mod outputs;
pub mod part;
pub mod past;
pub mod path_bytes;
pub mod picture;
pub mod playback;
pub mod player;
pub mod playlist;
pub mod portrait;
pub mod preferences;
pub mod query;
pub mod queue_text;
pub mod reference;
pub mod rendering;
pub mod resume;
pub mod rule;
pub mod scrobbling;
pub mod server;
pub mod session;
pub mod settings;
pub mod signal;
pub mod similar;
pub mod snapshot;
pub mod sort;
pub mod suggest;
pub mod symbols;
pub mod sync;
pub mod tag;
pub mod tagging;
pub mod tally;
pub mod taste;
pub mod template;
pub mod track;
pub mod trial;
pub mod visual;
pub mod weights;
pub mod words;
