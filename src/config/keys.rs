//! The keymap: sequences of keys to command lines, by context. Defaults from a table, the user's `keys.toml` laid over
//! them; what cannot be understood is a problem with its line and costs that binding alone. Pure; looked up on the
//! ui thread.

mod defaults;
mod key;
mod profiles;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::problem::Problem;
use super::read::line_of;
use crate::model::command::parse::{ParseError, parse};
use crate::model::command::{Request, Screen, registry};
use crate::model::suggest::nearest;
pub use defaults::BINDINGS as DEFAULT_BINDINGS;
pub use key::{Code, Key, print};

/// Where a binding holds. A pane's own bindings go before the global ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    Global,
    Library,
    /// The library's albums as a wall of covers: before those of the library.
    Wall,
    Playlists,
    Queue,
    /// The tag editor.
    Tags,
    /// What was typed, to be done again.
    Typed,
    /// What lies over the panes: help, devices, reports.
    Panel,
    /// While an operator waits for what it is to act over, or rows are selected: before the pane's own.
    Over,
    /// While keys are kept as a macro: before all others.
    Recording,
}

impl Context {
    pub const ALL: [Self; 10] = [
        Self::Global,
        Self::Library,
        Self::Wall,
        Self::Playlists,
        Self::Queue,
        Self::Tags,
        Self::Typed,
        Self::Panel,
        Self::Over,
        Self::Recording,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Library => "library",
            Self::Wall => "wall",
            Self::Playlists => "playlists",
            Self::Queue => "queue",
            Self::Tags => "tags",
            Self::Typed => "typed",
            Self::Panel => "panel",
            Self::Over => "over",
            Self::Recording => "recording",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.name() == word)
    }
}

/// What keys typed so far mean.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup {
    /// Nothing begins like this.
    None,
    /// More keys must follow.
    Prefix,
    Found(Request),
    /// This, where no more keys follow in time.
    Either(Request),
}

/// One key sequence and what it does.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    pub context: Context,
    pub keys: Vec<Key>,
    /// In the words of the command line.
    pub line: String,
    pub request: Request,
}

/// See the module's head.
#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    /// In the order of the defaults, then of the user's file.
    bindings: Vec<Binding>,
    by_keys: BTreeMap<(Context, Vec<Key>), usize>,
    /// The user's own commands: the lines of each.
    commands: BTreeMap<String, Vec<String>>,
}

/// Longest sequence that can be bound.
const MAX_KEYS: usize = 8;

impl Default for Keymap {
    fn default() -> Self {
        let mut keymap = Self { bindings: Vec::new(), by_keys: BTreeMap::new(), commands: BTreeMap::new() };
        keymap.lay(defaults::BINDINGS);
        keymap
    }
}

impl Keymap {
    /// The defaults with the keys of another player over them.
    fn profile(name: &str) -> Option<Self> {
        let (_, rows) = profiles::PROFILES.iter().find(|(known, _)| *known == name)?;
        let mut keymap = Self::default();
        keymap.lay(rows);
        Some(keymap)
    }

    fn lay(&mut self, rows: &[(Context, &str, &str)]) {
        for &(context, keys, line) in rows {
            // A test holds that every row can be read.
            let Ok(keys) = Key::parse_sequence(keys) else { continue };
            match parse(&with_letter(line, 'a')) {
                Ok(request) => self.put(Binding { context, keys, line: line.to_owned(), request }),
                Err(_) => self.take(context, &keys),
            }
        }
    }

    /// The defaults with the user's `keys.toml` laid over them. `file` is only named, not read.
    pub fn with_file(text: &str, file: &Path) -> (Self, Vec<Problem>) {
        let mut reading = Reading { text, file, keymap: Self::default(), problems: Vec::new() };
        match DeTable::parse(text) {
            Ok(document) => reading.document(document.get_ref()),
            Err(error) => {
                let message = format!("not TOML: {}; the default keys are used", error.message().trim());
                reading.problem(error.span().unwrap_or(0..0), message, None);
            }
        }
        reading.problems.sort_by_key(|problem| problem.line);
        (reading.keymap, reading.problems)
    }

