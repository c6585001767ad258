//! The wall: the albums column drawn as covers side by side. Where they stand, a pure function of the room there is, and
//! which are known. Changed by `update` alone, read by `draw`; the core looks for covers, a worker makes blocks of them.

use std::collections::HashMap;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::blocks::Blocks;
use super::browse::{Browse, Column, Entry};
use super::cover::fit;
use crate::model::catalog::{AlbumRow, TrackFlags};
use crate::model::id::TrackId;
use crate::model::picture::{CoversView, Picture};

/// Columns and rows of a cover.
const SIZES: [(u16, u16); 6] = [(8, 4), (12, 6), (16, 8), (20, 10), (24, 12), (32, 16)];
/// Longest side that a picture is asked for: two pixels for each of the largest size.
pub const SIDE: u16 = 64;
/// Title and artist.
const CAPTION: u16 = 2;
/// A column is left free on both sides of a cover.
const AROUND: u16 = 2;
/// Fewer in sight are no wall.
const FEW: usize = 4;
/// Covers that are kept, of 12 kB each at most.
const MOST_KEPT: usize = 512;
/// Tracks of an album that are looked at for one whose file is there.
const MOST_TRIED: usize = 16;

/// Where the tiles stand: a cover and what it is called, in rows from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    pub area: Rect,
    pub across: u16,
    pub down: u16,
    pub cover: (u16, u16),
    /// Rows beneath a cover.
    pub caption: u16,
}

impl Grid {
    /// With covers of the size that leaves the least room empty and has a few in sight.
    pub fn new(area: Rect) -> Option<Self> {
        let grids = SIZES.into_iter().filter_map(|cover| Self::of(area, cover, CAPTION));
        let worth = |grid: &Self| {
            let covered = grid.page() * usize::from(grid.cover.0) * usize::from(grid.cover.1);
            (grid.page().min(FEW), covered)
        };
        grids.max_by_key(worth).or_else(|| Self::of(area, SIZES[0], 1))
    }

    fn of(area: Rect, cover: (u16, u16), caption: u16) -> Option<Self> {
        let (across, down) = (area.width / (cover.0 + AROUND), area.height / (cover.1 + caption));
        (across > 0 && down > 0).then_some(Self { area, across, down, cover, caption })
    }

    /// Tiles in sight.
    pub fn page(&self) -> usize {
        usize::from(self.across) * usize::from(self.down)
    }

    /// Columns and rows from one tile to the next: what is left over stands between them.
    fn pitch(&self) -> (u16, u16) {
        (self.area.width / self.across, self.area.height / self.down)
    }

    /// The tile at a place, counted from the first one in sight.
    pub fn tile(&self, at: usize) -> Option<Rect> {
        let at = u16::try_from(at).ok().filter(|&at| usize::from(at) < self.page())?;
        let (pitch, (column, row)) = (self.pitch(), (at % self.across, at / self.across));
        let (width, height) = (self.cover.0 + AROUND, self.cover.1 + self.caption);
        let x = self.area.x + column * pitch.0 + (pitch.0 - width) / 2;
        let y = self.area.y + row * pitch.1 + (pitch.1 - height) / 2;
        Some(Rect { x, y, width, height })
    }

    /// The place that has a cell of the screen.
    pub fn place(&self, x: u16, y: u16) -> Option<usize> {
        let pitch = self.pitch();
        let (column, row) = (x.checked_sub(self.area.x)? / pitch.0, y.checked_sub(self.area.y)? / pitch.1);
        let is_inside = column < self.across && row < self.down;
        is_inside.then(|| usize::from(row) * usize::from(self.across) + usize::from(column))
    }
}

/// What blocks are made for: cells of a cover, pixels of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub cover: (u16, u16),
    pub cell: (u16, u16),
}

/// What a worker is to make.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub size: Size,
    pub pictures: Vec<(TrackId, Arc<Picture>)>,
}

/// What it made.
#[derive(Debug, Clone)]
pub struct Made {
    pub size: Size,
    pub blocks: Vec<(TrackId, Arc<Blocks>)>,
}

impl Order {
    /// Each picture as large as it can be.
    pub fn make(&self) -> Made {
        let Size { cover, cell } = self.size;
        let blocks = |(track, picture): &(TrackId, Arc<Picture>)| {
            let (columns, rows) = fit(cell, (picture.width(), picture.height()), cover.0, cover.1);
            (*track, Arc::new(Blocks::new(picture, columns, rows)))
        };
        Made { size: self.size, blocks: self.pictures.iter().map(blocks).collect() }
    }
}

/// What is known of the cover of an album, which is that of one of its tracks.
#[derive(Debug, Clone, Default)]
struct Known {
    /// `None`: it has none that can be shown.
    picture: Option<Arc<Picture>>,
    /// What blocks were ordered for last.
    ordered: Option<Size>,
    blocks: Option<Arc<Blocks>>,
}

