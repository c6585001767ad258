//! Mastering to files.

use serde::{Deserialize, Serialize};

use super::Target;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Rendering {
    /// As a job behind those that wait.
    Master(Target),
    /// The job of that number; `None`: all of them.
    Stop(Option<u64>),
}
