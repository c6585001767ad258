//! A small picture as pixels, to be shown: made by a job of the core, drawn by screens here and elsewhere. Of bounded size,
//! whoever it comes from.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::id::TrackId;

/// Longest side, in pixels.
pub const MOST_SIDE: u16 = 512;

/// How covers are shown, as the user set it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ShowCovers {
    /// As pictures where the terminal says that it can, else as blocks.
    #[default]
    Auto,
    /// As half-blocks.
    Blocks,
    /// As pictures by the protocol of kitty, through tmux too, or not at all.
    Kitty,
    /// As pictures by sixel, or not at all.
    Sixel,
    /// As pictures by the protocol of iTerm2, or not at all.
    Iterm2,
    Off,
}

impl ShowCovers {
    pub const ALL: [Self; 6] = [Self::Auto, Self::Blocks, Self::Kitty, Self::Sixel, Self::Iterm2, Self::Off];

    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Blocks => "blocks",
            Self::Kitty => "kitty",
            Self::Sixel => "sixel",
            Self::Iterm2 => "iterm2",
            Self::Off => "off",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|covers| covers.name() == name)
    }
}

/// Pixels: red, green, blue (sRGB), a byte each, row by row. Clones share them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Pixels", into = "Pixels")]
pub struct Picture {
    width: u16,
    height: u16,
    rgb: Arc<[u8]>,
    hash: u64,
}

/// A picture as it is on the wire.
#[derive(Serialize, Deserialize)]
struct Pixels {
    width: u16,
    height: u16,
    rgb: Arc<[u8]>,
}

/// It has no pixels, too many, or not those that its size says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no picture of {width} x {height} pixels in {bytes} bytes")]
pub struct NoPicture {
    width: u16,
    height: u16,
    bytes: usize,
}

impl Picture {
    pub fn new(width: u16, height: u16, rgb: impl Into<Arc<[u8]>>) -> Result<Self, NoPicture> {
        let rgb = rgb.into();
        let sides = 1..=MOST_SIDE;
        let fits = sides.contains(&width) && sides.contains(&height);
        if !fits || rgb.len() != usize::from(width) * usize::from(height) * 3 {
            return Err(NoPicture { width, height, bytes: rgb.len() });
        }
        let hash = fnv([&width.to_le_bytes()[..], &height.to_le_bytes(), &rgb]);
        Ok(Self { width, height, rgb, hash })
    }

    pub fn width(&self) -> u16 {
        self.width
    }

    pub fn height(&self) -> u16 {
        self.height
    }

    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Of size and pixels: other pictures have other ones.
    pub fn hash(&self) -> u64 {
        self.hash
    }
}

impl TryFrom<Pixels> for Picture {
    type Error = NoPicture;

    fn try_from(pixels: Pixels) -> Result<Self, NoPicture> {
        Self::new(pixels.width, pixels.height, pixels.rgb)
    }
}

impl From<Picture> for Pixels {
    fn from(picture: Picture) -> Self {
        Self { width: picture.width, height: picture.height, rgb: picture.rgb }
    }
}

/// FNV-1a of 64 bits (Fowler, Noll, Vo).
fn fnv<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    parts.into_iter().flatten().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The cover of one track, as it was looked for last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverView {
    #[serde(with = "crate::model::path_bytes")]
    pub path: Arc<Path>,
    /// How long its longer side may be, in pixels.
    pub side: u16,
    /// `None`: it has none that can be shown.
    pub picture: Option<Arc<Picture>>,
}

/// Most tracks whose covers are asked for at once.
pub const MOST_ASKED: usize = 8;

/// Covers of tracks that screens asked for, as they were looked for last; older ones are gone. None at all: what was told
/// before may no longer be so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoversView {
    /// The newest ones last.
    pub found: Vec<TrackCover>,
    /// Questions, of all screens, that are not answered yet.
    pub open: u32,
}

/// The cover of one track of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackCover {
    pub track: TrackId,
    /// How long its longer side may be, in pixels.
    pub side: u16,
    /// `None`: it has none that can be shown.
    pub picture: Option<Arc<Picture>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_the_pixels_that_its_size_says() {
        let picture = Picture::new(2, 1, vec![0; 6]).unwrap();
        assert_eq!((picture.width(), picture.height(), picture.rgb().len()), (2, 1, 6));
        let most = usize::from(MOST_SIDE) * 3;
        assert!(Picture::new(MOST_SIDE, 1, vec![0; most]).is_ok());
        for (width, height, bytes) in [(0, 1, 0), (2, 1, 5), (2, 1, 7), (MOST_SIDE + 1, 1, most + 3)] {
            assert!(Picture::new(width, height, vec![0; bytes]).is_err(), "{width}x{height}");
        }
        assert_ne!(picture.hash(), Picture::new(1, 2, vec![0; 6]).unwrap().hash());
        assert_ne!(picture.hash(), Picture::new(2, 1, vec![0, 0, 0, 0, 0, 1]).unwrap().hash());
        // The published test vector of "foobar".
        assert_eq!(fnv([&b"foo"[..], b"bar"]), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn what_comes_by_wire_is_held_to_the_same() {
        let picture = Picture::new(2, 2, (0..12).collect::<Vec<u8>>()).unwrap();
        let bytes = postcard::to_stdvec(&picture).unwrap();
        assert_eq!(postcard::from_bytes::<Picture>(&bytes), Ok(picture));
        let forged = Pixels { width: 500, height: 500, rgb: vec![0; 12].into() };
        assert!(postcard::from_bytes::<Picture>(&postcard::to_stdvec(&forged).unwrap()).is_err());
    }
}