    /// What `keys` mean where the bindings of these contexts hold, the first before the others.
    pub fn lookup(&self, contexts: &[Context], keys: &[Key]) -> Lookup {
        let mut goes_on = false;
        for &context in contexts {
            let exact = self.exact(context, keys);
            goes_on |= self.beginning_with(context, keys).any(|binding| binding.keys.len() > keys.len());
            match exact {
                Some(request) if goes_on => return Lookup::Either(request),
                Some(request) => return Lookup::Found(request),
                None => {}
            }
        }
        if goes_on { Lookup::Prefix } else { Lookup::None }
    }

    fn exact(&self, context: Context, keys: &[Key]) -> Option<Request> {
        let binding = |keys: Vec<Key>| self.bindings.get(*self.by_keys.get(&(context, keys))?);
        if let Some(binding) = binding(keys.to_vec()) {
            return Some(binding.request.clone());
        }
        let (last, first) = keys.split_last()?;
        let letter = last.letter()?;
        let line = &binding([first, &[Key::new(Code::Letter)]].concat())?.line;
        parse(&with_letter(line, letter)).ok()
    }

    /// The bindings that begin with `keys`, in the order of their keys: an exact one comes first.
    fn beginning_with(&self, context: Context, keys: &[Key]) -> impl Iterator<Item = &Binding> {
        self.by_keys
            .range((context, keys.to_vec())..)
            .take_while(move |((other, sequence), _)| *other == context && sequence.starts_with(keys))
            .filter_map(|(_, &at)| self.bindings.get(at))
    }

    /// What may follow `keys`, for the hint that shows after a while.
    pub fn continuations(&self, contexts: &[Context], keys: &[Key]) -> Vec<&Binding> {
        let mut found = Vec::new();
        for &context in contexts {
            found
                .extend(self.beginning_with(context, keys).filter(|binding| binding.keys.len() > keys.len()));
        }
        found
    }

    /// All bindings, in the order of the defaults, then of the user's file.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The first keys that do what `line` says, for hints on the screen.
    pub fn keys_for(&self, line: &str) -> Option<String> {
        let binding = self.bindings.iter().find(|binding| binding.line == line)?;
        Some(print(&binding.keys))
    }

    /// The first keys that do what `line` says where these contexts hold.
    pub fn keys_in(&self, contexts: &[Context], line: &str) -> Option<String> {
        let does = |binding: &&Binding| {
            let means = self.lookup(contexts, &binding.keys);
            let (Lookup::Found(request) | Lookup::Either(request)) = means else { return false };
            contexts.contains(&binding.context) && binding.line == line && request == binding.request
        };
        Some(print(&self.bindings.iter().find(does)?.keys))
    }

    /// The lines of a command of the user's.
    pub fn command(&self, name: &str) -> Option<&[String]> {
        self.commands.get(name).map(Vec::as_slice)
    }

    /// The user's own commands, with their lines.
    pub fn commands(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.commands.iter().map(|(name, lines)| (name.as_str(), lines.as_slice()))
    }

    /// Has keys do what `line` says, or nothing; as a line of `keys.toml` would.
    pub fn map(&mut self, context: Context, keys: &str, line: Option<&str>) -> Result<(), String> {
        let keys = sequence(keys)?;
        let Some(line) = line else {
            self.take(context, &keys);
            return Ok(());
        };
        let request = self.read(&keys, line).map_err(|error| error.to_string())?;
        self.bind(Binding { context, keys, line: line.to_owned(), request })
    }

    /// What a line means behind these keys.
    fn read(&self, keys: &[Key], line: &str) -> Result<Request, ParseError> {
        let takes_letter = keys.last() == Some(&Key::new(Code::Letter));
        let read = if takes_letter { parse(&with_letter(line, 'a')) } else { parse(line) };
        read.or_else(|error| match error {
            ParseError::Unknown { ref name, .. } if self.commands.contains_key(name) => {
                Ok(Request::Screen(Screen::Own(line.to_owned())))
            }
            error => Err(error),
        })
    }

    fn bind(&mut self, binding: Binding) -> Result<(), String> {
        if let Some(other) = self.clash(binding.context, &binding.keys) {
            let (keys, hidden) = (print(&binding.keys), print(&other.keys));
            return Err(format!(
                "`{keys}` cannot be told from `{hidden}` ({}): unbind that first",
                other.line
            ));
        }
        self.put(binding);
        Ok(())
    }

