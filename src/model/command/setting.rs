//! What can be asked of a setting. Names and values are words as they were typed: `config` knows what they mean.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Show or hide all of them.
    List,
    /// Tell its value and where that comes from.
    Tell(String),
    /// Give it a value, for this run; with `keep` also for all later ones.
    Give { name: String, value: Given, keep: bool },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    Words(String),
    /// On where it is off.
    Other,
    Default,
    /// What it has, to be kept.
    Now,
}
