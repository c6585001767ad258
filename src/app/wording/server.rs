//! What is told of the music server.

use super::{count_of, note, warning};
use crate::model::notice::Notice;

pub fn queue_kept(result: Result<usize, String>) -> Notice {
    match result {
        Ok(songs) => note(format!("The server keeps {}", count_of(songs, "song")))
            .next_step("Another player can go on from here; so does `:server-resume`"),
        Err(why) => warning("The server does not keep the queue").why(why),
    }
}

pub fn no_queue_kept(unknown: usize) -> Notice {
    match unknown {
        0 => note("The server keeps no queue"),
        _ => warning("Nothing of the queue that the server keeps is in the library")
            .next_step("`:scan` asks the server for its songs"),
    }
}

pub fn no_queue_found(why: &str) -> Notice {
    warning("The queue that the server keeps cannot be had").why(why)
}

pub fn queue_resumed(songs: usize, unknown: usize) -> Notice {
    let told = note(format!("The queue is the server's: {}", count_of(songs, "song")));
    match unknown {
        0 => told.next_step("`u` brings back the one before"),
        _ => told.why(format!("{} more are not in the library", unknown)).next_step("`:scan` asks for them"),
    }
}

pub fn stars_not_told(why: &str) -> Notice {
    warning("The server was not told of your stars")
        .why(why)
        .next_step("Its own ones hold after the next scan")
}
