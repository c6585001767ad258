//! Real-time scheduling, asked of the system by the thread that is to have it and told as the system answered: for the
//! thread that serves a device, and for the engine's, which fills the ring that it takes from.

use thread_priority::{
    NormalThreadSchedulePolicy, RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue,
    ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id, thread_schedule_policy,
};

use crate::model::snapshot::Priority;

/// Low among real-time threads: the kernel's own and the sound server's come first.
const DEVICE: u8 = 5;
/// It may never hold up a device.
const ENGINE: u8 = 4;
/// Of 0 to 99: nice 0.
const MIDDLE: u8 = 50;

/// For the thread that serves a device. Allowed to users with `RLIMIT_RTPRIO`, as the group `audio` mostly has.
pub(super) fn ask() -> Priority {
    real_time(DEVICE)
}

/// For the engine's thread: as the device that it fills the ring of. Only a device sets it a pace; beside anything else
/// it would work without a pause, before everybody.
pub(super) fn follow(device: Option<Priority>) {
    match device {
        Some(Priority::RealTime) => drop(real_time(ENGINE)),
        _ => usual(),
    }
}

/// For a thread that the engine's starts: it inherits what is not meant for it.
pub(super) fn usual() {
    if !matches!(thread_schedule_policy(), Ok(ThreadSchedulePolicy::Realtime(_))) {
        return;
    }
    let policy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
    if let Ok(middle) = ThreadPriorityValue::try_from(MIDDLE) {
        let _ =
            set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Crossplatform(middle), policy);
    }
}

fn real_time(level: u8) -> Priority {
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    let level = ThreadPriorityValue::try_from(level);
    let asked = level.ok().map(|level| {
        set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Crossplatform(level), policy)
    });
    if matches!(asked, Some(Ok(()))) { Priority::RealTime } else { Priority::Usual }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the system allows no real time there is nothing to come back from, and the policy stays as it was.
    #[test]
    fn real_time_is_left_as_it_was_taken() {
        let is_real_time = || matches!(thread_schedule_policy(), Ok(ThreadSchedulePolicy::Realtime(_)));
        let given = ask() == Priority::RealTime;
        assert_eq!(is_real_time(), given);
        std::thread::spawn(move || {
            assert_eq!(is_real_time(), given, "a thread inherits it");
            usual();
            assert!(!is_real_time());
        })
        .join()
        .unwrap();
        follow(Some(Priority::Usual));
        assert!(!is_real_time());
        follow(Some(Priority::RealTime));
        assert_eq!(is_real_time(), given);
        follow(None);
        assert!(!is_real_time());
    }
}
