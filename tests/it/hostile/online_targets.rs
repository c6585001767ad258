//! What services of the net answer: LRCLIB, MusicBrainz, servers of the Subsonic API. The bytes are the body of each answer.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use auralis::model::lyrics::Song;
use auralis::model::musicbrainz::Candidate;
use auralis::model::scrobbling::SecretSource;
use auralis::model::server::{Failed, Server, ServerSettings};
use auralis::online::subsonic::Subsonic;
use auralis::online::{Client, lrclib as words_of_songs, musicbrainz as releases};

use super::wires::serving;
use super::{in_file, text_of};

/// With the address of a server that says these bytes, whatever it is asked.
fn answering<T>(body: &[u8], kind: &str, ask: impl FnOnce(&str) -> T) -> T {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    serving(&[head.as_bytes(), body].concat(), |file| {
        let file = file.to_str().unwrap();
        ask(file.strip_suffix("/a.mp3").unwrap())
    })
}

fn plain(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?}");
}

pub fn lrclib(bytes: &[u8]) {
    let song = Song {
        title: "One".into(),
        artists: vec!["Ann".into()],
        album: String::new(),
        duration: Some(Duration::from_secs(60)),
    };
    answering(bytes, "application/json", |url| match words_of_songs::ask(&Client::default(), url, &song) {
        Ok(words_of_songs::Answer::Words(words)) => {
            assert!(!words.trim().is_empty() && words.len() <= auralis::model::lyrics::MAX_BYTES);
            super::lyrics(words.as_bytes());
        }
        Ok(_) => {}
        Err(unmet) => plain(&unmet.why),
    });
}

pub fn musicbrainz(bytes: &[u8]) {
    let body = text_of(bytes);
    let found = [releases::releases(&body), releases::recordings(&body)];
    for found in found {
        let found: Vec<Candidate> = found.unwrap_or_default();
        assert!(found.len() <= 25, "{} candidates", found.len());
        for one in &found {
            assert!(one.id.len() == 36 && one.score <= 100, "{one:?}");
            [&one.title, &one.artist, &one.details()].into_iter().for_each(|text| plain(text));
        }
    }
    let Ok(Some(release)) = releases::whole(&body) else { return };
    assert!(release.id.len() == 36 && release.tracks.len() <= 3_000, "{} tracks", release.tracks.len());
    [&release.title, &release.credit.text, &release.label].into_iter().for_each(|text| plain(text));
    for track in &release.tracks {
        assert!(track.number > 0 && track.disc > 0, "{track:?}");
        [&track.title, &track.disc_title, &track.credit.text].into_iter().for_each(|text| plain(text));
        assert!([0, 36].contains(&track.recording.len()), "{track:?}");
    }
}

/// All that is asked of a server, and each answer the same.
pub fn subsonic(bytes: &[u8]) {
    in_file(b"sesame", "secret", |secret| {
        set_permissions(secret, Permissions::from_mode(0o600)).unwrap();
        answering(bytes, "application/json", |url| {
            let secret = SecretSource { file: Some(secret.to_owned()), command: Vec::new() };
            let (name, user, url) = ("home".to_owned(), "ann".to_owned(), url.to_owned());
            let settings = ServerSettings { name, url, user, secret, ..ServerSettings::default() };
            let server = Subsonic::new(settings, Client::default());
            let refused = |failed: Failed| {
                plain(&failed.why);
                assert!(!failed.why.contains("sesame"), "{failed:?}");
            };
            if let Ok(about) = server.about().map_err(refused) {
                [about.kind, about.version, about.api].iter().flatten().for_each(|text| plain(text));
            }
            let listed = server.songs(&AtomicBool::new(false), &mut |songs| {
                for song in songs {
                    assert!(!song.id.is_empty() && song.id.len() <= 1_000, "{song:?}");
                    [&song.path, &song.suffix].into_iter().for_each(|text| plain(text));
                    assert!(song.format.spec.rate > 0 && song.format.spec.channels > 0, "{song:?}");
                }
            });
            let _ = listed.map_err(refused);
            if let Ok(Some(words)) = server.words("tr-1").map_err(refused) {
                super::lyrics(words.as_bytes());
            }
            let _ = server.picture("tr-1").map_err(refused);
            if let Ok(queue) = server.queue().map_err(refused) {
                assert!(queue.songs.len() <= 100_000);
                assert!(queue.current.is_none_or(|at| at < queue.songs.len()), "{queue:?}");
            }
        });
    });
}
