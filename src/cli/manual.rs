//! `auralis man` and `auralis completions SHELL`: the manual page and the shells' completions, from the same tables that
//! the program reads its words by.

use std::io::{self, Write};

use clap::{Arg, Command, CommandFactory};
use clap_complete::aot::{Shell as Target, generate};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::args::{Arguments, Shell};
use super::exit::{CliError, Exit};
use crate::config::file::reference;
use crate::config::keys::{Context, Keymap, print};
use crate::model::command::registry::{COMMANDS, Row, Subject, find};
use crate::model::query::field::{FIELDS, FLAGS};

pub const COMPLETIONS_HELP: &str = "\
bash: auralis completions bash > ~/.local/share/bash-completion/completions/auralis
zsh:  auralis completions zsh > DIR/_auralis, with DIR in $fpath
fish: auralis completions fish > ~/.config/fish/completions/auralis.fish";

/// How a query is written, beside its fields.
const QUERIES: &[(&str, &str)] = &[
    (
        "pink floyd",
        "every word occurs in title, artist, album, album artist, genre, composer or file name; case and accents do not matter",
    ),
    ("\"dark side\"", "this text, blank and all"),
    ("-live, not live", "without it"),
    ("a or b, (a or b) c", "either; parentheses group"),
    ("/^the b/", "a regular expression, case aside"),
    (
        "field:value",
        "occurs in this field; = is all of it, ~ a regular expression, != not; genre=\"\" has none",
    ),
    ("<, <=, >, >=, 1990..1999, ..1969", "for numbers and times"),
    ("~a bowie ~y1970-1979", "the short form of cmus: a A l t g f y d n D X, !, | and parentheses"),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    ("AURALIS_CONFIG", "configuration to use, as --config"),
    ("AURALIS_DATA_DIR", "folder for the library and all else that is written, as --data-dir"),
    ("XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME, XDG_CACHE_HOME", "where the folders below are"),
    ("XDG_RUNTIME_DIR", "where the socket is"),
    ("TERM, COLORTERM, NO_COLOR", "how many colours the terminal has; NO_COLOR: none are used"),
    ("LC_ALL, LC_CTYPE, LANG", "another charset than UTF-8: all is drawn in ASCII"),
    ("LC_ALL, LC_MESSAGES, LANG", "the language of the screen, where `screen.language` names none"),
    ("VISUAL, EDITOR", "the editor of `:edit queue`"),
    ("DBUS_SESSION_BUS_ADDRESS", "the desktop's bus, for media keys and notifications"),
    ("LISTEN_FDS, LISTEN_PID", "the socket that systemd hands over, see sd_listen_fds(3)"),
];

const FILES: &[(&str, &str)] = &[
    (
        "~/.config/auralis/config.toml",
        "settings; `auralis config default` prints a complete one, `:set!` and `auralis config set` write one",
    ),
    ("~/.config/auralis/keys.toml", "keys, over the defaults"),
    ("~/.config/auralis/themes/*.toml", "themes"),
    ("~/.config/auralis/languages/*.toml", "languages"),
    ("~/.config/auralis/eq/*.txt", "curves of the equaliser"),
    ("~/.local/share/auralis/library.redb", "library, queue, position"),
    ("~/.local/share/auralis/preferences.json", "what mastering learned of your taste"),
    ("~/.local/state/auralis/auralis.log", "the log"),
    ("~/.local/state/auralis/plays.jsonl", "plays that are still to be sent"),
    ("~/.cache/auralis/", "pictures, words of songs, small copies of covers"),
    ("$XDG_RUNTIME_DIR/auralis/player.sock", "the socket of the player that runs"),
];

const EXITS: &[(Exit, &str)] = &[
    (Exit::Done, "done"),
    (Exit::Failed, "failed while running"),
    (Exit::WrongUsage, "wrong usage"),
    (Exit::NothingMatched, "nothing matched"),
    (Exit::NoPlayer, "no player is running"),
    (Exit::NoDevice, "no sound device"),
    (Exit::Interrupted, "interrupted"),
];

pub fn completions(shell: Shell) -> Result<Exit, CliError> {
    let target = match shell {
        Shell::Bash => Target::Bash,
        Shell::Zsh => Target::Zsh,
        Shell::Fish => Target::Fish,
    };
    let mut text = Vec::new();
    generate(target, &mut Arguments::command(), "auralis", &mut text);
    out(&text)
}

pub fn man() -> Result<Exit, CliError> {
    out(page().map_err(CliError::Output)?.as_bytes())
}

