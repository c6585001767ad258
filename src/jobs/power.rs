//! Whether the machine runs on its battery or is busy with other work, as Linux tells in `/sys/class/power_supply` and
//! `/proc/stat`. Called by `analyse`.

use std::path::Path;

/// Where the kernel tells of power supplies.
pub const SUPPLIES: &str = "/sys/class/power_supply";

/// `true` where there is a mains supply and none is connected. A machine without one, or that does not tell, is not on battery.
pub fn on_battery(supplies: &Path) -> bool {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let entries = std::fs::read_dir(supplies).into_iter().flatten().flatten().map(|entry| entry.path());
    let mains = entries.filter(|path| ["Mains", "USB"].contains(&read(&path.join("type")).as_str()));
    let states: Vec<bool> = mains.map(|path| read(&path.join("online")) == "1").collect();
    !states.is_empty() && !states.contains(&true)
}

/// Where the kernel counts what the processors did.
pub const TIMES: &str = "/proc/stat";
/// Other programs that take more than this share of all processors make the machine busy.
const BUSY: f64 = 0.5;

/// What the processors did since the machine was started, in ticks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Times {
    /// For programs of usual priority, and for the kernel. What runs at a lower one, as our own workers do, is not in it.
    usual: u64,
    all: u64,
}

impl Times {
    /// The first line of `/proc/stat`: `cpu user nice system idle iowait irq softirq steal`, the rest being counted in those.
    pub fn parse(stat: &str) -> Option<Self> {
        let mut words = stat.lines().next()?.split_ascii_whitespace();
        words.next().filter(|word| *word == "cpu")?;
        let mut times = [0_u64; 8];
        for time in &mut times {
            *time = words.next()?.parse().ok()?;
        }
        let [user, _nice, system, _idle, _iowait, irq, softirq, steal] = times;
        Some(Self { usual: user + system + irq + softirq + steal, all: times.iter().sum() })
    }

    /// Whether the machine was busy from an earlier look to this one.
    pub fn busy_since(self, earlier: Self) -> bool {
        let all = self.all.saturating_sub(earlier.all);
        let usual = self.usual.saturating_sub(earlier.usual);
        all > 0 && usual as f64 / all as f64 > BUSY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields are those of proc(5).
    #[test]
    fn a_machine_is_busy_with_what_others_run_at_usual_priority() {
        let at = |user: u64, nice: u64, idle: u64| {
            Times::parse(&format!("cpu  {user} {nice} 10 {idle} 5 1 1 0 0 0\ncpu0 1 2 3\n")).unwrap()
        };
        let begun = at(100, 100, 100);
        assert!(at(190, 110, 100).busy_since(begun), "others took nine tenths");
        assert!(!at(140, 100, 160).busy_since(begun), "others took two fifths");
        assert!(!at(110, 190, 100).busy_since(begun), "our own work is no reason to rest");
        assert!(!begun.busy_since(begun) && !begun.busy_since(at(500, 100, 100)));
        for bad in ["", "cpu 1 2 3", "intr 1 2 3 4 5 6 7 8 9", "cpu a b c d e f g h"] {
            assert_eq!(Times::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_mains_that_is_not_connected_means_battery() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, kind: &str, online: &str| {
            let supply = folder.path().join(name);
            std::fs::create_dir_all(&supply).unwrap();
            std::fs::write(supply.join("type"), format!("{kind}\n")).unwrap();
            std::fs::write(supply.join("online"), format!("{online}\n")).unwrap();
        };
        assert!(!on_battery(&folder.path().join("absent")));
        put("BAT0", "Battery", "1");
        assert!(!on_battery(folder.path()), "no mains is known");
        put("AC", "Mains", "0");
        assert!(on_battery(folder.path()));
        put("USB", "USB", "1");
        assert!(!on_battery(folder.path()));
    }
}
