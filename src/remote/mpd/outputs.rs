//! Outputs: the default device, nowhere, and each device that was found; one of them plays. And partitions, of which
//! there is one.

use super::ack::{Ack, Code};
use super::args::Args;
use super::commands::{Result, Step, Turn, ask, ask_then};
use crate::model::command::{Command, Playback};
use crate::model::settings::OutputSpec;
use crate::model::snapshot::Snapshot;

/// One place for the sound, as clients are told it.
struct Output {
    name: String,
    plugin: &'static str,
    spec: OutputSpec,
}

/// In an order that stays as long as the devices do.
fn all(snapshot: &Snapshot) -> Vec<Output> {
    let fixed = |name: &str, plugin, spec| Output { name: name.to_owned(), plugin, spec };
    let mut all = vec![fixed("default", "auto", OutputSpec::Auto), fixed("null", "null", OutputSpec::Null)];
    all.extend(snapshot.outputs.devices.iter().map(|device| Output {
        name: device.name.clone(),
        plugin: if device.id.starts_with("alsa") { "alsa" } else { "device" },
        spec: OutputSpec::Device(Some(device.id.clone())),
    }));
    let asked = &snapshot.output.asked;
    if enabled(&all, snapshot).is_none() {
        let plugin = match asked {
            OutputSpec::File(_) => "recorder",
            OutputSpec::Pipe => "pipe",
            OutputSpec::Fifo(_) => "fifo",
            OutputSpec::Tcp(_) => "tcp",
            OutputSpec::Screen(_) | OutputSpec::Both(..) => "screen",
            _ => "device",
        };
        let name = if matches!(asked, OutputSpec::File(_)) { "file".to_owned() } else { asked.to_string() };
        all.push(Output { name, plugin, spec: asked.clone() });
    }
    all
}

/// The one that was asked for.
fn enabled(all: &[Output], snapshot: &Snapshot) -> Option<usize> {
    let asked = match &snapshot.output.asked {
        OutputSpec::Device(None) => &OutputSpec::Auto,
        asked => asked,
    };
    all.iter().position(|output| output.spec == *asked)
}

/// Devices are looked for when somebody asks for the first time.
pub fn list(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    if !std::mem::replace(&mut turn.hub.knows_devices, true) {
        // Told once they are found, by an event.
        return ask_then(Command::Playback(Playback::FindOutputs), Code::System, |turn| Ok(write(turn)));
    }
    Ok(write(turn))
}

fn write(turn: &mut Turn<'_>) -> Step {
    let all = all(&turn.snapshot);
    let enabled = enabled(&all, &turn.snapshot);
    for (at, output) in all.iter().enumerate() {
        turn.tell("outputid", at);
        turn.tell("outputname", &output.name);
        turn.tell("plugin", output.plugin);
        turn.tell("outputenabled", u8::from(enabled == Some(at)));
    }
    Step::Done
}

fn named(turn: &Turn<'_>, args: &Args) -> Result<(OutputSpec, bool)> {
    let at = args.unsigned(0)?;
    let all = all(&turn.snapshot);
    let enabled = enabled(&all, &turn.snapshot) == Some(at);
    let output = all.into_iter().nth(at).ok_or_else(|| Ack::no_exist("No such audio output"))?;
    Ok((output.spec, enabled))
}

fn play_on(spec: OutputSpec) -> Result<Step> {
    ask(Command::Playback(Playback::Output(spec)), Code::System)
}

pub fn enable(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    match named(turn, args)? {
        (_, true) => Ok(Step::Done),
        (spec, false) => play_on(spec),
    }
}

/// Without the one that plays the sound goes nowhere; without that, to the default device.
pub fn disable(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    match named(turn, args)? {
        (_, false) => Ok(Step::Done),
        (OutputSpec::Null, true) => play_on(OutputSpec::Auto),
        (_, true) => play_on(OutputSpec::Null),
    }
}

pub fn toggle(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    match named(turn, args)? {
        (_, true) => disable(turn, args),
        (_, false) => enable(turn, args),
    }
}

pub fn set(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    named(turn, args)?;
    Err(Ack::argument("Unsupported attribute"))
}

pub fn partitions(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    turn.tell("partition", "default");
    Ok(Step::Done)
}

pub fn partition(_turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    match args.text(0) {
        "default" => Ok(Step::Done),
        _ => Err(Ack::no_exist("partition does not exist")),
    }
}

pub fn no_partitions(_turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    Err(Ack::unknown("there is one partition: one queue, one player"))
}

/// All are of the one partition already.
pub fn move_output(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    match all(&turn.snapshot).iter().any(|output| output.name == args.text(0)) {
        true => Ok(Step::Done),
        false => Err(Ack::no_exist("No such output")),
    }
}