fn out(bytes: &[u8]) -> Result<Exit, CliError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(CliError::Output)?;
    Ok(Exit::Done)
}

/// The page as troff reads it, in the macros of man(7).
fn page() -> io::Result<String> {
    let grammar = Arguments::command();
    let version = format!("auralis {}", env!("CARGO_PKG_VERSION"));
    // An empty date is written as one: one that is left out would have the others move up.
    let head = Man::new(grammar.clone()).title("AURALIS").section("1").date("\"\"");
    let head = head.source(version).manual("User Commands");
    let mut text = Vec::new();
    head.render_title(&mut text)?;
    head.render_name_section(&mut text)?;
    head.render_synopsis_section(&mut text)?;
    let mut rest = Roff::new();
    description(&mut rest);
    options(&mut rest, &grammar);
    rest.control("SH", ["COMMANDS"]);
    grammar.get_subcommands().for_each(|verb| verb_of(&mut rest, "auralis", verb));
    lines(&mut rest);
    keys(&mut rest);
    queries(&mut rest);
    settings(&mut rest);
    pairs(&mut rest, "FILES", FILES.iter().copied());
    rest.control("PP", []);
    rest.text(marked(
        "`auralis config path` tells where each is; --config, --data-dir and --log say otherwise.",
    ));
    pairs(&mut rest, "ENVIRONMENT", ENVIRONMENT.iter().copied());
    let exits: Vec<_> = EXITS.iter().map(|(exit, what)| ((*exit as u8).to_string(), *what)).collect();
    pairs(&mut rest, "EXIT STATUS", exits.iter().map(|(code, what)| (code.as_str(), *what)));
    see_also(&mut rest);
    rest.to_writer(&mut text)?;
    Ok(plain(&String::from_utf8_lossy(&text)))
}

fn description(page: &mut Roff) {
    page.control("SH", ["DESCRIPTION"]);
    page.text(marked("A music player for the terminal. Without a PATH it shows your library; on a first run your music folder, scanned while you listen. With PATHs (files, folders, playlists, CUE sheets, addresses) it adds them to the queue and plays them. Where a player runs already, `auralis` is one more screen of it."));
    page.control("PP", []);
    page.text(marked("In the player, `F1` shows the keys, `:` takes the commands below, `q` leaves. From a shell, `auralis ctl` takes the same commands, and `auralis doctor` tells what is wrong on this machine."));
}

fn options(page: &mut Roff, grammar: &Command) {
    page.control("SH", ["OPTIONS"]);
    arguments(page, grammar);
    page.control("PP", []);
    page.text([roman("Those under \"everywhere\" in the help go with each command, too.")]);
}

/// Flags and arguments, each with what it does.
fn arguments(page: &mut Roff, command: &Command) {
    for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
        page.control("TP", []);
        page.text(spelled(argument));
        page.text(marked(&argument.get_help().map(ToString::to_string).unwrap_or_default()));
    }
}

