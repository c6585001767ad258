//! `auralis stats`: what was listened to, for people or as JSON.

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::args::{self, Global};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::printable;
use super::{json, open_store, settings};
use crate::boot::log;
use crate::library::stats;
use crate::model::listening::{Period, Stats, Top};

pub const HELP: &str = "\
A play: of a track longer than 30 s half was heard, or 4 minutes. A skip: `next` before that.
Sessions have half an hour of silence between them. While a player runs, it has the library:
ask it with `auralis ctl stats`. Exit code 3: nothing was listened to in that time.";

pub fn run(global: &Global, asked: &args::Stats, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    let store = open_store(&config, messages)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now_ms = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
    let counted = stats::count(&store.read()?, asked.period.begins_ms(now_ms), asked.limit)?;
    let mut out = io::stdout().lock();
    match asked.json {
        true => json::print(&mut out, &Line { period: asked.period.name(), stats: &counted })?,
        false => out.write_all(text(asked.period, &counted).as_bytes()).map_err(CliError::Output)?,
    }
    out.flush().map_err(CliError::Output)?;
    let nothing = counted.plays + counted.skips == 0 && counted.seconds == 0.0;
    Ok(if nothing { Exit::NothingMatched } else { Exit::Done })
}

#[derive(Serialize)]
struct Line<'a> {
    period: &'static str,
    #[serde(flatten)]
    stats: &'a Stats,
}

fn text(period: Period, stats: &Stats) -> String {
    let hours = |seconds: f64| format!("{:.1} h", seconds / 3600.0);
    let mut text = format!(
        "{}: {} plays, {} skips, {} heard\n{} sessions, the longest {}\n",
        period.words(),
        stats.plays,
        stats.skips,
        hours(stats.seconds),
        stats.sessions,
        hours(stats.longest_session_s),
    );
    for (title, list) in [("Artists", &stats.artists), ("Albums", &stats.albums), ("Tracks", &stats.tracks)] {
        if !list.is_empty() {
            text.push_str(&format!("\n{title}\n"));
        }
        for row in list {
            text.push_str(&format!(
                "{:>6}  {:>8}  {}\n",
                row.plays,
                hours(row.seconds),
                printable(&name(row))
            ));
        }
    }
    text
}

fn name(row: &Top) -> String {
    match row.artists.as_slice() {
        [] => row.name.clone(),
        artists => format!("{}  ({})", row.name, artists.join(", ")),
    }
}
