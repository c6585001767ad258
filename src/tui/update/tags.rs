//! The tag editor: opening, typing fields, showing and writing what they change.

use super::Turn;
use crate::model::command::{Command, FieldDeed, Tagging, Target};
use crate::model::tag::Field;
use crate::model::tagging::{Said, TagEdit, TagWork};
use crate::model::words;
use crate::say;
use crate::tui::list::{List, View};
use crate::tui::prompt::Kind;
use crate::tui::report::ReportKind;
use crate::tui::tags::{self, Page, TagPane, TagRow, page};

/// Longer values are not typed into a line.
const MAX_TYPED: usize = 4096;

impl Turn<'_> {
    /// A command about tags, typed or bound.
    pub(super) fn tagging(&mut self, command: Tagging, count: Option<u32>) {
        let command = match command {
            Tagging::Write => return self.write_tags(),
            Tagging::Drop => Tagging::Drop,
            Tagging::Look { what, .. } => match self.tagged(what, count) {
                Some(what) => return self.show_tags(what),
                None => return,
            },
            Tagging::Change { what, mut work, .. } => {
                let Some(what) = self.tagged(what, count) else { return };
                if let TagWork::Edit(edits) = &mut work {
                    for file in edits.iter_mut().filter_map(|edit| match edit {
                        TagEdit::Cover(file) => Some(file),
                        _ => None,
                    }) {
                        if file.as_os_str().is_empty() {
                            return self.state.note(say!("Name the picture: `:art-set PATH`"));
                        }
                        *file = self.around.places.absolute(file);
                    }
                }
                return self.plan_tags(what, work);
            }
            Tagging::Picture(what) => match self.tagged(what, count) {
                Some(what) => Tagging::Picture(what),
                None => return,
            },
            Tagging::Lookup(what) => return self.look_up(what, count),
            Tagging::Take(number) => return self.take_release(number),
            Tagging::Extract(_, to) if to.as_os_str().is_empty() => {
                return self.state.note(say!("Name the new file: `:art-extract PATH`"));
            }
            Tagging::Extract(what, to) => match self.tagged(what, count) {
                Some(what) => Tagging::Extract(what, self.around.places.absolute(&to)),
                None => return,
            },
        };
        self.send(Command::Tags(command));
    }

    /// The tracks of the open form, else the selection.
    fn tagged(&mut self, what: Target, count: Option<u32>) -> Option<Target> {
        match (&self.state.tags, what) {
            (Some(pane), Target::Selection) => Some(pane.what.clone()),
            (_, what) => self.resolve(what, count),
        }
    }

    /// `info`: the form of the selection, or away with it.
    pub(super) fn toggle_info(&mut self, count: Option<u32>) {
        if self.state.tags.is_some() {
            return self.leave_tags();
        }
        if let Some(what) = self.resolve(Target::Selection, count) {
            self.show_tags(what);
        }
    }

    fn show_tags(&mut self, what: Target) {
        self.uncover();
        self.state.tags = Some(TagPane::new(what.clone(), false));
        self.send(Command::Tags(Tagging::Look { what, tell: false }));
        self.drop_marks();
    }

    fn plan_tags(&mut self, what: Target, work: TagWork) {
        let renames = matches!(work, TagWork::Rename(_));
        match &mut self.state.tags {
            Some(pane) => pane.once |= renames,
            None => {
                self.uncover();
                self.state.tags = Some(TagPane::new(what.clone(), true));
                self.drop_marks();
            }
        }
        self.send(Command::Tags(Tagging::Change { what, work, ask: true }));
    }

    /// Shows what the typed fields would change; what is shown is written.
    fn write_tags(&mut self) {
        match (&self.state.tags, page(&self.around.snapshot.tags)) {
            (Some(pane), Page::Form) if !pane.edits.is_empty() => self.preview_tags(),
            _ => self.send(Command::Tags(Tagging::Write)),
        }
    }

    fn look_up(&mut self, what: Target, count: Option<u32>) {
        if let Some(what) = self.tagged(what, count) {
            self.uncover();
            self.state.report = Some((ReportKind::Lookup, List::default()));
            self.state.looked_up = Some(what.clone());
            self.send(Command::Tags(Tagging::Lookup(what)));
            self.drop_marks();
        }
    }

    /// Shows what a found release would change, counted from 1.
    pub(super) fn take_release(&mut self, number: usize) {
        let found = self.around.snapshot.tags.lookup.as_ref().map_or(0, |lookup| lookup.found.len());
        if (1..=found).contains(&number) {
            let what = self.state.looked_up.clone().unwrap_or(Target::Selection);
            self.uncover();
            self.state.tags = Some(TagPane::new(what, true));
        }
        self.send(Command::Tags(Tagging::Take(number)));
    }

    pub(super) fn preview_tags(&mut self) {
        let Some(pane) = self.state.tags.as_ref().filter(|pane| !pane.edits.is_empty()) else {
            return self.state.note(say!("No field was edited: Enter on one does"));
        };
        let (what, work) = (pane.what.clone(), TagWork::Edit(pane.changes()));
        self.send(Command::Tags(Tagging::Change { what, work, ask: true }));
    }

    pub(super) fn change_tags(&mut self, change: impl FnOnce(&mut List, View)) {
        // One row of the pane is its title.
        let height = usize::from(self.layout().main.height).saturating_sub(1);
        let margin = usize::from(self.around.settings.scrolloff);
        let len = tags::len(self.around.snapshot);
        if let Some(pane) = &mut self.state.tags {
            change(&mut pane.list, View { len, height, margin, across: 1 });
        }
    }

    pub(super) fn click_tags(&mut self, row: usize, again: bool) {
        self.change_tags(|list, view| list.cursor = (list.top + row).min(view.len.saturating_sub(1)));
        if again {
            self.open_tags();
        }
    }

    /// Enter: edits the field, or writes what is shown.
    pub(super) fn open_tags(&mut self) {
        match page(&self.around.snapshot.tags) {
            Page::Form => self.tag_field(FieldDeed::Edit),
            Page::Preview => self.write_tags(),
            Page::Refused => {}
        }
    }

    pub(super) fn tag_field(&mut self, deed: FieldDeed) {
        let Some(pane) = &mut self.state.tags else {
            return self.state.note(say!("No form is open: `:info` opens the one of the selection"));
        };
        pane.leaving = false;
        let row = tags::row(self.around.snapshot, pane, pane.list.cursor);
        let Some(TagRow::Field { field, said, typed }) = row else {
            return self.state.note(say!("This cannot be edited here"));
        };
        match deed {
            FieldDeed::Revert => drop(pane.edits.remove(&field)),
            FieldDeed::Clear => self.typed_field(field, Vec::new()),
            FieldDeed::Edit => {
                let values = match (typed, said) {
                    (Some(values), _) | (None, Said::Same(values)) => values,
                    (None, Said::Several) => Vec::new(),
                };
                let line = tags::spell(&values);
                if line.len() > MAX_TYPED {
                    return self.state.note(say!("Too long for a line: `auralis tag set` takes it"));
                }
                self.open_prompt(Kind::Field(field), &line);
            }
        }
    }

    /// What was typed into a field; what all files say already is no change.
    fn typed_field(&mut self, field: Field, values: Vec<String>) {
        let said = self.around.snapshot.tags.sheet.as_ref().and_then(|sheet| sheet.said(field)).cloned();
        let Some(pane) = &mut self.state.tags else { return };
        if said == Some(Said::Same(values.clone())) {
            pane.edits.remove(&field);
        } else {
            pane.edits.insert(field, values);
        }
    }

    /// Enter in the line of a field. Words that it cannot be come back to be mended.
    pub(super) fn field_typed(&mut self, field: Field, line: &str) {
        match tags::read(field, line) {
            Ok(values) if values.len() > 1 && !tags::takes_several(field) => {
                self.state.warn(say!("{field} has one value only", field = words::said(field.name())));
                self.open_prompt(Kind::Field(field), line);
            }
            // Nothing typed where the files differ: they stay as they are.
            Ok(values) if values.is_empty() && self.differs(field) => {
                self.state.note(say!("The files stay as they are; tag-clear takes the field away"));
            }
            Ok(values) => self.typed_field(field, values),
            Err(expected) => {
                let (name, expected) = (words::said(field.name()), words::said(expected));
                self.state.warn(say!("{field} needs {expected}", field = name, expected));
                self.open_prompt(Kind::Field(field), line);
            }
        }
    }

    fn differs(&self, field: Field) -> bool {
        let sheet = self.around.snapshot.tags.sheet.as_ref();
        let typed = self.state.tags.as_ref().is_some_and(|pane| pane.edits.contains_key(&field));
        !typed && sheet.and_then(|sheet| sheet.said(field)) == Some(&Said::Several)
    }

    /// Back from what is shown to the form, from the form away. Typed fields are not lost by one key.
    pub(super) fn leave_tags(&mut self) {
        let page = page(&self.around.snapshot.tags);
        let Some(pane) = &mut self.state.tags else { return };
        if page == Page::Form && !pane.edits.is_empty() && !pane.leaving {
            pane.leaving = true;
            return self
                .state
                .note(say!("Edited fields are not written: w shows them, Esc again forgets them"));
        }
        if page == Page::Form || pane.once {
            self.state.tags = None;
        }
        if page != Page::Form {
            self.send(Command::Tags(Tagging::Drop));
        }
    }

    /// The core has something else to show.
    pub(super) fn tags_changed(&mut self) {
        let view = &self.around.snapshot.tags;
        let Some(pane) = &mut self.state.tags else { return };
        let was_writing = std::mem::replace(&mut pane.was_writing, view.writing.is_some());
        let done = was_writing && view.writing.is_none() && view.refused.is_empty();
        if done && pane.once {
            self.state.tags = None;
            return;
        }
        if done {
            pane.edits.clear();
            let what = pane.what.clone();
            self.send(Command::Tags(Tagging::Look { what, tell: false }));
        }
        self.change_tags(|list, view| list.show_cursor(view));
    }
}
