//! The lanes.

use super::*;

#[test]
fn a_panic_is_told_and_the_lane_lives() {
    let (jobs, threads) = Jobs::spawn().unwrap();
    let (told, words) = channel();
    let after = told.clone();
    jobs.submit_guarded(Lane::Short, || panic!("broken"), move |words| drop(told.send(words)));
    jobs.submit(Lane::Short, move || drop(after.send("alive".into())));
    let got: Vec<String> = words.iter().collect();
    assert_eq!(got, ["internal error: broken", "alive"]);
    drop(jobs);
    assert!(threads.join(Duration::from_secs(5)));
}
