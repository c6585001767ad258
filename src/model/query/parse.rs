//! The readable form of a query: words, `field:value`, `-`, `or`, parentheses, quotes, `/regular expressions/`.
//! By recursive descent over the text; nothing in it can make it go deep, run long or panic.

mod heard;

use super::QueryError;
use super::expr::{Expr, Folded, Pattern, Test, regex};
use super::field::{FLAGS, Field, Flag, NumberField, TextField, TimeField};
use super::value::{self, Compare, Span};
use crate::model::suggest::nearest;
use crate::say;

/// Bytes of a query.
pub const MAX_BYTES: usize = 4096;
/// Parentheses and negations within each other.
const MAX_DEPTH: usize = 64;
/// Tests of a query, and how many of them may be regular expressions.
const MAX_TESTS: usize = 256;
const MAX_REGEXES: usize = 16;

type Parsed<T> = Result<T, QueryError>;

/// Signs between a field and its value; longest first where one begins as another.
const SIGNS: [&str; 8] = ["!=", "<=", ">=", ":", "=", "<", ">", "~"];

pub struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    tests: usize,
    regexes: usize,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, tests: 0, regexes: 0 }
    }

    pub fn whole(mut self) -> Parsed<Expr> {
        self.blanks();
        if self.rest().is_empty() {
            return Ok(Expr::All(Vec::new()));
        }
        let found = self.one()?;
        if self.rest().is_empty() {
            Ok(found)
        } else {
            Err(self.error(say!("no parenthesis is open here; in quotes it is text")))
        }
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

    /// The end of what stands here without quotes.
    fn bare(&self) -> &'a str {
        let end = self.rest().find(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
        &self.rest()[..end.unwrap_or(self.rest().len())]
    }

    /// `or`, `and`, `not` and `|` are words of their own where nothing is stuck to them.
    fn takes(&mut self, words: &[&str]) -> bool {
        let bare = self.bare();
        let found = words.iter().any(|word| bare.eq_ignore_ascii_case(word));
        if found {
            self.at += bare.len();
            self.blanks();
        }
        found
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(say!(
                "more than {most} parentheses or negations within each other",
                most = MAX_DEPTH
            )));
        }
        self.depth += 1;
        let found = inner(self);
        self.depth -= 1;
        found
    }

    fn one(&mut self) -> Parsed<Expr> {
        let mut parts = vec![self.all()?];
        while self.takes(&["or", "|"]) {
            parts.push(self.all()?);
        }
        Ok(Expr::one(parts))
    }

    fn all(&mut self) -> Parsed<Expr> {
        let mut parts = Vec::new();
        let mut wanted = true;
        while !self.rest().is_empty() && !self.rest().starts_with(')') {
            let before = self.at;
            if self.takes(&["or", "|"]) {
                self.at = before;
                break;
            }
            // `Artist - Title`, as it is pasted: a dash alone is no word.
            let behind = self.rest().strip_prefix('-').map(|behind| behind.chars().next());
            if behind.is_some_and(|next| next.is_none_or(char::is_whitespace)) {
                self.at += 1;
                self.blanks();
                continue;
            }
            if self.takes(&["and"]) {
                if parts.is_empty() {
                    self.at = before;
                    break;
                }
                wanted = true;
                continue;
            }
            parts.push(self.negated()?);
            wanted = false;
            self.blanks();
        }
        if wanted {
            Err(self.error(say!("something to look for is missing here")))
        } else {
            Ok(Expr::all(parts))
        }
    }

    fn negated(&mut self) -> Parsed<Expr> {
        if self.takes(&["not"]) {
            return self.deeper(Self::negated).map(|inner| Expr::Not(Box::new(inner)));
        }
        if self.rest().starts_with('-') {
            self.at += 1;
            return self.deeper(Self::negated).map(|inner| Expr::Not(Box::new(inner)));
        }
        self.single()
    }

    fn single(&mut self) -> Parsed<Expr> {
        match self.rest().chars().next() {
            None | Some(')') => Err(self.error(say!("something to look for is missing here"))),
            Some(c) if c.is_whitespace() => Err(self.error(say!("something to look for is missing here"))),
            Some('(') => self.deeper(Self::group),
            Some('~') => {
                Err(self.error(say!("the short form (~a, ~l, ~y ...) stands alone; in quotes it is text")))
            }
            Some('"') => {
                let pattern = Pattern::Has(Folded::new(self.quoted()));
                self.test(Test::Any { pattern, loose: false })
            }
            Some('/') => {
                let pattern = self.slashed()?;
                self.test(Test::Any { pattern, loose: false })
            }
            Some(_) => self.word(),
        }
    }

    fn group(&mut self) -> Parsed<Expr> {
        let open = self.at;
        self.at += 1;
        self.blanks();
        let inner = self.one()?;
        if !self.rest().starts_with(')') {
            return Err(QueryError { at: open, message: say!("this parenthesis is not closed").to_owned() });
        }
        self.at += 1;
        Ok(inner)
    }

    fn test(&mut self, test: Test) -> Parsed<Expr> {
        self.tests += 1;
        if self.tests > MAX_TESTS {
            return Err(self.error(say!("more than {most} things to look for", most = MAX_TESTS)));
        }
        Ok(Expr::Test(test))
    }

    /// A text in quotes; the end of the line closes one that is still being typed.
    fn quoted(&mut self) -> String {
        let mut text = String::new();
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at += at + 1;
                    return text;
                }
                '\\' => text.extend(letters.next().map(|(_, escaped)| escaped)),
                letter => text.push(letter),
            }
        }
        self.at = self.text.len();
        text
    }

    /// A regular expression between slashes.
    fn slashed(&mut self) -> Parsed<Pattern> {
        let open = self.at;
        let mut source = String::new();
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '/' => {
                    self.at += at + 1;
                    return self.regex(&source, open);
                }
                '\\' => {
                    let escaped = letters.next().map(|(_, escaped)| escaped);
                    source.extend((escaped != Some('/')).then_some('\\').into_iter().chain(escaped));
                }
                letter => source.push(letter),
            }
        }
        Err(self.error(say!("this regular expression is not closed: a / is missing")))
    }

    fn regex(&mut self, source: &str, at: usize) -> Parsed<Pattern> {
        self.regexes += 1;
        let error = |message: String| QueryError { at, message };
        if self.regexes > MAX_REGEXES {
            return Err(error(say!("more than {most} regular expressions", most = MAX_REGEXES)));
        }
        regex(source).map_err(|fault| error(say!("no regular expression: {cause}", cause = cause(&fault))))
    }

    /// A plain word, or a field with its value.
    fn word(&mut self) -> Parsed<Expr> {
        let rest = self.rest();
        let len = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let (name, behind) = rest.split_at(len);
        let sign = SIGNS.iter().find(|sign| !name.is_empty() && behind.starts_with(**sign));
        let Some(&sign) = sign else {
            let pattern = Pattern::Has(Folded::new(self.bare()));
            self.at += self.bare().len();
            return self.test(Test::Any { pattern, loose: true });
        };
        let Some(field) = Field::find(name) else { return Err(self.unknown_field(name, sign)) };
        let start = self.at;
        self.at += len + sign.len();
        match field {
            Field::Text(field) => self.text_test(field, sign, start + len),
            Field::Number(field) => self.number_test(field, sign, start + len),
            Field::Time(field) => self.time_test(field, sign, start + len),
            Field::Is => self.flag_test(sign, start + len),
            Field::Key => self.key_test(sign, start + len),
            Field::Like => self.like_test(sign, start + len),
        }
    }

    fn unknown_field(&self, name: &str, sign: &str) -> QueryError {
        let near = nearest(&name.to_ascii_lowercase(), Field::names());
        self.error(match near {
            None => say!("there is no field {name}; in quotes it is text", name),
            Some(near) => say!(
                "there is no field {name}, but there is {near}; in quotes it is text",
                name,
                near = format!("{near}{sign}")
            ),
        })
    }

    fn text_test(&mut self, field: TextField, sign: &str, at: usize) -> Parsed<Expr> {
        let value_at = self.at;
        let pattern = match (sign, self.rest().chars().next()) {
            ("<" | ">" | "<=" | ">=", _) => {
                let name = Field::Text(field).name();
                let message = say!("{name} is a text: it takes : = != or ~", name);
                return Err(QueryError { at, message });
            }
            ("~", Some('/')) => self.slashed()?,
            // A path may well begin with a slash.
            (":", Some('/')) if field != TextField::Path => self.slashed()?,
            ("~", _) => {
                let source = self.value(at)?;
                self.regex(&unescaped_slashes(&source), value_at)?
            }
            (":", _) => match self.value(at)? {
                empty if empty.is_empty() => Pattern::Is(Folded::new(empty)),
                text => Pattern::Has(Folded::new(text)),
            },
            _ => Pattern::Is(Folded::new(self.value(at)?)),
        };
        self.signed(sign, Test::Text(field, pattern))
    }

    fn number_test(&mut self, field: NumberField, sign: &str, at: usize) -> Parsed<Expr> {
        let value_at = self.at;
        let wrong = |message: String| QueryError { at: value_at, message };
        let text = self.value(at)?;
        let number = |text: &str| {
            let fault = || {
                wrong(say!(
                    "{word} is not {number}",
                    word = format!("{text:?}"),
                    number = value::number_words(field)
                ))
            };
            value::number(field, text).ok_or_else(fault)
        };
        let span = match text.split_once("..") {
            Some((low, high)) => between(sign, low, high, at, value_at, |text| number(text).map(single))?,
            None => self
                .compare(sign, at)?
                .span(single(number(&text)?), value::known_numbers(field))
                .ok_or_else(|| wrong(say!("no {field} can be that", field = Field::Number(field).name())))?,
        };
        self.signed(sign, Test::Number(field, span))
    }

    fn time_test(&mut self, field: TimeField, sign: &str, at: usize) -> Parsed<Expr> {
        let value_at = self.at;
        let wrong = |message: String| QueryError { at: value_at, message };
        let text = self.value(at)?;
        let fault = |text: &str| {
            wrong(say!(
                "{word} is neither an age such as 30d or 6mo nor a date such as 2024 or 2024-05-17",
                word = format!("{text:?}")
            ))
        };
        let is_age = |text: &str| text.bytes().last().is_some_and(|last| last.is_ascii_alphabetic());
        let age = |text: &str| value::age(text).map(single).ok_or_else(|| fault(text));
        let date = |text: &str| value::date(text).ok_or_else(|| fault(text));
        let test = match text.split_once("..") {
            Some((low, high)) if is_age(low) || is_age(high) => {
                Test::Age(field, between(sign, low, high, at, value_at, age)?)
            }
            Some((low, high)) => Test::When(field, between(sign, low, high, at, value_at, date)?),
            None if is_age(&text) => {
                let age = age(&text)?.low;
                // To the second, less and at most are the same; an age alone is the time since then.
                let younger = !matches!(self.compare(sign, at)?, Compare::More | Compare::AtLeast);
                let span = if younger { (i64::MIN, age) } else { (age, i64::MAX) };
                Test::Age(field, Span { low: span.0, high: span.1 })
            }
            None => {
                let span = self.compare(sign, at)?.span(date(&text)?, value::known_moments());
                Test::When(field, span.ok_or_else(|| wrong(say!("no time can be that").to_owned()))?)
            }
        };
        self.signed(sign, test)
    }

    fn flag_test(&mut self, sign: &str, at: usize) -> Parsed<Expr> {
        if !matches!(sign, ":" | "=" | "!=") {
            return Err(QueryError { at, message: say!("is takes : or != and a word").to_owned() });
        }
        let value_at = self.at;
        let word = self.value(at)?;
        let flag = Flag::find(&word).ok_or_else(|| {
            let near = nearest(&word.to_ascii_lowercase(), FLAGS.iter().map(|&(name, _)| name));

            let known = "lossless, missing, compilation, favourite, rated, played";
            let message = match near {
                None => say!("is: takes {words}", words = known),
                Some(near) => say!("is: takes {words}; did you mean {near}?", words = known, near),
            };
            QueryError { at: value_at, message }
        })?;
        self.signed(sign, Test::Is(flag))
    }

    fn compare(&self, sign: &str, at: usize) -> Parsed<Compare> {
        Ok(match sign {
            ":" | "=" | "!=" => Compare::In,
            "<" => Compare::Less,
            "<=" => Compare::AtMost,
            ">" => Compare::More,
            ">=" => Compare::AtLeast,
            _ => {
                return Err(QueryError {
                    at,
                    message: say!("numbers and times take : = != < <= > >=").to_owned(),
                });
            }
        })
    }

    fn signed(&mut self, sign: &str, test: Test) -> Parsed<Expr> {
        let test = self.test(test)?;
        Ok(if sign == "!=" { Expr::Not(Box::new(test)) } else { test })
    }

    /// What stands behind a sign: in quotes, or up to the next blank or parenthesis.
    fn value(&mut self, sign_at: usize) -> Parsed<String> {
        if self.rest().starts_with('"') {
            return Ok(self.quoted());
        }
        let bare = self.bare();
        if bare.is_empty() {
            let sign = &self.text[sign_at..self.at];
            return Err(self.error(say!("a value is missing behind {sign}", sign)));
        }
        self.at += bare.len();
        Ok(bare.to_owned())
    }
}