#[derive(Debug, Clone, Default)]
pub struct Wall {
    /// The albums column is drawn so, where there is room.
    pub on: bool,
    known: HashMap<TrackId, Known>,
    /// What was asked of the core and has not come.
    pub(super) asked: Vec<TrackId>,
    /// The core did not take the question.
    pub(super) refused: bool,
    /// The covers in the snapshot, as they were last looked at.
    seen: Option<Arc<CoversView>>,
    /// Tiles side by side and one above the other, as the list was last scrolled for.
    pub(super) arranged: Option<(u16, u16)>,
}

impl Wall {
    pub fn new(on: bool) -> Self {
        Self { on, ..Self::default() }
    }

    /// The blocks of a cover, once they are made.
    pub fn blocks(&self, track: TrackId) -> Option<&Blocks> {
        self.known.get(&track)?.blocks.as_deref()
    }

    /// Takes what was asked for out of the snapshot.
    pub(super) fn look(&mut self, covers: &Arc<CoversView>) {
        if self.seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, covers)) {
            return;
        }
        self.seen = Some(Arc::clone(covers));
        if covers.found.is_empty() {
            self.known.clear();
        }
        for cover in covers.found.iter().filter(|cover| cover.side >= SIDE) {
            if let Some(at) = self.asked.iter().position(|&track| track == cover.track) {
                self.asked.swap_remove(at);
                let known = Known { picture: cover.picture.clone(), ..Known::default() };
                self.known.insert(cover.track, known);
            }
        }
        if covers.open == 0 {
            // Nobody looks any more: what has not come was seen too late.
            self.asked.clear();
        }
    }

    /// The library is another one: what had no cover may have one.
    pub(super) fn forget_missing(&mut self) {
        self.known.retain(|_, known| known.picture.is_some());
    }

    /// The first of these of which nothing is known.
    pub(super) fn unknown(&self, tracks: &[TrackId], most: usize) -> Vec<TrackId> {
        tracks.iter().copied().filter(|track| !self.known.contains_key(track)).take(most).collect()
    }

    /// What of these is to be made for a size, once.
    pub(super) fn order(&mut self, tracks: &[TrackId], size: Size) -> Option<Order> {
        let mut pictures = Vec::new();
        for track in tracks {
            let Some(known) = self.known.get_mut(track).filter(|known| known.ordered != Some(size)) else {
                continue;
            };
            if let Some(picture) = &known.picture {
                pictures.push((*track, Arc::clone(picture)));
                (known.ordered, known.blocks) = (Some(size), None);
            }
        }
        (!pictures.is_empty()).then_some(Order { size, pictures })
    }

    /// What was made for another size is of no use any more.
    pub(super) fn take(&mut self, made: Made) {
        for (track, blocks) in made.blocks {
            if let Some(known) = self.known.get_mut(&track).filter(|known| known.ordered == Some(made.size)) {
                known.blocks = Some(blocks);
            }
        }
    }

    /// Where there are too many, none but these are kept.
    pub(super) fn bound(&mut self, tracks: &[TrackId]) {
        if self.known.len() > MOST_KEPT {
            self.known.retain(|track, _| tracks.contains(track));
        }
    }
}

/// The track whose cover is the album's: the first one whose file is there.
pub fn face(browse: &Browse, album: AlbumRow) -> Option<TrackId> {
    let rows = browse.catalog.album(album)?.tracks.clone();
    let is_there = |row: &u32| browse.track(*row).is_some_and(|track| !track.is(TrackFlags::MISSING));
    let row = rows.clone().take(MOST_TRIED).find(is_there).unwrap_or(rows.start);
    browse.track(row).map(|track| track.id())
}

