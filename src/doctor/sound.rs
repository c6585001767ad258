//! Sound: what serves it on this machine, which devices there are, whether the output that is set opens.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use super::{Finding, variable};
use crate::config::Loaded;
use crate::engine::output::{OpensOutputs, OutputError, Outputs, Wanted, survey};
use crate::model::audio::Spec;
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::model::track::{AudioFormat, Codec};
use crate::tui::terminal;

/// Longest wait for the output to open and to close.
const OPENING: Duration = Duration::from_secs(15);
const ELSEWHERE: &str =
    "`--output null`, `file:PATH.wav`, `fifo:PATH` and `tcp:HOST:PORT` work without a device";

pub fn examine(config: &Loaded, player_runs: bool) -> Vec<Finding> {
    let output = &config.settings.output;
    let needs_device = matches!(output.output, OutputSpec::Auto | OutputSpec::Device(_));
    // ALSA's own library writes to standard error.
    let quiet = terminal::divert_stderr(None);
    let mut findings = vec![server(), devices(needs_device)];
    findings.push(match (needs_device, player_runs) {
        (true, false) => opens(output.clone()),
        (true, true) => {
            Finding::ok("audio: output", format!("`{}`: the player that runs has it", output.output))
        }
        (false, _) => {
            Finding::ok("audio: output", format!("`{}` is opened when it is played to", output.output))
        }
    });
    if quiet.is_ok() {
        terminal::restore();
    }
    findings
}

/// By the sockets of the sound servers, and the cards that the kernel has.
fn server() -> Finding {
    let what = "audio: system";
    let runtime = variable("XDG_RUNTIME_DIR").map_or_else(
        || PathBuf::from(format!("/run/user/{}", rustix::process::getuid().as_raw())),
        PathBuf::from,
    );
    let has_pulse = variable("PULSE_SERVER").is_some() || runtime.join("pulse/native").exists();
    let has_pipewire = runtime.join("pipewire-0").exists();
    let cards = cards(Path::new("/proc/asound/cards"));
    let alsa = match cards {
        Some(cards) => format!("ALSA has {cards} cards"),
        None => "the kernel has no ALSA".to_owned(),
    };
    match (has_pipewire, has_pulse) {
        (true, true) => Finding::ok(what, format!("PipeWire, with its Pulse server; {alsa}")),
        (false, true) => Finding::ok(what, format!("PulseAudio; {alsa}")),
        (true, false) => {
            let evidence = format!("PipeWire without its Pulse server; {alsa}");
            Finding::warn(what, evidence, "`systemctl --user enable --now pipewire-pulse`")
        }
        (false, false) if cards.is_some_and(|cards| cards > 0) => {
            Finding::ok(what, format!("no sound server; {alsa}"))
        }
        (false, false) => {
            let fix = "start PipeWire or PulseAudio, or load the driver of a card";
            Finding::warn(what, format!("no sound server; {alsa}"), fix)
        }
    }
}

/// Cards in the kernel's list: each begins with its number and its name in brackets.
fn cards(list: &Path) -> Option<usize> {
    match fs::read_to_string(list) {
        Ok(text) => Some(text.lines().filter(|line| line.contains(" [") && line.contains("]:")).count()),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(_) => Some(0),
    }
}

fn devices(needed: bool) -> Finding {
    let what = "audio: devices";
    let none = |evidence: String, fix: &str| match needed {
        true => Finding::fail(what, evidence, fix),
        false => Finding::warn(what, evidence, fix),
    };
    match survey() {
        Err(OutputError::FeatureOff) => {
            none("this build has no sound devices".into(), "build it with the feature `device`")
        }
        Err(error) => none(error.to_string(), ELSEWHERE),
        Ok(devices) if devices.is_empty() => none("there is none".into(), ELSEWHERE),
        Ok(devices) => {
            let default = devices.iter().find(|device| device.is_default);
            let default = default.map_or("none is the default".to_owned(), |device| {
                format!("default: {} ({})", device.name, device.id)
            });
            Finding::ok(what, format!("{}; {default}", devices.len()))
        }
    }
}

/// Opens the output as for a CD's sound, and closes it: nothing but silence is heard.
fn opens(settings: OutputSettings) -> Finding {
    let what = "audio: output";
    let name = settings.output.to_string();
    let (answer, answered) = channel();
    let opening = std::thread::Builder::new().name("doctor-sound".into()).spawn(move || {
        let spec = Spec { rate: 44_100, channels: 2 };
        let format = AudioFormat { codec: Codec::Pcm, spec, bits: Some(16), frames: None };
        let opened = Outputs::new().open(&settings, &Wanted { format, first_frame: 0 });
        let _ = answer.send(opened.map(|opened| {
            let accepted = opened.output.accepted();
            let Spec { rate, channels } = accepted.spec;
            format!("{}, {rate} Hz, {channels} channels, {}", accepted.name, accepted.format.name())
        }));
    });
    if let Err(error) = opening {
        return Finding::fail(what, format!("cannot start a thread: {error}"), "end other programs");
    }
    match answered.recv_timeout(OPENING) {
        Ok(Ok(accepted)) => Finding::ok(what, format!("`{name}` opens: {accepted}")),
        Ok(Err(error)) => {
            let fix = format!("`auralis outputs` lists what there is; {ELSEWHERE}");
            Finding::fail(what, format!("`{name}` does not open: {error}"), fix)
        }
        Err(_) => {
            let evidence = format!("`{name}` does not open within {} s", OPENING.as_secs());
            Finding::fail(what, evidence, "start the sound server again")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_counted_as_the_kernel_lists_them() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("cards");
        assert_eq!(cards(&list), None);
        fs::write(&list, "--- no soundcards ---\n").unwrap();
        assert_eq!(cards(&list), Some(0));
        // As of a machine with two.
        let two = " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n                      HDA Intel PCH at 0xf7210000 irq 33\n 1 [DAC            ]: USB-Audio - USB DAC\n                      FiiO USB DAC at usb-0000:00:14.0-2, high speed\n";
        fs::write(&list, two).unwrap();
        assert_eq!(cards(&list), Some(2));
    }
}
