//! Impulse responses from sound files.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::decode::Source;
use crate::dsp::impulse::ImpulseResponse;
use crate::model::audio::gain_to_db;
use crate::model::impulse::Impulse;
use crate::model::job::CancelToken;
use crate::model::part::shown_name;

/// From a file of any kind that can be played, and ready for an output of this rate.
///
/// # Errors
/// In words: what cannot be read, what is too long, what is silent.
pub fn read(
    path: &Path,
    rate: Option<u32>,
    cancel: &CancelToken,
) -> Result<(Arc<ImpulseResponse>, Arc<Impulse>), String> {
    let mut source = Source::open(path).map_err(|error| error.to_string())?;
    let spec = source.info().format.spec;
    if spec.channels > Impulse::MOST_CHANNELS {
        return Err(format!(
            "it has {} channels, and at most {} are taken",
            spec.channels,
            Impulse::MOST_CHANNELS
        ));
    }
    let most = Impulse::LONGEST.as_secs() * u64::from(spec.rate) * u64::from(spec.channels);
    let mut frames = Vec::new();
    while source.read(&mut frames).map_err(|error| error.to_string())? > 0 {
        if cancel.is_cancelled() {
            return Err("it was broken off".to_owned());
        }
        if frames.len() as u64 > most {
            return Err(format!("it is longer than {} s: music, perhaps", Impulse::LONGEST.as_secs()));
        }
    }
    let response = ImpulseResponse::new(spec.rate, usize::from(spec.channels), &frames);
    let response = response.ok_or("nothing is to be heard in it")?;
    let facts = Impulse {
        name: shown_name(path).chars().filter(|letter| !letter.is_control()).collect::<String>().into(),
        rate: spec.rate,
        channels: spec.channels,
        length: Duration::from_secs_f64(response.taps() as f64 / f64::from(spec.rate.max(1))),
        gain_db: gain_to_db(response.gain()),
    };
    let response = match rate {
        Some(rate) => response.made_ready(rate),
        None => response,
    };
    Ok((Arc::new(response), Arc::new(facts)))
}
