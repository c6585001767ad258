//! The lanes on which jobs wait for each other.

/// Kinds of work that must not wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Minutes: scans. Runs at low priority.
    Long,
    /// Hours: the measuring of tracks. Its thread only waits for the workers of [`super::analyse`].
    Measuring,
    /// Well below a second: walks of a few folders, catalog builds.
    Short,
    /// Changes of the user's files, and what is taken over from other players, one at a time.
    Files,
    /// What sounds like what: milliseconds, but seconds where a large library is looked at for the first time.
    Similar,
    /// Seconds: plans of mastering that are proved on all of the sound. Runs at low priority.
    Mastering,
    /// Minutes to hours: files that are mastered to files. Runs at low priority.
    Rendering,
    /// As long as a server takes: what is asked of services of the net.
    Online,
}
