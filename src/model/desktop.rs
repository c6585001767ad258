//! How the desktop is spoken to, as it is configured.

/// Plain data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DesktopSettings {
    /// Media keys and shells know of the player and drive it.
    pub mpris: bool,
    /// Another track is announced by the desktop.
    pub notifications: bool,
}

impl Default for DesktopSettings {
    fn default() -> Self {
        Self { mpris: true, notifications: false }
    }
}
