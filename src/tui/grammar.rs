//! The grammar of keys: `[register][count] operator [count] motion-or-object`, or `[register][count] command`, as vim's
//! (`:help operator`). One pure function takes a key to what was typed so far; nothing here acts.

use std::time::Duration;

use crate::config::keys::{Code, Context, Key, Keymap, Lookup, print};
use crate::model::command::grammar::{Grammar, Object};
use crate::model::command::{Motion, Request, Screen};

/// More is a cat on the keyboard.
const MAX_COUNT: u32 = 999_999;

/// What was typed towards a deed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chord {
    pub register: Option<char>,
    pub operator: Option<Waiting>,
    pub count: Option<u32>,
    /// Towards a binding.
    pub keys: Vec<Key>,
    /// What the keys mean where no more of them come in time.
    pub either: Option<Request>,
    /// When the last key came.
    pub since: Duration,
}

/// An operator that waits for what it is to act over.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// That gave it: once more, they are the rows at the cursor.
    pub keys: Vec<Key>,
    pub count: Option<u32>,
    pub request: Request,
}

impl Chord {
    pub fn is_empty(&self) -> bool {
        !self.waits() && self.keys.is_empty()
    }

    /// As it was typed.
    pub fn typed(&self) -> String {
        let number = |count: Option<u32>| count.map_or(String::new(), |count| count.to_string());
        let register = self.register.map_or(String::new(), |letter| format!("\"{letter}"));
        let operator = self.operator.as_ref();
        let operator = operator.map_or(String::new(), |over| number(over.count) + &print(&over.keys));
        format!("{register}{operator}{}{}", number(self.count), print(&self.keys))
    }

    /// More keys must come: what they may be can be shown.
    pub fn is_open(&self) -> bool {
        self.operator.is_some() || !self.keys.is_empty()
    }

    /// Something stands before the keys that are typed.
    fn waits(&self) -> bool {
        self.register.is_some() || self.operator.is_some() || self.count.is_some()
    }

    /// Both counts in one: `2d3j` is six rows down.
    fn counts(&self) -> Option<u32> {
        let before = self.operator.as_ref().and_then(|operator| operator.count);
        match (before, self.count) {
            (Some(one), Some(other)) => Some(one.saturating_mul(other).min(MAX_COUNT)),
            (one, other) => one.or(other),
        }
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    pub request: Request,
    pub count: Option<u32>,
    pub register: Option<char>,
    /// What an operator acts over; `None`: it is no operator.
    pub reach: Option<Reach>,
}

/// The rows that an operator acts over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// As many as the count says, from the cursor on.
    Rows,
    /// Those that are selected.
    Selected,
    /// From the cursor to where the motion goes.
    Motion(Motion),
    Object(Object),
    /// Rows that were named, the last one included.
    Span {
        first: usize,
        last: usize,
    },
}

/// What came of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    More(Chord),
    Do(Deed),
    /// What was typed is left.
    Left,
    /// Nothing begins like this.
    Miss(Chord),
}

/// Where the keys hold.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    pub keymap: &'a Keymap,
    /// Without those that the grammar itself goes by.
    pub contexts: &'a [Context],
    /// Rows are selected: an operator acts over them at once.
    pub selects: bool,
}

/// The contexts that hold while this is typed.
pub fn contexts(chord: &Chord, ground: Ground<'_>) -> Vec<Context> {
    let over = (chord.operator.is_some() || ground.selects).then_some(Context::Over);
    over.into_iter().chain(ground.contexts.iter().copied()).collect()
}

