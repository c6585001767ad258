//! Where things are kept: flags first, then `AURALIS_*`, then the XDG places. Pure but for [`Bases::of_this_user`] and
//! the current folder. A missing home is not an error here; it is one for whoever needs a place that then is not there.

use std::env;
use std::path::{Path, PathBuf};

use super::ConfigError;

/// Name of our folder in each XDG place.
const FOLDER: &str = "auralis";

/// What the command line and `AURALIS_*` say.
#[derive(Debug, Clone, Default)]
pub struct PlaceFlags {
    pub config_file: Option<PathBuf>,
    pub data_dir: Option<PathBuf>,
    pub log_file: Option<PathBuf>,
}

impl PlaceFlags {
    /// Fills what no flag gave from `AURALIS_CONFIG` and `AURALIS_DATA_DIR`; an empty variable counts as not set.
    pub fn or_environment(self) -> Self {
        let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            config_file: self.config_file.or_else(|| variable("AURALIS_CONFIG")),
            data_dir: self.data_dir.or_else(|| variable("AURALIS_DATA_DIR")),
            log_file: self.log_file,
        }
    }
}

/// The user's folders, as the XDG base directory specification and `user-dirs.dirs` give them.
#[derive(Debug, Clone, Default)]
pub struct Bases {
    pub home: Option<PathBuf>,
    pub config: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub state: Option<PathBuf>,
    pub cache: Option<PathBuf>,
    pub music: Option<PathBuf>,
}

impl Bases {
    pub fn of_this_user() -> Self {
        let Some(bases) = directories::BaseDirs::new() else {
            return Self::without_home();
        };
        let music = directories::UserDirs::new().and_then(|user| user.audio_dir().map(Path::to_owned));
        Self {
            home: Some(bases.home_dir().to_owned()),
            config: Some(bases.config_dir().to_owned()),
            data: Some(bases.data_dir().to_owned()),
            state: bases.state_dir().map(Path::to_owned),
            cache: Some(bases.cache_dir().to_owned()),
            music,
        }
    }

    /// Each XDG variable counts by itself where there is no home.
    fn without_home() -> Self {
        let xdg = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        Self {
            home: None,
            config: xdg("XDG_CONFIG_HOME"),
            data: xdg("XDG_DATA_HOME"),
            state: xdg("XDG_STATE_HOME"),
            cache: xdg("XDG_CACHE_HOME"),
            music: None,
        }
    }
}

/// Where each thing is kept. Absolute; nothing need exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    pub home: Option<PathBuf>,
    pub config_file: Option<PathBuf>,
    /// The user asked for this very file: that it is missing is then an error.
    pub config_was_named: bool,
    pub keys_file: Option<PathBuf>,
    pub themes: Option<PathBuf>,
    pub languages: Option<PathBuf>,
    /// The user's equaliser curves.
    pub curves: Option<PathBuf>,
    /// The user's music folder.
    pub music: Option<PathBuf>,
    /// What is to be kept from run to run, and what can be made again.
    pub state: Option<PathBuf>,
    pub cache: Option<PathBuf>,
    data_dir: Option<PathBuf>,
    library: Option<PathBuf>,
    log_file: Option<PathBuf>,
}

impl Places {
    /// `keys.toml`, `themes`, `languages` and `eq` lie beside the configuration, wherever that is. A data folder that was asked for holds
    /// all that we write: the library and the log.
    pub fn new(bases: &Bases, flags: &PlaceFlags) -> Result<Self, ConfigError> {
        let named = absolute(flags.config_file.as_deref())?;
        let data_dir = absolute(flags.data_dir.as_deref())?;
        let ours = |base: &Option<PathBuf>| base.as_ref().map(|base| base.join(FOLDER));
        let config_was_named = named.is_some();
        let config_file = named.or_else(|| ours(&bases.config).map(|folder| folder.join("config.toml")));
        let beside = config_file.as_deref().and_then(Path::parent);
        let state = data_dir.clone().or_else(|| ours(&bases.state));
        let kept = data_dir.as_ref().map(|folder| folder.join("cache"));
        let music = bases.music.clone().or_else(|| bases.home.as_ref().map(|home| home.join("Music")));
        Ok(Self {
            home: bases.home.clone(),
            keys_file: beside.map(|folder| folder.join("keys.toml")),
            themes: beside.map(|folder| folder.join("themes")),
            languages: beside.map(|folder| folder.join("languages")),
            curves: beside.map(|folder| folder.join("eq")),
            config_was_named,
            config_file,
            music,
            cache: kept.or_else(|| ours(&bases.cache)),
            data_dir: data_dir.clone(),
            library: data_dir.or_else(|| ours(&bases.data)).map(|folder| folder.join("library.redb")),
            log_file: match absolute(flags.log_file.as_deref())? {
                None => state.as_deref().map(|folder| folder.join("auralis.log")),
                named => named,
            },
            state,
        })
    }

    /// The folder for the library and all else that was asked for, if one was.
    pub fn data_dir(&self) -> Option<&Path> {
        self.data_dir.as_deref()
    }

