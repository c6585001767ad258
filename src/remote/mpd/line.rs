//! One line of a client taken apart: a command and its arguments, bare or in double quotes with backslashes.

use super::ack::Ack;

/// Longest line.
pub const MOST_BYTES: usize = 16 * 1024;
/// Most arguments of a command.
const MOST_WORDS: usize = 80;

/// What cannot be a command of this protocol at all: whoever says it is not talked to any longer.
#[derive(Debug, PartialEq, Eq)]
pub struct Foreign(pub Ack);

/// The command's name and its arguments; with the arguments broken, only the name can be told.
pub struct Line {
    pub name: String,
    pub words: Result<Vec<String>, Ack>,
}

pub fn read(line: &[u8]) -> Result<Line, Foreign> {
    let Ok(text) = std::str::from_utf8(line) else {
        return Err(Foreign(Ack::unknown("a line must be UTF-8")));
    };
    let text = text.trim_matches(is_blank);
    let end = text.find(is_blank).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return Err(Foreign(Ack::unknown("No command given")));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(Foreign(Ack::unknown("Letter expected")));
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(Foreign(Ack::unknown("Invalid word character")));
    }
    Ok(Line { name: name.to_owned(), words: words(rest) })
}

/// As the protocol counts them: control characters are blanks.
fn is_blank(c: char) -> bool {
    c <= ' '
}

fn words(mut rest: &str) -> Result<Vec<String>, Ack> {
    let mut words = Vec::new();
    loop {
        rest = rest.trim_start_matches(is_blank);
        if rest.is_empty() {
            return Ok(words);
        }
        if words.len() == MOST_WORDS {
            return Err(Ack::argument("Too many arguments"));
        }
        let (word, behind) = match rest.strip_prefix('"') {
            Some(inner) => quoted(inner)?,
            None => bare(rest)?,
        };
        words.push(word);
        rest = behind;
    }
}

fn bare(rest: &str) -> Result<(String, &str), Ack> {
    let (word, behind) = rest.split_at(rest.find(is_blank).unwrap_or(rest.len()));
    match word.contains(['"', '\'']) {
        true => Err(Ack::unknown("Invalid unquoted character")),
        false => Ok((word.to_owned(), behind)),
    }
}

/// Up to the closing quote, which a blank or nothing must follow.
fn quoted(inner: &str) -> Result<(String, &str), Ack> {
    let mut word = String::new();
    let mut letters = inner.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let behind = &inner[at + 1..];
                return match behind.chars().next().is_none_or(is_blank) {
                    true => Ok((word, behind)),
                    false => Err(Ack::unknown("Space expected after closing '\"'")),
                };
            }
            '\\' => word.extend(letters.next().map(|(_, escaped)| escaped)),
            letter => word.push(letter),
        }
    }
    Err(Ack::unknown("Missing closing '\"'"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(line: &str) -> (String, Result<Vec<String>, String>) {
        let line = read(line.as_bytes()).unwrap();
        (line.name, line.words.map_err(|ack| ack.text))
    }

    fn taken(line: &str) -> Vec<String> {
        of(line).1.unwrap()
    }

    #[test]
    fn words_are_bare_or_quoted() {
        assert_eq!(of("status"), ("status".into(), Ok(vec![])));
        assert_eq!(of(" play  \t3 "), ("play".into(), Ok(vec!["3".into()])));
        assert_eq!(taken(r#"find "(Artist == \"foo\\'bar\\\"\")""#), [r#"(Artist == "foo\'bar\"")"#]);
        assert_eq!(taken(r#"add "" a"#), ["", "a"]);
        assert_eq!(taken("add Björk/Été.mp3"), ["Björk/Été.mp3"]);
    }

    /// The words of MPD 0.23.
    #[test]
    fn what_is_wrong_is_told() {
        assert_eq!(of("status \"a").1, Err("Missing closing '\"'".into()));
        assert_eq!(of("status \"a\"b").1, Err("Space expected after closing '\"'".into()));
        assert_eq!(of("status a\"b").1, Err("Invalid unquoted character".into()));
        assert_eq!(of(&format!("a{}", " x".repeat(81))).1, Err("Too many arguments".into()));
        for foreign in ["", "  ", "\"status\"", "GET/ HTTP", "-x", "\u{e9}t"] {
            assert!(read(foreign.as_bytes()).is_err(), "{foreign:?}");
        }
        assert!(read(b"status \xff").is_err());
    }

    /// As a client library quotes it.
    fn quote(word: &str) -> String {
        format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_out_as_it_was(all in prop::collection::vec("[^\n\0]{0,20}", 0..8)) {
            let line = all.iter().fold("cmd".to_owned(), |line, word| line + " " + &quote(word));
            prop_assert_eq!(taken(&line), all);
        }

        #[test]
        fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(line) = read(&bytes)
                && let Ok(words) = line.words
            {
                prop_assert!(words.iter().map(String::len).sum::<usize>() <= bytes.len());
            }
        }

        #[test]
        fn no_marks_break_it(text in "[a\" \\\\'\\t]{0,40}") {
            let _ = read(text.as_bytes());
        }
    }
}
