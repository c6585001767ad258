//! Where the value of each setting comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::setting::Setting;
use crate::model::settings::Settings;
use crate::say;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    #[default]
    Default,
    /// A line of `config.toml`, counted from 1.
    File(usize),
    /// A flag of the command line.
    Flag(&'static str),
}

impl Origin {
    /// `line 12`.
    pub fn words(self) -> String {
        match self {
            Self::Default => say!("default").to_owned(),
            Self::File(line) => say!("line {line}", line),
            Self::Flag(flag) => flag.to_owned(),
        }
    }
}

/// What is not at its default: its value, as TOML, and where that comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<String, (String, Origin)>);

impl Origins {
    pub fn put(&mut self, path: String, value: String, origin: Origin) {
        self.0.insert(path, (value, origin));
    }

    pub fn of(&self, setting: Setting) -> (&str, Origin) {
        match self.0.get(&setting.path()) {
            Some((value, origin)) => (value, *origin),
            None => (setting.default(), Origin::Default),
        }
    }
}

/// What a run was started with, for who shows and changes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configured {
    pub settings: Settings,
    pub origins: Origins,
    /// `config.toml`, which need not be there.
    pub file: Option<PathBuf>,
}
