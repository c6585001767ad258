//! # tui: the screen
//!
//! - **Purpose.** A frontend: draws a [`Snapshot`](crate::model::snapshot::Snapshot) and its own state, turns keys and
//!   the mouse into commands.
//! - **May import.** model config.
//! - **Thread.** `ui` (the caller's, main) runs the loop, and asks the terminal for covers before `input` begins, which
//!   reads it: keys, the mouse, answers, none of which it acts upon; `tty-out` writes it;
//!   `ui-themes` watches the folder of themes; `ui-filter` and `ui-files` answer questions that take time.
//! - **Entry points.** [`run()`]; [`channel::inbox`] before it, for signals; [`terminal::restore`] for a panic hook.
//! - **Invariants.** `update` is the only place that changes the state, `draw` the only one that draws; both are pure.
//!   The ui thread touches no disk. No text reaches a cell but through [`text`]. Work of a frame is bounded by the
//!   screen, not by the library.

mod accent;
mod bidi;
mod blocks;
pub mod browse;
pub mod channel;
pub mod cover;
pub mod draw;
mod echo;
mod economy;
mod editing;
mod escape;
mod gate;
pub mod grammar;
pub mod groups;
pub mod help;
mod input;
pub mod jumps;
mod keyboard;
mod kitty;
pub mod layout;
pub mod list;
pub mod lists;
pub mod matches;
pub mod menu;
pub mod notices;
mod outlet;
pub mod outputs;
mod pace;
pub mod paint;
mod plain;
pub mod probe;
mod progress;
pub mod prompt;
pub mod range;
pub mod registers;
pub mod report;
pub mod rows;
pub mod run;
pub mod scene;
pub mod screen;
pub mod search;
pub mod settings;
pub mod state;
pub mod style;
mod symbols;
pub mod tabs;
pub mod tags;
mod talk;
pub mod terminal;
pub mod text;
mod themes;
pub mod title;
pub mod update;
mod views;
pub mod wall;
mod work;

pub use run::{CoreOf, Exit, Quiet, TuiOptions, check, run};
pub use terminal::TuiError;
pub use update::PathBase;
