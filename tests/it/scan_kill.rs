//! A scan that is killed: the store opens, what was committed stays and is not read again, and the next scan goes on from
//! there to the same library.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use auralis::library::store::Store;

use crate::home::Home;
use crate::library_media::{all_tracks, flac};
use crate::media::Noise;

struct Rig {
    home: Home,
    files: usize,
}

impl Rig {
    fn new(files: usize) -> Self {
        let home = Home::new();
        for number in 0..files {
            let title = format!("title {number}");
            home.put(format!("music/{}/{number}.flac", number / 20), &flac(1_000, &[("TITLE", &title)]));
        }
        Self { home, files }
    }

    fn scan(&self) -> std::process::Command {
        self.home.program(&["--data-dir", "data", "scan", "-q", "--json", "music"])
    }

    fn store(&self) -> Store {
        Store::open(&self.home.path("data/library.redb"), Box::new(|_| ())).unwrap()
    }

    /// Tracks that are there, each with a row for its file, and no file twice.
    fn committed(&self) -> usize {
        let store = self.store();
        let tracks = all_tracks(&store);
        let paths: BTreeSet<PathBuf> = tracks.iter().map(|track| track.path.clone()).collect();
        assert_eq!(paths.len(), tracks.len());
        let reader = store.read().unwrap();
        for track in &tracks {
            assert_eq!(reader.file(&track.path).unwrap().and_then(|row| row.track), Some(track.id));
        }
        assert_eq!(reader.files().unwrap().count(), tracks.len());
        drop(reader);
        assert!(store.close(Duration::from_secs(60)));
        tracks.len()
    }

    /// Kills scans at moments spread over the time that a whole one takes; counts those that were cut off in the middle.
    fn kill(&self, times: usize, seed: u64) -> usize {
        let mut random = Noise(seed);
        let begun = std::time::Instant::now();
        assert!(self.scan().output().unwrap().status.success());
        let whole = begun.elapsed();
        let mut cut = 0;
        for _ in 0..times {
            let _ = std::fs::remove_dir_all(self.home.path("data"));
            let mut child = self.scan().stdout(std::process::Stdio::null()).spawn().unwrap();
            std::thread::sleep(whole.mul_f64(random.next().abs().min(1.0)));
            child.kill().unwrap();
            child.wait().unwrap();
            let before = self.committed();
            cut += usize::from(before > 0 && before < self.files);
            let out = self.scan().output().unwrap();
            let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
            assert_eq!(
                (report["unchanged"].as_u64(), report["added"].as_u64()),
                (Some(before as u64), Some((self.files - before) as u64))
            );
            assert_eq!(self.committed(), self.files);
        }
        cut
    }
}

#[test]
fn a_scan_killed_at_any_moment_loses_nothing_committed_and_goes_on_from_there() {
    Rig::new(3_000).kill(6, 11);
}

/// Of so many kills some must hit the middle of the work, else this would show nothing.
#[test]
#[ignore = "takes minutes: the same 300 times with more files"]
fn three_hundred_kills_of_a_scan_lose_nothing_committed() {
    assert!(Rig::new(20_000).kill(300, 1) > 30);
}
