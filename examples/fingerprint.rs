//! Measures files and prints a line of JSON for each: what `benches/print_against.py` compares with the numbers of others.
//!
//! `cargo run --release --example fingerprint -- FILE...`

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::Path;

use auralis::analysis::measure::measure;
use auralis::model::fingerprint::Dimension;
use auralis::model::job::CancelToken;
use serde_json::{Map, Value, json};

fn main() {
    for file in std::env::args_os().skip(1) {
        let path = Path::new(&file);
        let measured = match measure(path, &CancelToken::default(), &mut |_| {}) {
            Ok(measured) => measured,
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                continue;
            }
        };
        let print = measured.fingerprint;
        let number = |dimension: Dimension| (dimension.name().to_owned(), json!(print.get(dimension).ok()));
        let mut line: Map<String, Value> = Dimension::ALL.into_iter().map(number).collect();
        line.insert("file".into(), json!(path.file_name().map(|name| name.to_string_lossy())));
        line.insert("tempo_confidence".into(), json!(print.confidence.tempo));
        line.insert("key".into(), json!(print.key.ok().map(|key| key.to_string())));
        line.insert("timbre".into(), json!(print.timbre.ok()));
        println!("{}", Value::Object(line));
    }
}
