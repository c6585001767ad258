//! The thread that reads the terminal: every event becomes a message, none is interpreted. It waits in the read and
//! dies with the program, or when the terminal is gone.

use std::sync::Arc;

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind, read,
};

use super::channel::{Message, UiSender};
use super::gate::Gate;
use super::update::{Input, Mouse};
use crate::config::keys::{Code, Key};

pub(super) fn spawn(sender: UiSender, gate: Arc<Gate>) -> std::io::Result<()> {
    let read_all = move || {
        loop {
            gate.pass();
            let Ok(event) = read() else { break };
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
}
