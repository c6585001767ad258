//! Who has a sound card that is busy: ALSA says in `/proc/asound` which process runs each of its streams. Called while an
//! opening fails; a guess for people, nothing depends on it.

use std::fs;

/// "mpd (process 4711)" for an ALSA name such as `hw:CARD=PCH,DEV=0` or `hw:0,0`.
pub(super) fn of(name: &str) -> Option<String> {
    let (card, device) = card_and_device(name)?;
    let folder = match card.parse::<u32>() {
        Ok(number) => format!("/proc/asound/card{number}"),
        // Under its id there is a link to the card.
        Err(_) => format!("/proc/asound/{card}"),
    };
    let streams = fs::read_dir(format!("{folder}/pcm{device}p")).ok()?;
    let status = |entry: fs::DirEntry| fs::read_to_string(entry.path().join("status")).ok();
    let pid = streams.flatten().filter_map(status).find_map(|status| owner(&status))?;
    let program = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    let plain: String = program.trim().chars().filter(|c| !c.is_control()).collect();
    Some(format!("{plain} (process {pid})"))
}

/// The card, by number or id, and the device's number; 0 where it is not said.
fn card_and_device(name: &str) -> Option<(&str, u32)> {
    let arguments = name.split_once(':')?.1;
    let mut words = arguments.split(',');
    let card = words.next()?;
    let card = card.strip_prefix("CARD=").unwrap_or(card);
    let device =
        words.next().map_or(Some(0), |word| word.strip_prefix("DEV=").unwrap_or(word).parse().ok())?;
    let is_plain =
        !card.is_empty() && card.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    is_plain.then_some((card, device))
}

/// `owner_pid` of a stream that runs; the file says `closed` where none does.
fn owner(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("owner_pid"))?;
    line.trim_start_matches([' ', ':']).trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_card_and_device() {
        let table = [
            ("hw:0,0", Some(("0", 0))),
            ("hw:CARD=PCH,DEV=3", Some(("PCH", 3))),
            ("hw:USB", Some(("USB", 0))),
            ("hw:CARD=../../x", None),
            ("hw:", None),
            ("paced", None),
        ];
        for (name, expected) in table {
            assert_eq!(card_and_device(name), expected, "{name}");
        }
    }

    /// As Linux writes it: sound/core/pcm.c, `snd_pcm_substream_proc_status_read`.
    #[test]
    fn a_running_stream_names_its_owner() {
        let status =
            "state: RUNNING\nowner_pid   : 4711\ntrigger_time: 1.2\ntstamp      : 3.4\ndelay       : 1024\n";
        assert_eq!(owner(status), Some(4711));
        assert_eq!(owner("closed\n"), None);
    }
}
