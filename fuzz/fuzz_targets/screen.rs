#![no_main]
#![allow(dead_code)]

#[path = "../../tests/it/hostile/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::screen(bytes));
