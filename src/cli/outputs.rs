//! `auralis outputs`: the sound devices and what they take.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::args::{Global, OutputsVerb};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::printable;
use super::{json, settings};
use crate::boot::{self, log};
use crate::model::outputs::OutputDevice;

pub fn run(global: &Global, asked: &OutputsVerb, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    let devices = boot::outputs()?;
    if devices.is_empty() {
        let why = "there is no sound device. `null`, `file:PATH.wav`, `fifo:PATH`, `tcp:HOST:PORT` and `pipe` work without one".to_owned();
        return Err(CliError::NothingMatched(why));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    for device in &devices {
        match asked.json {
            true => json::print(&mut out, &line(device))?,
            false => {
                let OutputDevice { id, name, .. } = device;
                let text =
                    format!("{}\t{}\t{}", printable(id), printable(name), printable(&device.summary()));
                writeln!(out, "{text}").map_err(CliError::Output)?;
            }
        }
    }
    out.flush().map_err(CliError::Output)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    name: &'a str,
    default: bool,
    exclusive: bool,
    formats: Vec<&'static str>,
    /// Lowest and highest of each range, in Hz.
    rates: &'a [(u32, u32)],
    channels: Option<u16>,
    /// Rate and channels of a shared device now.
    runs_at: Option<(u32, u16)>,
    problem: Option<&'a str>,
}

fn line(device: &OutputDevice) -> Line<'_> {
    let accepts = device.accepts.as_ref().ok();
    Line {
        id: &device.id,
        name: &device.name,
        default: device.is_default,
        exclusive: device.exclusive,
        formats: accepts.map_or(Vec::new(), |one| one.formats.iter().map(|format| format.name()).collect()),
        rates: accepts.map_or(&[], |one| &one.rates),
        channels: accepts.map(|one| one.most_channels),
        runs_at: accepts.and_then(|one| one.runs_at).map(|spec| (spec.rate, spec.channels)),
        problem: device.accepts.as_ref().err().map(String::as_str),
    }
}
