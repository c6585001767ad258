//! The thread that reads the terminal: every event becomes a message, none is interpreted. It waits in the read and
//! dies with the program, or when the terminal is gone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind, read,
};

use super::channel::{Message, UiSender};
use super::gate::Gate;
use super::update::{Input, Mouse};
use crate::config::keys::{Code, Key};

/// `late`: the terminal was asked something and has not answered yet.
pub(super) fn spawn(sender: UiSender, gate: Arc<Gate>, late: bool) -> std::io::Result<()> {
    let mut late = late.then(Late::default);
    let read_all = move || {
        loop {
            gate.pass();
            let Ok(event) = read() else { break };
            if late.as_mut().is_some_and(|late| late.swallows(&event, Instant::now())) {
                continue;
            }
            if let Some(input) = input(event)
                && !sender.send(Message::Input(input))
            {
                return;
            }
        }
        sender.send(Message::TerminalGone);
    };
    std::thread::Builder::new().name("input".into()).spawn(read_all).map(drop)
}

/// Keeps answers that come too late from being keys: to crossterm `ESC P` and `ESC _`, which they begin with, and `ESC \`,
/// their end, are letters with Alt.
#[derive(Default)]
struct Late {
    /// Of the first event.
    since: Option<Instant>,
    /// Events of an answer that has begun.
    inside: usize,
}

impl Late {
    /// Later than this it is no answer.
    const LATEST: Duration = Duration::from_secs(5);
    /// Longer than this it is none, either.
    const MOST: usize = 256;

    fn swallows(&mut self, event: &Event, now: Instant) -> bool {
        let Event::Key(key) = event else { return false };
        let alt = |letters: &[char]| {
            let is = |letter: &char| key.code == KeyCode::Char(*letter);
            key.modifiers.contains(KeyModifiers::ALT) && letters.iter().any(is)
        };
        let since = *self.since.get_or_insert(now);
        if now.saturating_duration_since(since) > Self::LATEST {
            return false;
        }
        match self.inside {
            0 if alt(&['P', '_']) => self.inside = 1,
            0 => return false,
            _ if alt(&['\\']) || self.inside >= Self::MOST => self.inside = 0,
            _ => self.inside += 1,
        }
        true
    }
}

/// What was typed before this thread began, as far as it is keys or pasted text.
pub(super) fn typed(bytes: &[u8]) -> Vec<Input> {
    let text = String::from_utf8_lossy(bytes);
    let (mut rest, mut inputs) = (text.as_ref(), Vec::new());
    while !rest.is_empty() {
        if let Some(pasted) = rest.strip_prefix("\x1b[200~") {
            let (text, behind) = pasted.split_once("\x1b[201~").unwrap_or((pasted, ""));
            inputs.push(Input::Paste(text.to_owned()));
            rest = behind;
            continue;
        }
        let (event, behind) = first_key(rest);
        inputs.extend(event.and_then(key).map(Input::Key));
        rest = behind;
    }
    inputs
}

/// The first key of what a terminal sends, where it is one of the usual ones, and what is behind it.
fn first_key(text: &str) -> (Option<KeyEvent>, &str) {
    let plain = |code| Some(KeyEvent::new(code, KeyModifiers::NONE));
    let sequence = text.strip_prefix("\x1b[").or_else(|| text.strip_prefix("\x1bO"));
    if let Some(sequence) = sequence {
        let end = sequence.find(|c: char| !(' '..='?').contains(&c)).unwrap_or(sequence.len());
        let (parameters, behind) = sequence.split_at(end);
        let mut behind = behind.chars();
        let code = match (parameters, behind.next()) {
            ("", Some('A')) => Some(KeyCode::Up),
            ("", Some('B')) => Some(KeyCode::Down),
            ("", Some('C')) => Some(KeyCode::Right),
            ("", Some('D')) => Some(KeyCode::Left),
            ("", Some('H')) | ("1" | "7", Some('~')) => Some(KeyCode::Home),
            ("", Some('F')) | ("4" | "8", Some('~')) => Some(KeyCode::End),
            ("3", Some('~')) => Some(KeyCode::Delete),
            ("5", Some('~')) => Some(KeyCode::PageUp),
            ("6", Some('~')) => Some(KeyCode::PageDown),
            _ => None,
        };
        return (code.and_then(plain), behind.as_str());
    }
    let mut letters = text.chars();
    let event = match letters.next() {
        Some('\x1b') => match letters.clone().next() {
            Some(letter) if !letter.is_control() => {
                letters.next();
                Some(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::ALT))
            }
            _ => plain(KeyCode::Esc),
        },
        Some('\r') => plain(KeyCode::Enter),
        Some('\t') => plain(KeyCode::Tab),
        Some('\x7f') => plain(KeyCode::Backspace),
        Some(control @ '\x01'..='\x1a') => {
            let letter = char::from(control as u8 - 1 + b'a');
            Some(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL))
        }
        Some(letter) if !letter.is_control() => plain(KeyCode::Char(letter)),
        _ => None,
    };
    (event, letters.as_str())
}

fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => self::key(key).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Mouse(mouse) => self::mouse(mouse).map(Input::Mouse),
        Event::Resize(width, height) => Some(Input::Resize(width, height)),
        _ => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    let held = |modifier| event.modifiers.contains(modifier);
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab | KeyCode::BackTab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    let shift = held(KeyModifiers::SHIFT) || event.code == KeyCode::BackTab;
    let key = Key { code, ctrl: held(KeyModifiers::CONTROL), alt: held(KeyModifiers::ALT), shift };
    // A terminal that says shift with a character has shifted it already.
    let shifted = matches!(code, Code::Char(c) if !c.is_ascii_lowercase());
    Some(Key { shift: shift && !shifted, ..key }.normal())
}

fn mouse(event: MouseEvent) -> Option<Mouse> {
    let (x, y) = (event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Mouse::Press(x, y)),
        MouseEventKind::Down(MouseButton::Right) => Some(Mouse::Menu(x, y)),
        MouseEventKind::Drag(MouseButton::Left) => Some(Mouse::Drag(x, y)),
        MouseEventKind::Up(MouseButton::Left) => Some(Mouse::Release),
        MouseEventKind::ScrollDown => Some(Mouse::WheelDown(x, y)),
        MouseEventKind::ScrollUp => Some(Mouse::WheelUp(x, y)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(code: KeyCode, modifiers: KeyModifiers) -> String {
        key(KeyEvent::new(code, modifiers)).unwrap().to_string()
    }

    #[test]
    fn keys_of_terminals_are_those_of_the_keymap() {
        assert_eq!(printed(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(printed(KeyCode::Char('?'), KeyModifiers::SHIFT), "?");
        assert_eq!(printed(KeyCode::Char('d'), KeyModifiers::CONTROL), "<C-d>");
        assert_eq!(printed(KeyCode::BackTab, KeyModifiers::SHIFT), "<S-Tab>");
        assert_eq!(printed(KeyCode::Left, KeyModifiers::SHIFT), "<S-Left>");
        assert_eq!(printed(KeyCode::Char(' '), KeyModifiers::NONE), "<Space>");
        assert!(key(KeyEvent::new(KeyCode::CapsLock, KeyModifiers::NONE)).is_none());
    }

    #[test]
    fn what_was_typed_before_is_the_same_keys() {
        let words = |bytes: &[u8]| -> Vec<String> {
            let word = |input: &Input| match input {
                Input::Key(key) => key.to_string(),
                Input::Paste(text) => format!("paste {text}"),
                other => panic!("{other:?}"),
            };
            typed(bytes).iter().map(word).collect()
        };
        assert_eq!(words(b"jG\r\t\x7f\x04"), ["j", "G", "<Enter>", "<Tab>", "<BS>", "<C-d>"]);
        assert_eq!(
            words(b"\x1b[A\x1bOB\x1b[6~\x1b[<0;3;4M\x1bx\x1b"),
            ["<Up>", "<Down>", "<PageDown>", "<A-x>", "<Esc>"]
        );
        assert_eq!(words("é\x1b[200~dd\x1b[201~j\u{0}".as_bytes()), ["é", "paste dd", "j"]);
        assert!(words(b"\x1b[12;").is_empty());
    }

    #[test]
    fn an_answer_that_comes_late_presses_no_keys() {
        let event = |letter, modifiers| Event::Key(KeyEvent::new(KeyCode::Char(letter), modifiers));
        let (alt, none) = (KeyModifiers::ALT, KeyModifiers::NONE);
        let mut late = Late::default();
        let begin = Instant::now();
        let answer = [('_', alt), ('G', none), ('q', none), ('\\', alt)];
        for (letter, modifiers) in answer {
            assert!(late.swallows(&event(letter, modifiers), begin), "{letter}");
        }
        assert!(!late.swallows(&event('q', none), begin));
        assert!(late.swallows(&event('P', alt | KeyModifiers::SHIFT), begin));
        let swallowed = (0..1000).filter(|_| late.swallows(&event('x', none), begin)).count();
        assert_eq!(swallowed, Late::MOST, "an end that never comes is not waited for");
        assert!(!late.swallows(&event('P', alt), begin + Late::LATEST * 2));
    }
}
