#![no_main]
// The functions of the other targets stand in the same file.
#![allow(dead_code)]

#[path = "../../tests/it/hostile/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::language(bytes));
