//! `auralis config check`: everything that the user wrote, read as a start would read it, and the folders looked for.

use std::path::Path;

use super::keys::Keymap;
use super::language;
use super::problem::Problem;
use super::read;
use super::theme::{Theme, ThemeError, for_background};
use super::{Loaded, read_text};

/// All problems of `config.toml`, the folders it names, `keys.toml`, the themes and the languages, in this order. Looks
/// at the disk.
pub fn check(loaded: &Loaded) -> Vec<Problem> {
    let mut problems = loaded.problems.clone();
    if let Some(file) = &loaded.places.config_file {
        problems.extend(missing_folders(loaded, file));
        problems.extend(chosen_theme(loaded, file));
    }
    if let Some(file) = &loaded.places.keys_file {
        problems.extend(keys(file));
    }
    if let Some(folder) = &loaded.places.themes {
        problems.extend(themes(folder));
    }
    if let Some(folder) = &loaded.places.languages {
        problems.extend(language::check(&loaded.settings.screen.language, folder));
    }
    problems
}

fn missing_folders(loaded: &Loaded, file: &Path) -> Vec<Problem> {
    let missing = loaded.settings.music.iter().filter(|folder| !folder.is_dir());
    missing
        .map(|folder| whole(file, format!("`music` names a folder that is not there: {}", folder.display())))
        .collect()
}

fn keys(file: &Path) -> Vec<Problem> {
    match read_text(file) {
        Ok(None) => Vec::new(),
        Ok(Some(text)) => Keymap::with_file(&text, file).1,
        Err(problem) => vec![problem],
    }
}

/// That it can be found, for either background; what is wrong inside it is told with the other themes.
fn chosen_theme(loaded: &Loaded, file: &Path) -> Option<Problem> {
    [false, true].into_iter().find_map(|is_light| missing_theme(loaded, file, is_light))
}

fn missing_theme(loaded: &Loaded, file: &Path, is_light: bool) -> Option<Problem> {
    let name = for_background(&loaded.settings.screen.theme, is_light);
    match Theme::load(name, loaded.places.themes.as_deref()) {
        Ok(_) | Err(ThemeError::Unreadable(_)) => None,
        Err(ThemeError::Unknown { name, nearest }) => {
            Some(Problem { nearest, ..whole(file, format!("no theme is named `{name}`")) })
        }
    }
}

/// Every theme of the user's, also those that are not in use.
fn themes(folder: &Path) -> Vec<Problem> {
    let names = Theme::names(Some(folder)).into_iter();
    let own = names.map(|name| (folder.join(format!("{name}.toml")), name)).filter(|(file, _)| file.exists());
    own.flat_map(|(file, name)| match read::text(&file) {
        Ok(None) => Vec::new(),
        // What is wrong with a parent is told of the parent.
        Ok(Some(text)) => {
            let (_, problems) = Theme::parse(&name, &text, &file, Some(folder));
            problems.into_iter().filter(|problem| problem.file == file).collect()
        }
        Err(unreadable) => vec![unreadable.problem(&file)],
    })
    .collect()
}

fn whole(file: &Path, message: String) -> Problem {
    Problem { file: file.to_owned(), line: None, message, nearest: None }
}
