//! Finding tracks in a catalog for one question. Who asks again and again, as the screen's filter does, keeps a
//! [`crate::model::query::search::Searcher`].

pub use crate::model::query::search::search;
