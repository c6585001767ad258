//! The cover of what plays: asked of the core while there is a place for it, and made ready for drawing.

use std::sync::Arc;

use super::{Effect, FileQuestion, Turn};
use crate::model::command::{Command, Library};
use crate::model::picture::{CoverView, Picture};
use crate::model::snapshot::NowPlaying;
use crate::tui::accent;
use crate::tui::blocks::Blocks;
use crate::tui::cover::{Shown, Way, place};
use crate::tui::paint::{Order, Painted};

impl Turn<'_> {
    /// What plays, its cover and its words.
    pub(super) fn toggle_song(&mut self) {
        let shown = !self.state.song;
        self.uncover();
        self.state.song = shown;
        self.state.sung = None;
        self.lyrics_follow();
    }

    /// After every input: something else may play, stand elsewhere or be known by now.
    pub(super) fn cover_follows(&mut self) {
        if self.state.covers.way == Way::None {
            return;
        }
        let snapshot = self.around.snapshot;
        let Some(now) = &snapshot.playback.now else {
            self.state.covers.shown = None;
            self.state.covers.accent = None;
            return;
        };
        let place = place(self.state, &self.layout());
        if let Some(place) = place {
            self.ask_for_cover(now, (place.width, place.height));
        } else if self.around.settings.cover_accent {
            self.ask_for_cover(now, (1, 1));
        }
        let answer = snapshot.cover.as_ref();
        let covers = &mut self.state.covers;
        if let Some(answer) = answer.filter(|cover| cover.path == now.path) {
            covers.room = answer.picture.is_some();
        }
        let picture = answer.filter(|cover| is_likely(cover, now)).and_then(|cover| cover.picture.as_ref());
        covers.accent = picture.filter(|_| self.around.settings.cover_accent).map(|picture| {
            let known = covers.accent.filter(|(hash, _)| *hash == picture.hash());
            known.unwrap_or_else(|| (picture.hash(), accent::of(picture)))
        });
        covers.shown = picture.zip(place).map(|(picture, place)| {
            let before = covers.shown.take();
            let (columns, rows) = covers.fit((picture.width(), picture.height()), place.width, place.height);
            let x = place.x + (place.width - columns) / 2;
            let area = ratatui::layout::Rect { x, width: columns, height: rows, ..place };
            let blocks = (covers.way == Way::Blocks).then(|| blocks(before, picture, (columns, rows)));
            Shown { picture: Arc::clone(picture), area, blocks, painted: None }
        });
        self.have_it_painted();
    }

    /// By a worker, once a picture and size.
    fn have_it_painted(&mut self) {
        let covers = &mut self.state.covers;
        let cell = covers.cell();
        let (Way::Painted(paint), Some(shown)) = (covers.way, &mut covers.shown) else { return };
        let (columns, rows) = (shown.area.width, shown.area.height);
        let order = Order { picture: Arc::clone(&shown.picture), paint, columns, rows, cell };
        match covers.made.as_ref().filter(|made| made.order == order) {
            Some(made) => shown.painted = Some(made.clone()),
            None if covers.ordered.as_ref() == Some(&order) => {}
            None => {
                covers.ordered = Some(order.clone());
                self.effects.push(Effect::Files(FileQuestion::Paint(order)));
            }
        }
    }

    /// The worker's answer.
    pub(super) fn painted(&mut self, painted: Painted) {
        self.state.covers.made = Some(painted);
    }

    /// Once a track, and again where a larger one is needed.
    fn ask_for_cover(&mut self, now: &NowPlaying, cells: (u16, u16)) {
        let answers = self.around.snapshot.cover.is_some();
        let covers = &mut self.state.covers;
        if std::mem::replace(&mut covers.answered, answers) && !answers {
            // Another core, or the files are others now.
            covers.asked = None;
        }
        let side = covers.side(cells);
        let is_enough =
            covers.asked.as_ref().is_some_and(|(path, large)| *path == now.path && *large >= side);
        if !is_enough {
            covers.asked = Some((Arc::clone(&now.path), side));
            self.send(Command::Library(Library::ShowCover(side)));
        }
    }
}

/// It is the one of what plays, or of another track in its folder: the same, until something else is known.
fn is_likely(cover: &CoverView, now: &NowPlaying) -> bool {
    cover.path.parent() == now.path.parent()
}

/// Made once a picture and size.
fn blocks(before: Option<Shown>, picture: &Picture, (columns, rows): (u16, u16)) -> Arc<Blocks> {
    let same = before.filter(|shown| shown.picture.hash() == picture.hash()).and_then(|shown| shown.blocks);
    let same = same.filter(|blocks| blocks.size() == (columns, rows));
    same.unwrap_or_else(|| Arc::new(Blocks::new(picture, columns, rows)))
}
