//! Smart lists: the words of a query with an order and a limit among them, as in `genre:jazz plays:0 sort:-added
//! limit:50`. Kept as it was typed. Pure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::order::{EXPECTED, Order};
use crate::model::words::said;
use crate::say;

/// What is asked for. Made by [`Smart::parse`] alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Smart {
    text: Arc<str>,
    /// The text without `sort:` and `limit:`.
    query: String,
    orders: Vec<Order>,
    limit: Option<usize>,
}

/// Why a text is no smart list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmartError {
    /// Byte of the text at which it is wrong.
    pub at: usize,
    pub message: String,
}

impl Smart {
    /// Bytes of the text.
    pub const MOST: usize = 4096;

    /// `sort:` takes several orders with commas between them, the first one first.
    pub fn parse(text: &str) -> Result<Self, SmartError> {
        let text = text.trim();
        if text.len() > Self::MOST {
            return Err(wrong(Self::MOST, say!("is longer than {most} bytes", most = Self::MOST)));
        }
        let mut smart = Self { text: text.into(), query: String::new(), orders: Vec::new(), limit: None };
        let mut kept = 0;
        for (at, word) in words(text) {
            let taken = if let Some(orders) = word.strip_prefix("sort:") {
                smart.orders = parse_orders(orders)
                    .ok_or_else(|| wrong(at + 5, say!("`sort:` needs {orders}", orders = said(EXPECTED))))?;
                true
            } else if let Some(limit) = word.strip_prefix("limit:") {
                let limit = limit.parse().ok().filter(|&limit| limit > 0);
                smart.limit =
                    Some(limit.ok_or_else(|| wrong(at + 6, say!("`limit:` needs a number from 1")))?);
                true
            } else {
                false
            };
            if taken {
                smart.query.push_str(&text[kept..at]);
                // As long as before: a place in the query is a place in the text.
                smart.query.extend(std::iter::repeat_n(' ', word.len()));
                kept = at + word.len();
            }
        }
        smart.query.push_str(&text[kept..]);
        Ok(smart)
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a track must meet, with blanks where order and limit stood.
    pub fn query(&self) -> &str {
        self.query.trim_end()
    }

    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }
}

fn wrong(at: usize, message: impl Into<String>) -> SmartError {
    SmartError { at, message: message.into() }
}

fn parse_orders(words: &str) -> Option<Vec<Order>> {
    words.split(',').map(Order::parse).collect()
}

/// Words outside of quotes, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut quoted = false;
    let mut ends = text.char_indices().filter(move |&(_, c)| {
        quoted ^= c == '"';
        !quoted && c.is_whitespace()
    });
    let mut start = 0;
    let mut over = false;
    std::iter::from_fn(move || {
        if over {
            return None;
        }
        let (end, len) = ends.next().map_or((text.len(), 0), |(at, c)| (at, c.len_utf8()));
        over = len == 0;
        let word = (start, &text[start..end]);
        start = end + len;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::playlist::order::By;

    #[test]
    fn order_and_limit_are_taken_out_of_the_query() {
        let smart = Smart::parse(" genre:jazz sort:-plays,title plays:0 limit:50 ").unwrap();
        assert_eq!(smart.query(), "genre:jazz                   plays:0");
        assert_eq!(
            smart.orders().iter().map(|order| (order.by, order.descending)).collect::<Vec<_>>(),
            [(By::Plays, true), (By::Title, false)]
        );
        assert_eq!(smart.limit(), 50);
        assert_eq!(smart.text(), "genre:jazz sort:-plays,title plays:0 limit:50");
        let smart = Smart::parse("title:\"sort:me limit:x\"").unwrap();
        assert_eq!((smart.query(), smart.orders()), ("title:\"sort:me limit:x\"", &[][..]));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(Smart::parse("a sort:size").unwrap_err().at, 7);
        assert_eq!(Smart::parse("limit:0").unwrap_err().at, 6);
        assert!(Smart::parse(&"x".repeat(5000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in ".{0,80}") {
            if let Ok(smart) = Smart::parse(&text) {
                proptest::prop_assert!(smart.query().len() <= text.len());
            }
        }
    }
}
