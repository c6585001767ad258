//! Pictures inside audio files, as the files hold them.

use std::path::Path;

use lofty::picture::{MimeType, PictureInformation, PictureType};
use serde::{Deserialize, Serialize};

use super::{ArtworkError, decode};
use crate::library::tags::{self, ReadError};

/// One picture of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What it shows, by the numbers of ID3v2's APIC (3: front cover).
    pub kind: u8,
    /// As the file declares it, for example `image/jpeg`; empty where it does not.
    pub mime: String,
    pub description: String,
    pub data: Vec<u8>,
}

impl Picture {
    const FRONT: u8 = 3;

    /// A front cover of these bytes, which must be a picture that we show.
    pub fn front(data: Vec<u8>) -> Result<Self, ArtworkError> {
        decode::dimensions(&data)?;
        let mime = decode::format(&data).map_or("", |format| format.to_mime_type());
        Ok(Self { kind: Self::FRONT, mime: mime.to_owned(), description: String::new(), data })
    }

    pub fn is_front(&self) -> bool {
        // Many taggers write `other`, MP4 knows no kinds.
        matches!(self.kind, Self::FRONT | 0)
    }

    /// Made of a picture as lofty has read it.
    pub fn of_lofty(picture: &lofty::picture::Picture) -> Self {
        Self {
            kind: picture.pic_type().as_u8(),
            mime: picture.mime_type().map_or(String::new(), |mime| mime.as_str().to_owned()),
            description: picture.description().unwrap_or_default().to_owned(),
            data: picture.data().to_vec(),
        }
    }

    pub fn to_lofty(&self) -> lofty::picture::Picture {
        let made =
            lofty::picture::Picture::unchecked(self.data.clone()).pic_type(PictureType::from_u8(self.kind));
        let made = if self.mime.is_empty() { made } else { made.mime_type(MimeType::from_str(&self.mime)) };
        let made =
            if self.description.is_empty() { made } else { made.description(self.description.clone()) };
        made.build()
    }

    /// Size in pixels and depth, as FLAC writes them beside a picture; zeros where they cannot be told.
    pub fn information(&self) -> PictureInformation {
        PictureInformation::from_picture(&self.to_lofty()).unwrap_or_default()
    }
}

/// All pictures of the file, in its order.
pub fn embedded(path: &Path) -> Result<Vec<Picture>, ReadError> {
    tags::read_pictures(path)
}