/// One key more.
pub fn step(mut chord: Chord, key: Key, ground: Ground<'_>) -> Step {
    chord.either = None;
    if chord.keys.is_empty() && count(&mut chord, key) {
        return Step::More(chord);
    }
    chord.keys.push(key);
    if let Some(operator) = &chord.operator {
        if operator.keys == chord.keys {
            let request = operator.request.clone();
            return deed(&chord, request, Some(Reach::Rows));
        }
        if operator.keys.starts_with(&chord.keys) {
            return Step::More(chord);
        }
    }
    match ground.keymap.lookup(&contexts(&chord, ground), &chord.keys) {
        Lookup::Found(request) => resolved(chord, request, ground),
        Lookup::Either(request) => Step::More(Chord { either: Some(request), ..chord }),
        Lookup::Prefix => Step::More(chord),
        Lookup::None if key == Key::new(Code::Esc) => Step::Left,
        Lookup::None => Step::Miss(chord),
    }
}

/// No key came in time: what was typed means what it means alone.
pub fn expire(mut chord: Chord, ground: Ground<'_>) -> Step {
    match chord.either.take() {
        Some(request) => resolved(chord, request, ground),
        None => Step::More(chord),
    }
}

/// Takes a digit towards the count; `0` only behind another.
fn count(chord: &mut Chord, key: Key) -> bool {
    let digit = key.typed().and_then(|c| c.to_digit(10));
    let Some(digit) = digit.filter(|&digit| digit > 0 || chord.count.is_some()) else { return false };
    let count = chord.count.unwrap_or(0).saturating_mul(10).saturating_add(digit);
    chord.count = Some(count.min(MAX_COUNT));
    true
}

fn resolved(mut chord: Chord, request: Request, ground: Ground<'_>) -> Step {
    let Request::Screen(screen) = &request else {
        return if chord.operator.is_some() { Step::Miss(chord) } else { deed(&chord, request, None) };
    };
    match screen {
        Screen::Escape if chord.waits() => Step::Left,
        Screen::Grammar(Grammar::Register(letter)) if chord.operator.is_none() => {
            chord.register = Some(*letter);
            chord.keys.clear();
            Step::More(chord)
        }
        Screen::Grammar(Grammar::Operator(over)) if chord.operator.is_none() => {
            let over = over.as_ref().clone();
            if ground.selects {
                return deed(&chord, over, Some(Reach::Selected));
            }
            let (keys, count) = (std::mem::take(&mut chord.keys), chord.count.take());
            chord.operator = Some(Waiting { keys, count, request: over });
            Step::More(chord)
        }
        _ => match &chord.operator {
            None => deed(&chord, request, None),
            Some(operator) => {
                let over = operator.request.clone();
                match *screen {
                    Screen::Motion(motion) => deed(&chord, over, Some(Reach::Motion(motion))),
                    Screen::Grammar(Grammar::Object(object)) => {
                        deed(&chord, over, Some(Reach::Object(object)))
                    }
                    _ => Step::Miss(chord),
                }
            }
        },
    }
}

