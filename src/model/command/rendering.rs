//! Mastering to files.

use super::Target;

#[derive(Debug, Clone, PartialEq)]
pub enum Rendering {
    /// As a job behind those that wait.
    Master(Target),
    /// The job of that number; `None`: all of them.
    Stop(Option<u64>),
}
