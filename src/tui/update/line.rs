//! A line of the command line: rows before it, and what it does: a command of ours, or one of the user's, which is lines
//! again.

use super::{Effect, Turn};
use crate::config::keys::Context;
use crate::model::command::parse::{ParseError, parse};
use crate::model::command::{Request, Screen};
use crate::say;
use crate::tui::grammar::{Deed, Reach};
use crate::tui::help;
use crate::tui::range::{self, Address, Base, Range};

/// A user's command that asks for itself ends here.
const DEEPEST: usize = 8;
/// Lines of one of them, all told: commands that ask for two of themselves end here.
const MOST: usize = 1000;

/// What remains to be done of the lines that follow from one.
struct Budget {
    depth: usize,
    lines: usize,
    /// They are of a file, which can name no other: it might be itself.
    of_file: bool,
}

impl Turn<'_> {
    pub(super) fn run_line(&mut self, line: &str) {
        let mut budget = Budget { depth: 0, lines: MOST, of_file: false };
        if let Err(why) = self.run_nested(line, &mut budget) {
            self.state.warn(why);
        }
    }

    /// Lines of a file, one after another, up to the first that cannot be done.
    pub(super) fn sourced(&mut self, read: Result<Vec<String>, String>) {
        let lines = match read {
            Ok(lines) => lines,
            Err(why) => return self.state.warn(why),
        };
        let mut budget = Budget { depth: 0, lines: usize::MAX, of_file: true };
        for (number, line) in (1..).zip(&lines) {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', '"']) {
                continue;
            }
            if let Err(why) = self.run_nested(line.trim_start_matches(':'), &mut budget) {
                return self.state.warn(say!("Line {number}: {why}", number, why));
            }
        }
    }

    fn run_nested(&mut self, line: &str, budget: &mut Budget) -> Result<(), String> {
        budget.lines = budget.lines.checked_sub(1).ok_or(say!("The command does not come to an end"))?;
        let (range, rest) = range::split(line);
        let request = match parse(rest) {
            Ok(Request::Screen(Screen::Source(_))) if budget.of_file => {
                return Err(say!("A file of commands cannot name another one").to_owned());
            }
            Ok(request) => request,
            Err(ParseError::Empty) => return range.map_or(Ok(()), |range| self.go_to_address(range.to)),
            Err(ParseError::Unknown { name, nearest }) => {
                return self
                    .run_own(rest, range, budget)
                    .unwrap_or_else(|| Err(ParseError::Unknown { name, nearest }.to_string()));
            }
            Err(error) => return Err(error.to_string()),
        };
        match range {
            Some(range) => self.run_over(range, request),
            None => {
                self.act(Deed { request, count: None, register: None, reach: None });
                Ok(())
            }
        }
    }

    /// A command of the user's; `None`: there is none of that name.
    fn run_own(
        &mut self,
        line: &str,
        range: Option<Range>,
        budget: &mut Budget,
    ) -> Option<Result<(), String>> {
        let mut words = line.split_whitespace();
        let name = words.next()?;
        let lines = self.around.keymap.command(name)?.to_vec();
        if range.is_some() {
            return Some(Err(say!("`{name}` is a command of yours, which takes no rows before it", name)));
        }
        if budget.depth == DEEPEST {
            return Some(Err(say!("`{name}` asks for itself", name)));
        }
        let arguments: Vec<&str> = words.collect();
        budget.depth += 1;
        let done = lines.iter().try_for_each(|line| {
            let line = with_arguments(line, &arguments).map_err(|missing| {
                say!("`{name}` needs something behind it: there is no word {missing}", name, missing)
            })?;
            self.run_nested(&line, budget)
        });
        budget.depth -= 1;
        Some(done)
    }

    fn run_over(&mut self, range: Range, request: Request) -> Result<(), String> {
        if !request.acts_on_selection() {
            return Err(say!("It takes no rows before it").to_owned());
        }
        let (first, last) = (self.row_at(range.from)?, self.row_at(range.to)?);
        if first > last {
            return Err(say!("The first row of a range is not behind its last").to_owned());
        }
        self.act(Deed { request, count: None, register: None, reach: Some(Reach::Span { first, last }) });
        Ok(())
    }

    fn go_to_address(&mut self, address: Address) -> Result<(), String> {
        let row = self.row_at(address)?;
        self.leave_spot();
        self.search_go(row);
        Ok(())
    }

    fn row_at(&self, address: Address) -> Result<usize, String> {
        let (len, list) = self.rows_here();
        if len == 0 || self.state.is_covered() {
            return Err(say!("There are no rows here").to_owned());
        }
        let base = match address.base {
            // The first row may also be called 0, as in ex.
            Base::Row(row) => row.saturating_sub(1),
            Base::Here => list.cursor,
            Base::Last => len - 1,
            Base::Selected { first } => {
                let selected = self.state.selecting.or(self.state.selected_last);
                let here = (self.state.focus, self.state.column());
                let selected = selected.filter(|it| (it.pane, it.column) == here);
                let selected = selected.ok_or(say!("No rows were selected here yet"))?;
                let (low, high) = (selected.anchor.min(selected.end), selected.anchor.max(selected.end));
                if first { low } else { high }
            }
        };
        let base = i64::try_from(base).unwrap_or(i64::MAX);
        usize::try_from(base.saturating_add(address.offset).clamp(0, len as i64 - 1))
            .map_err(|_| say!("There is no such row").to_owned())
    }

    /// Keys of a context, of all where none is named, do that until the screen is left; no line: they do nothing.
    pub(super) fn map_keys(&mut self, context: Option<&str>, keys: &str, line: Option<String>) {
        let context = match context.map(|name| Context::parse(name).ok_or(name)) {
            None => Context::Global,
            Some(Ok(context)) => context,
            Some(Err(name)) => {
                let known = Context::ALL.map(Context::name).join(", ");
                return self.state.warn(say!("No context `{name}`: there are {known}", name, known));
            }
        };
        let mut trial = self.around.keymap.clone();
        match trial.map(context, keys, line.as_deref()) {
            Ok(()) => {
                if let Some(help) = &mut self.state.help {
                    help.lines = help::lines(&trial);
                }
                self.effects.push(Effect::Keymap(Box::new(trial)));
            }
            Err(why) => self.state.warn(why),
        }
    }
}

/// `$1` to `$9` are the words, `$*` is all of them; the number of a word that is not there is the error.
fn with_arguments(line: &str, words: &[&str]) -> Result<String, String> {
    let (mut text, mut rest) = (String::new(), line);
    while let Some((before, behind)) = rest.split_once('$') {
        text.push_str(before);
        match behind.as_bytes().first() {
            Some(b'*') => {
                text.push_str(&words.join(" "));
                rest = &behind[1..];
            }
            Some(digit @ b'1'..=b'9') => {
                let at = usize::from(digit - b'1');
                text.push_str(words.get(at).ok_or_else(|| (at + 1).to_string())?);
                rest = &behind[1..];
            }
            _ => {
                text.push('$');
                rest = behind;
            }
        }
    }
    Ok(text + rest)
}

#[cfg(test)]
mod tests {
    use super::with_arguments;

    #[test]
    fn words_take_the_place_of_their_numbers() {
        assert_eq!(with_arguments("add $1 $2", &["a", "b"]).as_deref(), Ok("add a b"));
        assert_eq!(with_arguments("filter $*", &["a", "b"]).as_deref(), Ok("filter a b"));
        assert_eq!(with_arguments("5,$ remove $", &[]).as_deref(), Ok("5,$ remove $"));
        assert_eq!(with_arguments("add $2", &["a"]), Err("2".to_owned()));
    }
}
