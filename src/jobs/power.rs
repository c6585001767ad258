//! Whether the machine runs on its battery, as Linux tells in `/sys/class/power_supply`. Called by `analyse`.

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

#[cfg(test)]
mod tests {
    use super::*;

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
