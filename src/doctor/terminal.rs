//! The terminal: what it says that it is, and what it answers.

use std::io::IsTerminal;
use std::time::Duration;

use super::{Finding, variable};
use crate::config::Loaded;
use crate::model::symbols::Symbols;
use crate::tui::probe::Environment;
use crate::tui::style::Depth;
use crate::tui::terminal::{self, TuiError};

/// Longest wait for an answer: it may come over a slow line.
const ANSWER: Duration = Duration::from_secs(1);
/// Fewer columns or rows than terminals have had since the VT100 show less than all.
const USUAL: (u16, u16) = (80, 24);

pub fn examine(config: &Loaded) -> Vec<Finding> {
    let mut findings = vec![kind(), colours(), locale(config.settings.screen.symbols)];
    findings.extend(multiplexer());
    if std::io::stdout().is_terminal() {
        findings.push(size());
    }
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        findings.push(answer(config));
    }
    findings
}

fn kind() -> Finding {
    let what = "terminal: kind";
    let term = variable("TERM").map_or_else(|| "TERM is not set".to_owned(), |term| format!("TERM={term}"));
    match terminal::check() {
        Ok(()) => Finding::ok(what, term),
        Err(TuiError::NotATerminal(stream)) => {
            Finding::ok(what, format!("{term}; standard {stream} is no terminal: it was not asked"))
        }
        Err(error) => {
            Finding::fail(what, error.to_string(), "set TERM to your terminal's kind: xterm-256color")
        }
    }
}

fn colours() -> Finding {
    let what = "terminal: colours";
    let [no_color, colorterm, term] = ["NO_COLOR", "COLORTERM", "TERM"].map(variable);
    let depth = Depth::of(no_color.as_deref(), colorterm.as_deref(), term.as_deref());
    let said = [("NO_COLOR", no_color), ("COLORTERM", colorterm), ("TERM", term)];
    let said = said.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    let said = said.collect::<Vec<_>>().join(" ");
    match depth {
        Depth::True => Finding::ok(what, format!("16 million, by {said}")),
        Depth::Palette => Finding {
            fix: "COLORTERM=truecolor where the terminal has more".into(),
            ..Finding::ok(what, format!("256, by {said}"))
        },
        depth => Finding {
            fix: "TERM=xterm-256color where the terminal has more".into(),
            ..Finding::ok(what, format!("{depth:?}, by {said}"))
        },
    }
}

/// The first of the three that says something counts (POSIX, 8.2).
fn locale(symbols: Symbols) -> Finding {
    let what = "terminal: letters";
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let values = names.map(variable);
    let is_ascii = Symbols::Auto.is_ascii([0, 1, 2].map(|at: usize| values[at].as_deref()));
    let first = names.iter().zip(&values).find_map(|(name, value)| Some((name, value.as_ref()?)));
    let said = match first {
        Some((name, value)) => format!("{name}={value}"),
        None => "no locale is set: UTF-8 is taken for granted".to_owned(),
    };
    match symbols {
        Symbols::Auto if is_ascii => {
            let fix = "LANG=C.UTF-8, or `symbols = \"unicode\"` in [screen]";
            Finding::warn(what, format!("{said} is not UTF-8: all is drawn in ASCII"), fix)
        }
        symbols => Finding::ok(what, format!("{said}; symbols = {}", symbols.name())),
    }
}

fn multiplexer() -> Option<Finding> {
    let known = [("tmux", "TMUX"), ("screen", "STY"), ("zellij", "ZELLIJ")];
    let (name, sign) = known.into_iter().find(|(_, sign)| variable(sign).is_some())?;
    let fix = match name {
        "tmux" => "for pictures: `set -g allow-passthrough on` in tmux, `covers = \"kitty\"` in [screen]",
        _ => "pictures are drawn as blocks there",
    };
    let finding = Finding::ok("terminal: multiplexer", format!("{name}: {sign} is set"));
    Some(Finding { fix: fix.into(), ..finding })
}

fn size() -> Finding {
    let what = "terminal: size";
    match rustix::termios::tcgetwinsize(std::io::stdout()) {
        Ok(size) if (size.ws_col, size.ws_row) == (0, 0) => {
            Finding::warn(what, "the terminal says 0 by 0", "`stty columns 80 rows 24`")
        }
        Ok(size) => {
            let evidence = format!("{} columns, {} rows", size.ws_col, size.ws_row);
            match size.ws_col < USUAL.0 || size.ws_row < USUAL.1 {
                true => Finding::warn(what, evidence, "80 by 24 and more show all"),
                false => Finding::ok(what, evidence),
            }
        }
        Err(error) => {
            Finding::warn(what, std::io::Error::from(error).to_string(), "`stty columns 80 rows 24`")
        }
    }
}

fn answer(config: &Loaded) -> Finding {
    let what = "terminal: answer";
    if !Environment::new(variable).is_asked(config.settings.screen.covers) {
        return Finding::ok(what, "it is not asked for its name: covers do not depend on it here");
    }
    match terminal::name(ANSWER) {
        Ok(answers) if answers.all => {
            let name = answers.name.unwrap_or_else(|| "answers, and does not tell its name".into());
            Finding::ok(what, name)
        }
        Ok(_) => {
            let fix = "`covers = \"blocks\"` in [screen] leaves the question";
            Finding::warn(what, format!("no answer within {} s", ANSWER.as_secs()), fix)
        }
        Err(error) => Finding::warn(what, error.to_string(), "run it in a terminal of your own"),
    }
}
