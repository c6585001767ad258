//! `auralis doctor`: what is wrong on this machine, one finding a line, as JSON, or as a file for a report of a bug.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::args::{DoctorAsked, Global};
use super::exit::{CliError, Exit};
use super::json;
use super::terminal::Messages;
use super::text::{printable, shown};
use crate::config;
use crate::doctor::{self, Finding, Level};

pub const HELP: &str = "\
A line is: ok, warn or fail, what was looked at, what was seen, what to do; tabs between.
Reads all of the library, opens the output for a moment, changes nothing.
Exit code 1: something fails.";

pub fn run(global: &Global, asked: &DoctorAsked, messages: &Messages) -> Result<Exit, CliError> {
    let (findings, home) = match config::load(&global.places()) {
        Ok(loaded) => (doctor::examine(&loaded), loaded.places.home),
        Err(error) => {
            let fix = "write that file, or leave `--config` and AURALIS_CONFIG out";
            (vec![Finding::fail("config: files", error.to_string(), fix)], None)
        }
    };
    match &asked.report {
        Some(file) => write_report(file, &report(&findings, home.as_deref()), messages)?,
        None => print(&findings, asked.json)?,
    }
    let fails = findings.iter().any(|finding| finding.level == Level::Fail);
    Ok(if fails { Exit::Failed } else { Exit::Done })
}

fn print(findings: &[Finding], as_json: bool) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    for finding in findings {
        match as_json {
            true => json::print(&mut out, finding)?,
            false => writeln!(out, "{}", line(finding)).map_err(CliError::Output)?,
        }
    }
    out.flush().map_err(CliError::Output)
}

fn line(finding: &Finding) -> String {
    let Finding { level, what, evidence, fix } = finding;
    let words = [level.name(), what, evidence, fix];
    let words = words.into_iter().filter(|word| !word.is_empty()).map(printable);
    words.collect::<Vec<_>>().join("\t")
}

/// Program, system and findings, with the home folder as `~`: it names the user.
fn report(findings: &[Finding], home: Option<&Path>) -> String {
    let system = rustix::system::uname();
    let features = [
        ("desktop", cfg!(feature = "desktop")),
        ("device", cfg!(feature = "device")),
        ("http", cfg!(feature = "http")),
    ];
    let features = features.into_iter().filter(|(_, has)| *has).map(|(name, _)| name);
    let mut text = format!(
        "auralis {} ({})\n{} {} {}\n\n",
        env!("CARGO_PKG_VERSION"),
        features.collect::<Vec<_>>().join(" "),
        system.sysname().to_string_lossy(),
        system.release().to_string_lossy(),
        system.machine().to_string_lossy()
    );
    for finding in findings {
        let _ = writeln!(text, "{}", line(finding));
    }
    match home.and_then(Path::to_str).map(|home| home.trim_end_matches('/')).filter(|home| !home.is_empty()) {
        Some(home) => text.replace(home, "~"),
        None => text,
    }
}

/// Into a new file: what is there is left alone.
fn write_report(file: &Path, text: &str, messages: &Messages) -> Result<(), CliError> {
    let refused = |error| CliError::Refused(format!("cannot write {}: {error}", shown(file)));
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(refused)?;
    out.write_all(text.as_bytes()).map_err(refused)?;
    messages.note(&format!("the report is in {}: read it before you send it", shown(file)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_whatever_is_in_it() {
        let finding = Finding::warn("a", "b\n\x1b[31mc", "d");
        assert_eq!(line(&finding), "warn\ta\tb\u{fffd}\u{fffd}[31mc\td");
        assert_eq!(line(&Finding::ok("a", "b")), "ok\ta\tb");
    }

    #[test]
    fn a_report_does_not_name_the_user() {
        let findings = [Finding::ok("a", "/home/ann/Music is there")];
        let text = report(&findings, Some(Path::new("/home/ann/")));
        assert!(text.ends_with("ok\ta\t~/Music is there\n"), "{text}");
        assert!(report(&findings, Some(Path::new("/"))).ends_with("/home/ann/Music is there\n"));
    }
}
