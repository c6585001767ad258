//! Ratings and favourites: which tracks they are of.

use super::Turn;
use crate::model::command::{Command, Judged, Judging, Pane, Target};
use crate::model::id::{ItemId, TrackId};
use crate::say;

impl Turn<'_> {
    pub(super) fn judge(&mut self, judging: Judging, count: Option<u32>) {
        if let Judging::Favourite(Judged::Selection, on) = judging
            && self.judge_template(on)
        {
            return;
        }
        let judging = match judging {
            Judging::Rate(Judged::Selection, rating) => {
                let Some(judged) = self.judged(count) else { return };
                Judging::Rate(judged, rating)
            }
            Judging::Favourite(Judged::Selection, on) => {
                let Some(judged) = self.judged(count) else { return };
                Judging::Favourite(judged, on)
            }
            mut named => {
                let (Judging::Rate(judged, _) | Judging::Favourite(judged, _)) = &mut named;
                if let Judged::Paths(paths) = judged {
                    paths.iter_mut().for_each(|path| *path = self.around.places.absolute(path));
                }
                named
            }
        };
        self.send(Command::Judge(judging));
        self.drop_marks();
    }

    /// What is selected; where nothing can be, what plays.
    pub(super) fn judged(&mut self, count: Option<u32>) -> Option<Judged> {
        if self.state.focus == Pane::Spectrum {
            return Some(Judged::Playing);
        }
        let tracks = self.selected(count)?;
        if tracks.is_empty() {
            self.state.note(say!("Nothing of the library is selected"));
            return None;
        }
        Some(Judged::Tracks(tracks))
    }

    /// The selected tracks of the library, whatever the pane.
    pub(super) fn selected(&mut self, count: Option<u32>) -> Option<Vec<TrackId>> {
        match self.state.focus {
            Pane::Library => Some(self.selected_tracks(count)),
            Pane::Queue => Some(self.queued_tracks(count)),
            Pane::Playlists => self.listed_tracks(count),
            Pane::Spectrum => None,
        }
    }

    /// Entries of a playlist, as far as the library has them.
    fn listed_tracks(&mut self, count: Option<u32>) -> Option<Vec<TrackId>> {
        let catalog = &self.around.snapshot.catalog;
        Some(match self.listed_again(count)? {
            Target::Tracks(tracks) => tracks,
            Target::Paths(paths) => {
                paths.iter().filter_map(|path| catalog.find_path(path)).map(|track| track.id()).collect()
            }
            Target::Selection => Vec::new(),
        })
    }

    fn queued_tracks(&self, count: Option<u32>) -> Vec<TrackId> {
        let chosen: std::collections::HashSet<ItemId> = self.selected_items(count).into_iter().collect();
        let items = self.state.queue.seen.items.iter().filter(|item| chosen.contains(&item.id));
        items.filter_map(|item| item.track).collect()
    }
}
