//! What a terminal sends, understood: keys, the mouse, pasted text, and what it says of itself. As xterm sends it, with
//! what Linux' console and rxvt do otherwise, and with the keyboard protocol of kitty, which tells `<C-i>` from `<Tab>`.
//! Pure; fed by the thread that reads the terminal ([`super::input`]).

use std::time::Duration;

use super::escape::Cutter;
use super::update::Mouse;
use super::{bidi, progress};
use crate::config::keys::{Code, Key};

/// One thing that came.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Heard {
    Key(Key),
    Mouse(Mouse),
    Paste(String),
    Said(Said),
}

/// What a terminal says of itself, asked or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// One looks at it, or not any more.
    Focus(bool),
    /// Its background is a light one, or not.
    Light(bool),
    /// Its background may be another one: it is to be asked.
    Scheme,
    /// It speaks the keyboard protocol of kitty.
    Keyboard,
    /// Its name: it shows how far work is; it puts words from right to left in order itself.
    Name { shows_progress: bool, orders_words: bool },
    /// It has come as far as [`ECHO`].
    Echo,
}

/// What a terminal is asked for when it is taken: name, background, the keyboard protocol of kitty. Who does not know one
/// of them says nothing; all answer the last, so that it is known when no answer is under way.
pub(super) const QUESTIONS: &str = "\x1b[>q\x1b]11;?\x1b\\\x1b[?u\x1b[5n";

/// Asks whether the terminal is there (DSR): it answers once it has come so far.
pub(super) const ECHO: &str = "\x1b[5n";
/// Asks for the colour of the background (xterm's OSC 11).
pub(super) const BACKGROUND: &str = "\x1b]11;?\x1b\\";

/// So long an escape is waited for what it may begin: a terminal sends a sequence at once, a person does not.
const ESCAPE: Duration = Duration::from_millis(30);
/// And so long what can be no key.
const BROKEN: Duration = Duration::from_secs(1);
/// Most bytes of a pasted text; more are dropped.
const MOST_PASTED: usize = 1 << 20;
const PASTE_END: &[u8] = b"\x1b[201~";

/// See the module's head.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    cutter: Cutter,
    pasted: Option<Vec<u8>>,
}

impl Keyboard {
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Heard> {
        let mut heard = Vec::new();
        for &byte in bytes {
            match &mut self.pasted {
                Some(pasted) => {
                    pasted.push(byte);
                    if pasted.ends_with(PASTE_END) {
                        pasted.truncate(pasted.len() - PASTE_END.len());
                        heard.extend(self.pasted());
                    } else if pasted.len() >= MOST_PASTED + PASTE_END.len() {
                        pasted.remove(MOST_PASTED);
                    }
                }
                None => {
                    let mut begins = false;
                    self.cutter.take(byte, |whole| match whole {
                        b"\x1b[200~" => begins = true,
                        whole => heard.extend(understand(whole)),
                    });
                    self.pasted = begins.then(Vec::new);
                }
            }
        }
        heard
    }

    /// How long to wait for the rest of what was begun.
    pub(super) fn patience(&self) -> Option<Duration> {
        match (&self.pasted, self.cutter.begun().len()) {
            (Some(_), _) => Some(BROKEN),
            (None, 0) => None,
            (None, 1 | 2) => Some(ESCAPE),
            (None, _) => Some(BROKEN),
        }
    }

    /// Nothing followed for so long.
    pub(super) fn give_up(&mut self) -> Vec<Heard> {
        let begun = self.cutter.end();
        // What is longer has broken off; a letter alone was one of UTF-8.
        let key = (begun.len() < 3).then(|| understand(&begun)).flatten();
        key.into_iter().chain(self.pasted()).collect()
    }