fn single(value: i64) -> Span {
    Span { low: value, high: value }
}

/// `low..high`, either of which may be left out. `at` is the sign's place, `value_at` the value's.
fn between(
    sign: &str,
    low: &str,
    high: &str,
    at: usize,
    value_at: usize,
    read: impl Fn(&str) -> Parsed<Span>,
) -> Parsed<Span> {
    if !matches!(sign, ":" | "=" | "!=") {
        return Err(QueryError { at, message: say!("a range goes with : = or !=").to_owned() });
    }
    let wrong = |message: &str| Err(QueryError { at: value_at, message: message.to_owned() });
    if low.is_empty() && high.is_empty() {
        return wrong(say!("a range needs a beginning or an end"));
    }
    let low = if low.is_empty() { i64::MIN } else { read(low)?.low };
    let high = if high.is_empty() { i64::MAX } else { read(high)?.high };
    if low > high { wrong(say!("this range runs backwards")) } else { Ok(Span { low, high }) }
}

/// `\/` is `/`: both ways of writing it are one.
fn unescaped_slashes(source: &str) -> String {
    let mut out = String::new();
    let mut letters = source.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            let escaped = letters.next();
            out.extend((escaped != Some('/')).then_some('\\').into_iter().chain(escaped));
        } else {
            out.push(letter);
        }
    }
    out
}

/// The last line of what the crate says: the cause, without its picture of the pattern.
fn cause(fault: &regex::Error) -> String {
    let text = match fault {
        regex::Error::CompiledTooBig(_) => say!("it is too big").to_owned(),
        fault => fault.to_string(),
    };
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
