//! `auralis clean`: forgets missing tracks. Shows first which, and asks, unless told not to.

use std::io::{self, BufRead, BufWriter, IsTerminal, Write};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::args::{Clean, Global};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::shown;
use super::{interrupt, open_store, settings};
use crate::boot::log;
use crate::library::clean::{CleanReport, Fate, clean};
use crate::library::store::Store;

const CLOSING: Duration = Duration::from_secs(5);

pub fn run(global: &Global, asked: &Clean, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    let stop = interrupt::flag().map_err(CliError::Signals)?;
    let store = open_store(&config, messages)?;
    let preview = show(&store, &stop, asked.yes)?;
    tell_away(&preview, messages);
    if asked.dry_run || preview.forgotten == 0 || preview.cancelled {
        let text = format!("{} missing tracks can be forgotten", preview.forgotten);
        messages.note(&text);
        return Ok(if preview.cancelled { Exit::Interrupted } else { Exit::Done });
    }
    if !asked.yes && !is_wanted(preview.forgotten)? {
        messages.note("nothing was forgotten");
        return Ok(Exit::Done);
    }
    let done = clean(&store, false, &stop, &mut |_, _, _| ())?;
    store.close(CLOSING);
    messages.note(&format!("{} missing tracks are forgotten", done.forgotten));
    Ok(if done.cancelled { Exit::Interrupted } else { Exit::Done })
}

/// Prints each missing track with its fate, unless nobody wants to see them.
fn show(store: &Store, stop: &AtomicBool, quietly: bool) -> Result<CleanReport, CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut failed = None;
    let report = clean(store, true, stop, &mut |track, since_s, fate| {
        if quietly || failed.is_some() {
            return;
        }
        let fate = match fate {
            Fate::Forgotten => "gone",
            Fate::There => "there",
            Fate::Away(_) => "away",
        };
        failed = writeln!(out, "{since_s}\t{fate}\t{}", shown(&track.path)).err();
    })?;
    failed.map_or(Ok(()), Err).and_then(|()| out.flush()).map_err(CliError::Output)?;
    Ok(report)
}

fn tell_away(report: &CleanReport, messages: &Messages) {
    for (folder, count) in &report.away {
        messages.warning(&format!("{count} missing tracks are kept: {} is away", shown(folder)));
    }
}

fn is_wanted(count: u64) -> Result<bool, CliError> {
    let mut stdin = io::stdin().lock();
    if !stdin.is_terminal() {
        return Err(CliError::Usage(format!(
            "{count} missing tracks can be forgotten: `--yes` does it without asking, `--dry-run` only shows them"
        )));
    }
    let mut stderr = io::stderr().lock();
    write!(stderr, "Forget these {count} tracks with their plays and ratings? [y/N] ")
        .and_then(|()| stderr.flush())
        .map_err(CliError::Output)?;
    let mut answer = String::new();
    stdin.read_line(&mut answer).map_err(CliError::Input)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