    /// The store of the library.
    pub fn library(&self) -> Result<&Path, ConfigError> {
        let place = self.library.as_deref();
        place.ok_or(ConfigError::NoPlace { what: "the library", flag: "--data-dir DIR" })
    }

    /// The folder of the journals of tag changes, beside the library.
    pub fn tag_batches(&self) -> Result<PathBuf, ConfigError> {
        Ok(self.library()?.with_file_name("tag-batches"))
    }

    /// What is kept of the listener's preferences, beside the library.
    pub fn preferences(&self) -> Result<PathBuf, ConfigError> {
        Ok(self.library()?.with_file_name("preferences.json"))
    }

    pub fn log_file(&self) -> Result<&Path, ConfigError> {
        self.log_file.as_deref().ok_or(ConfigError::NoPlace { what: "the log", flag: "--log FILE" })
    }
}

fn absolute(path: Option<&Path>) -> Result<Option<PathBuf>, ConfigError> {
    path.map(std::path::absolute).transpose().map_err(ConfigError::CurrentFolder)
}

/// `~` and `~/...` with the home put in its place; anything else, `~name` too, as it is.
pub fn expand_home(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases() -> Bases {
        Bases {
            home: Some("/home/u".into()),
            config: Some("/home/u/.config".into()),
            data: Some("/home/u/.local/share".into()),
            state: Some("/home/u/.local/state".into()),
            cache: Some("/home/u/.cache".into()),
            music: None,
        }
    }

    #[test]
    fn without_flags_the_xdg_places_are_used() {
        let places = Places::new(&bases(), &PlaceFlags::default()).unwrap();
        assert_eq!(places.config_file.as_deref(), Some(Path::new("/home/u/.config/auralis/config.toml")));
        assert_eq!(places.keys_file.as_deref(), Some(Path::new("/home/u/.config/auralis/keys.toml")));
        assert_eq!(places.themes.as_deref(), Some(Path::new("/home/u/.config/auralis/themes")));
        assert_eq!(places.library().unwrap(), Path::new("/home/u/.local/share/auralis/library.redb"));
        assert_eq!(places.log_file().unwrap(), Path::new("/home/u/.local/state/auralis/auralis.log"));
        assert_eq!(places.music.as_deref(), Some(Path::new("/home/u/Music")));
        assert_eq!(places.state.as_deref(), Some(Path::new("/home/u/.local/state/auralis")));
        assert_eq!(places.cache.as_deref(), Some(Path::new("/home/u/.cache/auralis")));
        assert!(!places.config_was_named);
    }

    #[test]
    fn flags_move_what_they_name() {
        let flags = PlaceFlags {
            config_file: Some("/c/mine.toml".into()),
            data_dir: Some("/d".into()),
            log_file: None,
        };
        let places = Places::new(&bases(), &flags).unwrap();
        assert_eq!(places.config_file.as_deref(), Some(Path::new("/c/mine.toml")));
        assert_eq!(places.keys_file.as_deref(), Some(Path::new("/c/keys.toml")));
        assert_eq!(places.library().unwrap(), Path::new("/d/library.redb"));
        assert_eq!(places.log_file().unwrap(), Path::new("/d/auralis.log"));
        assert_eq!(places.state.as_deref(), Some(Path::new("/d")));
        assert_eq!(places.cache.as_deref(), Some(Path::new("/d/cache")));
        assert!(places.config_was_named);
        let flags = PlaceFlags { log_file: Some("/l/x.log".into()), ..flags };
        assert_eq!(Places::new(&bases(), &flags).unwrap().log_file().unwrap(), Path::new("/l/x.log"));
    }

    #[test]
    fn the_xdg_music_folder_comes_before_the_usual_one() {
        let bases = Bases { music: Some("/music".into()), ..bases() };
        let places = Places::new(&bases, &PlaceFlags::default()).unwrap();
        assert_eq!(places.music.as_deref(), Some(Path::new("/music")));
    }

    #[test]
    fn without_a_home_only_what_needs_a_place_fails_and_says_what_to_do() {
        let places = Places::new(&Bases::default(), &PlaceFlags::default()).unwrap();
        assert_eq!(places.config_file, None);
        let error = places.library().unwrap_err().to_string();
        assert_eq!(error, "no place for the library: HOME is not set. Set HOME, or give `--data-dir DIR`");
        assert!(places.log_file().unwrap_err().to_string().contains("--log FILE"));
        let flags = PlaceFlags { data_dir: Some("/d".into()), ..PlaceFlags::default() };
        assert!(Places::new(&Bases::default(), &flags).unwrap().library().is_ok());
    }

    #[test]
    fn a_tilde_is_the_home_only_at_the_start_and_alone() {
        let home = Some(Path::new("/home/u"));
        let expanded = |path: &str| expand_home(Path::new(path), home);
        assert_eq!(expanded("~"), Path::new("/home/u"));
        assert_eq!(expanded("~/Music"), Path::new("/home/u/Music"));
        assert_eq!(expanded("~other/Music"), Path::new("~other/Music"));
        assert_eq!(expanded("/a/~/b"), Path::new("/a/~/b"));
        assert_eq!(expand_home(Path::new("~/Music"), None), Path::new("~/Music"));
    }
}
