//! # app: the one mutable truth
//!
//! - **Purpose.** State, reducers, queue, undo, effects, publishing, and the wording of everything the user is told.
//! - **May import.** `model`, `rt`, `config`, `engine`, `library`, `jobs`, `mastering`, `similarity`.
//! - **Thread.** `app`, see [`run`]. It does no I/O and waits for nobody: what must be done is an [`effect::Effect`].
//! - **Entry points.** [`run::spawn`], [`run::AppHandle`] (a `Player`), [`reduce::reduce`] (pure).
//! - **Invariants.** Every change of [`state::AppState`] is one call of `reduce`. A late event about a play that is over
//!   changes nothing. The current item is in the queue. At most one scan runs.

mod answers;
pub mod effect;
pub mod event;
pub mod history;
pub mod perform;
pub mod publish;
pub mod queue;
pub mod reduce;
pub mod run;
pub mod state;
pub mod wording;