    fn put(&mut self, binding: Binding) {
        let place = (binding.context, binding.keys.clone());
        match self.by_keys.get(&place) {
            Some(&at) => self.bindings[at] = binding,
            None => {
                self.by_keys.insert(place, self.bindings.len());
                self.bindings.push(binding);
            }
        }
    }

    fn take(&mut self, context: Context, keys: &[Key]) {
        if let Some(at) = self.by_keys.remove(&(context, keys.to_vec())) {
            self.bindings.remove(at);
            for other in self.by_keys.values_mut().filter(|other| **other > at) {
                *other -= 1;
            }
        }
    }

    /// A binding that `keys` would hide or be hidden by: one sequence begins with the other. Where a letter may follow anyway,
    /// a time-out tells the two apart.
    fn clash(&self, context: Context, keys: &[Key]) -> Option<&Binding> {
        let letter = Key::new(Code::Letter);
        let waits = |keys: &[Key]| {
            let longer = [keys, &[letter]].concat();
            keys.last() == Some(&letter) || self.by_keys.contains_key(&(context, longer))
        };
        self.bindings.iter().find(|other| {
            let nested = other.keys.starts_with(keys) || keys.starts_with(&other.keys);
            other.context == context && other.keys != keys && nested && !waits(keys) && !waits(&other.keys)
        })
    }
}

/// The words of a binding that ends with any letter: `$` stands for that letter.
fn with_letter(line: &str, letter: char) -> String {
    line.replace('$', letter.encode_utf8(&mut [0; 4]))
}

/// Keys that can be bound.
fn sequence(text: &str) -> Result<Vec<Key>, String> {
    Err(match Key::parse_sequence(text) {
        Err(part) => format!("`{}` is no key", shown(&part)),
        Ok(keys) if keys.is_empty() => "a binding needs a key".to_owned(),
        Ok(keys) if keys.len() > MAX_KEYS => format!("more than {MAX_KEYS} keys in a row"),
        Ok(keys) if keys == [Key::new(Code::Letter)] => "`<letter>` needs a key before it".to_owned(),
        Ok(keys) if keys.iter().rev().skip(1).any(|key| key.code == Code::Letter) => {
            "`<letter>` can only be the last key".to_owned()
        }
        Ok(keys) if is_count(&keys) => "a binding cannot begin with a digit: digits are counts".to_owned(),
        Ok(keys) => return Ok(keys),
    })
}

