//! What a request does: the one place where words, from a key or the command line, become deeds.

use super::selection::{added, plays_next};
use super::{Effect, FileQuestion, Turn};
use crate::model::command::grammar::{Grammar, Kind as Alike};
use crate::model::command::{
    Command, History, IntoQueue, Library, Mastering, Motion, Notices, Pane, Playback, Queue, ReferenceOf,
    Rendering, Request, Screen, Seek, SortBy, Tagging, Target, Templating, Typed, VolumeChange,
};
use crate::model::sort::Sort;
use crate::model::visual::Visual;
use crate::model::words::said;
use crate::say;
use crate::tui::browse::Column;
use crate::tui::grammar::{Chord, Waiting};
use crate::tui::help::HelpPane;
use crate::tui::prompt::Kind;
use crate::tui::report::ReportKind;
use crate::tui::state::Shows;

impl Turn<'_> {
    pub(super) fn request(&mut self, request: Request, count: Option<u32>) {
        match request {
            Request::Core(command) => self.core(command, count),
            Request::Screen(screen) => self.screen(screen, count),
        }
    }

    fn core(&mut self, command: Command, count: Option<u32>) {
        match command {
            Command::Quit if self.state.tags.is_some() => self.leave_tags(),
            Command::Quit if self.state.is_covered() => self.uncover(),
            Command::Quit => self.leave(),
            Command::Shutdown => {
                self.send(Command::Shutdown);
                self.effects.push(Effect::Leave);
            }
            Command::Playback(playback) => self.playback(playback, count),
            Command::Tags(command) => self.tagging(command, count),
            Command::Similar(command) => self.similar(command, count),
            Command::Playlist(command) => self.playlist(command, count),
            Command::Template(Templating::List(words)) if words.is_empty() => {
                self.toggle_figures(ReportKind::Templates);
            }
            Command::Listener(command) => self.listener(command),
            Command::Render(Rendering::Master(target)) => {
                if let Some(target) = self.resolve(target, count) {
                    self.send(Command::Render(Rendering::Master(target)));
                    self.drop_marks();
                }
            }
            Command::Mastering(Mastering::Reference(ReferenceOf::Files(paths))) => {
                let paths = paths.iter().map(|path| self.around.places.absolute(path)).collect();
                self.send(Command::Mastering(Mastering::Reference(ReferenceOf::Files(paths))));
            }
            Command::Sound(_)
            | Command::Lyrics(_)
            | Command::Server(_)
            | Command::Mastering(_)
            | Command::Render(_)
            | Command::Bookmark(_)
            | Command::Template(_) => self.send(command),
            Command::Queue(queue) => self.queue(queue, count),
            Command::Judge(judging) => self.judge(judging, count),
            Command::History(history) => self.history(history, count),
            Command::Library(library) => self.library(library),
            Command::Notice(Notices::Dismiss) => self.dismiss(),
        }
    }

    /// A count multiplies steps; before a percentage it is the percentage.
    fn playback(&mut self, playback: Playback, count: Option<u32>) {
        let times = count.unwrap_or(1);
        let playback = match playback {
            Playback::Next(step) => Playback::Next(step.saturating_mul(times)),
            Playback::Previous(step) => Playback::Previous(step.saturating_mul(times)),
            Playback::Seek(seek) => Playback::Seek(counted_seek(seek, count)),
            Playback::Volume(VolumeChange::By(step)) => {
                let step = i32::from(step).saturating_mul(i32::try_from(times).unwrap_or(i32::MAX));
                Playback::Volume(VolumeChange::By(step.clamp(-100, 100) as i8))
            }
            Playback::Output(mut output) => {
                if let Some(path) = output.path_mut() {
                    *path = self.around.places.absolute(path);
                }
                Playback::Output(output)
            }
            other => other,
        };
        self.send(Command::Playback(playback));
    }

    fn library(&mut self, library: Library) {
        let library = match library {
            Library::Scan(paths) => {
                Library::Scan(paths.iter().map(|path| self.around.places.absolute(path)).collect())
            }
            Library::Care(mut care) => {
                if let Some(path) = care.path_mut() {
                    *path = self.around.places.absolute(path);
                }
                Library::Care(care)
            }
            Library::Import(mut asked) => {
                for path in asked.path.iter_mut().chain(&mut asked.music) {
                    *path = self.around.places.absolute(path);
                }
                Library::Import(asked)
            }
            Library::ScanReport => return self.toggle_report(ReportKind::Scan),
            Library::FindDuplicates { like } => {
                self.toggle_report(ReportKind::Duplicates);
                if self.state.report.is_none() {
                    return;
                }
                Library::FindDuplicates { like }
            }
            Library::Stats(period) => {
                self.toggle_figures(ReportKind::Listening);
                if self.state.report.is_none() {
                    return;
                }
                Library::Count(period)
            }
            other => other,
        };
        self.send(Command::Library(library));
    }

    fn queue(&mut self, queue: Queue, count: Option<u32>) {
        let load = match &queue {
            Queue::Append(Target::Selection) => Some(IntoQueue::Append),
            Queue::Insert(Target::Selection) => Some(IntoQueue::Insert),
            Queue::PlayNow(Target::Selection) => Some(IntoQueue::PlayNow),
            Queue::Replace { target: Target::Selection, .. } => Some(IntoQueue::Replace),
            _ => None,
        };
        if load.is_some_and(|how| self.put_similar(how) || self.load_template(how))
            || self.queue_in_lists(&queue, count)
        {
            return;
        }
        let times = count.unwrap_or(1);
        match queue {
            Queue::Append(target) => self.put(target, count, Some(added), Queue::Append),
            Queue::Insert(target) => self.put(target, count, Some(plays_next), Queue::Insert),
            Queue::PlayNow(target) => self.put(target, count, None, Queue::PlayNow),
            Queue::Replace { target, start } => {
                self.put(target, count, None, |target| Queue::Replace { target, start });
            }
            Queue::Jump(items) => self.jump(items),
            Queue::Remove(items) => self.take(items, count, Queue::Remove),
            Queue::Move(items, step) => {
                let step = step.saturating_mul(i32::try_from(times).unwrap_or(i32::MAX));
                self.take(items, None, |items| Queue::Move(items, step));
            }
            Queue::InsertAt(at, target) => {
                self.put(target, count, None, |target| Queue::InsertAt(at, target));
            }
            Queue::MoveTo(items, place) => self.take(items, count, |items| Queue::MoveTo(items, place)),
            Queue::Crop(items) => self.crop(items),
            Queue::Sort(SortBy { key, descending }) if self.state.focus == Pane::Library => {
                self.sort_library(vec![Sort { column: key.column(), descending }]);
            }
            Queue::Dedupe | Queue::Reverse | Queue::Sort(_) | Queue::Edit(_) => {
                self.send(Command::Queue(queue))
            }
            Queue::Clear => self.send(Command::Queue(Queue::Clear)),
        }
    }

    /// A count is the number of steps, or of times so long.
    fn history(&mut self, history: History, count: Option<u32>) {
        let times = count.unwrap_or(1);
        let history = match history {
            History::Undo(steps) => History::Undo(steps.saturating_mul(times)),
            History::Redo(steps) => History::Redo(steps.saturating_mul(times)),
            History::Earlier(time) => History::Earlier(time.saturating_mul(times)),
            History::Later(time) => History::Later(time.saturating_mul(times)),
            History::Skip => History::Skip,
            History::List => return self.toggle_figures(ReportKind::History),
        };
        self.send(Command::History(history));
    }

    fn screen(&mut self, screen: Screen, count: Option<u32>) {
        match screen {
            Screen::Motion(motion) => self.motion(motion, count),
            Screen::Grammar(grammar) => self.grammar(grammar, count),
            Screen::Open => self.open(),
            Screen::Back => self.back(),
            Screen::FocusNext | Screen::FocusPrevious => self.focus_other(),
            Screen::Focus(pane) => self.focus(pane),
            Screen::TogglePane(pane) => self.toggle_pane(pane),
            Screen::CommandLine(text) => self.open_command_line(&text),
            Screen::Typed(which) => {
                let kind = match which {
                    Typed::Commands => Kind::Command,
                    Typed::Searches => Kind::Search,
                    Typed::Filters => Kind::Filter,
                };
                self.toggle_typed(kind, "");
            }
            Screen::EditTyped => {
                if !self.type_again(false) {
                    self.state.note(say!("First look at what was typed: `:typed`"));
                }
            }
            Screen::Messages => self.toggle_notices(),
            Screen::SearchPrompt { back } => self.open_search(back),
            Screen::Search(words) => self.search_for(words),
            Screen::SearchNext => {
                self.leave_spot();
                self.search_again(count, false);
            }
            Screen::SearchPrevious => {
                self.leave_spot();
                self.search_again(count, true);
            }
            Screen::FilterPrompt => self.open_filter(),
            Screen::Filter(words) => {
                let of_queue = self.state.focus == Pane::Queue && !self.state.is_covered();
                self.filter_by(of_queue, &words);
            }
            Screen::Sort(_) if self.state.focus != Pane::Library => {
                self.state.note(say!("The queue is sorted by one of title, artist, album, year, length, path, added, plays, rating, bpm, key, lufs"));
            }
            Screen::Sort(sorts) => self.sort_library(sorts),
            Screen::GroupBy(by) => self.group_library(by, count.unwrap_or(1) as usize),
            Screen::Fold(fold) => self.fold(fold, count),
            Screen::EditQueue => self.effects.push(Effect::EditQueue),
            Screen::Templates => self.toggle_figures(ReportKind::Templates),
            Screen::Jobs => self.toggle_report(ReportKind::Jobs),
            Screen::QueueStats => self.toggle_figures(ReportKind::Queue),
            Screen::GoToPlaying => self.go_to_playing(),
            Screen::Reveal(kind) => self.reveal(kind),
            Screen::Menu => self.open_menu(),
            Screen::Follow(on) => self.set_follow(on),
            Screen::ToggleMark => self.toggle_marks(count),
            Screen::Copy => self.copy(count),
            Screen::Help => self.toggle_help(),
            Screen::Visual(visual) => self.look_in(visual, count),
            Screen::Fingerprint => self.toggle_portrait(count),
            Screen::Lyrics => self.toggle_lyrics(),
            Screen::Signal => self.toggle_signal(),
            Screen::Cover => self.toggle_song(),
            Screen::Wall(on) => self.show_wall(on),
            Screen::MasteringPanel => self.toggle_mastering(),
            Screen::EqPanel => self.toggle_eq(),
            Screen::Outputs => self.toggle_outputs(),
            Screen::Info => self.toggle_info(count),
            Screen::TagField(deed) => self.tag_field(deed),
            Screen::TagPreview => self.preview_tags(),
            Screen::Escape => self.escape(),
            Screen::Theme(name) => self.choose_theme(name),
            Screen::Arrange(deed) => self.arrange(deed),
            Screen::Set(asked) => self.set(asked),
            Screen::Own(line) => self.run_line(&line),
            Screen::Map { context, keys, line } => self.map_keys(context.as_deref(), &keys, line),
            Screen::Source(path) => {
                self.effects.push(Effect::Files(FileQuestion::Source(self.around.places.absolute(&path))))
            }
            Screen::Debug => self.state.debug = !self.state.debug,
            Screen::Redraw => self.effects.push(Effect::Redraw),
            Screen::Suspend => self.effects.push(Effect::Suspend),
            Screen::Detach => self.detach(),
        }
    }

    fn grammar(&mut self, grammar: Grammar, count: Option<u32>) {
        match grammar {
            Grammar::Select | Grammar::SelectAgain | Grammar::SelectOther => self.select(&grammar),
            Grammar::Object(object) => self.select_object(object),
            // Typed as a command, both are for the keys that follow.
            Grammar::Operator(request) => {
                let operator = Waiting { keys: Vec::new(), count, request: *request };
                self.state.chord = Chord { operator: Some(operator), ..Chord::default() };
            }
            Grammar::Register(letter) => {
                self.state.chord = Chord { register: Some(letter), ..Chord::default() };
            }
            Grammar::Yank => {
                self.yank(count, true);
                self.drop_marks();
            }
            Grammar::Put { before } => self.put_register(before, count),
            Grammar::Registers => self.tell_registers(),
            Grammar::Again => self.again(count),
            Grammar::Record(letter) => self.record(letter),
            Grammar::RecordEnd => self.record_end(),
            Grammar::Replay(letter) => self.replay(Some(letter), count),
            Grammar::ReplayLast => self.replay(None, count),
            Grammar::Same(kind) => self.go_to_same(kind, count),
            Grammar::JumpBack => self.jump_in_list(false, count),
            Grammar::JumpForward => self.jump_in_list(true, count),
        }
    }

    pub(super) fn motion(&mut self, motion: Motion, count: Option<u32>) {
        if self.state.signal || self.state.mastering || self.state.song {
            return;
        }
        if self.state.eq.is_some() {
            return self.move_in_eq(motion, count);
        }
        let count = count.and_then(|count| usize::try_from(count).ok());
        if self.state.tags.is_some() {
            return self.change_tags(|list, view| list.go(motion, count, view));
        }
        if self.state.report.is_some() {
            return self.change_report(|list, view| list.go(motion, count, view));
        }
        if self.state.outputs.is_some() {
            return self.move_in_outputs(motion, count);
        }
        if self.state.help.is_some() {
            return self.change_help(|list, view| list.go(motion, count, view));
        }
        if matches!(motion, Motion::Top | Motion::Bottom | Motion::Line(_)) {
            self.leave_spot();
        }
        match (motion, self.state.focus) {
            (Motion::Right | Motion::Left, Pane::Library)
                if self.move_across(motion == Motion::Right, count) => {}
            (Motion::Right, _) => self.right(),
            (Motion::Left, _) => self.left(),
            (Motion::GroupDown | Motion::GroupUp, _) => {
                let count = count.and_then(|count| u32::try_from(count).ok());
                if let Some(row) = self.group_goes(motion == Motion::GroupDown, count) {
                    self.search_go(row);
                }
            }
            (motion, Pane::Library) => {
                let column = self.state.column();
                let view = self.library_view(column);
                self.state.library.move_in(column, view, |list, view| list.go(motion, count, view));
            }
            (motion, Pane::Playlists) => self.move_in_lists(|list, view| list.go(motion, count, view)),
            (motion, Pane::Queue) => {
                let view = self.queue_view();
                self.state.queue.list.go(motion, count, view);
            }
            (_, Pane::Spectrum) => {}
        }
    }

    fn right(&mut self) {
        match self.state.focus {
            Pane::Library => {}
            Pane::Playlists => return self.enter_list(),
            Pane::Queue | Pane::Spectrum => return,
        }
        match self.state.column().next() {
            Some(column) if self.state.library.len(column) > 0 => self.state.library.column = column,
            None if self.layout().queue.is_some() => self.focus(Pane::Queue),
            _ => {}
        }
    }

    fn left(&mut self) {
        match self.state.focus {
            Pane::Library => {
                if let Some(column) = self.state.column().previous() {
                    self.state.library.column = column;
                }
            }
            Pane::Playlists => self.state.lists.in_entries = false,
            Pane::Queue if self.layout().list_columns() => self.focus(self.state.left),
            Pane::Queue | Pane::Spectrum => {}
        }
    }

    /// To the column before, else out of what is open.
    fn back(&mut self) {
        match (self.state.is_covered(), self.state.focus) {
            _ if self.state.tags.is_some() => self.leave_tags(),
            (true, _) => self.uncover(),
            (_, Pane::Library) => self.left(),
            (_, Pane::Playlists) if self.state.lists.in_entries => self.left(),
            (_, Pane::Playlists) => self.focus(Pane::Library),
            _ => self.focus(self.state.left),
        }
    }

    fn focus_other(&mut self) {
        self.uncover();
        let other = if self.state.focus == self.state.left { Pane::Queue } else { self.state.left };
        self.focus(other);
    }

    /// A hidden pane that is gone to is shown.
    pub(super) fn focus(&mut self, pane: Pane) {
        match pane {
            Pane::Library | Pane::Playlists => {
                self.state.shown.library = true;
                self.state.left = pane;
            }
            Pane::Queue => self.state.shown.queue = true,
            Pane::Spectrum => self.state.shown.spectrum = true,
        }
        self.state.focus = pane;
        self.resize(self.state.size.0, self.state.size.1);
    }

    /// Library and queue are never both hidden.
    pub(super) fn toggle_pane(&mut self, pane: Pane) {
        if pane == Pane::Playlists {
            let other = if self.state.left == pane { Pane::Library } else { pane };
            return self.focus(other);
        }
        let shown = &mut self.state.shown;
        match pane {
            Pane::Library | Pane::Playlists => shown.library = !shown.library,
            Pane::Queue => shown.queue = !shown.queue,
            Pane::Spectrum => shown.spectrum = !shown.spectrum,
        }
        let other = if pane == Pane::Library { Pane::Queue } else { self.state.left };
        let gone = match self.state.focus {
            Pane::Library | Pane::Playlists => !self.state.shown.library,
            Pane::Queue => !self.state.shown.queue,
            Pane::Spectrum => !self.state.shown.spectrum,
        };
        let neither = !self.state.shown.library && !self.state.shown.queue;
        let focus = if gone || neither { other } else { self.state.focus };
        self.focus(focus);
    }

    fn go_to_playing(&mut self) {
        self.leave_spot();
        let snapshot = self.around.snapshot;
        let Some(now) = &snapshot.playback.now else { return self.state.note(say!("Nothing is playing")) };
        if self.state.focus == Pane::Queue {
            let Some(current) = snapshot.queue.current else { return };
            let Ok(row) = self.state.queue.row_of(current) else {
                return self.state.note(say!("The filter hides the playing entry"));
            };
            let view = self.queue_view();
            return self.state.queue.list.go_to(row, view);
        }
        let views = self.column_view();
        let found = now.track.map(|id| self.state.library.go_to_track(id, false, views));
        match found {
            Some(true) => self.focus(Pane::Library),
            Some(false) => self.state.note(say!("The filter hides the playing track")),
            None => self.state.note(say!("The playing file is not in the library")),
        }
    }

    /// The first of the selected tracks; where nothing can be selected, what plays.
    fn reveal(&mut self, kind: Option<Alike>) {
        let Some(track) = self.one_track(None) else {
            return self.state.note(say!("Only tracks of the library are found there, and none is selected"));
        };
        self.leave_spot();
        let views = self.column_view();
        if !self.state.library.go_to_track(track, kind.is_some(), views) {
            return self.state.note(say!("The filter hides it"));
        }
        match kind {
            Some(Alike::Artist) => self.state.library.column = Column::Artists,
            Some(Alike::Album) => self.state.library.column = Column::Albums,
            _ => {}
        }
        self.focus(Pane::Library);
    }

    pub(super) fn uncover(&mut self) {
        self.state.help = None;
        self.state.outputs = None;
        self.state.report = None;
        self.state.signal = false;
        self.state.song = false;
        self.state.mastering = false;
        self.state.eq = None;
        if self.state.tags.take().is_some() && self.around.snapshot.tags.preview.is_some() {
            self.send(Command::Tags(Tagging::Drop));
        }
    }

    /// In one way, or so many further; where nothing is looked at, first of all in the way as it was.
    fn look_in(&mut self, visual: Option<Visual>, count: Option<u32>) {
        let is_seen = self.layout().spectrum.is_some();
        let steps = count.map_or(usize::from(is_seen), |count| count as usize);
        self.state.visual = visual.unwrap_or(self.state.visual.after(steps));
        self.state.shown.spectrum = true;
        self.resize(self.state.size.0, self.state.size.1);
        match self.layout().spectrum {
            Some(_) => self.state.note(said(self.state.visual.title())),
            // The screen is too low to have it beneath the lists.
            None => self.focus(Pane::Spectrum),
        }
    }

    pub(super) fn toggle_signal(&mut self) {
        let shown = !self.state.signal;
        self.uncover();
        self.state.signal = shown;
    }

    pub(super) fn toggle_mastering(&mut self) {
        let shown = !self.state.mastering;
        self.uncover();
        self.state.mastering = shown;
    }

    fn toggle_help(&mut self) {
        let is_shown = self.state.help.is_some();
        self.uncover();
        self.state.help = (!is_shown).then(|| HelpPane::new(self.around.keymap));
    }

    pub(super) fn dismiss(&mut self) {
        match self.state.notices.shown() {
            Some(Shows::Own(_)) => self.state.notices.drop_own(),
            Some(Shows::Core(_)) => self.send(Command::Notice(Notices::Dismiss)),
            None => {}
        }
    }

    /// One thing at a time: what is open, the notice, the marks, the filter.
    fn escape(&mut self) {
        if self.state.tags.is_some() {
            return self.leave_tags();
        }
        if self.state.is_covered() {
            return self.uncover();
        }
        if self.state.focus == Pane::Spectrum {
            return self.focus(self.state.left);
        }
        if self.state.selecting.is_some() {
            return self.end_selection();
        }
        if self.state.notices.shown().is_some() {
            return self.dismiss();
        }
        if !self.state.lists.marks.is_empty() {
            return self.state.lists.marks.clear();
        }
        if !self.state.library.marks.is_empty() || !self.state.queue.marks.is_empty() {
            self.state.library.marks = Default::default();
            self.state.queue.marks.clear();
            return;
        }
        // The one of the pane that is looked at goes first.
        let queue_first = self.state.focus == Pane::Queue || self.state.filter.words.is_empty();
        if queue_first && !self.state.queue.filter.words.is_empty() {
            self.set_queue_filter("").unwrap_or_default();
        } else if !self.state.filter.words.is_empty() {
            self.set_filter("").unwrap_or_default();
        }
    }
}

fn counted_seek(seek: Seek, count: Option<u32>) -> Seek {
    let times = count.unwrap_or(1);
    match seek {
        Seek::Forward(time) => Seek::Forward(time.saturating_mul(times)),
        Seek::Back(time) => Seek::Back(time.saturating_mul(times)),
        Seek::Percent(percent) => Seek::Percent(count.map_or(percent, |count| f64::from(count.min(100)))),
        Seek::To(time) => Seek::To(time),
    }
}
