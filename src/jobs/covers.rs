//! Finds the covers of songs and makes them small. On the lane [`super::Lane::Short`], [`super::Lane::Online`] where a server has
//! it. What is not there or not a picture is no cover, quietly: `auralis art` says why.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use md5::{Digest, Md5};

use crate::library::artwork::{self, ArtworkError, Image, Thumbnails};
use crate::model::picture::Picture;

/// Most bytes of small copies on the disk.
const MOST_ON_DISK: u64 = 64 << 20;
/// Pictures that are kept in memory: the tracks of an album have the same one.
const KEPT: usize = 4;

/// Of what content, and how long its longer side may be.
type Known = ([u8; 16], u16, Arc<Picture>);

/// Who looks. Clones share what they know.
#[derive(Debug, Clone, Default)]
pub struct Covers {
    /// `None`: there is no place for small copies.
    thumbnails: Option<Thumbnails>,
    /// Guards what was made last, newest first; held while it is looked at only.
    made: Arc<Mutex<VecDeque<Known>>>,
    /// How often was asked.
    newest: Arc<AtomicU64>,
}

impl Covers {
    /// `cache`: the folder of what can be had again.
    pub fn new(cache: Option<&Path>) -> Self {
        let folder = cache.map(|cache| cache.join("covers"));
        let thumbnails = folder.map(|folder| Thumbnails::new(folder, MOST_ON_DISK));
        Self { thumbnails, ..Self::default() }
    }

    /// To be taken when it is asked: who comes to work after a later one was asked for has nothing to do.
    pub fn turn(&self) -> u64 {
        self.newest.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The cover of a file, its longer side at most `side` pixels.
    pub fn find(&self, path: &Path, side: u16, turn: u64) -> Option<Arc<Picture>> {
        if turn != self.newest.load(Ordering::Relaxed) {
            return None;
        }
        self.of(path, side)
    }

    /// The same, however many are asked for.
    pub fn of(&self, path: &Path, side: u16) -> Option<Arc<Picture>> {
        let found = artwork::find(path).inspect_err(|why| debug(path, why)).ok()??;
        let content: [u8; 16] = Md5::digest(&found.data).into();
        if let Some(known) = self.known(content, side) {
            return Some(known);
        }
        let small = match &self.thumbnails {
            Some(cache) => cache.get(&found.data, side.into()),
            None => artwork::small(&found.data, side.into()),
        };
        let picture = Arc::new(picture(&small.inspect_err(|why| debug(path, why)).ok()?)?);
        let mut made = self.made();
        made.push_front((content, side, Arc::clone(&picture)));
        made.truncate(KEPT);
        Some(picture)
    }

    fn known(&self, content: [u8; 16], side: u16) -> Option<Arc<Picture>> {
        let made = self.made();
        let known = made.iter().find(|(of, large, _)| (*of, *large) == (content, side))?;
        Some(Arc::clone(&known.2))
    }

    fn made(&self) -> std::sync::MutexGuard<'_, VecDeque<Known>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn debug(path: &Path, why: &ArtworkError) {
    tracing::debug!(?path, %why, "no cover");
}

/// On black, where it lets something through.
fn picture(image: &Image) -> Option<Picture> {
    let on_black = |part: u8, alpha: u8| (u16::from(part) * u16::from(alpha)).div_ceil(255) as u8;
    let rgb: Vec<u8> = image
        .rgba
        .chunks_exact(4)
        .flat_map(|pixel| [0, 1, 2].map(|at| on_black(pixel[at], pixel[3])))
        .collect();
    Picture::new(image.width.try_into().ok()?, image.height.try_into().ok()?, rgb).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, pixel: [u8; 4]) -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        let image = image::RgbaImage::from_pixel(width, height, image::Rgba(pixel));
        image.write_to(&mut out, image::ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_cover_is_made_small_and_known_for_the_next_song_of_its_album() {
        let folder = tempfile::tempdir().unwrap();
        let music = folder.path().join("album");
        std::fs::create_dir(&music).unwrap();
        std::fs::write(music.join("cover.png"), png(300, 150, [10, 20, 30, 255])).unwrap();
        let (one, two) = (music.join("1.flac"), music.join("2.flac"));
        for covers in [Covers::new(Some(folder.path())), Covers::new(None)] {
            let first = covers.find(&one, 64, covers.turn()).unwrap();
            assert_eq!((first.width(), first.height(), &first.rgb()[..3]), (64, 32, &[10, 20, 30][..]));
            let second = covers.find(&two, 64, covers.turn()).unwrap();
            assert!(Arc::ptr_eq(&first, &second), "made once");
            assert_eq!(covers.find(&two, 100, covers.turn()).unwrap().width(), 100);
            let late = covers.turn();
            covers.turn();
            assert_eq!(covers.find(&one, 64, late), None, "another one is asked for by now");
        }
    }

    #[test]
    fn what_is_no_picture_is_no_cover() {
        let folder = tempfile::tempdir().unwrap();
        let covers = Covers::default();
        assert_eq!(covers.find(&folder.path().join("x.flac"), 64, covers.turn()), None);
        std::fs::write(folder.path().join("cover.jpg"), b"\xff\xd8\xff").unwrap();
        assert_eq!(covers.find(&folder.path().join("x.flac"), 64, covers.turn()), None);
    }

    #[test]
    fn what_lets_light_through_lies_on_black() {
        let image = Image { width: 2, height: 1, rgba: vec![200, 100, 0, 255, 200, 100, 255, 0] };
        assert_eq!(picture(&image).unwrap().rgb(), [200, 100, 0, 0, 0, 0]);
        assert!(picture(&Image { width: 0, height: 0, rgba: Vec::new() }).is_none());
    }
}
