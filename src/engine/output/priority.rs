//! Real-time scheduling for the thread that serves a device, asked of the system by that thread itself and told as the
//! system answered.

use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

use crate::model::snapshot::Priority;

/// Low among real-time threads: the kernel's own and the sound server's come first.
const LEVEL: u8 = 5;

/// For the calling thread. Allowed to users with `RLIMIT_RTPRIO`, as the group `audio` mostly has.
pub(super) fn ask() -> Priority {
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    let level = ThreadPriorityValue::try_from(LEVEL).map(ThreadPriority::Crossplatform);
    let asked = level.ok().map(|level| set_thread_priority_and_policy(thread_native_id(), level, policy));
    if matches!(asked, Some(Ok(()))) { Priority::RealTime } else { Priority::Usual }
}
