//! # Auralis: a terminal music player
//!
//! This page is the architecture. The folder is the architecture too: each room below is one folder of `src`, opens
//! with a card of its own, and may import only what the table says (`tests/architecture.rs` holds it to that).
//!
//! ## The idea
//!
//! ```text
//! frontend --Command--> app --Effect--> engine | library | jobs
//!     ^                  |  <--Event----------------'
//!     '----Snapshot------'            one circle, one direction
//! ```
//!
//! 1. **One truth, one owner.** The app thread owns [`app::state::AppState`]. Every change is one call of
//!    [`app::reduce::reduce`]: event in, effects out; no I/O, no clock, no lock.
//! 2. **Everyone else looks at an immutable [`model::snapshot::Snapshot`]** and asks by a [`model::command::Command`],
//!    through a [`model::player::Player`]: what is behind it, a frontend does not know.
//! 3. **The engine plays a stream of blocks that carry their own identity and time** ([`rt::pipe::PcmBlock`]). It knows
//!    *current* and *next*, never the queue. Gapless is a property of the data, not of timing.
//! 4. **Facts are pushed, gauges are pulled.** Rare facts travel by channel. What changes faster than ten times a second
//!    (position, spectrum) is an atomic or a [`rt::latest::Latest`] that the reader polls.
//! 5. **Background work is a job** ([`jobs::Jobs`]): cancellable, panics contained, results as events. The store has one
//!    writer thread; reads are snapshots from anywhere.
//!
//! ## Rooms
//!
//! | room | what lives there | may import |
//! |---|---|---|
//! | [`model`] | the vocabulary: ids, tracks, catalog, commands and their registry, settings, snapshot, `Player` | - |
//! | [`rt`] | real-time primitives: block pipe, sample ring, clock, tap, newest value | model |
//! | [`config`] | files and flags to settings, keymap, theme | model |
//! | [`decode`] | files and streams to `f32` blocks: probe, exact lengths, gapless trim, exact seek, CUE sheets, HTTP | model |
//! | [`dsp`] | signal processing on blocks: channels, speed, resampler, gain ramps, mastering chain, limiter, dither | model |
//! | [`analysis`] | numbers about sound: whole tracks in one pass, the spectrum of what is heard | model rt decode dsp |
//! | [`mastering`] | from measurements to a plan: tone, dynamics, loudness, each with its reason | model |
//! | [`similarity`] | what sounds like what: distance, neighbours, reasons, radio, paths, orders, near-duplicates | model |
//! | [`engine`] | sound: transport, prefetch, render, boundaries, outputs, recovery | model rt decode dsp |
//! | [`online`] | services of the net that are asked: LRCLIB, MusicBrainz, a Subsonic server; the HTTP client of services | model |
//! | [`library`] | what we own and know: store, scan, tags, catalog, search, preferences | model decode |
//! | [`render`] | files through the mastering chain into files: albums, proofs, WAV and FLAC | model decode dsp library analysis mastering engine::output |
//! | [`jobs`] | the lanes of background work and its kinds | model library analysis mastering similarity render online |
//! | [`app`] | the one mutable truth: state, reducers, queue, undo, wording | model rt config engine library jobs mastering similarity |
//! | [`tui`] | a frontend: draws the snapshot and its own state, sends commands | model config |
//! | [`remote`] | a player at the end of a wire: the socket server, its protocols, its client, screens | model config rt dsp engine::output |
//! | [`integrations`] | the desktop's bus (MPRIS, notifications), services that keep what was listened to | model config online |
//! | [`doctor`] | what is wrong on this machine, with evidence and the fix | all but app boot cli |
//! | [`boot`] | composition root: start order, shutdown, signals, panics, log | all but cli |
//! | [`cli`] | words on a command line to one run mode and an exit code | model config library render remote doctor boot |
//!
//! ## Threads
//!
//! | thread | owns | never |
//! |---|---|---|
//! | `main` (ui) | the terminal, the screen's state | touches disk, engine, store |
//! | `search`, up to three beside the one that asks | a part of the library's rows or texts | outlives its question |
//! | `input` | the terminal's input | interprets keys |
//! | `editor` | a text that the user's editor has | touches the terminal |
//! | `app` | the state, all handles | does I/O, waits for anyone |
//! | `engine` | transport, resampler, the ring's producer | reads a file, locks, allocates a block |
//! | `decode` | the open files of current and next | knows about outputs |
//! | `net-read`, one an open address | the connection, and what came and is not read | outlives its source by more than a connect |
//! | `output` | opening and closing of outputs | holds up the engine |
//! | device callback | the ring's consumer | allocates, locks, logs, waits, panics |
//! | `null`, `file`, `pipe`, `fifo`, `tcp` | the ring's consumer, where there is no device | insert silence of their own |
//! | `spectrum` | the looks at what is heard; asleep while nobody looks or nothing is heard | pushes back on the engine |
//! | `store-writer` | the write transaction | runs jobs |
//! | `watch` | which folders the system watches | reads a file, scans |
//! | `job-long`, `job-measure`, `job-short`, `job-files`, `job-similar`, `job-master`, `job-render`, `job-online` | the running job | outlives its cancel token by more than a file |
//! | `measure-1..N` | the track that it measures | outlives its cancel token by more than a block |
//! | `render-1..N` | the album or track that it renders | outlives its cancel token by more than a block |
//! | `remote` | the socket and its clients; asleep until one says something or the core changed | waits for a client |
//! | `screen-N` | one screen of another process; asleep until it says something, the core changed or what it sees moves | is waited for |
//! | `link`, `link-write` | in a screen of another process: the wire to the core, and what was seen of it | draws |
//! | `ears` | there too: the device that plays what a core elsewhere sends; asleep while nothing plays | touches the wire |
//! | `far-sound` | in the core: the consumer of a ring whose sound goes to a screen's machine | waits for a screen |
//! | `proxy-in`, `ssh-says`, `handover` | an end of a pipe to another process | touches the core |
//! | `remote-tell` | a client's question about all of library or queue | touches a socket |
//! | `mpd` | clients of MPD; asleep until one says something or the core changed | waits for a client, the disk, the store |
//! | `mpd-look`, `mpd-disk` | such a client's question about library or files | touches a socket |
//! | `bus`, `bus-files` | the connection to the session's bus, the look for a picture | holds up the player |
//! | `scrobble` | what was heard and is to be sent | holds up the player |
//! | `signals` | what the system sends | decides anything |
//! | `doctor-sound` | the output that is tried | holds up the other findings for longer than its time |
//!
//! Nothing waits for a reply: commands go down, facts come up, a request that needs an answer gets it as an event
//! ([`model::player::Player::ask`]).
//!
//! ## Sound, three stages with three promises
//!
//! ```text
//! decode thread     may block on disk    --block pipe, seconds------------>  prebuffer, gapless
//! engine thread     never does I/O       --sample ring, ~200 ms----------->  volume, seek react fast
//! device callback   never waits          --device------------------------->  copy and final ramp only
//! ```
//!
//! **Gapless.** *Next* is told early, so its first blocks lie in the pipe long before its time. Where `play` changes
//! between two blocks of one rate, nothing happens at all: the samples are contiguous. Another rate: the resampler is
//! handed over without loss. The events flip when the *ear* is there ([`rt::clock::PlaybackClock`]).
//!
//! **Seek** begins a new generation; blocks of the old one are refused; the ring fades over. **Output lost**: transport
//! and position stay, the output is opened again with growing pauses, and playing goes on from what was heard.
//!
//! **A sample's way** through [`engine::render`]: mastering (one [`dsp::chain`] at the item's own rate), gain of its item
//! ([`engine::level`]), channels, tempo, resampler, then in the tail crossfade, what is done for the
//! listener's device and ears ([`dsp::listener`]), balance, limiter, volume. A stage that has
//! nothing to do is not there, so a sample that nothing changes is copied once, and the ring is told which frames those
//! are: only others are dithered. What the way is, the engine tells as a [`model::signal::SignalPath`], from what was opened and accepted.
//!
//! **Pause** is a fade in the ring's reader: it stops at a sample and goes on from it.
//!
//! ## Failure
//!
//! Corrupt packet: skip, count, go on. File that does not open: tell, next item; several in a row: stop. Server that
//! falls silent: asked again where the sound broke off, with growing pauses, and told when that takes too long. Output lost:
//! keep the place, try again. Store cannot be written: keep in memory, tell, try again. Job panics: it failed, its lane
//! lives. Configuration bad: defaults for the bad keys, each told with file and line.

pub mod analysis;
pub mod app;
pub mod boot;
pub mod cli;
pub mod config;
pub mod decode;
pub mod doctor;
pub mod dsp;
pub mod engine;
pub mod integrations;
pub mod jobs;
pub mod library;
pub mod mastering;
pub mod model;
pub mod online;
pub mod remote;
pub mod render;
pub mod rt;
pub mod similarity;
pub mod tui;
