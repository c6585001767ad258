//! How far long work is, for the terminal to show beside its window's name (OSC 9;4, as ConEmu has it). Pure; written by
//! the run loop where the terminal is known to understand it.

use crate::model::rendering::RenderStage;
use crate::model::snapshot::Snapshot;

/// What is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Progress {
    #[default]
    None,
    /// Of a hundred.
    Percent(u8),
    /// Nobody knows how much there is.
    Going,
}

/// Whether a terminal of that name (XTVERSION) shows it, by their release notes. Others show OSC 9 as words to a person.
pub(super) fn is_understood(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let since = |prefix: &str, first: &[u32]| {
        let Some(version) = name.strip_prefix(prefix) else { return false };
        let numbers =
            version.split(|c: char| !c.is_ascii_digit()).map_while(|number| number.parse::<u32>().ok());
        numbers.collect::<Vec<_>>().as_slice() >= first
    };
    since("ghostty ", &[1, 2])
        || since("iterm2 ", &[3, 6, 6])
        || since("wezterm ", &[20_240_204])
        || since("vte(", &[8000])
}

pub(super) fn of(snapshot: &Snapshot) -> Progress {
    let rendering = snapshot.renders.iter().find_map(|job| match &job.stage {
        RenderStage::Running(progress) => Some(progress.share),
        RenderStage::Waiting | RenderStage::Ended(_) => None,
    });
    let (tags, scan, analysis) = (&snapshot.tags, &snapshot.scan, &snapshot.analysis);
    let measuring = analysis.running && analysis.rest.is_none() && analysis.total > 0;
    match (tags.writing, rendering) {
        (Some((_, 0)), _) => Progress::Going,
        (Some((done, all)), _) => Progress::share(done as f64 / all as f64),
        (None, _) if scan.running => Progress::share(scan.share),
        (None, Some(share)) => Progress::share(share),
        (None, None) if measuring => Progress::share(analysis.done as f64 / analysis.total as f64),
        (None, None) => Progress::None,
    }
}

impl Progress {
    /// Of 0 to 1.
    fn share(share: f64) -> Self {
        Self::Percent((share.clamp(0.0, 1.0) * 100.0) as u8)
    }

    pub(super) fn sequence(self) -> String {
        match self {
            Self::None => "\x1b]9;4;0\x1b\\".to_owned(),
            Self::Percent(percent) => format!("\x1b]9;4;1;{percent}\x1b\\"),
            Self::Going => "\x1b]9;4;3\x1b\\".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_terminals_that_show_it_are_told() {
        for name in ["ghostty 1.2.0", "iTerm2 3.6.6", "WezTerm 20250601-110809-5046fc22", "VTE(8002)"] {
            assert!(is_understood(name), "{name}");
        }
        let others = [
            "ghostty 1.1.3",
            "iTerm2 3.5.14",
            "WezTerm 20240203-110809-5046fc22",
            "VTE(7600)",
            "kitty(0.43.1)",
            "tmux 3.5a",
            "",
        ];
        for name in others {
            assert!(!is_understood(name), "{name}");
        }
    }

    #[test]
    fn it_is_told_of_what_runs() {
        let mut snapshot = Snapshot::default();
        assert_eq!(of(&snapshot), Progress::None);
        snapshot.scan = std::sync::Arc::new(crate::model::snapshot::ScanView {
            running: true,
            share: 0.425,
            ..Default::default()
        });
        assert_eq!(of(&snapshot).sequence(), "\x1b]9;4;1;42\x1b\\");
        assert_eq!(Progress::None.sequence(), "\x1b]9;4;0\x1b\\");
        assert_eq!(Progress::Going.sequence(), "\x1b]9;4;3\x1b\\");
    }
}
