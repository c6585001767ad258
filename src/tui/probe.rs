//! What a terminal says when it is asked what it is and can: which question, what the answer means. Pure; the asking is
//! done by [`super::terminal`], before anybody else reads the terminal.
//!
//! First its name (XTVERSION), then whether it shows pictures (a query of the protocol of kitty); behind each what all
//! terminals answer (DA1), which therefore comes last. It is two questions as multiplexers keep the second one: in tmux it
//! would become the pane's title. Nothing is guessed from the environment, which `ssh` does not pass on; it only says
//! who is not to be asked.

use super::escape::{Cutter, MOST};
use super::paint::Paint;
use crate::model::picture::ShowCovers;

/// What is it, and how many pixels has a cell (XTWINOPS)?
pub const NAME: &str = "\x1b[>q\x1b[16t\x1b[c";

/// Does it show pictures?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    Plain,
    /// What is behind tmux: answered only where tmux lets that through.
    Tmux,
}

/// What of the environment matters.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    term: Option<String>,
    tmux: bool,
    /// screen or zellij.
    multiplexed: bool,
    /// An `ssh` between the terminal and here.
    pub ssh: bool,
}

impl Environment {
    pub fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        Self {
            term: variable("TERM"),
            tmux: is_set("TMUX"),
            multiplexed: is_set("STY") || is_set("ZELLIJ"),
            ssh: is_set("SSH_CONNECTION") || is_set("SSH_TTY"),
        }
    }

    /// Whether this terminal is to be asked for its name for these covers: where the answer changes nothing, and where
    /// the question would be shown, it is not.
    pub fn is_asked(&self, covers: ShowCovers) -> bool {
        let term = self.term.as_deref().unwrap_or_default();
        let is_tmux = self.tmux || term.starts_with("tmux");
        let wants = match covers {
            ShowCovers::Auto => !is_tmux,
            ShowCovers::Kitty | ShowCovers::Sixel | ShowCovers::Iterm2 => true,
            ShowCovers::Blocks | ShowCovers::Off => false,
        };
        wants && self.speaks()
    }

    /// Whether it can be asked anything: some show the question, and a multiplexer keeps it or answers for itself.
    pub fn speaks(&self) -> bool {
        let term = self.term.as_deref().unwrap_or_default();
        let is_screen = term.starts_with("screen") && !self.tmux;
        !self.multiplexed && !is_screen && !matches!(term, "" | "dumb" | "linux")
    }
}

impl Question {
    /// Which one is for a terminal of that name. Left to itself one asks only those that are known to put pictures where
    /// cells say so: others speak the protocol without that, and would leave a hole. One without a name does neither.
    pub fn of(name: &str, covers: ShowCovers) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let is = |multiplexer| name.starts_with(multiplexer);
        match (is("tmux"), is("screen") || is("zellij")) {
            (false, false) => {
                let is_wanted = !name.is_empty() && covers == ShowCovers::Kitty;
                (is_wanted || knows_placeholders(&name)).then_some(Self::Plain)
            }
            // An answer from behind it may come late, as keys: only who wants it takes that.
            (true, _) => (covers == ShowCovers::Kitty).then_some(Self::Tmux),
            (false, true) => None,
        }
    }

    pub fn text(self) -> &'static str {
        match self {
            Self::Plain => "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c",
            Self::Tmux => "\x1bPtmux;\x1b\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\x1b\\\x1b\\",
        }
    }
}

/// How a terminal that answered so paints pictures over its cells, where it does, and that is wanted.
pub fn paints(answers: &Answers, covers: ShowCovers) -> Option<Paint> {
    let name = answers.name.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_iterm2 = name.starts_with("iterm2") || name.starts_with("wezterm");
    match covers {
        ShowCovers::Auto if is_iterm2 => Some(Paint::Iterm2),
        ShowCovers::Auto | ShowCovers::Sixel => answers.sixel.then_some(Paint::Sixel),
        // Whoever asks for it knows the terminal.
        ShowCovers::Iterm2 => Some(Paint::Iterm2),
        ShowCovers::Blocks | ShowCovers::Kitty | ShowCovers::Off => None,
    }
}

