//! What is kept of the listener's preferences, for the command line, where no player runs.

pub use crate::jobs::preferences::{Deed, Trouble, carry_out, read};
