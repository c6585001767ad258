//! JSON on standard output: one value a line, flushed, so that a reader sees each as it happens.

use std::io::Write;

use serde::Serialize;

use super::exit::CliError;
pub use crate::remote::path::JsonPath;

/// One value and a line feed.
pub fn print(out: &mut impl Write, value: &impl Serialize) -> Result<(), CliError> {
    let mut line = serde_json::to_vec(value).map_err(|error| CliError::Output(error.into()))?;
    line.push(b'\n');
    out.write_all(&line).map_err(CliError::Output)
}