/// Kitty does from 0.28 on, Ghostty does.
fn knows_placeholders(name: &str) -> bool {
    let Some(version) = name.strip_prefix("kitty(") else { return name.starts_with("ghostty ") };
    let mut numbers = version.split(['.', ')']).map_while(|number| number.parse::<u32>().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (0, 28)
}

/// What was answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Its name and version.
    pub name: Option<String>,
    /// It shows pictures by the protocol of kitty; `None`: it did not say.
    pub kitty: Option<bool>,
    /// It paints sixels (an attribute of DA1).
    pub sixel: bool,
    /// Pixels of a cell, across and down.
    pub cell: Option<(u16, u16)>,
    /// What all answer came: nothing more will.
    pub all: bool,
}

impl Answers {
    /// Nothing more is worth waiting for.
    pub fn are_enough(&self, question: Option<Question>) -> bool {
        match question {
            None | Some(Question::Plain) => self.all,
            // tmux answers for itself, and before what is behind it.
            Some(Question::Tmux) => self.kitty.is_some(),
        }
    }
}

/// Takes answers out of what comes, in pieces of any size. All else was typed.
#[derive(Debug, Default)]
pub struct Parser {
    pub answers: Answers,
    typed: Vec<u8>,
    cutter: Cutter,
}

impl Parser {
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut cutter = std::mem::take(&mut self.cutter);
        for &byte in bytes {
            cutter.take(byte, |whole| self.take(whole));
        }
        self.cutter = cutter;
    }

    /// What was typed meanwhile. An answer that broke off is nothing.
    pub fn finish(mut self) -> (Answers, Vec<u8>) {
        let begun = self.cutter.end();
        if !matches!(begun.as_slice(), [0x1b, b'P' | b'_' | b']', _, ..]) {
            self.typed.extend(begun);
        }
        self.typed.truncate(MOST);
        (self.answers, self.typed)
    }

    fn take(&mut self, whole: &[u8]) {
        match whole {
            [0x1b, b'P', b'>', b'|', name @ .., 0x1b, b'\\'] => {
                let name: String =
                    String::from_utf8_lossy(name).chars().filter(|c| !c.is_control()).collect();
                self.answers.name = Some(name);
            }
            [0x1b, b'_', b'G', said @ .., 0x1b, b'\\'] => {
                let said = String::from_utf8_lossy(said);
                let of_ours =
                    said.split_once(';').filter(|(keys, _)| keys.split(',').any(|key| key == "i=31"));
                if let Some((_, outcome)) = of_ours {
                    self.answers.kitty = Some(outcome == "OK");
                }
            }
            [0x1b, b'P' | b'_' | b']', _, ..] => {}
            [0x1b, b'[', b'?', attributes @ .., b'c'] => {
                self.answers.all = true;
                self.answers.sixel |= attributes.split(|&byte| byte == b';').skip(1).any(|it| it == b"4");
            }
            [0x1b, b'[', b'6', b';', size @ .., b't'] => {
                let size = String::from_utf8_lossy(size);
                let number = |text: &str| text.parse::<u16>().ok().filter(|&pixels| pixels > 0);
                let size = size.split_once(';').map(|(down, across)| (number(across), number(down)));
                self.answers.cell = size.and_then(|(across, down)| across.zip(down));
            }
            _ if self.typed.len() < MOST => self.typed.extend(whole),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(pieces: &[&[u8]]) -> (Answers, Vec<u8>) {
        let mut parser = Parser::default();
        pieces.iter().for_each(|piece| parser.feed(piece));
        parser.finish()
    }

    /// As kitty 0.43 answers, with keys between.
    const KITTY: &[u8] = b"j\x1b_Gi=31;OK\x1b\\\x1b[A\x1bP>|kitty(0.43.1)\x1b\\q\x1b[?62;52;c";

    #[test]
    fn answers_are_understood_in_pieces_of_any_size_and_keys_are_kept() {
        let expected = Answers {
            name: Some("kitty(0.43.1)".into()),
            kitty: Some(true),
            all: true,
            ..Answers::default()
        };
        for size in 1..KITTY.len() {
            let pieces: Vec<&[u8]> = KITTY.chunks(size).collect();
            assert_eq!(parsed(&pieces), (expected.clone(), b"j\x1b[Aq".to_vec()), "{size}");
        }
    }

    #[test]
    fn what_is_missing_refused_or_of_others_is_no_yes() {
        let kitty = |bytes: &[u8]| parsed(&[bytes]).0.kitty == Some(true);
        assert_eq!(parsed(&[]), (Answers::default(), Vec::new()));
        assert!(!kitty(b"\x1b[?62;4c"), "sixel alone");
        assert!(!kitty(b"\x1b_Gi=31;ENOTSUPPORTED: no\x1b\\"));
        assert!(!kitty(b"\x1b_Gi=3;OK\x1b\\"), "an answer to somebody else");
        assert!(!kitty(b"\x1b_Gi=31;OK"), "it broke off");
        let (answers, typed) = parsed(&[b"\x1bP>|xterm(3"]);
        assert_eq!((answers, typed), (Answers::default(), Vec::new()));
        assert_eq!(parsed(&[b"ab\x1b"]).1, b"ab\x1b");
        assert_eq!(parsed(&[b"\x1b\x1b[?1c"]), (Answers { all: true, ..Answers::default() }, vec![0x1b]));
    }

    #[test]
    fn a_multiplexer_is_asked_for_what_is_behind_it_only_where_that_is_wanted() {
        let of = |name| [ShowCovers::Auto, ShowCovers::Kitty].map(|covers| Question::of(name, covers));
        for name in ["kitty(0.43.1)", "kitty(0.28.0)", "kitty(1.0.0)", "ghostty 1.2.0"] {
            assert_eq!(of(name), [Some(Question::Plain); 2], "{name}");
        }
        for name in ["WezTerm 20240203-110809-5046fc22", "Konsole 23.08", "kitty(0.26.5)", "kitty"] {
            assert_eq!(of(name), [None, Some(Question::Plain)], "{name}");
        }
        assert_eq!(of("tmux 3.5a"), [None, Some(Question::Tmux)]);
        for name in ["screen 5.0.0", "Zellij(0.43)", ""] {
            assert_eq!(of(name), [None; 2], "{name}");
        }
        let quick = Answers { all: true, ..Answers::default() };
        assert!(quick.are_enough(None) && quick.are_enough(Some(Question::Plain)));
        assert!(!quick.are_enough(Some(Question::Tmux)));
        assert!(Answers { kitty: Some(false), ..quick }.are_enough(Some(Question::Tmux)));
    }

    #[test]
    fn who_would_show_or_keep_the_question_is_not_asked() {
        let ask = |pairs: &[(&str, &str)], covers| {
            let variable = |name: &str| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            Environment::new(variable).is_asked(covers)
        };
        let (auto, kitty) = (ShowCovers::Auto, ShowCovers::Kitty);
        let xterm = ("TERM", "xterm-256color");
        assert!(ask(&[xterm], auto) && ask(&[xterm, ("SSH_TTY", "/dev/pts/1"), ("TMUX", "")], auto));
        for term in ["linux", "dumb", "screen", "screen-256color", ""] {
            assert!(!ask(&[("TERM", term)], kitty), "{term}");
        }
        for name in ["STY", "ZELLIJ"] {
            assert!(!ask(&[xterm, (name, "0")], kitty), "{name}");
        }
        for pairs in
            [&[("TERM", "screen-256color"), ("TMUX", "/tmp/x,1,0")][..], &[("TERM", "tmux-256color")][..]]
        {
            assert_eq!((ask(pairs, auto), ask(pairs, kitty)), (false, true));
        }
        for covers in [ShowCovers::Blocks, ShowCovers::Off] {
            assert!(!ask(&[xterm], covers));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200), size in 1usize..50) {
            let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
            let whole = parsed(&[&bytes]);
            prop_assert_eq!(parsed(&pieces), whole);
        }

        /// What holds no answer was typed, all of it.
        #[test]
        fn what_is_no_answer_is_kept(text in "[ -~\r\t]{0,80}") {
            prop_assert_eq!(parsed(&[text.as_bytes()]).1, text.into_bytes());
        }

        #[test]
        fn an_answer_without_end_is_bounded(len in MOST..3 * MOST) {
            let mut parser = Parser::default();
            parser.feed(b"\x1bP");
            parser.feed(&vec![b'x'; len]);
            prop_assert!(parser.cutter.begun().len() <= MOST && parser.finish().1.len() <= MOST);
        }
    }
}
