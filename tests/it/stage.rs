//! A screen without a terminal: a small library, a fake player that notes what it is asked, keys in, state and cells
//! out. Used by the tests of keys and of screens, and by the bench of drawing.
#![allow(dead_code)]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auralis::config::keys::{Key, Keymap};
use auralis::config::theme::Theme;
use auralis::model::audio::Volume;
use auralis::model::catalog::{
    AlbumEntry, ArtistEntry, Catalog, CatalogParts, Frames, ListId, TextId, TrackFlags, TrackRow, path_key,
};
use auralis::model::command::Command;
use auralis::model::id::{ItemId, PlayId, TrackId};
use auralis::model::playback::PlayState;
use auralis::model::player::{Answer, Busy, Lease, Outcome, Player, Position};
use auralis::model::settings::ScreenSettings;
use auralis::model::snapshot::{NowPlaying, PlaybackView, QueueItem, QueueView, Snapshot};
use auralis::model::track::Codec;
use auralis::model::visual::{Visual, VisualFrame};
use auralis::tui::CoreOf;
use auralis::tui::draw::draw;
use auralis::tui::scene::{FrameMap, Gauges, Scene};
use auralis::tui::search::{Finder, Place};
use auralis::tui::state::UiState;
use auralis::tui::style::{Depth, Styles};
use auralis::tui::update::{
    Effect, FileQuestion, FilterQuestion, Input, PathBase, Surroundings, TrackQuestion, update,
};
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;

/// Builds a catalog from artists with albums with tracks, in the order given.
#[derive(Default)]
pub struct CatalogBuilder {
    parts: CatalogParts,
    texts: std::collections::HashMap<Vec<u8>, TextId>,
}

impl CatalogBuilder {
    pub fn new() -> Self {
        let mut builder = Self::default();
        builder.text("");
        builder.parts.list_ends.push(0);
        builder
    }

    fn text(&mut self, text: &str) -> TextId {
        if let Some(&id) = self.texts.get(text.as_bytes()) {
            return id;
        }
        let id = TextId(self.parts.text_ends.len() as u32);
        self.parts.text.extend_from_slice(text.as_bytes());
        self.parts.text_ends.push(self.parts.text.len() as u32);
        self.texts.insert(text.as_bytes().to_vec(), id);
        id
    }

    fn list(&mut self, text: &str) -> ListId {
        if text.is_empty() {
            return ListId::EMPTY;
        }
        let id = self.text(text);
        self.list_of(id)
    }

    fn list_of(&mut self, id: TextId) -> ListId {
        self.parts.lists.push(id);
        self.parts.list_ends.push(self.parts.lists.len() as u32);
        ListId(self.parts.list_ends.len() as u32 - 1)
    }

    pub fn artist(&mut self, name: &str) -> &mut Self {
        let start = self.parts.artist_albums.len() as u32;
        let name = self.text(name);
        self.parts.artists.push(ArtistEntry { name, albums: start..start, tracks: 0 });
        self
    }

    pub fn album(&mut self, title: &str, date: &str) -> &mut Self {
        let start = self.parts.tracks.len() as u32;
        let artist = self.parts.artists.last().map_or(TextId::EMPTY, |artist| artist.name);
        let artists = self.list_of(artist);
        let (title, date) = (self.text(title), self.text(date));
        self.parts.artist_albums.push(self.parts.albums.len() as u32);
        self.parts.albums.push(AlbumEntry {
            title,
            artists,
            date,
            tracks: start..start,
            duration: Duration::ZERO,
        });
        if let Some(artist) = self.parts.artists.last_mut() {
            artist.albums.end += 1;
        }
        self
    }

    /// A track by the album's artist, or by `artist` where that is not empty.
    pub fn track(&mut self, title: &str, artist: &str, seconds: u64) -> &mut Self {
        let row = self.parts.tracks.len() as u32;
        let album = self.parts.albums.len() as u32 - 1;
        let name = format!("{row:06}.flac");
        let album_artist = self.parts.albums[album as usize].artists;
        let artists = if artist.is_empty() { album_artist } else { self.list(artist) };
        let track = TrackRow {
            id: TrackId(row + 1),
            album,
            folder: self.text("/music"),
            name: self.text(&name),
            title: self.text(title),
            artists,
            genres: ListId::EMPTY,
            composers: ListId::EMPTY,
            track: (row - self.parts.albums[album as usize].tracks.start + 1) as u16,
            disc: 1,
            year: 0,
            codec: Codec::Flac,
            bits: 16,
            flags: TrackFlags::default(),
            channels: 2,
            rate: 44_100,
            frames: Frames::new(Some(seconds * 44_100)),
            added_s: 0,
        };
        self.parts.tracks.push(track);
        self.parts.by_id.push(row);
        self.parts.by_path.push(row);
        self.parts.albums[album as usize].tracks.end += 1;
        if let Some(artist) = self.parts.artists.last_mut() {
            artist.tracks += 1;
        }
        self
    }

