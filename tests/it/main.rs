//! Integration tests: one binary, one file a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod analyse;
mod ape;
mod arrangements;
mod asked;
mod attach;
#[cfg(feature = "desktop")]
mod bus;
mod care;
mod catalog;
mod cli;
mod columns;
mod compare;
mod config;
mod covers;
mod crossfade;
mod cue;
mod cue_scan;
mod decode;
#[cfg(feature = "device")]
mod device;
#[cfg(feature = "device")]
mod device_events;
mod dither;
mod docs;
mod doctor;
mod engine_soak;
mod follow;
mod formats;
mod gapless;
mod grammar;
mod groups;
mod here;
mod home;
mod hooks;
mod hostile;
mod joins;
mod keys;
mod languages;
mod levels;
mod library_media;
mod limiter;
mod lines;
mod listener;
mod loudness;
mod manual;
mod master;
mod master_kill;
mod mastering;
mod matrix;
mod media;
mod menu;
mod messages;
mod migrate;
mod missing;
mod mpd;
#[cfg(feature = "desktop")]
mod mpris;
mod nasty;
#[cfg(feature = "desktop")]
mod notifications;
mod offers;
#[cfg(feature = "http")]
mod online;
mod outputs;
mod pairs;
mod past;
mod plain;
mod play;
mod playlists;
mod preferences;
mod pseudo_terminal;
mod pty;
mod query;
#[cfg(feature = "http")]
mod radio;
mod recovery;
mod remote;
mod resample;
mod rig;
mod scan;
mod scan_kill;
mod screens;
#[cfg(feature = "http")]
mod scrobble;
mod search;
#[cfg(feature = "http")]
mod security;
mod server;
mod settings;
mod similar;
mod soak;
mod sort;
mod sound;
mod sound_id;
mod stage;
mod store;
mod store_kill;
#[cfg(feature = "http")]
mod subsonic;
mod tag_edit;
mod tags;
mod tempo;
mod terminal;
mod tone;
mod transport;
mod typed;
mod wall;
mod watch;
mod wire;
