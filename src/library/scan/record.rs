//! What the last scan did and could not read, kept by the store so that it can be asked for later.

use std::path::PathBuf;

use super::{Problem, ScanReport};
use crate::library::store::{ScanRecord, Store, StoreError, WriteOp};

/// Failures that are kept; a disk full of rubbish must not fill the store.
const MAX_FAILED: usize = 10_000;

/// Keeps the report of a scan of `roots`. Of a part of the library it replaces what was told of that part.
pub fn keep(store: &Store, roots: &[PathBuf], report: &ScanReport, at_s: i64) -> Result<(), StoreError> {
    let reader = store.read()?;
    let known = reader.roots()?;
    let is_whole = known.iter().all(|root| roots.contains(root));
    let mut failed: Vec<Problem> = Vec::new();
    if !is_whole && let Some(before) = reader.scan_record()? {
        failed.extend(
            before.failed.into_iter().filter(|old| !roots.iter().any(|root| old.path.starts_with(root))),
        );
    }
    failed.extend(report.failed.iter().cloned());
    let failures = failed.len() as u64;
    failed.truncate(MAX_FAILED);
    let record = ScanRecord {
        at_s,
        seconds: report.seconds,
        added: report.added,
        updated: report.updated,
        moved: report.moved,
        missing: report.missing,
        returned: report.returned,
        removed: report.removed,
        unchanged: report.unchanged,
        cancelled: report.cancelled,
        failures,
        failed,
    };
    store.write(WriteOp::PutScanRecord(Box::new(record)))
}