    /// What the last track says beside its title.
    pub fn says(&mut self, genres: &[&str], year: u16, folder: &str) -> &mut Self {
        let genres: Vec<TextId> = genres.iter().map(|genre| self.text(genre)).collect();
        let folder = self.text(folder);
        let list = if genres.is_empty() { ListId::EMPTY } else { ListId(self.parts.list_ends.len() as u32) };
        if !genres.is_empty() {
            self.parts.lists.extend(genres);
            self.parts.list_ends.push(self.parts.lists.len() as u32);
        }
        let track = self.parts.tracks.last_mut().unwrap();
        (track.genres, track.year, track.folder) = (list, year, folder);
        self
    }

    pub fn build(&mut self) -> Arc<Catalog> {
        let mut parts = std::mem::take(&mut self.parts);
        let path = |row: u32| PathBuf::from(format!("/music/{row:06}.flac"));
        parts.by_path.sort_unstable_by_key(|&row| path_key(&path(row)));
        Arc::new(Catalog::new(parts))
    }
}

/// Three artists, four albums, twelve tracks, with what is hard to align among them.
pub fn small() -> Arc<Catalog> {
    let mut builder = CatalogBuilder::new();
    builder.artist("Björk");
    builder
        .album("Homogenic", "1997-09-22")
        .track("Hunter", "", 255)
        .track("Jóga", "", 305)
        .track("Unravel", "", 201);
    builder.album("Vespertine", "2001").track("Hidden Place", "", 328).track("Cocoon", "", 268);
    builder.artist("Radiohead");
    builder.album("OK Computer", "1997");
    builder.track("Airbag", "", 284).track("Paranoid Android", "", 383);
    builder.track("Subterranean Homesick Alien", "", 267).track("Exit Music (For a Film)", "", 264);
    builder.artist("椎名林檎");
    builder.album("無罪モラトリアム", "1999");
    builder.track("正しい街", "", 235).track("歌舞伎町の女王 👩\u{200d}🎤", "", 171).track(
        "e\u{301}tude\u{202e} \u{1b}[31mred",
        "Guest & Co",
        3723,
    );
    builder.build()
}

/// `count` tracks of a made-up library, ten to an album, four albums to an artist.
pub fn large(count: usize) -> Arc<Catalog> {
    let mut builder = CatalogBuilder::new();
    for row in 0..count {
        if row % 40 == 0 {
            builder.artist(&format!("Artist {:05}", row / 40));
        }
        if row % 10 == 0 {
            builder
                .album(&format!("Album of some length {}", row / 10), &format!("{}", 1960 + row / 10 % 60));
        }
        builder.track(&format!("Track number {row} with a title"), "", 180 + row as u64 % 200);
    }
    builder.build()
}

pub fn queue_of(catalog: &Catalog, ids: impl IntoIterator<Item = u32>, current: Option<usize>) -> QueueView {
    let item = |(at, id): (usize, u32)| QueueItem {
        id: ItemId(at as u64 + 1),
        path: catalog
            .find(TrackId(id))
            .map_or(PathBuf::from("/elsewhere/unknown file.mp3"), |track| track.path())
            .into(),
        track: catalog.find(TrackId(id)).map(|track| track.id()),
    };
    let items: Vec<QueueItem> = ids.into_iter().enumerate().map(item).collect();
    let next = current.map(|at| at + 1).filter(|&at| at < items.len());
    QueueView { items: Arc::new(items), current, next, ..QueueView::default() }
}

pub fn playing(catalog: &Catalog, id: u32, state: PlayState) -> PlaybackView {
    let track = catalog.find(TrackId(id)).expect("a track of the catalog");
    let now = NowPlaying {
        stream: None,
        item: ItemId(1),
        play: PlayId(1),
        path: track.path().into(),
        track: Some(track.id()),
        format: Some(track.format()),
        start_frame: 0,
        rate: 44_100,
    };
    PlaybackView { state, now: Some(now), volume: Volume::new(80), ..PlaybackView::default() }
}

/// A core that only notes what it is asked.
#[derive(Default)]
pub struct FakePlayer {
    pub asked: Mutex<Vec<Command>>,
    pub snapshot: Mutex<Arc<Snapshot>>,
}

impl Player for FakePlayer {
    fn send(&self, command: Command) -> Result<(), Busy> {
        self.asked.lock().unwrap().push(command);
        Ok(())
    }

    fn ask(&self, command: Command, answer: Answer) -> Result<(), Busy> {
        self.send(command)?;
        answer(Outcome::Done(None));
        Ok(())
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap())
    }

    fn position(&self) -> Option<Position> {
        None
    }

    fn reading(&self) -> auralis::model::chain::Reading {
        Default::default()
    }

    fn visual(&self) -> Option<Arc<VisualFrame>> {
        None
    }

    fn watch(&self, _visual: Visual) -> Lease {
        Lease::new(|| {})
    }

    fn on_change(&self, _wake: Box<dyn Fn() + Send + Sync>) {}
}