/// `-v, --verbose`, `--output SPEC`, `PATH...`.
fn spelled(argument: &Arg) -> Vec<Inline> {
    let names = [
        argument.get_short().map(|short| format!("-{short}")),
        argument.get_long().map(|long| format!("--{long}")),
    ];
    let names: Vec<String> = names.into_iter().flatten().collect();
    let takes = argument.get_action().takes_values();
    let value = match argument.get_value_names() {
        Some(values) if takes => values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    match (names.is_empty(), value.is_empty()) {
        (true, _) => vec![italic(value)],
        (false, true) => vec![bold(names.join(", "))],
        (false, false) => vec![bold(names.join(", ")), roman(" "), italic(value)],
    }
}

/// A command of the command line, and those below it.
fn verb_of(page: &mut Roff, above: &str, verb: &Command) {
    if verb.is_hide_set() {
        return;
    }
    let name = format!("{above} {}", verb.get_name());
    let positional = verb.get_positionals().filter(|argument| !argument.is_hide_set());
    let words: Vec<String> = positional.map(ToString::to_string).collect();
    page.control(
        "SS",
        [format!("{name} {}", words.join(" ")).trim_end().replace('"', "")].iter().map(String::as_str),
    );
    page.text(marked(&verb.get_about().map(ToString::to_string).unwrap_or_default()));
    arguments(page, verb);
    if let Some(after) = verb.get_after_help() {
        page.control("PP", []);
        page.text(marked(&after.to_string()));
    }
    verb.get_subcommands().for_each(|verb| verb_of(page, &name, verb));
}

/// What `:` and `auralis ctl` take.
fn lines(page: &mut Roff) {
    page.control("SH", ["COMMANDS OF THE PLAYER"]);
    page.text(marked("Typed behind `:` in the player, or behind `auralis ctl`, where they need no screen. `:help` shows them there."));
    for subject in Subject::ALL {
        page.control("SS", [subject.title()]);
        COMMANDS.iter().filter(|row| row.subject == subject).for_each(|row| command(page, row));
    }
}

fn command(page: &mut Roff, row: &Row) {
    page.control("TP", []);
    let mut call = vec![bold(row.name)];
    if !row.arguments.is_empty() {
        call.extend([roman(" "), italic(row.arguments)]);
    }
    if !row.aliases.is_empty() {
        call.push(roman(format!(" (also {})", row.aliases.join(", "))));
    }
    page.text(call);
    page.text(marked(row.help));
}

/// The default keys, by where they hold; one line a command.
fn keys(page: &mut Roff) {
    page.control("SH", ["KEYS"]);
    page.text(marked(
        "The defaults; `keys.toml` changes them. A number before a key repeats it or says how far.",
    ));
    let keymap = Keymap::default();
    for context in Context::ALL {
        let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
        for binding in keymap.bindings().iter().filter(|binding| binding.context == context) {
            let key = print(&binding.keys);
            match lines.iter_mut().find(|(line, _)| *line == binding.line) {
                Some((_, keys)) => keys.push(key),
                None => lines.push((&binding.line, vec![key])),
            }
        }
        if !lines.is_empty() {
            page.control("SS", [place(context)]);
        }
        for (line, keys) in lines {
            page.control("TP", []);
            page.text([bold(keys.join("  "))]);
            let help = line.split(' ').next().and_then(find).map_or("", |row| row.help);
            page.text([italic(line), roman(": "), roman(help.replace('`', ""))]);
        }
    }
}

fn place(context: Context) -> &'static str {
    match context {
        Context::Global => "Everywhere",
        Context::Library => "In the library",
        Context::Wall => "In the wall of covers",
        Context::Queue => "In the queue",
        Context::Playlists => "In the playlists",
        Context::Tags => "In the tags",
        Context::Typed => "In what was typed",
        Context::Panel => "In help, reports and devices",
        Context::Over => "Behind an operator, or while rows are selected",
        Context::Recording => "While a macro is recorded",
    }
}

fn queries(page: &mut Roff) {
    pairs(page, "QUERIES", QUERIES.iter().copied());
    page.control("SS", ["Fields"]);
    for row in FIELDS {
        page.control("TP", []);
        let also = row.aliases.iter().map(|alias| format!(", {alias}")).collect::<String>();
        page.text([bold(row.name), roman(format!("{also}, as in ")), italic(row.example)]);
        page.text(marked(row.help));
    }
    page.control("PP", []);
    let flags: Vec<&str> = FLAGS.iter().map(|(name, _)| *name).collect();
    page.text([roman("Without a value: "), bold(flags.join(", ")), roman(".")]);
}

fn settings(page: &mut Roff) {
    page.control("SH", ["SETTINGS"]);
    page.text(marked("Of `config.toml`; what stands before the point is its table, as in [screen]. Every one may be left out."));
    for setting in reference() {
        page.control("TP", []);
        page.text([bold(setting.path), roman(" = "), roman(setting.default)]);
        page.text(marked(&format!("{} Takes {}.", setting.help, setting.expects)));
    }
}

fn see_also(page: &mut Roff) {
    page.control("SH", ["SEE ALSO"]);
    page.text([
        bold("mpc"),
        roman("(1), "),
        bold("playerctl"),
        roman("(1), "),
        bold("systemd.socket"),
        roman("(5)"),
    ]);
    page.control("PP", []);
    page.text(marked("`cargo doc --open` in a checkout begins with the architecture."));
}

fn pairs<'a>(page: &mut Roff, title: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) {
    page.control("SH", [title]);
    for (name, what) in rows {
        page.control("TP", []);
        page.text([bold(name)]);
        page.text(marked(what));
    }
}

/// What stands between backquotes is bold. A line feed is one here, too.
fn marked(text: &str) -> Vec<Inline> {
    if text.matches('`').count() % 2 == 1 {
        return vec![roman(text)];
    }
    let parts = text.split('`').enumerate().filter(|(_, part)| !part.is_empty());
    parts.map(|(at, part)| if at % 2 == 1 { bold(part) } else { roman(part) }).collect()
}

/// Signs that troff would draw as accents stay those that are typed.
fn plain(text: &str) -> String {
    text.replace('^', "\\(ha").replace('~', "\\(ti").replace('`', "\\(ga")
}
