//! The selection that goes along with what plays, each time that it is something else, as foobar2000's "Cursor follows
//! playback" does.

use std::sync::Arc;

use auralis::model::command::Pane;
use auralis::model::id::{ItemId, TrackId};
use auralis::model::playback::PlayState;
use auralis::model::settings::ScreenSettings;
use auralis::model::snapshot::Snapshot;
use auralis::tui::browse::Column;
use auralis::tui::state::UiState;

use crate::stage::{Stage, playing, queue_of, small};

fn stage() -> Stage {
    let mut stage = Stage::new(80, 24, Snapshot { catalog: small(), ..Snapshot::default() });
    plays(&mut stage, 1);
    stage
}

/// The queue has the tracks 1 to 10: each is the entry with its number.
fn plays(stage: &mut Stage, track: u32) {
    let catalog = Arc::clone(&stage.snapshot.catalog);
    let mut playback = playing(&catalog, track, PlayState::Playing);
    playback.now.as_mut().unwrap().item = ItemId(track.into());
    let queue = Arc::new(queue_of(&catalog, 1..=10, Some(track as usize - 1)));
    stage.show(Snapshot { playback: Arc::new(playback), queue, ..stage.snapshot.clone() });
}

/// Rows count from 0: track 4 is in row 3.
fn row(stage: &Stage) -> usize {
    stage.state.queue.list.cursor
}

#[test]
fn the_queues_cursor_goes_along_until_it_is_told_not_to() {
    let mut stage = stage();
    stage.press("gq5j");
    plays(&mut stage, 2);
    assert_eq!(row(&stage), 5, "nobody asked for it");
    stage.press("zf");
    assert_eq!(row(&stage), 1, "at once");
    stage.press("G");
    plays(&mut stage, 2);
    assert_eq!(row(&stage), 9, "the same still plays");
    plays(&mut stage, 4);
    assert_eq!(row(&stage), 3, "moved away by hand, it follows the next one again");
    stage.press("gl");
    plays(&mut stage, 7);
    assert_eq!((stage.state.focus, row(&stage)), (Pane::Library, 6), "one stays in the pane");
    stage.press("gqkV");
    plays(&mut stage, 8);
    assert_eq!(row(&stage), 5, "what is being selected stays");
    stage.press("<Esc>:follow off<Enter>");
    plays(&mut stage, 9);
    assert_eq!(row(&stage), 5);
    stage.press(":follow on<Enter>");
    assert_eq!(row(&stage), 8);
}

#[test]
fn what_a_filter_hides_moves_nothing() {
    let mut stage = stage();
    stage.press("gqzf:filter hunter<Enter>");
    assert_eq!((stage.state.queue.shown(), row(&stage)), (1, 0));
    plays(&mut stage, 6);
    assert_eq!(row(&stage), 0);
    stage.press("<Esc><Esc>");
    plays(&mut stage, 7);
    assert_eq!(row(&stage), 6);
}

/// Tracks 1 to 3 are the first album's, 4 and 5 the second's.
#[test]
fn in_the_library_it_goes_along_among_the_tracks_that_are_shown() {
    let mut stage = stage();
    stage.press("zfjlj");
    let here = |stage: &Stage| Column::ALL.map(|column| stage.state.library.list(column).cursor);
    assert_eq!(here(&stage), [1, 1, 0]);
    plays(&mut stage, 3);
    assert_eq!(here(&stage), [1, 1, 2]);
    plays(&mut stage, 4);
    assert_eq!(here(&stage), [1, 1, 2], "of another album");
    plays(&mut stage, 2);
    assert_eq!((here(&stage), stage.state.column()), ([1, 1, 1], Column::Albums));
    assert_eq!(stage.state.library.track(1).map(|track| track.id()), Some(TrackId(2)));
}

#[test]
fn a_setting_says_how_it_begins() {
    let follows =
        |follow| UiState::new(&ScreenSettings { follow, ..ScreenSettings::default() }, Vec::new()).follow;
    assert_eq!((follows(false), follows(true), ScreenSettings::default().follow), (false, true, false));
}
