//! Random orders: each kind a pure function of items, what is known of them, and a generator. Part of `Order`.

use std::collections::{HashMap, VecDeque};

use crate::model::id::ItemId;
use crate::model::playback::ShuffleBy;
use crate::model::snapshot::QueueItem;

/// What an order may look at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Traits {
    /// `None`: not known, like no other.
    pub album: Option<u64>,
    pub artist: Option<u64>,
    /// How likely it comes early, beside others; above 0.
    pub weight: f64,
}

impl Traits {
    pub const UNKNOWN: Self = Self { album: None, artist: None, weight: 1.0 };
}

/// So many items that follow each other are of different artists and albums, where there are others.
pub const WINDOW: usize = 3;
/// How far is looked ahead for one that fits, so that work stays in proportion.
const AHEAD: usize = 256;

/// `items`, in the order of the queue, in a random order that begins with `first`.
pub fn arrange(
    chance: &mut u64,
    by: ShuffleBy,
    items: &[QueueItem],
    first: Option<ItemId>,
    traits: &dyn Fn(&QueueItem) -> Traits,
) -> Vec<ItemId> {
    let others: Vec<&QueueItem> = items.iter().filter(|item| Some(item.id) != first).collect();
    let first = items.iter().find(|item| Some(item.id) == first);
    let mut ids = match by {
        ShuffleBy::Tracks => at_random(chance, others.iter().map(|item| item.id).collect()),
        ShuffleBy::Album => by_album(chance, items, first, traits),
        ShuffleBy::Artist => spread(chance, &others, |item| traits(item).artist),
        ShuffleBy::NoRepeat => no_repeat(chance, &others, first, traits),
        ShuffleBy::LeastHeard | ShuffleBy::BestRated => weighted(chance, &others, |item| traits(item).weight),
    };
    ids.splice(0..0, first.map(|item| item.id));
    ids
}

/// Fisher-Yates.
fn at_random<T>(chance: &mut u64, mut all: Vec<T>) -> Vec<T> {
    for last in (1..all.len()).rev() {
        all.swap(last, below(chance, last + 1));
    }
    all
}

/// Items in groups, in the order of the queue; what has no group is one by itself.
fn groups<'a>(items: &[&'a QueueItem], group: impl Fn(&QueueItem) -> Option<u64>) -> Vec<Vec<&'a QueueItem>> {
    let mut places: HashMap<u64, usize> = HashMap::new();
    let mut groups: Vec<Vec<&QueueItem>> = Vec::new();
    for &item in items {
        let place = group(item).map(|key| *places.entry(key).or_insert(groups.len()));
        match place.and_then(|place| groups.get_mut(place)) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// Albums at random, each in the order of the queue. The rest of the first item's album comes right behind it; what
/// comes before it there, at the end.
fn by_album(
    chance: &mut u64,
    items: &[QueueItem],
    first: Option<&QueueItem>,
    traits: &dyn Fn(&QueueItem) -> Traits,
) -> Vec<ItemId> {
    let all: Vec<&QueueItem> = items.iter().collect();
    let mut albums = groups(&all, |item| traits(item).album);
    let own = first.and_then(|first| {
        let at = albums.iter().position(|album| album.iter().any(|item| item.id == first.id))?;
        let album = albums.remove(at);
        let at = album.iter().position(|item| item.id == first.id)?;
        Some((album[at + 1..].to_vec(), album[..at].to_vec()))
    });
    let (behind, before) = own.unwrap_or_default();
    let others = at_random(chance, albums).into_iter().flatten();
    behind.into_iter().chain(others).chain(before).map(|item| item.id).collect()
}

/// Each group evenly over the whole: its items at random, one in each of as many equal parts as there are items, all
/// moved by one random offset ("dithered" shuffle). A place is equally likely for each item.
fn spread(chance: &mut u64, items: &[&QueueItem], group: impl Fn(&QueueItem) -> Option<u64>) -> Vec<ItemId> {
    let mut placed = Vec::with_capacity(items.len());
    for group in groups(items, group) {
        let (count, offset) = (group.len() as f64, unit(chance));
        for (at, item) in at_random(chance, group).into_iter().enumerate() {
            placed.push(((at as f64 + offset) / count, item.id));
        }
    }
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    placed.into_iter().map(|(_, id)| id).collect()
}

/// At random, but the next one that fits is taken where artist or album were among the last.
fn no_repeat(
    chance: &mut u64,
    items: &[&QueueItem],
    first: Option<&QueueItem>,
    traits: &dyn Fn(&QueueItem) -> Traits,
) -> Vec<ItemId> {
    let known: Vec<(ItemId, Traits)> = items.iter().map(|item| (item.id, traits(item))).collect();
    let mut left: VecDeque<(ItemId, Traits)> = at_random(chance, known).into();
    let mut recent: VecDeque<Traits> = first.map(traits).into_iter().collect();
    let shares = |a: Option<u64>, b: Option<u64>| a.is_some() && a == b;
    let mut ids = Vec::with_capacity(items.len());
    while !left.is_empty() {
        let fits = |next: &Traits| {
            !recent.iter().any(|last| shares(last.artist, next.artist) || shares(last.album, next.album))
        };
        let at = left.iter().take(AHEAD).position(|(_, next)| fits(next)).unwrap_or(0);
        let Some((id, next)) = left.remove(at) else { break };
        ids.push(id);
        recent.push_back(next);
        if recent.len() >= WINDOW {
            recent.pop_front();
        }
    }
    ids
}

/// Drawn one after the other, each as likely as its weight beside those left (Efraimidis and Spirakis 2006: the order
/// of `-ln(u) / weight`).
fn weighted(chance: &mut u64, items: &[&QueueItem], weight: impl Fn(&QueueItem) -> f64) -> Vec<ItemId> {
    let mut keyed: Vec<(f64, ItemId)> =
        items.iter().map(|item| (-unit(chance).ln() / weight(item), item.id)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    keyed.into_iter().map(|(_, id)| id).collect()
}

/// SplitMix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number below `bound`, without bias worth naming for queues (multiply-shift, Lemire 2019).
pub fn below(state: &mut u64, bound: usize) -> usize {
    ((u128::from(random(state)) * bound as u128) >> 64) as usize
}

/// Above 0 and below 1.
fn unit(state: &mut u64) -> f64 {
    ((random(state) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests;
