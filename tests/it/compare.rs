//! Two files beside each other: what is the same is told as such, a gain is found, and a score has its words.

use serde_json::Value as Json;

use crate::home::{Home, sine, wav};

fn compare(home: &Home, words: &[&str]) -> Json {
    let output = home.program(&[&["compare", "--json"], words].concat()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Half of the samples is -6.02 dB.
#[test]
fn the_null_test_tells_the_same_from_the_louder_and_from_the_longer() {
    let home = Home::new();
    let tone = sine(100_000);
    let half: Vec<i16> = tone.iter().map(|sample| sample / 2).collect();
    let put = |name: &str, samples: &[i16]| home.put(name, &wav(samples, &[])).display().to_string();
    let (one, same) = (put("one.wav", &tone), put("same.wav", &tone));
    let (quieter, shorter) = (put("half.wav", &half), put("short.wav", &tone[..90_000]));
    let found = compare(&home, &[&one, &same]);
    assert_eq!((&found["is_identical"], found["files"].as_array().unwrap().len()), (&Json::Bool(true), 2));
    assert!(found["null"].as_str().unwrap().contains("bit for bit"));
    let found = compare(&home, &[&one, &quieter]);
    assert!((found["gain_db"].as_f64().unwrap() + 6.02).abs() < 0.01, "{found}");
    assert!(found["residual_db"].as_f64().unwrap() < -60.0 && found["is_identical"] == false);
    let words = compare(&home, &[&one, &shorter])["null"].as_str().unwrap().to_owned();
    assert!(words.contains("the same samples") && words.contains("frames less"), "{words}");
}

/// A sine at full scale has no peaks to speak of, and one at half of it neither clips nor rises over full scale.
#[test]
fn a_score_says_what_its_numbers_are_and_what_is_not_a_question_of_quality_has_no_points() {
    let home = Home::new();
    let path = home.put("tone.wav", &wav(&sine(480_000), &[])).display().to_string();
    let found = compare(&home, &[&path]);
    let aspects = found["files"][0]["aspects"].as_array().unwrap();
    let of = |name: &str| aspects.iter().find(|aspect| aspect["name"] == name).unwrap();
    assert_eq!(of("overs")["verdict"], "nothing clips");
    assert_eq!(of("overs")["points"], 100);
    assert!(of("loudness")["points"].is_null() && of("range")["points"].is_null());
    assert!(of("peak to loudness")["verdict"].as_str().unwrap().starts_with("crushed"));
    assert!(found["null"].is_null() && found["files"][0]["total"].as_u64().unwrap() <= 100);
    let refused = home.program(&["compare", "nothing.wav"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
}
