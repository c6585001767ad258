//! Measures files as a library of their own and prints a line of JSON for each: the others, nearest first, with their
//! distances. `benches/likeness_against.py` tells from it how many of the nearest are of the same game, album or composer.
//!
//! `cargo run --release --example neighbours -- FILE...`

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::{Path, PathBuf};

use auralis::analysis::measure::measure;
use auralis::model::fingerprint::Fingerprint;
use auralis::model::job::CancelToken;
use auralis::similarity::nearest::Index;
use auralis::similarity::space::Space;
use auralis::similarity::weights::Weights;
use serde_json::json;

fn main() {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (files, prints): (Vec<PathBuf>, Vec<Fingerprint>) =
        files.into_iter().filter_map(|file| print_of(&file).map(|print| (file, print))).unzip();
    let space = Space::of(&prints, Weights::default());
    let index = Index::of(&space);
    for (row, file) in files.iter().enumerate() {
        let Some(point) = space.point(row) else { continue };
        let found = index.nearest(&point, files.len(), |other| other != row);
        let (near, distances): (Vec<_>, Vec<f32>) =
            found.iter().map(|found| (name(&files[found.row]), found.distance)).unzip();
        println!("{}", json!({ "file": name(file), "near": near, "distances": distances }));
    }
}

fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn print_of(file: &Path) -> Option<Fingerprint> {
    measure(file, &CancelToken::default(), &mut |_| {})
        .map_err(|error| eprintln!("{}: {error}", file.display()))
        .ok()
        .map(|measured| measured.fingerprint)
}
