//! Small copies of pictures in a folder of the cache, by their content: the same cover in a hundred files is one. The
//! folder is kept below a bound; what was not asked for the longest goes first.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Cursor};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use image::{DynamicImage, ImageFormat};
use md5::{Digest, Md5};

use super::decode::{Image, decode, decode_whole};
use super::{ArtworkError, folder};

/// Longest side of a thumbnail that may be asked for, in pixels.
const MAX_SIDE: u32 = 2_048;

#[derive(Debug, Clone)]
pub struct Thumbnails {
    folder: PathBuf,
    /// Most bytes of all files together.
    bound: u64,
}

impl Thumbnails {
    /// The folder need not exist.
    pub fn new(folder: PathBuf, bound: u64) -> Self {
        Self { folder, bound }
    }

    /// The picture within a square of `side` pixels, its proportions kept; never larger than it is. A cache that cannot
    /// be written costs time, nothing else.
    pub fn get(&self, data: &[u8], side: u32) -> Result<Image, ArtworkError> {
        let side = side.clamp(1, MAX_SIDE);
        let file = self.folder.join(format!("{}-{side}.png", hex(&Md5::digest(data).into())));
        if let Ok(known) = folder::read(&file)
            && let Ok(image) = decode(&known)
        {
            // Asked for now: the last to go.
            let _ = File::options()
                .append(true)
                .open(&file)
                .and_then(|file| file.set_modified(SystemTime::now()));
            return Ok(image);
        }
        let small = small_of(data, side)?;
        let mut png = Cursor::new(Vec::new());
        if small.write_to(&mut png, ImageFormat::Png).is_ok() {
            let _ = self.keep(&file, png.get_ref());
        }
        Ok(small.into())
    }

    fn keep(&self, file: &Path, png: &[u8]) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        self.make_room(png.len() as u64)?;
        let unfinished = file.with_extension(format!("{}.tmp", std::process::id()));
        fs::write(&unfinished, png)?;
        fs::rename(&unfinished, file)
    }

    /// Removes the files that were not asked for the longest, until so many bytes more fit.
    fn make_room(&self, bytes: u64) -> io::Result<()> {
        let mut files = Vec::new();
        let mut total = bytes;
        for entry in self.folder.read_dir()? {
            let entry = entry?;
            let about = entry.metadata()?;
            if about.is_file() {
                total += about.len();
                files.push((about.modified()?, entry.path(), about.len()));
            }
        }
        files.sort();
        for (_, path, len) in files {
            if total <= self.bound {
                break;
            }
            fs::remove_file(path)?;
            total -= len;
        }
        Ok(())
    }
}

/// The picture within a square of `side` pixels as [`Thumbnails::get`] makes it, without a cache.
pub fn small(data: &[u8], side: u32) -> Result<Image, ArtworkError> {
    small_of(data, side.clamp(1, MAX_SIDE)).map(Into::into)
}

fn small_of(data: &[u8], side: u32) -> Result<DynamicImage, ArtworkError> {
    let whole = decode_whole(data)?;
    Ok(if whole.width().max(whole.height()) > side { whole.thumbnail(side, side) } else { whole })
}

fn hex(bytes: &[u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn picture(colour: u8, width: u32, height: u32) -> Vec<u8> {
        // Noise, so that it does not pack to nothing.
        let mut seed = u32::from(colour) + 1;
        let image = image::RgbImage::from_fn(width, height, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb([(seed >> 24) as u8, colour, (seed >> 16) as u8])
        });
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    fn files(folder: &Path) -> usize {
        folder.read_dir().map_or(0, Iterator::count)
    }

    #[test]
    fn a_thumbnail_keeps_proportions_and_is_made_once_for_one_content() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Thumbnails::new(folder.path().join("thumbnails"), 1 << 20);
        let data = picture(7, 200, 100);
        let small = cache.get(&data, 50).unwrap();
        assert_eq!((small.width, small.height), (50, 25));
        assert_eq!(cache.get(&data, 50).unwrap(), small);
        assert_eq!(files(&folder.path().join("thumbnails")), 1);
        let tiny = picture(8, 10, 10);
        assert_eq!(cache.get(&tiny, 50).unwrap().width, 10);
        // A damaged file of the cache is made anew.
        for entry in folder.path().join("thumbnails").read_dir().unwrap() {
            fs::write(entry.unwrap().path(), b"x").unwrap();
        }
        assert_eq!(cache.get(&data, 50).unwrap(), small);
    }

    #[test]
    fn the_cache_stays_below_its_bound_and_what_was_asked_for_last_stays() {
        let folder = tempfile::tempdir().unwrap();
        let one = {
            let probe = Thumbnails::new(folder.path().join("probe"), u64::MAX);
            probe.get(&picture(1, 64, 64), 32).unwrap();
            let file = folder.path().join("probe").read_dir().unwrap().next().unwrap().unwrap();
            file.metadata().unwrap().len()
        };
        let place = folder.path().join("bound");
        let cache = Thumbnails::new(place.clone(), one * 4);
        cache.get(&picture(0, 64, 64), 32).unwrap();
        let first = place.read_dir().unwrap().next().unwrap().unwrap().path();
        for colour in 1..12 {
            cache.get(&picture(colour, 64, 64), 32).unwrap();
            // All of them are older than the first, which is asked for again.
            for entry in place.read_dir().unwrap() {
                let old = SystemTime::now() - Duration::from_secs(1_000 - u64::from(colour));
                File::options().append(true).open(entry.unwrap().path()).unwrap().set_modified(old).unwrap();
            }
            cache.get(&picture(0, 64, 64), 32).unwrap();
            let bytes: u64 = place.read_dir().unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum();
            assert!(bytes <= one * 5, "{bytes}");
            assert!(first.exists());
        }
        assert!(files(&place) < 6);
    }

    #[test]
    fn a_cache_that_cannot_be_written_still_gives_the_picture() {
        let cache = Thumbnails::new("/proc/no-such-place".into(), 1 << 20);
        assert_eq!(cache.get(&picture(3, 20, 20), 10).unwrap().width, 10);
    }
}