/// One reading of a `keys.toml`.
struct Reading<'a> {
    text: &'a str,
    file: &'a Path,
    keymap: Keymap,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn document(&mut self, document: &DeTable<'_>) {
        // What the other tables are laid over.
        for (name, value) in document.iter().filter(|(name, _)| name.get_ref() == "profile") {
            self.profile(value.get_ref(), name.span());
        }
        for (name, value) in document.iter().filter(|(name, _)| name.get_ref() == "commands") {
            self.commands(value.get_ref(), name.span());
        }
        let before = |name: &str| matches!(name, "profile" | "commands");
        for (name, value) in document.iter().filter(|(name, _)| !before(name.get_ref())) {
            let word = name.get_ref().as_ref();
            let Some(context) = Context::parse(word) else {
                let known = Context::ALL.map(Context::name).into_iter().chain(["profile", "commands"]);
                let near = nearest(word, known).map(str::to_owned);
                self.problem(name.span(), format!("unknown context `{}`", shown(word)), near);
                continue;
            };
            match value.get_ref() {
                DeValue::Table(table) => self.table(context, table),
                _ => self.problem(value.span(), format!("`{word}` needs a table, as in [{word}]"), None),
            }
        }
    }

    fn profile(&mut self, value: &DeValue<'_>, span: Range<usize>) {
        let names = || profiles::PROFILES.iter().map(|(name, _)| *name);
        let DeValue::String(name) = value else {
            let names = names().collect::<Vec<_>>().join(", ");
            return self.problem(span, format!("`profile` needs one of {names}"), None);
        };
        match Keymap::profile(name) {
            Some(keymap) => self.keymap = keymap,
            None => {
                let near = nearest(name, names()).map(str::to_owned);
                self.problem(span, format!("no profile `{}`", shown(name)), near);
            }
        }
    }

    /// Bindings are taken away first, so that `"g" = "next"` beside `"gg" = ""` is no clash.
    fn table(&mut self, context: Context, table: &DeTable<'_>) {
        let mut put = Vec::new();
        for (name, value) in table {
            let Some(keys) = self.keys(name.get_ref().as_ref(), name.span()) else { continue };
            match value.get_ref() {
                DeValue::Boolean(false) => self.keymap.take(context, &keys),
                DeValue::String(line) if line.trim().is_empty() => self.keymap.take(context, &keys),
                DeValue::String(line) => put.push((keys, line.trim().to_owned(), name.span(), value.span())),
                _ => self.problem(value.span(), "needs a command in quotes, or false".to_owned(), None),
            }
        }
        put.sort_by_key(|(_, _, span, _)| span.start);
        for (keys, line, key_span, line_span) in put {
            match self.keymap.read(&keys, &line) {
                Ok(request) => self.bind(Binding { context, keys, line, request }, key_span),
                Err(error) => self.not_a_command(&error, line_span),
            }
        }
    }

    fn keys(&mut self, text: &str, span: Range<usize>) -> Option<Vec<Key>> {
        sequence(text).map_err(|wrong| self.problem(span, wrong, None)).ok()
    }

    fn bind(&mut self, binding: Binding, span: Range<usize>) {
        if let Err(message) = self.keymap.bind(binding) {
            self.problem(span, message, None);
        }
    }

    /// The user's own commands. A name of ours stays ours.
    fn commands(&mut self, value: &DeValue<'_>, span: Range<usize>) {
        let DeValue::Table(table) = value else {
            return self.problem(span, "`commands` needs a table, as in [commands]".to_owned(), None);
        };
        for (name, value) in table {
            let word = name.get_ref().as_ref();
            let is_name = word.starts_with(|c: char| c.is_alphabetic())
                && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
            if !is_name {
                let message = format!("`{}` is no name: letters, digits, - and _", shown(word));
                self.problem(name.span(), message, None);
            } else if registry::find_words(&[word]).is_some() {
                self.problem(name.span(), format!("`{word}` is a command already"), None);
            } else if let Some(lines) = lines_of(value.get_ref()) {
                self.keymap.commands.insert(word.to_owned(), lines);
            } else {
                let message = "needs a command in quotes, or several in brackets".to_owned();
                self.problem(value.span(), message, None);
            }
        }
    }

    fn not_a_command(&mut self, error: &ParseError, span: Range<usize>) {
        match error {
            ParseError::Unknown { name, nearest } => {
                let message = format!("unknown command `{}`", shown(name));
                self.problem(span, message, nearest.map(str::to_owned));
            }
            other => self.problem(span, shown(&other.to_string()), None),
        }
    }

    fn problem(&mut self, span: Range<usize>, message: String, nearest: Option<String>) {
        let line = Some(line_of(self.text.as_bytes(), span.start));
        self.problems.push(Problem { file: self.file.to_owned(), line, message, nearest });
    }
}

/// Of a command of the user's.
fn lines_of(value: &DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::String(line) => Some(vec![line.trim().to_owned()]),
        DeValue::Array(lines) => {
            let line = |value: &toml::Spanned<DeValue<'_>>| match value.get_ref() {
                DeValue::String(line) => Some(line.trim().to_owned()),
                _ => None,
            };
            lines.iter().map(line).collect()
        }
        _ => None,
    }
}

fn is_count(keys: &[Key]) -> bool {
    keys.first().and_then(|key| key.typed()).is_some_and(|c| c.is_ascii_digit() && c != '0')
}

/// What the user wrote, on one short line.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(120).collect()
}

