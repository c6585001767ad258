//! What sounds like what, for the command line, where no player runs.

pub use crate::jobs::ears::Ears;
pub use crate::jobs::ears::answer::{Answer, Deaf, Known, Question, Whom};

use super::analyse;
use crate::library::store::Store;
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::query::Query;
use crate::model::query::heard::Likes;
pub use crate::similarity::radio::Rules;

/// Measures those of these tracks that were not.
pub fn measure(
    store: &Store,
    tracks: &[TrackId],
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(&analyse::AnalyseProgress),
) {
    let asked = analyse::Asked { tracks: Some(tracks.to_vec()), again: false };
    analyse::library(store, &asked, None, cancel, on_progress);
}

/// What sounds like these words of queries.
pub fn likes(ears: &Ears, words: &[String], known: &Known) -> Result<Likes, Deaf> {
    let mut likes = Likes::default();
    if words.is_empty() {
        return Ok(likes);
    }
    let asked = words.iter().map(|words| (words.clone(), Whom::Words(words.clone()))).collect();
    if let Answer::Likes(found) = ears.answer(Question::Likes(asked), known)? {
        found.into_iter().for_each(|(words, alike)| likes.set(words, alike));
    }
    Ok(likes)
}

/// Tells a query what sounds like what it names; what cannot be told is an error.
pub fn know(ears: &Ears, query: &mut Query, known: &Known) -> Result<(), Deaf> {
    let words = query.likes();
    let likes = likes(ears, &words, known)?;
    query.know(&likes);
    likes.problem(&words).map_or(Ok(()), |why| Err(Deaf::Words(why.to_owned())))
}
