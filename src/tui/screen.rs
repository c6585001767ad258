//! Cells to the terminal: only those that changed, in one synchronised write. Keeps what is on the screen, so that a
//! gauge can be drawn without the rest of the frame. Used by the run loop on the ui thread.

use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::kitty::{Graphics, Placement, Written};
use super::paint;

pub struct Screen<W: Write> {
    backend: CrosstermBackend<W>,
    /// What the terminal shows.
    front: Buffer,
    back: Buffer,
    cursor: Option<(u16, u16)>,
    graphics: Graphics,
    painted: Option<paint::Placement>,
    /// What the terminal shows is not known.
    stale: bool,
}

/// What belongs to a frame beside its cells.
#[derive(Debug, Default)]
pub struct Drawn {
    pub cursor: Option<(u16, u16)>,
    /// The picture that cells name.
    pub picture: Option<Placement>,
    /// The picture that is painted over blank cells.
    pub painted: Option<paint::Placement>,
}

impl<W: Write> Screen<W> {
    /// `writer` should keep what is written until it is flushed.
    pub fn new(writer: W, width: u16, height: u16) -> Self {
        let empty = Buffer::empty(Rect::new(0, 0, width, height));
        Self {
            backend: CrosstermBackend::new(writer),
            front: empty.clone(),
            back: empty,
            cursor: None,
            graphics: Graphics::default(),
            painted: None,
            stale: true,
        }
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        let area = Rect::new(0, 0, width, height);
        if self.front.area != area {
            self.front = Buffer::empty(area);
            self.back = Buffer::empty(area);
            self.stale = true;
        }
    }

    /// The next frame writes every cell.
    pub fn invalidate(&mut self) {
        self.stale = true;
    }

    /// Writes what is no cell: a title, a text for the clipboard.
    pub fn say(&mut self, sequence: &str) -> io::Result<()> {
        self.backend.write_all(sequence.as_bytes())?;
        Write::flush(&mut self.backend)
    }

    /// Draws a whole frame; `draw` gets an empty buffer.
    pub fn frame(&mut self, draw: impl FnOnce(&mut Buffer) -> Drawn) -> io::Result<()> {
        self.back.reset();
        let Drawn { cursor, picture, painted } = draw(&mut self.back);
        let stale = std::mem::take(&mut self.stale);
        if stale {
            self.front.reset();
        }
        let over = self.paint(painted, stale);
        let changes = self.front.diff(&self.back);
        let mut pictures = self.graphics.show(picture.as_ref(), stale);
        pictures.behind.push_str(&over);
        if !stale && changes.is_empty() && cursor == self.cursor && pictures == Written::default() {
            return Ok(());
        }
        queue!(self.backend, BeginSynchronizedUpdate)?;
        if stale {
            queue!(self.backend, Clear(ClearType::All))?;
        }
        write(&mut self.backend, changes, cursor, &pictures)?;
        self.cursor = cursor;
        std::mem::swap(&mut self.front, &mut self.back);
        Ok(())
    }

    /// What paints the picture, where it is not there yet; one that goes has its cells written anew.
    fn paint(&mut self, wanted: Option<paint::Placement>, anew: bool) -> String {
        let back = &self.back;
        // What lies over a picture would lie in it.
        let is_free = |place: &paint::Placement| {
            let inside = place.area.intersection(back.area) == place.area;
            inside && cells(place.area).all(|(x, y)| back[(x, y)].symbol() == " ")
        };
        let wanted = wanted.filter(is_free);
        if wanted == self.painted && !anew {
            return String::new();
        }
        let gone = std::mem::replace(&mut self.painted, wanted);
        let gone = gone.map_or(Rect::ZERO, |place| place.area.intersection(self.front.area));
        for (x, y) in cells(gone) {
            // No cell is like this one: it is written.
            self.front[(x, y)].set_char('x').modifier = Modifier::all();
        }
        self.painted.as_ref().map_or(String::new(), |place| {
            format!("\x1b[{};{}H{}", place.area.y + 1, place.area.x + 1, place.painted.sequence)
        })
    }

    /// Draws one area of the frame on the screen; `draw` gets an empty buffer of that area.
    pub fn part(&mut self, area: Rect, draw: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        let area = area.intersection(self.front.area);
        if self.stale || area.is_empty() {
            return Ok(());
        }
        let mut new = Buffer::empty(area);
        draw(&mut new);
        let mut old = Buffer::empty(area);
        for (x, y) in cells(area) {
            old[(x, y)].clone_from(&self.front[(x, y)]);
        }
        let changes = old.diff(&new);
        if !changes.is_empty() {
            queue!(self.backend, BeginSynchronizedUpdate)?;
            write(&mut self.backend, changes, self.cursor, &Written::default())?;
        }
        for (x, y) in cells(area) {
            std::mem::swap(&mut self.front[(x, y)], &mut new[(x, y)]);
        }
        Ok(())
    }
}

