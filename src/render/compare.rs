//! Two files beside each other: the score of each, and the null test where they are alike. Called by the command line.

use std::path::Path;

use crate::analysis::measure::{MeasureError, measure};
use crate::analysis::null::{Null, NullError, null};
use crate::mastering::score::{self, Aspect};
use crate::model::job::CancelToken;

/// What speaks for and against one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    pub aspects: Vec<Aspect>,
    /// 0 to 100.
    pub total: Option<u8>,
}

/// # Errors
/// Where it cannot be decoded, and where `cancel` was.
pub fn scored(path: &Path, cancel: &CancelToken) -> Result<Scored, MeasureError> {
    let aspects = score::score(&measure(path, cancel, &mut |_| ())?);
    Ok(Scored { total: score::total(&aspects), aspects })
}

/// The null test in words.
pub fn null_words(
    first: &Path,
    second: &Path,
    cancel: &CancelToken,
) -> Result<(Option<Null>, String), MeasureError> {
    match null(first, second, cancel) {
        Ok(found) => Ok((Some(found), words(&found))),
        Err(NullError::Measure(error)) => Err(error),
        Err(unlike @ NullError::Unlike(..)) => Ok((None, unlike.to_string())),
    }
}

fn words(null: &Null) -> String {
    let length = match null.more {
        0 => String::new(),
        more if more > 0 => format!("; the second has {more} frames more"),
        more => format!("; the second has {} frames less", -more),
    };
    let sound = match (null.is_identical, null.gain_db, null.residual_db) {
        (true, ..) => "the same samples, bit for bit".to_owned(),
        (false, Some(gain), Some(residual)) if residual == f32::NEG_INFINITY => {
            format!("the same samples ({gain:+.2} dB)")
        }
        (false, Some(gain), Some(residual)) => format!(
            "with a gain of {gain:+.2} dB they differ by {residual:.1} dB; the largest difference as they are is {:.5}",
            null.largest
        ),
        (false, ..) => "one of them is silent, or they have nothing in common".to_owned(),
    };
    sound + &length
}
