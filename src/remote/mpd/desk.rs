//! The threads that look things up for clients, so that the loop never waits: `mpd-look` for the library and the store,
//! `mpd-disk` for pictures and folders. Each does one thing after the other.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use super::ack::{Ack, Code};
use super::commands::{Found, Job};
use super::look::{Look, Nothing, Picture, Shelf, Which};
use super::tag::TagMask;
use super::tree::Tree;
use super::uri::Roots;
use crate::model::catalog::Catalog;
use crate::model::contain::contain;
use crate::model::snapshot::Snapshot;

/// Bytes of one answer.
const MOST_ANSWER: usize = 64 << 20;
/// Bytes of pictures that are kept, because clients ask for them piece by piece.
const MOST_PICTURES: usize = 64 << 20;

/// What an answer is made of: all that the client saw when it asked.
#[derive(Clone)]
pub struct Scene {
    pub snapshot: Arc<Snapshot>,
    pub roots: Arc<Roots>,
    pub tags: TagMask,
}

/// What one thread has at hand.
pub struct Desk {
    shelf: Arc<dyn Shelf>,
    tree: Option<(Arc<Catalog>, Arc<Roots>, Arc<Tree>)>,
    /// Newest last.
    pictures: Vec<(PathBuf, Which, Arc<Option<Picture>>)>,
}

impl Desk {
    pub fn look(&self) -> Box<dyn Look> {
        self.shelf.open().unwrap_or_else(|| Box::new(Nothing))
    }

    /// Whether a file can be played. Reads of it what tells that.
    pub fn is_music(&self, path: &Path) -> bool {
        self.shelf.is_music(path)
    }

    /// The folders of the library, made once a catalog.
    pub fn tree(&mut self, scene: &Scene) -> Arc<Tree> {
        let (catalog, roots) = (&scene.snapshot.catalog, &scene.roots);
        if let Some((of, below, tree)) = &self.tree
            && Arc::ptr_eq(of, catalog)
            && below == roots
        {
            return Arc::clone(tree);
        }
        let tree = Arc::new(Tree::new(catalog, roots));
        self.tree = Some((Arc::clone(catalog), Arc::clone(roots), Arc::clone(&tree)));
        tree
    }

    /// A picture; from its first piece on the same one, as long as it is asked for.
    pub fn picture(&mut self, path: &Path, which: Which, afresh: bool) -> Result<Arc<Option<Picture>>, Ack> {
        let place = self.pictures.iter().position(|(of, kind, _)| of == path && *kind == which);
        if let Some(place) = place {
            let kept = self.pictures.remove(place);
            if !afresh {
                let picture = Arc::clone(&kept.2);
                self.pictures.push(kept);
                return Ok(picture);
            }
        }
        let found = self.shelf.picture(path, which).map_err(|why| Ack::new(Code::System, why))?;
        let found = Arc::new(found);
        self.pictures.push((path.to_owned(), which, Arc::clone(&found)));
        let size =
            |picture: &Arc<Option<Picture>>| picture.as_ref().as_ref().map_or(0, |p| p.data.len()) + 1024;
        while self.pictures.len() > 1
            && self.pictures.iter().map(|(_, _, picture)| size(picture)).sum::<usize>() > MOST_PICTURES
        {
            self.pictures.remove(0);
        }
        Ok(found)
    }
}

/// An answer that is not too long.
pub fn within(answer: &str) -> Result<(), Ack> {
    match answer.len() > MOST_ANSWER {
        true => Err(Ack::new(Code::System, "the answer is too long: ask for less at once")),
        false => Ok(()),
    }
}

/// A question of a client, by its number.
pub type Asked = (u64, Job);

/// Ends once the sender is dropped. `answer` is called on that thread.
///
/// # Errors
/// Where the system gives no thread.
pub fn spawn(
    name: &str,
    shelf: Arc<dyn Shelf>,
    answer: impl Fn(u64, Result<Found, Ack>) + Send + 'static,
) -> std::io::Result<Sender<Asked>> {
    let (sender, questions) = channel::<Asked>();
    let work = move || {
        let mut desk = Desk { shelf, tree: None, pictures: Vec::new() };
        while let Ok((client, job)) = questions.recv() {
            let found = contain(|| job(&mut desk));
            answer(client, found.unwrap_or_else(|why| Err(Ack::new(Code::System, why))));
        }
    };
    std::thread::Builder::new().name(name.into()).spawn(work)?;
    Ok(sender)
}
