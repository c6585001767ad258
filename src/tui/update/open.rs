//! Enter and the double click: go into an artist, play an album or a track, jump in the queue.

use super::Turn;
use crate::model::command::{Command, IntoQueue, Items, Listener, Pane, Queue, Target};
use crate::tui::browse::Entry;
use crate::tui::prompt::Kind;
use crate::tui::report::ReportKind;

impl Turn<'_> {
    pub(super) fn open(&mut self) {
        if self.state.outputs.is_some() {
            return self.take_output();
        }
        if self.state.eq.is_some() {
            return self.send(Command::Listener(Listener::Eq(None)));
        }
        if self.state.tags.is_some() {
            return self.open_tags();
        }
        if self.put_similar(IntoQueue::PlayNow) || self.load_template(IntoQueue::Replace) {
            return;
        }
        if self.type_again(true) {
            return;
        }
        match &self.state.report {
            Some((ReportKind::Lookup, list)) => return self.take_release(list.cursor + 1),
            Some((ReportKind::Notices, list)) => return self.state.notices.show_again(list.cursor),
            Some((ReportKind::Settings, list)) => return self.open_setting(list.cursor),
            _ => {}
        }
        if matches!(self.state.report, Some((ReportKind::Lyrics, _))) {
            return self.sing_selected();
        }
        if self.state.help.is_some() || self.state.report.is_some() {
            return;
        }
        match self.state.focus {
            Pane::Queue => self.jump(Items::Selection),
            Pane::Library => self.open_entry(),
            Pane::Playlists => self.open_list(),
            Pane::Spectrum => {}
        }
    }

    fn open_entry(&mut self) {
        let column = self.state.column();
        match self.state.library.selected(column) {
            Some(Entry::AllArtists | Entry::Artist(_) | Entry::AllAlbums) => {
                if let Some(next) = column.next() {
                    self.state.library.column = next;
                }
            }
            Some(entry @ (Entry::Album(_) | Entry::Track(_))) => {
                let browse = &self.state.library;
                let tracks = browse.ids(&browse.tracks_behind(entry));
                self.send(Command::Queue(Queue::PlayNow(Target::Tracks(tracks))));
            }
            None => self.ask_for_music(),
        }
    }

    /// Where the library is empty: the command that fills it, with the folder where music usually is, to be changed.
    fn ask_for_music(&mut self) {
        let is_first = self.state.library.catalog.is_empty() && self.state.filter.words.is_empty();
        if is_first && !self.around.snapshot.scan.running {
            self.open_prompt(Kind::Command, "scan ~/Music/");
        }
    }
}
