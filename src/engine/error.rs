//! Why the engine did not start. What goes wrong while it runs is told by events.

use super::output::OutputError;

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("the thread {name} cannot be started: {cause}")]
    Thread { name: &'static str, cause: std::io::Error },

    #[error(transparent)]
    Outputs(#[from] OutputError),
}
