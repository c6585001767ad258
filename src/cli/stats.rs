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
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::place::Place;
use crate::remote::tell::{Tell, Telling};
use crate::remote::wire::Request;

pub const HELP: &str = "\
A play: of a track longer than 30 s half was heard, or 4 minutes. A skip: `next` before that.
Sessions have half an hour of silence between them. Where a player runs it is asked, with
lists of at most 10 rows. Exit code 3: nothing was listened to in that time.";

pub fn run(global: &Global, asked: &args::Stats, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    let counted = match Connection::open(&Place::new(&config.places)) {
        Ok(mut player) => of_player(&mut player, asked.period)?,
        Err(RemoteError::NotRunning) => {
            log::start(&settings::log(global, &config))?;
            let store = open_store(&config, messages)?;
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let now_ms = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
            stats::count(&store.read()?, asked.period.begins_ms(now_ms), asked.limit)?
        }
        Err(error) => return Err(error.into()),
    };
    print(asked.period, counted, asked.limit, asked.json)
}

/// `auralis ctl stats`.
pub fn of_running(player: &mut Connection, words: &[String], as_json: bool) -> Result<Exit, CliError> {
    let period = match words {
        [] => Some(Period::default()),
        [word] => Period::parse(word),
        _ => None,
    };
    let period =
        period.ok_or_else(|| CliError::Usage("`stats` needs week, month, year or all".to_owned()))?;
    print(period, of_player(player, period)?, stats::TOP, as_json)
}

fn of_player(player: &mut Connection, period: Period) -> Result<Stats, CliError> {
    let told = player.ask(Request::tell(Tell::Stats(period.name().to_owned())))?.told;
    match told {
        Some(Telling::Stats(stats)) => Ok(*stats),
        _ => Err(super::search::too_old()),
    }
}

fn print(period: Period, mut counted: Stats, limit: usize, as_json: bool) -> Result<Exit, CliError> {
    for list in [&mut counted.tracks, &mut counted.artists, &mut counted.albums] {
        list.truncate(limit);
    }
    let mut out = io::stdout().lock();
    match as_json {
        true => json::print(&mut out, &Line { period: period.name(), stats: &counted })?,
        false => out.write_all(text(period, &counted).as_bytes()).map_err(CliError::Output)?,
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