/// The screen's state with everything around it, and what it asked for.
pub struct Stage {
    pub player: FakePlayer,
    pub state: UiState,
    pub snapshot: Snapshot,
    pub keymap: Keymap,
    pub settings: ScreenSettings,
    pub core: CoreOf,
    pub styles: Styles,
    pub gauges: Gauges,
    pub map: FrameMap,
    pub now: Duration,
    /// Effects that are not commands.
    pub effects: Vec<Effect>,
    finder: Finder,
    /// The worker answers at once, else never.
    pub answers: bool,
}

impl Stage {
    pub fn new(width: u16, height: u16, snapshot: Snapshot) -> Self {
        let settings = ScreenSettings::default();
        let mut stage = Self {
            player: FakePlayer::default(),
            state: UiState::new(&settings, Vec::new()),
            snapshot: Snapshot::default(),
            keymap: Keymap::default(),
            settings,
            core: CoreOf::Own,
            styles: Styles::new(&Theme::default(), Depth::True),
            gauges: Gauges::default(),
            map: FrameMap::default(),
            now: Duration::from_secs(1),
            effects: Vec::new(),
            finder: Finder::default(),
            answers: true,
        };
        stage.input(Input::Resize(width, height));
        stage.show(snapshot);
        stage
    }

    pub fn show(&mut self, snapshot: Snapshot) {
        self.snapshot = snapshot;
        self.input(Input::Changed);
    }

    pub fn input(&mut self, input: Input) {
        let (folder, home) = (PathBuf::from("/here"), Some(PathBuf::from("/home/me")));
        let places = PathBase { home, folder };
        let themes = Theme::names(None);
        let around = Surroundings {
            snapshot: &self.snapshot,
            keymap: &self.keymap,
            settings: &self.settings,
            themes: &themes,
            places: &places,
            core: &self.core,
            map: &self.map,
            gauges: &self.gauges,
            now: self.now,
        };
        for effect in update(&mut self.state, input, &around) {
            self.perform(effect);
        }
    }

    /// Commands go to the player, filters and searches are answered at once.
    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Send(command) => self.player.send(command).unwrap(),
            Effect::Tracks(_) if !self.answers => {}
            Effect::Tracks(question) => self.answer(question),
            Effect::Settings(settings) => {
                self.settings = *settings;
                self.input(Input::Changed);
            }
            Effect::Files(FileQuestion::Paint(order)) if self.answers => {
                self.input(Input::Painted(order.make()));
            }
            Effect::Files(FileQuestion::Tiles(order)) if self.answers => {
                self.input(Input::Tiled(order.make()));
            }
            other => self.effects.push(other),
        }
    }

    fn answer(&mut self, question: TrackQuestion) {
        match question {
            TrackQuestion::Filter(question) => {
                let matches = Arc::new(self.finder.filter(&question, 0));
                let FilterQuestion { asked, catalog, .. } = question;
                self.input(Input::Filtered { asked, catalog, matches });
            }
            TrackQuestion::Figures(question) => {
                let lines = Arc::new(question.lines(0));
                self.input(Input::Figures { asked: question.asked, lines });
            }
            TrackQuestion::Queue(question) => {
                let places = Arc::new(self.finder.places(&question, 0));
                if let Place::Queue(items, _) = question.place {
                    self.input(Input::QueueFiltered { asked: question.asked, items, places });
                }
            }
            TrackQuestion::Search(question) => {
                let row = self.finder.find(&question, 0);
                self.input(Input::Searched { asked: question.asked, row });
            }
        }
    }

    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in Key::parse_sequence(keys).expect("keys of a test") {
            self.now += Duration::from_millis(50);
            self.input(Input::Key(key));
        }
        self
    }

    /// Nothing is pressed for so long: what waits for keys or for answers goes on without them.
    pub fn rest(&mut self) -> &mut Self {
        self.now += Duration::from_secs(2);
        self.input(Input::Tick);
        self
    }

    /// What was asked of the player since the last look.
    pub fn asked(&self) -> Vec<Command> {
        std::mem::take(&mut *self.player.asked.lock().unwrap())
    }

    pub fn scene(&self) -> Scene<'_> {
        Scene {
            snapshot: &self.snapshot,
            state: &self.state,
            keymap: &self.keymap,
            styles: &self.styles,
            gauges: &self.gauges,
            now: self.now,
        }
    }

    pub fn draw(&mut self) -> Buffer {
        let (width, height) = self.state.size;
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        self.map = draw(&self.scene(), &mut buf);
        buf
    }

    /// The frame as lines of text, blanks at their ends cut off.
    pub fn lines(&mut self) -> Vec<String> {
        lines(&self.draw())
    }
}

pub fn lines(buf: &Buffer) -> Vec<String> {
    let line = |y: u16| {
        let mut text = String::new();
        let mut x = buf.area.x;
        while x < buf.area.right() {
            let symbol = buf[(x, y)].symbol();
            text.push_str(symbol);
            x += symbol.cell_width().max(1);
        }
        text.trim_end().to_owned()
    };
    (buf.area.y..buf.area.bottom()).map(line).collect()
}
