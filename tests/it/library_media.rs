//! Small valid music files made in code, for the library's tests: FLAC with Vorbis comments, and WAV.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use auralis::library::store::Store;
use auralis::model::audio::Spec;
use auralis::model::id::TrackId;
use auralis::model::tag::Mbid;
use auralis::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};

/// A FLAC file (RFC 9639) of `frames` frames at 44.1 kHz, 16-bit stereo, all of them silence, with comments as given.
/// The stream has headers and no audio frames: a scan looks at no more.
pub fn flac(frames: u64, comments: &[(&str, &str)]) -> Vec<u8> {
    let packed = 44_100_u64 << 44 | 1 << 41 | 15 << 36 | frames;
    let mut info = vec![0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0];
    info.extend(packed.to_be_bytes());
    info.extend([0; 16]);
    let mut tags = Vec::new();
    tags.extend(4_u32.to_le_bytes());
    tags.extend(b"test");
    tags.extend(u32::try_from(comments.len()).unwrap().to_le_bytes());
    for (key, value) in comments {
        let line = format!("{key}={value}");
        tags.extend(u32::try_from(line.len()).unwrap().to_le_bytes());
        tags.extend(line.as_bytes());
    }
    let mut file = b"fLaC".to_vec();
    for (kind, block) in [(0_u8, info), (0x84, tags)] {
        file.push(kind);
        file.extend(&u32::try_from(block.len()).unwrap().to_be_bytes()[1..]);
        file.extend(block);
    }
    file
}

/// A WAV file of 16-bit stereo silence.
pub fn wav(frames: u32, rate: u32) -> Vec<u8> {
    let data = frames * 4;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    file.extend(rate.to_le_bytes());
    file.extend((rate * 4).to_le_bytes());
    file.extend(b"\x04\0\x10\0data");
    file.extend(data.to_le_bytes());
    file.extend(vec![0; data as usize]);
    file
}

pub fn put(folder: &Path, name: impl AsRef<OsStr>, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name.as_ref());
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

pub fn bytes_name(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

pub fn open(folder: &Path) -> Store {
    Store::open(&folder.join("data/library.redb"), Box::new(|_| ())).unwrap()
}

pub fn all_tracks(store: &Store) -> Vec<Track> {
    let mut tracks: Vec<Track> = store.read().unwrap().tracks().unwrap().map(Result::unwrap).collect();
    tracks.sort_by(|a, b| a.path.cmp(&b.path));
    tracks
}

/// A track that no file stands behind.
pub fn track(id: u32, path: &str, tags: Tags) -> Track {
    Track {
        id: TrackId(id),
        path: path.into(),
        stamp: FileStamp { size: u64::from(id), mtime_ns: 1, inode: u64::from(id) },
        format: AudioFormat {
            codec: Codec::Flac,
            spec: Spec::new(44_100, 2).unwrap(),
            bits: Some(16),
            frames: Some(44_100),
        },
        tags,
        added_s: 0,
    }
}

/// Tags from words: `title`, `artist` (each), `album`, `albumartist` (each), `date`, `genre` (each), `track`, `disc`,
/// `compilation`, `artistsort`, `albumartistsort`.
pub fn tags(words: &[(&str, &str)]) -> Tags {
    let mut tags = Tags::default();
    for &(key, value) in words {
        let text = value.to_owned();
        match key {
            "title" => tags.title = Some(text),
            "artist" => tags.artists.push(text),
            "album" => tags.album = Some(text),
            "albumartist" => tags.album_artists.push(text),
            "date" => tags.date = Some(text),
            "genre" => tags.genres.push(text),
            "composer" => tags.composers.push(text),
            "track" => tags.track.number = text.parse().ok(),
            "disc" => tags.disc.number = text.parse().ok(),
            "compilation" => tags.compilation = value == "1",
            "artistsort" => tags.artists_sort.push(text),
            "albumartistsort" => tags.album_artists_sort.push(text),
            "release" => tags.details.musicbrainz.release = Mbid::parse(value),
            other => panic!("no tag {other}"),
        }
    }
    tags
}
