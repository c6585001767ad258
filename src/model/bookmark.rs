//! Named places in music files, kept from one run to the next. Changed by `app::reduce`, stored by `library::store`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::audio::frames_to_duration;

/// What a bookmark is called: one to [`Self::MOST`] characters, no control characters, no blanks around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BookmarkName(String);

impl BookmarkName {
    /// Characters.
    pub const MOST: usize = 32;

    pub fn new(name: &str) -> Option<Self> {
        let fits = (1..=Self::MOST).contains(&name.chars().count());
        let plain = name.trim() == name && !name.contains(char::is_control);
        (fits && plain).then(|| Self(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for BookmarkName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    pub name: BookmarkName,
    /// Of a file, or of a part: see [`super::part`].
    #[serde(with = "crate::model::path_bytes")]
    pub path: Arc<Path>,
    /// Frames of the item's own rate.
    pub frame: u64,
    /// Hz; 0 where it was not known.
    pub rate: u32,
}

impl Bookmark {
    pub fn time(&self) -> Duration {
        frames_to_duration(self.frame, self.rate)
    }
}

/// There is no room for another bookmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// All bookmarks, each name once, in the order of their names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmarks(Vec<Bookmark>);

impl Bookmarks {
    pub const MOST: usize = 100;
    /// Of all paths together: a status, which tells them all, stays well below the longest line of `remote`.
    pub const MOST_PATH_BYTES: usize = 96 * 1024;

    pub fn iter(&self) -> std::slice::Iter<'_, Bookmark> {
        self.0.iter()
    }

    pub fn find(&self, name: &BookmarkName) -> Option<&Bookmark> {
        self.at(name).ok().and_then(|at| self.0.get(at))
    }

    /// The first letter from a to z that is no bookmark's name.
    pub fn free_letter(&self) -> Option<BookmarkName> {
        ('a'..='z').map(|letter| BookmarkName(letter.into())).find(|name| self.find(name).is_none())
    }

    /// Gives back what had the name before.
    pub fn set(&mut self, mark: Bookmark) -> Result<Option<Bookmark>, Full> {
        let others = self.iter().filter(|other| other.name != mark.name);
        let (count, bytes) =
            others.fold((1, path_bytes(&mark)), |(count, sum), other| (count + 1, sum + path_bytes(other)));
        if count > Self::MOST || bytes > Self::MOST_PATH_BYTES {
            return Err(Full);
        }
        match self.at(&mark.name) {
            Ok(at) => Ok(self.0.get_mut(at).map(|old| std::mem::replace(old, mark))),
            Err(at) => {
                self.0.insert(at, mark);
                Ok(None)
            }
        }
    }

    /// Files have other names; `false` where no bookmark is in them.
    pub fn rename(&mut self, new_name: impl Fn(&Path) -> Option<Arc<Path>>) -> bool {
        let mut renamed = false;
        for mark in &mut self.0 {
            if let Some(path) = new_name(&mark.path) {
                mark.path = path;
                renamed = true;
            }
        }
        renamed
    }

    pub fn remove(&mut self, name: &BookmarkName) -> Option<Bookmark> {
        self.at(name).ok().map(|at| self.0.remove(at))
    }

    fn at(&self, name: &BookmarkName) -> Result<usize, usize> {
        self.0.binary_search_by(|mark| mark.name.cmp(name))
    }
}

fn path_bytes(mark: &Bookmark) -> usize {
    mark.path.as_os_str().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(name: &str, path: &str) -> Bookmark {
        let name = BookmarkName::new(name).unwrap();
        Bookmark { name, path: Path::new(path).into(), frame: 66_150, rate: 44_100 }
    }

    #[test]
    fn names_are_short_and_can_be_shown() {
        for good in ["a", "the solo", "日本", &"ü".repeat(32)] {
            assert_eq!(BookmarkName::new(good).unwrap().as_str(), good);
        }
        for bad in ["", " ", " a", "a ", "a\nb", "\u{1b}[31m", "\u{9b}m", &"x".repeat(33)] {
            assert_eq!(BookmarkName::new(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn each_name_is_there_once_and_the_next_free_letter_is_the_first() {
        let mut marks = Bookmarks::default();
        for name in ["b", "a", "d"] {
            assert_eq!(marks.set(mark(name, "/m/1")), Ok(None));
        }
        assert_eq!(marks.free_letter(), BookmarkName::new("c"));
        assert_eq!(marks.set(mark("b", "/m/2")), Ok(Some(mark("b", "/m/1"))));
        assert_eq!(marks.remove(&mark("a", "").name), Some(mark("a", "/m/1")));
        assert_eq!(marks.remove(&mark("a", "").name), None);
        let names: Vec<&str> = marks.iter().map(|mark| mark.name.as_str()).collect();
        assert_eq!(names, ["b", "d"]);
        assert_eq!(mark("a", "/").time(), Duration::from_millis(1500));
    }

    #[test]
    fn there_are_no_more_than_fit() {
        let mut marks = Bookmarks::default();
        for at in 0..100 {
            marks.set(mark(&at.to_string(), "/m/1")).unwrap();
        }
        assert_eq!(marks.set(mark("one more", "/m/1")), Err(Full));
        assert!(marks.set(mark("99", "/m/2")).is_ok(), "in place of another there is room");
        let long = "x".repeat(Bookmarks::MOST_PATH_BYTES);
        let mut marks = Bookmarks::default();
        assert!(marks.set(mark("a", &long)).is_ok());
        assert_eq!(marks.set(mark("b", "/")), Err(Full));
        assert!(marks.set(mark("a", "/")).is_ok());
    }
}