fn cells(area: Rect) -> impl Iterator<Item = (u16, u16)> {
    (area.y..area.bottom()).flat_map(move |y| (area.x..area.right()).map(move |x| (x, y)))
}

fn write<W: Write>(
    backend: &mut CrosstermBackend<W>,
    changes: Vec<(u16, u16, &Cell)>,
    cursor: Option<(u16, u16)>,
    pictures: &Written,
) -> io::Result<()> {
    backend.write_all(pictures.before.as_bytes())?;
    backend.draw(changes.into_iter())?;
    backend.write_all(pictures.behind.as_bytes())?;
    match cursor {
        Some((x, y)) => queue!(backend, MoveTo(x, y), Show)?,
        None => queue!(backend, Hide)?,
    }
    queue!(backend, EndSynchronizedUpdate)?;
    Write::flush(backend)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ratatui::style::Style;

    use super::*;

    fn text(buf: &mut Buffer, x: u16, y: u16, text: &str) {
        crate::tui::text::put(buf, x, y, 20, text, Style::default());
    }

    /// What was written since the last look.
    #[derive(Clone, Default)]
    struct Wire(std::rc::Rc<std::cell::RefCell<Vec<u8>>>);

    impl Wire {
        fn take(&self) -> Vec<u8> {
            self.0.take()
        }
    }

    impl Write for Wire {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn terminal() -> vt100::Parser {
        vt100::Parser::new(3.try_into().unwrap(), 10.try_into().unwrap(), 0)
    }

    #[test]
    fn only_what_changed_is_written_and_the_terminal_agrees() {
        let mut terminal = terminal();
        let wire = Wire::default();
        let mut screen = Screen::new(wire.clone(), 10, 3);
        let show = |screen: &mut Screen<Wire>, words: &str| {
            screen.frame(|buf| {
                text(buf, 0, 0, "日本 title");
                text(buf, 0, 1, words);
                Drawn::default()
            })
        };
        show(&mut screen, "one").unwrap();
        terminal.process(&wire.take());
        assert_eq!(terminal.screen().contents(), "日本 title\none");
        show(&mut screen, "one").unwrap();
        assert!(wire.take().is_empty(), "an unchanged frame writes nothing");
        show(&mut screen, "two").unwrap();
        let bytes = wire.take();
        assert!(bytes.len() < 120, "{}", bytes.len());
        terminal.process(&bytes);
        assert_eq!(terminal.screen().contents(), "日本 title\ntwo");
    }

    #[test]
    fn a_part_is_as_the_whole_frame_would_be() {
        let mut terminal = terminal();
        let wire = Wire::default();
        let mut screen = Screen::new(wire.clone(), 10, 3);
        screen
            .frame(|buf| {
                text(buf, 0, 0, "above");
                text(buf, 0, 2, "old old");
                Drawn::default()
            })
            .unwrap();
        screen.part(Rect::new(0, 2, 10, 1), |buf| text(buf, 0, 2, "new")).unwrap();
        terminal.process(&wire.take());
        assert_eq!(terminal.screen().contents().trim_end(), "above\n\nnew");
        screen
            .frame(|buf| {
                text(buf, 0, 0, "above");
                text(buf, 0, 2, "new");
                Drawn::default()
            })
            .unwrap();
        assert!(wire.take().is_empty());
    }

    /// Before the cells that name it, in the same update; not again while it stays, but where nobody knows what is there.
    #[test]
    fn a_picture_is_written_with_the_frame_that_shows_it() {
        use super::super::kitty::Number;
        use crate::model::picture::Picture;
        let wire = Wire::default();
        let mut screen = Screen::new(wire.clone(), 10, 3);
        let picture = Arc::new(Picture::new(1, 1, vec![1, 2, 3]).unwrap());
        let number = Number::new(&picture, 1, false);
        let show = |screen: &mut Screen<Wire>, shown: bool| {
            let frame = screen.frame(|buf| {
                let placement = Placement { picture: Arc::clone(&picture), number, columns: 1, rows: 1 };
                let symbol = if shown { number.cell(0, 0).unwrap() } else { " ".to_owned() };
                crate::tui::text::cell(buf, 0, 0, &symbol, Style::default().fg(number.colour()));
                Drawn { picture: shown.then_some(placement), ..Drawn::default() }
            });
            frame.unwrap();
            String::from_utf8(wire.take()).unwrap()
        };
        let first = show(&mut screen, true);
        let places =
            ["\x1b[?2026h", "a=t", "a=p", "\u{10eeee}", "\x1b[?2026l"].map(|part| first.find(part).unwrap());
        assert!(places.is_sorted(), "{first:?}");
        assert_eq!(show(&mut screen, true), "");
        screen.invalidate();
        assert_eq!(show(&mut screen, true).matches("a=t").count(), 1);
        let gone = show(&mut screen, false);
        assert!(gone.contains("a=d,d=I") && !gone.contains("a=t"), "{gone:?}");
    }
}