    fn pasted(&mut self) -> Option<Heard> {
        self.pasted.take().map(|bytes| Heard::Paste(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// One whole.
fn understand(whole: &[u8]) -> Option<Heard> {
    match whole {
        [0x1b, b'[', b'M', button, x, y] => {
            let place = |byte: &u8| u32::from(byte.saturating_sub(32));
            mouse(u32::from(button.saturating_sub(32)), place(x), place(y), button & 3 != 3)
        }
        [0x1b, b'[', b'[', letter @ b'A'..=b'E'] => plain(Code::F(letter - b'A' + 1)),
        [0x1b, b'[', parameters @ .., last] if !parameters.is_empty() || *last != b'[' => {
            control(std::str::from_utf8(parameters).ok()?, char::from(*last))
        }
        [0x1b, b'O', letter] => key(keypad(*letter)?, 1),
        [0x1b, b']', b'1', b'1', b';', colour @ .., 0x07]
        | [0x1b, b']', b'1', b'1', b';', colour @ .., 0x1b, b'\\'] => {
            let colour = std::str::from_utf8(colour).ok()?;
            luminance(colour).map(|luminance| Heard::Said(Said::Light(luminance > 0.5)))
        }
        [0x1b, b'P', b'>', b'|', name @ .., 0x1b, b'\\'] => {
            let name = String::from_utf8_lossy(name);
            let (shows_progress, orders_words) = (progress::is_understood(&name), bidi::orders_itself(&name));
            Some(Heard::Said(Said::Name { shows_progress, orders_words }))
        }
        // An answer that nobody waits for.
        [0x1b, b'P' | b'_' | b']' | b'^' | b'X', _, ..] => None,
        [0x1b] => plain(Code::Esc),
        [0x1b, letter @ ..] => character(letter).map(|key| Heard::Key(Key { alt: true, ..key }.normal())),
        letter => character(letter).map(Heard::Key),
    }
}

fn plain(code: Code) -> Option<Heard> {
    Some(Heard::Key(Key::new(code)))
}

/// A character, or what control makes of one.
fn character(bytes: &[u8]) -> Option<Key> {
    let letter = std::str::from_utf8(bytes).ok()?.chars().next()?;
    Some(match letter {
        '\r' => Key::new(Code::Enter),
        '\t' => Key::new(Code::Tab),
        '\x7f' => Key::new(Code::Backspace),
        '\0' => Key::ctrl(' '),
        control @ '\x01'..='\x1a' => Key::ctrl(shifted(control, b'a' - 1)),
        control @ '\x1c'..='\x1f' => Key::ctrl(shifted(control, b'@')),
        letter if letter.is_control() => return None,
        letter => Key::char(letter),
    })
}

fn shifted(control: char, by: u8) -> char {
    u8::try_from(control).map_or(control, |byte| char::from(byte.wrapping_add(by)))
}

/// CSI: parameters and what ends them.
fn control(parameters: &str, last: char) -> Option<Heard> {
    let said = |said| Some(Heard::Said(said));
    match (parameters, last) {
        ("", 'I') => return said(Said::Focus(true)),
        ("", 'O') => return said(Said::Focus(false)),
        ("0", 'n') => return said(Said::Echo),
        ("?997;1" | "?997;2", 'n') => return said(Said::Scheme),
        (flags, 'u') if flags.starts_with('?') => return said(Said::Keyboard),
        _ => {}
    }
    if let Some(event) = parameters.strip_prefix('<') {
        let mut numbers = event.split(';').map(|number| number.parse::<u32>().ok());
        let (button, x, y) = (numbers.next()??, numbers.next()??, numbers.next()??);
        return mouse(button, x, y, last == 'M');
    }
    // Of each parameter the first part: the others tell what the key would be elsewhere.
    let mut numbers = parameters.split(';').map(|part| part.split(':').next().unwrap_or_default());
    let first = numbers.next().unwrap_or_default();
    let mut modifiers = numbers.next().unwrap_or_default().parse().unwrap_or(1);
    let code = match last {
        '~' if first == "27" => lettered(numbers.next()?.parse().ok()?)?,
        '~' => numbered(first.parse().ok()?)?,
        'u' => lettered(first.parse().ok()?)?,
        'Z' => {
            modifiers = 2;
            Code::Tab
        }
        last => keypad(u8::try_from(last).ok().filter(|_| matches!(first, "" | "1"))?)?,
    };
    key(code, modifiers)
}

/// The letters of cursor keys and of the keypad (xterm, "PC-Style Function Keys" and "VT220-Style").
fn keypad(letter: u8) -> Option<Code> {
    Some(match letter {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'H' => Code::Home,
        b'F' => Code::End,
        b'M' => Code::Enter,
        b'P'..=b'S' => Code::F(letter - b'P' + 1),
        b'j'..=b'y' => Code::Char(char::from(letter - 0x40)),
        _ => return None,
    })
}

/// The numbers of function keys before `~`.
fn numbered(number: u8) -> Option<Code> {
    Some(match number {
        1 | 7 => Code::Home,
        2 => Code::Insert,
        3 => Code::Delete,
        4 | 8 => Code::End,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F(number - 10),
        17..=21 => Code::F(number - 11),
        23..=26 => Code::F(number - 12),
        28 | 29 => Code::F(number - 13),
        31..=34 => Code::F(number - 14),
        _ => return None,
    })
}

/// The numbers of keys in the protocol of kitty ("Functional key definitions").
fn lettered(number: u32) -> Option<Code> {
    const KEYPAD: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '/', '*', '-', '+', '\r'];
    const MOVES: [Code; 10] = [
        Code::Left,
        Code::Right,
        Code::Up,
        Code::Down,
        Code::PageUp,
        Code::PageDown,
        Code::Home,
        Code::End,
        Code::Insert,
        Code::Delete,
    ];
    let at = |from: u32| usize::try_from(number - from).ok();
    Some(match number {
        9 => Code::Tab,
        13 | 57414 => Code::Enter,
        27 => Code::Esc,
        127 => Code::Backspace,
        57376..=57387 => Code::F(u8::try_from(number - 57376 + 13).ok()?),
        57399..=57413 => Code::Char(*KEYPAD.get(at(57399)?)?),
        57415 => Code::Char('='),
        57417..=57426 => *MOVES.get(at(57417)?)?,
        // Keys without a character are in a private area of Unicode.
        57344..=63743 => return None,
        _ => Code::Char(char::from_u32(number).filter(|letter| !letter.is_control())?),
    })
}

/// A key with modifiers: one more than the sum of shift 1, alt 2, control 4 (others are not ours).
fn key(code: Code, modifiers: u8) -> Option<Heard> {
    let held = modifiers.saturating_sub(1);
    let (shift, alt, ctrl) = (held & 1 != 0, held & 2 != 0, held & 4 != 0);
    // A terminal that says shift with a character may have shifted it already.
    let shift = shift && !matches!(code, Code::Char(c) if !c.is_lowercase());
    Some(Heard::Key(Key { code, ctrl, alt, shift }.normal()))
}

/// A button as xterm numbers it, at a place that is counted from 1.
fn mouse(button: u32, x: u32, y: u32, pressed: bool) -> Option<Heard> {
    let place = |at: u32| u16::try_from(at.saturating_sub(1)).unwrap_or(u16::MAX);
    let (x, y) = (place(x), place(y));
    // Without shift, meta and control.
    let event = match button & !0b1_1100 {
        0 if pressed => Mouse::Press(x, y),
        2 if pressed => Mouse::Menu(x, y),
        0 | 3 => Mouse::Release,
        32 => Mouse::Drag(x, y),
        64 => Mouse::WheelUp(x, y),
        65 => Mouse::WheelDown(x, y),
        _ => return None,
    };
    Some(Heard::Mouse(event))
}

/// How light a colour is, 0 to 1, as X writes it (`rgb:ffff/ffff/ffff`, `#ffffff`); weights of ITU-R BT.709.
fn luminance(colour: &str) -> Option<f64> {
    let parts: Vec<&str> = match colour.strip_prefix("rgb:").or_else(|| colour.strip_prefix("rgba:")) {
        Some(parts) => parts.split('/').take(3).collect(),
        None => {
            let digits =
                colour.strip_prefix('#').filter(|digits| digits.is_ascii() && digits.len() % 3 == 0)?;
            let each = digits.len() / 3;
            (0..3).filter_map(|part| digits.get(part * each..(part + 1) * each)).collect()
        }
    };
    let value = |part: &&str| {
        let most = 16_f64.powi(i32::try_from(part.len()).ok()?) - 1.0;
        u32::from_str_radix(part, 16)
            .ok()
            .filter(|_| (1..=4).contains(&part.len()))
            .map(|it| f64::from(it) / most)
    };
    let [red, green, blue] = parts.iter().map(value).collect::<Option<Vec<f64>>>()?.try_into().ok()?;
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(bytes: &[u8]) -> Vec<String> {
        let mut keyboard = Keyboard::default();
        let mut heard = keyboard.feed(bytes);
        heard.extend(keyboard.give_up());
        let word = |heard: Heard| match heard {
            Heard::Key(key) => key.to_string(),
            Heard::Paste(text) => format!("paste {text}"),
            other => format!("{other:?}"),
        };
        heard.into_iter().map(word).collect()
    }

    /// From the pages of xterm ("PC-Style Function Keys"), console_codes(4) and kitty ("Keyboard protocol").
    #[test]
    fn keys_of_terminals_are_those_of_the_keymap() {
        let cases: [(&[u8], &str); 54] = [
            (b"j", "j"),
            (b"G", "G"),
            (b"?", "?"),
            (b" ", "<Space>"),
            ("é".as_bytes(), "é"),
            (b"\r", "<Enter>"),
            (b"\t", "<Tab>"),
            (b"\x7f", "<BS>"),
            (b"\x04", "<C-d>"),
            (b"\n", "<C-j>"),
            (b"\0", "<C-Space>"),
            (b"\x1d", "<C-]>"),
            (b"\x1b", "<Esc>"),
            (b"\x1bx", "<A-x>"),
            (b"\x1bP", "<A-P>"),
            (b"\x1b[", "<A-[>"),
            (b"\x1bO", "<A-O>"),
            (b"\x1b\r", "<A-Enter>"),
            (b"\x1b[A", "<Up>"),
            (b"\x1bOB", "<Down>"),
            (b"\x1b[1;2D", "<S-Left>"),
            (b"\x1b[1;5C", "<C-Right>"),
            (b"\x1b[1;3A", "<A-Up>"),
            (b"\x1b[H", "<Home>"),
            (b"\x1b[1~", "<Home>"),
            (b"\x1b[7~", "<Home>"),
            (b"\x1b[4~", "<End>"),
            (b"\x1b[2~", "<Ins>"),
            (b"\x1b[3;5~", "<C-Del>"),
            (b"\x1b[6~", "<PageDown>"),
            (b"\x1b[Z", "<S-Tab>"),
            (b"\x1bOP", "<F1>"),
            (b"\x1b[[E", "<F5>"),
            (b"\x1b[15~", "<F5>"),
            (b"\x1b[17~", "<F6>"),
            (b"\x1b[24;2~", "<S-F12>"),
            (b"\x1b[1;5P", "<C-F1>"),
            (b"\x1bOj", "*"),
            (b"\x1bOM", "<Enter>"),
            (b"\x1b[105;5u", "<C-i>"),
            (b"\x1b[109;5u", "<C-m>"),
            (b"\x1b[27u", "<Esc>"),
            (b"\x1b[9;2u", "<S-Tab>"),
            (b"\x1b[97:65;6u", "<C-a>"),
            (b"\x1b[120;3u", "<A-x>"),
            (b"\x1b[120;4u", "<A-X>"),
            (b"\x1b[127;5u", "<C-BS>"),
            (b"\x1b[57399u", "0"),
            (b"\x1b[57419u", "<Up>"),
            (b"\x1b[57376u", "<F13>"),
            // Num lock (128) is none of ours.
            (b"\x1b[105;133u", "<C-i>"),
            (b"\x1b[27;5;105~", "<C-i>"),
            (b"\x1b[27;2;13~", "<S-Enter>"),
            (b"\x1b[1;1:1A", "<Up>"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(words(bytes), [expected], "{bytes:?}");
        }
        for nothing in
            [&b"\x1b[57358u"[..], b"\x1b[12;", b"\x1b[5R", b"\xc3", b"\x1b[99999999999u", b"\x1b[?1u\x80"]
        {
            assert!(words(nothing).iter().all(|word| word.starts_with("Said")), "{nothing:?}");
        }
        assert_eq!(words(b"\x1b\x1b[Aj"), ["<Esc>", "<Up>", "j"]);
    }

    #[test]
    fn the_mouse_is_told_in_cells_from_zero() {
        let cases = [
            ("\x1b[<0;3;4M", Mouse::Press(2, 3)),
            ("\x1b[<16;3;4M", Mouse::Press(2, 3)),
            ("\x1b[<32;300;4M", Mouse::Drag(299, 3)),
            ("\x1b[<0;3;4m", Mouse::Release),
            ("\x1b[<2;3;4M", Mouse::Menu(2, 3)),
            ("\x1b[<64;1;1M", Mouse::WheelUp(0, 0)),
            ("\x1b[<65;1;1M", Mouse::WheelDown(0, 0)),
            ("\x1b[M #$", Mouse::Press(2, 3)),
            ("\x1b[M##$", Mouse::Release),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Keyboard::default().feed(bytes.as_bytes()), [Heard::Mouse(expected)], "{bytes:?}");
        }
        assert!(Keyboard::default().feed(b"\x1b[<0;;4M\x1b[<1;3;4M").is_empty());
    }

    #[test]
    fn pasted_text_is_no_keys_and_bounded() {
        assert_eq!(words("\x1b[200~dd\x1b[A é\x1b[201~j".as_bytes()), ["paste dd\x1b[A é", "j"]);
        assert_eq!(words(b"\x1b[200~dd"), ["paste dd"], "it broke off");
        let long = [b"\x1b[200~", vec![b'x'; MOST_PASTED + 100].as_slice(), b"\x1b[201~j"].concat();
        let heard = words(&long);
        assert_eq!((heard[0].len(), heard[1].as_str()), (MOST_PASTED + "paste ".len(), "j"));
    }

    #[test]
    fn what_a_terminal_says_of_itself_is_no_key() {
        let cases: [(&[u8], Option<Said>); 15] = [
            (b"\x1b[I", Some(Said::Focus(true))),
            (b"\x1b[O", Some(Said::Focus(false))),
            (b"\x1b[0n", Some(Said::Echo)),
            (b"\x1b[?0u", Some(Said::Keyboard)),
            (b"\x1b[?997;2n", Some(Said::Scheme)),
            (b"\x1b]11;rgb:ffff/ffff/ffff\x07", Some(Said::Light(true))),
            (b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", Some(Said::Light(false))),
            (b"\x1b]11;rgb:f/f/e\x07", Some(Said::Light(true))),
            (b"\x1b]11;#fdf6e3\x07", Some(Said::Light(true))),
            (b"\x1b]11;what\x07", None),
            (b"\x1b]11;rgb:zz/00/00\x07", None),
            (b"\x1bP>|kitty(0.43.1)\x1b\\", Some(Said::Name { shows_progress: false, orders_words: true })),
            (b"\x1bP>|ghostty 1.2.3\x1b\\", Some(Said::Name { shows_progress: true, orders_words: false })),
            (b"\x1b_Gi=31;OK\x1b\\", None),
            (b"\x1b[?62;52;c", None),
        ];
        for (bytes, expected) in cases {
            let expected: Vec<Heard> = expected.map(Heard::Said).into_iter().collect();
            assert_eq!(Keyboard::default().feed(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn an_escape_is_waited_for_what_it_may_begin() {
        let mut keyboard = Keyboard::default();
        assert!(keyboard.patience().is_none());
        assert!(keyboard.feed(b"\x1b").is_empty());
        assert_eq!(keyboard.patience(), Some(ESCAPE));
        assert_eq!(keyboard.feed(b"[A"), [Heard::Key(Key::new(Code::Up))]);
        assert!(keyboard.patience().is_none());
        assert!(keyboard.feed(b"\x1b]11;rgb:").is_empty());
        assert_eq!(keyboard.patience(), Some(BROKEN));
        assert!(keyboard.give_up().is_empty(), "an answer that broke off is nothing");
        assert_eq!(keyboard.feed(b"j"), [Heard::Key(Key::char('j'))]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_in_pieces_of_any_size(bytes in proptest::collection::vec(any::<u8>(), 0..200), size in 1usize..50) {
            let mut keyboard = Keyboard::default();
            let heard: Vec<Heard> = bytes.chunks(size).flat_map(|piece| keyboard.feed(piece)).collect();
            prop_assert_eq!(heard, Keyboard::default().feed(&bytes));
        }
    }
}
