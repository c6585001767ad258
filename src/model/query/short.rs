//! cmus's short form: `~a beatles (!~y1960-1965 | ~d>600)`. Read as cmus's manual has it (cmus(1), "FILTERS"): letters
//! for fields, a text up to the next sign (`*` and `?` stand for anything and for one letter) or whole in quotes, numbers
//! as `N`, `N-`, `-N`, `N-M`, `<N`, `>N`; beside each other means both, `|` either, left to right, `!` not.

use super::QueryError;
use super::expr::{Expr, Folded, Pattern, Test, regex};
use super::field::{NumberField, TextField};
use super::value::{Compare, Span, known_numbers, number};
use crate::say;

const MAX_DEPTH: usize = 64;
const MAX_TESTS: usize = 256;

type Parsed<T> = Result<T, QueryError>;

/// Letters and what they stand for, in the order of the help.
pub const LETTERS: &[(char, Letter)] = &[
    ('a', Letter::Text(TextField::Artist)),
    ('A', Letter::Text(TextField::AlbumArtist)),
    ('l', Letter::Text(TextField::Album)),
    ('t', Letter::Text(TextField::Title)),
    ('g', Letter::Text(TextField::Genre)),
    ('f', Letter::Text(TextField::Path)),
    ('y', Letter::Number(NumberField::Year)),
    ('d', Letter::Number(NumberField::Duration)),
    ('n', Letter::Number(NumberField::Track)),
    ('D', Letter::Number(NumberField::Disc)),
    ('X', Letter::Number(NumberField::Plays)),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    Text(TextField),
    Number(NumberField),
}

/// Whether cmus would take `text` for its short form: a `~` before anything but `!`, `(` and blanks.
pub fn is_short(text: &str) -> bool {
    text.trim_start_matches(['!', '(', ' ']).starts_with('~')
}

pub struct Short<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    tests: usize,
}

impl<'a> Short<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, tests: 0 }
    }

    pub fn whole(mut self) -> Parsed<Expr> {
        let found = self.sequence()?;
        if self.rest().is_empty() { Ok(found) } else { Err(self.error(say!("no parenthesis is open here"))) }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn error(&self, message: impl Into<String>) -> QueryError {
        QueryError { at: self.at, message: message.into() }
    }

    fn takes(&mut self, sign: char) -> bool {
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    /// Terms from left to right, all joints of one strength.
    fn sequence(&mut self) -> Parsed<Expr> {
        let mut found = self.term()?;
        loop {
            self.blanks();
            if self.rest().is_empty() || self.rest().starts_with(')') {
                return Ok(found);
            }
            found = if self.takes('|') {
                Expr::one(vec![found, self.term()?])
            } else {
                Expr::all(vec![found, self.term()?])
            };
        }
    }

    fn term(&mut self) -> Parsed<Expr> {
        self.blanks();
        match self.rest().chars().next() {
            Some('!') | Some('(') if self.depth == MAX_DEPTH => Err(self.error(say!(
                "more than {most} parentheses or negations within each other",
                most = MAX_DEPTH
            ))),
            Some('!') => self.deeper(Self::term).map(|inner| Expr::Not(Box::new(inner))),
            Some('(') => {
                let open = self.at;
                let inner = self.deeper(Self::sequence)?;
                if self.takes(')') {
                    return Ok(inner);
                }
                Err(QueryError { at: open, message: say!("this parenthesis is not closed").to_owned() })
            }
            Some('~') => self.test(),
            _ => Err(self.error(say!("~ and a letter are missing here, as in ~a"))),
        }
    }

    fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<Expr>) -> Parsed<Expr> {
        self.at += 1;
        self.depth += 1;
        let found = inner(self);
        self.depth -= 1;
        found
    }

    fn test(&mut self) -> Parsed<Expr> {
        self.tests += 1;
        if self.tests > MAX_TESTS {
            return Err(self.error(say!("more than {most} things to look for", most = MAX_TESTS)));
        }
        self.at += 1;
        let letter = self.rest().chars().next();
        let Some(&(_, kind)) = LETTERS.iter().find(|&&(known, _)| Some(known) == letter) else {
            let known: Vec<String> = LETTERS.iter().map(|(letter, _)| format!("~{letter}")).collect();
            return Err(self.error(say!("the short form has {letters}", letters = known.join(" "))));
        };
        self.at += 1;
        self.blanks();
        Ok(Expr::Test(match kind {
            Letter::Text(field) => Test::Text(field, self.text_value()?),
            Letter::Number(field) => Test::Number(field, self.number_value(field)?),
        }))
    }

    fn text_value(&mut self) -> Parsed<Pattern> {
        let start = self.at;
        if self.takes('"') {
            let end = self.rest().find('"').unwrap_or(self.rest().len());
            let text = &self.rest()[..end];
            self.at += (end + 1).min(self.rest().len());
            return pattern(text, true, start);
        }
        let end = self.rest().find(['~', '!', '|', '(', ')']).unwrap_or(self.rest().len());
        let text = self.rest()[..end].trim_end();
        if text.is_empty() {
            return Err(self.error(say!("a text is missing here")));
        }
        self.at += end;
        pattern(text, false, start)
    }

    fn number_value(&mut self, field: NumberField) -> Parsed<Span> {
        let compare = match self.rest().chars().next() {
            Some('<') => Compare::Less,
            Some('>') => Compare::More,
            Some('-') => Compare::AtMost,
            _ => Compare::In,
        };
        let start = self.at;
        self.at += usize::from(compare != Compare::In);
        let low = self.digits(field)?;
        let span = if compare == Compare::In && self.takes('-') {
            let open = !self.rest().starts_with(|c: char| c.is_ascii_digit());
            Some(Span { low, high: if open { i64::MAX } else { self.digits(field)? } })
        } else {
            compare.span(Span { low, high: low }, known_numbers(field))
        };
        let wrong = |message: &str| QueryError { at: start, message: message.to_owned() };
        match span {
            Some(span) if span.low <= span.high => Ok(span),
            Some(_) => Err(wrong(say!("this range runs backwards"))),
            None => Err(wrong(say!("no number can be that"))),
        }
    }

    fn digits(&mut self, field: NumberField) -> Parsed<i64> {
        let len = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let value =
            number(field, &self.rest()[..len]).ok_or_else(|| self.error(say!("a number is missing here")))?;
        self.at += len;
        Ok(value)
    }
}

/// A text of the short form: in it, or all of it; with `*` and `?` as a regular expression.
fn pattern(text: &str, whole: bool, at: usize) -> Parsed<Pattern> {
    if !text.contains(['*', '?']) {
        let text = Folded::new(text);
        return Ok(if whole { Pattern::Is(text) } else { Pattern::Has(text) });
    }
    let body: String = text.chars().map(wild).collect();
    let source = if whole { format!("^{body}$") } else { body };
    regex(&source).map_err(|_| QueryError { at, message: say!("this text is too long").to_owned() })
}

fn wild(letter: char) -> String {
    match letter {
        '*' => ".*".to_owned(),
        '?' => ".".to_owned(),
        letter => regex::escape(letter.encode_utf8(&mut [0; 4])),
    }
}
