//! What is told of the music server.

use super::{note, warning};
use crate::model::notice::Notice;
use crate::{counted, say};

pub fn queue_kept(result: Result<usize, String>) -> Notice {
    match result {
        Ok(songs) => note(say!("The server keeps {songs}", songs = counted!(songs, "song", "songs")))
            .next_step(say!("Another player can go on from here; so does `:server-resume`")),
        Err(why) => warning(say!("The server does not keep the queue")).why(why),
    }
}

pub fn no_queue_kept(unknown: usize) -> Notice {
    match unknown {
        0 => note(say!("The server keeps no queue")),
        _ => warning(say!("Nothing of the queue that the server keeps is in the library"))
            .next_step(say!("`:scan` asks the server for its songs")),
    }
}

pub fn no_queue_found(why: &str) -> Notice {
    warning(say!("The queue that the server keeps cannot be had")).why(why)
}

pub fn queue_resumed(songs: usize, unknown: usize) -> Notice {
    let told = note(say!("The queue is the server's: {songs}", songs = counted!(songs, "song", "songs")));
    match unknown {
        0 => told.next_step(say!("`u` brings back the one before")),
        _ => told
            .why(say!("{count} more are not in the library", count = unknown))
            .next_step(say!("`:scan` asks for them")),
    }
}

pub fn stars_not_told(why: &str) -> Notice {
    warning(say!("The server was not told of your stars"))
        .why(why)
        .next_step(say!("Its own ones hold after the next scan"))
}