/// The name of the command that a line begins with, aliases resolved.
pub fn command_of(line: &str) -> Option<&'static str> {
    let word = line.split_whitespace().next()?;
    registry::find(word).map(|row| row.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::{Command, Motion, Playback, Screen};

    fn keys(text: &str) -> Vec<Key> {
        Key::parse_sequence(text).unwrap()
    }

    fn with(text: &str) -> (Keymap, Vec<String>) {
        let (keymap, problems) = Keymap::with_file(text, Path::new("keys.toml"));
        (keymap, problems.iter().map(Problem::to_string).collect())
    }

    #[test]
    fn every_default_is_read_and_none_hides_another() {
        let keymap = Keymap::default();
        assert_eq!(keymap.bindings().len(), defaults::BINDINGS.len(), "a row is unreadable or twice there");
        for binding in keymap.bindings() {
            assert!(keymap.clash(binding.context, &binding.keys).is_none(), "{}", print(&binding.keys));
            assert!(!is_count(&binding.keys));
        }
    }

    /// What the manuals of these players say of some of their keys; and every row can be read.
    #[test]
    fn the_keys_of_other_players_are_theirs() {
        for &(name, rows) in profiles::PROFILES {
            let (keymap, problems) = with(&format!("profile = \"{name}\"\n[global]\nX = \"next\"\n"));
            assert_eq!(problems, [""; 0], "{name}");
            for &(context, typed, line) in rows {
                let found =
                    keymap.bindings().iter().find(|it| it.context == context && it.keys == keys(typed));
                assert_eq!(found.map_or("", |binding| &binding.line), line, "{name}: {typed}");
                let request = parse(&with_letter(line, 'a'));
                assert!(line.is_empty() || request.is_ok(), "{name}: {typed} {line}");
            }
        }
        let does = |profile: &str, context, typed: &str| {
            let keymap = Keymap::profile(profile).unwrap();
            match keymap.lookup(&[context, Context::Global], &keys(typed)) {
                Lookup::Found(request) | Lookup::Either(request) => {
                    keymap.bindings().iter().find(|it| it.request == request).unwrap().line.clone()
                }
                other => format!("{other:?}"),
            }
        };
        for (profile, context, typed, line) in [
            ("vim", Context::Queue, "dd", "None"),
            ("cmus", Context::Library, "c", "toggle"),
            ("cmus", Context::Library, "x", "play"),
            ("cmus", Context::Library, "z", "previous"),
            ("cmus", Context::Queue, "D", "remove"),
            ("cmus", Context::Library, "q", "quit"),
            ("ncmpcpp", Context::Library, "p", "toggle"),
            ("ncmpcpp", Context::Queue, "d", "remove"),
            ("ncmpcpp", Context::Queue, "m", "move -1"),
            ("rmpc", Context::Library, ".", "volume +5"),
            ("rmpc", Context::Queue, "d", "remove"),
        ] {
            assert_eq!(does(profile, context, typed), line, "{profile} {typed}");
        }
        let (_, problems) = with("profile = \"cmuz\"\n");
        assert_eq!(problems, ["keys.toml:1: no profile `cmuz`; did you mean `cmus`?"]);
        let (_, problems) = with("profile = 3\n");
        assert_eq!(problems, ["keys.toml:1: `profile` needs one of vim, cmus, ncmpcpp, rmpc"]);
    }

    #[test]
    fn sequences_are_found_step_by_step() {
        let keymap = Keymap::default();
        assert_eq!(keymap.lookup(&[Context::Library, Context::Global], &keys("g")), Lookup::Prefix);
        let top = Lookup::Found(Request::Screen(Screen::Motion(Motion::Top)));
        assert_eq!(keymap.lookup(&[Context::Library, Context::Global], &keys("gg")), top);
        assert_eq!(keymap.lookup(&[Context::Library, Context::Global], &keys("gx")), Lookup::None);
        assert_eq!(
            keymap.lookup(&[Context::Library, Context::Global], &keys("d")),
            Lookup::None,
            "only the queue removes"
        );
        let over = keymap.lookup(&[Context::Queue, Context::Global], &keys("d"));
        assert!(matches!(over, Lookup::Found(Request::Screen(Screen::Grammar(_)))), "{over:?}");
        assert_eq!(keymap.lookup(&[Context::Tags, Context::Global], &keys("d")), Lookup::Prefix);
    }

    #[test]
    fn the_file_lies_over_the_defaults() {
        let (keymap, problems) =
            with("[global]\n\"<C-n>\" = \"next\"\nq = \"\"\nZZ = false\n[queue]\nj = \"up\"\n");
        assert_eq!(problems, [""; 0]);
        let next = Lookup::Found(Request::Core(Command::Playback(Playback::Next(1))));
        assert_eq!(keymap.lookup(&[Context::Queue, Context::Global], &keys("<C-n>")), next);
        assert_eq!(keymap.lookup(&[Context::Global], &keys("q")), Lookup::Prefix, "a macro still");
        assert_eq!(keymap.lookup(&[Context::Global], &keys("Z")), Lookup::None);
        let motion = |motion| Lookup::Found(Request::Screen(Screen::Motion(motion)));
        assert_eq!(keymap.lookup(&[Context::Queue, Context::Global], &keys("j")), motion(Motion::Up));
        assert_eq!(keymap.lookup(&[Context::Library, Context::Global], &keys("j")), motion(Motion::Down));
    }

    #[test]
    fn each_mistake_has_its_line_and_costs_itself_alone() {
        let text = "[globel]\na = \"next\"\n[global]\n\"<Spcae>\" = \"next\"\nx = \"nxt\"\ny = 3\n\"5\" = \"next\"\n\
                    g = \"next\"\nv = \"volume loud\"\nX = \"next\"\n";
        let (keymap, problems) = with(text);
        let expected = [
            "keys.toml:1: unknown context `globel`; did you mean `global`?",
            "keys.toml:4: `<Spcae>` is no key",
            "keys.toml:5: unknown command `nxt`; did you mean `next`?",
            "keys.toml:6: needs a command in quotes, or false",
            "keys.toml:7: a binding cannot begin with a digit: digits are counts",
            "keys.toml:8: `g` cannot be told from `gm` (mute): unbind that first",
            "keys.toml:9: `volume` needs a percentage such as 80, +5, -5, or a step such as -3dB, not `loud`",
        ];
        assert_eq!(problems, expected);
        assert!(matches!(keymap.lookup(&[Context::Global], &keys("X")), Lookup::Found(_)));
        let (keymap, problems) = with("[global\n");
        assert!(problems[0].starts_with("keys.toml:1: not TOML"), "{problems:?}");
        assert_eq!(keymap, Keymap::default());
    }

    #[test]
    fn a_prefix_is_free_once_its_longer_ones_are_gone() {
        let (keymap, problems) = with("[global]\nZ = \"next\"\nZZ = \"\"\n");
        assert_eq!(problems, [""; 0]);
        assert!(matches!(keymap.lookup(&[Context::Global], &keys("Z")), Lookup::Found(_)));
    }

    /// What stands before another context's waits for what may follow; a letter is put in the place of `$`.
    #[test]
    fn a_binding_that_others_go_on_from_is_told_apart_by_time() {
        use crate::model::command::grammar::Grammar;
        let (keymap, problems) = with(
            "[queue]\n\"X<letter>\" = \"bookmark $\"\nX = \"next\"\n\
             [global]\n\"z<letter>\" = \"nonsense $\"\n\"<letter>\" = \"next\"\n\"U<letter>x\" = \"next\"\n",
        );
        let expected = [
            "keys.toml:5: unknown command `nonsense`",
            "keys.toml:6: `<letter>` needs a key before it",
            "keys.toml:7: `<letter>` can only be the last key",
        ];
        assert_eq!(problems, expected);
        let contexts = [Context::Queue, Context::Global];
        let next = Request::Core(Command::Playback(Playback::Next(1)));
        assert_eq!(keymap.lookup(&contexts, &keys("X")), Lookup::Either(next));
        let Lookup::Found(Request::Core(Command::Bookmark(mark))) = keymap.lookup(&contexts, &keys("Xq"))
        else {
            panic!("no bookmark");
        };
        assert!(format!("{mark:?}").contains("\"q\""), "{mark:?}");
        assert_eq!(keymap.lookup(&contexts, &keys("X1")), Lookup::None);
        // `a` adds; in what an operator waits for, it begins an object.
        let over = [Context::Over, Context::Queue, Context::Global];
        assert!(matches!(keymap.lookup(&over, &keys("a")), Lookup::Either(Request::Core(_))));
        let object = keymap.lookup(&over, &keys("al"));
        assert!(matches!(object, Lookup::Found(Request::Screen(Screen::Grammar(Grammar::Object(_))))));
    }

    #[test]
    fn hints_name_what_may_follow() {
        let keymap = Keymap::default();
        let lines: Vec<_> = keymap
            .continuations(&[Context::Queue, Context::Global], &keys("z"))
            .iter()
            .map(|found| found.line.as_str())
            .collect();
        assert_eq!(
            lines,
            [
                "size column -5",
                "size column +5",
                "columns",
                "fold close-all",
                "fold open-all",
                "toggle-pane spectrum",
                "fold",
                "scroll-bottom",
                "fold close",
                "follow",
                "group",
                "fold open",
                "scroll-top",
                "visual",
                "wall",
                "copy",
                "scroll-middle"
            ]
        );
        assert_eq!(keymap.keys_for("add").as_deref(), Some("a"));
    }
}
