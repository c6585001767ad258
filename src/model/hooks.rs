//! Programs of the user's that are run when something happens, as they are configured.

/// What is told to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookEvent {
    /// Another track is heard, or a station plays another piece.
    Track,
    /// It plays, stands, or stops.
    State,
}

impl HookEvent {
    pub const ALL: [Self; 2] = [Self::Track, Self::State];

    pub fn name(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::State => "state",
        }
    }

    /// Its key in the configuration.
    pub fn key(self) -> &'static str {
        match self {
            Self::Track => "on_track",
            Self::State => "on_state",
        }
    }
}

/// Plain data. A program and its arguments each; empty: none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSettings {
    pub on_track: Vec<String>,
    pub on_state: Vec<String>,
    /// Seconds that one may take.
    pub limit_s: u32,
}

impl Default for HookSettings {
    fn default() -> Self {
        Self { on_track: Vec::new(), on_state: Vec::new(), limit_s: 10 }
    }
}

impl HookSettings {
    pub fn of(&self, event: HookEvent) -> &[String] {
        match event {
            HookEvent::Track => &self.on_track,
            HookEvent::State => &self.on_state,
        }
    }
}