/// The faces in sight, then those of a page behind them and of the one before.
pub(super) fn faces(browse: &Browse, grid: &Grid) -> Vec<TrackId> {
    let (top, page) = (browse.list(Column::Albums).top, grid.page());
    let places = (top..top.saturating_add(2 * page)).chain(top.saturating_sub(page)..top);
    let album = |at| match browse.entry(Column::Albums, at)? {
        Entry::Album(album) => face(browse, album),
        _ => None,
    };
    places.filter_map(album).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(width: u16, height: u16) -> Option<Grid> {
        Grid::new(Rect { x: 5, y: 3, width, height })
    }

    /// By hand: a cover of 16 by 8 takes 18 columns and 10 rows with its caption; and so on.
    #[test]
    fn the_size_is_the_one_that_fills_the_room_with_a_few_at_least() {
        let size = |width, height| grid(width, height).map(|grid| (grid.cover, grid.across, grid.down));
        for (room, expected) in [
            // No room for one.
            ((9, 40), None),
            ((40, 4), None),
            ((0, 0), None),
            // One with its title alone.
            ((10, 5), Some(((8, 4), 1, 1))),
            ((20, 6), Some(((8, 4), 2, 1))),
            // Two of the smallest rather than one larger.
            ((20, 9), Some(((8, 4), 2, 1))),
            // 4 * 128 = 16 * 32: of two that fill as much, the larger ones.
            ((80, 13), Some(((16, 8), 4, 1))),
            // 10 * 72 are more than 4 * 128.
            ((80, 17), Some(((12, 6), 5, 2))),
            ((248, 110), Some(((32, 16), 7, 6))),
        ] {
            assert_eq!(size(room.0, room.1), expected, "{room:?}");
        }
        assert_eq!(grid(10, 5).map(|grid| grid.caption), Some(1));
    }

    proptest::proptest! {
        /// Tiles lie in the room, none on another, and each cell of one is at its place.
        #[test]
        fn tiles_never_overlap_nor_leave_the_room(width in 0u16..420, height in 0u16..130) {
            let Some(grid) = grid(width, height) else {
                assert!(width < 10 || height < 5);
                return Ok(());
            };
            let tiles: Vec<Rect> = (0..grid.page()).filter_map(|at| grid.tile(at)).collect();
            assert_eq!((tiles.len(), grid.tile(grid.page())), (grid.page(), None));
            for (at, tile) in tiles.iter().enumerate() {
                assert_eq!(tile.intersection(grid.area), *tile);
                assert!(tiles[at + 1..].iter().all(|other| !other.intersects(*tile)));
                assert_eq!(grid.place(tile.x, tile.y), Some(at));
                assert_eq!(grid.place(tile.right() - 1, tile.bottom() - 1), Some(at));
            }
            assert_eq!((grid.place(4, 3), grid.place(5, 2)), (None, None));
        }
    }

    fn picture() -> Arc<Picture> {
        Arc::new(Picture::new(2, 1, vec![9; 6]).unwrap())
    }

    fn covers(tracks: &[u32], open: u32) -> Arc<CoversView> {
        use crate::model::picture::TrackCover;
        let cover = |&track| TrackCover { track: TrackId(track), side: SIDE, picture: Some(picture()) };
        Arc::new(CoversView { found: tracks.iter().map(cover).collect(), open })
    }

    fn ids(tracks: &[u32]) -> Vec<TrackId> {
        tracks.iter().copied().map(TrackId).collect()
    }

    #[test]
    fn what_came_too_late_to_be_seen_is_asked_for_again() {
        let mut wall = Wall { asked: ids(&[1, 2, 3]), ..Wall::default() };
        wall.look(&covers(&[1, 9], 1));
        assert_eq!((wall.asked.len(), wall.unknown(&ids(&[1, 2, 3, 9]), 9)), (2, ids(&[2, 3, 9])));
        // Those of others, and nobody looks any more.
        wall.look(&covers(&[9], 0));
        assert!(wall.asked.is_empty());
        assert_eq!(wall.unknown(&ids(&[1, 2, 3]), 1), ids(&[2]));
        // Files were written.
        wall.look(&covers(&[], 0));
        assert_eq!(wall.unknown(&ids(&[1]), 9), ids(&[1]));
    }

    #[test]
    fn blocks_are_made_once_a_size_and_the_newest_size_counts() {
        let mut wall = Wall { asked: ids(&[1]), ..Wall::default() };
        wall.look(&covers(&[1], 0));
        let size = |columns, rows| Size { cover: (columns, rows), cell: (10, 20) };
        let small = wall.order(&ids(&[1, 2]), size(8, 4)).unwrap();
        assert_eq!(wall.order(&ids(&[1, 2]), size(8, 4)), None);
        let large = wall.order(&ids(&[1, 2]), size(16, 8)).unwrap();
        wall.take(small.make());
        assert!(wall.blocks(TrackId(1)).is_none(), "it was made for another size");
        wall.take(large.make());
        // Twice as wide as high: 16 columns of 10 pixels, 4 rows of 20.
        assert_eq!(wall.blocks(TrackId(1)).map(Blocks::size), Some((16, 4)));
    }

    #[test]
    fn no_more_than_so_many_are_kept() {
        let all: Vec<u32> = (0..=MOST_KEPT as u32).collect();
        let mut wall = Wall { asked: ids(&all), ..Wall::default() };
        wall.look(&covers(&all, 0));
        wall.bound(&ids(&[3, 4]));
        assert_eq!(wall.known.len(), 2);
        wall.bound(&[]);
        assert_eq!(wall.known.len(), 2, "there is room");
    }
}