fn deed(chord: &Chord, request: Request, reach: Option<Reach>) -> Step {
    Step::Do(Deed { request, count: chord.counts(), register: chord.register, reach })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types into the queue, with or without rows selected.
    fn typed(keys: &str, selects: bool) -> Step {
        let keymap = Keymap::default();
        let ground = Ground { keymap: &keymap, contexts: &[Context::Queue, Context::Global], selects };
        let mut chord = Chord::default();
        let keys = Key::parse_sequence(keys).unwrap();
        for (at, key) in keys.iter().enumerate() {
            match step(chord, *key, ground) {
                Step::More(next) => chord = next,
                last => {
                    assert_eq!(at + 1, keys.len(), "{last:?} came before the last key");
                    return last;
                }
            }
        }
        expire(chord, ground)
    }

    /// In the words of the command line, for the table.
    fn said(step: &Step) -> String {
        match step {
            Step::More(_) => "more".to_owned(),
            Step::Left => "left".to_owned(),
            Step::Miss(_) => "miss".to_owned(),
            Step::Do(Deed { request, count, register, reach }) => {
                let keymap = Keymap::default();
                let words = keymap.bindings().iter().find(|binding| {
                    let over = Request::Screen(Screen::Grammar(Grammar::Operator(Box::new(request.clone()))));
                    binding.request == *request || binding.request == over
                });
                let words = words.map_or_else(|| format!("{request:?}"), |binding| binding.line.clone());
                let words = words.strip_prefix("operator ").unwrap_or(&words).to_owned();
                let register = register.map_or(String::new(), |letter| format!("\"{letter} "));
                let count = count.map_or(String::new(), |count| format!("{count} "));
                let reach = reach.map_or(String::new(), |reach| match reach {
                    Reach::Rows => " rows".to_owned(),
                    Reach::Selected => " selected".to_owned(),
                    Reach::Motion(motion) => format!(" {motion:?}"),
                    Reach::Span { first, last } => format!(" {first}-{last}"),
                    Reach::Object(object) => {
                        format!(" {} {}", if object.all { "all" } else { "run" }, object.kind.name())
                    }
                });
                format!("{register}{count}{words}{reach}")
            }
        }
    }

    /// What vim's manual says of counts, registers, doubled operators and objects (`:help operator`, `:help count`,
    /// `:help text-objects`), said of music.
    #[test]
    fn keys_are_read_as_vim_reads_them() {
        for (keys, means) in [
            ("j", "down"),
            ("12j", "12 down"),
            ("10j", "10 down"),
            ("dd", "remove rows"),
            ("3dd", "3 remove rows"),
            ("d3d", "3 remove rows"),
            ("2d3d", "6 remove rows"),
            ("dj", "remove Down"),
            ("d3j", "3 remove Down"),
            ("2d3j", "6 remove Down"),
            ("dG", "remove Bottom"),
            ("dgg", "remove Top"),
            ("d}", "remove GroupDown"),
            ("dal", "remove all album"),
            ("dil", "remove run album"),
            ("yaa", "yank all artist"),
            ("yy", "yank rows"),
            ("\"ayy", "\"a yank rows"),
            ("\"a3dd", "\"a 3 remove rows"),
            ("3\"add", "\"a 3 remove rows"),
            ("\"Ayaa", "\"A yank all artist"),
            ("\"ap", "\"a put"),
            ("2P", "2 put before"),
            ("999999999999j", "999999 down"),
            ("d<Esc>", "left"),
            ("3<Esc>", "left"),
            ("<Esc>", "escape"),
            ("g<Esc>", "left"),
            ("dx", "more"),
            ("dxm", "miss"),
            ("dy", "miss"),
            ("dd", "remove rows"),
            ("d<Space>", "miss"),
            ("gk", "miss"),
        ] {
            assert_eq!(said(&typed(keys, false)), means, "{keys}");
        }
    }

    #[test]
    fn an_operator_takes_what_is_selected() {
        for (keys, means) in [
            ("d", "remove selected"),
            ("\"by", "\"b yank selected"),
            ("3j", "3 down"),
            ("a", "add"),
            ("<Esc>", "escape"),
        ] {
            assert_eq!(said(&typed(keys, true)), means, "{keys}");
        }
        let objects = typed("al", true);
        assert!(
            matches!(
                &objects,
                Step::Do(Deed { request: Request::Screen(Screen::Grammar(Grammar::Object(_))), .. })
            ),
            "{objects:?}"
        );
    }

    /// `q` alone leaves, `qa` records: what comes in time decides.
    #[test]
    fn a_binding_that_goes_on_waits() {
        assert_eq!(said(&typed("q", false)), "quit");
        assert!(matches!(
            typed("qa", false),
            Step::Do(Deed { request: Request::Screen(Screen::Grammar(Grammar::Record('a'))), .. })
        ));
        assert!(matches!(
            typed("@Z", false),
            Step::Do(Deed { request: Request::Screen(Screen::Grammar(Grammar::Replay('Z'))), .. })
        ));
        assert_eq!(said(&typed("q1", false)), "miss");
    }
}
